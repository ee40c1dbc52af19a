//! Binary cross-entropy of a probability, and its derivative.
//!
//! With q = 1 - p, up = 1 - t, down = p_w t:
//!
//! ```text
//! loss     = w (down min(-ln p, 100) + up min(-ln q, 100))
//! gradient = w (up p - down q) / max(p q, 1e-12)
//! ```
//!
//! No term of the loss is negative for t in [0, 1]. For a hard target the gradient is -w p_w / p or w / q, in which nothing
//! cancels; where the denominator is held at 1e-12 it is -w p_w q / 1e-12 or w p / 1e-12. For a soft target with p_w = 1 the
//! numerator is p - t, rounded once. With another p_w its error is relative to its terms, not to their difference.

use core::marker::PhantomData;

use super::bce::Product;
use super::log1p::{ln_double, ln_of_either, log1p_double};
use super::{Constants, Formula, Inputs, Results, Wanted};
use crate::simd::{Float, Lanes, Mask, Token, Vector};

/// `HARD` is for blocks whose targets are all 0 or 1: they take one logarithm each, and soft targets take two.
#[derive(Clone, Copy)]
pub struct Probability<T, W, const HARD: bool> {
    /// The scale of the derivatives.
    pub scale: T,
    pub wanted: PhantomData<W>,
}

/// The parts of an element that loss and gradient need.
struct ProbabilityElement<L: Lanes> {
    p: Vector<L>,
    q: Vector<L>,
    up: Vector<L>,
    down: Vector<L>,
    positive: Mask<L>,
    negative: Mask<L>,
    /// p_w = 1
    even: Mask<L>,
}

impl<L: Lanes<Scalar: Constants>> ProbabilityElement<L> {
    /// Returns the negated logarithm, at most 100. The logarithm of an `argument` of 0 or -0 may be above -100, so it is
    /// replaced.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn clamped(l: Token<L>, log: Vector<L>, argument: Vector<L>) -> Vector<L> {
        let most = l.splat(L::Scalar::narrow(100.0));
        argument.equals(l.zero()).select(most, (l.zero() - log).at_most(most))
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn soft_loss(&self, l: Token<L>, weight: Vector<L>) -> Vector<L> {
        let positive = Self::clamped(l, ln_double(l, self.p).hi, self.p);
        let negative = Self::clamped(l, log1p_double(l, -self.p).hi, self.q);
        Product::new(self.down, weight).times(l, positive) + Product::new(self.up, weight).times(l, negative)
    }

    /// Returns the loss of a hard target.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn hard_loss(&self, l: Token<L>, weight: Vector<L>) -> Vector<L> {
        let log = ln_of_either(l, self.p, self.positive).hi;
        let cost = Self::clamped(l, log, self.positive.select(self.p, self.q));
        Product::new(self.positive.select(self.down, self.up), weight).times(l, cost)
    }

    /// Returns the gradient for a weight of 1, without p_w where the target is 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn slope(&self, l: Token<L>) -> Vector<L> {
        let (product, least) = (self.p * self.q, l.splat(L::Scalar::narrow(1e-12)));
        let held = least.ge(product);
        let missed = self.down * self.q;
        let weighted = self.up.mul_add(self.p, -missed);
        let soft = self.even.select(self.p - self.down, weighted);
        let above = self.positive.select(-l.one(), self.negative.select(l.one(), soft));
        let below = self.positive.select(self.p, self.negative.select(self.q, product));
        let above_held = self.positive.select(-self.q, soft);
        held.select(above_held, above) / held.select(least, below)
    }
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Probability<T, W, HARD> {
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const UPSTREAM: bool = W::UPSTREAM;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let (zero, t) = (l.zero(), inputs.target);
        let p = inputs.logit;
        let element = ProbabilityElement {
            p,
            q: l.one() - p,
            up: l.one() - t,
            down: inputs.pos_weight * t,
            positive: t.equals(l.one()),
            negative: t.equals(zero),
            even: inputs.pos_weight.equals(l.one()),
        };
        let absent = inputs.weight.equals(zero);

        let loss = if HARD { element.hard_loss(l, inputs.weight) } else { element.soft_loss(l, inputs.weight) };
        let loss = absent.clear(loss);

        let weight = if W::UPSTREAM { inputs.upstream * inputs.weight } else { inputs.weight * l.splat(self.scale) };
        let size = weight.abs().at_most(l.splat(T::MAX));
        let slope = element.slope(l);
        let magnitude = slope.abs().at_most(l.splat(T::MAX));
        let factor = element.positive.select(inputs.pos_weight, l.one());
        let gradient = Product::new(factor, size).times(l, magnitude).negate_unless(slope.ge(zero));
        let gradient = if W::UPSTREAM { gradient.negate_unless(weight.ge(zero)) } else { gradient };

        Results {
            term: loss,
            products: [zero, zero],
            outputs: [if W::LOSSES { loss } else { absent.clear(gradient) }, zero],
        }
    }
}
