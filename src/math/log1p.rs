//! log(1 + q) for q >= 0.

use super::double::Double;
use super::{Constants, horner};
use crate::backend::{Lanes, Token, Vector};

/// log1p(q) = power + fraction + rest, where `power` is exact and not smaller than `fraction`, or 0.
struct Parts<L: Lanes> {
    power: Vector<L>,
    fraction: Vector<L>,
    rest: Vector<L>,
}

/// 1 + q = 2^k (1 + f) with f in [sqrt(1/2) - 1, sqrt(2) - 1], and a polynomial for log1p(f).
///
/// f = q 2^-k + (2^-k - 1) is exact for k = 0, so no digit of a small q is lost, and rounded once for any other.
#[inline(always)]
fn parts<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> Parts<L> {
    let power = (q + l.one()).bits_add(l.splat(L::Scalar::TO_POWER));
    let k = power.exponent_to_bits().or(l.splat(L::Scalar::INTEGER)) - l.splat(L::Scalar::INTEGER_BIASED);
    let scale = l.splat(L::Scalar::RECIPROCAL).bits_sub(power.and(l.splat(L::Scalar::EXPONENT_MASK)));
    let f = q.mul_add(scale, scale - l.one());
    let cubic = horner(l, L::Scalar::LOG1P, f);
    let beyond = (f * f) * f.mul_add(cubic, l.splat(L::Scalar::MINUS_HALF));
    Parts { power: k * l.splat(L::Scalar::LN2_HI), fraction: f, rest: k.mul_add(l.splat(L::Scalar::LN2_LO), beyond) }
}

/// log(1 + q) in two words.
#[inline(always)]
pub fn log1p_double<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> Double<Vector<L>> {
    let Parts { power, fraction, rest } = parts(l, q);
    let head = Double::fast_two_sum(power, fraction);
    Double::fast_two_sum(head.hi, head.lo + rest)
}
