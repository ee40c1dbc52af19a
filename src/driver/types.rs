//! The types that numbers can have in memory.

use super::stored::{Storage, Stored, StoredMut};
use crate::math::Constants;
use crate::simd::{Lanes, Token, Vector};

impl<T: Constants> Stored<T> for T {
    const STORAGE: Storage<T> = Storage::of::<T>(true, false).with_output::<T>();

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        self
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const T) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe { l.load(from) }
    }
}

impl<T: Constants> StoredMut<T> for T {
    #[cfg_attr(not(unoptimized), inline(always))]
    fn round(v: T) -> T {
        v
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn store<L: Lanes<Scalar = T>>(v: Vector<L>, to: *mut T) {
        // SAFETY: the caller's promise.
        unsafe { v.store(to) }
    }
}

/// 0 is negative, anything else positive.
impl<T: Constants> Stored<T> for u8 {
    const STORAGE: Storage<T> = Storage::of::<u8>(false, true);

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        if self == 0 { T::ZERO } else { T::ONE }
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const u8) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe { l.load_bytes(from) }
    }
}

#[cfg(feature = "half")]
mod halves {
    use half::{bf16, f16};

    use super::{Storage, Stored, StoredMut};
    use crate::simd::{Format, Lanes, Token, Vector};

    impl Stored<f32> for f16 {
        const STORAGE: Storage<f32> = Storage::of::<f16>(false, false).with_output::<f16>();

        #[cfg_attr(not(unoptimized), inline(always))]
        fn widen(self) -> f32 {
            self.to_f32()
        }
        #[cfg_attr(not(unoptimized), inline(always))]
        unsafe fn load<L: Lanes<Scalar = f32>>(l: Token<L>, from: *const f16) -> Vector<L> {
            // SAFETY: the caller's promise.
            unsafe { l.load_halves(from.cast(), Format::F16) }
        }
    }

    impl StoredMut<f32> for f16 {
        #[cfg_attr(not(unoptimized), inline(always))]
        fn round(v: f32) -> f16 {
            f16::from_f32(v)
        }
        #[cfg_attr(not(unoptimized), inline(always))]
        unsafe fn store<L: Lanes<Scalar = f32>>(v: Vector<L>, to: *mut f16) {
            // SAFETY: the caller's promise.
            unsafe { v.store_halves(to.cast(), Format::F16) }
        }
    }

    impl Stored<f32> for bf16 {
        const STORAGE: Storage<f32> = Storage::of::<bf16>(false, false).with_output::<bf16>();

        #[cfg_attr(not(unoptimized), inline(always))]
        fn widen(self) -> f32 {
            self.to_f32()
        }
        #[cfg_attr(not(unoptimized), inline(always))]
        unsafe fn load<L: Lanes<Scalar = f32>>(l: Token<L>, from: *const bf16) -> Vector<L> {
            // SAFETY: the caller's promise.
            unsafe { l.load_halves(from.cast(), Format::Bf16) }
        }
    }

    impl StoredMut<f32> for bf16 {
        #[cfg_attr(not(unoptimized), inline(always))]
        fn round(v: f32) -> bf16 {
            bf16::from_f32(v)
        }
        #[cfg_attr(not(unoptimized), inline(always))]
        unsafe fn store<L: Lanes<Scalar = f32>>(v: Vector<L>, to: *mut bf16) {
            // SAFETY: the caller's promise.
            unsafe { v.store_halves(to.cast(), Format::Bf16) }
        }
    }
}
