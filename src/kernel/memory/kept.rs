//! Where the numbers of a stream are, and as what.

use super::runs::Run;
#[cfg(feature = "half")]
use crate::backend::Format;
use crate::backend::{Float, Lanes, Token, Vector};
use crate::kernel::values::{Values, ValuesMut};

#[derive(Clone, Copy)]
pub enum Kept<T> {
    Reals(*mut T),
    #[cfg(feature = "half")]
    Halves(*mut u16, Format),
}

impl<T: Float> Kept<T> {
    pub const NOWHERE: Self = Self::Reals(core::ptr::null_mut());

    /// Only to be read.
    #[inline]
    pub fn of(values: Values<'_, T>) -> Self {
        match values {
            Values::Reals(values) => Self::Reals(values.as_ptr().cast_mut()),
            #[cfg(feature = "half")]
            Values::Halves(values, format) => Self::Halves(values.as_ptr().cast_mut(), format),
        }
    }

    #[inline]
    pub fn of_mut(values: ValuesMut<'_, T>) -> Self {
        match values {
            ValuesMut::Reals(values) => Self::Reals(values.as_mut_ptr()),
            #[cfg(feature = "half")]
            ValuesMut::Halves(values, format) => Self::Halves(values.as_mut_ptr(), format),
        }
    }

    #[inline(always)]
    pub fn is_nowhere(self) -> bool {
        matches!(self, Self::Reals(first) if first.is_null())
    }

    /// Where the rows of an output are, from an element on; in `room` if nobody gave it, or if it is in half the bits.
    #[inline(always)]
    pub fn run(self, start: usize, distance: usize, room: Run<T>) -> Run<T> {
        match self {
            Self::Reals(first) if !self.is_nowhere() => Run { first: first.wrapping_add(start), step: distance },
            _ => room,
        }
    }

    /// # Safety
    ///
    /// There is a number at this index.
    #[inline(always)]
    pub unsafe fn read(self, index: usize) -> T {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Reals(first) => first.add(index).read(),
                #[cfg(feature = "half")]
                Self::Halves(first, format) => format.read(first.add(index).read()),
            }
        }
    }

    /// # Safety
    ///
    /// There is room for a number at this index.
    #[inline(always)]
    pub unsafe fn write(self, index: usize, v: T) {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Reals(first) => first.add(index).write(v),
                #[cfg(feature = "half")]
                Self::Halves(first, format) => first.add(index).write(format.round(v)),
            }
        }
    }

    /// # Safety
    ///
    /// From this index on there are as many numbers as a vector has.
    #[inline(always)]
    pub unsafe fn load<L: Lanes<Scalar = T>>(self, l: Token<L>, index: usize) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Reals(first) => l.load(first.add(index)),
                #[cfg(feature = "half")]
                Self::Halves(first, format) => l.load_halves(first.add(index), format),
            }
        }
    }

    #[cfg(feature = "half")]
    #[inline(always)]
    pub fn is_half(self) -> bool {
        matches!(self, Self::Halves(..))
    }

    /// # Safety
    ///
    /// From this index on there is room for as many numbers as a vector has.
    #[cfg(feature = "half")]
    #[inline(always)]
    pub unsafe fn store<L: Lanes<Scalar = T>>(self, v: Vector<L>, index: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Reals(first) => v.store(first.add(index)),
                Self::Halves(first, format) => v.store_halves(first.add(index), format),
            }
        }
    }
}
