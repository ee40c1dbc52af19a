//! Binary cross-entropy from logits.

use crate::allowed;
use crate::common::exact::{Exact, Logit, Referenced, big, error_of};
use crate::common::{Number, Random, backends, for_both_types};
use crate::search::{Worst, over_all_patterns, points};
use logit_loss::{BceWithLogits, LogitLoss, Reduction, Weights};

for_both_types!(
    hard_targets,
    hard_targets_under_a_mean,
    other_weights,
    soft_targets,
    target_gradients,
    mean_of_independent_logits,
    mean_of_any_distribution,
);

/// Losses, gradients and Hessians of single elements.
fn derivatives<N: Number>(bce: BceWithLogits<'_, N>, x: &[N], t: &[N]) -> [Vec<N>; 3] {
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    bce.losses(x, t, losses).unwrap();
    bce.gradient_and_hessian(x, t, gradient, hessian).unwrap();
    columns
}

const NAMES: [&str; 3] = ["loss", "gradient", "Hessian"];

/// Compares all three at all points, for one target, positive weight and weight; `divisor` is what the mean does.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    references: &[Logit<N::Exact>],
    [t, p, w]: [N; 3],
    mean: bool,
    limits: [f64; 3],
) {
    let targets = vec![t; points.len()];
    let [t_, p_, w_] = [t, p, w].map(|v| v.to_f64());
    let divisor = N::Exact::from_f64(if mean { points.len() as f64 } else { 1.0 });
    let soft = t_ != 0.0 && t_ != 1.0;
    let exact = |reference: &Logit<N::Exact>| {
        let [loss, gradient, hessian] = reference.derivatives(t_, p_, w_);
        // Losses come unreduced.
        [loss, gradient / divisor.clone(), hessian / divisor.clone()]
    };
    let all_exact: Vec<_> = references.iter().map(exact).collect();
    let scale = Logit::<N::Exact>::scale(t_, p_, w_) / divisor.clone();
    for backend in worst.backends.clone() {
        let bce = BceWithLogits::new()
            .backend(backend)
            .pos_weight(Weights::uniform(p))
            .weight(Weights::uniform(w))
            .reduction(if mean { Reduction::Mean } else { Reduction::Sum });
        let found = derivatives(bce, points, &targets);
        for k in 0..3 {
            // Those that overflow apart, so that they do not hide smaller errors.
            let mut largest = [(-1.0, 0); 2];
            for (i, (exact, &found)) in all_exact.iter().zip(&found[k]).enumerate() {
                let error = error_of(found, &exact[k], if soft && k == 1 { &scale } else { &exact[k] });
                let largest = &mut largest[usize::from(error == f64::INFINITY)];
                if error > largest.0 {
                    *largest = (error, i);
                }
            }
            for (suffix, (error, i)) in ["", " that overflows"].into_iter().zip(largest) {
                if error >= 0.0 {
                    worst.see::<N>(backend, &[NAMES[k], suffix].concat(), limits[k], error, || {
                        format!("x {:?}, t {t:?}, p {p:?}, w {w:?}: {:?}", points[i], found[k][i])
                    });
                }
            }
        }
    }
}

fn references<N: Referenced>(points: &[N]) -> Vec<Logit<N::Exact>> {
    points.iter().map(|x| Logit::new(&N::Exact::from_f64(x.to_f64()))).collect()
}

fn hard_targets<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for t in [0.0, 1.0] {
        let limits = [allowed::LOSS, allowed::GRADIENT, allowed::HESSIAN];
        compare(&mut worst, &points, &references, [t, 1.0, 1.0].map(N::new), false, limits);
    }
    worst.report::<N>();
}

fn hard_targets_under_a_mean<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    let limits = [allowed::LOSS, allowed::GRADIENT, allowed::HESSIAN].map(|limit| limit + allowed::UNDER_A_MEAN);
    compare(&mut worst, &points, &references, [1.0; 3].map(N::new), true, limits);
    let limits = allowed::WEIGHTED.map(|limit| limit + allowed::UNDER_A_MEAN);
    compare(&mut worst, &points, &references, [1.0, 5.0, 0.3].map(N::new), true, limits);
    worst.report::<N>();
}

fn other_weights<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for row in [[1.0, 5.0, 1.0], [0.0, 5.0, 0.7], [1.0, 0.013, 3.0], [1.0, 1.0, 3.9], [0.0, 1.0, 1e6], [1.0, 1e4, 1e-7]]
    {
        compare(&mut worst, &points, &references, row.map(N::new), false, allowed::WEIGHTED);
    }
    worst.report::<N>();
}

fn soft_targets<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    // No promise for the Hessian of soft targets but that of the formula.
    let limits = [allowed::SOFT_LOSS, allowed::SOFT_GRADIENT, allowed::WEIGHTED[2]];
    for row in [[0.5, 1.0, 1.0], [0.1, 1.0, 1.0], [0.9, 5.0, 0.7], [1e-3, 0.3, 2.6], [0.999, 1.0, 1.0]] {
        compare(&mut worst, &points, &references, row.map(N::new), false, limits);
    }
    worst.report::<N>();
}

fn target_gradients<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    let targets = vec![N::new(1.0); points.len()];
    for (p, w) in [(1.0, 1.0), (5.0, 0.7), (0.1, 3.0)] {
        let [p, w] = [p, w].map(N::new);
        let exact: Vec<_> = references.iter().map(|r| r.target_gradient(p.to_f64(), w.to_f64())).collect();
        for backend in backends() {
            let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
            let bce = bce.pos_weight(Weights::uniform(p)).weight(Weights::uniform(w));
            let mut found = vec![N::NAN; points.len()];
            bce.target_gradient(&points, &targets, &mut found).unwrap();
            for ((&x, &found), [exact, larger]) in points.iter().zip(&found).zip(&exact) {
                let error = error_of(found, exact, larger);
                let at = || format!("x {x:?}, p {p:?}, w {w:?}: {found:?}");
                let name = if error == f64::INFINITY { "target gradient that overflows" } else { "target gradient" };
                worst.see::<N>(backend, name, allowed::TARGET_GRADIENT, error, at);
            }
        }
    }
    worst.report::<N>();
}

/// Compares sum and mean with the exact ones.
fn compare_mean<N: Referenced>(worst: &mut Worst, name: &str, x: &[N], t: &[N], p: f64, limit: f64) {
    let zero = N::Exact::from_f64(0.0);
    let sum = x.iter().zip(t).fold(zero, |sum, (x, t)| {
        let [loss, ..] = Logit::new(&N::Exact::from_f64(x.to_f64())).derivatives(t.to_f64(), p, 1.0);
        sum + loss
    });
    for backend in backends() {
        for (reduction, divisor) in [(Reduction::Mean, x.len() as f64), (Reduction::Sum, 1.0)] {
            let exact = sum.clone() / N::Exact::from_f64(divisor);
            let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(N::new(p)));
            let found = bce.reduction(reduction).loss(x, t).unwrap();
            let error = error_of(found, &exact, &exact);
            worst.see::<N>(backend, name, limit, error, || {
                format!("{reduction:?} of {} from {:?}, {:?}, p {p}: {found:?}", x.len(), x[0], t[0])
            });
        }
    }
}

/// How many runs of each kind: the reference for `f64` is slow.
fn runs<N: Number>() -> usize {
    if N::PRECISION == 24 { 20 } else { 2 }
}

fn mean_of_independent_logits<N: Referenced>() {
    let mut worst = Worst::on(backends());
    let mut random = Random(7);
    for _ in 0..runs::<N>() {
        for n in [16, 17, 31, 33, 64, 100, 257, 512, 1000] {
            for scale in [0.3, 2.0, 10.0] {
                let (x, hard, soft) = (random.normals(n, scale), random.hard(n), random.units(n));
                compare_mean::<N>(&mut worst, "mean, hard", &x, &hard, 1.0, allowed::MEAN);
                compare_mean::<N>(&mut worst, "mean, soft", &x, &soft, 1.0, allowed::MEAN);
                compare_mean::<N>(&mut worst, "mean, hard, p = 5", &x, &hard, 5.0, allowed::MEAN_POS_WEIGHT);
                compare_mean::<N>(&mut worst, "mean, soft, p = 5", &x, &soft, 5.0, allowed::MEAN_POS_WEIGHT);
            }
        }
    }
    worst.report::<N>();
}

fn mean_of_any_distribution<N: Referenced>() {
    let mut worst = Worst::on(backends());
    let mut random = Random(8);
    let random_ones: Vec<f64> = (0..30 * runs::<N>()).map(|_| random.normal() * 10.0).collect();
    // And where 300,000 logits in [-4, 4] had their largest errors, in `f32`.
    let directed = [0.755_104_36, 0.815_626_74, 0.770_714_4, 0.786_149_3, -0.766_765].map(|x: f32| x.into());
    for x in random_ones.into_iter().chain(directed) {
        let x = N::new(x);
        for p in [1.0, 5.0] {
            for t in [0.0, 1.0, 0.3] {
                let one = [N::new(t)];
                let (name, limit) = if p != 1.0 && t == 0.3 {
                    ("mean of one, soft, p 5", allowed::MEAN_OF_ONE_SOFT_POS_WEIGHT)
                } else {
                    ("mean of one", allowed::MEAN_OF_ONE)
                };
                compare_mean::<N>(&mut worst, name, &[x], &one, p, limit);
                // All equal: all errors have the same sign.
                for n in [2, 15, 32, 100, 512] {
                    compare_equal::<N>(&mut worst, x, N::new(t), n, p);
                }
            }
        }
    }
    // Of very different sizes, in ascending and descending order.
    for _ in 0..runs::<N>() {
        for n in [16, 100, 600] {
            let mut x: Vec<N> = (0..n).map(|_| N::new(-60.0 * random.unit())).collect();
            for descending in [false, true] {
                x.sort_by(|a, b| a.partial_cmp(b).unwrap());
                if descending {
                    x.reverse();
                }
                compare_mean::<N>(&mut worst, "mean, sorted", &x, &vec![N::new(0.0); n], 1.0, allowed::MEAN_OF_ANY);
            }
        }
    }
    worst.report::<N>();
}

/// The mean of equal elements is the loss of one: no sum is needed for the reference.
fn compare_equal<N: Referenced>(worst: &mut Worst, x: N, t: N, n: usize, p: f64) {
    let [exact, ..] = Logit::new(&N::Exact::from_f64(x.to_f64())).derivatives(t.to_f64(), p, 1.0);
    for backend in backends() {
        let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(N::new(p)));
        let found = bce.loss(&vec![x; n], &vec![t; n]).unwrap();
        let error = error_of(found, &exact, &exact);
        let at = || format!("{n} times {x:?}, {t:?}, p {p}: {found:?}");
        worst.see::<N>(backend, "mean, all equal", allowed::MEAN_OF_ANY, error, at);
    }
}

/// The references are right: against values computed elsewhere.
#[test]
fn references_are_right() {
    let logit = Logit::new(&big(1.0));
    let softplus = Exact::over_power(logit.log - big(0.313_261_687_518_222_8), 0);
    assert!(softplus.abs() < 1e-16, "{softplus:e}");
    assert_eq!(big(-745.0).exp().exponent(), Some(-1075));
    assert_eq!(error_of(1.0f32, &1.0, &1.0), 0.0);
    assert_eq!(error_of(1.0f32 + f32::EPSILON, &1.0, &1.0), 1.0);
    assert_eq!(error_of(3.0 * f64::from_bits(1), &big(0.0), &big(0.0)), 3.0);
}

/// Every seventh pattern of `f32`, both hard targets: run it in release.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    over_all_patterns(7, |worst, points| {
        let references = references(points);
        for t in [0.0, 1.0] {
            let limits = [allowed::LOSS, allowed::GRADIENT, allowed::HESSIAN];
            compare(worst, points, &references, [t, 1.0, 1.0], false, limits);
        }
    })
    .report::<f32>();
}
