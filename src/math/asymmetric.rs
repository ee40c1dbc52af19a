//! Asymmetric loss (Ridnik, Ben-Baruch, Zamir, Ben-Cohen, Friedman, Protter, Zelnik-Manor, 2021), and its derivatives.
//!
//! A side is what a target of 1 costs, or one of 0. With u = x for target 0 and -x for target 1, S = sigmoid(u),
//! R = sigmoid(-u), v = S R, and m the margin for target 0, else 0,
//!
//! ```text
//! q = S - m    r = 1 - q = R + m    L = -ln r    dq/du = v    dv/du = v (R - S)
//! f   = q^gamma L
//! f'  = gamma q^(gamma - 1) L + q^gamma / r
//! f'' = gamma (gamma - 1) q^(gamma - 2) L + 2 gamma q^(gamma - 1) / r + q^gamma / r^2
//! loss = f    gradient = +-v f'    Hessian = v^2 f'' + v (R - S) f'
//! ```
//!
//! and all are 0 for q <= 0. With c = q / S and k = R / r, which are 1 without a margin, and since
//! v / r^2 + (R - S) / r = 1 - m (1 + m) / r^2,
//!
//! ```text
//! gradient = +-q^gamma (gamma (L / c) R + S k)
//! Hessian  = q^gamma / c (gamma ((L / c) R (gamma R + (c - 1) R - c S) + 2 v k) + c (v - S k (m / r) (1 + m)))
//! ```
//!
//! where nothing is divided by what vanishes. Without a margin these are [`Focal`](super::Focal)'s, and have its bits.
//!
//! Close to the margin S - m has no digits left. But m is the sigmoid of x0 = ln(m / (1 - m)), and a difference of two
//! sigmoids is a product:
//!
//! ```text
//! sigmoid(x) - sigmoid(x0) = sigmoid(x) (1 - sigmoid(x0)) (1 - exp(x0 - x))
//! c = (1 - m) (1 - exp(-(x - x0)))
//! ```
//!
//! x0 is one number of two words for all elements, so x - x0 is rounded like any other difference. Of what cancels, only the
//! error of x0 is left: as if the margin were rounded once more.

use core::marker::PhantomData;

use super::costs::{Costs, Smoothing};
use super::double::DoubleWord;
use super::exp::one_minus_exp_neg;
use super::focal::{Gamma, Shrunk, multiplied};
use super::log1p::{ln_double, ln_of_either, log1p_double, log1p_of_fraction_double};
use super::logistic::Logit;
use super::{Constants, Formula, Inputs, Results, Wanted};
use crate::simd::{Float, Lanes, Mask, Token, Vector, scalar};

/// What is subtracted from the probability of a negative.
#[derive(Clone, Copy)]
pub struct Margin<T> {
    value: T,
    /// 1 - m
    less: T,
    /// x0
    logit: DoubleWord<T>,
}

impl<T: Constants> Margin<T> {
    /// Below the smallest normal number it is none.
    #[inline(never)]
    pub fn new(value: T) -> Self {
        if value < T::OFFSET {
            return Self { value: T::ZERO, less: T::ONE, logit: DoubleWord::ZERO };
        }
        // Nothing here is fused, so that it is the same for every backend.
        let l = scalar();
        let m = l.splat(value);
        let (ln, other) = (ln_double(l, m), log1p_double(l, -m));
        let [ln, other] = [ln, other].map(|v| DoubleWord { hi: v.hi.value(), lo: v.lo.value() });
        let logit = ln.plus(DoubleWord { hi: -other.hi, lo: -other.lo });
        Self { value, less: T::ONE - value, logit }
    }

    fn is_none(self) -> bool {
        self.value == T::ZERO
    }
}

/// Asymmetric loss.
///
/// `HARD` is for blocks whose targets are all 0 or 1 and are not smoothed: each element has one side.
#[derive(Clone, Copy)]
pub struct Asymmetric<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub positive: Gamma<T>,
    pub negative: Gamma<T>,
    pub margin: Margin<T>,
    /// The Hessian of a negative whose q is 0.
    pub edge: T,
    /// By what the derivatives are multiplied.
    pub scale: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Asymmetric<T, W, HARD> {
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const UPSTREAM: bool = W::UPSTREAM;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let (zero, one) = (l.zero(), l.one());
        let element = AsymmetricElement::new(l, inputs.logit);
        let t = if HARD { inputs.target } else { self.smoothing.of(l, inputs.target) };
        let up = one - t;
        let (are_positive, are_negative) = (up.equals(zero), t.equals(zero));
        // The weights go first, so that no product is subnormal before the result is.
        let weight = if W::UPSTREAM { inputs.upstream * inputs.weight } else { inputs.weight };
        let size = if W::UPSTREAM { weight.abs().at_most(l.splat(T::MAX)) } else { weight };
        let (of_positives, of_negatives) = (l.splat(self.positive.factor.value), l.splat(self.negative.factor.value));

        let values = if HARD {
            let mut side = element.side(l, Costs::new(l, &element.x, up, t));
            if !self.margin.is_none() {
                side = side.clipped(l, &element, self.margin, are_negative);
            }
            let (positive, in_positive) = element.powered(l, &side, self.positive, size);
            let (negative, in_negative) = element.powered(l, &side, self.negative, size);
            let size = are_positive.select(positive, negative);
            let shrunk = Shrunk((are_positive & in_positive.0) | (are_negative & in_negative.0));
            let gamma = are_positive.select(of_positives, of_negatives);
            let values = self.values(l, &element, &side, gamma, size, shrunk);
            SideValues { gradient: values.gradient.negate_unless(are_negative), ..values }
        } else {
            let side = element.side(l, Costs::new(l, &element.x, zero, one));
            let (held, shrunk) = element.powered(l, &side, self.positive, size * t);
            let positive = self.values(l, &element, &side, of_positives, held, shrunk);
            let mut side = element.side(l, Costs::new(l, &element.x, one, zero));
            if !self.margin.is_none() {
                side = side.clipped(l, &element, self.margin, zero.equals(zero));
            }
            let (held, shrunk) = element.powered(l, &side, self.negative, size * up);
            let negative = self.values(l, &element, &side, of_negatives, held, shrunk);
            let positive = SideValues { gradient: -positive.gradient, ..positive };
            // Alone, so that an infinite side that costs nothing is not there.
            let either = positive.plus(&negative).unless(are_positive, positive);
            either.unless(are_negative, negative)
        };

        let absent = inputs.weight.equals(zero);
        let loss = absent.clear(values.loss);
        let gradient = if W::UPSTREAM { values.gradient.negate_unless(weight.ge(zero)) } else { values.gradient };
        Results {
            term: loss,
            factors: [zero, zero],
            outputs: [if W::LOSSES { loss } else { absent.clear(gradient) }, absent.clear(values.hessian)],
        }
    }
}

/// What both sides of an element have in common.
struct AsymmetricElement<L: Lanes> {
    x: Logit<L>,
    logit: Vector<L>,
    /// 1 + e
    d: Vector<L>,
    /// log1p(e)
    log: DoubleWord<Vector<L>>,
    /// e, not rounded where it is subnormal, ...
    e: Vector<L>,
    /// ... which is here.
    subnormal: Mask<L>,
}

/// One side.
struct Side<L: Lanes> {
    /// Its cost is near, the other's far; where it is easy, S is e / d, and R is elsewhere.
    costs: Costs<L>,
    /// L, and the same of a finite logit.
    cost: Vector<L>,
    finite: Vector<L>,
    /// c
    above: Vector<L>,
    /// k
    ratio: Vector<L>,
    /// m / r
    other: Vector<L>,
    /// Where the side has a margin.
    clipped: Mask<L>,
    /// q <= 0
    outside: Mask<L>,
    /// q = 0
    edge: Mask<L>,
    has_margin: bool,
}

/// The loss and its derivatives, that of an ascending side.
struct SideValues<L: Lanes> {
    loss: Vector<L>,
    gradient: Vector<L>,
    hessian: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> AsymmetricElement<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn new(l: Token<L>, logit: Vector<L>) -> Self {
        let x = Logit::new(l, logit);
        let subnormal = x.e.is_subnormal(l);
        let e = subnormal.select(x.e.scaled, x.e.value);
        let (d, log) = (l.one() + x.e.value, log1p_of_fraction_double(l, x.e.value));
        Self { x, logit, d, log, e, subnormal }
    }

    /// Without a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn side(&self, l: Token<L>, costs: Costs<L>) -> Side<L> {
        let nowhere = l.zero().equals(l.one());
        Side {
            costs,
            cost: costs.linear(&self.x) + self.log.hi,
            finite: costs.near.mul_add(self.x.magnitude.at_most(l.splat(Float::MAX)), self.log.hi),
            above: l.one(),
            ratio: l.one(),
            other: l.zero(),
            clipped: nowhere,
            outside: nowhere,
            edge: nowhere,
            has_margin: false,
        }
    }

    /// `size` times q^gamma, and where that is yet to be multiplied by the offset.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn powered(&self, l: Token<L>, side: &Side<L>, gamma: Gamma<L::Scalar>, size: Vector<L>) -> (Vector<L>, Shrunk<L>) {
        if let Some(factors) = gamma.factors {
            return (multiplied(size, self.probability(l, side), factors), Shrunk::nowhere(l));
        }
        let linear = side.costs.easy.select(self.x.magnitude, l.zero());
        let mut rest = DoubleWord { hi: linear, lo: l.zero() };
        if side.has_margin {
            let ln = ln_double(l, side.above);
            rest = DoubleWord::two_sum(linear, l.zero() - ln.hi);
            rest.lo = rest.lo - ln.lo;
        }
        let sum = DoubleWord::two_sum(rest.hi, self.log.hi);
        gamma.exponentiated(l, size, DoubleWord { hi: sum.hi, lo: sum.lo + (rest.lo + self.log.lo) })
    }

    /// q
    #[cfg_attr(not(unoptimized), inline(always))]
    fn probability(&self, l: Token<L>, side: &Side<L>) -> Vector<L> {
        side.costs.easy.select(self.x.e.value, l.one()) * side.above / self.d
    }
}

impl<L: Lanes<Scalar: Constants>> Side<L> {
    /// With a margin where these are.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn clipped(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        margin: Margin<L::Scalar>,
        negative: Mask<L>,
    ) -> Self {
        let (zero, one, d, e) = (l.zero(), l.one(), element.d, element.x.e.value);
        let (m, easy) = (l.splat(margin.value), self.costs.easy);
        let beyond = (element.logit - l.splat(margin.logit.hi)) - l.splat(margin.logit.lo);
        let above = l.splat(margin.less) * one_minus_exp_neg(l, zero.ge(beyond).clear(beyond));
        let outside = zero.ge(above);
        let side = Self { above, ..self };

        // r d, of which no term is negative. Where e is subnormal, R / r is linear in it.
        let rest = m.mul_add(d, easy.select(one, e));
        let (ratio, other) = (easy.select(one, element.e) / rest, m * d / rest);
        // L, by whichever of q and r is the smaller.
        let rest = rest / d;
        let plain = (one - rest).ge(rest);
        let cost = zero - ln_of_either(l, plain.select(rest, element.probability(l, &side)), plain).hi;
        Self {
            costs: self.costs,
            cost: negative.select(cost, self.cost),
            finite: negative.select(cost, self.finite),
            above: negative.select(above, one),
            ratio: negative.select(ratio, one),
            other: negative.select(other, zero),
            clipped: negative,
            outside: negative & outside,
            edge: negative & outside & beyond.ge(zero),
            has_margin: true,
        }
    }
}

impl<T: Constants, W: Wanted, const HARD: bool> Asymmetric<T, W, HARD> {
    /// Those of an element whose weights times q^gamma are `size`.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn values<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        side: &Side<L>,
        gamma: Vector<L>,
        size: Vector<L>,
        shrunk: Shrunk<L>,
    ) -> SideValues<L> {
        let (zero, one) = (l.zero(), l.one());
        let AsymmetricElement { x, d, e, subnormal, .. } = element;
        let &Side { costs, cost, finite, above, ratio, other, clipped, outside, edge, .. } = side;
        let (d, e, subnormal, easy) = (*d, *e, *subnormal, costs.easy);
        let (scale, offset) = (l.splat(self.scale), l.splat(T::OFFSET));

        // Here the loss is linear in e, L / c = e, and here the gradient is.
        let tail = subnormal & easy;
        let linear = tail | (subnormal & clipped);
        let infinite = cost.ge(l.splat(T::MAX + T::MAX)) & size.equals(zero);
        let loss = infinite.select(cost, size * cost);
        let loss = shrunk.undo(l, tail, tail.select(size * (e * above), loss));

        // L / c, S d and R d
        let cost = tail.select(e, finite / above);
        let wrong = easy.select(e, one);
        let right = easy.select(one, linear.select(e, x.e.value));
        let gradient = size * gamma.mul_add(cost * right, wrong * ratio) / d * scale;
        let gradient = shrunk.undo(l, linear, gradient);

        // All of it is linear in e.
        let right = easy.select(one, x.e.value);
        let bend = (above - one).mul_add(right, above * easy.select(-x.e.value, x.e.value - d));
        let bend = gamma.mul_add(right, bend);
        let right = easy.select(one, e);
        let whole = easy.select(ratio, linear.select(ratio * offset, ratio));
        let less = wrong * d * ratio * other * l.splat(T::ONE + self.margin.value);
        let hessian = gamma.mul_add(cost * right * bend + (wrong + wrong) * right * whole, above * (e - less));
        // What is this close to the margin is subnormal, and its reciprocal infinite.
        let above = above.ge(offset).select(above, offset);
        let hessian = (size / above).at_most(l.splat(T::MAX)) * hessian / (d * d) * scale;
        let hessian = shrunk.undo(l, subnormal, hessian);
        SideValues {
            loss: outside.clear(loss),
            gradient: outside.clear(gradient),
            hessian: edge.select(l.splat(self.edge), outside.clear(hessian)),
        }
    }
}

impl<L: Lanes> SideValues<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn plus(&self, other: &Self) -> Self {
        Self {
            loss: self.loss + other.loss,
            gradient: self.gradient + other.gradient,
            hessian: self.hessian + other.hessian,
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn unless(self, mask: Mask<L>, other: Self) -> Self {
        Self {
            loss: mask.select(other.loss, self.loss),
            gradient: mask.select(other.gradient, self.gradient),
            hessian: mask.select(other.hessian, self.hessian),
        }
    }
}

#[cfg(test)]
#[path = "tests/asymmetric.rs"]
mod tests;
