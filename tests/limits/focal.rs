//! Focal loss from logits.

use crate::common::{Number, backends, everything, for_both_types, numbers, same};
use crate::places::{for_each_writer, no_nan, special_logits};
use logit_loss::{BceWithLogits, FocalLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(
    exact_limits,
    limits_of_positive_weights,
    finite_where_the_loss_is_not,
    hessian_vanishes_at_infinity,
    nan_with_weight_zero,
    nan_with_other_weights,
    subnormal_results,
    without_alpha_and_gamma_it_is_cross_entropy,
    hard_targets_among_soft_ones,
    no_nan_over_the_grid,
    no_nan_with_positive_weights,
);

/// From none over multiplied and exponentiated ones to the largest, and those so small that they do nothing.
const GAMMAS: [f64; 11] = [0.0, 1e-300, 1e-40, 1e-19, 0.01, 0.5, 1.0, 2.0, 4.0, 5.0, 64.0];

fn exact_limits<N: Number>() {
    let inf = f64::INFINITY;
    for gamma in GAMMAS {
        // Logit, target, alpha, weight; loss, gradient.
        for row in [
            [inf, 1.0, 0.25, 1.0, 0.0, 0.0],
            [-inf, 0.0, 0.25, 1.0, 0.0, 0.0],
            [inf, 0.0, 0.25, 1.0, inf, 0.75],
            [-inf, 1.0, 0.25, 1.0, inf, -0.25],
            [-inf, 1.0, 0.25, 16.0, inf, -4.0],
            // Positives that do not count, and negatives.
            [-inf, 1.0, 0.0, 1.0, 0.0, 0.0],
            [-3.0, 1.0, 0.0, 1.0, 0.0, 0.0],
            [inf, 0.0, 1.0, 1.0, 0.0, 0.0],
            // A weight of 0 leaves nothing at all.
            [inf, 0.0, 0.25, 0.0, 0.0, 0.0],
            // The largest logits have a finite loss.
            [N::LARGEST.to_f64(), 0.0, 0.0, 1.0, N::LARGEST.to_f64(), 1.0],
            [N::LARGEST.to_f64(), 1.0, 0.0, 1.0, 0.0, 0.0],
        ] {
            let [x, t, alpha, w, loss, gradient] = row.map(N::new);
            for weight in [Weights::uniform(w), Weights::per_class(&[w])] {
                let focal = FocalLoss::new().gamma(N::new(gamma)).alpha(alpha).weight(weight);
                for_each_writer(focal, x, t, |backend, found, slope| {
                    let context = format!("{row:?}, gamma {gamma} on {backend}: {found:?}, {slope:?}");
                    assert!(found == loss && slope == gradient, "{context}");
                });
            }
        }
        // A soft target costs without end on either side, with the limit m^gamma (z - t) of the gradient.
        for (x, gradient) in [(inf, 0.75 * 0.75f64.powf(gamma)), (-inf, -0.25 * 0.25f64.powf(gamma))] {
            let focal = FocalLoss::new().gamma(N::new(gamma)).without_alpha();
            for_each_writer(focal, N::new(x), N::new(0.25), |backend, found, slope| {
                let error = (slope.to_f64() - gradient).abs();
                let context = format!("{x}, gamma {gamma} on {backend}: {found:?}, {slope:?} and not {gradient}");
                let allowed = (8.0 + 2.0 * gamma) * N::EPSILON.to_f64() * gradient.abs() + 2.0 * N::TINIEST.to_f64();
                assert!(found == N::INFINITY && error <= allowed, "{context}");
            });
        }
    }
}

fn limits_of_positive_weights<N: Number>() {
    let (inf, least, largest) = (f64::INFINITY, N::TINIEST.to_f64(), N::LARGEST.to_f64());
    for gamma in GAMMAS {
        // Logit, target, alpha, positive weight; loss, gradient.
        for row in [
            [-inf, 1.0, 0.25, 16.0, inf, -4.0],
            [inf, 1.0, 0.25, 16.0, 0.0, 0.0],
            [inf, 0.0, 0.25, 16.0, inf, 0.75],
            [-inf, 1.0, 1.0, largest, inf, -largest],
            // Positives that do not count.
            [-inf, 1.0, 0.25, 0.0, 0.0, 0.0],
            [-largest, 1.0, 0.25, 0.0, 0.0, 0.0],
            [-3.0, 1.0, 0.25, 0.0, 0.0, 0.0],
            [inf, 1.0, 0.25, 0.0, 0.0, 0.0],
            [inf, 0.3, 1.0, 0.0, 0.0, 0.0],
            // Those that hardly count, unless that is rounded to 0.
            [-inf, 1.0, 1.0, least, inf, -least],
            [-inf, 1.0, 0.75, least, inf, -least],
            [-inf, 1.0, 0.25, least, 0.0, 0.0],
            [-inf, 0.25, 1.0, least, 0.0, 0.0],
        ] {
            let [x, t, alpha, p, loss, gradient] = row.map(N::new);
            for pos_weight in [Weights::uniform(p), Weights::per_class(&[p])] {
                let focal = FocalLoss::new().gamma(N::new(gamma)).alpha(alpha).pos_weight(pos_weight);
                for_each_writer(focal, x, t, |backend, found, slope| {
                    let context = format!("{row:?}, gamma {gamma} on {backend}: {found:?}, {slope:?}");
                    assert!(found == loss && slope == gradient, "{context}");
                });
            }
        }
    }
}

fn finite_where_the_loss_is_not<N: Number>() {
    // A sum above the largest number, and infinite terms, are infinite and not NaN.
    for backend in backends() {
        for x in [N::LARGEST, N::INFINITY] {
            for n in [2, 70, 1100] {
                let focal = FocalLoss::new().backend(backend).alpha(N::new(0.0));
                let mut gradient = vec![N::NAN; n];
                let loss = focal.loss_and_gradient(&vec![x; n], &vec![false; n], &mut gradient);
                assert_eq!(loss, Ok(N::INFINITY), "{} of {n}", backend.name());
                let each = N::new(1.0) / N::new(n as f64);
                assert!(gradient.iter().all(|&g| g == each), "{} of {n}: {:?}", backend.name(), gradient[0]);
            }
        }
    }
}

fn hessian_vanishes_at_infinity<N: Number>() {
    let logits = [N::INFINITY, -N::INFINITY, N::LARGEST, -N::LARGEST];
    for backend in backends() {
        for gamma in GAMMAS {
            for t in [0.0, 0.25, 1.0] {
                let focal = FocalLoss::new().gamma(N::new(gamma)).backend(backend);
                let (mut gradient, mut hessian) = ([N::NAN; 4], [N::NAN; 4]);
                focal.gradient_and_hessian(&logits, &[N::new(t); 4], &mut gradient, &mut hessian).unwrap();
                assert_eq!(hessian, [N::new(0.0); 4], "{}, gamma {gamma}, t {t}", backend.name());
            }
        }
    }
}

/// Of one element, on every backend, whatever stood in the output before.
fn for_each_hessian<N: Number>(focal: FocalLoss<'_, N>, x: N, t: N, seen: impl Fn(&str, N)) {
    for backend in backends() {
        for before in [N::new(0.0), N::NAN] {
            let (mut gradient, mut hessian) = ([before], [before]);
            let focal = focal.backend(backend);
            focal.gradient_and_hessian(&[x], &[t], &mut gradient, &mut hessian).unwrap();
            seen(backend.name(), hessian[0]);
        }
    }
}

fn nan_with_weight_zero<N: Number>() {
    let zero = N::new(0.0);
    for weights in [Weights::uniform(zero), Weights::per_class(&[zero]), Weights::uniform(-zero)] {
        for (x, t) in [(N::NAN, zero), (zero, N::NAN), (N::NAN, N::NAN), (-N::NAN, N::new(0.5))] {
            for gamma in GAMMAS {
                let focal = FocalLoss::new().weight(weights).gamma(N::new(gamma));
                for_each_writer(focal, x, t, |backend, loss, gradient| {
                    assert!(loss == zero && gradient == zero, "{backend}: {loss:?}, {gradient:?} of {x:?}, {t:?}");
                });
                for_each_hessian(focal, x, t, |backend, hessian| {
                    assert!(hessian == zero, "Hessian on {backend} of {x:?}, {t:?}: {hessian:?}");
                });
            }
        }
    }
}

fn nan_with_other_weights<N: Number>() {
    for w in [N::TINIEST, N::new(1.0), N::LARGEST] {
        for (x, t) in [(N::NAN, 0.0), (N::NAN, 1.0), (N::new(0.0), f64::NAN), (N::INFINITY, f64::NAN)] {
            // An alpha of 0 is no weight of 0.
            for (gamma, alpha) in [(0.0, 0.25), (0.5, 0.0), (2.0, 0.25), (2.0, 1.0), (64.0, 0.0)] {
                let focal = FocalLoss::new().weight(Weights::uniform(w)).gamma(N::new(gamma)).alpha(N::new(alpha));
                for_each_writer(focal, x, N::new(t), |backend, loss, gradient| {
                    let context = format!("{backend}: {loss:?}, {gradient:?} of {x:?}, {t:?}, w {w:?}, gamma {gamma}");
                    assert!(loss.is_nan() && gradient.is_nan(), "{context}");
                });
                for_each_hessian(focal, x, N::new(t), |backend, hessian| {
                    assert!(hessian.is_nan(), "Hessian on {backend} of {x:?}, {t:?}");
                });
            }
        }
    }
}

fn subnormal_results<N: Number>() {
    // e^(1 + gamma) down to the last subnormal and beyond; what is left of the formulas is about 1.
    let last = -f64::from(N::LEAST_EXPONENT) * std::f64::consts::LN_2;
    for gamma in [0.01, 0.125, 0.5, 1.0, 2.0, 3.0, 7.5] {
        for back in [-1.0, 0.0, 0.3, 1.0, 2.0, 5.0, 10.0] {
            let a = N::new((last - back) / (1.0 + gamma));
            let (e, power) = ((-a.to_f64()).exp(), (last - a.to_f64() * (1.0 + N::new(gamma).to_f64())).exp());
            let power = power * (1.0 + e).powf(-gamma);
            let log = if e > 0.0 { e.ln_1p() / e } else { 1.0 };
            let expected = [power * log, power * (1.0 + gamma * log) / (1.0 + e)];
            for (x, t) in [(a, 1.0), (-a, 0.0)] {
                let focal = FocalLoss::new().gamma(N::new(gamma)).without_alpha();
                for_each_writer(focal, x, N::new(t), |backend, loss, gradient| {
                    for (found, exact) in [loss, gradient.abs()].into_iter().zip(expected) {
                        let ulps = found.bits() as f64;
                        // The exponent, above 700 for `f64`, is no more exact in what is expected.
                        let allowed = 1.0 + exact * ((8.0 + 2.0 * gamma) * N::EPSILON.to_f64() + 2e-13);
                        let context = format!("{backend}: {ulps} and not {exact} tiniest at {x:?}, gamma {gamma}");
                        assert!((ulps - exact).abs() <= allowed, "{context}");
                    }
                });
            }
        }
    }
}

fn without_alpha_and_gamma_it_is_cross_entropy<N: Number>() {
    let (n, per_class) = (1300, numbers::<N>(&[0.5, 4.0, 0.0, 30.0]));
    let x: Vec<N> = special_logits::<N>().into_iter().cycle().take(n).collect();
    let t: Vec<N> = (0..x.len()).map(|i| N::new([0.0, 1.0, 0.3][i / 70 % 3])).collect();
    let upstream = Weights::uniform(N::new(-1.5));
    for backend in backends() {
        let pos_weights = [1.0, 5.0, 7.0].map(|p| Weights::uniform(N::new(p)));
        for pos_weight in pos_weights.into_iter().chain([Weights::per_class(&per_class)]) {
            for (w, s) in [(1.0, 0.0), (1.0, 0.1), (2.5, 0.0), (9.0, 0.1)] {
                let (w, s) = (Weights::uniform(N::new(w)), N::new(s));
                let focal = FocalLoss::new().without_alpha().gamma(N::new(0.0)).backend(backend);
                let focal = focal.weight(w).label_smoothing(s).pos_weight(pos_weight);
                let bce = BceWithLogits::new().backend(backend).weight(w).label_smoothing(s).pos_weight(pos_weight);
                for len in [n, 20] {
                    let (x, t) = (&x[..len], &t[..len]);
                    let (focal, bce) = (everything(focal, x, t, upstream, 0), everything(bce, x, t, upstream, 0));
                    crate::common::assert_same(&focal, &bce, &|| format!("{len} on {}", backend.name()));
                }
            }
        }
    }
}

fn hard_targets_among_soft_ones<N: Number>() {
    // A block of hard targets goes to a formula of its own: nobody must be able to tell.
    let x: Vec<N> = special_logits::<N>().into_iter().cycle().take(520).collect();
    for gamma in GAMMAS {
        for backend in backends() {
            let focal = FocalLoss::new().gamma(N::new(gamma)).backend(backend).reduction(Reduction::Sum);
            let hard: Vec<N> = (0..x.len()).map(|i| N::new((i % 2) as f64)).collect();
            let mut soft = hard.clone();
            soft[255] = N::new(0.5);
            soft[519] = N::new(0.5);
            let of = |t: &[N]| {
                let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
                let [losses, gradient, hessian] = &mut columns;
                focal.losses(&x, t, losses).unwrap();
                focal.gradient_and_hessian(&x, t, gradient, hessian).unwrap();
                columns
            };
            for (a, b) in of(&hard).iter().zip(of(&soft)) {
                for i in (0..x.len()).filter(|i| ![255, 519].contains(i)) {
                    let context = format!("{}, gamma {gamma}: {:?} and {:?} at {:?}", backend.name(), a[i], b[i], x[i]);
                    assert!(same(a[i], b[i]), "{context}");
                }
            }
        }
    }
}

fn no_nan_over_the_grid<N: Number>() {
    let one = N::new(1.0);
    let logits = special_logits::<N>();
    let weights = numbers::<N>(&[0.0, 1.0, 1e30, N::LARGEST.to_f64(), N::TINIEST.to_f64()]);
    for t in [N::new(0.0), N::TINIEST, N::EPSILON, N::new(0.25), N::new(0.5), one - N::EPSILON, one] {
        // Of each target its own run, so that blocks of hard targets are among them.
        let (mut x, mut w) = (Vec::new(), Vec::new());
        for &weight in &weights {
            x.extend(&logits);
            w.extend(vec![weight; logits.len()]);
        }
        for gamma in GAMMAS {
            for alpha in [N::new(0.0), N::TINIEST, N::new(0.25), one] {
                let focal = FocalLoss::new().gamma(N::new(gamma)).alpha(alpha);
                let context = format!("t {t:?}, gamma {gamma}, alpha {alpha:?}");
                no_nan(focal.weight(Weights::per_element(&w)), false, &x, &vec![t; x.len()], &context);
            }
        }
        no_nan(FocalLoss::new().label_smoothing(N::new(0.1)), false, &x, &vec![t; x.len()], "smoothed");
    }
}

fn no_nan_with_positive_weights<N: Number>() {
    let sizes = [0.0, N::TINIEST.to_f64(), 1e-30, 1.0, 1e30, N::LARGEST.to_f64()];
    let logits = [0.0, 1.0, 20.0, 100.0, 1e30, f64::INFINITY];
    let (mut x, mut p, mut w) = (Vec::new(), Vec::new(), Vec::new());
    for of_positives in sizes {
        for of_all in sizes {
            for logit in logits.into_iter().chain(logits.map(|x| -x)) {
                x.push(N::new(logit));
                p.push(N::new(of_positives));
                w.push(N::new(of_all));
            }
        }
    }
    for t in [0.0, 1.0, 0.3] {
        for gamma in [0.0, 0.5, 2.0, 3.0, 64.0] {
            for alpha in [None, Some(0.0), Some(0.25), Some(1.0)] {
                let focal = FocalLoss::new().gamma(N::new(gamma));
                let focal = alpha.map_or(focal.without_alpha(), |alpha| focal.alpha(N::new(alpha)));
                let focal = focal.pos_weight(Weights::per_element(&p)).weight(Weights::per_element(&w));
                let context = format!("t {t}, gamma {gamma}, alpha {alpha:?}, each positive weight with each weight");
                no_nan(focal, false, &x, &vec![N::new(t); x.len()], &context);
            }
        }
    }
}
