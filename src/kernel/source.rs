//! Where the rows come from that are not simply slices of `T`: targets of other types, weights that repeat.

use crate::backend::Float;

/// One target for each element.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    Reals(&'a [T]),
    /// 0 is negative, anything else positive.
    Bytes(&'a [u8]),
    /// None, for formulas that need none.
    Absent,
}

impl<T: Float> Targets<'_, T> {
    /// How many elements it has targets for.
    pub fn capacity(&self) -> usize {
        match self {
            Self::Reals(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Absent => usize::MAX,
        }
    }

    /// Those of the elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Reals(values) => {
                let (before, rest) = values.split_at(at);
                (Self::Reals(before), Self::Reals(rest))
            }
            Self::Bytes(values) => {
                let (before, rest) = values.split_at(at);
                (Self::Bytes(before), Self::Bytes(rest))
            }
            Self::Absent => (self, self),
        }
    }

    /// Writes the targets of the elements from `start` on.
    #[inline(always)]
    pub fn expand(&self, start: usize, out: &mut [T]) {
        match *self {
            Self::Reals(values) => {
                for (out, &t) in out.iter_mut().zip(values.iter().skip(start)) {
                    *out = t;
                }
            }
            Self::Bytes(values) => {
                if let Some(values) = values.get(start..).and_then(|rest| rest.get(..out.len())) {
                    for (out, &t) in out.iter_mut().zip(values) {
                        *out = if t == 0 { T::ZERO } else { T::ONE };
                    }
                }
            }
            Self::Absent => {}
        }
    }
}

/// A factor for each element.
#[derive(Clone, Copy, Debug)]
pub enum Factors<'a, T> {
    Uniform(T),
    /// Each value `repeat` times in a row; the whole starts again at its end if it `cycles`.
    Values {
        values: &'a [T],
        repeat: usize,
        cycles: bool,
        /// For which element of these the first factor is.
        first: usize,
    },
}

impl<T: Float> Factors<'_, T> {
    /// Those of the elements from `start` on.
    #[cfg(feature = "rayon")]
    pub fn from(mut self, start: usize) -> Self {
        if let Self::Values { first, .. } = &mut self {
            *first += start;
        }
        self
    }

    /// How many elements it has factors for.
    pub fn capacity(&self) -> usize {
        match *self {
            Self::Uniform(_) => usize::MAX,
            Self::Values { values, repeat, .. } if values.is_empty() || repeat == 0 => 0,
            Self::Values { cycles: true, .. } => usize::MAX,
            Self::Values { values, repeat, cycles: false, first } => {
                values.len().saturating_mul(repeat).saturating_sub(first)
            }
        }
    }

    /// Writes rows of factors one after the other: those of so many elements from `start` on, and then of as many every
    /// `distance` elements.
    #[inline(never)]
    pub fn expand(&self, start: usize, distance: usize, width: usize, out: &mut [T]) {
        let (values, repeat, start) = match *self {
            Self::Uniform(v) => return out.fill(v),
            Self::Values { values, repeat, first, .. } => (values, repeat, first + start),
        };
        if values.is_empty() || repeat == 0 || width == 0 {
            return; // Never so, but then no division can fail.
        }
        // Rows without a gap are one long row.
        let width = if distance == width { out.len().max(1) } else { width };
        let (mut index, mut within) = (start / repeat % values.len(), start % repeat);
        let (step, step_within) = (distance / repeat % values.len(), distance % repeat);
        for row in out.chunks_mut(width) {
            fill(values, repeat, index, within, row);
            within += step_within;
            index += step;
            if within >= repeat {
                within -= repeat;
                index += 1;
            }
            if index >= values.len() {
                index -= values.len();
            }
        }
    }
}

/// Writes one row, from the value at `index` on, which has been repeated `within` times before.
#[inline(always)]
fn fill<T: Float>(values: &[T], repeat: usize, mut index: usize, mut within: usize, mut row: &mut [T]) {
    while !row.is_empty() {
        let rest = values.get(index..).unwrap_or_default();
        let Some(&value) = rest.first() else { return };
        if repeat == 1 {
            // Up to the last value.
            let (head, tail) = row.split_at_mut(row.len().min(rest.len()));
            head.copy_from_slice(&rest[..head.len()]);
            (row, index) = (tail, 0);
        } else {
            let (head, tail) = row.split_at_mut(row.len().min(repeat - within));
            head.fill(value);
            (row, within) = (tail, 0);
            index = if index + 1 == values.len() { 0 } else { index + 1 };
        }
    }
}
