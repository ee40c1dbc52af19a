//! Asymmetric loss of any logits that are not NaN, with targets from 0 to 1, valid weights and parameters. Checks the rules
//! for any loss, the formulas where `f64` is accurate enough, zeros below the margin, and without a margin the bits of focal
//! loss.

use super::answers::{Answers, answers, compare};
use super::bounds::{is_within, ulp};
use super::case::{Case, check};
use super::factors::Factors;
use super::input::{Bytes, not_nan, unit};
use super::kind::{Asymmetric, Focal};
use super::loss::{self, Elements, Slack};
use super::number::Number;

type AsymmetricCase<T> = Case<T, Asymmetric<T>>;

pub fn body<T: Number>(data: &[u8]) {
    let case = AsymmetricCase::<T>::read(&mut Bytes::new(data), not_nan, unit);
    let elements = Elements::new(&case);
    for i in 0..case.len() {
        element(&case, &elements, i);
    }
    let slack: Vec<_> = (0..case.len()).map(|i| slack(&case, i)).collect();
    loss::check(&case, &elements, &slack);
    is_focal(case);
}

/// Compares with focal loss: without a margin, with one gamma and hard targets.
fn is_focal<T: Number>(mut case: AsymmetricCase<T>) {
    let gamma = case.kind.gamma_pos;
    // At gamma 0 focal loss is cross-entropy, whose sums have other bits.
    if gamma.wide() == 0.0 {
        return;
    }
    case.smoothing = T::of(0.0);
    case.targets.iter_mut().for_each(|t| *t = T::of(t.wide().round()));
    case.kind = Asymmetric { gamma_pos: gamma, gamma_neg: gamma, margin: T::of(0.0) };
    let asymmetric = answers(&case, &case.loss(), 0);
    let case = case.of(Focal { alpha: None, gamma, pos_weight: Factors::Uniform(T::of(1.0)) });
    let focal = answers(&case, &case.loss(), 0);
    compare(&case, &unsigned::<T>(asymmetric), &unsigned::<T>(focal), "asymmetric loss", "focal loss");
}

/// Removes the sign of a gradient of 0, which may differ.
fn unsigned<T: Number>(mut answers: Answers) -> Answers {
    let minus_zero = T::of(-0.0).key();
    let values = answers.iter_mut().filter_map(|(_, values)| values.as_mut().ok());
    values.flatten().filter(|value| **value == minus_zero).for_each(|value| *value = 0);
    answers
}

/// Returns one side of an element in `f64`: q, loss, derivative and second derivative, and the latter with the absolute
/// values of its terms.
fn side(x: f64, gamma: f64, m: f64) -> [f64; 5] {
    let e = (-x.abs()).exp();
    let d = 1.0 + e;
    let (s, r) = if x >= 0.0 { (1.0 / d, e / d) } else { (e / d, 1.0 / d) };
    let q = s - m;
    if q <= 0.0 {
        return [q, 0.0, 0.0, 0.0, 0.0];
    }
    let rest = r + m;
    let l = if m == 0.0 {
        x.max(0.0) + e.ln_1p()
    } else if rest < 0.5 {
        -rest.ln()
    } else {
        -(-q).ln_1p()
    };
    let (power, v, h) = (q.powf(gamma), s * r, l / q);
    let slope = gamma * h + 1.0 / rest;
    let bend = (gamma * h / q * v, 2.0 * gamma / (q * rest) * v, v / (rest * rest));
    let of = |less: f64, back: f64| power * v * (less * bend.0 + bend.1 + bend.2 + back * slope);
    [q, power * l, power * v * slope, of(gamma - 1.0, r - s), of(gamma + 1.0, r + s)]
}

/// Whether the weight, the logit and the power are so moderate that all digits are promised, and `f64` has them.
fn is_moderate<T: Number>(case: &AsymmetricCase<T>, i: usize, q: f64) -> bool {
    let (x, w) = (case.logits[i].wide(), case.weight.at(i).wide());
    let limit = if T::LARGEST < f64::MAX { 60.0 } else { 30.0 };
    let power = q.powf(case.kind.gamma_pos.wide().max(case.kind.gamma_neg.wide()));
    x.abs() <= limit && (1e-6..=1e6).contains(&w) && power * power >= T::TINY / T::ULP_OF_ONE
}

fn element<T: Number>(case: &AsymmetricCase<T>, elements: &Elements<T>, i: usize) {
    let [l, g, h, b, _] = elements.at(i);
    let (x, t, w, u) =
        (case.logits[i].wide(), case.targets[i].wide(), case.weight.at(i).wide(), case.upstream.at(i).wide());
    if w == 0.0 || case.smoothing.wide() > 0.0 || t != t.round() {
        return;
    }
    let sign = 1.0 - 2.0 * t;
    check!(case, i, g * sign >= 0.0, "gradient {g:e} has the wrong sign");
    check!(case, i, b * sign * u.signum() >= 0.0, "backward {b:e} has the wrong sign");
    let is_negative = t == 0.0;
    let m = if is_negative { case.kind.margin.wide() } else { 0.0 };
    let gamma = if is_negative { case.kind.gamma_neg } else { case.kind.gamma_pos }.wide();
    if x.is_infinite() {
        check!(case, i, h == 0.0, "Hessian {h:e} at infinity");
        // A margin that is subnormal counts as 0.
        let is_endless = x * sign > 0.0 && m < T::TINY / T::ULP_OF_ONE;
        check!(case, i, w > 1e6 || l.is_infinite() == is_endless, "loss {l:e} at infinity");
        return;
    }
    let exact = side(sign * x, gamma, m);
    // The effect of a quarter of an ULP of the margin, and the error of `f64` where it subtracts the margin.
    let off = if m > 0.0 { ulp::<T>(m) / 4.0 + 4.0 * f64::EPSILON } else { 0.0 };
    let [low, high] = [m - off, m + off].map(|m| side(sign * x, gamma, m));
    let all = [&exact, &low, &high];
    if m > 0.0 && all.iter().all(|side| side[0] <= 0.0) {
        let limit = [0.0, 0.0, if gamma > 0.0 && gamma < 1.0 && exact[0] == 0.0 { h } else { 0.0 }, 0.0];
        check!(case, i, [l, g, h, b] == limit, "below the margin there is {:?}", [l, g, h, b]);
        return;
    }
    if all.iter().any(|side| side[0] <= 0.0) || !is_moderate(case, i, exact[0]) {
        return;
    }
    let ulps = 8.0 + 5.0 * gamma + case.more_ulps() + if T::LARGEST < f64::MAX { 0.5 } else { 8.0 + gamma };
    for (name, found, k, size) in [
        ("loss", elements.losses[i], 1, 1),
        ("gradient", elements.gradient[i], 2, 2),
        ("Hessian", elements.hessian[i], 3, 4),
    ] {
        let sign = if k == 2 { sign } else { 1.0 };
        let value = sign * w * exact[k];
        let spread = w * (low[k] - high[k]).abs().max((low[k] - exact[k]).abs()).max((high[k] - exact[k]).abs());
        let allowed = ulps * ulp::<T>(w * exact[size]) + spread;
        check!(case, i, is_within(found, value, allowed), "{name} {found:?}, not {value:e} within {allowed:e}");
    }
}

fn slack<T: Number>(case: &AsymmetricCase<T>, i: usize) -> Option<Slack> {
    let w = case.weight.at(i).wide();
    // Where a power is subnormal, its rounding error is multiplied by the other factors.
    let lost = 1e4 * T::TINY * (1.0 + w);
    // Each side of a soft target is scaled before one is subtracted from the other.
    let (x, Asymmetric { gamma_pos, gamma_neg, margin }) = (case.logits[i].wide(), &case.kind);
    let [positive, negative] = [side(-x, gamma_pos.wide(), 0.0), side(x, gamma_neg.wide(), margin.wide())];
    let whole = lost + 8.0 * T::ULP_OF_ONE * w * (positive[2].max(negative[2]));
    (w == 0.0 || (1e-6..=1e6).contains(&w)).then_some(Slack { loss: lost, whole, divided: 4.0 * T::TINY })
}
