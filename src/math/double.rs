//! Numbers of two words, for the sums of lanes and of single elements.

use core::ops::{Add, Sub};

use super::Constants;
use crate::simd::{Float, Lanes, Token, Vector};

/// hi + lo. Normalised, lo is at most half an ULP of hi; before that it may be larger. Where hi is not finite, lo means
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleWord<V> {
    pub hi: V,
    pub lo: V,
}

impl<V: Copy + Add<Output = V> + Sub<Output = V>> DoubleWord<V> {
    /// Returns a + b exactly (Knuth).
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn two_sum(a: V, b: V) -> Self {
        let hi = a + b;
        let b_part = hi - a;
        let a_part = hi - b_part;
        Self { hi, lo: (a - a_part) + (b - b_part) }
    }

    /// Returns a + b exactly, for |a| >= |b| or a = 0 (Dekker).
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn fast_two_sum(a: V, b: V) -> Self {
        let hi = a + b;
        Self { hi, lo: b - (hi - a) }
    }

    /// Adds one word. The low words are added without normalising, which is cheap, and enough for the few additions of a
    /// chunk.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn accumulate(self, v: V) -> Self {
        let sum = Self::two_sum(self.hi, v);
        Self { hi: sum.hi, lo: self.lo + sum.lo }
    }

    /// Returns the sum. The low words are added without normalising here too.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn join(self, other: Self) -> Self {
        let sum = Self::two_sum(self.hi, other.hi);
        Self { hi: sum.hi, lo: sum.lo + (self.lo + other.lo) }
    }
}

impl<T: Float> DoubleWord<T> {
    pub const ZERO: Self = Self { hi: T::ZERO, lo: T::ZERO };
    pub const ONE: Self = Self { hi: T::ONE, lo: T::ZERO };

    /// Returns the nearest number; it is infinite where the high word is.
    pub fn value(self) -> T {
        if self.hi.is_finite() { self.hi + self.lo } else { self.hi }
    }

    /// Returns the normalised sum.
    pub fn plus(self, other: Self) -> Self {
        self.join(other).normalised()
    }

    /// Returns the same number in words that no longer change when it is normalised again or added to 0. The low word of an
    /// infinite sum may be NaN, which must not reach the sum.
    ///
    /// Where sums cancel, the high word may be the smaller one, and [`fast_two_sum`](Self::fast_two_sum) not exact.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn normalised(self) -> Self {
        if self.hi.is_finite() { Self::two_sum(self.hi, self.lo) } else { Self { lo: T::ZERO, ..self } }
    }

    /// Returns a count in two words, exact up to 2^48 in `f32`.
    pub fn from_count(n: u64) -> Self {
        let hi = T::from_count(n);
        let lo = match u32::try_from(n) {
            // The halves of 32 bits are exact, and so is their difference from the high word. A microcontroller would
            // convert integers of 64 bits in software.
            Ok(n) => (T::from_word(n & 0xffff_0000) - hi) + T::from_word(n & 0xffff),
            Err(_) => T::from_difference(n.wrapping_sub(hi.to_count()) as i64),
        };
        Self { hi, lo }
    }

    /// Returns a * b exactly, without a fused multiply-add, so that the bits are the same everywhere (Dekker, Veltkamp). The
    /// low word is 0 where splitting overflows, which takes a factor above 2^115 (2^996 in `f64`), and not exact where the
    /// product is close to subnormal.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn two_product(a: T, b: T) -> Self {
        let split = |v: T| {
            let shifted = v * T::SPLITTER;
            let head = shifted - (shifted - v);
            (head, v - head)
        };
        let hi = a * b;
        let (a_head, a_tail) = split(a);
        let (b_head, b_tail) = split(b);
        let lo = ((a_head * b_head - hi) + a_head * b_tail + a_tail * b_head) + a_tail * b_tail;
        Self { hi, lo: if lo.is_finite() { lo } else { T::ZERO } }
    }

    /// Returns 1 / v, for a v whose reciprocal has a normal low word too.
    pub fn reciprocal(v: T) -> Self {
        let hi = T::ONE / v;
        let product = Self::two_product(hi, v);
        Self { hi, lo: ((T::ONE - product.hi) - product.lo) / v }
    }

    /// Returns the product with one word.
    pub fn times(self, factor: T) -> Self {
        if factor == T::ONE {
            return self;
        }
        let product = Self::two_product(self.hi, factor);
        Self { lo: product.lo + self.lo * factor, ..product }.normalised()
    }

    /// Returns the quotient, rounded once except for a rare last bit: a first quotient, corrected by the remainder that its
    /// product leaves. The divisor is not 0, and neither it nor its reciprocal is infinite.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn divided(self, divisor: Self) -> T {
        // Division by 1 returns the nearest number.
        if !self.hi.is_finite() || divisor == (Self { hi: T::ONE, lo: T::ZERO }) {
            return self.value();
        }
        // Powers of two, which round nothing, bring both into the range where `two_product` is exact.
        let (above, up) = self.scaled();
        let (below, down) = divisor.scaled();
        let quotient = above.hi / below.hi;
        let product = Self::two_product(quotient, below.hi);
        let left = ((above.hi - product.hi) - product.lo + above.lo) - quotient * below.lo;
        let corrected = quotient + left / below.hi;
        let quotient = if corrected.is_finite() { corrected } else { quotient };
        if up == down { quotient } else { quotient * down / up }
    }

    /// Returns the number brought to the middle of the range, and the power of two that brings it there.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn scaled(self) -> (Self, T) {
        let by = if self.hi.magnitude() > T::LARGE {
            T::SHRINK
        } else if self.hi.magnitude() < T::SMALL {
            T::ONE / T::SHRINK
        } else {
            T::ONE
        };
        (Self { hi: self.hi * by, lo: self.lo * by }, by)
    }
}

/// One number for all elements, which makes products in two words. No factor is negative.
#[derive(Clone, Copy)]
pub struct Factor<T> {
    pub value: T,
    /// The leading half of the digits.
    head: T,
    tail: T,
}

impl<T: Constants> Factor<T> {
    pub fn new(value: T) -> Self {
        let head = T::from_pattern(value.pattern() & T::HEAD.pattern());
        Self { value, head, tail: value - head }
    }

    /// Returns the product, not normalised: the high word is the product of the leading halves, which is exact, with and
    /// without fused multiply-add.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn times<L: Lanes<Scalar = T>>(self, l: Token<L>, a: DoubleWord<Vector<L>>) -> DoubleWord<Vector<L>> {
        let head = a.hi.and(l.splat(T::HEAD));
        let rest = (a.hi - head) + a.lo;
        DoubleWord { hi: head * l.splat(self.head), lo: l.splat(self.value).mul_add(rest, l.splat(self.tail) * head) }
    }
}

#[cfg(test)]
#[path = "tests/double.rs"]
mod tests;
