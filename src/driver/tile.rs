//! Which elements a block has.

use crate::math::Constants;

/// How many lanes a row has, which is known where they are taken one at a time.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn width_of<T: Constants>(width: usize) -> usize {
    if T::COLUMNS == 1 { 1 } else { width }
}

/// Elements in rows of equal width.
#[derive(Clone, Copy)]
pub struct Tile {
    /// The first element.
    pub start: usize,
    /// How many elements after a row's first the next row's first is.
    pub pitch: usize,
    pub rows: usize,
    /// How many lanes a row has.
    pub width: usize,
    /// How many elements the last row has; fewer than `width` where it reaches beyond the end.
    pub last: usize,
}

impl Tile {
    /// So many elements, row after row.
    #[inline]
    pub fn across<T: Constants>(start: usize, len: usize, width: usize) -> Self {
        let width = width_of::<T>(width);
        // A power of two: nothing is divided.
        let rows = (len + width - 1) >> width.trailing_zeros();
        Self { start, pitch: width, rows, width, last: len - (rows - 1) * width }
    }

    /// Of so many elements, those of [`COLUMNS`](crate::simd::Native::COLUMNS) virtual lanes, or fewer: a single row has no
    /// more vectors of `lanes` than it needs.
    #[inline]
    pub fn down<T: Constants>(start: usize, len: usize, lane: usize, lanes: usize) -> Self {
        let left = len - lane;
        let rows = left.div_ceil(T::VIRTUAL_LANES);
        let last = if T::COLUMNS == 1 { 1 } else { T::COLUMNS.min(left - (rows - 1) * T::VIRTUAL_LANES) };
        let width = if rows > 1 { T::COLUMNS } else { (last + lanes - 1) & !(lanes - 1) };
        let width = width_of::<T>(width);
        Self { start: start + lane, pitch: T::VIRTUAL_LANES, rows, width, last }
    }

    /// Whether the last row reaches beyond the end.
    #[inline]
    pub fn is_partial<T: Constants>(&self) -> bool {
        // A single lane never does, and needs no code for it.
        T::COLUMNS > 1 && self.last < self.width
    }

    /// The end of its elements.
    #[inline]
    pub fn end(&self) -> usize {
        self.start + (self.rows - 1) * self.pitch + self.last
    }

    /// The rows from one on, up to so many, and not the last one where it would have to be made with many others.
    #[inline]
    pub fn part<T: Constants>(&self, row: usize, limit: usize) -> Self {
        let left = self.rows - row;
        let is_apart = self.is_partial::<T>() && left > 1 && limit > T::MADE_ROWS;
        let rows = limit.min(left - usize::from(is_apart));
        let last = if row + rows == self.rows { self.last } else { self.width };
        Self { start: self.start + row * self.pitch, rows, last, ..*self }
    }
}
