//! Helpers that several unit tests share.

use dashu_float::{FBig, round::mode::HalfEven};
use quickcheck::{Arbitrary, Gen};

use crate::simd::Float;

/// A number of unlimited precision: sums and products are exact.
pub type Exact = FBig<HalfEven, 2>;

pub fn exact<T: Float>(v: T) -> Exact {
    Exact::try_from(v.widen()).expect("a finite number").with_precision(0).value()
}

pub fn magnitude(v: Exact) -> Exact {
    if v < exact(0.0) { -v } else { v }
}

/// Random bits from which a test makes its inputs. They are not shrunk: that would not shorten digits, and might go down one
/// by one.
#[derive(Clone, Copy, Debug)]
pub struct Bits(pub u64);

impl Arbitrary for Bits {
    fn arbitrary(g: &mut Gen) -> Self {
        Self(u64::arbitrary(g))
    }
}

impl Bits {
    /// Returns other bits, as many as a test needs.
    pub fn other(self, i: usize) -> Self {
        Self((self.0 ^ i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}
