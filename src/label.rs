//! The types of targets.

use crate::driver::Stored;
use crate::real::Real;

/// A type that targets can have: `T` itself, from 0 (negative) over soft values to 1 (positive); `bool`; or `u8`, where
/// 0 is negative and anything else positive; with the feature `half`, also `f16` and `bf16` for `f32`. Sealed.
///
/// The same targets give the same bits in every type; the narrow ones take less memory to read.
pub trait Label<T: Real>: Sized {
    /// As what it is read.
    #[doc(hidden)]
    type Stored: Stored<T>;
    #[doc(hidden)]
    fn stored(targets: &[Self]) -> &[Self::Stored];
}

impl<T: Real> Label<T> for T {
    type Stored = T;

    fn stored(targets: &[T]) -> &[T] {
        targets
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::f16 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::bf16 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for bool {
    type Stored = u8;

    fn stored(targets: &[Self]) -> &[u8] {
        bytemuck::cast_slice(targets)
    }
}

impl<T: Real> Label<T> for u8 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}
