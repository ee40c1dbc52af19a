//! The types that numbers can have in memory.

use super::counting::Counting;
use super::stored::{Storage, Stored, StoredMut, TransferPlans};
use super::widening::Reading;
#[cfg(feature = "half")]
use super::widening::Writing;
#[cfg(feature = "half")]
use crate::simd::Backend;
use crate::simd::{Lanes, Token, Vector};

impl<T: TransferPlans> Storage<T> {
    /// The storage of a type whose kernels are compiled where they are used.
    const fn numbers<S: Stored<T>>() -> Self {
        Self {
            size: size_of::<S>(),
            as_is: false,
            hard: false,
            is_checked: false,
            is_optional: false,
            is_byte: false,
            as_read: |value| S::exactly(value).map(S::widen),
            // SAFETY: the caller's promise, of numbers of type `S`, here and in all functions below.
            read: |backend, transfer| unsafe { backend.function::<T, Reading<S>>().call(transfer) },
            write: None,
            // SAFETY: see above.
            get: |from| unsafe { from.cast::<S>().read().widen() },
            // SAFETY: see above.
            count: |backend, targets| unsafe { backend.function::<T, Counting<S>>().call(targets) },
        }
    }

    /// The storage of a type that results can have too.
    #[cfg(feature = "half")]
    const fn results<S: StoredMut<T>>() -> Self {
        // SAFETY: see above.
        let write = |backend: Backend, transfer: &mut _| unsafe { backend.function::<T, Writing<S>>().call(transfer) };
        Self { write: Some(write), ..Self::numbers::<S>() }
    }

    /// The storage of integers, of which 0 and 1 are labels.
    const fn labels<S: Stored<T>>() -> Self {
        Self { hard: true, is_checked: true, ..Self::numbers::<S>() }
    }

    /// The storage of labels that are read as bytes.
    const fn bytes<S: Stored<T>>(as_read: fn(T) -> Option<T>) -> Self {
        Self { is_byte: true, as_read, read: T::read_bytes, ..Self::labels::<S>() }
    }
}

impl<T: TransferPlans> Stored<T> for T {
    const STORAGE: Storage<T> = Storage {
        as_is: true,
        read: T::read_numbers,
        write: Some(T::write_numbers),
        count: T::count_numbers,
        ..Storage::numbers::<T>()
    };

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        self
    }
    fn exactly(value: T) -> Option<T> {
        Some(value)
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const T) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe { l.load(from) }
    }
}

impl<T: TransferPlans> StoredMut<T> for T {
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

/// `f32` targets beside `f64` logits.
impl Stored<f64> for f32 {
    const STORAGE: Storage<f64> = Storage::numbers::<f32>();

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> f64 {
        self.into()
    }
    fn exactly(value: f64) -> Option<f32> {
        let nearest = value as f32;
        (f64::from(nearest) == value || value.is_nan()).then_some(nearest)
    }
}

impl<T: TransferPlans> Stored<T> for u8 {
    const STORAGE: Storage<T> =
        Storage { count: T::count_bytes, ..Storage::bytes::<u8>(|value| u8::exactly(value).map(u8::widen)) };

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        T::from_word(self.into())
    }
    fn exactly(value: T) -> Option<u8> {
        i32::exactly(value)?.try_into().ok()
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const u8) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe { l.load_bytes(from) }
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        self <= 1
    }
}

/// A `bool` is a byte of 0 or 1.
impl<T: TransferPlans> Stored<T> for bool {
    const STORAGE: Storage<T> = Storage {
        is_checked: false,
        count: T::count_bytes,
        ..Storage::bytes::<bool>(|value| bool::exactly(value).map(bool::widen))
    };

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        u8::from(self).widen()
    }
    fn exactly(value: T) -> Option<bool> {
        if value == T::ZERO { Some(false) } else { (value == T::ONE).then_some(true) }
    }
}

/// Its layout is not specified, so each value is read by `match`.
impl<T: TransferPlans> Stored<T> for Option<bool> {
    const STORAGE: Storage<T> = Storage { is_checked: false, is_optional: true, ..Storage::labels::<Self>() };

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        match self {
            Some(label) => label.widen(),
            None => T::NAN,
        }
    }
    fn exactly(value: T) -> Option<Self> {
        bool::exactly(value).map(Some)
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_missing(self) -> bool {
        self.is_none()
    }
}

/// A byte of an `i8` is 0 or 1 exactly where the number is.
impl<T: TransferPlans> Stored<T> for i8 {
    const STORAGE: Storage<T> =
        Storage::bytes::<i8>(|value| i8::exactly(value).map(|label| label.cast_unsigned().widen()));

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        i32::from(self).widen()
    }
    fn exactly(value: T) -> Option<i8> {
        i32::exactly(value)?.try_into().ok()
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        (self == 0) | (self == 1)
    }
}

impl<T: TransferPlans> Stored<T> for i32 {
    const STORAGE: Storage<T> = Storage::labels::<i32>();

    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        T::from_integer(self)
    }
    fn exactly(value: T) -> Option<i32> {
        let nearest = value.to_integer();
        (T::from_integer(nearest) == value).then_some(nearest)
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        (self == 0) | (self == 1)
    }
}

impl<T: TransferPlans> Stored<T> for i64 {
    const STORAGE: Storage<T> = Storage::labels::<i64>();

    /// Clamps to the range of `i32`, for which there are vectors. This makes no other number 0 or 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn widen(self) -> T {
        (self.clamp(i32::MIN.into(), i32::MAX.into()) as i32).widen()
    }
    fn exactly(value: T) -> Option<i64> {
        let nearest = value.to_difference();
        (T::from_difference(nearest) == value).then_some(nearest)
    }
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        (self == 0) | (self == 1)
    }
}

#[cfg(feature = "half")]
mod halves {
    use half::{bf16, f16};

    use super::{Storage, Stored, StoredMut};
    use crate::simd::{Format, Lanes, Token, Vector};

    impl Stored<f32> for f16 {
        const STORAGE: Storage<f32> = Storage::results::<f16>();

        #[cfg_attr(not(unoptimized), inline(always))]
        fn widen(self) -> f32 {
            self.to_f32()
        }
        fn exactly(value: f32) -> Option<f16> {
            let nearest = f16::from_f32(value);
            (nearest.to_f32() == value || value.is_nan()).then_some(nearest)
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
        const STORAGE: Storage<f32> = Storage::results::<bf16>();

        #[cfg_attr(not(unoptimized), inline(always))]
        fn widen(self) -> f32 {
            self.to_f32()
        }
        fn exactly(value: f32) -> Option<bf16> {
            let nearest = bf16::from_f32(value);
            (nearest.to_f32() == value || value.is_nan()).then_some(nearest)
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
