//! exp(-a) for a >= 0.

use super::double::DoubleWord;
use super::{Constants, horner};
use crate::simd::{Lanes, Mask, Token, Vector};

/// exp(-a).
#[derive(Clone, Copy)]
pub struct ExpNeg<L: Lanes> {
    /// exp(-a), rounded once where it is subnormal; 0 at infinity, NaN at NaN.
    pub value: Vector<L>,
    /// exp(-a) divided by [`Constants::UNSCALE`]: it keeps the digits that `value` loses where that is subnormal, and is 0
    /// from [`Constants::EXP_LIMIT`] on.
    pub scaled: Vector<L>,
}

/// Computes exp(-a) = exp(-r) 2^n. n = round(-a log2 e) is left in the lowest bits by adding a large number. r = a + n ln 2
/// takes two steps, of which the first has an exact product (Cody and Waite). exp(-r) is a polynomial, and 2^n is made from
/// the lowest bits.
///
/// The number that is added contains the bias of the exponent, and an offset that keeps 2^n normal where the result is
/// subnormal: the product with [`Constants::UNSCALE`] then rounds the result once, as a scaling instruction would. A product
/// keeps NaN, which an addition to the exponent would not.
///
/// Unlike a rounding instruction, the addition gives the same n on every machine that fuses, and the same on every machine
/// that does not.
#[cfg_attr(not(any(unoptimized, small)), inline(always))]
pub fn exp_neg<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>) -> ExpNeg<L> {
    let limit = l.splat(L::Scalar::EXP_LIMIT);
    let beyond = a.ge(limit);
    let a = a.at_most(limit);
    let n = Exponent::of(l, a, L::Scalar::ROUNDING);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_HI), a);
    n.scale(l, n.value.mul_add(l.splat(L::Scalar::LN2_LO), r), beyond)
}

/// Returns exp(-a) alone, with the same bits and one product less: here the offset is half as large, and the coefficients
/// undo it.
#[cfg_attr(not(any(unoptimized, small)), inline(always))]
pub fn exp_neg_value<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>) -> Vector<L> {
    let a = a.at_most(l.splat(L::Scalar::EXP_ZERO));
    let n = Exponent::of(l, a, L::Scalar::ROUNDING_HALF);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_HI), a);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_LO), r);
    horner(l, L::Scalar::EXP_HALF, r) * n.rounded.bits_to_exponent()
}

/// Returns 1 - exp(-a) without losing digits for a small a: it is 1 - 2^n - 2^n (exp(-r) - 1), where n is 0 up to a = ln 2 /
/// 2.
#[cfg_attr(not(any(unoptimized, small)), inline(always))]
pub fn one_minus_exp_neg<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>) -> Vector<L> {
    let a = a.at_most(l.splat(L::Scalar::EXP_LIMIT));
    let n = Exponent::of(l, a, L::Scalar::ROUNDING);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_HI), a);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_LO), r);
    let power = n.rounded.bits_to_exponent() * l.splat(L::Scalar::UNSCALE);
    (horner(l, L::Scalar::EXP_LESS_ONE, r) * r).neg_mul_add(power, l.one() - power)
}

/// Returns [`exp_neg`] of a number in two words, which need not be normalised: the low word may reach 2^-10 of the high one,
/// and is ignored where the high one is beyond the limit. The first step of r takes the high word alone, so it remains
/// exact.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn exp_neg_double<L: Lanes<Scalar: Constants>>(l: Token<L>, a: DoubleWord<Vector<L>>) -> ExpNeg<L> {
    let limit = l.splat(L::Scalar::EXP_LIMIT);
    let beyond = a.hi.ge(limit);
    let DoubleWord { hi, lo } = DoubleWord { hi: a.hi.at_most(limit), lo: beyond.clear(a.lo) };
    let n = Exponent::of(l, hi + lo, L::Scalar::ROUNDING);
    let r = n.value.mul_add(l.splat(L::Scalar::LN2_HI), hi);
    n.scale(l, r + n.value.mul_add(l.splat(L::Scalar::LN2_LO), lo), beyond)
}

/// n = round(-a log2 e)
#[derive(Clone, Copy)]
struct Exponent<L: Lanes> {
    value: Vector<L>,
    /// n in the lowest bits, with bias and offset.
    rounded: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> Exponent<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn of(l: Token<L>, a: Vector<L>, rounding: L::Scalar) -> Self {
        let rounded = a.neg_mul_add(l.splat(L::Scalar::LOG2_E), l.splat(rounding));
        Self { value: rounded - l.splat(rounding), rounded }
    }

    /// exp(-r) 2^n
    #[cfg_attr(not(unoptimized), inline(always))]
    fn scale(self, l: Token<L>, r: Vector<L>, beyond: Mask<L>) -> ExpNeg<L> {
        let scaled = horner(l, L::Scalar::EXP, r) * self.rounded.bits_to_exponent();
        ExpNeg { value: scaled * l.splat(L::Scalar::UNSCALE), scaled: beyond.clear(scaled) }
    }
}

impl<L: Lanes<Scalar: Constants>> ExpNeg<L> {
    /// Returns where `value` has lost digits.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn is_subnormal(self, l: Token<L>) -> Mask<L> {
        l.splat(L::Scalar::LARGEST_SUBNORMAL).ge(self.value)
    }
}
