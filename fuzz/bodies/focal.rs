//! Focal loss of any logits that are not NaN, with targets from 0 to 1, valid weights and parameters. Checks the rules for
//! any loss; torchvision's formulas, with positive weights, where `f64` is accurate enough; and without alpha and gamma the
//! bits of cross-entropy.

use super::answers::{answers, compare};
use super::bce;
use super::bounds::{is_normal, is_within, product, rounded, ulp};
use super::case::{Case, check};
use super::input::{Bytes, not_nan, unit};
use super::kind::{Bce, Focal};
use super::loss::{self, Elements, Slack};
use super::number::Number;

type FocalCase<T> = Case<T, Focal<T>>;

pub fn body<T: Number>(data: &[u8]) {
    let case = FocalCase::<T>::read(&mut Bytes::new(data), not_nan, unit);
    if case.kind.gamma.wide() == 0.0 && case.kind.alpha.is_none() {
        return is_cross_entropy(case);
    }
    let elements = Elements::new(&case);
    for i in 0..case.len() {
        element(&case, &elements, i);
    }
    let slack: Vec<_> = (0..case.len()).map(|i| under_a_mean(&case, i)).collect();
    loss::check(&case, &elements, &slack);
}

fn is_cross_entropy<T: Number>(case: FocalCase<T>) {
    let focal = answers(&case, &case.loss(), 0);
    let pos_weight = case.kind.pos_weight.clone();
    let case = case.of(Bce { pos_weight });
    compare(&case, &focal, &answers(&case, &case.loss(), 0), "focal loss", "cross-entropy");
    bce::check_all(&case);
}

/// torchvision's formulas of one element, in `f64`.
struct Exact {
    x: f64,
    t: f64,
    /// Whether the target is 0 or 1 after smoothing.
    hard: bool,
    w: f64,
    /// alpha_t, and whether it is exactly 0 and not only rounded to 0.
    alpha: f64,
    costless: bool,
    gamma: f64,
    /// m (1 + e)
    wrong: f64,
    /// -ln m^gamma, and the factor by which its rounding has multiplied the power.
    exponent: f64,
    correction: f64,
    /// Loss, gradient and Hessian for weight 1, without the power, and without the exponentials of `tails`.
    formulas: [f64; 3],
    /// The exponents that all terms share: exp(-tail) is left out so that `f64` can hold the rest.
    tails: [f64; 3],
    /// The formulas with the absolute values of their terms.
    sizes: [f64; 3],
}

impl Exact {
    fn new<T: Number>(case: &FocalCase<T>, i: usize) -> Self {
        let (s, given, x) = (case.smoothing.wide(), case.targets[i].wide(), case.logits[i].wide());
        let t = given * (1.0 - s) + s / 2.0;
        let hard = s == 0.0 && (given == 0.0 || given == 1.0);
        let up = 1.0 - t;
        let [positive, negative] = case.kind.alpha.map_or([1.0; 2], |alpha| [alpha.wide(), 1.0 - alpha.wide()]);
        let p = case.kind.pos_weight.at(i).wide();
        let alpha = positive * p * t + negative * up;
        let costless = [positive, p, t].contains(&0.0) && [negative, up].contains(&0.0);
        let gamma = case.kind.gamma.wide();

        let a = x.abs();
        let e = (-a).exp();
        let (d, log) = (1.0 + e, e.ln_1p());
        let (near, far) = if x >= 0.0 { (up, t) } else { (t, up) };
        let (wrong, easy) = (near + far * e, near == 0.0);

        // -ln m is kept in two words, so that gamma multiplies as little error as possible.
        let linear = if easy { a } else { -wrong.ln() };
        let hi = linear + log;
        let lo = if linear > log { log - (hi - linear) } else { linear - (hi - log) };
        let exponent = if gamma == 0.0 { 0.0 } else { gamma * hi };
        // From 1e4 on the power is 0 with any other factor.
        let vanishes = exponent == 0.0 || exponent > 1e4;
        let correction = if vanishes { 1.0 } else { 1.0 - (gamma.mul_add(hi, -exponent) + gamma * lo) };

        // For an easy answer m = e / d, and c and z - t have a factor e too; otherwise v and v / m have it.
        let tail = if easy { a } else { 0.0 };
        let cost = if !easy {
            near * a + log
        } else if e < f64::MIN_POSITIVE {
            1.0
        } else {
            log / e
        };
        let [slope_near, slope_far] = if easy { [0.0, far / d] } else { [near / d, far * e / d] };
        let (over, v_over_m) = if easy { (1.0 / d, 1.0 / d) } else { (1.0 / d / wrong, e / d / wrong) };
        let back = (1.0 - e) / d;
        let of = |slope: f64, k: f64, bend: f64, less: f64| {
            // At infinity c is infinite, but v is 0.
            let ckv = |v: f64| gamma * (cost.min(T::LARGEST) * (k * v));
            let bent = less * k * v_over_m + bend;
            [cost, slope + ckv(v_over_m), 1.0 / (d * d) + 2.0 * gamma * slope * k * over + ckv(over) * bent]
        };
        let [loss, gradient, hessian] = of(slope_near - slope_far, near - far, -back, gamma - 1.0);
        let formulas = [loss, if x >= 0.0 { gradient } else { -gradient }, hessian];
        let sizes = of(slope_near + slope_far, 1.0, 1.0, gamma + 1.0);
        let w = case.weight.at(i).wide();
        Self {
            x,
            t,
            hard,
            w,
            alpha,
            costless,
            gamma,
            wrong,
            exponent,
            correction,
            formulas,
            tails: [tail, tail, a],
            sizes,
        }
    }

    /// Returns loss, gradient or Hessian, times the magnitude of an upstream derivative, and the same with the absolute
    /// values of its terms.
    fn result(&self, which: usize, u: f64) -> [f64; 2] {
        let [power, e] = [self.exponent, self.tails[which]].map(|v| (-v / 2.0).exp());
        let of = |v: f64| product([u, self.w, self.alpha, power, power, e, e, v.abs() * self.correction]);
        [of(self.formulas[which]).copysign(self.formulas[which]), of(self.sizes[which])]
    }

    /// Returns the error of a result where the product of weight and power is subnormal, which the other factors multiply.
    fn lost<T: Number>(&self, which: usize) -> f64 {
        2.0 * T::TINY * self.w.clamp(1.0, 4.0) * (1.0 + self.sizes[which] * (-self.tails[which]).exp())
    }

    /// Whether the weights, alone and multiplied, are normal numbers. Otherwise the only promise is that no result is NaN or
    /// has the wrong sign.
    fn is_in_range<T: Number>(&self, u: f64) -> bool {
        let &Self { w, alpha, .. } = self;
        let all = [&[w][..], &[alpha], &[u], &[w, alpha], &[u, w], &[u, w, alpha]];
        all.into_iter().all(is_normal::<T>) && product([u.max(1.0), w.max(1.0), alpha.max(1.0)]) <= T::LARGEST
    }

    /// Whether the weights are too small to restore exponentials that have vanished, or to overflow before a smaller factor
    /// multiplies them.
    fn is_moderate<T: Number>(&self, which: usize, u: f64) -> bool {
        // A uniform weight that is not large multiplies last.
        u.max(1.0) * self.w.max(1.0) * self.alpha * (1.0 + self.sizes[which]) <= T::LARGEST.powf(0.75)
    }

    /// Returns the allowed error in ULP of the result's size; `None` where nothing is promised.
    fn ulps<T: Number>(&self, case: &FocalCase<T>) -> Option<f64> {
        // The probability of the wrong answer of a soft target has lost digits.
        if !self.hard && !is_normal::<T>(&[self.wrong]) {
            return None;
        }
        // The error of `f64` itself does not matter for an `f32`. For an `f64` it is gamma times the last digit of log1p or,
        // for a soft target, of the whole exponent.
        let exponent = if self.hard { 0.0 } else { self.exponent };
        let reference = if T::LARGEST < f64::MAX { 0.5 } else { 8.0 + self.gamma + exponent };
        // A smoothed target is 2 ULP off, and 1 minus it by more where it is smaller. The alpha, the cost and gamma + 3
        // powers of the probability contain it. The errors add up only where they are small.
        let smoothed =
            if case.smoothing.wide() > 0.0 { (5.0 + self.gamma) * (2.0 + 2.0 * self.t / (1.0 - self.t)) } else { 0.0 };
        let little = smoothed == 0.0 || smoothed * T::ULP_OF_ONE <= 0.1 && is_normal::<T>(&[self.t]);
        // The promise for hard targets, plus, for a soft target, the roundings of its probability: of 1 - t, e, their
        // product and the sum, each half an ULP to one, which the power multiplies.
        let more = case.more_ulps();
        let own = if self.hard { 6.0 + 2.0 * self.gamma + more } else { 6.0 + more + (4.0 + more) * self.gamma };
        little.then_some(own + reference + smoothed)
    }
}

fn element<T: Number>(case: &FocalCase<T>, elements: &Elements<T>, i: usize) {
    let exact = Exact::new(case, i);
    let [l, g, h, b, _] = elements.at(i);
    let u = case.upstream.at(i).wide();
    if exact.w == 0.0 {
        return;
    }
    if exact.costless {
        check!(case, i, [l, g, h, b] == [0.0; 4], "alpha_t of 0 leaves {:?}", [l, g, h, b]);
        return;
    }

    let sign = 1.0 - 2.0 * exact.t;
    if exact.hard {
        check!(case, i, g * sign >= 0.0, "gradient {g:e} has the wrong sign");
        check!(case, i, b * sign * u.signum() >= 0.0, "backward {b:e} has the wrong sign");
    }
    // Below the smallest number, alpha_t may be rounded to 0.
    if exact.x.is_infinite() && case.smoothing.wide() == 0.0 && exact.alpha >= T::TINY {
        let costs = !exact.hard || exact.x * sign > 0.0;
        let true_loss = if costs { f64::INFINITY } else { 0.0 };
        check!(case, i, l == true_loss, "loss {l:e} at infinity, not {true_loss:e}");
        check!(case, i, h == 0.0, "Hessian {h:e} at infinity");
        let size = rounded::<T>(exact.w * rounded::<T>(exact.alpha));
        let limit = if costs { sign * size } else { 0.0 };
        // A product of weights that is too large is clamped to the largest number before or after the last factor.
        check!(case, i, !exact.hard || size > T::LARGEST || g == limit, "gradient {g:e} at infinity, not {limit:e}");
    }

    let Some(ulps) = exact.ulps(case) else { return };
    let Elements { losses, gradient, hessian, back, .. } = elements;
    for (name, found, which, u, sign) in [
        ("loss", losses[i], 0, 1.0, 1.0),
        ("gradient", gradient[i], 1, 1.0, 1.0),
        ("Hessian", hessian[i], 2, 1.0, 1.0),
        ("backward", back[i], 1, u.abs(), u.signum()),
    ] {
        let [value, size] = exact.result(which, u);
        if exact.is_in_range::<T>(u) && exact.is_moderate::<T>(which, u) {
            let (value, allowed) = (sign * value, ulps * ulp::<T>(size) + exact.lost::<T>(which));
            check!(case, i, is_within(found, value, allowed), "{name} {found:?}, not {value:e} within {allowed:e}");
        }
    }
}

fn under_a_mean<T: Number>(case: &FocalCase<T>, i: usize) -> Option<Slack> {
    let exact = Exact::new(case, i);
    let tiny = 4.0 * T::TINY;
    // As for cross-entropy, the positive weight multiplies the rounding error of 1/n.
    let whole = tiny * exact.alpha.max(1.0) * (1.0 + exact.sizes[1]);
    let slack = Slack { loss: exact.lost::<T>(0), whole, divided: tiny };
    (exact.is_in_range::<T>(1.0) && exact.is_moderate::<T>(0, 1.0)).then_some(slack)
}
