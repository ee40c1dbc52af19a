//! Focal loss.

use crate::common::exact::{Referenced, error_of, references};
use crate::common::{Number, for_both_types};
use crate::search::{Search, Worst, logits, over_all_patterns, points};
use logit_loss::{Backend, FocalLoss, Hessian, Loss, Reduction};

for_both_types!(hard_targets, soft_targets);

/// Integers up to 4 are multiplied, all others exponentiated.
const GAMMAS: [f64; 10] = [0.0, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 64.0];
const ALPHAS: [Option<f64>; 2] = [None, Some(0.25)];
const HARD: [&str; 3] = ["focal loss", "focal gradient", "focal Hessian"];
/// No difference is made between them.
const SOFT: [&str; 3] = ["focal, soft"; 3];

/// There are many functions.
fn fewer_points<N: Number>() -> Vec<N> {
    if N::PRECISION == 24 { points() } else { logits(60) }
}

/// Loss, gradient and Hessian of each element.
fn derivatives<N: Number>(focal: FocalLoss<'_, N>, x: &[N], t: N) -> [Vec<N>; 3] {
    let targets = vec![t; x.len()];
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    focal.losses(x, &targets, losses).unwrap();
    focal.gradient_and_hessian(x, &targets, gradient, hessian).unwrap();
    columns
}

/// All three at all points; `rows` are those of the table. What may cancel is measured in ULP of the sum of its terms'
/// magnitudes.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    alphas: &[Option<f64>],
    t: f64,
    gamma: f64,
    cancels: [bool; 3],
    rows: [&str; 3],
) {
    let references = references(points);
    let t = N::new(t).to_f64();
    for &alpha in alphas {
        let weights = alpha.map_or([1.0; 2], |alpha| [alpha, 1.0 - alpha]);
        let exact: Vec<_> = references.iter().map(|x| x.focal(t, N::new(gamma).to_f64(), weights)).collect();
        for backend in worst.backends.clone() {
            let focal = with(backend, gamma, alpha);
            for (k, found) in derivatives(focal, points, N::new(t)).iter().enumerate() {
                for (i, (&found, exact)) in found.iter().zip(&exact).enumerate() {
                    let [value, size] = &exact[k];
                    let error = error_of(found, value, if cancels[k] { size } else { value });
                    worst.see::<N>(backend, &format!("{}, gamma {gamma}", rows[k]), error, || {
                        format!("x {:?}, t {t}, alpha {alpha:?}: {found:?}", points[i])
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

/// Both hard targets.
fn compare_hard<N: Referenced>(worst: &mut Worst, points: &[N], gammas: &[f64], alphas: &[Option<f64>]) {
    for &gamma in gammas {
        for t in [0.0, 1.0] {
            compare(worst, points, alphas, t, gamma, [false, false, true], HARD);
        }
    }
}

fn hard_targets<N: Referenced>() {
    let mut worst = Worst::on(crate::common::backends());
    compare_hard(&mut worst, &fewer_points::<N>(), &GAMMAS, &ALPHAS);
    worst.report::<N>(Search::here_and_there::<N>());
}

fn soft_targets<N: Referenced>() {
    let (mut points, mut worst) = (fewer_points::<N>(), Worst::on(crate::common::backends()));
    // Beyond, a power that has vanished may meet a logit that would bring it back.
    points.retain(|x| x.abs() < N::new(1e10));
    for gamma in GAMMAS {
        for t in [0.5, 0.1, 0.9, 1e-3, 1e-30, 0.999] {
            compare(&mut worst, &points, &ALPHAS, t, gamma, [false, true, true], SOFT);
        }
    }
    worst.report::<N>(Search::Full);
}

/// The same, and more patterns of `f32`.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    let mut worst =
        over_all_patterns(509, |worst, points| compare_hard(worst, points, &[0.5, 1.0, 1.5, 2.0, 3.0, 5.0], &[None]));
    compare_hard(&mut worst, &fewer_points::<f32>(), &GAMMAS, &ALPHAS);
    worst.report::<f32>(Search::Full);
}
