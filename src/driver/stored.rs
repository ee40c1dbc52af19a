//! Numbers as they are stored: as they are computed with, or as labels or halves that are widened first.

use core::mem::MaybeUninit;

use super::transfer::{Found, Targets, Transfer};
use crate::math::Constants;
use crate::simd::{Backend, Lanes, MOST_LANES, Token, Vector};

/// What is done with numbers as they are computed with, and with bytes. It is written out for `f32` and `f64` so that it is
/// compiled with this crate, once, and not with each that uses it; other types are compiled where they are used.
pub(crate) trait TransferPlans: Constants {
    /// # Safety
    ///
    /// All that is said of [`Transfer`] holds, of numbers of this type.
    unsafe fn read_numbers(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// Likewise.
    unsafe fn write_numbers(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// Likewise, of bytes.
    unsafe fn read_bytes(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// All that is said of [`Targets`] holds, of numbers of this type.
    unsafe fn count_numbers(backend: Backend, targets: &mut Targets<Self>) -> Found;
    /// # Safety
    ///
    /// Likewise, of bytes.
    unsafe fn count_bytes(backend: Backend, targets: &mut Targets<Self>) -> Found;
}

/// A type that inputs and targets can have in memory.
pub(crate) trait Stored<T: Constants>: Copy + PartialEq + 'static {
    const STORAGE: Storage<T>;

    fn widen(self) -> T;

    /// The value in this type, if it has it.
    fn exactly(value: T) -> Option<Self>;

    /// Whether it is 0 or 1, where nothing else is a target; floats are not asked.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        true
    }

    /// Whether it is the same, NaN being the same as NaN.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_same(self, other: Self) -> bool {
        // Only NaN is not equal to itself.
        (self == other) | (self.ne(&self) & other.ne(&other))
    }

    /// Whether it says itself that there is no target.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_missing(self) -> bool {
        false
    }

    /// # Safety
    ///
    /// As many as `L` has lanes can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const Self) -> Vector<L> {
        // Four registers are the most that a vector has.
        let mut row = MaybeUninit::<[T; 4 * MOST_LANES]>::uninit();
        let first = row.as_mut_ptr().cast::<T>();
        // SAFETY: the caller's promise; there is room for all lanes, and they are read when they have been written.
        unsafe {
            let mut i = 0;
            while i < L::LANES {
                first.add(i).write(from.add(i).read().widen());
                i += 1;
            }
            l.load(first)
        }
    }
}

/// A type that results can have, too.
pub(crate) trait StoredMut<T: Constants>: Stored<T> {
    /// To the nearest, ties to even.
    fn round(v: T) -> Self;

    /// # Safety
    ///
    /// There is room for as many as `L` has lanes.
    unsafe fn store<L: Lanes<Scalar = T>>(v: Vector<L>, to: *mut Self);
}

/// What the driver knows of a type in memory: it is compiled once, for all of them.
pub struct Storage<T> {
    pub size: usize,
    /// Whether numbers are stored as they are computed with.
    pub as_is: bool,
    /// Whether targets of this type are 0 or 1.
    pub hard: bool,
    /// Whether targets of this type have to be looked at, since they may be something else.
    pub is_checked: bool,
    /// Whether targets of this type may be missing; they are read as NaN then.
    pub is_optional: bool,
    /// Whether they are read as bytes.
    pub is_byte: bool,
    /// What a number is read as, if the type has it.
    pub as_read: fn(T) -> Option<T>,
    pub read: unsafe fn(Backend, &mut Transfer<T>),
    pub write: Option<unsafe fn(Backend, &mut Transfer<T>)>,
    pub get: unsafe fn(*const u8) -> T,
    /// Counts targets that are there, and checks them.
    pub count: unsafe fn(Backend, &mut Targets<T>) -> Found,
}
