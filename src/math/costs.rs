//! The costs of a target on both sides of the logit.

use super::Constants;
use super::logistic::Logit;
use crate::simd::{Float, Lanes, Mask, Token, Vector};

/// Label smoothing: t becomes keep * t + lift.
#[derive(Clone, Copy)]
pub struct Smoothing<T> {
    pub keep: T,
    pub lift: T,
}

impl<T: Constants> Smoothing<T> {
    pub fn new(s: T) -> Self {
        Self { keep: T::ONE - s, lift: s / (T::ONE + T::ONE) }
    }

    /// Leaves targets as they are.
    pub fn none() -> Self {
        Self { keep: T::ONE, lift: T::ZERO }
    }

    /// Returns the smoothed value of a target of 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn positive(self) -> T {
        self.keep + self.lift
    }

    /// Returns up + down of a target of 0 and of a target of 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn both_costs(self, pos_weight: T) -> [T; 2] {
        let (low, high) = (self.lift, self.positive());
        [(T::ONE - low) + pos_weight * low, (T::ONE - high) + pos_weight * high]
    }

    /// Returns which targets were 0 or 1 before smoothing; `positive` are those that were 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn are_hard<L: Lanes<Scalar = T>>(self, l: Token<L>, t: Vector<L>, positive: Mask<L>) -> Mask<L> {
        let low = l.splat(self.lift);
        positive.select(low, t).equals(low)
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn of<L: Lanes<Scalar = T>>(self, l: Token<L>, t: Vector<L>) -> Vector<L> {
        t.mul_add(l.splat(self.keep), l.splat(self.lift))
    }
}

/// The costs on the side of the logit (near) and on the other side (far).
#[derive(Clone, Copy)]
pub struct Costs<L: Lanes> {
    pub near: Vector<L>,
    pub far: Vector<L>,
    /// near = 0
    pub easy: Mask<L>,
}

impl<L: Lanes<Scalar: Constants>> Costs<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(l: Token<L>, x: &Logit<L>, up: Vector<L>, down: Vector<L>) -> Self {
        let near = x.positive.select(up, down);
        Self { near, far: x.positive.select(down, up), easy: near.equals(l.zero()) }
    }

    /// Returns near times |x|; it is 0 where near is 0, even for an infinite logit.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn linear(self, x: &Logit<L>) -> Vector<L> {
        self.easy.clear(self.near * x.magnitude)
    }
}

/// Returns a product of weights, but at most the largest number, since infinity times a logit of 0 would be NaN. Where the
/// product is 0, this returns `least`, since 0 times an infinite logit would be NaN.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn in_range<L: Lanes<Scalar: Constants>>(l: Token<L>, product: Vector<L>, least: L::Scalar) -> Vector<L> {
    let product = product.at_most(l.splat(L::Scalar::MAX));
    product.equals(l.zero()).select(l.splat(least), product)
}
