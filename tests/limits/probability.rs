//! Binary cross-entropy of probabilities.

use crate::common::{Number, backends, for_both_types, numbers, same};
use crate::places::{for_each_writer, no_nan};
use logit_loss::{Bce, Loss, LossSum, Reduction, Weights};

for_both_types!(
    exact_limits,
    logarithms_are_held,
    denominators_are_held,
    negative_zero,
    nan_targets,
    subnormal_probabilities,
    hard_targets_among_soft_ones,
    no_nan_over_the_grid,
    weights_that_take_back_an_overflow,
    sum_above_the_largest_number,
);

fn exact_limits<N: Number>() {
    let most = 1.0 / N::new(1e-12).to_f64();
    // Probability, target, positive weight, weight; loss, gradient.
    for row in [
        [0.0, 0.0, 1.0, 1.0, 0.0, 0.0],
        [1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
        [0.0, 1.0, 1.0, 1.0, 100.0, -most],
        [1.0, 0.0, 1.0, 1.0, 100.0, most],
        [0.0, 1.0, 4.0, 2.0, 800.0, -8.0 * most],
        [1.0, 0.0, 4.0, 2.0, 200.0, 2.0 * most],
        [1.0, 1.0, 4.0, 2.0, 0.0, 0.0],
        // Positives that do not count.
        [0.0, 1.0, 0.0, 1.0, 0.0, 0.0],
        [0.5, 1.0, 0.0, 1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 1.0, 100.0, most],
        // Soft targets.
        [0.0, 0.25, 1.0, 1.0, 25.0, -0.25 * most],
        [1.0, 0.25, 1.0, 1.0, 75.0, 0.75 * most],
        [0.0, 0.25, 8.0, 1.0, 200.0, -2.0 * most],
        [1.0, 0.25, 8.0, 4.0, 300.0, 3.0 * most],
        [0.25, 0.25, 1.0, 1.0, f64::NAN, 0.0],
        [0.5, 0.5, 1.0, 1.0, f64::NAN, 0.0],
        // A weight of 0 leaves nothing at all.
        [0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
        [f64::NAN, 0.5, 5.0, 0.0, 0.0, 0.0],
        [2.0, 1.0, 5.0, 0.0, 0.0, 0.0],
        [f64::NEG_INFINITY, f64::NAN, 1.0, 0.0, 0.0, 0.0],
    ] {
        let [p, t, p_w, w, loss, gradient] = row.map(N::new);
        for weight in [Weights::uniform(w), Weights::per_class(&[w])] {
            let bce = Bce::new().pos_weight(Weights::uniform(p_w)).weight(weight);
            for_each_writer(bce, p, t, |backend, found, slope| {
                // Where NaN stands, the loss is no round number.
                let as_known = loss.is_nan() || found == loss;
                assert!(as_known && slope == gradient, "{row:?} on {backend}: {found:?}, {slope:?}");
            });
        }
    }
}

fn logarithms_are_held<N: Number>() {
    // Exp(-100) is subnormal in `f32`.
    let edge = (-100f64).exp();
    for (p, held) in [(edge * 0.9, true), (edge * 0.5, true), (edge * 1.1, false), (edge * 2.0, false)] {
        let p = N::new(p);
        for_each_writer(Bce::new(), p, N::new(1.0), |backend, loss, _| {
            let context = format!("{p:?} on {backend}: {loss:?}");
            let hundred = N::new(100.0);
            assert!(if held { loss == hundred } else { loss < hundred && loss > N::new(99.0) }, "{context}");
        });
    }
    // However large the weight.
    for_each_writer(Bce::new().pos_weight(Weights::uniform(N::new(3.0))), N::TINIEST, N::new(1.0), |_, loss, _| {
        assert_eq!(loss, N::new(300.0));
    });
}

fn denominators_are_held<N: Number>() {
    let least = N::new(1e-12);
    for p in [N::new(0.0), N::TINIEST, N::SMALLEST_NORMAL, N::new(1e-30), N::new(0.9e-12)] {
        for_each_writer(Bce::new(), p, N::new(0.0), |backend, _, gradient| {
            assert_eq!(gradient, p / least, "{p:?} on {backend}");
        });
        for_each_writer(Bce::new(), p, N::new(1.0), |backend, _, gradient| {
            assert_eq!(gradient, (p - N::new(1.0)) / least, "{p:?} on {backend}");
        });
    }
}

fn negative_zero<N: Number>() {
    let plain = Bce::new().reduction(Reduction::Sum);
    for t in [0.0, 0.3, 1.0].map(N::new) {
        for backend in backends() {
            let of = |zero: f64| {
                let (mut losses, mut gradient) = ([N::NAN; 9], [N::NAN; 9]);
                plain.backend(backend).losses(&[N::new(zero); 9], &[t; 9], &mut losses).unwrap();
                plain.backend(backend).gradient(&[N::new(zero); 9], &[t; 9], &mut gradient).unwrap();
                (losses, gradient)
            };
            let bits = |(losses, gradient): ([N; 9], [N; 9])| {
                [losses, gradient].concat().iter().map(|v| v.bits()).collect::<Vec<_>>()
            };
            assert_eq!(bits(of(-0.0)), bits(of(0.0)), "{t:?} on {}", backend.name());
            // Nor is any loss -0.
            assert!(t != N::new(0.0) || of(-0.0).0.iter().all(|loss| loss.bits() == 0), "{}", backend.name());
        }
    }
}

fn nan_targets<N: Number>() {
    for p in [0.0, 0.3, 1.0].map(N::new) {
        for w in [N::TINIEST, N::new(1.0), N::new(3.0), N::LARGEST] {
            for p_w in [0.0, 1.0, 5.0] {
                let bce = Bce::new().weight(Weights::uniform(w)).pos_weight(Weights::uniform(N::new(p_w)));
                for_each_writer(bce, p, N::NAN, |backend, loss, gradient| {
                    let context = format!("{p:?}, w {w:?} on {backend}: {loss:?}, {gradient:?}");
                    assert!(loss.is_nan() && gradient.is_nan(), "{context}");
                });
            }
        }
    }
    for backend in backends() {
        let mut sum = LossSum::new();
        let bce = Bce::new().backend(backend);
        let (p, mut t) = ([N::new(0.5); 70], [N::new(1.0); 70]);
        t[66] = N::NAN;
        bce.accumulate(&mut sum, &p, &t).unwrap();
        assert!(sum.sum().is_nan() && bce.loss(&p, &t).unwrap().is_nan(), "{}", backend.name());
    }
}

fn subnormal_probabilities<N: Number>() {
    // -ln(1 - p) is p, to the last bit, and the gradient p / 1e-12.
    for p in [N::TINIEST, N::TINIEST + N::TINIEST, N::SMALLEST_NORMAL - N::TINIEST, N::SMALLEST_NORMAL] {
        for_each_writer(Bce::new(), p, N::new(0.0), |backend, loss, _| assert_eq!(loss, p, "{backend}"));
    }
}

/// Whatever may be special, and what is near.
fn special_probabilities<N: Number>() -> Vec<N> {
    let one = N::new(1.0);
    let mut all = vec![N::new(0.0), N::new(-0.0), N::TINIEST, N::SMALLEST_NORMAL, N::EPSILON, one - N::EPSILON, one];
    all.extend(numbers::<N>(&[1e-44, 4e-44, 1e-30, 1e-12, 1.0001e-12, 1e-3, 0.25, 0.2929, 0.5, 0.708, 0.75, 0.999]));
    all.push(one - N::EPSILON / N::new(2.0));
    all.push(one - N::new(1e-12));
    all
}

fn hard_targets_among_soft_ones<N: Number>() {
    // A block of hard targets goes to a formula of its own: nobody must be able to tell.
    let p: Vec<N> = special_probabilities::<N>().into_iter().cycle().take(520).collect();
    for p_w in [1.0, 5.0] {
        for backend in backends() {
            let bce = Bce::new().pos_weight(Weights::uniform(N::new(p_w))).backend(backend).reduction(Reduction::Sum);
            let hard: Vec<N> = (0..p.len()).map(|i| N::new((i % 2) as f64)).collect();
            let mut soft = hard.clone();
            soft[255] = N::new(0.5);
            soft[519] = N::new(0.5);
            let of = |t: &[N]| {
                let mut columns = [0; 2].map(|_| vec![N::NAN; p.len()]);
                let [losses, gradient] = &mut columns;
                bce.losses(&p, t, losses).unwrap();
                bce.loss_and_gradient(&p, t, gradient).unwrap();
                columns
            };
            for (a, b) in of(&hard).iter().zip(of(&soft)) {
                for i in (0..p.len()).filter(|i| ![255, 519].contains(i)) {
                    let context = format!("{}, p_w {p_w}: {:?} and {:?} at {:?}", backend.name(), a[i], b[i], p[i]);
                    assert!(same(a[i], b[i]), "{context}");
                }
            }
        }
    }
}

fn no_nan_over_the_grid<N: Number>() {
    let one = N::new(1.0);
    let (huge, tiny) = (N::LARGEST, N::TINIEST);
    let weights = [N::new(0.0), tiny, one, N::new(1e30), huge];
    let probabilities = special_probabilities::<N>();
    for t in [N::new(0.0), tiny, N::EPSILON, N::new(0.25), N::new(0.5), one - N::EPSILON, one] {
        // Of each target its own run, so that blocks of hard targets are among them.
        let (mut p, mut w) = (Vec::new(), Vec::new());
        for &weight in &weights {
            p.extend(&probabilities);
            w.extend(vec![weight; probabilities.len()]);
        }
        for p_w in [N::new(0.0), tiny, one, N::new(5.0), huge] {
            let bce = Bce::new().pos_weight(Weights::uniform(p_w));
            let context = format!("t {t:?}, p_w {p_w:?}");
            no_nan(bce.weight(Weights::per_element(&w)), true, &p, &vec![t; p.len()], &context);
            for w in weights {
                no_nan(bce.weight(Weights::uniform(w)), true, &p, &vec![t; p.len()], &context);
            }
        }
    }
}

fn weights_that_take_back_an_overflow<N: Number>() {
    // 100 times the positive weight, and its quotient by 1e-12, are beyond the largest number.
    let (huge, small) = (N::LARGEST, N::new(1e-20));
    let bce = Bce::new().pos_weight(Weights::uniform(huge)).weight(Weights::uniform(small));
    let scale = huge.to_f64() * small.to_f64();
    for_each_writer(bce, N::new(0.0), N::new(1.0), |backend, loss, gradient| {
        for (found, expected) in [(loss, 100.0 * scale), (gradient, -1e12 * scale)] {
            let error = (found.to_f64() / expected - 1.0).abs();
            assert!(error <= 1e-6, "{backend}: {found:?} and not {expected:e}");
        }
    });
}

fn sum_above_the_largest_number<N: Number>() {
    for backend in backends() {
        for n in [2, 3, 70, 1100] {
            let (p, t, w) = (vec![N::new(0.0); n], vec![N::new(1.0); n], N::LARGEST / N::new(128.0));
            let bce = Bce::new().weight(Weights::uniform(w)).backend(backend);
            assert_eq!(bce.loss(&p, &t), Ok(N::INFINITY), "{} of {n}", backend.name());
            let mut sum = LossSum::new();
            bce.accumulate(&mut sum, &p, &t).unwrap();
            assert_eq!((sum.sum(), sum.mean()), (N::INFINITY, Some(N::INFINITY)), "{} of {n}", backend.name());
        }
    }
}
