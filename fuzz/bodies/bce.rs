//! Binary cross-entropy of any logits that are not NaN, with targets from 0 to 1 and valid weights: never NaN, never a
//! negative loss, derivatives of the right sign and size, and one answer from every method that gives it.

use logit_loss::{Error, LogitLoss, LossSum, Reduction};

use super::case::{Case, Factors};
use super::input::{Bytes, not_nan, unit};
use super::number::Number;

macro_rules! check {
    ($case:expr, $i:expr, $holds:expr, $($message:tt)+) => {
        assert!($holds, "{}: {}", format_args!($($message)+), $case.describe($i))
    };
}

pub fn body<T: Number>(data: &[u8]) {
    let case = Case::<T>::read(&mut Bytes::new(data), not_nan, unit);
    let sums = elements(&case);
    reduced(&case, &sums);
    methods_agree(&case);
    labels_agree(&case);
}

/// What the methods with one result for each element say, undivided.
struct Elements<T> {
    losses: Vec<T>,
    gradient: Vec<T>,
}

/// The formulas of one element, in `f64`.
struct Exact {
    w: f64,
    p: f64,
    up: f64,
    down: f64,
    x: f64,
    /// The target is 0 or 1 and remains it.
    hard: bool,
}

impl Exact {
    fn new<T: Number>(case: &Case<T>, i: usize) -> Self {
        let (w, p) = (case.weight.at(i).wide(), case.pos_weight.at(i).wide());
        let s = case.smoothing.wide();
        let given = case.targets[i].wide();
        let t = given * (1.0 - s) + s / 2.0;
        let hard = s == 0.0 && (given == 0.0 || given == 1.0);
        Self { w, p, up: 1.0 - t, down: p * t, x: case.logits[i].wide(), hard }
    }

    /// How far rounding may take a derivative: 3 ULP of `w (up + down)`, the rounding of label smoothing, and where
    /// numbers are so small that they cannot be more accurate.
    fn slack<T: Number>(&self, case: &Case<T>) -> f64 {
        let smoothed = if case.smoothing.wide() > 0.0 { self.p.max(1.0) } else { 0.0 };
        8.0 * T::ULP_OF_ONE * (self.w * (self.up + self.down + smoothed)) + 4.0 * T::TINY
    }

    fn e(&self) -> f64 {
        (-self.x.abs()).exp()
    }

    /// sigmoid(x)
    fn sigmoid(&self) -> f64 {
        if self.x >= 0.0 { 1.0 / (1.0 + self.e()) } else { self.e() / (1.0 + self.e()) }
    }

    fn loss(&self) -> f64 {
        let near = if self.x >= 0.0 { self.up } else { self.down };
        let linear = if near == 0.0 { 0.0 } else { near * self.x.abs() };
        if self.w == 0.0 { 0.0 } else { self.w * (linear + (self.up + self.down) * self.e().ln_1p()) }
    }

    /// Of a hard target.
    fn gradient(&self) -> f64 {
        let back = Self { x: -self.x, ..*self }.sigmoid();
        if self.up == 1.0 { self.w * self.sigmoid() } else { -self.w * self.p * back }
    }

    fn hessian(&self) -> f64 {
        let d = 1.0 + self.e();
        self.w * (self.up + self.down) * (self.e() / (d * d))
    }

    /// Whether the weights of the element, and what they come to together, are normal numbers of `T`. Beyond, nothing is
    /// promised but that no result is NaN or of the wrong sign.
    fn is_in_range<T: Number>(&self, upstream: f64) -> bool {
        let u = upstream.abs();
        let normal = |v: f64| v == 0.0 || v >= T::TINY / T::ULP_OF_ONE;
        let all_normal = [self.w, self.p, u, self.w * u].into_iter().all(normal);
        all_normal && product([self.w, self.p.max(1.0), u.max(1.0)]) <= T::LARGEST
    }

    /// Whether no factor is so far out that products of them leave the range where numbers keep all their digits, and
    /// where `e` does, here.
    fn is_moderate<T: Number>(&self) -> bool {
        let limit = T::LARGEST.powf(0.25);
        let moderate = |v: f64| v == 0.0 || (1.0 / limit..limit).contains(&v);
        let factors = moderate(self.w) && moderate(self.p) && moderate(self.up) && moderate(self.down);
        factors && (self.x.is_infinite() || self.e() >= f64::MIN_POSITIVE || T::LARGEST < f64::MAX)
    }
}

/// Of factors that are not negative, without rounding to 0 or to infinity before the end; 0 if any is 0.
pub(super) fn product(mut factors: [f64; 3]) -> f64 {
    factors.sort_by(f64::total_cmp);
    let [least, middle, most] = factors;
    if least == 0.0 { 0.0 } else { least * most * middle }
}

/// Infinite beyond the largest number of `T`.
fn rounded<T: Number>(v: f64) -> f64 {
    T::of(v).wide()
}

/// One unit in the last place of `T` at `v`.
fn ulp<T: Number>(v: f64) -> f64 {
    let power = f64::from_bits(v.abs().to_bits() & (0x7ff << 52));
    (power * T::ULP_OF_ONE).max(T::TINY)
}

/// Whether `v` is within so many ULP of `exact`, which `f64` has to all digits of an `f32`, and to 4 ULP for `f64`.
pub fn is_close<T: Number>(v: T, exact: f64, ulps: f64) -> bool {
    let allowed = (ulps + if T::ULP_OF_ONE == f64::EPSILON { 4.0 } else { 0.5 }) * ulp::<T>(exact);
    let overflow = exact.abs() + allowed > T::LARGEST && v.wide().is_infinite() && v.wide() * exact > 0.0;
    overflow || (v.wide() - exact).abs() <= allowed
}

fn elements<T: Number>(case: &Case<T>) -> Elements<T> {
    let n = case.len();
    let (x, y, bce) = (&case.logits[..], &case.targets[..], case.sum());
    let unset = || vec![T::of(f64::NAN); n];
    let [mut losses, mut gradient, mut hessian, mut back, mut by_target] = core::array::from_fn(|_| unset());
    bce.losses(x, y, &mut losses).expect("losses");
    bce.gradient_and_hessian(x, y, &mut gradient, &mut hessian).expect("gradient_and_hessian");
    bce.backward(x, y, case.upstream.weights(), &mut back).expect("backward");
    bce.target_gradient(x, y, &mut by_target).expect("target_gradient");
    // Without fused multiply-add, one ULP more.
    let more = if case.backend.is_none_or(|b| b.fused::<T>()) { 0.0 } else { 1.0 };
    for i in 0..n {
        let exact = Exact::new(case, i);
        let (w, p, hard, moderate) = (exact.w, exact.p, exact.hard, exact.is_moderate::<T>());
        let [l, g, h, b, d] = [&losses, &gradient, &hessian, &back, &by_target].map(|values| values[i].wide());
        if w == 0.0 {
            check!(case, i, [l, g, h, b, d] == [0.0; 5], "weight 0 leaves {:?}", [l, g, h, b, d]);
            continue;
        }

        check!(case, i, l >= 0.0, "loss {l:e} is negative or NaN");
        if moderate && case.smoothing.wide() == 0.0 {
            let true_loss = exact.loss();
            check!(case, i, is_close(losses[i], true_loss, 4.0 + more), "loss {l:e}, not {true_loss:e}");
        }

        check!(case, i, !g.is_nan() && !b.is_nan() && !d.is_nan(), "a derivative is NaN");
        check!(case, i, h >= 0.0, "Hessian {h:e} is negative or NaN");
        if !exact.is_in_range::<T>(case.upstream.at(i).wide()) {
            continue;
        }

        let slack = exact.slack(case);
        let (most, least) = (w * exact.up, -w * exact.down);
        check!(case, i, g <= rounded::<T>(most + slack), "gradient {g:e} above the weight's {most:e}");
        check!(case, i, g >= rounded::<T>(least - slack), "gradient {g:e} below the weights' {least:e}");
        let sign = if hard { 1.0 - 2.0 * case.targets[i].wide() } else { g.signum() };
        check!(case, i, g * sign >= 0.0, "gradient {g:e} has the wrong sign");
        if hard && moderate {
            let true_gradient = exact.gradient();
            let close = is_close(gradient[i], true_gradient, 4.0 + more);
            check!(case, i, close, "gradient {g:e}, not {true_gradient:e}");
        }

        let quarter = w * (exact.up + exact.down) / 4.0;
        check!(case, i, h <= rounded::<T>(quarter + slack), "Hessian {h:e} above {quarter:e}");
        if hard && moderate {
            let true_hessian = exact.hessian();
            check!(case, i, is_close(hessian[i], true_hessian, 7.0 + more), "Hessian {h:e}, not {true_hessian:e}");
        }

        let u = case.upstream.at(i).wide();
        let bound = product([u.abs(), w, exact.up.max(exact.down)]) + (u.abs() + 1.0) * slack;
        check!(case, i, b.abs() <= rounded::<T>(bound), "backward {b:e} beyond {bound:e}");
        if u == 0.0 {
            check!(case, i, b == 0.0, "backward of 0 is {b:e}");
        } else if hard || g.abs() > slack {
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
    Elements { losses, gradient }
}

/// The sum, the means, and the derivatives of the means, against those of each element.
fn reduced<T: Number>(case: &Case<T>, elements: &Elements<T>) {
    let n = case.len();
    let (x, y) = (&case.logits[..], &case.targets[..]);
    // What `f64` loses here is nothing to an `f32`, and nearly n ULP to an `f64`.
    let ulps = 12.0 + if T::ULP_OF_ONE == f64::EPSILON { n as f64 } else { 0.0 };
    let exact: f64 = elements.losses.iter().map(|v| v.wide()).sum();
    let sum = case.sum().loss(x, y).expect("sum").wide();
    check!(case, n, sum >= 0.0, "sum {sum:e} is negative or NaN");
    let allowed = ulps * ulp::<T>(exact) + n as f64 * T::TINY;
    // A weight below 1 for all elements multiplies what is summed without it, and may be infinite then.
    let shared = if let Factors::Uniform(w) = &case.weight { w.wide().clamp(T::TINY, 1.0) } else { 1.0 };
    let in_range = exact <= T::LARGEST * shared && (0..n).all(|i| Exact::new(case, i).is_in_range::<T>(1.0));
    if in_range && exact + allowed <= T::LARGEST {
        check!(case, n, (sum - exact).abs() <= allowed, "sum {sum:e}, but the losses' is {exact:e}");
    } else if in_range && exact - allowed > T::LARGEST {
        check!(case, n, sum == f64::INFINITY, "sum {sum:e}, but the losses' is {exact:e}");
    }

    let weights: f64 = (0..n).map(|i| case.weight.at(i).wide()).sum();
    for (reduction, divisor) in [(Reduction::Mean, n as f64), (Reduction::WeightedMean, weights)] {
        let bce = case.loss().reduction(reduction);
        let mut gradient = vec![T::of(f64::NAN); n];
        let mean = bce.loss_and_gradient(x, y, &mut gradient);
        if divisor == 0.0 || divisor > T::LARGEST * 1.000_001 {
            check!(case, n, mean == Err(Error::EmptyMean), "{reduction:?} over {divisor:e} is {mean:?}");
            continue;
        }
        // About there an error is as good as a mean.
        if divisor > T::LARGEST * 0.999_999 || 1.0 / divisor > T::LARGEST * 0.999_999 {
            continue;
        }
        let mean = mean.unwrap_or_else(|error| panic!("{reduction:?}: {error}: {}", case.describe(n))).wide();
        check!(case, n, mean >= 0.0, "{reduction:?} {mean:e} is negative or NaN");
        let exact = sum / divisor;
        let allowed = ulps * ulp::<T>(exact) + T::TINY / divisor;
        if in_range && (sum.is_infinite() || exact - allowed > T::LARGEST) {
            check!(case, n, mean == f64::INFINITY, "{reduction:?} {mean:e} of {sum:e} over {divisor:e}");
        } else if in_range && exact + allowed <= T::LARGEST {
            check!(case, n, (mean - exact).abs() <= allowed, "{reduction:?} {mean:e} of {sum:e} over {divisor:e}");
        }
        for (i, (g, of_sum)) in gradient.iter().zip(&elements.gradient).enumerate() {
            let (g, of_sum) = (g.wide(), of_sum.wide());
            check!(case, i, !g.is_nan(), "{reduction:?}: gradient is NaN");
            let same_sign = g == 0.0 || of_sum == 0.0 || g.signum() == of_sum.signum();
            check!(case, i, same_sign, "{reduction:?}: gradient {g:e}, of sum {of_sum:e}");
            if !in_range {
                continue;
            }
            let (exact, formulas) = (of_sum / divisor, Exact::new(case, i));
            // Half a TINY of what it is divided by comes out divided, and of 1/n comes out multiplied.
            let mut allowed = ulps * ulp::<T>(exact) + 4.0 * T::TINY * (formulas.p.max(1.0) + 1.0 / divisor);
            if !formulas.hard {
                allowed += 2.0 * formulas.slack(case) / divisor;
            }
            if exact.abs() + allowed <= T::LARGEST {
                check!(case, i, (g - exact).abs() <= allowed, "{reduction:?}: gradient {g:e}, not {exact:e}");
            }
        }
    }
}

/// Methods that give the same thing give the same bits.
fn methods_agree<T: Number>(case: &Case<T>) {
    let n = case.len();
    let (x, y, bce) = (&case.logits[..], &case.targets[..], case.loss());
    let [mut alone, mut with_loss, mut with_hessian, mut hessian] = core::array::from_fn(|_| vec![T::of(f64::NAN); n]);
    let mut in_place = x.to_vec();
    let results =
        [bce.loss(x, y), bce.loss_and_gradient(x, y, &mut with_loss), bce.loss_and_gradient_in_place(&mut in_place, y)];
    let keys = results.map(|result| result.map(T::key));
    check!(case, n, keys[0] == keys[1] && keys[0] == keys[2], "loss, with gradient, in place: {results:?}");

    let done = [bce.gradient(x, y, &mut alone), bce.gradient_and_hessian(x, y, &mut with_hessian, &mut hessian)];
    if results[0].is_ok() {
        check!(case, n, done == [Ok(()); 2], "the loss is Ok, its derivatives are {done:?}");
        for i in 0..n {
            let all = [alone[i], with_loss[i], with_hessian[i], in_place[i]];
            let same = all.iter().all(|v| v.key() == all[0].key());
            check!(case, i, same, "gradient alone, with loss, with Hessian, in place: {all:?}");
        }
    }

    let mut running = LossSum::new();
    case.loss().accumulate(&mut running, x, y).expect("accumulate");
    let (sum, mean, weighted) = (running.sum(), running.mean(), running.weighted_mean());
    let accumulated = match case.reduction {
        Reduction::Sum => Some(sum),
        Reduction::Mean => mean,
        Reduction::WeightedMean => weighted,
    };
    check!(
        case,
        n,
        accumulated.map(T::key) == keys[0].ok(),
        "loss {:?}, accumulated {sum:?}, {mean:?}, {weighted:?}",
        results[0]
    );
    check!(case, n, running.count() == n as u64, "count {}", running.count());
    let there = LossSum::<T>::from_le_bytes(running.to_le_bytes());
    check!(case, n, there.sum().key() == sum.key(), "sum {sum:?}, after travelling {:?}", there.sum());
    check!(case, n, there.mean().map(T::key) == mean.map(T::key), "mean {mean:?}, after travelling {:?}", there.mean());
    let mut merged = LossSum::new();
    merged.merge(&running);
    check!(case, n, merged.sum().key() == sum.key(), "sum {sum:?}, merged with nothing {:?}", merged.sum());
}

/// The same hard targets, as numbers, `bool` and `u8`.
fn labels_agree<T: Number>(case: &Case<T>) {
    let n = case.len();
    let (x, bce) = (&case.logits[..], case.loss());
    let bools: Vec<bool> = case.targets.iter().map(|t| t.wide() >= 0.5).collect();
    let bytes: Vec<u8> = bools.iter().enumerate().map(|(i, &t)| if t { 1 + (i % 255) as u8 } else { 0 }).collect();
    let numbers: Vec<T> = bools.iter().map(|&t| T::of(f64::from(u8::from(t)))).collect();
    let mut gradients = [vec![T::of(0.0); n], vec![T::of(0.0); n], vec![T::of(0.0); n]];
    let [a, b, c] = &mut gradients;
    let results = [
        bce.loss_and_gradient(x, &numbers, a),
        bce.loss_and_gradient(x, &bools, b),
        bce.loss_and_gradient(x, &bytes, c),
    ];
    let keys = results.map(|result| result.map(T::key));
    check!(case, n, keys[0] == keys[1] && keys[0] == keys[2], "hard targets as T, bool, u8: {results:?}");
    let [by_number, by_bool, by_byte] = gradients;
    for (i, all) in by_number.iter().zip(&by_bool).zip(&by_byte).enumerate() {
        let ((a, b), c) = all;
        let same = a.key() == b.key() && a.key() == c.key();
        check!(case, i, same, "gradient by hard targets as T, bool, u8: {all:?}");
    }
}
