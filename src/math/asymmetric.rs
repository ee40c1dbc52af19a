//! Asymmetric loss (Ridnik, Ben-Baruch, Zamir, Ben-Cohen, Friedman, Protter, Zelnik-Manor, 2021), and its derivatives.
//!
//! A side is the loss of a target of 1, or of a target of 0. With u = x for target 0 and -x for target 1, S = sigmoid(u), R
//! = sigmoid(-u), v = S R, and m the margin for target 0, else 0,
//!
//! ```text
//! q = S - m    r = 1 - q = R + m    L = -ln r    dq/du = v    dv/du = v (R - S)
//! f   = q^gamma L
//! f'  = gamma q^(gamma - 1) L + q^gamma / r
//! f'' = gamma (gamma - 1) q^(gamma - 2) L + 2 gamma q^(gamma - 1) / r + q^gamma / r^2
//! loss = f    gradient = +-v f'    Hessian = v^2 f'' + v (R - S) f'
//! ```
//!
//! and all are 0 for q <= 0. c = q / S and k = R / r are 1 without a margin. Since v / r^2 + (R - S) / r = 1 - m (1 + m) /
//! r^2,
//!
//! ```text
//! gradient = +-q^gamma (gamma (L / c) R + S k)
//! Hessian  = q^gamma / c (gamma ((L / c) R (gamma R + (c - 1) R - c S) + 2 v k) + c (v - S k (m / r) (1 + m)))
//! ```
//!
//! where no divisor vanishes. Without a margin these are the formulas of [`Focal`](super::Focal), and have its bits.

use core::marker::PhantomData;

use super::costs::{Costs, Smoothing};
use super::double::DoubleWord;
use super::focal::{Gamma, Shrunk, exponentiated, multiplied};
use super::side::{AsymmetricElement, Margin, Side};
use super::{Constants, Formula, Inputs, Results, Wanted};
use crate::simd::{Lanes, Mask, Token, Vector};

/// Asymmetric loss.
///
/// `HARD` is for blocks whose targets are all 0 or 1 and are not smoothed: each element has one side.
#[derive(Clone, Copy)]
pub struct Asymmetric<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub positive: Gamma<T>,
    pub negative: Gamma<T>,
    pub margin: Margin<T>,
    /// The Hessian of a negative target whose q is 0.
    pub edge: T,
    /// The scale of the derivatives.
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
        // The weights come first, so that no product is subnormal before the result is.
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
            products: [zero, zero],
            outputs: [if W::LOSSES { loss } else { absent.clear(gradient) }, absent.clear(values.hessian)],
        }
    }
}

/// The loss and the derivatives of one side, as functions of u.
struct SideValues<L: Lanes> {
    loss: Vector<L>,
    gradient: Vector<L>,
    hessian: Vector<L>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Asymmetric<T, W, HARD> {
    /// Returns the values where each element has one side.
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
        let (size, shrunk) = self.powered(l, element, &side, are_positive, are_negative, size);
        let [of_positives, of_negatives] = [self.positive.exponent.value, self.negative.exponent.value];
        let gamma = are_positive.select(l.splat(of_positives), l.splat(of_negatives));
        let values = self.values(l, element, &side, gamma, size, shrunk);
        SideValues { gradient: values.gradient.negate_unless(are_negative), ..values }
    }

    /// Returns [`AsymmetricElement::powered`] with the gamma of each element's side, with one exponential.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn powered<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: &AsymmetricElement<L>,
        side: &Side<L>,
        are_positive: Mask<L>,
        are_negative: Mask<L>,
        size: Vector<L>,
    ) -> (Vector<L>, Shrunk<L>) {
        let Self { positive, negative, .. } = self;
        let (mut held, mut shrunk) = (size, Shrunk::nowhere(l));
        if positive.count.is_none() || negative.count.is_none() {
            let minus_ln = element.minus_ln(l, side);
            let (p, n) = (positive.exponent.times(l, minus_ln), negative.exponent.times(l, minus_ln));
            let product = DoubleWord { hi: are_positive.select(p.hi, n.hi), lo: are_positive.select(p.lo, n.lo) };
            (held, shrunk) = exponentiated(l, size, product);
        }
        let q = element.probability(l, side);
        if let Some(count) = positive.count {
            held = are_positive.select(multiplied(size, q, count), held);
            shrunk = Shrunk(shrunk.0 & are_negative);
        }
        if let Some(count) = negative.count {
            held = are_negative.select(multiplied(size, q, count), held);
            shrunk = Shrunk(shrunk.0 & are_positive);
        }
        (held, shrunk)
    }

    /// Returns the values of one side for all elements; `size` contains the cost of the side.
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
        self.values(l, element, &side, l.splat(gamma.exponent.value), size, shrunk)
    }

    /// Returns the values of an element whose weights times q^gamma are `size`.
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

    /// Returns the Hessian. Every term of it is linear in e.
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
        let (x_e, easy, unscale, one) = (element.x.e.value, side.costs.easy, l.splat(T::UNSCALE), l.one());

        let right = easy.select(one, x_e);
        let bend = (above - one).mul_add(right, above * easy.select(-x_e, x_e - d));
        let bend = gamma.mul_add(right, bend);
        let (wrong, right) = (easy.select(e, one), easy.select(one, e));
        let whole = easy.select(ratio, (subnormal & side.clipped).select(ratio * unscale, ratio));
        let less = wrong * d * ratio * side.other * l.splat(self.margin.more);
        let sum = side.cost_over_c(element) * right * bend + (wrong + wrong) * right * whole;
        let sum = gamma.mul_add(sum, above * (e - less));
        // This close to the margin `above` is subnormal, and its reciprocal would be infinite.
        let above = above.ge(unscale).select(above, unscale);
        let hessian = (size / above).at_most(l.splat(T::MAX)) * sum / (d * d) * l.splat(self.scale);
        side.edge.select(l.splat(self.edge), side.outside.clear(shrunk.undo(l, subnormal, hessian)))
    }
}

impl<L: Lanes> SideValues<L> {
    /// Returns the sum of both sides where the target costs something on both; elsewhere only the side that costs something,
    /// so that an infinite loss times 0 is left out.
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
