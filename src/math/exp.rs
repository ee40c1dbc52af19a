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

/// n = round(-a log2 e) by adding a number that leaves it in the lowest bits, r = a + n ln 2 in two steps whose first
/// product is exact (Cody and Waite), a polynomial for exp(-r), and 2^n made from the same lowest bits.
///
/// The exponent's bias is in the number added, and an offset that keeps 2^n normal where the result is subnormal: the
/// product with 2^-offset then rounds it once, as a scaling instruction would. Multiplying, and not adding to the
/// exponent, keeps NaN.
///
/// Unlike a rounding instruction, the addition gives the same n on every machine that fuses, and the same on every one
/// that does not.
#[inline(always)]
pub fn exp_neg<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>) -> ExpNeg<L> {
    let a = a.at_most(l.splat(L::Scalar::EXP_LIMIT));
    let rounded = a.neg_mul_add(l.splat(L::Scalar::LOG2_E), l.splat(L::Scalar::ROUNDING));
    let n = rounded - l.splat(L::Scalar::ROUNDING);
    let r = n.mul_add(l.splat(L::Scalar::LN2_HI), a);
    let r = n.mul_add(l.splat(L::Scalar::LN2_LO), r);
    let scaled = horner(l, L::Scalar::EXP, r) * rounded.bits_to_exponent();
    ExpNeg { value: scaled * l.splat(L::Scalar::OFFSET), scaled }
}

impl<L: Lanes<Scalar: Constants>> ExpNeg<L> {
    /// Where `value` has lost digits.
    #[inline(always)]
    pub fn is_subnormal(self, l: Token<L>) -> crate::backend::Mask<L> {
        l.splat(L::Scalar::LARGEST_SUBNORMAL).ge(self.value)
    }
}
