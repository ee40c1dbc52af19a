//! log(1 + q) for q >= 0.

use super::double::Double;
use super::{Constants, horner};
use crate::backend::{Lanes, Token, Vector};

/// 1 + q = 2^k (1 + f) with f in [sqrt(1/2) - 1, sqrt(2) - 1].
///
/// f = q 2^-k + (2^-k - 1) is exact for k = 0, so no digit of a small q is lost, and rounded once for any other.
struct Reduced<L: Lanes> {
    f: Vector<L>,
    /// k times the high word of ln 2, exactly: not smaller than f, or 0.
    power: Vector<L>,
    k: Vector<L>,
}

impl<L: Lanes<Scalar: Constants>> Reduced<L> {
    #[inline(always)]
    fn new(l: Token<L>, q: Vector<L>) -> Self {
        let power = (q + l.one()).bits_add(l.splat(L::Scalar::TO_POWER));
        let k = power.exponent_to_bits().or(l.splat(L::Scalar::INTEGER)) - l.splat(L::Scalar::INTEGER_BIASED);
        let scale = l.splat(L::Scalar::RECIPROCAL).bits_sub(power.and(l.splat(L::Scalar::EXPONENT_MASK)));
        Self { f: q.mul_add(scale, scale - l.one()), power: k * l.splat(L::Scalar::LN2_HI), k }
    }

    /// The same for q up to 1, where k is 0 or 1.
    #[inline(always)]
    fn fraction(l: Token<L>, q: Vector<L>) -> Self {
        let minus_half = l.splat(L::Scalar::MINUS_HALF);
        let small = l.splat(L::Scalar::BELOW_SQRT_2).ge(q + l.one());
        let f = small.select(q, minus_half.neg_mul_add(q, minus_half));
        Self { f, power: small.clear(l.splat(L::Scalar::LN2_HI)), k: small.clear(l.one()) }
    }

    /// k ln 2 + log1p(f), the latter by a polynomial.
    #[inline(always)]
    fn log(self, l: Token<L>) -> Double<Vector<L>> {
        let Self { f, power, k } = self;
        let cubic = horner(l, L::Scalar::LOG1P, f);
        let beyond = (f * f) * f.mul_add(cubic, l.splat(L::Scalar::MINUS_HALF));
        let head = Double::fast_two_sum(power, f);
        Double::fast_two_sum(head.hi, head.lo + k.mul_add(l.splat(L::Scalar::LN2_LO), beyond))
    }
}

/// log(1 + q) in two words.
#[inline(always)]
pub fn log1p_double<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> Double<Vector<L>> {
    Reduced::new(l, q).log(l)
}

/// The same bits for q up to 1, in fewer instructions.
#[inline(always)]
pub fn log1p_of_fraction<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> Double<Vector<L>> {
    Reduced::fraction(l, q).log(l)
}
