//! What kernels are given that read, write and look at what is stored, and what they find.

use super::block::Rows;
use super::tile::width_of;
use crate::math::{Constants, Smoothing};
use crate::simd::{Lanes, Token, Vector};

/// Rows as they are stored, and rows of `T` that they are widened to or rounded from.
#[derive(Clone, Copy)]
pub struct Transfer<T> {
    /// The first number of the first row; a row starts `pitch` numbers after the one before.
    pub stored: *mut u8,
    pub pitch: usize,
    /// Rows of a buffer, with room for all lanes.
    pub rows: Rows<T>,
    /// How many lanes are used.
    pub width: usize,
    pub count: usize,
    /// How many numbers the last row has; the others have `width`.
    pub last: usize,
    /// What is done to targets besides.
    pub smoothing: Option<Smoothing<T>>,
}

impl<T: Constants> Transfer<T> {
    /// How many rows have whole vectors alone.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn whole<L: Lanes<Scalar = T>>(&self) -> usize {
        let width = width_of::<T>(self.width);
        let short = T::COLUMNS > 1 && self.last < width;
        if width & (L::LANES - 1) == 0 { self.count - usize::from(short) } else { 0 }
    }

    /// The first number of a row, and where it is computed with.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn row<S>(&self, row: usize) -> (*mut S, *mut T) {
        (self.stored.cast::<S>().wrapping_add(row * self.pitch), self.rows.at(row, 0))
    }
}

/// Targets of any type, and what takes some of them away.
pub struct Targets<T> {
    pub first: *const u8,
    pub len: usize,
    pub ignored: Option<T>,
    /// As many as targets; or null.
    pub mask: *const bool,
}

/// Which number says that there is no target.
#[derive(Clone, Copy)]
pub struct Missing<T> {
    /// NaN if none does.
    number: T,
    /// 0 if NaN does, else 1.
    nan: T,
}

impl<T: Constants> Missing<T> {
    /// NaN does too, if targets are optional.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn of(ignored: Option<T>, are_optional: bool) -> Self {
        let number = match ignored {
            Some(number) => number,
            None => T::NAN,
        };
        // Only NaN is not equal to itself.
        let is_nan = ignored.is_some() & number.ne(&number);
        Self { number, nan: if is_nan | are_optional { T::ZERO } else { T::ONE } }
    }

    /// 0 for each target that is not there, and of others what is `kept`: 0 or 1. `BYTES` are not NaN.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn clear<L: Lanes<Scalar = T>, const BYTES: bool>(
        self,
        l: Token<L>,
        target: Vector<L>,
        kept: Vector<L>,
    ) -> Vector<L> {
        let kept = if BYTES { kept } else { target.equals(target).select(kept, kept.at_most(l.splat(self.nan))) };
        target.equals(l.splat(self.number)).clear(kept)
    }
}

/// What a pass over targets finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// How many are there.
    pub present: usize,
    /// Whether all that are there are labels.
    pub are_labels: bool,
}

impl Found {
    /// What a pass over both finds.
    pub fn and(self, other: Self) -> Self {
        Self { present: self.present + other.present, are_labels: self.are_labels && other.are_labels }
    }
}
