//! Between which numbers a derivative must be, whatever the logit.
//!
//! The gradient of cross-entropy rises with the logit, from -w p t to w (1 - t); a mean divides it. As it is computed,
//!
//! ```text
//! size     = w scale                     scale: 1 / n
//! gradient = ((near - far e) / (1 + e)) size         near, far: 1 - t and p t, or the other way round
//! ```
//!
//! with e in [0, 1] and a divisor of at least 1. Rounding keeps the order of numbers, so the quotient is from -far to
//! near, as these are rounded, and none of its own roundings counts. Four do: of 1 - t (or p t), of 1 / n, of size,
//! and the last one. Each is off by at most half an ULP of its own result, so the last one by half an ULP of the
//! limit. Let a be the mantissa of 1 - t, b that of size and m that of the limit, all from 1 to 2. Then the other
//! three are at most m / 2a, m / 2b and m / 2 ULP of the limit. Where ab = m, that is (b + a + m) / 2 with
//! a + b <= 1 + m, which is less than 2.5. Where ab = 2m, it is (a + b) / 4 + m / 2, which is less than 2. With the last
//! one, the gradient is within its limits but for **3 ULP**.
//!
//! With an upstream derivative u, size is w u, which is one rounding less. A formula may multiply in another order,
//! since weights are far apart. It has no more roundings: fl(fl(a v) b) with v <= 1 is no larger than fl(a b).

use std::marker::PhantomData;

use super::bounds::{product, rounded, ulp};
use super::number::Number;

/// Of which loss.
#[derive(Clone, Copy)]
pub enum Limits {
    /// Of logits: -w p t and w (1 - t).
    CrossEntropy,
    /// Of probabilities: 1e12 times these, since the denominator is held at 1e-12.
    Probability,
    /// None are promised, but that the gradient of a hard target points away from it.
    Sign,
}

/// An element, but for its logit.
pub struct Element<T> {
    pub target: f64,
    /// The product of both weights, which is not 0.
    pub weight: f64,
    pub pos_weight: f64,
    pub smoothing: f64,
    /// Signed.
    pub upstream: f64,
    pub divisor: f64,
    pub of: PhantomData<T>,
}

/// What this file loses itself where `T` is `f64`: it rounds 1 - t or p t, 1 / n, and three products.
fn own_ulps<T: Number>() -> f64 {
    if T::LARGEST < f64::MAX { 0.0 } else { 5.0 }
}

impl Limits {
    pub fn of_gradient<T: Number>(self, element: &Element<T>) -> [f64; 2] {
        let &Element { target, smoothing, upstream, pos_weight, .. } = element;
        if upstream == 0.0 {
            return [0.0; 2];
        }
        let [down, up] = element.costs();
        let sides = [pos_weight * down, up];
        let [fall, rise] = match self {
            Self::CrossEntropy => sides.map(|side| element.at_most(side, 1.0, 3.0)),
            // Rounded are the side, q, the numerator twice, the quotient, 1 / n, size, and two products more.
            Self::Probability => sides.map(|side| element.at_most(side, 1.0 / T::of(1e-12).wide(), 9.0)),
            Self::Sign => sides.map(|_| f64::INFINITY),
        };
        // Without a cost on a side nothing is left to be rounded: the sign is right.
        let is_hard = smoothing == 0.0 && (target == 0.0 || target == 1.0);
        let is_sure = |side: f64| if matches!(self, Self::Sign) { is_hard && side == 0.0 } else { side == 0.0 };
        let [fall, rise] = [(fall, sides[0]), (rise, sides[1])].map(|(v, side)| if is_sure(side) { 0.0 } else { v });
        if upstream > 0.0 { [-fall, rise] } else { [-rise, fall] }
    }

    /// At most w (1 - t + p t) / 4, for cross-entropy: e / (1 + e)^2 is at most 1/4 at any e.
    pub fn of_hessian<T: Number>(self, element: &Element<T>) -> [f64; 2] {
        let [down, up] = element.costs();
        match self {
            // Three roundings of 1 - t + p t, two of the size, three of (1 + e)^2, a quotient and two products.
            Self::CrossEntropy => [0.0, element.at_most(up + element.pos_weight * down, 0.25, 11.0)],
            Self::Probability | Self::Sign => [f64::NEG_INFINITY, f64::INFINITY],
        }
    }
}

/// [`product`], which takes a while, where it would not be the plain one.
fn times(factors: [f64; 4]) -> f64 {
    let is_plain = factors.iter().all(|v| *v == 0.0 || (1e-70..1e70).contains(v));
    if is_plain { factors.iter().product() } else { product(factors) }
}

impl<T: Number> Element<T> {
    /// The most that the smoothed target, and 1 minus it, can be.
    fn costs(&self) -> [f64; 2] {
        let &Self { target: given, smoothing: s, .. } = self;
        let t = given * (1.0 - s) + s / 2.0;
        // 1 - s, its product with the target and the sum are rounded, there and here.
        let off = if s > 0.0 { 3.0 * T::ULP_OF_ONE * t + T::TINY } else { 0.0 };
        [(t + off).min(1.0), (1.0 - t + off).min(1.0)]
    }

    /// The size of a limit: the cost of its side times weights and a slope, divided, and so many ULP.
    fn at_most(&self, side: f64, slope: f64, ulps: f64) -> f64 {
        let &Self { weight, pos_weight, divisor, .. } = self;
        let (upstream, most) = (self.upstream.abs(), (pos_weight.max(1.0) * slope.max(1.0)).min(f64::MAX));
        let limit = times([weight, upstream, side * slope, 1.0 / divisor]);
        // A product below the least normal number is off by as much as the least of all, and so is what the others make
        // of it: 1 / n of a weighted mean, p t, size, and the result.
        let least = T::TINY * (weight * upstream * most * (1.0 + 1.0 / divisor) + most + 1.0);
        let limit = limit + (ulps + own_ulps::<T>()) * ulp::<T>(limit) + least;
        // Weights whose product is above the largest number are not promised to come down again.
        if rounded::<T>(limit / slope.min(1.0)) < f64::INFINITY { limit } else { f64::INFINITY }
    }
}
