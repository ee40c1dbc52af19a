//! The types of targets.

use crate::driver::Values;
use crate::real::Real;

/// A type that targets can have: `T` itself, from 0 (negative) over soft values to 1 (positive); `bool`; or `u8`, where
/// 0 is negative and anything else positive; with the feature `half`, also `f16` and `bf16` for `f32`. Sealed.
///
/// The same targets give the same bits in every type; the narrow ones take less memory to read.
pub trait Label<T: Real>: Sized {
    /// Whether it can only be 0 or 1.
    #[doc(hidden)]
    const HARD: bool = false;
    #[doc(hidden)]
    fn value(&self) -> T;
    #[doc(hidden)]
    fn values(targets: &[Self]) -> Values<'_, T>;
}

impl<T: Real> Label<T> for T {
    fn value(&self) -> T {
        *self
    }
    fn values(targets: &[Self]) -> Values<'_, T> {
        Values::new(targets)
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::f16 {
    fn value(&self) -> f32 {
        self.to_f32()
    }
    fn values(targets: &[Self]) -> Values<'_, f32> {
        Values::new(targets)
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::bf16 {
    fn value(&self) -> f32 {
        self.to_f32()
    }
    fn values(targets: &[Self]) -> Values<'_, f32> {
        Values::new(targets)
    }
}

impl<T: Real> Label<T> for bool {
    const HARD: bool = true;

    fn value(&self) -> T {
        if *self { T::ONE } else { T::ZERO }
    }
    fn values(targets: &[Self]) -> Values<'_, T> {
        Values::new::<u8>(bytemuck::cast_slice(targets))
    }
}

impl<T: Real> Label<T> for u8 {
    const HARD: bool = true;

    fn value(&self) -> T {
        if *self == 0 { T::ZERO } else { T::ONE }
    }
    fn values(targets: &[Self]) -> Values<'_, T> {
        Values::new(targets)
    }
}
