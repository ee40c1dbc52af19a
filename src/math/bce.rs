//! Binary cross-entropy of a logit, and its derivatives.
//!
//! With a = |x|, e = exp(-a), up = 1 - t, down = p t, near = up for x >= 0 and down otherwise, far the other:
//!
//! ```text
//! loss     = w (near a + (up + down) log1p(e))
//! gradient = w sign(x) (near - far e) / (1 + e)
//! Hessian  = w (up + down) e / (1 + e)^2
//! d/dt     = w (1 - s) ((x >= 0 ? -a : p a) + (p - 1) log1p(e))
//! ```
//!
//! For t in [0, 1] no term of the loss is negative, so nothing cancels; for a hard target near or far is 0, so nothing
//! cancels in the gradient either.

use core::marker::PhantomData;

use super::exp::{exp_neg, exp_neg_value};
use super::log1p::log1p_double;
use super::{Constants, Formula, Inputs, Results, Wanted};
use crate::backend::{Float, Lanes, Mask, Token, Vector};

/// Label smoothing: t becomes keep * t + lift. Formulas are given targets that have been smoothed.
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

    #[inline(always)]
    pub fn of<L: Lanes<Scalar = T>>(self, l: Token<L>, t: Vector<L>) -> Vector<L> {
        t.mul_add(l.splat(self.keep), l.splat(self.lift))
    }

    /// What a negative and a positive cost on both sides together.
    #[inline(always)]
    fn both_costs(self, pos_weight: T) -> [T; 2] {
        [self.lift, self.positive()].map(|t| (T::ONE - t) + pos_weight * t)
    }

    /// What a target of 1 becomes.
    #[inline(always)]
    pub fn positive(self) -> T {
        self.keep + self.lift
    }
}

/// A logit as all the formulas need it.
struct Logit<L: Lanes> {
    /// With +0 for -0, so that the sign bit tells the side.
    value: Vector<L>,
    magnitude: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> Logit<L> {
    #[inline(always)]
    fn new(l: Token<L>, x: Vector<L>) -> Self {
        let value = x + l.zero();
        Self { value, magnitude: value.abs() }
    }

    /// The one for x >= 0 or the other.
    #[inline(always)]
    fn side(&self, positive: Vector<L>, negative: Vector<L>) -> Vector<L> {
        self.value.select_negative(negative, positive)
    }
}

/// What the two sides cost.
#[derive(Clone, Copy)]
struct Costs<L: Lanes> {
    near: Vector<L>,
    far: Vector<L>,
    /// near = 0
    easy: Mask<L>,
}

impl<L: Lanes<Scalar: Constants>> Costs<L> {
    #[inline(always)]
    fn new(l: Token<L>, x: &Logit<L>, up: Vector<L>, down: Vector<L>) -> Self {
        let near = x.side(up, down);
        Self { near, far: x.side(down, up), easy: near.equals(l.zero()) }
    }

    /// near a, and 0 for a cost of 0 at infinity.
    #[inline(always)]
    fn linear(self, x: &Logit<L>) -> Vector<L> {
        self.easy.clear(self.near * x.magnitude)
    }
}

/// Two factors that are not negative, so ordered that their product with a third is only rounded to infinity or to 0
/// if it is that large or small, and is never NaN.
#[derive(Clone, Copy)]
struct Factors<L: Lanes> {
    least: Vector<L>,
    most: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> Factors<L> {
    #[inline(always)]
    fn new(a: Vector<L>, b: Vector<L>) -> Self {
        let more = a.ge(b);
        Self { least: more.select(b, a), most: more.select(a, b) }
    }

    /// Times a number up to 1.
    #[inline(always)]
    fn times_fraction(self, v: Vector<L>) -> Vector<L> {
        self.most * v * self.least
    }

    /// Times any number that is not negative.
    #[inline(always)]
    fn times(self, l: Token<L>, v: Vector<L>) -> Vector<L> {
        let large = v.ge(l.one());
        large.select(self.least, self.most) * v * large.select(self.most, self.least)
    }
}

/// A product of weights, held at the largest number and, where it has vanished, at `least`: times a logit of 0, or an
/// infinite one, it would be NaN.
#[inline(always)]
fn in_range<L: Lanes<Scalar: Constants>>(l: Token<L>, product: Vector<L>, least: L::Scalar) -> Vector<L> {
    let product = product.at_most(l.splat(L::Scalar::MAX));
    product.equals(l.zero()).select(l.splat(least), product)
}

/// No positive weight, and one weight for all elements, which is in `scale` and no larger than 4: e is rounded
/// before it is multiplied, so where it is subnormal the result is as many times half an ULP off.
#[derive(Clone, Copy)]
pub struct Unit<T, W> {
    /// By what the derivatives are multiplied.
    pub scale: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted> Formula<T> for Unit<T, W> {
    const PRODUCTS: usize = W::SUM as usize;
    const OUTPUTS: usize = W::OUTPUTS;
    const WEIGHTED: bool = false;

    #[inline(always)]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let x = Logit::new(l, inputs.logit);
        let e = exp_neg_value(l, x.magnitude);
        let down = inputs.target;
        let costs = Costs::new(l, &x, l.one() - down, down);
        let scale = l.splat(self.scale);
        let d = l.one() + e;
        let slope = costs.far.neg_mul_add(e, costs.near) / d;
        let gradient = slope * x.side(scale, -scale);
        // The value of the target is not needed, but a NaN there must be seen here too.
        let seen = down.equals(down).select(e, down);
        Results { term: costs.linear(&x), factors: [e, l.zero()], outputs: [gradient, seen / (d * d) * scale] }
    }
}

/// One positive weight for all elements, and one weight, which is in `scale`; the product of both is no larger than 6,
/// see [`Unit`].
///
/// `HARD` is for blocks whose targets are all 0 or 1, as they were before smoothing, and whose logits are finite: the
/// sum of their logarithms is that of two products, one of the negatives and one of the positives.
#[derive(Clone, Copy)]
pub struct Balanced<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
    pub pos_weight: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Balanced<T, W, HARD> {
    const PRODUCTS: usize = if W::SUM && HARD { 2 } else { 0 };
    const OUTPUTS: usize = W::OUTPUTS;
    const WEIGHTED: bool = false;

    #[inline(always)]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let zero = l.zero();
        let x = Logit::new(l, inputs.logit);
        let e = exp_neg_value(l, x.magnitude);
        let t = inputs.target;
        let positive = t.equals(l.splat(self.smoothing.positive()));
        let down = if HARD {
            let [negative_down, positive_down] = [self.smoothing.lift, self.smoothing.positive()].map(|t| self.pos_weight * t);
            positive.select(l.splat(positive_down), l.splat(negative_down))
        } else {
            l.splat(self.pos_weight) * t
        };
        let up = l.one() - t;
        let costs = Costs::new(l, &x, up, down);
        let both = l.splat(self.pos_weight).mul_add(t, up);
        let d = l.one() + e;
        let slope = costs.far.neg_mul_add(e, costs.near) / d;
        let scale = l.splat(self.scale);
        Results {
            term: if HARD {
                costs.near * x.magnitude
            } else {
                both.mul_add(log1p_double(l, e).hi, costs.linear(&x))
            },
            factors: if HARD { [positive.clear(e), positive.select(e, zero)] } else { [zero; 2] },
            outputs: [slope * x.side(scale, -scale), both * e / (d * d) * scale],
        }
    }

    #[inline(always)]
    fn factor_weights(self) -> [T; 2] {
        self.smoothing.both_costs(self.pos_weight)
    }
}

/// Any weights.
///
/// `HARD` is for blocks whose targets and weights are all 0 or 1 and whose positive weight is one number: the sum of
/// their logarithms is that of two products, one of the negatives and one of the positives.
#[derive(Clone, Copy)]
pub struct Weighted<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub scale: T,
    /// The positive weight of all elements, where `HARD`.
    pub pos_weight: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Weighted<T, W, HARD> {
    const PRODUCTS: usize = if W::SUM && HARD { 2 } else { 0 };
    const OUTPUTS: usize = W::OUTPUTS;
    const UPSTREAM: bool = W::UPSTREAM;

    #[inline(always)]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let zero = l.zero();
        let x = Logit::new(l, inputs.logit);
        let exp = exp_neg(l, x.magnitude);
        let t = inputs.target;
        let (up, down) = (l.one() - t, inputs.pos_weight * t);
        let costs = Costs::new(l, &x, up, down);
        let both = inputs.pos_weight.mul_add(t, up);
        let absent = inputs.weight.equals(zero);

        // Where e is subnormal, it must not be rounded before it is multiplied: the products take the scaled one, and
        // the offset is undone last.
        let subnormal = exp.is_subnormal(l);
        let tail = subnormal & costs.easy;
        let scaled = x.magnitude.ge(l.splat(T::EXP_LIMIT)).clear(exp.scaled);
        let undo = l.splat(T::OFFSET);

        let loss = if HARD {
            zero
        } else {
            let linear = costs.easy.clear(Factors::new(costs.near, inputs.weight).times(l, x.magnitude));
            let both = Factors::new(both, inputs.weight);
            let log = log1p_double(l, exp.value);
            let loss = linear + both.times_fraction(log.hi);
            absent.clear(tail.select(both.times_fraction(scaled) * undo, loss))
        };

        let weight = if W::UPSTREAM { inputs.upstream * inputs.weight } else { inputs.weight * l.splat(self.scale) };
        let size = in_range(l, weight.abs(), T::ZERO);
        let far = Factors::new(costs.far, size);
        let d = l.one() + exp.value;
        let easy = -far.times_fraction(exp.value);
        let slope = costs.easy.select(easy, costs.far.neg_mul_add(exp.value, costs.near)) / d;
        let slope = costs.easy.select(slope, slope * size);
        let slope = tail.select(-(far.times_fraction(scaled) * undo), slope);
        let gradient = slope.times_sign_of(x.value);
        let gradient = if W::UPSTREAM { gradient.times_sign_of(weight + zero) } else { gradient };

        let both = Factors::new(both, size);
        let hessian = subnormal.select(both.times_fraction(scaled) * undo, both.times_fraction(exp.value) / (d * d));

        let e = absent.clear(exp.value);
        Results {
            term: if HARD { absent.clear(costs.linear(&x)) } else { loss },
            factors: if HARD {
                let positive = t.equals(l.splat(self.smoothing.positive()));
                [positive.clear(e), positive.select(e, zero)]
            } else {
                [zero; 2]
            },
            outputs: [if W::LOSSES { loss } else { absent.clear(gradient) }, absent.clear(hessian)],
        }
    }

    #[inline(always)]
    fn factor_weights(self) -> [T; 2] {
        self.smoothing.both_costs(self.pos_weight)
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

    #[inline(always)]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let x = Logit::new(l, inputs.logit);
        let p = inputs.pos_weight;
        let zero = l.zero();
        // A factor of 0 times an infinite logit is 0: full smoothing leaves nothing of the target.
        let limit = if self.smoothing.keep == T::ZERO { T::ZERO } else { T::MAX + T::MAX };
        let a = x.magnitude.at_most(l.splat(limit));
        // As for the loss, the weight goes first.
        let least = if self.smoothing.keep == T::ZERO { T::ZERO } else { T::LEAST };
        let weight = in_range(l, inputs.weight * l.splat(self.scale * self.smoothing.keep), least);
        let linear = x.side(-(weight * a), p.equals(zero).clear(in_range(l, p * weight, least) * a));
        let slope = ((p - l.one()) * weight).at_most(l.splat(T::MAX));
        let log = log1p_double(l, exp_neg_value(l, x.magnitude));
        let value = slope.mul_add(log.hi, slope.mul_add(log.lo, linear));
        // The value of the target is not needed, but a NaN there must be seen here too.
        let value = inputs.target.equals(inputs.target).select(value, inputs.target);
        Results { term: zero, factors: [zero; 2], outputs: [inputs.weight.equals(zero).clear(value), zero] }
    }
}
