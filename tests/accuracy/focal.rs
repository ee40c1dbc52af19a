//! Focal loss.

use crate::common::exact::{Referenced, error_of, references};
use crate::common::{Number, for_both_types};
use crate::search::{Search, Worst, logits, over_all_patterns, points};
use logit_loss::{Backend, FocalLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(hard_targets, soft_targets, positive_weights);

/// Integers up to 4 take repeated products, all others an exponential.
const GAMMAS: [f64; 10] = [0.0, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 64.0];
/// Pairs of alpha and positive weight.
const WEIGHTS: [(Option<f64>, f64); 2] = [(None, 1.0), (Some(0.25), 1.0)];
const HARD: [&str; 3] = ["focal loss", "focal gradient", "focal Hessian"];
/// Soft targets have one row for all results.
const SOFT: [&str; 3] = ["focal, soft"; 3];
const WITH_POS_WEIGHT: [&str; 3] = ["focal, p"; 3];

/// Fewer points than elsewhere, since there are many functions.
fn fewer_points<N: Number>() -> Vec<N> {
    if N::PRECISION == 24 { points() } else { logits(60) }
}

/// Returns loss, gradient and Hessian of each element.
fn derivatives<N: Number>(focal: FocalLoss<'_, N>, x: &[N], t: N) -> [Vec<N>; 3] {
    let targets = vec![t; x.len()];
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    focal.losses(x, &targets, losses).unwrap();
    focal.gradient_and_hessian(x, &targets, gradient, hessian).unwrap();
    columns
}

/// Compares all three results at all points; `rows` are those of the table. Where terms may cancel, the error is in ULP of
/// the sum of their magnitudes.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    alphas: &[(Option<f64>, f64)],
    t: f64,
    gamma: f64,
    cancels: [bool; 3],
    rows: [&str; 3],
) {
    let references = references(points);
    let t = N::new(t).to_f64();
    for &(alpha, p) in alphas {
        let p = N::new(p);
        let [positive, negative] = alpha.map_or([1.0; 2], |alpha| [alpha, 1.0 - alpha]);
        let weights = [positive * p.to_f64(), negative];
        let exact: Vec<_> = references.iter().map(|x| x.focal(t, N::new(gamma).to_f64(), weights)).collect();
        for backend in worst.backends.clone() {
            let focal = with(backend, gamma, alpha).pos_weight(Weights::uniform(p));
            for (k, found) in derivatives(focal, points, N::new(t)).iter().enumerate() {
                for (i, (&found, exact)) in found.iter().zip(&exact).enumerate() {
                    let [value, size] = &exact[k];
                    let error = error_of(found, value, if cancels[k] { size } else { value });
                    worst.see::<N>(backend, &format!("{}, gamma {gamma}", rows[k]), error, || {
                        format!("x {:?}, t {t}, alpha {alpha:?}, p {p:?}: {found:?}", points[i])
                    });
                }
            }
        }
    }
}

fn with<N: Number>(backend: Backend, gamma: f64, alpha: Option<f64>) -> FocalLoss<'static, N> {
    let focal = FocalLoss::new().backend(backend).gamma(N::new(gamma)).reduction(Reduction::Sum);
    match alpha {
        Some(alpha) => focal.alpha(N::new(alpha)),
        None => focal.without_alpha(),
    }
}

/// Compares both hard targets.
fn compare_hard<N: Referenced>(worst: &mut Worst, points: &[N], gammas: &[f64], alphas: &[(Option<f64>, f64)]) {
    for &gamma in gammas {
        for t in [0.0, 1.0] {
            compare(worst, points, alphas, t, gamma, [false, false, true], HARD);
        }
    }
}

fn hard_targets<N: Referenced>() {
    let mut worst = Worst::on(crate::common::backends());
    compare_hard(&mut worst, &fewer_points::<N>(), &GAMMAS, &WEIGHTS);
    worst.report::<N>(Search::here_and_there::<N>());
}

fn soft_targets<N: Referenced>() {
    let (mut points, mut worst) = (fewer_points::<N>(), Worst::on(crate::common::backends()));
    // Beyond, a large logit may multiply a power that has vanished.
    points.retain(|x| x.abs() < N::new(1e10));
    for gamma in GAMMAS {
        for t in [0.5, 0.1, 0.9, 1e-3, 1e-30, 0.999] {
            compare(&mut worst, &points, &WEIGHTS, t, gamma, [false, true, true], SOFT);
        }
    }
    worst.report::<N>(Search::Full);
}

fn positive_weights<N: Referenced>() {
    let (mut points, mut worst) = (fewer_points::<N>(), Worst::on(crate::common::backends()));
    points.retain(|x| x.abs() < N::new(1e10));
    // An alpha that is a power of two makes the product with it exact in both.
    let weights = [(None, 5.0), (Some(0.25), 0.3)];
    for gamma in [0.5, 2.0, 3.0, 64.0] {
        for t in [0.0, 1.0, 0.1, 0.9] {
            let is_soft = t > 0.0 && t < 1.0;
            compare(&mut worst, &points, &weights, t, gamma, [false, is_soft, true], WITH_POS_WEIGHT);
        }
    }
    worst.report::<N>(Search::Full);
}

/// Compares the same targets, and more patterns of `f32`.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    let mut worst = over_all_patterns(509, |worst, points| {
        compare_hard(worst, points, &[0.5, 1.0, 1.5, 2.0, 3.0, 5.0], &WEIGHTS[..1])
    });
    compare_hard(&mut worst, &fewer_points::<f32>(), &GAMMAS, &WEIGHTS);
    worst.report::<f32>(Search::Full);
}
