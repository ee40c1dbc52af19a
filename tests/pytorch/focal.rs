//! torchvision's `sigmoid_focal_loss`.

use crate::common::{Number, Random, backends, for_both_types, numbers};
use logit_loss::{FocalLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(known_values, moderate_logits, gradient_is_the_derivative, hessian_is_the_derivative, means);

/// Returns the undivided results of one element.
fn one<N: Number>(focal: FocalLoss<'_, N>, x: N, t: N) -> [f64; 3] {
    let focal = focal.reduction(Reduction::Sum);
    let ([mut gradient], [mut hessian]) = ([[N::NAN]; 1], [[N::NAN]; 1]);
    let loss = focal.loss(&[x], &[t]).unwrap();
    focal.gradient_and_hessian(&[x], &[t], &mut gradient, &mut hessian).unwrap();
    [loss, gradient[0], hessian[0]].map(|v| v.to_f64())
}

fn known_values<N: Number>() {
    // alpha 0.25, gamma 2: logit, target, loss, gradient.
    for (x, t, loss, gradient) in
        [(0.0, 1.0, 0.043_321_7, -0.074_571_7), (2.0, 1.0, 4.50891e-4, -1.21774e-3), (2.0, 0.0, 1.23756, 0.807_535)]
    {
        for backend in backends() {
            let found = one(FocalLoss::<N>::new().backend(backend), N::new(x), N::new(t));
            for (found, known) in found.into_iter().zip([loss, gradient]) {
                // Six digits are known: the last one is off by half at most.
                assert!((found / known - 1.0).abs() < 5e-6, "{x}, {t} on {}: {found} and not {known}", backend.name());
            }
        }
    }
}

/// Returns the loss by torchvision's own formula.
fn sigmoid_focal_loss(x: f64, t: f64, alpha: Option<f64>, gamma: f64) -> f64 {
    let p = 1.0 / (1.0 + (-x).exp());
    let cross_entropy = x.max(0.0) - x * t + (-x.abs()).exp().ln_1p();
    let p_t = p * t + (1.0 - p) * (1.0 - t);
    let alpha_t = alpha.map_or(1.0, |alpha| alpha * t + (1.0 - alpha) * (1.0 - t));
    alpha_t * cross_entropy * (1.0 - p_t).powf(gamma)
}

/// Moderate logits with hard and soft targets, several alphas and gammas.
fn for_each<N: Number>(mut check: impl FnMut(FocalLoss<'static, N>, [f64; 2], Option<f64>, f64)) {
    let mut random = Random(5);
    for gamma in [0.5, 1.0, 1.5, 2.0, 3.0, 5.0] {
        for alpha in [None, Some(0.25), Some(0.9)] {
            let focal = FocalLoss::<N>::new().gamma(N::new(gamma));
            let focal = alpha.map_or(focal.without_alpha(), |alpha| focal.alpha(N::new(alpha)));
            for t in [0.0, 1.0, 0.3, 0.5, 0.99] {
                for _ in 0..5 {
                    let x = N::new(random.normal() * 3.0).to_f64();
                    check(focal, [x, N::new(t).to_f64()], alpha.map(|alpha| N::new(alpha).to_f64()), gamma);
                }
            }
        }
    }
}

fn moderate_logits<N: Number>() {
    for_each::<N>(|focal, [x, t], alpha, gamma| {
        let [found, ..] = one(focal, N::new(x), N::new(t));
        let expected = sigmoid_focal_loss(x, t, alpha, gamma);
        // The reference loses the digits of 1 - p.
        let allowed = expected * (20.0 * N::EPSILON.to_f64() + 1e-11);
        assert!((found - expected).abs() <= allowed, "{x}, {t}, {alpha:?}, {gamma}: {found} and not {expected}");
    });
}

/// Returns a derivative from values on both sides: it is off by h^2 / 6 of the third derivative, and by the rounding errors
/// over h.
fn difference(of: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    (of(x + h) - of(x - h)) / (2.0 * h)
}

fn gradient_is_the_derivative<N: Number>() {
    for_each::<N>(|focal, [x, t], alpha, gamma| {
        let [_, found, _] = one(focal, N::new(x), N::new(t));
        let expected = difference(|x| sigmoid_focal_loss(x, t, alpha, gamma), x, 1e-5);
        assert!((found - expected).abs() <= 1e-6, "{x}, {t}, {alpha:?}, {gamma}: {found} and not {expected}");
    });
}

fn hessian_is_the_derivative<N: Number>() {
    for_each::<N>(|focal, [x, t], alpha, gamma| {
        let [.., found] = one(focal, N::new(x), N::new(t));
        let wide = FocalLoss::<f64>::new().gamma(gamma);
        let wide = alpha.map_or(wide.without_alpha(), |alpha| wide.alpha(alpha));
        let gradient = |x| one(wide, x, t)[1];
        let expected = difference(gradient, x, 1e-5);
        assert!((found - expected).abs() <= 2e-6, "{x}, {t}, {alpha:?}, {gamma}: {found} and not {expected}");
    });
}

fn means<N: Number>() {
    let x = numbers::<N>(&[0.0, 2.0, 2.0, -1.0]);
    let t = numbers::<N>(&[1.0, 1.0, 0.0, 0.5]);
    let w = numbers::<N>(&[1.0, 2.0, 0.5, 0.0]);
    let focal = FocalLoss::new();
    let mut losses = [N::NAN; 4];
    focal.weight(Weights::per_element(&w)).losses(&x, &t, &mut losses).unwrap();
    let sum: f64 = losses.iter().map(|v| v.to_f64()).sum();
    let focal = focal.weight(Weights::per_element(&w));
    for (reduction, divisor) in [(Reduction::Mean, 4.0), (Reduction::WeightedMean, 3.5), (Reduction::Sum, 1.0)] {
        let found = focal.reduction(reduction).loss(&x, &t).unwrap().to_f64();
        assert!((found * divisor / sum - 1.0).abs() <= 4.0 * N::EPSILON.to_f64(), "{reduction:?}: {found}");
    }
}

/// Returns 1 - p by torchvision's formula: it has few digits, and then none.
fn wrong_probability(x: f32) -> f32 {
    1.0 - 1.0 / (1.0 + (-x).exp())
}

#[test]
fn where_torchvision_loses_its_digits() {
    // gamma 2, target 1, logit 15: the result is 37 % too large.
    let usual = wrong_probability(15.0).powi(2) * (-15f32).exp().ln_1p();
    let ours = one(FocalLoss::new().without_alpha(), 15.0f32, 1.0)[0];
    let exact = (-3.0 * (15.0f64 + (-15f64).exp().ln_1p())).exp() * (1.0 + 0.5 * (-15f64).exp());
    assert!((f64::from(usual) / exact - 1.37).abs() < 0.01);
    assert!((ours / exact - 1.0).abs() < 1e-6);
    // gamma 1/2, logit 17: the derivative of the power is infinite, and that of the sigmoid is 0.
    let x = 17f32;
    let slope = 0.5 * wrong_probability(x).powf(-0.5);
    assert_eq!(slope, f32::INFINITY);
    assert!((slope * (wrong_probability(x) * (1.0 - wrong_probability(x)))).is_nan());
    assert!(one(FocalLoss::new().gamma(0.5), x, 1.0)[1] < 0.0);
}
