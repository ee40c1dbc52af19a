//! The properties of `f32` and `f64` that backends and formulas need.

use core::fmt::{Debug, Display};
use core::num::Wrapping;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Shl, Shr, Sub};

/// The bit pattern of a floating-point number; arithmetic on it wraps.
pub(crate) trait Pattern:
    Copy
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Shl<usize, Output = Self>
    + Shr<usize, Output = Self>
{
}

impl Pattern for Wrapping<u32> {}
impl Pattern for Wrapping<u64> {}

/// `f32` or `f64`, as bits and as an ordered field.
pub(crate) trait Float:
    Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + bytemuck::Pod
    + 'static
{
    type Pattern: Pattern;
    const FRACTION_BITS: usize;
    const ZERO: Self;
    const ONE: Self;
    const MAX: Self;
    const NAN: Self;
    /// 2^(half the precision, rounded up) + 1: splits a number into two halves (Veltkamp).
    const SPLITTER: Self;
    /// Above `LARGE`, and below its reciprocal `SMALL`, a number must not be divided as it is: the rounding error of a product
    /// may be lost, and so may that of a quotient, which can be as large or as small as the square of these. A product with
    /// `SHRINK` or its reciprocal brings the number nearer to 1.
    const LARGE: Self;
    const SMALL: Self;
    const SHRINK: Self;

    fn pattern(self) -> Self::Pattern;
    fn from_pattern(bits: Self::Pattern) -> Self;
    fn magnitude(self) -> Self;
    fn is_finite(self) -> bool;
    /// Returns the nearest number.
    fn from_count(n: u64) -> Self;
    /// Returns the number nearest to 32 bits.
    fn from_word(n: u32) -> Self;
    fn from_integer(n: i32) -> Self;
    /// Rounds towards zero, and clamps to the range of `i32`.
    fn to_integer(self) -> i32;
    /// Rounds towards zero, and clamps to the range of `u64`.
    fn to_count(self) -> u64;
    fn from_difference(n: i64) -> Self;
    /// Rounds towards zero, and clamps to the range of `i64`.
    fn to_difference(self) -> i64;
    fn widen(self) -> f64;
    /// Returns the nearest number.
    fn narrow(v: f64) -> Self;
}

impl Float for f32 {
    type Pattern = Wrapping<u32>;
    const FRACTION_BITS: usize = 23;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const MAX: Self = f32::MAX;
    const NAN: Self = f32::NAN;
    const SPLITTER: Self = 4097.0;
    const LARGE: Self = 1.0 / Self::SMALL;
    const SMALL: Self = f32::from_bits((127 - 57) << 23);
    const SHRINK: Self = f32::from_bits((127 - 64) << 23);

    #[inline(always)]
    fn pattern(self) -> Wrapping<u32> {
        Wrapping(self.to_bits())
    }
    #[inline(always)]
    fn from_pattern(bits: Wrapping<u32>) -> Self {
        f32::from_bits(bits.0)
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.is_finite()
    }
    #[inline(always)]
    fn from_count(n: u64) -> Self {
        n as f32
    }
    #[inline(always)]
    fn from_word(n: u32) -> Self {
        n as f32
    }
    #[inline(always)]
    fn from_integer(n: i32) -> Self {
        n as f32
    }
    #[inline(always)]
    fn to_integer(self) -> i32 {
        self as i32
    }
    #[inline(always)]
    fn to_count(self) -> u64 {
        self as u64
    }
    #[inline(always)]
    fn from_difference(n: i64) -> Self {
        n as f32
    }
    #[inline(always)]
    fn to_difference(self) -> i64 {
        self as i64
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn narrow(v: f64) -> Self {
        v as f32
    }
}

impl Float for f64 {
    type Pattern = Wrapping<u64>;
    const FRACTION_BITS: usize = 52;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const MAX: Self = f64::MAX;
    const NAN: Self = f64::NAN;
    const SPLITTER: Self = 134_217_729.0;
    const LARGE: Self = 1.0 / Self::SMALL;
    const SMALL: Self = f64::from_bits((1023 - 498) << 52);
    const SHRINK: Self = f64::from_bits((1023 - 512) << 52);

    #[inline(always)]
    fn pattern(self) -> Wrapping<u64> {
        Wrapping(self.to_bits())
    }
    #[inline(always)]
    fn from_pattern(bits: Wrapping<u64>) -> Self {
        f64::from_bits(bits.0)
    }
    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.is_finite()
    }
    #[inline(always)]
    fn from_count(n: u64) -> Self {
        n as f64
    }
    #[inline(always)]
    fn from_word(n: u32) -> Self {
        n as f64
    }
    #[inline(always)]
    fn from_integer(n: i32) -> Self {
        n.into()
    }
    #[inline(always)]
    fn to_integer(self) -> i32 {
        self as i32
    }
    #[inline(always)]
    fn to_count(self) -> u64 {
        self as u64
    }
    #[inline(always)]
    fn from_difference(n: i64) -> Self {
        n as f64
    }
    #[inline(always)]
    fn to_difference(self) -> i64 {
        self as i64
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn narrow(v: f64) -> Self {
        v
    }
}
