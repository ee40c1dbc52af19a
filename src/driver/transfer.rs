//! The arguments and results of kernels that read, write and check stored numbers.

use super::block::Rows;
use super::tile::width_of;
use crate::math::{Constants, Smoothing};
use crate::simd::{Lanes, Token, Vector};

/// Rows as they are stored, and rows of `T` that they are widened to or rounded from.
#[derive(Clone, Copy)]
pub struct Transfer<T> {
    /// The first number of the first row; rows are `pitch` numbers apart.
    pub stored: *mut u8,
    pub pitch: usize,
    /// The rows of a buffer, with room for all lanes.
    pub rows: Rows<T>,
    /// The number of lanes that are used.
    pub width: usize,
    /// The number of rows.
    pub count: usize,
    /// The number of numbers in the last row; the other rows have `width`.
    pub last: usize,
    /// The smoothing of targets.
    pub smoothing: Option<Smoothing<T>>,
}

impl<T: Constants> Transfer<T> {
    /// Returns the number of rows that consist of whole vectors.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn whole<L: Lanes<Scalar = T>>(&self) -> usize {
        let width = width_of::<T>(self.width);
        let short = T::COLUMNS > 1 && self.last < width;
        if width & (L::LANES - 1) == 0 { self.count - usize::from(short) } else { 0 }
    }

    /// Returns the addresses of a row as it is stored and in the buffer.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn row<S>(&self, row: usize) -> (*mut S, *mut T) {
        (self.stored.cast::<S>().wrapping_add(row * self.pitch), self.rows.at(row, 0))
    }
}

/// Targets of any type, an ignored value and a mask.
pub struct Targets<T> {
    pub first: *const u8,
    pub len: usize,
    pub ignored: Option<T>,
    /// As many values as there are targets; or null.
    pub mask: *const bool,
}

/// The numbers that stand for an absent target.
#[derive(Clone, Copy)]
pub struct Missing<T> {
    /// The ignored number; NaN if there is none.
    number: T,
    /// 0 if NaN stands for an absent target, else 1.
    nan: T,
}

impl<T: Constants> Missing<T> {
    /// With optional targets, NaN stands for an absent target too.
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

    /// Returns 0 for each absent target, and `kept`, which is 0 or 1, for the others. Targets that are `BYTES` are not NaN.
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

/// The result of a pass over targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The number of targets that are present.
    pub present: usize,
    /// Whether all present targets are labels.
    pub are_labels: bool,
}

impl Found {
    /// Joins the results of two parts.
    pub fn and(self, other: Self) -> Self {
        Self { present: self.present + other.present, are_labels: self.are_labels && other.are_labels }
    }
}
