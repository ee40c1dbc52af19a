//! Sums and means, against exact sums, with options that few callers combine: weights of every kind, positive weights of
//! classes, smoothing, a weighted mean, several calls; and focal loss.

use std::ops::Range;

use logit_loss::{Backend, BceWithLogits, FocalLoss, Loss, LossSum, Reduction, Weights};

use crate::common::exact::{Exact, Referenced, error_of, references};
use crate::common::{Number, Random, backends, for_both_types, numbers};
use crate::search::{Search, Worst};

for_both_types!(cross_entropy, focal);

const CLASSES: usize = 3;

fn exact<N: Referenced>(v: N) -> N::Exact {
    N::Exact::from_f64(v.to_f64())
}

fn sum<N: Referenced>(values: impl Iterator<Item = N::Exact>) -> N::Exact {
    values.fold(N::Exact::from_f64(0.0), |sum, v| sum + v)
}

/// Compares the three reductions of one call, and of two calls, of which the second begins in the middle of a block.
fn compare<N: Referenced, L: Loss<N>>(
    worst: &mut Worst,
    row: &str,
    with: impl Fn(Backend, Reduction, Range<usize>) -> L,
    [x, t]: [&[N]; 2],
    losses: &N::Exact,
    weights: &N::Exact,
) {
    let n = x.len();
    let cut = n / 3 / CLASSES * CLASSES;
    for backend in worst.backends.clone() {
        let mut calls = LossSum::new();
        for part in [0..cut, cut..n] {
            let loss = with(backend, Reduction::Sum, part.clone());
            loss.accumulate(&mut calls, &x[part.clone()], &t[part]).unwrap();
        }
        for (reduction, divisor, of_calls) in [
            (Reduction::Sum, N::Exact::from_f64(1.0), calls.sum()),
            (Reduction::Mean, N::Exact::from_f64(n as f64), calls.mean().unwrap()),
            (Reduction::WeightedMean, weights.clone(), calls.weighted_mean().unwrap()),
        ] {
            let exact = losses.clone() / divisor;
            let once = with(backend, reduction, 0..n).loss(x, t).unwrap();
            for (calls, found) in [(1, once), (2, of_calls)] {
                worst.see::<N>(backend, row, error_of(found, &exact, &exact), || {
                    format!("{reduction:?} of {n} by {calls} calls, x {:?}, t {:?}: {found:?}", x[0], t[0])
                });
            }
        }
    }
}

/// Logits, targets and weights; some weights are 0.
fn batches<N: Number>() -> impl Iterator<Item = [Vec<N>; 3]> {
    let mut random = Random(77);
    let lengths = [18, 33, 99, 258, 513, 1026, 3000].into_iter().cycle().take(70);
    lengths.enumerate().map(move |(i, n)| {
        let x = random.normals(n, [0.3, 2.0, 10.0][i % 3]);
        let t = if i % 2 == 0 { random.hard(n) } else { random.units(n) };
        let mut w = random.units(n);
        w.iter_mut().step_by(5).for_each(|w| *w = N::new(0.0));
        [x, t, w]
    })
}

fn cross_entropy<N: Referenced>() {
    let mut worst = Worst::on(backends());
    let per_class = numbers::<N>(&[0.5, 7.0, 1.0]);
    for [x, t, w] in batches::<N>() {
        let references = references(&x);
        let weights = sum::<N>(w.iter().map(|&w| exact(w)));
        for (s, p) in [(0.0, [1.0; 3]), (0.0, [0.5, 7.0, 1.0]), (0.125, [1.0; 3]), (0.125, [0.5, 7.0, 1.0])] {
            // The smoothing is a power of two, so that hard targets are smoothed exactly.
            let smooth = |t: N| t.to_f64() * (1.0 - s) + s / 2.0;
            let losses = references.iter().zip(&t).zip(&w).enumerate().map(|(i, ((reference, &t), w))| {
                let [loss, ..] = reference.derivatives(smooth(t), p[i % CLASSES], w.to_f64());
                loss
            });
            let losses = sum::<N>(losses);
            let pos_weight = if p == [1.0; 3] { Weights::uniform(N::new(1.0)) } else { Weights::per_class(&per_class) };
            compare(
                &mut worst,
                "mean, weighted",
                |backend, reduction, part| {
                    let bce = BceWithLogits::new().backend(backend).reduction(reduction).pos_weight(pos_weight);
                    bce.weight(Weights::per_element(&w[part])).label_smoothing(N::new(s))
                },
                [&x, &t],
                &losses,
                &weights,
            );
        }
        // Weights by class multiply sums.
        let by_class = numbers::<N>(&[0.75, 2.5, 0.1]);
        let w: Vec<N> = (0..x.len()).map(|i| by_class[i % CLASSES]).collect();
        let weights = sum::<N>(w.iter().map(|&w| exact(w)));
        let losses = references.iter().zip(&t).zip(&w).enumerate().map(|(i, ((reference, t), w))| {
            let [loss, ..] = reference.derivatives(t.to_f64(), per_class[i % CLASSES].to_f64(), w.to_f64());
            loss
        });
        let losses = sum::<N>(losses);
        compare(
            &mut worst,
            "mean, weighted",
            |backend, reduction, _| {
                let bce = BceWithLogits::new().backend(backend).reduction(reduction);
                bce.pos_weight(Weights::per_class(&per_class)).weight(Weights::per_class(&by_class))
            },
            [&x, &t],
            &losses,
            &weights,
        );
    }
    worst.report::<N>(Search::Full);
}

fn focal<N: Referenced>() {
    let mut worst = Worst::on(backends());
    for [x, t, w] in batches::<N>() {
        let references = references(&x);
        let weights = sum::<N>(w.iter().map(|&w| exact(w)));
        for gamma in [0.5, 2.0, 5.0] {
            let losses = references.iter().zip(&t).zip(&w).map(|((reference, t), &w)| {
                let [[loss, _], ..] = reference.focal(t.to_f64(), gamma, [0.25, 0.75]);
                exact(w) * loss
            });
            let losses = sum::<N>(losses);
            compare(
                &mut worst,
                &format!("mean of focal losses, gamma {gamma}"),
                |backend, reduction, part| {
                    let focal = FocalLoss::new().backend(backend).reduction(reduction).gamma(N::new(gamma));
                    focal.weight(Weights::per_element(&w[part]))
                },
                [&x, &t],
                &losses,
                &weights,
            );
        }
    }
    worst.report::<N>(Search::Full);
}
