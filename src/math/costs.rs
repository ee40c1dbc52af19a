//! What a target makes the two sides of a logit cost.

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

    /// Of nothing.
    pub fn none() -> Self {
        Self { keep: T::ONE, lift: T::ZERO }
    }

    /// What a target of 1 becomes.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn positive(self) -> T {
        self.keep + self.lift
    }

    /// What a negative and a positive cost on both sides together.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn both_costs(self, pos_weight: T) -> [T; 2] {
        let (low, high) = (self.lift, self.positive());
        [(T::ONE - low) + pos_weight * low, (T::ONE - high) + pos_weight * high]
    }

    /// Which smoothed targets are 0 or 1 without, where `positive` are those that are 1.
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

/// What the two sides cost.
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

    /// near a, and 0 for a cost of 0 at infinity.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn linear(self, x: &Logit<L>) -> Vector<L> {
        self.easy.clear(self.near * x.magnitude)
    }
}

/// A product of weights, held at the largest number and, where it has vanished, at `least`: times a logit of 0, or an
/// infinite one, it would be NaN.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn in_range<L: Lanes<Scalar: Constants>>(l: Token<L>, product: Vector<L>, least: L::Scalar) -> Vector<L> {
    let product = product.at_most(l.splat(L::Scalar::MAX));
    product.equals(l.zero()).select(l.splat(least), product)
}
