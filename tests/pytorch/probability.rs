//! `BCELoss`.

use crate::common::{Number, Random, each_label, for_both_types, numbers};
use logit_loss::{Bce, BceWithLogits, Error, Loss, Reduction, Weights};

for_both_types!(
    known_values,
    its_formulas,
    its_limits,
    never_negative,
    like_logits,
    broadcasting,
    means,
    out_of_range,
    positive_weight,
    gradient_is_the_derivative,
);

/// Checks a number within `ulps` ULP of `N`.
#[track_caller]
fn close<N: Number>(found: N, expected: f64, ulps: f64) {
    let error = (found.to_f64() - expected).abs();
    assert!(error <= ulps * N::EPSILON.to_f64() * expected.abs(), "{found:?} and not {expected:?}");
}

/// Returns loss and gradient as PyTorch computes them, in `f64`.
fn by_hand(p: f64, t: f64, w: f64) -> [f64; 2] {
    let loss = (t - 1.0) * (-p).ln_1p().max(-100.0) - t * p.ln().max(-100.0);
    [w * loss, w * (p - t) / ((1.0 - p) * p).max(1e-12)]
}

fn known_values<N: Number>() {
    each_label!(&numbers::<N>(&[1.0, 0.0]), t => {
        let loss = Bce::new().loss(&numbers::<N>(&[0.9, 0.2]), t).unwrap();
        // The number as PyTorch prints it.
        assert_eq!(format!("{:.4}", loss.to_f64()), "0.1643");
    });
    each_label!(&[N::new(1.0)], t => {
        assert_eq!(Bce::new().loss(&[N::new(0.5)], t), Ok(N::new(std::f64::consts::LN_2)));
    });
    each_label!(&[N::new(1.0); 3], t => {
        assert_eq!(Bce::new().loss(&[N::new(1.0); 3], t), Ok(N::new(0.0)));
    });
}

fn its_formulas<N: Number>() {
    let mut random = Random(21);
    let (mut p, soft, w) = (random.units::<N>(300), random.units::<N>(300), random.units::<N>(300));
    // Both compute the same, up to rounding, except where p q or 1 - p has few digits left.
    p.iter_mut().for_each(|p| *p = N::new(0.01) + *p * N::new(0.98));
    let hard = random.hard::<N>(300);
    for t in [hard, soft] {
        let bce = Bce::new().weight(Weights::per_element(&w)).reduction(Reduction::Sum);
        let (mut losses, mut gradient) = (vec![N::NAN; 300], vec![N::NAN; 300]);
        bce.losses(&p, &t, &mut losses).unwrap();
        bce.gradient(&p, &t, &mut gradient).unwrap();
        for i in 0..300 {
            let [loss, slope] = by_hand(p[i].to_f64(), t[i].to_f64(), w[i].to_f64());
            close(losses[i], loss, 4.0);
            let error = (gradient[i].to_f64() - slope).abs();
            // The reference cancels too, in `f64`.
            let scale = w[i].to_f64() / (p[i].to_f64() * (1.0 - p[i].to_f64()));
            assert!(error <= 4.0 * N::EPSILON.to_f64() * slope.abs() + 1e-15 * scale, "{:?}, {slope}", gradient[i]);
        }
    }
}

#[test]
fn its_numbers_at_the_limits() {
    let mut gradient = [0.0f32; 2];
    let sum = Bce::new().reduction(Reduction::Sum);
    assert_eq!(sum.loss_and_gradient(&[0.0, 1.0], &[1.0, 0.0], &mut gradient), Ok(200.0));
    assert_eq!(gradient, [-999_999_995_904.0, 999_999_995_904.0]);
}

fn its_limits<N: Number>() {
    for (p, t) in [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (1e-30, 1.0), (1e-13, 0.0), (0.0, 0.3), (1.0, 0.3)] {
        let mut gradient = [N::NAN];
        let [p, t] = [p, t].map(N::new);
        let loss = Bce::new().reduction(Reduction::Sum).loss_and_gradient(&[p], &[t], &mut gradient).unwrap();
        let [expected, slope] = by_hand(p.to_f64(), t.to_f64(), 1.0);
        close(loss, expected, 1.0);
        close(gradient[0], slope, 2.0);
    }
}

fn never_negative<N: Number>() {
    // Ones against ones, and the numbers next to them.
    let one = N::new(1.0);
    for p in [one, one - N::EPSILON, N::new(0.0), N::TINIEST] {
        for t in [N::new(0.0), one] {
            assert!(Bce::new().loss(&[p; 40], &[t; 40]).unwrap() >= N::new(0.0));
        }
    }
}

fn like_logits<N: Number>() {
    let x = Random(22).normals::<N>(256, 1.0);
    let p: Vec<N> = x.iter().map(|x| N::new(1.0 / (1.0 + (-x.to_f64()).exp()))).collect();
    let w = Random(23).units::<N>(4);
    each_label!(&Random(24).hard::<N>(256), t => {
        let of_logits = BceWithLogits::new().weight(Weights::per_class(&w)).loss(&x, t).unwrap();
        let of_probabilities = Bce::new().weight(Weights::per_class(&w)).loss(&p, t).unwrap();
        // The probabilities are rounded.
        close(of_probabilities, of_logits.to_f64(), 8.0);
    });
}

fn broadcasting<N: Number>() {
    let w = Random(25).units::<N>(4);
    let long: Vec<N> = (0..64).map(|i| w[i % 4]).collect();
    let p = Random(26).units::<N>(64);
    each_label!(&Random(27).hard::<N>(64), t => {
        let (mut a, mut b) = ([N::NAN; 64], [N::NAN; 64]);
        for reduction in [Reduction::Mean, Reduction::Sum] {
            let bce = Bce::new().reduction(reduction);
            let short = bce.weight(Weights::per_class(&w)).loss_and_gradient(&p, t, &mut a);
            let full = bce.weight(Weights::per_element(&long)).loss_and_gradient(&p, t, &mut b);
            assert_eq!((short, a), (full, b));
        }
    });
}

fn means<N: Number>() {
    let (p, w) = (numbers::<N>(&[0.1, 0.7, 0.4, 0.99]), numbers::<N>(&[0.0, 1.0, 2.0, 5.0]));
    each_label!(&numbers::<N>(&[1.0, 0.0, 0.0, 1.0]), t => {
        let bce = Bce::new().weight(Weights::per_element(&w));
        let mut losses = [N::NAN; 4];
        bce.losses(&p, t, &mut losses).unwrap();
        let sum: f64 = losses.iter().map(|l| l.to_f64()).sum();
        close(bce.reduction(Reduction::Sum).loss(&p, t).unwrap(), sum, 2.0);
        close(bce.loss(&p, t).unwrap(), sum / 4.0, 2.0);
        close(bce.reduction(Reduction::WeightedMean).loss(&p, t).unwrap(), sum / 8.0, 2.0);
    });
}

fn out_of_range<N: Number>() {
    // "all elements of input should be between 0 and 1"
    for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let p = [N::new(0.5), N::new(bad)];
        assert_eq!(Bce::new().loss(&p, &[true, true]), Err(Error::Probability { index: 1 }));
    }
}

fn positive_weight<N: Number>() {
    // PyTorch's `BCELoss` has no positive weight; a weight for each element replaces it.
    let p = Random(28).units::<N>(90);
    let t = Random(29).hard::<N>(90);
    let five = N::new(5.0);
    let w: Vec<N> = t.iter().map(|&t| if t == N::new(1.0) { five } else { N::new(1.0) }).collect();
    let (mut a, mut b) = (vec![N::NAN; 90], vec![N::NAN; 90]);
    let with = Bce::new().pos_weight(Weights::uniform(five));
    let by_hand = Bce::new().weight(Weights::per_element(&w));
    assert_eq!(with.loss_and_gradient(&p, &t, &mut a), by_hand.loss_and_gradient(&p, &t, &mut b));
    for (a, b) in a.iter().zip(b) {
        close(*a, b.to_f64(), 2.0);
    }
}

fn gradient_is_the_derivative<N: Number>() {
    if N::PRECISION == 24 {
        return;
    }
    for p in [0.01, 0.3, 0.5, 0.8, 0.99] {
        for (t, p_w, w) in [(0.0, 1.0, 1.0), (1.0, 5.0, 0.7), (0.3, 1.0, 1.0), (0.3, 5.0, 2.0), (0.9, 0.1, 1.0)] {
            let bce = Bce::new().pos_weight(Weights::uniform(N::new(p_w))).weight(Weights::uniform(N::new(w)));
            let loss = |p: f64| bce.loss(&[N::new(p)], &[N::new(t)]).unwrap().to_f64();
            let h = 1e-6;
            let slope = (loss(p + h) - loss(p - h)) / (2.0 * h);
            let mut gradient = [N::NAN];
            bce.gradient(&[N::new(p)], &[N::new(t)], &mut gradient).unwrap();
            let error = (gradient[0].to_f64() - slope).abs();
            assert!(error <= 1e-6 * (1.0 + slope.abs()), "{p}, {t}, {p_w}: {:?} and not {slope}", gradient[0]);
        }
    }
}
