//! Sigmoid, its logarithm, and softplus.

use super::places::{at_all_places, special_logits};
use crate::common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use crate::common::exact::{Referenced, error_of};
use crate::common::{Number, backends, for_both_types, same};

for_both_types!(exact_limits, subnormal_results, nan_alone_gives_nan, within_their_ranges, extreme_betas);

/// The element `at`, written apart and in place, on every backend and on the one that is chosen.
fn for_each_writer<N: Number>(function: Activation<N>, x: N, mut check: impl FnMut(&str, N)) {
    for backend in backends().map(Some).chain([None]) {
        let name = backend.map_or("chosen", |b| b.name());
        at_all_places(x, x, |logits, _, at| {
            let (mut apart, mut in_place) = (vec![N::new(7.0); logits.len()], logits.to_vec());
            function.write(backend, logits, &mut apart).unwrap();
            function.replace(backend, &mut in_place).unwrap();
            check(name, apart[at]);
            check(name, in_place[at]);
        });
    }
}

fn exact_limits<N: Number>() {
    let (inf, ln_2, largest) = (f64::INFINITY, std::f64::consts::LN_2, N::LARGEST.to_f64());
    let softplus = |beta: f64| Softplus(N::new(beta));
    for (function, x, limit) in [
        (Sigmoid, inf, 1.0),
        (Sigmoid, -inf, 0.0),
        (Sigmoid, largest, 1.0),
        (Sigmoid, -largest, 0.0),
        (Sigmoid, 0.0, 0.5),
        (Sigmoid, -0.0, 0.5),
        (Sigmoid, N::TINIEST.to_f64(), 0.5),
        (Sigmoid, -N::TINIEST.to_f64(), 0.5),
        (LogSigmoid, inf, 0.0),
        (LogSigmoid, -inf, -inf),
        (LogSigmoid, largest, 0.0),
        (LogSigmoid, -largest, -largest),
        (LogSigmoid, 0.0, -ln_2),
        (LogSigmoid, -0.0, -ln_2),
        (softplus(1.0), inf, inf),
        (softplus(1.0), -inf, 0.0),
        (softplus(1.0), largest, largest),
        (softplus(1.0), -largest, 0.0),
        (softplus(1.0), 0.0, ln_2),
        (softplus(1.0), -0.0, ln_2),
        (softplus(0.25), inf, inf),
        (softplus(0.25), -inf, 0.0),
        (softplus(0.25), largest, largest),
        (softplus(0.25), -largest, 0.0),
        (softplus(0.25), 0.0, 4.0 * ln_2),
        (softplus(3e20), largest, largest),
        (softplus(3e20), -largest, 0.0),
        (softplus(3e-20), inf, inf),
        (softplus(3e-20), -inf, 0.0),
    ] {
        let limit = N::new(limit);
        for_each_writer(function, N::new(x), |backend, found| {
            // The bits: nothing is -0.
            assert!(same(found, limit), "{function:?} of {x} on {backend}: {found:?} and not {limit:?}");
        });
    }
}

fn subnormal_results<N: Referenced>() {
    let last = -f64::from(N::LEAST_EXPONENT) * std::f64::consts::LN_2;
    for back in [-1.0, 0.3, 1.0, 2.0, 5.0, 10.0, 15.0] {
        for (function, x) in [
            (Sigmoid, back - last),
            (LogSigmoid, last - back),
            (Softplus(N::new(1.0)), back - last),
            (Softplus(N::new(0.7)), (back - last) / 0.7),
            // e is normal and the result is not, and the other way round.
            (Softplus(N::new(2e6)), (back - last + 14.5) / 2e6),
            (Softplus(N::new(2e-6)), (back - last) / 2e-6),
        ] {
            let x = N::new(x);
            let exact = function.exact(x);
            for_each_writer(function, x, |backend, found| {
                let context = format!("{function:?} of {x:?} on {backend}: {found:?}");
                assert!(back < 0.0 || found != N::new(0.0), "{context}");
                assert!(error_of(found, &exact, &exact) <= 1.5, "{context}");
            });
        }
    }
}

fn nan_alone_gives_nan<N: Number>() {
    for function in Activation::<N>::all() {
        // One of them is an infinity in its leading half.
        for nan in [N::NAN, -N::NAN, N::from_bits_of(N::INFINITY.bits() + 1)] {
            for_each_writer(function, nan, |backend, found| {
                assert!(found.is_nan(), "{function:?} on {backend}: {found:?}");
            });
        }
    }
}

fn within_their_ranges<N: Number>() {
    let [zero, one] = [0.0, 1.0].map(N::new);
    let logits = special_logits::<N>();
    for backend in backends() {
        for function in Activation::<N>::all() {
            for (&x, y) in logits.iter().zip(function.of(backend, &logits)) {
                let possible = match function {
                    Sigmoid => zero <= y && y <= one,
                    LogSigmoid => y <= zero && y <= x,
                    Softplus(_) => zero <= y && x <= y,
                };
                assert!(possible, "{function:?} of {x:?} on {}: {y:?}", backend.name());
            }
        }
    }
}

fn extreme_betas<N: Referenced>() {
    let largest = 2f64.powi(100);
    let logits = special_logits::<N>();
    for beta in [largest, 0.77 * largest, 1.0 / largest, 1.3 / largest] {
        let function = Softplus(N::new(beta));
        for backend in backends() {
            for (&x, found) in logits.iter().zip(function.of(backend, &logits)) {
                let context = format!("{function:?} of {x:?} on {}: {found:?}", backend.name());
                if x.abs() <= N::LARGEST {
                    let exact = function.exact(x);
                    let limit = if backend.is_fused() { 3.0 } else { 4.0 };
                    assert!(error_of(found, &exact, &exact) <= limit, "{context}");
                } else {
                    assert!(found == if x > N::new(0.0) { x } else { N::new(0.0) }, "{context}");
                }
            }
        }
    }
}
