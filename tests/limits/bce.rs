//! Binary cross-entropy from logits.

use crate::common::{Number, backends, for_both_types, numbers};
use crate::places::{at_all_places, for_each_writer, no_nan, special_logits};
use logit_loss::{BceWithLogits, Error, Hessian, Loss, LossSum, Reduction, Weights};

for_both_types!(
    exact_limits,
    hessian_vanishes_at_infinity,
    target_gradient_at_infinity,
    full_smoothing,
    infinite_loss_has_an_infinite_mean,
    sum_above_the_largest_number,
    nan_with_weight_zero,
    class_of_weight_zero,
    nan_with_other_weights,
    subnormal_results,
    subnormal_logits,
    no_nan_over_the_grid,
    weights_that_vanish_when_divided,
    large_weights_of_tiny_losses,
    weights_that_take_back_an_overflow,
);

fn exact_limits<N: Number>() {
    let inf = f64::INFINITY;
    // Logit, target, positive weight, weight; loss, gradient.
    for row in [
        [inf, 1.0, 1.0, 1.0, 0.0, 0.0],
        [-inf, 0.0, 1.0, 1.0, 0.0, 0.0],
        [inf, 0.0, 1.0, 1.0, inf, 1.0],
        [-inf, 1.0, 1.0, 1.0, inf, -1.0],
        [-inf, 1.0, 3.0, 2.0, inf, -6.0],
        [inf, 0.0, 3.0, 2.0, inf, 2.0],
        [inf, 1.0, 3.0, 2.0, 0.0, 0.0],
        // Positives that do not count.
        [inf, 1.0, 0.0, 1.0, 0.0, 0.0],
        [-inf, 1.0, 0.0, 1.0, 0.0, 0.0],
        [3.0, 1.0, 0.0, 1.0, 0.0, 0.0],
        [-3.0, 1.0, 0.0, 1.0, 0.0, 0.0],
        [inf, 0.0, 0.0, 1.0, inf, 1.0],
        // Soft targets.
        [inf, 0.25, 1.0, 1.0, inf, 0.75],
        [-inf, 0.25, 1.0, 1.0, inf, -0.25],
        [-inf, 0.25, 8.0, 1.0, inf, -2.0],
        [inf, 0.25, 8.0, 4.0, inf, 3.0],
        // A positive weight of 0 leaves nothing of a negative logit's cost.
        [-inf, 0.25, 0.0, 1.0, 0.0, 0.0],
        [inf, 0.25, 0.0, 1.0, inf, 0.75],
        // A weight of 0 leaves nothing at all.
        [inf, 0.0, 1.0, 0.0, 0.0, 0.0],
        [-inf, 0.5, 5.0, 0.0, 0.0, 0.0],
        // The largest logits have a finite loss.
        [N::LARGEST.to_f64(), 0.0, 1.0, 1.0, N::LARGEST.to_f64(), 1.0],
        [-N::LARGEST.to_f64(), 1.0, 1.0, 1.0, N::LARGEST.to_f64(), -1.0],
        [N::LARGEST.to_f64(), 1.0, 1.0, 1.0, 0.0, 0.0],
        [-N::LARGEST.to_f64(), 1.0, 2.0, 1.0, inf, -2.0],
    ] {
        let [x, t, p, w, loss, gradient] = row.map(N::new);
        let weights = [w; 75];
        for per_element in [false, true] {
            let weight = if per_element { Weights::per_class(&weights[..1]) } else { Weights::uniform(w) };
            let bce = BceWithLogits::new().pos_weight(Weights::uniform(p)).weight(weight);
            for_each_writer(bce, x, t, |backend, found, slope| {
                assert!(found == loss && slope == gradient, "{row:?} on {backend}: {found:?}, {slope:?}");
            });
        }
    }
}

fn hessian_vanishes_at_infinity<N: Number>() {
    let logits = [N::INFINITY, -N::INFINITY, N::LARGEST, -N::LARGEST];
    for backend in backends() {
        for (p, t) in [(1.0, 0.0), (1.0, 1.0), (5.0, 0.5), (5.0, 1.0), (0.0, 1.0)] {
            let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(N::new(p)));
            let (mut gradient, mut hessian) = ([N::NAN; 4], [N::NAN; 4]);
            bce.gradient_and_hessian(&logits, &[N::new(t); 4], &mut gradient, &mut hessian).unwrap();
            assert_eq!(hessian, [N::new(0.0); 4], "{}", backend.name());
        }
    }
}

fn target_gradient_at_infinity<N: Number>() {
    let inf = N::INFINITY;
    for backend in backends() {
        let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
        for (p, w, s, expected) in [
            (1.0, 1.0, 0.0, [-inf, inf]),
            (5.0, 2.0, 0.5, [-inf, inf]),
            // -x - softplus(-x) = -softplus(x): nothing grows on the negative side.
            (0.0, 1.0, 0.0, [-inf, N::new(0.0)]),
            (1.0, 0.0, 0.0, [N::new(0.0); 2]),
            (5.0, 1.0, 1.0, [N::new(0.0); 2]),
        ] {
            let [p, w, s] = [p, w, s].map(N::new);
            let bce = bce.pos_weight(Weights::uniform(p)).weight(Weights::uniform(w)).label_smoothing(s);
            let mut out = [N::NAN; 2];
            bce.target_gradient(&[inf, -inf], &[N::new(0.5); 2], &mut out).unwrap();
            assert_eq!(out, expected, "{}: p {p:?}, w {w:?}, s {s:?}", backend.name());
        }
    }
}

fn full_smoothing<N: Number>() {
    // Every target becomes 1/2.
    let logits = numbers::<N>(&[f64::NEG_INFINITY, -3.0, -0.0, 0.0, 1.5, f64::INFINITY]);
    for backend in backends() {
        let smooth = BceWithLogits::new().backend(backend).label_smoothing(N::new(1.0));
        let plain = smooth.label_smoothing(N::new(0.0));
        for t in [0.0, 0.3, 1.0] {
            let (mut a, mut b) = ([N::NAN; 6], [N::NAN; 6]);
            smooth.losses(&logits, &[N::new(t); 6], &mut a).unwrap();
            plain.losses(&logits, &[N::new(0.5); 6], &mut b).unwrap();
            assert_eq!(a, b, "{}", backend.name());
            smooth.gradient(&logits, &[N::new(t); 6], &mut a).unwrap();
            plain.gradient(&logits, &[N::new(0.5); 6], &mut b).unwrap();
            assert_eq!(a, b, "{}", backend.name());
            smooth.target_gradient(&logits, &[N::new(t); 6], &mut a).unwrap();
            assert_eq!(a, [N::new(0.0); 6], "{}", backend.name());
        }
    }
}

fn infinite_loss_has_an_infinite_mean<N: Number>() {
    for backend in backends() {
        for (t, p, w) in [(0.0, 1.0, 1.0), (0.5, 1.0, 1.0), (0.0, 5.0, 1.0), (0.0, 1.0, 2.0), (0.5, 5.0, 0.5)] {
            let [t, p, w] = [t, p, w].map(N::new);
            let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(p)).weight(Weights::uniform(w));
            at_all_places(N::INFINITY, t, |logits, targets, at| {
                let mut out = logits.to_vec();
                let mut sum = LossSum::new();
                for reduction in [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum] {
                    let bce = bce.reduction(reduction);
                    let losses = [bce.loss(logits, targets), bce.loss_and_gradient(logits, targets, &mut out)];
                    assert_eq!(losses, [Ok(N::INFINITY); 2], "{} at {at}, {t:?} {p:?} {w:?}", backend.name());
                    bce.accumulate(&mut sum, logits, targets).unwrap();
                }
                let found = (sum.sum(), sum.mean(), sum.weighted_mean());
                assert_eq!(found, (N::INFINITY, Some(N::INFINITY), Some(N::INFINITY)), "{}", backend.name());
                let mut merged = LossSum::from_le_bytes(sum.to_le_bytes());
                merged.merge(&sum);
                assert_eq!(merged.mean(), Some(N::INFINITY));
            });
        }
    }
}

fn sum_above_the_largest_number<N: Number>() {
    for backend in backends() {
        for n in [2, 3, 70, 1100] {
            let (logits, targets) = (vec![N::LARGEST; n], vec![N::new(0.0); n]);
            let mut sum = LossSum::new();
            let bce = BceWithLogits::new().backend(backend);
            assert_eq!(bce.loss(&logits, &targets), Ok(N::INFINITY), "{} of {n}", backend.name());
            bce.accumulate(&mut sum, &logits, &targets).unwrap();
            bce.accumulate(&mut sum, &logits[..1], &targets[..1]).unwrap();
            assert_eq!((sum.sum(), sum.mean()), (N::INFINITY, Some(N::INFINITY)), "{} of {n}", backend.name());
            // Nothing of its low word is left, which would not be equal to itself.
            assert_eq!(LossSum::from_le_bytes(sum.to_le_bytes()), sum, "{} of {n}", backend.name());
            let heavy = bce.weight(Weights::uniform(N::LARGEST));
            let mean = heavy.reduction(Reduction::WeightedMean).loss(&logits, &targets);
            assert_eq!(mean, Err(Error::EmptyMean), "{} of {n}", backend.name());
            let mut sum = LossSum::new();
            heavy.accumulate(&mut sum, &logits, &targets).unwrap();
            assert_eq!((sum.weight(), sum.weighted_mean()), (N::INFINITY, None), "{} of {n}", backend.name());
        }
    }
}

fn nan_with_weight_zero<N: Number>() {
    let zero = N::new(0.0);
    for weights in [Weights::uniform(zero), Weights::per_class(&[zero]), Weights::uniform(-zero)] {
        for (x, t) in [(N::NAN, zero), (zero, N::NAN), (N::NAN, N::NAN), (-N::NAN, N::new(0.5))] {
            let bce = BceWithLogits::new().weight(weights);
            for p in [0.0, 1.0, 5.0] {
                for_each_writer(bce.pos_weight(Weights::uniform(N::new(p))), x, t, |backend, loss, gradient| {
                    assert!(loss == zero && gradient == zero, "{backend}: {loss:?}, {gradient:?} of {x:?}, {t:?}");
                });
            }
        }
    }
    // Among others, and in what is reduced.
    for backend in backends() {
        for (p, t) in [(1.0, 1.0), (5.0, 1.0), (1.0, 0.5), (5.0, 0.5)] {
            at_all_places(N::NAN, N::NAN, |logits, _, at| {
                let targets: Vec<N> = (0..logits.len()).map(|i| if i == at { N::NAN } else { N::new(t) }).collect();
                let weights: Vec<N> = (0..logits.len()).map(|i| N::new(f64::from(i != at))).collect();
                let bce = BceWithLogits::new()
                    .backend(backend)
                    .pos_weight(Weights::uniform(N::new(p)))
                    .weight(Weights::per_element(&weights));
                let mut sum = LossSum::new();
                bce.accumulate(&mut sum, logits, &targets).unwrap();
                assert!(!sum.sum().is_nan(), "{} at {at} of {}", backend.name(), logits.len());
                let (mut out, mut hessian) = (logits.to_vec(), logits.to_vec());
                bce.gradient_and_hessian(logits, &targets, &mut out, &mut hessian).unwrap();
                assert_eq!((out[at], hessian[at]), (zero, zero), "{}", backend.name());
                bce.target_gradient(logits, &targets, &mut out).unwrap();
                assert_eq!(out[at], zero, "{}", backend.name());
            });
        }
    }
}

fn class_of_weight_zero<N: Number>() {
    let [zero, half, one] = [0.0, 0.5, 1.0].map(N::new);
    let weights = [one, zero];
    // Smoothed by a half, a target of -1 is what a negative one is, with the other sign.
    let all =
        [(N::NAN, zero, zero), (N::NAN, one, zero), (zero, N::NAN, zero), (N::NAN, one, half), (zero, -one, half)];
    for (backend, (x, t, s)) in backends().flat_map(|backend| all.map(|case| (backend, case))) {
        let bce = BceWithLogits::new().backend(backend).label_smoothing(s).reduction(Reduction::Sum);
        for pairs in [1, 40, 3000] {
            let [logits, targets] = [[half, x], [one, t]].map(|pair| pair.repeat(pairs));
            let weighted = bce.weight(Weights::per_class(&weights));
            let expected = weighted.loss(&[half, zero].repeat(pairs), &[one, zero].repeat(pairs)).unwrap();
            let found = weighted.loss(&logits, &targets).unwrap();
            let context = format!("{} of {pairs} pairs {x:?}, {t:?}, smoothed by {s:?}", backend.name());
            assert!((found - expected).abs() <= expected * N::new(1e-6), "{found:?}: {context}");
        }
    }
}

fn nan_with_other_weights<N: Number>() {
    for w in [N::TINIEST, N::new(1.0), N::new(3.0), N::LARGEST] {
        for (x, t) in [(N::NAN, 0.0), (N::NAN, 1.0), (N::new(0.0), f64::NAN), (N::INFINITY, f64::NAN)] {
            for p in [0.0, 1.0, 5.0] {
                let bce = BceWithLogits::new().weight(Weights::uniform(w)).pos_weight(Weights::uniform(N::new(p)));
                for_each_writer(bce, x, N::new(t), |backend, loss, gradient| {
                    let context = format!("{backend}: {loss:?}, {gradient:?} of {x:?}, {t:?}, w {w:?}, p {p}");
                    assert!(loss.is_nan() && gradient.is_nan(), "{context}");
                });
                for backend in backends() {
                    let bce = bce.backend(backend);
                    let (mut a, mut b) = ([N::new(0.0)], [N::new(0.0)]);
                    bce.gradient_and_hessian(&[x], &[N::new(t)], &mut a, &mut b).unwrap();
                    assert!(b[0].is_nan(), "Hessian on {} of {x:?}, {t:?}", backend.name());
                    bce.target_gradient(&[x], &[N::new(t)], &mut a).unwrap();
                    assert!(a[0].is_nan(), "target on {} of {x:?}, {t:?}", backend.name());
                    assert!(bce.loss(&[x], &[N::new(t)]).unwrap().is_nan(), "loss on {}", backend.name());
                }
            }
        }
    }
}

fn subnormal_results<N: Number>() {
    // exp(-a) down to the last subnormal and beyond; loss and gradient are e up to an ULP of what is left.
    let last = -f64::from(N::LEAST_EXPONENT) * std::f64::consts::LN_2;
    for back in [-1.0, 0.0, 0.3, 1.0, 2.0, 5.0, 10.0] {
        let a = N::new(last - back);
        // exp of `f64` loses digits to subnormals itself, so in two factors.
        let half = (-a.to_f64() / 2.0).exp();
        let e = half / N::TINIEST.to_f64().sqrt() * half / N::TINIEST.to_f64().sqrt();
        for (x, t) in [(a, 1.0), (-a, 0.0)] {
            for_each_writer(BceWithLogits::new(), x, N::new(t), |backend, loss, gradient| {
                for found in [loss, gradient.abs()] {
                    let ulps = found.bits() as f64;
                    assert!((ulps - e).abs() <= 2.5, "{backend}: {ulps} and not {e} times the tiniest at {x:?}");
                }
            });
        }
    }
}

fn subnormal_logits<N: Number>() {
    for x in [N::TINIEST, -N::TINIEST, N::SMALLEST_NORMAL, -N::SMALLEST_NORMAL, N::new(0.0), N::new(-0.0)] {
        for (t, gradient) in [(0.0, 0.5), (1.0, -0.5), (0.5, 0.0), (0.25, 0.25)] {
            for_each_writer(BceWithLogits::new(), x, N::new(t), |backend, loss, slope| {
                assert_eq!(loss, N::new(std::f64::consts::LN_2), "{backend}");
                assert_eq!(slope, N::new(gradient), "{backend}");
            });
        }
    }
}

fn no_nan_over_the_grid<N: Number>() {
    let targets =
        [N::new(0.0), N::TINIEST, N::EPSILON, N::new(0.25), N::new(0.5), N::new(1.0) - N::EPSILON, N::new(1.0)];
    let (huge, tiny) = (N::LARGEST, N::TINIEST);
    let weights = [N::new(0.0), tiny, N::new(1.0), N::new(1e30), huge];
    let logits = special_logits::<N>();
    for t in targets {
        // Of each target its own run, so that blocks of hard targets are among them.
        let (mut x, mut w) = (Vec::new(), Vec::new());
        for &weight in &weights {
            x.extend(&logits);
            w.extend(vec![weight; logits.len()]);
        }
        for p in [N::new(0.0), tiny, N::new(1.0), N::new(5.0), huge] {
            for (kind, weight) in [("per element", Weights::per_element(&w))]
                .into_iter()
                .chain(weights.map(|w| ("uniform", Weights::uniform(w))))
            {
                for s in [0.0, 0.1] {
                    let bce = BceWithLogits::new().weight(weight).pos_weight(Weights::uniform(p));
                    let context = format!("t {t:?}, p {p:?}, s {s}, weights {kind}");
                    no_nan(bce.label_smoothing(N::new(s)), true, &x, &vec![t; x.len()], &context);
                }
            }
        }
    }
}

fn weights_that_vanish_when_divided<N: Number>() {
    // Whether an element is there is judged by its weight, not by what is left of it under a mean.
    for backend in backends() {
        let bce = BceWithLogits::new().backend(backend);
        for weight in [Weights::uniform(N::TINIEST), Weights::per_class(&[N::TINIEST])] {
            let bce = bce.weight(weight);
            let (mut out, mut hessian) = ([N::new(0.0); 4], [N::new(0.0); 4]);
            bce.target_gradient(&[N::INFINITY; 4], &[N::new(0.0); 4], &mut out).unwrap();
            assert!(out.iter().all(|v| *v == -N::INFINITY), "{}: {weight:?}, {out:?}", backend.name());
            bce.gradient_and_hessian(&[N::NAN; 4], &[N::new(0.0); 4], &mut out, &mut hessian).unwrap();
            assert!(out.iter().chain(&hessian).all(|v| v.is_nan()), "{}: {weight:?}, {out:?}", backend.name());
        }
    }
}

/// Loss and gradient of a logit on the wrong side, and of a tail, by the logarithm: `f64` holds no more either.
fn check_extreme<N: Number>(x: f64, p: N, w: N, loss: f64, gradient: f64) {
    let bce = BceWithLogits::new().pos_weight(Weights::uniform(p)).weight(Weights::per_class(std::slice::from_ref(&w)));
    for_each_writer(bce, N::new(x), N::new(1.0), |backend, found, slope| {
        for (found, expected) in [(found, loss), (slope.abs(), gradient)] {
            let logarithm = found.to_f64().ln();
            assert!((logarithm - expected).abs() < 1e-5, "{backend}: {found:?}, and not exp({expected}), of {x}");
        }
    });
}

fn large_weights_of_tiny_losses<N: Number>() {
    let largest = N::LARGEST.to_f64().ln();
    // exp(-x) has lost digits, or is 0.
    let x = (f64::from(N::LEAST_EXPONENT) * -std::f64::consts::LN_2).floor();
    for x in [x - 8.0, x - 1.0, x] {
        let x = N::new(x).to_f64();
        check_extreme(x, N::LARGEST, N::new(1.0), largest - x, largest - x);
        check_extreme(x, N::new(1.0), N::LARGEST, largest - x, largest - x);
    }
}

fn weights_that_take_back_an_overflow<N: Number>() {
    let (largest, tiniest) = (N::LARGEST.to_f64().ln(), N::TINIEST.to_f64().ln());
    let w = N::new(1e-10);
    let limit = largest + w.to_f64().ln();
    check_extreme(-10.0, N::LARGEST, w, limit + 10f64.ln(), limit - (-10f64).exp().ln_1p());
    // p log1p(e) is a fraction of the tiniest number, w times that is not.
    let w = N::new(1e30);
    let half = 0.5f64.ln();
    check_extreme(
        0.0,
        N::TINIEST,
        w,
        tiniest + w.to_f64().ln() + std::f64::consts::LN_2.ln(),
        tiniest + w.to_f64().ln() + half,
    );
}
