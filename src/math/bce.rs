//! Binary cross-entropy of a logit, and its derivatives.
//!
//! A logit x has a target t, a weight w, a positive weight p and the label smoothing s. With a = |x|, e = exp(-a),
//! up = 1 - t, down = p t, near = up for x >= 0 and down otherwise, far the other:
//!
//! ```text
//! loss     = w (near a + (up + down) log1p(e))
//! gradient = w sign(x) (near - far e) / (1 + e)
//! Hessian  = w (up + down) e / (1 + e)^2
//! d/dt     = w (1 - s) ((x >= 0 ? -a : p a) + (p - 1) log1p(e))
//! ```
//!
//! The targets given to formulas are smoothed already. For t in [0, 1] no term of the loss is negative, so nothing cancels;
//! for a hard target near or far is 0, so nothing cancels in the gradient either.

use core::marker::PhantomData;

use super::costs::{Costs, Smoothing, in_range};
use super::log1p::{log1p_of_fraction, log1p_of_fraction_double};
use super::logistic::Logit;
use super::weight::are_moderate;
use super::{Constants, Formula, Inputs, Results, TELLING, Wanted};
use crate::simd::{Float, Lanes, Mask, Token, Vector};

/// Two factors that are not negative, ordered so that their product with a third is infinite or 0 only if the exact product
/// is that large or small, and is never NaN.
#[derive(Clone, Copy)]
pub(super) struct Product<L: Lanes> {
    least: Vector<L>,
    most: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> Product<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub(super) fn new(a: Vector<L>, b: Vector<L>) -> Self {
        let more = a.ge(b);
        Self { least: more.select(b, a), most: more.select(a, b) }
    }

    /// Multiplies by a number up to 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn times_fraction(self, v: Vector<L>) -> Vector<L> {
        self.most * v * self.least
    }

    /// Multiplies by any number that is not negative.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub(super) fn times(self, l: Token<L>, v: Vector<L>) -> Vector<L> {
        let large = v.ge(l.one());
        large.select(self.least, self.most) * v * large.select(self.most, self.least)
    }
}

/// The formula without positive weights, where all elements have one weight. The weight is in `scale` and is at most 4: e is
/// rounded before it is multiplied, so where e is subnormal the result is as many times half an ULP off.
#[derive(Clone, Copy)]
pub struct Unit<T, W> {
    /// The scale of the derivatives.
    pub scale: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted> Formula<T> for Unit<T, W> {
    const REGISTERS: usize = if W::LOSSES { 2 } else { 4 };
    const PRODUCTS: usize = W::SUM as usize;
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const WEIGHTED: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let x = Logit::unscaled(l, inputs.logit);
        let down = inputs.target;
        let up = l.one() - down;
        let costs = Costs::new(l, &x, up, down);
        let scale = l.splat(self.scale);
        let d = l.one() + x.e.value;
        let slope = costs.far.neg_mul_add(x.e.value, costs.near) / d;
        let gradient = slope * x.positive.select(scale, -scale);
        // The value of the target is not needed, but a NaN must be seen here too.
        let e = down.equals(down).select(x.e.value, down);
        let first = if W::LOSSES {
            // up + down is not always 1 for a soft target. The bits are those of `Weighted`, for any logit.
            let log = log1p_of_fraction(l, x.e.value);
            costs.easy.select(log, (down + up).mul_add(log, costs.near * x.magnitude))
        } else {
            gradient
        };
        Results { term: costs.linear(&x), products: [x.e.value, l.zero()], outputs: [first, e / (d * d) * scale] }
    }
}

/// The formula for one positive weight for all elements, and one weight, which is in `scale`. Neither the positive weight nor
/// its product with the scale of the sum is larger than 6, see [`Unit`].
///
/// `HARD` is for blocks of finite logits whose targets were all 0 or 1 before smoothing: the logarithms of the negatives and
/// those of the positives are each summed as a product.
#[derive(Clone, Copy)]
pub struct Balanced<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
    pub pos_weight: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Balanced<T, W, HARD> {
    const REGISTERS: usize = if W::SUM && !HARD { 2 } else { 4 };
    const PRODUCTS: usize = if W::SUM && HARD { 2 } else { 0 };
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const WEIGHTED: bool = false;
    const TELLS: bool = HARD && TELLING;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let zero = l.zero();
        let x = Logit::unscaled(l, inputs.logit);
        let (t, e, pos_weight) = (inputs.target, x.e.value, l.splat(self.pos_weight));
        let positive = t.equals(l.splat(self.smoothing.positive()));
        let down = if HARD {
            let (low, high) = (self.smoothing.lift, self.smoothing.positive());
            positive.select(l.splat(self.pos_weight * high), l.splat(self.pos_weight * low))
        } else {
            pos_weight * t
        };
        let up = l.one() - t;
        let costs = Costs::new(l, &x, up, down);
        let both = pos_weight.mul_add(t, up);
        let d = l.one() + e;
        let slope = costs.far.neg_mul_add(e, costs.near) / d;
        let scale = l.splat(self.scale);
        Results {
            term: if Self::TELLS {
                // The term of an infinite logit is NaN or infinite already.
                self.smoothing.are_hard(l, t, positive).select(costs.near * x.magnitude, l.splat(T::NAN))
            } else if HARD {
                costs.near * x.magnitude
            } else {
                both.mul_add(log1p_of_fraction(l, e), costs.linear(&x))
            },
            products: if HARD { [positive.clear(e), positive.select(e, zero)] } else { [zero, zero] },
            outputs: [slope * x.positive.select(scale, -scale), both * e / (d * d) * scale],
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn log_weights(self) -> [T; 2] {
        self.smoothing.both_costs(self.pos_weight)
    }
}

/// The formula for positive weights and weights that are the same in all rows of a block: they multiply the sums of each
/// lane. Logits and weights are moderate, and targets were all 0 or 1 before smoothing.
#[derive(Clone, Copy)]
pub struct ByLane<T, W> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted> Formula<T> for ByLane<T, W> {
    const REGISTERS: usize = 4;
    const PRODUCTS: usize = 2;
    const SUMS: bool = true;
    const OUTPUTS: usize = W::OUTPUTS;
    const BY_LANE: bool = true;
    const TELLS: bool = TELLING;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let Inputs { target: t, pos_weight, weight, .. } = inputs;
        let x = Logit::unscaled(l, inputs.logit);
        let positive = t.equals(l.splat(self.smoothing.positive()));
        let e = x.e.value;
        let costs = Costs::new(l, &x, l.one() - t, pos_weight * t);
        let slope = costs.far.neg_mul_add(e, costs.near) / (l.one() + e);
        let size = weight * l.splat(self.scale);
        let gradient = slope * x.positive.select(size, -size);
        let mut term = costs.near * x.magnitude;
        if Self::TELLS {
            let is_right = self.smoothing.are_hard(l, t, positive) & l.splat(T::MODERATE_LOGIT).ge(x.magnitude);
            term = is_right.select(term, l.splat(T::NAN));
        }
        Results {
            term,
            products: [positive.clear(e), positive.select(e, l.zero())],
            outputs: [weight.equals(l.zero()).clear(gradient), l.zero()],
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn log_weights(self) -> [T; 2] {
        [self.smoothing.lift, self.smoothing.positive()]
    }
}

/// The formula for any weights.
///
/// `MODERATE` is for blocks whose logits and weights are moderate ([`Constants::MODERATE_LOGIT`]), except logits with a
/// weight of 0. The results are the same. If the formula [tells](Formula::TELLS), the term of any other logit is NaN.
///
/// `HARD` is for such blocks whose targets and weights are all 0 or 1 and whose positive weight is uniform: the logarithms
/// of the negatives and those of the positives are each summed as a product.
#[derive(Clone, Copy)]
pub struct Weighted<T, W, const MODERATE: bool, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
    /// The positive weight of all elements, if `HARD`.
    pub pos_weight: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const MODERATE: bool, const HARD: bool> Formula<T> for Weighted<T, W, MODERATE, HARD> {
    const REGISTERS: usize = if HARD {
        4
    } else if MODERATE {
        2
    } else {
        1
    };
    const PRODUCTS: usize = if W::SUM && HARD { 2 } else { 0 };
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const UPSTREAM: bool = W::UPSTREAM;
    const TELLS: bool = W::SUM && MODERATE && !HARD && TELLING;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let zero = l.zero();
        let x = if MODERATE { Logit::unscaled(l, inputs.logit) } else { Logit::new(l, inputs.logit) };
        let Inputs { target: t, pos_weight, weight, upstream, .. } = inputs;
        let (up, down) = (l.one() - t, pos_weight * t);
        let costs = Costs::new(l, &x, up, down);
        let both = pos_weight.mul_add(t, up);
        let absent = weight.equals(zero);
        let weights = if W::UPSTREAM { upstream * weight } else { weight };
        let size = weights * l.splat(self.scale);

        let element = WeightedElement { costs, both, weight, size, log: log1p_of_fraction(l, x.e.value) };
        let mut values = element.moderate(l, &x);
        if !MODERATE {
            let range = T::MODERATE_WEIGHTS;
            let mut moderate = l.splat(T::MODERATE_LOGIT).ge(x.magnitude);
            moderate = moderate & are_moderate(l, weight, range) & are_moderate(l, pos_weight, range);
            if W::UPSTREAM {
                moderate = moderate & are_moderate(l, upstream, range);
            }
            values = values.where_else(moderate, element.any(l, &x));
        }

        let loss = absent.clear(values.loss);
        Results {
            term: if HARD {
                absent.clear(costs.near * x.magnitude)
            } else if Self::TELLS {
                let is_moderate = l.splat(T::MODERATE_LOGIT).ge(x.magnitude);
                absent.clear(is_moderate.select(values.loss, l.splat(T::NAN)))
            } else {
                loss
            },
            products: if HARD {
                let (e, positive) = (absent.clear(x.e.value), t.equals(l.splat(self.smoothing.positive())));
                [positive.clear(e), positive.select(e, zero)]
            } else {
                [zero, zero]
            },
            outputs: [if W::LOSSES { loss } else { absent.clear(values.gradient) }, absent.clear(values.hessian)],
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn log_weights(self) -> [T; 2] {
        self.smoothing.both_costs(self.pos_weight)
    }
}

/// The parts of the weighted loss of an element and of its derivatives.
struct WeightedElement<L: Lanes> {
    costs: Costs<L>,
    /// up + down
    both: Vector<L>,
    weight: Vector<L>,
    /// The scale of the derivatives; negative where the upstream derivative is.
    size: Vector<L>,
    /// log1p(e)
    log: Vector<L>,
}

struct LossAndDerivatives<L: Lanes> {
    loss: Vector<L>,
    gradient: Vector<L>,
    hessian: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> WeightedElement<L> {
    /// Holds where no product but the last can be subnormal or infinite.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn moderate(&self, l: Token<L>, x: &Logit<L>) -> LossAndDerivatives<L> {
        let (costs, e) = (self.costs, x.e.value);
        let d = l.one() + e;
        let slope = costs.far.neg_mul_add(e, costs.near) / d;
        LossAndDerivatives {
            loss: self.weight * self.both.mul_add(self.log, costs.near * x.magnitude),
            gradient: slope * x.positive.select(self.size, -self.size),
            hessian: self.both * e / (d * d) * self.size,
        }
    }

    /// Holds for any logit and any weights: each product is ordered so that only its last step can round to 0 or to
    /// infinity.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn any(&self, l: Token<L>, x: &Logit<L>) -> LossAndDerivatives<L> {
        let (zero, costs) = (l.zero(), self.costs);
        // Where e is subnormal, it must not be rounded before it is multiplied: the products take the scaled e, and the
        // results are multiplied by `undo` last.
        let subnormal = x.e.is_subnormal(l);
        let tail = subnormal & costs.easy;
        let undo = l.splat(L::Scalar::UNSCALE);

        let linear = costs.easy.clear(Product::new(costs.near, self.weight).times(l, x.magnitude));
        let both = Product::new(self.both, self.weight);
        let loss = linear + both.times_fraction(self.log);
        let loss = tail.select(both.times_fraction(x.e.scaled) * undo, loss);

        let size = in_range(l, self.size.abs(), Float::ZERO);
        let far = Product::new(costs.far, size);
        let d = l.one() + x.e.value;
        let easy = -far.times_fraction(x.e.value);
        let slope = costs.easy.select(easy, costs.far.neg_mul_add(x.e.value, costs.near)) / d;
        let slope = costs.easy.select(slope, slope * size);
        let slope = tail.select(-(far.times_fraction(x.e.scaled) * undo), slope);
        let gradient = slope.negate_unless(x.positive).negate_unless(self.size.ge(zero));

        let both = Product::new(self.both, size);
        let hessian =
            subnormal.select(both.times_fraction(x.e.scaled) * undo, both.times_fraction(x.e.value) / (d * d));
        LossAndDerivatives { loss, gradient, hessian }
    }
}

impl<L: Lanes> LossAndDerivatives<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn where_else(self, mask: Mask<L>, other: Self) -> Self {
        Self {
            loss: mask.select(self.loss, other.loss),
            gradient: mask.select(self.gradient, other.gradient),
            hessian: mask.select(self.hessian, other.hessian),
        }
    }
}

/// The derivative of the loss with respect to the target.
#[derive(Clone, Copy)]
pub struct TargetGradient<T> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
}

impl<T: Constants> Formula<T> for TargetGradient<T> {
    const OUTPUTS: usize = 1;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let x = Logit::unscaled(l, inputs.logit);
        let p = inputs.pos_weight;
        let zero = l.zero();
        // A factor of 0 times an infinite logit must be 0: full smoothing leaves nothing of the target.
        let limit = if self.smoothing.keep == T::ZERO { T::ZERO } else { T::MAX + T::MAX };
        let a = x.magnitude.at_most(l.splat(limit));
        // The weight comes first, as it does for the loss.
        let least = if self.smoothing.keep == T::ZERO { T::ZERO } else { T::LEAST };
        let weight = in_range(l, inputs.weight * l.splat(self.scale * self.smoothing.keep), least);
        let linear = x.positive.select(-(weight * a), p.equals(zero).clear(in_range(l, p * weight, least) * a));
        let slope = ((p - l.one()) * weight).at_most(l.splat(T::MAX));
        let log = log1p_of_fraction_double(l, x.e.value);
        let value = slope.mul_add(log.hi, slope.mul_add(log.lo, linear));
        // The value of the target is not needed, but a NaN must be seen here too.
        let value = inputs.target.equals(inputs.target).select(value, inputs.target);
        Results { term: zero, products: [zero, zero], outputs: [inputs.weight.equals(zero).clear(value), zero] }
    }
}
