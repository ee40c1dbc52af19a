//! Sigmoid, its logarithm, and softplus.

use crate::common::activation::Activation::{self, Softplus};
use crate::common::{Number, backends, for_both_types};
use logit_loss::{Argument, Error};

for_both_types!(lengths, betas, nothing_is_not_an_error);

fn lengths<N: Number>() {
    for n in [0, 1, 8, 33, 70] {
        for found in [0, 1, n + 1, 2 * n].into_iter().filter(|&found| found != n) {
            for function in Activation::all() {
                for backend in backends().map(Some).chain([None]) {
                    let mut out = vec![N::new(-77.5); found];
                    let result = function.write(backend, &vec![N::new(0.5); n], &mut out);
                    assert_eq!(result, Err(Error::Length { argument: Argument::Output, expected: n, found }));
                    assert!(out.iter().all(|&v| v == N::new(-77.5)), "{function:?} wrote");
                }
            }
        }
    }
}

fn betas<N: Number>() {
    let largest = N::new(2f64.powi(100));
    let one = N::new(1.0);
    let (above, below) = (largest * (one + N::EPSILON), (one - N::EPSILON) / largest);
    let zero = N::new(0.0);
    for bad in [zero, -zero, -one, above, below, N::TINIEST, N::LARGEST, N::INFINITY, -N::INFINITY, N::NAN] {
        for n in [0, 1, 40] {
            for backend in backends().map(Some).chain([None]) {
                let logits = vec![N::new(0.5); n];
                let (mut out, mut in_place) = (vec![N::new(-77.5); n], logits.clone());
                let results =
                    [Softplus(bad).write(backend, &logits, &mut out), Softplus(bad).replace(backend, &mut in_place)];
                assert_eq!(results, [Err(Error::Parameter { argument: Argument::Beta }); 2], "{bad:?}");
                assert!(out.iter().all(|&v| v == N::new(-77.5)) && in_place == logits, "{bad:?}: wrote");
            }
        }
    }
    for good in [largest, one / largest, one] {
        for backend in backends() {
            assert!(Softplus(good).of(backend, &[one])[0] >= one, "{good:?}");
        }
    }
}

fn nothing_is_not_an_error<N: Number>() {
    for function in Activation::<N>::all() {
        for backend in backends().map(Some).chain([None]) {
            assert_eq!(function.write(backend, &[], &mut []), Ok(()));
            assert_eq!(function.replace(backend, &mut []), Ok(()));
        }
    }
}

#[test]
fn display() {
    let beta = Error::Parameter { argument: Argument::Beta };
    assert_eq!(beta.to_string(), "beta: outside of [2^-100, 2^100]");
}
