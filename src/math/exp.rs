//! exp(-a) for a >= 0.

use super::{Constants, horner};
use crate::backend::{Lanes, Token, Vector};

/// exp(-a).
#[derive(Clone, Copy)]
pub struct ExpNeg<L: Lanes> {
    /// Rounded once where it is subnormal, 0 at infinity, NaN at NaN.
    pub value: Vector<L>,
    /// The same divided by [`Constants::OFFSET`]: as accurate where `value` has lost digits to being subnormal.
    pub scaled: Vector<L>,
}

/// 2^n times an offset, and r, so that exp(-a) = 2^n exp(-r).
///
/// n = round(-a log2 e) by adding a number that leaves it in the lowest bits, r = a + n ln 2 in two steps whose first
/// product is exact (Cody and Waite), and 2^n made from the same lowest bits.
///
/// The exponent's bias is in the number added, and an offset that keeps 2^n normal where the result is subnormal: the
/// product with the inverse offset then rounds it once, as a scaling instruction would. Multiplying, and not adding to
/// the exponent, keeps NaN.
///
/// Unlike a rounding instruction, the addition gives the same n on every machine that fuses, and the same on every one
/// that does not.
#[inline(always)]
fn reduced<T: Constants, L: Lanes<Scalar = T>>(l: Token<L>, a: Vector<L>, rounding: T) -> (Vector<L>, Vector<L>) {
    let rounded = a.neg_mul_add(l.splat(T::LOG2_E), l.splat(rounding));
    let n = rounded - l.splat(rounding);
    let r = n.mul_add(l.splat(T::LN2_HI), a);
    let r = n.mul_add(l.splat(T::LN2_LO), r);
    (rounded.bits_to_exponent(), r)
}

/// exp(-a), and what it was before it was rounded to a subnormal number.
#[inline(always)]
pub fn exp_neg<T: Constants, L: Lanes<Scalar = T>>(l: Token<L>, a: Vector<L>) -> ExpNeg<L> {
    let (power, r) = reduced(l, a.at_most(l.splat(T::EXP_LIMIT)), T::ROUNDING);
    let scaled = horner(l, T::EXP, r) * power;
    ExpNeg { value: scaled * l.splat(T::OFFSET), scaled }
}

/// exp(-a) alone, the same bits: half of the offset is in the coefficients, and the other half need not be so large.
#[inline(always)]
pub fn exp_neg_value<T: Constants, L: Lanes<Scalar = T>>(l: Token<L>, a: Vector<L>) -> Vector<L> {
    let (power, r) = reduced(l, a.at_most(l.splat(T::EXP_ZERO)), T::ROUNDING_HALF);
    horner(l, T::EXP_HALF, r) * power
}

impl<L: Lanes<Scalar: Constants>> ExpNeg<L> {
    /// Where `value` has lost digits.
    #[inline(always)]
    pub fn is_subnormal(self, l: Token<L>) -> crate::backend::Mask<L> {
        l.splat(L::Scalar::LARGEST_SUBNORMAL).ge(self.value)
    }
}
