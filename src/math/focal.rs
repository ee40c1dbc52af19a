//! Focal loss (Lin, Goyal, Girshick, He, Dollár, 2017), and its derivatives.
//!
//! With a = |x|, e = exp(-a), d = 1 + e, near = 1 - t for x >= 0 and t otherwise, far the other, and c the plain
//! cross-entropy, which has no positive weight, the probability of the wrong answer and its logarithm are
//!
//! ```text
//! m     = (near + far e) / d
//! -ln m = (a if near = 0, else -ln(near + far e)) + log1p(e)
//! ```
//!
//! and with k = near - far, q = e / (near + far e), which is 1 for near = 0, and alpha_t = alpha_0 p t + alpha_1 (1 - t),
//!
//! ```text
//! loss     = alpha_t m^gamma c
//! gradient = alpha_t m^gamma sign(x) (near - far e + gamma c k q) / d
//! Hessian  = alpha_t m^gamma (e + 2 gamma (near - far e) k q + gamma c k q (gamma k q + e - (1 + k q))) / d^2
//! ```
//!
//! which are torchvision's formulas with every sigmoid written out and m^gamma taken out of every sum. For a hard target
//! one of near and far is 0 and the other 1, so neither the second logarithm nor the division is needed, and nothing cancels
//! in the gradient.

use core::marker::PhantomData;

use super::costs::{Costs, Smoothing};
use super::double::{DoubleWord, Factor};
use super::exp::exp_neg_double;
use super::log1p::{ln_double, log1p_of_fraction_double};
use super::logistic::Logit;
use super::{Constants, Formula, Inputs, Results, Wanted};
use crate::simd::{Lanes, Mask, Token, Vector};

/// The gamma of the modulating factor m^gamma.
#[derive(Clone, Copy)]
pub struct Gamma<T> {
    pub(super) exponent: Factor<T>,
    /// Gamma, if it is an integer small enough that repeated products are as exact as an exponential, and faster.
    pub(super) count: Option<u64>,
}

impl<T: Constants> Gamma<T> {
    /// Each product costs an ULP or two; the error of the exponential grows with gamma as well.
    const MOST: u64 = 4;

    pub fn new(value: T) -> Self {
        // For a smaller gamma the power is 1 to the last digit wherever the loss is not 0.
        let count = if value < T::SMALL { 0 } else { value.to_count() };
        let multiplies = count == 0 && value < T::SMALL || count <= Self::MOST && T::from_count(count) == value;
        Self { exponent: Factor::new(value), count: if multiplies { Some(count) } else { None } }
    }
}

/// Returns `size` times exp(-a), and where [`Constants::UNSCALE`] must still multiply it.
#[cfg_attr(not(unoptimized), inline(always))]
pub(super) fn exponentiated<L: Lanes<Scalar: Constants>>(
    l: Token<L>,
    size: Vector<L>,
    a: DoubleWord<Vector<L>>,
) -> (Vector<L>, Shrunk<L>) {
    let power = exp_neg_double(l, a);
    // Where the power is subnormal, the scaled value is taken, which is not rounded.
    let subnormal = power.is_subnormal(l);
    (size * subnormal.select(power.scaled, power.value), Shrunk(subnormal))
}

/// Returns `size` times m^count.
#[cfg_attr(not(unoptimized), inline(always))]
pub(super) fn multiplied<L: Lanes>(mut size: Vector<L>, m: Vector<L>, count: u64) -> Vector<L> {
    let mut i = 0;
    while i < count {
        size = size * m;
        i += 1;
    }
    size
}

/// Focal loss.
///
/// `HARD` is for blocks whose targets are all 0 or 1 and not smoothed; it leaves out what is 0 for them.
#[derive(Clone, Copy)]
pub struct Focal<T, W, const HARD: bool> {
    pub smoothing: Smoothing<T>,
    pub gamma: Gamma<T>,
    /// The factors alpha_t of positive and of negative targets.
    pub alpha: [T; 2],
    /// The scale of the derivatives.
    pub scale: T,
    pub wanted: PhantomData<W>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Formula<T> for Focal<T, W, HARD> {
    const SUMS: bool = W::SUM;
    const OUTPUTS: usize = W::OUTPUTS;
    const UPSTREAM: bool = W::UPSTREAM;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let (zero, one) = (l.zero(), l.one());
        let x = Logit::new(l, inputs.logit);
        let t = if HARD { inputs.target } else { self.smoothing.of(l, inputs.target) };
        let up = one - t;
        let costs = Costs::new(l, &x, up, t);
        let d = one + x.e.value;
        let log = log1p_of_fraction_double(l, x.e.value);

        // Where e is subnormal, the scaled e is taken, and `unscale` multiplies the results that are linear in e at the
        // end.
        let subnormal = x.e.is_subnormal(l);
        let tail = subnormal & costs.easy;
        let unscale = l.splat(T::UNSCALE);
        let e = subnormal.select(x.e.scaled, x.e.value);
        // near + far e, and k q.
        let (wrong, kq_e) = if HARD {
            (costs.easy.select(x.e.value, one), costs.easy.select(-one, e))
        } else {
            let wrong = costs.far.mul_add(x.e.value, costs.near);
            (wrong, (costs.near - costs.far) * costs.easy.select(one, e / wrong))
        };
        let kq = tail.select(kq_e, subnormal.select(kq_e * unscale, kq_e));

        // The weights come first, so that no product is subnormal before the result is.
        let weight = if W::UPSTREAM { inputs.upstream * inputs.weight } else { inputs.weight };
        let alpha = (l.splat(self.alpha[0]) * inputs.pos_weight).mul_add(t, l.splat(self.alpha[1]) * up);
        // An infinite product times a power that vanishes would be NaN. A weight by itself is neither infinite nor negative.
        let largest = l.splat(T::MAX);
        let size = if W::UPSTREAM { weight.abs().at_most(largest) } else { weight };
        let size = (size * alpha).at_most(largest);
        let (size, shrunk) = self.modulated(l, size, wrong, d, &x, costs, log);

        let absent = inputs.weight.equals(zero);
        let element = FocalElement { x, costs, d, log, e, subnormal, tail, kq, kq_e, weight, alpha, absent };
        self.results(l, element, size, shrunk)
    }
}

/// The parts of the loss of an element and of its derivatives.
struct FocalElement<L: Lanes> {
    x: Logit<L>,
    costs: Costs<L>,
    /// 1 + e
    d: Vector<L>,
    /// log1p(e)
    log: DoubleWord<Vector<L>>,
    /// e, or the scaled e where e is subnormal.
    e: Vector<L>,
    /// Where e is subnormal.
    subnormal: Mask<L>,
    /// Where e is subnormal and the loss is linear in it.
    tail: Mask<L>,
    /// k q, and k q with the scaled e.
    kq: Vector<L>,
    kq_e: Vector<L>,
    /// The weight, times the upstream derivative if there is one.
    weight: Vector<L>,
    alpha: Vector<L>,
    /// Where the weight, as given, is 0.
    absent: Mask<L>,
}

impl<T: Constants, W: Wanted, const HARD: bool> Focal<T, W, HARD> {
    /// Returns the loss and the derivatives of an element whose weights times m^gamma are `size`.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn results<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        element: FocalElement<L>,
        size: Vector<L>,
        shrunk: Shrunk<L>,
    ) -> Results<L> {
        let (zero, one) = (l.zero(), l.one());
        let FocalElement { x, costs, d, log, e, subnormal, tail, kq, kq_e, weight, alpha, absent } = element;
        // log1p(e) = e in the tail.
        let cost = costs.linear(&x) + log.hi;
        let infinite = cost.ge(l.splat(T::MAX + T::MAX));
        let loss = infinite.select(alpha.equals(zero).clear(cost), size * cost);
        let loss = shrunk.undo(l, tail, tail.select(size * e, loss));

        // A derivative is finite even where the loss is infinite.
        let finite = costs.near.mul_add(x.magnitude.at_most(l.splat(T::MAX)), log.hi);
        let cost_e = tail.select(e, finite);
        let slope = costs.far.neg_mul_add(x.e.value, costs.near);
        let slope_e = tail.select(-e, slope);
        let gamma = l.splat(self.gamma.exponent.value);
        let scale = l.splat(self.scale);
        let gradient = size * gamma.mul_add(cost_e * kq, slope_e) / d * scale;
        let gradient = shrunk.undo(l, tail, gradient).negate_unless(x.positive);
        let gradient = if W::UPSTREAM { gradient.negate_unless(weight.ge(zero)) } else { gradient };

        let bend = gamma.mul_add(kq, x.e.value - (one + kq));
        let hessian = gamma.mul_add(cost_e * kq_e * bend + (slope_e + slope_e) * kq_e, e);
        let hessian = size * hessian / (d * d) * scale;
        let hessian = shrunk.undo(l, subnormal, hessian);

        let loss = absent.clear(loss);
        Results {
            term: loss,
            products: [zero, zero],
            outputs: [if W::LOSSES { loss } else { absent.clear(gradient) }, absent.clear(hessian)],
        }
    }

    /// Returns `size` times m^gamma, and where [`Constants::UNSCALE`] must still multiply it.
    #[cfg_attr(not(unoptimized), inline(always))]
    #[allow(clippy::too_many_arguments)]
    fn modulated<L: Lanes<Scalar = T>>(
        self,
        l: Token<L>,
        size: Vector<L>,
        wrong: Vector<L>,
        d: Vector<L>,
        x: &Logit<L>,
        costs: Costs<L>,
        log: DoubleWord<Vector<L>>,
    ) -> (Vector<L>, Shrunk<L>) {
        if let Some(count) = self.gamma.count {
            return (multiplied(size, wrong / d, count), Shrunk::nowhere(l));
        }
        // gamma times -ln m, in two words: rounded to one, it would be gamma a / 2 ULP off.
        let product = self.gamma.exponent.times(l, Self::minus_ln(l, wrong, x, costs, log));
        exponentiated(l, size, product)
    }

    /// -ln m
    #[cfg_attr(not(unoptimized), inline(always))]
    fn minus_ln<L: Lanes<Scalar = T>>(
        l: Token<L>,
        wrong: Vector<L>,
        x: &Logit<L>,
        costs: Costs<L>,
        log: DoubleWord<Vector<L>>,
    ) -> DoubleWord<Vector<L>> {
        let without = if HARD {
            DoubleWord { hi: costs.easy.select(x.magnitude, l.zero()), lo: l.zero() }
        } else {
            let ln = ln_double(l, wrong);
            DoubleWord { hi: costs.easy.select(x.magnitude, l.zero() - ln.hi), lo: costs.easy.clear(l.zero() - ln.lo) }
        };
        let sum = DoubleWord::two_sum(without.hi, log.hi);
        DoubleWord { hi: sum.hi, lo: sum.lo + (without.lo + log.lo) }
    }
}

/// Where a power is divided by [`Constants::UNSCALE`].
#[derive(Clone, Copy)]
pub(super) struct Shrunk<L: Lanes>(pub(super) Mask<L>);

impl<L: Lanes<Scalar: Constants>> Shrunk<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub(super) fn nowhere(l: Token<L>) -> Self {
        Self(l.zero().equals(l.one()))
    }

    /// Multiplies v by `UNSCALE` where the power, or another factor (`too`), is divided by it. Where both are, v is 0.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub(super) fn undo(self, l: Token<L>, too: Mask<L>, v: Vector<L>) -> Vector<L> {
        (self.0 & too).clear(v) * (self.0 | too).select(l.splat(L::Scalar::UNSCALE), l.one())
    }
}
