//! Asymmetric loss: the meaning of its margin and its two gammas.

use crate::common::exact::{Exact, Referenced, error_of};
use crate::common::{Number, backends, for_both_types, same};
use crate::{CASES, Logit, check, ordered};
use logit_loss::{AsymmetricLoss, Backend, FocalLoss, Hessian, Reduction};

for_both_types!(
    without_margin_it_is_focal_loss,
    never_negative_and_of_the_right_sign,
    a_larger_margin_costs_less,
    a_target_mixes_both_sides,
);

const GAMMAS: [f64; 7] = [0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 64.0];
const MARGINS: [f64; 5] = [0.0, 0.05, 0.2, 0.5, 0.95];

fn with<N: Number>(backend: Backend, choice: u8, margin: N) -> AsymmetricLoss<'static, N> {
    let gammas = [usize::from(choice), usize::from(choice) / 7].map(|k| N::new(GAMMAS[k % GAMMAS.len()]));
    let asymmetric = AsymmetricLoss::new().gamma_pos(gammas[0]).gamma_neg(gammas[1]).margin(margin);
    asymmetric.backend(backend).reduction(Reduction::Sum)
}

/// Returns loss, gradient and Hessian.
fn results<N: Number>(loss: impl Hessian<N>, x: N, t: f64) -> [N; 3] {
    let [mut losses, mut gradient, mut hessian] = [[N::NAN]; 3];
    loss.losses(&[x], &[N::new(t)], &mut losses).unwrap();
    loss.gradient_and_hessian(&[x], &[N::new(t)], &mut gradient, &mut hessian).unwrap();
    [losses[0], gradient[0], hessian[0]]
}

fn without_margin_it_is_focal_loss<N: Number>() {
    fn property<N: Number>((Logit(x), gamma, positive): (Logit<N>, u8, bool)) -> bool {
        // Integers up to 4 take repeated products.
        let gamma = N::new(f64::from(gamma) / 8.0 + 0.125);
        let t = f64::from(u8::from(positive));
        backends().all(|backend| {
            let asymmetric = AsymmetricLoss::new().gamma_pos(gamma).gamma_neg(gamma).margin(N::new(0.0));
            let focal = FocalLoss::new().without_alpha().gamma(gamma);
            let found = results(asymmetric.backend(backend), x, t);
            let expected = results(focal.backend(backend), x, t);
            let zero = N::new(0.0);
            found.iter().zip(expected).all(|(&a, b)| same(a, b) || a == zero && b == zero)
        })
    }
    check(10 * CASES, property::<N>);
}

fn never_negative_and_of_the_right_sign<N: Number>() {
    fn property<N: Number>((Logit(x), choice, margin): (Logit<N>, u8, u8)) -> bool {
        let (zero, margin) = (N::new(0.0), N::new(f64::from(margin) / 256.0));
        backends().all(|backend| {
            let asymmetric = with(backend, choice, margin);
            let [positive, down, _] = results(asymmetric, x, 1.0);
            let [negative, up, _] = results(asymmetric, x, 0.0);
            positive >= zero && down <= zero && negative >= zero && up >= zero
        })
    }
    check(10 * CASES, property::<N>);
}

fn a_larger_margin_costs_less<N: Referenced>() {
    fn property<N: Referenced>((Logit(x), choice, margins): (Logit<N>, u8, (u8, u8))) -> bool {
        let [low, high] = [margins.0.min(margins.1), margins.0.max(margins.1)].map(|m| N::new(f64::from(m) / 256.0));
        let gamma = GAMMAS[usize::from(choice) / 7 % GAMMAS.len()];
        backends().all(|backend| {
            let [more, ..] = results(with(backend, choice, low), x, 0.0);
            let [less, ..] = results(with(backend, choice, high), x, 0.0);
            // Each is within 6 + 5 gamma ULP.
            less == more || ordered(less, more, 4.0 + 5.0 * gamma)
        })
    }
    check(10 * CASES, property::<N>);
}

fn a_target_mixes_both_sides<N: Referenced>() {
    fn property<N: Referenced>((Logit(x), choice, t): (Logit<N>, u8, u8)) -> bool {
        let margin = N::new(MARGINS[usize::from(choice) % MARGINS.len()]);
        let t = f64::from(t) / 256.0;
        backends().all(|backend| {
            let asymmetric = with(backend, choice, margin);
            let [positive, negative, both] = [1.0, 0.0, t].map(|t| results(asymmetric, x, t));
            (0..3).all(|k| {
                let [p, n, found] = [positive, negative, both].map(|of| of[k].to_f64());
                if t == 0.0 || t == 1.0 || p.abs() + n.abs() >= N::LARGEST.to_f64() {
                    return t > 0.0 || same(both[k], negative[k]);
                }
                // Each product is rounded once more or less, in a power of up to 64 or at the end.
                let [a, b] = [t * p, (1.0 - t) * n];
                let size = N::Exact::from_f64(a.abs() + b.abs());
                let rounded = N::Exact::from_f64(a) + N::Exact::from_f64(b);
                found.is_finite() && error_of(both[k], &rounded, &size) <= 70.0
            })
        })
    }
    check(10 * CASES, property::<N>);
}
