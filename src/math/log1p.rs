//! log(1 + q) for q >= -1, and ln(y) for y up to 1.

use super::double::DoubleWord;
use super::{Constants, horner};
use crate::simd::{Lanes, Mask, Token, Vector};

/// k ln 2 + log1p(f) = power + fraction + rest, where `power` is exact and not smaller than `fraction`, or 0.
struct Parts<L: Lanes> {
    power: Vector<L>,
    fraction: Vector<L>,
    rest: Vector<L>,
}

/// Returns the k that brings y 2^-k into [sqrt(1/2), sqrt(2)), and 2^-k. `bias` has the exponent of the power of two by
/// which y was multiplied before.
#[cfg_attr(not(unoptimized), inline(always))]
fn exponent<L: Lanes<Scalar: Constants>>(l: Token<L>, y: Vector<L>, bias: Vector<L>) -> (Vector<L>, Vector<L>) {
    let power = y.bits_add(l.splat(L::Scalar::TO_POWER));
    let k = power.exponent_to_bits().or(l.splat(L::Scalar::INTEGER)) - bias;
    (k, l.splat(L::Scalar::RECIPROCAL).bits_sub(power.and(l.splat(L::Scalar::EXPONENT_MASK))))
}

/// Returns the parts of k ln 2 + log1p(f), with a polynomial for f in [sqrt(1/2) - 1, sqrt(2) - 1].
#[cfg_attr(not(unoptimized), inline(always))]
fn parts<L: Lanes<Scalar: Constants>>(l: Token<L>, k: Vector<L>, f: Vector<L>) -> Parts<L> {
    let cubic = horner(l, L::Scalar::LOG1P, f);
    let beyond = (f * f) * f.mul_add(cubic, l.splat(L::Scalar::MINUS_HALF));
    Parts { power: k * l.splat(L::Scalar::LN2_HI), fraction: f, rest: k.mul_add(l.splat(L::Scalar::LN2_LO), beyond) }
}

impl<L: Lanes> Parts<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn double(self) -> DoubleWord<Vector<L>> {
        let head = DoubleWord::fast_two_sum(self.power, self.fraction);
        DoubleWord::fast_two_sum(head.hi, head.lo + self.rest)
    }
}

/// Returns log(1 + q) in two words. 1 + q = 2^k (1 + f), where f = q 2^-k + (2^-k - 1) is exact for k = 0 and for q < 0, and
/// else rounded once; so no digit of a small q is lost. At q = -1 the result is below -80, and below -700 in `f64`.
#[cfg_attr(not(any(unoptimized, small)), inline(always))]
pub fn log1p_double<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> DoubleWord<Vector<L>> {
    let (k, scale) = exponent(l, q + l.one(), l.splat(L::Scalar::INTEGER_BIASED));
    parts(l, k, q.mul_add(scale, scale - l.one())).double()
}

/// Returns log(1 + e) for 0 <= e <= 1, in half the instructions, as e - e^2 P(e). The subtracted term is at most 0.443 of
/// the result, so its error counts less than half.
#[cfg_attr(not(any(unoptimized, small)), inline(always))]
pub fn log1p_of_fraction<L: Lanes<Scalar: Constants>>(l: Token<L>, e: Vector<L>) -> Vector<L> {
    (e * e).neg_mul_add(horner(l, L::Scalar::LOG1P_OF_FRACTION, e), e)
}

/// Returns the bits of [`log1p_double`] for q up to 1, where k is 0 or 1, in fewer instructions.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn log1p_of_fraction_double<L: Lanes<Scalar: Constants>>(l: Token<L>, q: Vector<L>) -> DoubleWord<Vector<L>> {
    let small = l.splat(L::Scalar::BELOW_SQRT_2).ge(q + l.one());
    let half = l.splat(L::Scalar::MINUS_HALF);
    parts(l, small.clear(l.one()), small.select(q, half.neg_mul_add(q, half))).double()
}

/// Returns ln(y) in two words, for y from the smallest subnormal number to 1. y = 2^k (1 + f), where f is exact. At y = 1
/// both words are 0. The result is below -130 at y = 0, and NaN at NaN.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn ln_double<L: Lanes<Scalar: Constants>>(l: Token<L>, y: Vector<L>) -> DoubleWord<Vector<L>> {
    let y = y * l.splat(L::Scalar::LIFT);
    let (k, scale) = exponent(l, y, l.splat(L::Scalar::INTEGER_BIASED_LIFTED));
    parts(l, k, y.mul_add(scale, -l.one())).double()
}

/// Returns ln(y) where `plain`, and log(1 - y) elsewhere, in two words: the bits of the functions above, with one
/// polynomial.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn ln_of_either<L: Lanes<Scalar: Constants>>(l: Token<L>, y: Vector<L>, plain: Mask<L>) -> DoubleWord<Vector<L>> {
    let y = plain.select(y * l.splat(L::Scalar::LIFT), -y);
    let bias = plain.select(l.splat(L::Scalar::INTEGER_BIASED_LIFTED), l.splat(L::Scalar::INTEGER_BIASED));
    let (k, scale) = exponent(l, plain.select(y, y + l.one()), bias);
    let shift = plain.select(l.zero(), scale) - l.one();
    parts(l, k, y.mul_add(scale, shift)).double()
}
