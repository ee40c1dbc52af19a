//! `torch.sigmoid`, `torch.nn.functional.logsigmoid` and `torch.nn.functional.softplus`.

use crate::common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use crate::common::{Number, backends, for_both_types, numbers};

for_both_types!(sigmoids, logarithms, softplus_of_two, without_threshold);

/// Checks that results have all the digits of `N`, within 3 ULP.
fn check<N: Number>(function: Activation<N>, x: &[f64], expected: &[f64]) {
    for backend in backends() {
        for (found, &expected) in function.of(backend, &numbers(x)).into_iter().zip(expected) {
            let error = (found.to_f64() - expected).abs();
            let context = format!("{function:?} on {}: {found:?} and not {expected}", backend.name());
            assert!(error <= 3.0 * N::EPSILON.to_f64() * expected.abs(), "{context}");
        }
    }
}

fn sigmoids<N: Number>() {
    let x = [0.0, 1.0, -1.0, 2.0, -2.0, 5.0, -5.0];
    let above = [0.731_058_578_630_004_9, 0.880_797_077_977_882_4, 0.993_307_149_075_715];
    let below = [0.268_941_421_369_995_1, 0.119_202_922_022_117_56, 0.006_692_850_924_284_855_6];
    check::<N>(Sigmoid, &x, &[0.5, above[0], below[0], above[1], below[1], above[2], below[2]]);
}

fn logarithms<N: Number>() {
    let x = [0.0, 1.0, -1.0, 2.0, -2.0, 5.0, -5.0];
    let far = [-1.313_261_687_518_222_8, -2.126_928_011_042_972_5, -5.006_715_348_489_118];
    let near = [-0.313_261_687_518_222_8, -0.126_928_011_042_972_5, -0.006_715_348_489_118_069];
    let ln_2 = std::f64::consts::LN_2;
    check::<N>(LogSigmoid, &x, &[-ln_2, near[0], far[0], near[1], far[1], near[2], far[2]]);
}

fn softplus_of_two<N: Number>() {
    let expected = [1.063_464_005_521_486_2, 2.009_074_963_958_905, 3.001_237_842_568_865, 4.000_167_703_186_448];
    check::<N>(Softplus(N::new(2.0)), &[1.0, 2.0, 3.0, 4.0], &expected);
}

/// PyTorch's softplus returns x where beta x is above 20; this one does not need that.
fn without_threshold<N: Number>() {
    check::<N>(Softplus(N::new(1.0)), &[20.0, 21.0], &[20.000_000_002_061_154, 21.000_000_000_758_256]);
    for backend in backends() {
        for beta in [1.0, 2.0] {
            let [large] = Softplus(N::new(beta)).of(backend, &[N::new(1000.0)])[..] else { panic!() };
            assert_eq!(large, N::new(1000.0));
        }
    }
}
