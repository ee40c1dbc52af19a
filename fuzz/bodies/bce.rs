//! Binary cross-entropy of any logits that are not NaN, with targets from 0 to 1 and valid weights. Results are never NaN,
//! losses never negative, derivatives have the right sign and size, and all methods agree.

use super::bounds::{is_close, is_normal, product, rounded};
use super::case::{Case, check};
use super::input::{Bytes, not_nan, unit};
use super::kind::Bce;
use super::loss::{self, Elements, Slack};
use super::number::Number;

type BceCase<T> = Case<T, Bce<T>>;

pub fn body<T: Number>(data: &[u8]) {
    check_all(&BceCase::<T>::read(&mut Bytes::new(data), not_nan, unit));
}

pub fn check_all<T: Number>(case: &BceCase<T>) {
    let elements = Elements::new(case);
    let slack: Vec<_> = (0..case.len()).map(|i| Exact::new(case, i).under_a_mean(case)).collect();
    for i in 0..case.len() {
        element(case, &elements, i);
    }
    loss::check(case, &elements, &slack);
}

/// The formulas of one element, in `f64`.
struct Exact {
    w: f64,
    p: f64,
    up: f64,
    down: f64,
    x: f64,
    /// Whether the target is 0 or 1 after smoothing.
    hard: bool,
}

impl Exact {
    fn new<T: Number>(case: &BceCase<T>, i: usize) -> Self {
        let (w, p) = (case.weight.at(i).wide(), case.kind.pos_weight.at(i).wide());
        let s = case.smoothing.wide();
        let given = case.targets[i].wide();
        let t = given * (1.0 - s) + s / 2.0;
        let hard = s == 0.0 && (given == 0.0 || given == 1.0);
        Self { w, p, up: 1.0 - t, down: p * t, x: case.logits[i].wide(), hard }
    }

    /// Returns the largest rounding error of a derivative: 3 ULP of `w (up + down)`, the rounding of label smoothing, and
    /// the error of numbers too small to be more accurate.
    fn slack<T: Number>(&self, case: &BceCase<T>) -> f64 {
        let smoothed = if case.smoothing.wide() > 0.0 { self.p.max(1.0) } else { 0.0 };
        8.0 * T::ULP_OF_ONE * (self.w * (self.up + self.down + smoothed)) + 4.0 * T::TINY
    }

    fn under_a_mean<T: Number>(&self, case: &BceCase<T>) -> Option<Slack> {
        // Half a TINY before the division is divided too, and half a TINY of 1/n is multiplied.
        let tiny = 4.0 * T::TINY;
        let divided = if self.hard { tiny } else { tiny + 2.0 * self.slack(case) };
        self.is_in_range::<T>(1.0).then_some(Slack { loss: T::TINY, whole: tiny * self.p.max(1.0), divided })
    }

    fn e(&self) -> f64 {
        (-self.x.abs()).exp()
    }

    /// Returns sigmoid(x).
    fn sigmoid(&self) -> f64 {
        if self.x >= 0.0 { 1.0 / (1.0 + self.e()) } else { self.e() / (1.0 + self.e()) }
    }

    fn loss(&self) -> f64 {
        let near = if self.x >= 0.0 { self.up } else { self.down };
        let linear = if near == 0.0 { 0.0 } else { near * self.x.abs() };
        if self.w == 0.0 { 0.0 } else { self.w * (linear + (self.up + self.down) * self.e().ln_1p()) }
    }

    /// Returns the gradient of a hard target.
    fn gradient(&self) -> f64 {
        let back = Self { x: -self.x, ..*self }.sigmoid();
        if self.up == 1.0 { self.w * self.sigmoid() } else { -self.w * self.p * back }
    }

    fn hessian(&self) -> f64 {
        let d = 1.0 + self.e();
        self.w * (self.up + self.down) * (self.e() / (d * d))
    }

    /// Whether the weights of the element, and their products, are normal numbers of `T`. Otherwise the only promise is that
    /// no result is NaN or has the wrong sign.
    fn is_in_range<T: Number>(&self, upstream: f64) -> bool {
        let u = upstream.abs();
        let all_normal = [&[self.w][..], &[self.p], &[u], &[self.w, u]].into_iter().all(is_normal::<T>);
        all_normal && product([self.w, self.p.max(1.0), u.max(1.0)]) <= T::LARGEST
    }

    /// Whether all factors are moderate enough that their products keep all digits, and that `e` and its products with the
    /// costs do so in `f64`.
    fn is_moderate<T: Number>(&self) -> bool {
        let limit = T::LARGEST.powf(0.25);
        let moderate = |v: f64| v == 0.0 || (1.0 / limit..limit).contains(&v);
        let small = self.e() * (self.up + self.down).min(1.0);
        let factors = moderate(self.w) && moderate(self.p) && moderate(self.up) && moderate(self.down);
        factors && (self.x.is_infinite() || T::LARGEST < f64::MAX || small >= f64::MIN_POSITIVE)
    }
}

fn element<T: Number>(case: &BceCase<T>, elements: &Elements<T>, i: usize) {
    let exact = Exact::new(case, i);
    let (w, p, hard, moderate) = (exact.w, exact.p, exact.hard, exact.is_moderate::<T>());
    let [l, g, h, b, d] = elements.at(i);
    let more = case.more_ulps();
    if w == 0.0 {
        return;
    }

    if moderate && case.smoothing.wide() == 0.0 {
        let true_loss = exact.loss();
        check!(case, i, is_close(elements.losses[i], true_loss, 4.0 + more), "loss {l:e}, not {true_loss:e}");
    }

    check!(case, i, h >= 0.0, "Hessian {h:e} is negative");
    if !exact.is_in_range::<T>(case.upstream.at(i).wide()) {
        return;
    }

    let slack = exact.slack(case);
    let (most, least) = (w * exact.up, -w * exact.down);
    check!(case, i, g <= rounded::<T>(most + slack), "gradient {g:e} above the weight's {most:e}");
    check!(case, i, g >= rounded::<T>(least - slack), "gradient {g:e} below the weights' {least:e}");
    let sign = if hard { 1.0 - 2.0 * case.targets[i].wide() } else { g.signum() };
    check!(case, i, g * sign >= 0.0, "gradient {g:e} has the wrong sign");
    if hard && moderate {
        let true_gradient = exact.gradient();
        let close = is_close(elements.gradient[i], true_gradient, 4.0 + more);
        check!(case, i, close, "gradient {g:e}, not {true_gradient:e}");
    }

    let quarter = w * (exact.up + exact.down) / 4.0;
    check!(case, i, h <= rounded::<T>(quarter + slack), "Hessian {h:e} above {quarter:e}");
    if hard && moderate {
        let true_hessian = exact.hessian();
        check!(case, i, is_close(elements.hessian[i], true_hessian, 7.0 + more), "Hessian {h:e}, not {true_hessian:e}");
    }

    let u = case.upstream.at(i).wide();
    let bound = product([u.abs(), w, exact.up.max(exact.down)]) + (u.abs() + 1.0) * slack;
    check!(case, i, b.abs() <= rounded::<T>(bound), "backward {b:e} beyond {bound:e}");
    if u != 0.0 && (hard || g.abs() > slack) {
        check!(case, i, b * sign * u.signum() >= 0.0, "backward {b:e}, gradient {g:e}");
    }

    if exact.x >= 0.0 && p <= 1.0 {
        check!(case, i, d <= 0.0, "target gradient {d:e} is positive");
    } else if exact.x < 0.0 && p >= 1.0 {
        check!(case, i, d >= 0.0, "target gradient {d:e} is negative");
    }

    if exact.x.is_infinite() && hard {
        let (near, limit) = if exact.x > 0.0 { (exact.up, w * exact.up) } else { (exact.down, -w * exact.down) };
        let (true_loss, limit) = (if near > 0.0 { f64::INFINITY } else { 0.0 }, T::of(limit).wide());
        check!(case, i, l == true_loss, "loss {l:e} at infinity, not {true_loss:e}");
        check!(case, i, g == limit, "gradient {g:e} at infinity, not {limit:e}");
        check!(case, i, h == 0.0, "Hessian {h:e} at infinity");
    }
}
