//! Up to one row of elements without weights, which separate kernels evaluate, against the same elements on the usual path.

use crate::common::family::{Family, Focal, Tested};
use crate::common::{Number, backends, for_both_types, numbers, same};
use logit_loss::{BceWithLogits, Loss, LossSum, Reduction, Weights};

for_both_types!(without_weights, balanced, focal, labels);

/// More elements than a row of either type has.
const MOST: usize = 40;

const LOGITS: [f64; 14] =
    [0.5, -0.0, 20.0, -3.0, 1e-30, -17.5, 100.0, -88.0, -1e30, 4.0, 740.0, -104.0, f64::INFINITY, f64::NEG_INFINITY];
const TARGETS: [f64; 5] = [1.0, 0.0, 0.25, 0.0, 1.0];

/// Returns `len` elements from the `from`-th on; some have hard targets, and some have one logit that is NaN.
fn elements<N: Number>(from: usize, len: usize) -> (Vec<N>, Vec<N>) {
    let cycle = |values: &[f64]| (from..from + len).map(|i| values[i % values.len()]).collect::<Vec<_>>();
    let (mut logits, mut targets) = (cycle(&LOGITS), cycle(&TARGETS));
    if from.is_multiple_of(2) {
        targets.iter_mut().for_each(|t| *t = t.round());
    }
    if [3, 4].contains(&from) {
        logits[len / 2] = f64::NAN;
    }
    (numbers(&logits), numbers(&targets))
}

fn without_weights<N: Number>() {
    check::<N>(BceWithLogits::new());
}

/// Small positive weights have such kernels; the last one is too large for them.
fn balanced<N: Number>() {
    for pos_weight in [0.0, 0.3, 6.0, 7.0] {
        check::<N>(BceWithLogits::new().pos_weight(Weights::uniform(N::new(pos_weight))));
    }
}

fn focal<N: Number>() {
    for number in 0..8 {
        check::<N>(<Focal as Family<N>>::with(number));
    }
    // These kernels read no positive weights, so they take them only for cross-entropy, as in the last case.
    for number in [0, 1, 2, 10] {
        for pos_weight in [0.0, 0.3, 7.0] {
            check::<N>(<Focal as Family<N>>::with(number).pos_weight(Weights::uniform(N::new(pos_weight))));
        }
    }
}

fn check<N: Number>(loss: impl Tested<'static, N>) {
    for backend in backends() {
        for reduction in [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum] {
            for len in 1..=MOST {
                // A third of the places for each length, others for the next.
                for from in (len % 3..LOGITS.len()).step_by(3) {
                    let (x, t) = elements::<N>(from, len);
                    let context = format!("{len} from {from} on, {reduction:?}, {}", backend.name());
                    sums(loss.on(backend).reduced(reduction), reduction, &x, &t, &context);
                    derivatives(loss.on(backend), reduction, &x, &t, &context);
                }
            }
        }
    }
}

/// A running sum is always made block by block.
fn sums<N: Number>(loss: impl Tested<'static, N>, reduction: Reduction, x: &[N], t: &[N], context: &str) {
    let mut sum = LossSum::new();
    loss.accumulate(&mut sum, x, t).unwrap();
    let expected = if reduction == Reduction::Sum { sum.sum() } else { sum.mean().unwrap() };
    let (mut gradient, mut in_place) = (x.to_vec(), x.to_vec());
    let found = [
        loss.loss(x, t).unwrap(),
        loss.loss_and_gradient(x, t, &mut gradient).unwrap(),
        loss.loss_and_gradient_in_place(&mut in_place, t).unwrap(),
    ];
    assert!(found.iter().all(|&found| same(found, expected)), "{context}: {found:?}, {expected:?}");
}

/// Elements do not affect each other, so they have the same results among more than a row.
fn derivatives<N: Number>(loss: impl Tested<'static, N>, reduction: Reduction, x: &[N], t: &[N], context: &str) {
    let (more_x, more_t) = ([x, &[N::new(1.0); MOST]].concat(), [t, &[N::new(0.0); MOST]].concat());
    // The divisor of a mean is a weight here: it has to be that of the few elements.
    let divisor = if reduction == Reduction::Sum { 1.0 } else { x.len() as f64 };
    let among_more = loss.reduced(Reduction::Sum).weighted(Weights::uniform(N::new(1.0 / divisor)));
    let (found, expected) = (results(loss.reduced(reduction), x, t), results(among_more, &more_x, &more_t));
    for (k, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let equal = found.iter().zip(expected).all(|(&a, &b)| same(a, b));
        assert!(equal, "result {k} of {context}: {found:?}, {expected:?}");
    }
    let (mut found, mut expected) = (x.to_vec(), more_x.clone());
    loss.losses(x, t, &mut found).unwrap();
    loss.losses(&more_x, &more_t, &mut expected).unwrap();
    assert!(found.iter().zip(&expected).all(|(&a, &b)| same(a, b)), "losses of {context}: {found:?}, {expected:?}");
}

/// Returns the gradient of all methods, and the Hessian.
fn results<N: Number>(loss: impl Tested<'static, N>, x: &[N], t: &[N]) -> [Vec<N>; 5] {
    let mut out = [(); 5].map(|()| x.to_vec());
    let [gradient, with_loss, in_place, with_hessian, hessian] = &mut out;
    loss.gradient(x, t, gradient).unwrap();
    loss.loss_and_gradient(x, t, with_loss).unwrap();
    loss.loss_and_gradient_in_place(in_place, t).unwrap();
    loss.curvature(x, t, with_hessian, hessian).expect("of logits").unwrap();
    out
}

/// Labels of other types are widened first.
fn labels<N: Number>() {
    for len in 1..=MOST {
        let (x, _) = elements::<N>(len, len);
        let labels: Vec<bool> = (0..len).map(|i| i % 3 == 0).collect();
        let bytes: Vec<u8> = labels.iter().map(|&t| u8::from(t)).collect();
        let words: Vec<i64> = labels.iter().map(|&t| t.into()).collect();
        let t: Vec<N> = labels.iter().map(|&t| N::new(f64::from(u8::from(t)))).collect();
        let bce = BceWithLogits::new();
        let expected = bce.loss(&x, &t).unwrap();
        let found = [bce.loss(&x, &labels), bce.loss(&x, &bytes), bce.loss(&x, &words)].map(Result::unwrap);
        assert!(found.iter().all(|&found| same(found, expected)), "{len}: {found:?}, {expected:?}");
    }
}
