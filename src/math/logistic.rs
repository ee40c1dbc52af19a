//! The logistic function, its relatives, and the parts of a logit that all formulas need.
//!
//! With e = exp(-|x|):
//!
//! ```text
//! sigmoid(x)        = (1 if x >= 0, else e) / (1 + e)
//! softplus(x)       = max(x, 0) + log1p(e)
//! softplus(x, beta) = max(x, 0) + log1p(exp(-beta |x|)) / beta
//! log_sigmoid(x)    = -softplus(-x)
//! ```
//!
//! All terms of a sum have one sign, so nothing cancels.

use super::double::{DoubleWord, Factor};
use super::exp::{ExpNeg, exp_neg, exp_neg_double, exp_neg_value};
use super::log1p::{log1p_of_fraction, log1p_of_fraction_double};
use super::{Constants, Formula, Inputs, Results};
use crate::simd::{Lanes, Mask, Token, Vector};

/// The parts of a logit that all formulas need.
pub struct Logit<L: Lanes> {
    pub magnitude: Vector<L>,
    /// x >= 0
    pub positive: Mask<L>,
    /// exp(-magnitude)
    pub e: ExpNeg<L>,
}

impl<L: Lanes<Scalar: Constants>> Logit<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(l: Token<L>, x: Vector<L>) -> Self {
        let magnitude = x.abs();
        Self { magnitude, positive: x.ge(l.zero()), e: exp_neg(l, magnitude) }
    }

    /// For formulas that do not use the scaled e, which is 0 here.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn unscaled(l: Token<L>, x: Vector<L>) -> Self {
        let magnitude = x.abs();
        let e = ExpNeg { value: exp_neg_value(l, magnitude), scaled: l.zero() };
        Self { magnitude, positive: x.ge(l.zero()), e }
    }
}

/// 1 / (1 + exp(-x)). Three more instructions could restore what the rounding of 1 + e takes away, but they cost an eighth
/// of the speed.
#[derive(Clone, Copy)]
pub struct Sigmoid;

impl<T: Constants> Formula<T> for Sigmoid {
    const REGISTERS: usize = 4;
    const OUTPUTS: usize = 1;
    const TARGETS: bool = false;
    const WEIGHTED: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let x = Logit::unscaled(l, inputs.logit);
        only(l, x.positive.select(l.one(), x.e.value) / (l.one() + x.e.value))
    }
}

/// log(1 + exp(x))
#[derive(Clone, Copy)]
pub struct Softplus;

impl<T: Constants> Formula<T> for Softplus {
    const REGISTERS: usize = 4;
    const OUTPUTS: usize = 1;
    const TARGETS: bool = false;
    const WEIGHTED: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        only(l, softplus(l, inputs.logit))
    }
}

/// log(sigmoid(x))
#[derive(Clone, Copy)]
pub struct LogSigmoid;

impl<T: Constants> Formula<T> for LogSigmoid {
    const REGISTERS: usize = 4;
    const OUTPUTS: usize = 1;
    const TARGETS: bool = false;
    const WEIGHTED: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        // The difference from 0 is never -0.
        only(l, l.zero() - softplus(l, -inputs.logit))
    }
}

#[cfg_attr(not(unoptimized), inline(always))]
fn softplus<L: Lanes<Scalar: Constants>>(l: Token<L>, x: Vector<L>) -> Vector<L> {
    ramp(l, x) + log1p_of_fraction(l, exp_neg_value(l, x.abs()))
}

/// max(x, 0)
#[cfg_attr(not(unoptimized), inline(always))]
fn ramp<L: Lanes<Scalar: Constants>>(l: Token<L>, x: Vector<L>) -> Vector<L> {
    l.zero().ge(x).clear(x)
}

/// softplus(beta x) / beta, for beta from 2^-100 to 2^100. In this range the quotient is 0 wherever the exponential is
/// beyond its limit.
#[derive(Clone, Copy)]
pub struct ScaledSoftplus<T> {
    beta: Factor<T>,
    reciprocal: DoubleWord<T>,
}

impl<T: Constants> ScaledSoftplus<T> {
    pub fn new(beta: T) -> Self {
        Self { beta: Factor::new(beta), reciprocal: DoubleWord::reciprocal(beta) }
    }
}

impl<T: Constants> Formula<T> for ScaledSoftplus<T> {
    const OUTPUTS: usize = 1;
    const TARGETS: bool = false;
    const WEIGHTED: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        // The product is in two words: rounded to one, it would be beta |x| / 2 ULP off.
        let a = self.beta.times(l, DoubleWord { hi: inputs.logit.abs(), lo: l.zero() });
        let e = exp_neg_double(l, a);
        // Where e is subnormal, it must not be rounded before it is divided.
        let tail = e.is_subnormal(l);
        let log = log1p_of_fraction_double(l, e.value);
        let log = DoubleWord { hi: tail.select(e.scaled, log.hi), lo: tail.clear(log.lo) };
        let undo = tail.select(l.splat(T::UNSCALE), l.one());
        let DoubleWord { hi, lo } = self.reciprocal;
        let quotient = log.hi.mul_add(l.splat(hi), log.hi.mul_add(l.splat(lo), log.lo * l.splat(hi)));
        only(l, quotient.mul_add(undo, ramp(l, inputs.logit)))
    }
}

/// Returns results with one output.
#[cfg_attr(not(unoptimized), inline(always))]
fn only<L: Lanes>(l: Token<L>, value: Vector<L>) -> Results<L> {
    Results { term: l.zero(), products: [l.zero(), l.zero()], outputs: [value, l.zero()] }
}
