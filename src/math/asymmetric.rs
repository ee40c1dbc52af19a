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
    /// 1 - m and 1 + m
    less: T,
    more: T,
    /// x0
    logit: DoubleWord<T>,
}

impl<T: Constants> Margin<T> {
    /// Below the smallest normal number it is none.
    #[inline(never)]
    pub fn new(value: T) -> Self {
        if value < T::OFFSET {
            return Self { value: T::ZERO, less: T::ONE, more: T::ONE, logit: DoubleWord::ZERO };
        }
        // Nothing here is fused, so that it is the same for every backend.
        let l = scalar();
        let m = l.splat(value);
        let (ln, other) = (ln_double(l, m), log1p_double(l, -m));
        let [ln, other] = [ln, other].map(|v| DoubleWord { hi: v.hi.value(), lo: v.lo.value() });
        let logit = ln.plus(DoubleWord { hi: -other.hi, lo: -other.lo });
        Self { value, less: T::ONE - value, more: T::ONE + value, logit }
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
        let zero = l.zero();
        let element = AsymmetricElement::new(l, inputs.logit);
        let t = if HARD { inputs.target } else { self.smoothing.of(l, inputs.target) };
        let up = l.one() - t;
        // The weights go first, so that no product is subnormal before the result is.
        let weight = if W::UPSTREAM { inputs.upstream * inputs.weight } else { inputs.weight };
        let size = if W::UPSTREAM { weight.abs().at_most(l.splat(T::MAX)) } else { weight };

        let values = if HARD {
            self.hard(l, &element, up, t, size)
        } else {
            let positive = self.one::<L, true>(l, &element, size * t);
            let negative = self.one::<L, false>(l, &element, size * up);
            positive.mixed(l, &negative, up, t)
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
    /// r, if it has a margin.
    rest: Vector<L>,
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

    /// A side, with a margin where these are, if there is one.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn side(&self, l: Token<L>, costs: Costs<L>, margin: Margin<L::Scalar>, negative: Mask<L>) -> Side<L> {
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

    /// What r makes different, where these have a margin.
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

    /// With L by whichever of q and r is the smaller, where it has a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn with_cost(&self, l: Token<L>, side: Side<L>) -> Side<L> {
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

    /// Without a margin.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn plain(&self, l: Token<L>, costs: Costs<L>) -> Side<L> {
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

    /// `size` times q^gamma, and where that is yet to be multiplied by the offset.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn powered(&self, l: Token<L>, side: &Side<L>, gamma: Gamma<L::Scalar>, size: Vector<L>) -> (Vector<L>, Shrunk<L>) {
        if let Some(factors) = gamma.factors {
            return (multiplied(size, self.probability(l, side), factors), Shrunk::nowhere(l));
        }
        gamma.exponentiated(l, size, self.minus_ln(l, side))
    }

    /// -ln q
    #[cfg_attr(not(unoptimized), inline(always))]
    fn minus_ln(&self, l: Token<L>, side: &Side<L>) -> DoubleWord<Vector<L>> {
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
    fn probability(&self, l: Token<L>, side: &Side<L>) -> Vector<L> {
        side.costs.easy.select(self.x.e.value, l.one()) * side.above / self.d
    }
}

impl<L: Lanes<Scalar: Constants>> Side<L> {
    /// L / c, which is e where S is subnormal.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn cost_over_c(&self, element: &AsymmetricElement<L>) -> Vector<L> {
        (element.subnormal & self.costs.easy).select(element.e, self.finite / self.above)
    }

    /// The loss, with weights times q^gamma of `size`.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn loss(&self, l: Token<L>, element: &AsymmetricElement<L>, size: Vector<L>, shrunk: Shrunk<L>) -> Vector<L> {
        let tail = element.subnormal & self.costs.easy;
        let infinity = l.splat(L::Scalar::MAX + L::Scalar::MAX);
        // A power that has vanished leaves an infinite cost.
        let infinite = self.cost.ge(infinity) & size.equals(l.zero());
        let loss = infinite.select(self.cost, size * self.cost);
        let loss = tail.select(size * (element.e * self.above), loss);
        self.outside.clear(shrunk.undo(l, tail, loss))
    }
}

impl<T: Constants, W: Wanted, const HARD: bool> Asymmetric<T, W, HARD> {
    /// Each element has one side.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn hard<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        up: Vector<L>,
        down: Vector<L>,
        size: Vector<L>,
    ) -> SideValues<L> {
        let (are_positive, are_negative) = (up.equals(l.zero()), down.equals(l.zero()));
        let side = element.side(l, Costs::new(l, &element.x, up, down), self.margin, are_negative);
        let side = element.with_cost(l, side);
        let (positive, in_positive) = element.powered(l, &side, self.positive, size);
        let (negative, in_negative) = element.powered(l, &side, self.negative, size);
        let size = are_positive.select(positive, negative);
        let shrunk = Shrunk((are_positive & in_positive.0) | (are_negative & in_negative.0));
        let [of_positives, of_negatives] = [self.positive.factor.value, self.negative.factor.value];
        let gamma = are_positive.select(l.splat(of_positives), l.splat(of_negatives));
        let values = self.values(l, element, &side, gamma, size, shrunk);
        SideValues { gradient: values.gradient.negate_unless(are_negative), ..values }
    }

    /// That of positives alone, or of negatives, whose cost is in the weights.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn one<L: Lanes<Scalar = T>, const POSITIVE: bool>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        size: Vector<L>,
    ) -> SideValues<L> {
        let everywhere = l.zero().equals(l.zero());
        let (side, gamma) = if POSITIVE {
            (element.plain(l, Costs::new(l, &element.x, l.zero(), l.one())), self.positive)
        } else {
            let costs = Costs::new(l, &element.x, l.one(), l.zero());
            (element.with_cost(l, element.side(l, costs, self.margin, everywhere)), self.negative)
        };
        let (size, shrunk) = element.powered(l, &side, gamma, size);
        self.values(l, element, &side, l.splat(gamma.factor.value), size, shrunk)
    }

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
        SideValues {
            loss: side.loss(l, element, size, shrunk),
            gradient: self.gradient(l, element, side, gamma, size, shrunk),
            hessian: self.hessian(l, element, side, gamma, size, shrunk),
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn gradient<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        side: &Side<L>,
        gamma: Vector<L>,
        size: Vector<L>,
        shrunk: Shrunk<L>,
    ) -> Vector<L> {
        let &AsymmetricElement { d, e, subnormal, .. } = element;
        let (easy, one) = (side.costs.easy, l.one());
        let linear = subnormal & (easy | side.clipped);
        // S d and R d
        let wrong = easy.select(e, one);
        let right = easy.select(one, linear.select(e, element.x.e.value));
        let sum = gamma.mul_add(side.cost_over_c(element) * right, wrong * side.ratio);
        let gradient = size * sum / d * l.splat(self.scale);
        side.outside.clear(shrunk.undo(l, linear, gradient))
    }

    /// All of it is linear in e.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn hessian<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        side: &Side<L>,
        gamma: Vector<L>,
        size: Vector<L>,
        shrunk: Shrunk<L>,
    ) -> Vector<L> {
        let &AsymmetricElement { d, e, subnormal, .. } = element;
        let &Side { above, ratio, .. } = side;
        let (x_e, easy, offset, one) = (element.x.e.value, side.costs.easy, l.splat(T::OFFSET), l.one());

        let right = easy.select(one, x_e);
        let bend = (above - one).mul_add(right, above * easy.select(-x_e, x_e - d));
        let bend = gamma.mul_add(right, bend);
        let (wrong, right) = (easy.select(e, one), easy.select(one, e));
        let whole = easy.select(ratio, (subnormal & side.clipped).select(ratio * offset, ratio));
        let less = wrong * d * ratio * side.other * l.splat(self.margin.more);
        let sum = side.cost_over_c(element) * right * bend + (wrong + wrong) * right * whole;
        let sum = gamma.mul_add(sum, above * (e - less));
        // What is this close to the margin is subnormal, and its reciprocal infinite.
        let above = above.ge(offset).select(above, offset);
        let hessian = (size / above).at_most(l.splat(T::MAX)) * sum / (d * d) * l.splat(self.scale);
        side.edge.select(l.splat(self.edge), side.outside.clear(shrunk.undo(l, subnormal, hessian)))
    }
}

impl<L: Lanes> SideValues<L> {
    /// Of a target that costs something on both sides, their sum. Else one alone, so that an infinite side that costs nothing
    /// is not there.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn mixed(&self, l: Token<L>, negative: &Self, up: Vector<L>, down: Vector<L>) -> Self {
        let (are_positive, are_negative) = (up.equals(l.zero()), down.equals(l.zero()));
        let loss = are_positive.select(self.loss, self.loss + negative.loss);
        let gradient = are_positive.select(-self.gradient, negative.gradient - self.gradient);
        let hessian = are_positive.select(self.hessian, self.hessian + negative.hessian);
        Self {
            loss: are_negative.select(negative.loss, loss),
            gradient: are_negative.select(negative.gradient, gradient),
            hessian: are_negative.select(negative.hessian, hessian),
        }
    }
}

#[cfg(test)]
#[path = "tests/asymmetric.rs"]
mod tests;
