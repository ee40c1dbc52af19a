//! Sigmoid, its logarithm, and softplus.

use crate::allowed;
use crate::common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use crate::common::exact::{Referenced, error_of};
use crate::common::{backends, for_both_types};
use crate::search::{Worst, over_all_patterns, points};

for_both_types!(plain, any_beta);

fn compare<N: Referenced>(worst: &mut Worst, points: &[N], function: Activation<N>) {
    let (name, limit) = match function {
        Sigmoid => ("sigmoid", allowed::SIGMOID),
        LogSigmoid => ("log_sigmoid", allowed::SOFTPLUS),
        Softplus(beta) if beta == N::new(1.0) => ("softplus", allowed::SOFTPLUS),
        Softplus(_) => ("softplus, any beta", allowed::SOFTPLUS_ANY_BETA),
    };
    let exact: Vec<_> = points.iter().map(|&x| function.exact(x)).collect();
    for backend in worst.backends.clone() {
        for ((&x, found), exact) in points.iter().zip(function.of(backend, points)).zip(&exact) {
            let error = error_of(found, exact, exact);
            worst.see::<N>(backend, name, limit, error, || format!("{function:?} of {x:?}: {found:?}"));
        }
    }
}

fn plain<N: Referenced>() {
    let (points, mut worst) = (points::<N>(), Worst::on(backends()));
    for function in [Sigmoid, LogSigmoid, Softplus(N::new(1.0))] {
        compare(&mut worst, &points, function);
    }
    worst.report::<N>();
}

fn any_beta<N: Referenced>() {
    let (points, mut worst) = (points::<N>(), Worst::on(backends()));
    let largest = 2f64.powi(100);
    for beta in [2.0, 0.7, 1.0 + N::EPSILON.to_f64(), 1.0 - N::EPSILON.to_f64(), 1.0 / 3.0, 10.0, 1e9, 1e-9] {
        // Where the product with beta is what the points are.
        let points: Vec<N> =
            points.iter().map(|x| N::new(x.to_f64() / beta)).filter(|x| x.abs() <= N::LARGEST).collect();
        compare(&mut worst, &points, Softplus(N::new(beta)));
    }
    for beta in [largest, 0.7 * largest, 1.0 / largest, 1.3 / largest] {
        let points: Vec<N> =
            points.iter().map(|x| N::new(x.to_f64() / beta)).filter(|x| x.abs() <= N::LARGEST).collect();
        compare(&mut worst, &points, Softplus(N::new(beta)));
    }
    worst.report::<N>();
}

/// The largest errors that the documentation gives are those of the inputs that it gives.
#[test]
fn documented() {
    let largest: [(Activation<f32>, f32, f64); 4] = [
        (Sigmoid, -4.157_294, 2.40),
        (LogSigmoid, -0.013_321_131_5, 1.86),
        (Softplus(1.0), 0.013_321_131_5, 1.86),
        (Softplus(1.444_957), -0.595_101_95, 2.33),
    ];
    for (function, x, expected) in largest {
        for backend in backends().filter(|b| b.fused::<f32>()) {
            let exact = function.exact(x);
            let error = error_of(function.of(backend, &[x])[0], &exact, &exact);
            assert!((error - expected).abs() < 0.005, "{function:?} of {x} on {}: {error}", backend.name());
        }
    }
}

/// Every other pattern of `f32` where errors are large, and some of the rest: run it in release.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    over_all_patterns(1, |worst, points| {
        let step = |x: f32| if (0.001..=20.0).contains(&x.abs()) { 2 } else { 97 };
        let points: Vec<f32> = points.iter().copied().filter(|&x| x.to_bits().is_multiple_of(step(x))).collect();
        // Of the betas that were tried, the one with the largest error.
        for function in [Sigmoid, LogSigmoid, Softplus(1.0), Softplus(1.444_957)] {
            compare(worst, &points, function);
        }
    })
    .report::<f32>();
}
