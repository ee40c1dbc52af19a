//! Asymmetric loss from logits.

use crate::common::{Number, backends, for_both_types, numbers, same};
use crate::places::{for_each_writer, no_nan, special_logits};
use logit_loss::{Argument, AsymmetricLoss, Error, FocalLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(
    exact_limits,
    at_the_margin,
    at_the_least_margin,
    hessian_vanishes_at_infinity,
    nan_with_weight_zero,
    nan_with_other_weights,
    subnormal_gradients,
    without_margin_it_is_focal_loss,
    hard_targets_among_soft_ones,
    no_nan_over_the_grid,
    wrong_parameters,
);

/// From none over multiplied and exponentiated ones to the largest, and those so small that they do nothing.
const GAMMAS: [f64; 8] = [0.0, 1e-300, 1e-19, 0.5, 1.0, 4.0, 5.0, 64.0];

fn with<N: Number>(positive: f64, negative: f64, margin: f64) -> AsymmetricLoss<'static, N> {
    let [positive, negative, margin] = [positive, negative, margin].map(N::new);
    AsymmetricLoss::new().gamma_pos(positive).gamma_neg(negative).margin(margin)
}

fn exact_limits<N: Number>() {
    let inf = f64::INFINITY;
    for gamma in GAMMAS {
        // Logit, target, margin, weight; loss, gradient. A soft target has some of either side.
        for row in [
            [inf, 1.0, 0.05, 1.0, 0.0, 0.0],
            [-inf, 1.0, 0.05, 1.0, inf, -1.0],
            [-inf, 1.0, 0.0, 16.0, inf, -16.0],
            [-inf, 0.0, 0.05, 1.0, 0.0, 0.0],
            [-inf, 0.0, 0.0, 1.0, 0.0, 0.0],
            [inf, 0.0, 0.0, 1.0, inf, 1.0],
            [inf, 0.25, 0.0, 1.0, inf, 0.75],
            [-inf, 0.25, 0.0, 1.0, inf, -0.25],
            [-inf, 0.25, 0.05, 1.0, inf, -0.25],
            // Below the margin nothing is left.
            [-3.0, 0.0, 0.05, 1.0, 0.0, 0.0],
            [2.0, 0.0, 0.95, 1.0, 0.0, 0.0],
            [0.0, 0.0, 0.5, 1.0, 0.0, 0.0],
            [-N::TINIEST.to_f64(), 0.0, 0.5, 1.0, 0.0, 0.0],
            // A margin that is subnormal is none.
            [inf, 0.0, N::TINIEST.to_f64(), 1.0, inf, 1.0],
            // A weight of 0 leaves nothing at all.
            [inf, 0.0, 0.0, 0.0, 0.0, 0.0],
            // The largest logits have a finite loss.
            [N::LARGEST.to_f64(), 0.0, 0.0, 1.0, N::LARGEST.to_f64(), 1.0],
            [-N::LARGEST.to_f64(), 1.0, 0.05, 1.0, N::LARGEST.to_f64(), -1.0],
        ] {
            let [x, t, margin, w, loss, gradient] = row.map(N::new);
            for weight in [Weights::uniform(w), Weights::per_class(&[w])] {
                let asymmetric = with::<N>(gamma, gamma, margin.to_f64()).weight(weight);
                for_each_writer(asymmetric, x, t, |backend, found, slope| {
                    let context = format!("{row:?}, gamma {gamma} on {backend}: {found:?}, {slope:?}");
                    assert!(found == loss && slope == gradient, "{context}");
                });
            }
        }
        // With a margin a negative's loss is finite.
        let exact = 0.5f64.powf(gamma) * std::f64::consts::LN_2;
        for_each_writer(with::<N>(0.0, gamma, 0.5), N::INFINITY, N::new(0.0), |backend, found, slope| {
            let allowed = exact * (6.0 + 5.0 * gamma) * N::EPSILON.to_f64();
            let context = format!("gamma {gamma} on {backend}: {found:?}, {slope:?} and not {exact}");
            assert!((found.to_f64() - exact).abs() <= allowed && slope == N::new(0.0), "{context}");
        });
    }
}

/// Of one element, on every backend.
fn for_each_hessian<N: Number>(loss: AsymmetricLoss<'_, N>, x: N, t: N, seen: impl Fn(&str, N)) {
    for backend in backends() {
        let (mut gradient, mut hessian) = ([N::NAN], [N::NAN]);
        loss.backend(backend).gradient_and_hessian(&[x], &[t], &mut gradient, &mut hessian).unwrap();
        seen(backend.name(), hessian[0]);
    }
}

fn at_the_margin<N: Number>() {
    // sigmoid(0) - 0.5 = 0, exactly.
    for gamma in [0.0, 1e-300, 0.25, 0.999, 1.0, 1.5, 2.0] {
        let is_unbounded = N::new(gamma) > N::new(0.0) && gamma < 1.0;
        let limit = if is_unbounded { N::INFINITY } else { N::new(0.0) };
        let asymmetric = with::<N>(1.0, gamma, 0.5);
        for zero in [0.0, -0.0] {
            let zero = N::new(zero);
            for_each_hessian(asymmetric, zero, N::new(0.0), |backend, hessian| {
                assert!(hessian == limit, "gamma {gamma} on {backend}: {hessian:?}");
            });
            for_each_hessian(asymmetric, zero, N::new(1.0), |backend, hessian| {
                assert!(hessian > zero && hessian < N::new(1.0), "gamma {gamma} on {backend}: {hessian:?}");
            });
            for_each_hessian(asymmetric, zero, N::new(0.5), |backend, hessian| {
                assert!(hessian > zero && (hessian == N::INFINITY) == is_unbounded, "{gamma}, {backend}: {hessian:?}");
            });
            let absent = asymmetric.weight(Weights::uniform(zero));
            for_each_hessian(absent, zero, zero, |backend, hessian| assert!(hessian == zero, "{backend}: {hessian:?}"));
        }
        // Below it is 0; without a margin there is nothing to be unbounded at.
        for (margin, x) in [(0.5, -N::EPSILON), (0.05, -N::LARGEST), (0.0, -N::LARGEST), (0.0, -N::INFINITY)] {
            for_each_hessian(with(1.0, gamma, margin), x, N::new(0.0), |backend, hessian| {
                assert!(hessian == N::new(0.0), "margin {margin}, gamma {gamma} on {backend}: {hessian:?}");
            });
        }
    }
}

/// Where the margin m is small, the loss is m (exp(d) - 1) at the distance d from its logit. It must be 0 below, where e is
/// subnormal.
fn at_the_least_margin<N: Number>() {
    let margin = N::SMALLEST_NORMAL.to_f64();
    let at = N::new(margin.ln());
    let logits: Vec<N> = (0..200).map(|i| N::from_bits_of(at.bits() + 100 - i)).collect();
    let (targets, mut losses) = (vec![N::new(0.0); logits.len()], logits.clone());
    for backend in backends() {
        with::<N>(1.0, 0.0, margin).backend(backend).losses(&logits, &targets, &mut losses).unwrap();
        for (x, loss) in logits.iter().zip(&losses) {
            let distance = (x.to_f64() - margin.ln()).max(0.0).exp_m1();
            // The loss is subnormal, and the logit of an `f64` margin is only known to half an ULP here.
            let allowed = 2.0 * N::EPSILON.to_f64() + 1e-13;
            let context = format!("{x:?} on {}: {loss:?}", backend.name());
            assert!((loss.to_f64() / margin - distance).abs() <= allowed, "{context}");
        }
    }
}

fn hessian_vanishes_at_infinity<N: Number>() {
    for gamma in GAMMAS {
        for margin in [0.0, 0.05, 0.5] {
            for x in [N::INFINITY, -N::INFINITY, N::LARGEST, -N::LARGEST] {
                for t in [0.0, 0.25, 1.0] {
                    for_each_hessian(with(gamma, gamma, margin), x, N::new(t), |backend, hessian| {
                        let context = format!("{x:?}, {t}, gamma {gamma}, margin {margin} on {backend}");
                        assert!(hessian == N::new(0.0), "{context}: {hessian:?}");
                    });
                }
            }
        }
    }
}

fn nan_with_weight_zero<N: Number>() {
    let zero = N::new(0.0);
    for weights in [Weights::uniform(zero), Weights::per_class(&[zero]), Weights::uniform(-zero)] {
        for (x, t) in [(N::NAN, zero), (zero, N::NAN), (N::NAN, N::NAN), (-N::NAN, N::new(0.5))] {
            for gamma in GAMMAS {
                let asymmetric = with(gamma, 0.5, 0.5).weight(weights);
                for_each_writer(asymmetric, x, t, |backend, loss, gradient| {
                    assert!(loss == zero && gradient == zero, "{backend}: {loss:?}, {gradient:?} of {x:?}, {t:?}");
                });
                for_each_hessian(asymmetric, x, t, |backend, hessian| {
                    assert!(hessian == zero, "Hessian on {backend} of {x:?}, {t:?}: {hessian:?}");
                });
            }
        }
    }
}

fn nan_with_other_weights<N: Number>() {
    for w in [N::TINIEST, N::new(1.0), N::LARGEST] {
        for (x, t) in [
            (N::NAN, 0.0),
            (N::NAN, 1.0),
            (N::new(0.0), f64::NAN),
            (N::INFINITY, f64::NAN),
            (-N::INFINITY, f64::NAN),
            (N::new(-9.0), f64::NAN),
            (N::new(300.0), f64::NAN),
        ] {
            for gamma in GAMMAS {
                for margin in [0.0, 0.05, 0.5] {
                    let asymmetric = with(gamma, gamma, margin).weight(Weights::uniform(w));
                    for_each_writer(asymmetric, x, N::new(t), |backend, loss, gradient| {
                        let context =
                            format!("{backend}: {loss:?}, {gradient:?} of {x:?}, {t}, w {w:?}, gamma {gamma}");
                        assert!(loss.is_nan() && gradient.is_nan(), "{context}");
                    });
                    for_each_hessian(asymmetric, x, N::new(t), |backend, hessian| {
                        assert!(hessian.is_nan(), "Hessian on {backend} of {x:?}, {t}: {hessian:?}");
                    });
                }
            }
        }
    }
}

fn subnormal_gradients<N: Number>() {
    // Beyond the margin a negative's gradient is q^gamma (gamma L + q / m) e, which a weight finds unrounded, and its Hessian
    // minus that; m = 1/4, gamma = 1, L = ln 4.
    let (last, weight) = (-f64::from(N::LEAST_EXPONENT) * std::f64::consts::LN_2, 2f64.powi(60));
    for back in [-20.0, 0.3, 5.0, 14.0, 30.0] {
        let x = N::new(last - back);
        let factor = 2.0 * std::f64::consts::LN_2 + 3.0;
        let exact = (60.0 * std::f64::consts::LN_2 - x.to_f64()).exp() * factor;
        let asymmetric = with(0.0, 1.0, 0.25).weight(Weights::uniform(N::new(weight)));
        let is_close = |found: N, size: f64| {
            // The exponent, above 700 for `f64`, is no more exact in what is expected.
            let allowed = N::TINIEST.to_f64() + size * (12.0 * N::EPSILON.to_f64() + 2e-13);
            (found.to_f64() - exact).abs() <= allowed
        };
        for_each_writer(asymmetric, x, N::new(0.0), |backend, _, gradient| {
            assert!(is_close(gradient, exact), "{backend}: {gradient:?} and not {exact:e} at {x:?}");
        });
        for_each_hessian(asymmetric.reduction(Reduction::Sum), x, N::new(0.0), |backend, hessian| {
            assert!(is_close(-hessian, 4.0 * exact), "{backend}: {hessian:?} and not -{exact:e} at {x:?}");
        });
    }
}

fn columns<N: Number>(loss: impl Hessian<N>, x: &[N], t: &[N]) -> [Vec<N>; 3] {
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    loss.losses(x, t, losses).unwrap();
    loss.gradient_and_hessian(x, t, gradient, hessian).unwrap();
    columns
}

fn without_margin_it_is_focal_loss<N: Number>() {
    let x: Vec<N> = special_logits::<N>().into_iter().chain((-400..400).map(|i| N::new(f64::from(i) / 7.0))).collect();
    for gamma in [1e-19, 0.5, 1.0, 1.5, 2.0, 4.0, 5.0, 64.0] {
        for backend in backends() {
            for w in [1.0, 7.0, 1e-30] {
                let w = Weights::uniform(N::new(w));
                let focal = FocalLoss::new().without_alpha().gamma(N::new(gamma)).weight(w).backend(backend);
                let asymmetric = with::<N>(gamma, gamma, 0.0).weight(w).backend(backend);
                for t in [0.0, 1.0] {
                    let t = vec![N::new(t); x.len()];
                    assert_eq!(focal.loss(&x, &t), asymmetric.loss(&x, &t), "gamma {gamma} on {backend}");
                    for (a, b) in columns(focal, &x, &t).iter().zip(columns(asymmetric, &x, &t)) {
                        for ((a, b), x) in a.iter().zip(&b).zip(&x) {
                            // A 0 may have another sign.
                            assert!(a == b, "{a:?} and {b:?} at {x:?}, {:?}, gamma {gamma} on {backend}", t[0]);
                        }
                    }
                }
            }
        }
    }
}

fn hard_targets_among_soft_ones<N: Number>() {
    // A block of hard targets goes to a formula of its own: nobody must be able to tell.
    let x: Vec<N> = special_logits::<N>().into_iter().cycle().take(520).collect();
    let hard: Vec<N> = (0..x.len()).map(|i| N::new((i % 2) as f64)).collect();
    let mut soft = hard.clone();
    soft[255] = N::new(0.5);
    soft[519] = N::new(0.5);
    for gamma in GAMMAS {
        for margin in [0.0, 0.05, 0.5] {
            for backend in backends() {
                let asymmetric = with::<N>(gamma, 0.5, margin).backend(backend).reduction(Reduction::Sum);
                for (a, b) in columns(asymmetric, &x, &hard).iter().zip(columns(asymmetric, &x, &soft)) {
                    for i in (0..x.len()).filter(|i| ![255, 519].contains(i)) {
                        let context = format!("{backend}, gamma {gamma}, margin {margin}: {:?}, {:?}", a[i], b[i]);
                        assert!(same(a[i], b[i]), "{context} at {:?}, {:?}", x[i], hard[i]);
                    }
                }
            }
        }
    }
}

fn no_nan_over_the_grid<N: Number>() {
    let one = N::new(1.0);
    let mut logits = special_logits::<N>();
    // About the margins.
    for x in [-2.944_438_979_166_440_5, -87.336_544_75, 15.942_385] {
        let near = N::new(x).bits();
        logits.extend((near - 3..near + 3).map(N::from_bits_of));
    }
    let weights = numbers::<N>(&[0.0, 1.0, 1e30, N::LARGEST.to_f64(), N::TINIEST.to_f64()]);
    let (mut x, mut w) = (Vec::new(), Vec::new());
    for &weight in &weights {
        x.extend(&logits);
        w.extend(vec![weight; logits.len()]);
    }
    let margins = [N::new(0.0), N::TINIEST, N::SMALLEST_NORMAL, N::new(0.05), N::new(0.5), one - N::EPSILON];
    // Of each target its own run, so that blocks of hard targets are among them.
    for t in [N::new(0.0), N::TINIEST, N::new(0.25), one - N::EPSILON, one] {
        for gamma in GAMMAS {
            for margin in margins {
                let asymmetric = with::<N>(gamma, gamma, 0.0).margin(margin).weight(Weights::per_element(&w));
                let context = format!("t {t:?}, gamma {gamma}, margin {margin:?}");
                no_nan(asymmetric, false, &x, &vec![t; x.len()], &context);
            }
        }
        no_nan(AsymmetricLoss::new().label_smoothing(N::new(0.1)), false, &x, &vec![t; x.len()], "smoothed");
    }
}

fn wrong_parameters<N: Number>() {
    let (zero, one, most) = (N::new(0.0), N::new(1.0), N::new(64.0));
    let above = most * (one + N::EPSILON);
    let all = AsymmetricLoss::new();
    for (wrong, argument) in [
        (all.gamma_pos(-N::TINIEST), Argument::GammaPos),
        (all.gamma_pos(above), Argument::GammaPos),
        (all.gamma_pos(N::NAN), Argument::GammaPos),
        (all.gamma_neg(-N::TINIEST), Argument::GammaNeg),
        (all.gamma_neg(above), Argument::GammaNeg),
        (all.gamma_neg(N::NAN), Argument::GammaNeg),
        (all.margin(-N::TINIEST), Argument::Margin),
        (all.margin(one), Argument::Margin),
        (all.margin(N::INFINITY), Argument::Margin),
        (all.margin(N::NAN), Argument::Margin),
        (all.label_smoothing(one + N::EPSILON), Argument::LabelSmoothing),
    ] {
        let mut gradient = [N::new(7.0)];
        let found = wrong.loss_and_gradient(&[zero], &[zero], &mut gradient);
        assert_eq!(found, Err(Error::Parameter { argument }));
        assert_eq!(gradient, [N::new(7.0)]);
    }
    for right in [all.gamma_pos(zero), all.gamma_neg(most), all.margin(zero), all.margin(one - N::EPSILON)] {
        assert!(right.loss(&[zero], &[zero]).is_ok(), "{right:?}");
    }
    let error = all.margin(one).loss(&[zero], &[zero]).unwrap_err();
    assert_eq!(error.to_string(), "margin: outside of [0, 1)");
}
