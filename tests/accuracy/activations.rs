//! Softplus with any beta; the other activations are beside the loss.

use crate::common::activation::Activation::Softplus;
use crate::common::exact::{Referenced, error_of};
use crate::common::{backends, for_both_types};
use crate::search::{Search, Worst, over_all_patterns, points};

for_both_types!(any_beta);

fn compare<N: Referenced>(worst: &mut Worst, points: &[N], beta: f64) {
    let function = Softplus(N::new(beta));
    let exact: Vec<_> = points.iter().map(|&x| function.exact(x)).collect();
    for backend in worst.backends.clone() {
        for ((&x, found), exact) in points.iter().zip(function.of(backend, points)).zip(&exact) {
            let at = || format!("beta {beta:?}, x {x:?}: {found:?}");
            worst.see::<N>(backend, "softplus, any beta", error_of(found, exact, exact), at);
        }
    }
}

fn any_beta<N: Referenced>() {
    let (points, mut worst) = (points::<N>(), Worst::on(backends()));
    let largest = 2f64.powi(100);
    let usual = [2.0, 0.7, 1.0 + N::EPSILON.to_f64(), 1.0 - N::EPSILON.to_f64(), 1.0 / 3.0, 10.0, 1e9, 1e-9];
    for beta in usual.into_iter().chain([largest, 0.7 * largest, 1.0 / largest, 1.3 / largest]) {
        // Points whose product with beta is one of the points.
        let points: Vec<N> =
            points.iter().map(|x| N::new(x.to_f64() / beta)).filter(|x| x.abs() <= N::LARGEST).collect();
        compare(&mut worst, &points, beta);
    }
    worst.report::<N>(Search::here_and_there::<N>());
}

/// Of the betas that were tried, the one with the largest error, and its input.
pub const WORST_BETA: (f32, f32) = (1.444_957, -0.595_101_95);

/// Checks that the input in the documentation has the largest error in the documentation.
#[test]
fn documented() {
    let (beta, x) = WORST_BETA;
    let fused: Vec<_> = backends().filter(|b| b.is_fused()).collect();
    if fused.is_empty() {
        return println!("it is that of machines that fuse, and this one does not");
    }
    let mut worst = Worst::on(fused.into_iter());
    compare(&mut worst, &[x], beta.into());
    worst.report::<f32>(Search::Full);
}

/// Every other pattern of `f32` where errors are large, and some of the others.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    over_all_patterns(1, |worst, points| {
        let step = |x: f32| if (0.001..=20.0).contains(&x.abs()) { 2 } else { 97 };
        let points: Vec<f32> = points.iter().copied().filter(|&x| x.to_bits().is_multiple_of(step(x))).collect();
        compare(worst, &points, WORST_BETA.0.into());
    })
    .report::<f32>(Search::Full);
}
