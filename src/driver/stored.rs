//! Numbers as they are stored: of the type `T` of the computation, or labels, halves or other numbers, which are widened
//! first.

use core::mem::MaybeUninit;

use super::transfer::{Found, Targets, Transfer};
use crate::math::Constants;
use crate::simd::{Backend, Lanes, MOST_LANES, Token, Vector};

/// The kernels for numbers of type `T`, and for bytes. They are implemented for `f32` and `f64` one by one, so that they are
/// compiled once, with this crate, and not with each crate that uses it. Kernels for other types are compiled where they are
/// used.
pub(crate) trait TransferPlans: Constants {
    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for numbers of this type.
    unsafe fn read_numbers(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for numbers of this type.
    unsafe fn write_numbers(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for bytes.
    unsafe fn read_bytes(backend: Backend, transfer: &mut Transfer<Self>);
    /// # Safety
    ///
    /// The conditions of [`Targets`] hold, for numbers of this type.
    unsafe fn count_numbers(backend: Backend, targets: &mut Targets<Self>) -> Found;
    /// # Safety
    ///
    /// The conditions of [`Targets`] hold, for bytes.
    unsafe fn count_bytes(backend: Backend, targets: &mut Targets<Self>) -> Found;
}

/// A type that inputs and targets can have in memory.
pub(crate) trait Stored<T: Constants>: Copy + PartialEq + 'static {
    const STORAGE: Storage<T>;

    fn widen(self) -> T;

    /// Returns the value in this type, if the type has it.
    fn exactly(value: T) -> Option<Self>;

    /// Whether it is 0 or 1, for a type whose labels are 0 and 1; true for floats.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        true
    }

    /// Whether both are the same, counting NaN as the same as NaN.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_same(self, other: Self) -> bool {
        // Only NaN is not equal to itself.
        (self == other) | (self.ne(&self) & other.ne(&other))
    }

    /// Whether it stands for a missing target.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_missing(self) -> bool {
        false
    }

    /// # Safety
    ///
    /// `L::LANES` numbers can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const Self) -> Vector<L> {
        // Four registers are the most that a vector has.
        let mut row = MaybeUninit::<[T; 4 * MOST_LANES]>::uninit();
        let first = row.as_mut_ptr().cast::<T>();
        // SAFETY: the caller's promise; `row` has room for all lanes, which are written before they are read.
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

/// A type that results can have too.
pub(crate) trait StoredMut<T: Constants>: Stored<T> {
    /// Rounds to the nearest, ties to even.
    fn round(v: T) -> Self;

    /// # Safety
    ///
    /// There is room for `L::LANES` numbers.
    unsafe fn store<L: Lanes<Scalar = T>>(v: Vector<L>, to: *mut Self);
}

/// What the driver, which is compiled once for all stored types, knows of one of them.
pub struct Storage<T> {
    pub size: usize,
    /// Whether numbers are stored as `T`.
    pub as_is: bool,
    /// Whether all valid targets of this type are 0 or 1.
    pub hard: bool,
    /// Whether targets of this type must be checked, since they may be other numbers than 0 and 1.
    pub is_checked: bool,
    /// Whether targets of this type may be missing; such targets are read as NaN.
    pub is_optional: bool,
    /// Whether numbers of this type are read as bytes.
    pub is_byte: bool,
    /// Returns what the driver reads where this value is stored; `None` if the type does not have the value.
    pub as_read: fn(T) -> Option<T>,
    pub read: unsafe fn(Backend, &mut Transfer<T>),
    pub write: Option<unsafe fn(Backend, &mut Transfer<T>)>,
    pub get: unsafe fn(*const u8) -> T,
    /// Counts the targets that are present, and checks them.
    pub count: unsafe fn(Backend, &mut Targets<T>) -> Found,
}
