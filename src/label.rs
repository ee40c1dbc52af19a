//! The types of targets.

use crate::kernel::{Targets, Values};
#[cfg(feature = "half")]
use crate::loss::Half;
use crate::real::Real;

/// A type that targets can have: `T` itself, from 0 (negative) over soft values to 1 (positive); `bool`; or `u8`, where
/// 0 is negative and anything else positive; with the feature `half`, also `f16` and `bf16` for `f32`. Sealed.
///
/// The same targets give the same bits in every type; the narrow ones take less memory to read.
pub trait Label<T: Real>: Sized {
    #[doc(hidden)]
    fn targets(values: &[Self]) -> Targets<'_, T>;
}

impl Label<f32> for f32 {
    fn targets(values: &[Self]) -> Targets<'_, f32> {
        Targets::Values(Values::Reals(values))
    }
}

impl Label<f64> for f64 {
    fn targets(values: &[Self]) -> Targets<'_, f64> {
        Targets::Values(Values::Reals(values))
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::f16 {
    fn targets(values: &[Self]) -> Targets<'_, f32> {
        Targets::Values(Half::values(values))
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::bf16 {
    fn targets(values: &[Self]) -> Targets<'_, f32> {
        Targets::Values(Half::values(values))
    }
}

impl<T: Real> Label<T> for bool {
    fn targets(values: &[Self]) -> Targets<'_, T> {
        Targets::Bytes(bytemuck::cast_slice(values))
    }
}

impl<T: Real> Label<T> for u8 {
    fn targets(values: &[Self]) -> Targets<'_, T> {
        Targets::Bytes(values)
    }
}
