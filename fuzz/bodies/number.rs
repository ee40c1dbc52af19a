//! The properties of `f32` and `f64` that the bodies need.

use logit_loss::{Label, Real};

use super::input::Bytes;

/// An element type. Checks are made in `f64`, which holds either type.
pub trait Number: Real + Label<Self> {
    /// The distance from 1 to the next number.
    const ULP_OF_ONE: f64;
    /// The smallest number above 0.
    const TINY: f64;
    /// The largest number.
    const LARGEST: f64;
    /// Numbers at which something changes: limits of the format, and of the algorithms.
    const SPECIAL: &'static [Self];
    /// The numbers of elements of a block, within which logarithms become products, and of a chunk, at whose end lanes are
    /// folded.
    const BLOCK: usize;
    const CHUNK: usize;

    fn raw(bytes: &mut Bytes<'_>) -> Self;
    fn push(self, bytes: &mut Vec<u8>);
    fn of(v: f64) -> Self;
    fn wide(self) -> f64;
    /// The bits, which are the same for any two NaN, since the payload and sign of a NaN are not promised.
    fn key(self) -> u64;
}

impl Number for f32 {
    const ULP_OF_ONE: f64 = f32::EPSILON as f64;
    const TINY: f64 = f32::from_bits(1) as f64;
    const LARGEST: f64 = f32::MAX as f64;
    const SPECIAL: &'static [f32] = &[
        0.0,
        1.0,
        f32::INFINITY,
        f32::NAN,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        f32::from_bits(0x007f_ffff),
        f32::EPSILON,
        1.0 - f32::EPSILON / 2.0,
        1.0 + f32::EPSILON,
        0.5,
        1.0 / 3.0,
        2.0,
        0.346_573_6, // ln 2 / 2: the exponential's argument is reduced from here on
        0.881_373_6, // e = sqrt 2 - 1: the logarithm's exponent becomes 1 below
        17.0,        // 1 + e = 1 from about here on
        87.336_54,   // e is subnormal from here on
        88.722_84,   // exp(x) overflows from here on
        103.972_084, // e is 0 from here on
        174.0,       // the exponential's argument is cut off here
        8_388_608.0,
        16_777_216.0,
    ];
    const BLOCK: usize = 512;
    const CHUNK: usize = 32_768;

    fn raw(bytes: &mut Bytes<'_>) -> f32 {
        f32::from_le_bytes(bytes.array())
    }
    fn push(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
    fn of(v: f64) -> f32 {
        v as f32
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
    fn key(self) -> u64 {
        if self.is_nan() { u64::MAX } else { u64::from(self.to_bits()) }
    }
}

impl Number for f64 {
    const ULP_OF_ONE: f64 = f64::EPSILON;
    const TINY: f64 = f64::from_bits(1);
    const LARGEST: f64 = f64::MAX;
    const SPECIAL: &'static [f64] = &[
        0.0,
        1.0,
        f64::INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::from_bits(0x000f_ffff_ffff_ffff),
        f64::EPSILON,
        1.0 - f64::EPSILON / 2.0,
        1.0 + f64::EPSILON,
        0.5,
        1.0 / 3.0,
        2.0,
        0.346_573_590_279_972_65, // as in the list of f32
        0.881_373_587_019_543,
        37.0,
        708.396_418_532_264_1,
        709.782_712_893_384,
        745.133_219_101_941_2,
        1416.0,
        4_503_599_627_370_496.0,
        9_007_199_254_740_992.0,
    ];
    const BLOCK: usize = 256;
    const CHUNK: usize = 16_384;

    fn raw(bytes: &mut Bytes<'_>) -> f64 {
        f64::from_le_bytes(bytes.array())
    }
    fn push(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
    fn of(v: f64) -> f64 {
        v
    }
    fn wide(self) -> f64 {
        self
    }
    fn key(self) -> u64 {
        if self.is_nan() { u64::MAX } else { self.to_bits() }
    }
}
