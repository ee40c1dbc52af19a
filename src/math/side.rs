//! One side of asymmetric loss, with its margin; for the names see [`asymmetric`](super::asymmetric).
//!
//! Close to the margin S - m has no digits left. But m is the sigmoid of x0 = ln(m / (1 - m)), and a difference of two
//! sigmoids is a product:
//!
//! ```text
//! sigmoid(x) - sigmoid(x0) = sigmoid(x) (1 - sigmoid(x0)) (1 - exp(x0 - x))
//! c = (1 - m) (1 - exp(-(x - x0)))
//! ```
//!
//! x0 is one number of two words for all elements, so x - x0 is rounded like any other difference. Where it cancels, only
//! the error of x0 is left, which is like rounding the margin once more.

use super::Constants;
use super::costs::Costs;
use super::double::DoubleWord;
use super::exp::one_minus_exp_neg;
use super::focal::{Gamma, Shrunk, exponentiated, multiplied};
use super::log1p::{ln_double, ln_of_either, log1p_double, log1p_of_fraction_double};
use super::logistic::Logit;
use crate::simd::{Float, Lanes, Mask, Token, Vector, scalar};

/// The margin, which is subtracted from the probability of a negative target.
#[derive(Clone, Copy)]
pub struct Margin<T> {
    pub value: T,
    /// 1 - m and 1 + m
    pub less: T,
    pub more: T,
    /// x0
    pub logit: DoubleWord<T>,
}

impl<T: Constants> Margin<T> {
    /// A margin below the smallest normal number counts as 0.
    #[inline(never)]
    pub fn new(value: T) -> Self {
        if value < T::UNSCALE {
            return Self { value: T::ZERO, less: T::ONE, more: T::ONE, logit: DoubleWord::ZERO };
        }
        // Nothing here is fused, so that the margin is the same for every backend.
        let l = scalar();
        let m = l.splat(value);
        let (ln, other) = (ln_double(l, m), log1p_double(l, -m));
        let [ln, other] = [ln, other].map(|v| DoubleWord { hi: v.hi.value(), lo: v.lo.value() });
        let logit = ln.plus(DoubleWord { hi: -other.hi, lo: -other.lo });
        Self { value, less: T::ONE - value, more: T::ONE + value, logit }
    }

    pub fn is_none(self) -> bool {
        self.value == T::ZERO
    }
}

/// The parts that both sides of an element share.
pub struct AsymmetricElement<L: Lanes> {
    pub x: Logit<L>,
    pub logit: Vector<L>,
    /// 1 + e
    pub d: Vector<L>,
    /// log1p(e)
    pub log: DoubleWord<Vector<L>>,
    /// e, or the scaled e where e is subnormal.
    pub e: Vector<L>,
    /// Where e is subnormal.
    pub subnormal: Mask<L>,
}

/// One side.
pub struct Side<L: Lanes> {
    /// near is the cost of this side, and far that of the other one. Where near is 0 (easy), S is e / d; elsewhere R is e /
    /// d.
    pub costs: Costs<L>,
    /// L, and L for the nearest finite logit.
    pub cost: Vector<L>,
    pub finite: Vector<L>,
    /// c
    pub above: Vector<L>,
    /// k
    pub ratio: Vector<L>,
    /// m / r
    pub other: Vector<L>,
    /// r, if the side has a margin.
    pub rest: Vector<L>,
    /// Where the side has a margin.
    pub clipped: Mask<L>,
    /// q <= 0
    pub outside: Mask<L>,
    /// q = 0
    pub edge: Mask<L>,
    pub has_margin: bool,
}

impl<L: Lanes<Scalar: Constants>> AsymmetricElement<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(l: Token<L>, logit: Vector<L>) -> Self {
        let x = Logit::new(l, logit);
        let subnormal = x.e.is_subnormal(l);
        let e = subnormal.select(x.e.scaled, x.e.value);
        let (d, log) = (l.one() + x.e.value, log1p_of_fraction_double(l, x.e.value));
        Self { x, logit, d, log, e, subnormal }
    }

    /// Returns a side, whose `negative` elements have the margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn side(&self, l: Token<L>, costs: Costs<L>, margin: Margin<L::Scalar>, negative: Mask<L>) -> Side<L> {
        let mut side = self.plain(l, costs);
        if margin.is_none() {
            return side;
        }
        let beyond = (self.logit - l.splat(margin.logit.hi)) - l.splat(margin.logit.lo);
        let above = l.splat(margin.less) * one_minus_exp_neg(l, l.zero().ge(beyond).clear(beyond));
        side.above = negative.select(above, side.above);
        side.outside = negative & l.zero().ge(above);
        side.edge = side.outside & beyond.ge(l.zero());
        self.clip(l, &mut side, l.splat(margin.value), negative);
        side
    }

    /// Sets what r changes for the `negative` elements, which have a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn clip(&self, l: Token<L>, side: &mut Side<L>, m: Vector<L>, negative: Mask<L>) {
        let (easy, one) = (side.costs.easy, l.one());
        // r d, of which no term is negative. Where e is subnormal, R / r is linear in it.
        let rest = m.mul_add(self.d, easy.select(one, self.x.e.value));
        side.ratio = negative.select(easy.select(one, self.e) / rest, side.ratio);
        side.other = negative.select(m * self.d / rest, side.other);
        side.clipped = negative;
        side.has_margin = true;
        side.rest = rest / self.d;
    }

    /// Computes L from the smaller one of q and r where the side has a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn with_cost(&self, l: Token<L>, side: Side<L>) -> Side<L> {
        if !side.has_margin {
            return side;
        }
        let plain = (l.one() - side.rest).ge(side.rest);
        let ln = ln_of_either(l, plain.select(side.rest, self.probability(l, &side)), plain).hi;
        let [cost, finite] = [side.cost, side.finite];
        Side {
            cost: side.clipped.select(l.zero() - ln, cost),
            finite: side.clipped.select(l.zero() - ln, finite),
            ..side
        }
    }

    /// Returns a side without a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn plain(&self, l: Token<L>, costs: Costs<L>) -> Side<L> {
        let nowhere = l.zero().equals(l.one());
        Side {
            costs,
            cost: costs.linear(&self.x) + self.log.hi,
            finite: costs.near.mul_add(self.x.magnitude.at_most(l.splat(Float::MAX)), self.log.hi),
            above: l.one(),
            ratio: l.one(),
            other: l.zero(),
            rest: l.one(),
            clipped: nowhere,
            outside: nowhere,
            edge: nowhere,
            has_margin: false,
        }
    }

    /// Returns `size` times q^gamma, and where [`Constants::UNSCALE`] must still multiply it.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn powered(
        &self,
        l: Token<L>,
        side: &Side<L>,
        gamma: Gamma<L::Scalar>,
        size: Vector<L>,
    ) -> (Vector<L>, Shrunk<L>) {
        if let Some(count) = gamma.count {
            return (multiplied(size, self.probability(l, side), count), Shrunk::nowhere(l));
        }
        exponentiated(l, size, gamma.exponent.times(l, self.minus_ln(l, side)))
    }

    /// -ln q
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn minus_ln(&self, l: Token<L>, side: &Side<L>) -> DoubleWord<Vector<L>> {
        let linear = side.costs.easy.select(self.x.magnitude, l.zero());
        let mut rest = DoubleWord { hi: linear, lo: l.zero() };
        if side.has_margin {
            let ln = ln_double(l, side.above);
            rest = DoubleWord::two_sum(linear, l.zero() - ln.hi);
            rest.lo = rest.lo - ln.lo;
        }
        let sum = DoubleWord::two_sum(rest.hi, self.log.hi);
        DoubleWord { hi: sum.hi, lo: sum.lo + (rest.lo + self.log.lo) }
    }

    /// q
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn probability(&self, l: Token<L>, side: &Side<L>) -> Vector<L> {
        side.costs.easy.select(self.x.e.value, l.one()) * side.above / self.d
    }
}

impl<L: Lanes<Scalar: Constants>> Side<L> {
    /// Returns L / c, which is e where S is subnormal.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn cost_over_c(&self, element: &AsymmetricElement<L>) -> Vector<L> {
        (element.subnormal & self.costs.easy).select(element.e, self.finite / self.above)
    }

    /// Returns the loss, where weights times q^gamma are `size`.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn loss(&self, l: Token<L>, element: &AsymmetricElement<L>, size: Vector<L>, shrunk: Shrunk<L>) -> Vector<L> {
        let tail = element.subnormal & self.costs.easy;
        let infinity = l.splat(L::Scalar::MAX + L::Scalar::MAX);
        // An infinite cost stays infinite where the power has vanished.
        let infinite = self.cost.ge(infinity) & size.equals(l.zero());
        let loss = infinite.select(self.cost, size * self.cost);
        // c is 1 in the tail, or q <= 0: no margin is subnormal.
        let loss = tail.select(size * element.e, loss);
        self.outside.clear(shrunk.undo(l, tail, loss))
    }
}

#[cfg(test)]
#[path = "tests/side.rs"]
mod tests;
