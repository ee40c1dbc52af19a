//! Where the rows come from that are not simply slices of `T`: targets of other types, weights that repeat.

use super::values::Values;
use crate::backend::Float;

/// One target for each element.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    Values(Values<'a, T>),
    /// 0 is negative, anything else positive.
    Bytes(&'a [u8]),
    /// None, for formulas that need none.
    Absent,
}

impl<T: Float> Targets<'_, T> {
    /// How many elements it has targets for.
    pub fn capacity(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Absent => usize::MAX,
        }
    }

    /// Those of the elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Values(values) => {
                let (before, rest) = values.split_at(at);
                (Self::Values(before), Self::Values(rest))
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
            Self::Values(Values::Reals(values)) => {
                for (out, &t) in out.iter_mut().zip(values.iter().skip(start)) {
                    *out = t;
                }
            }
            #[cfg(feature = "half")]
            Self::Values(Values::Halves(values, format)) => {
                for (out, &t) in out.iter_mut().zip(values.iter().skip(start)) {
                    *out = format.read(t);
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
        /// Whether all values are known to be moderate.
        moderate: bool,
        /// For which element of these the first factor is.
        first: usize,
    },
}

/// Which value an element has, and how many elements before it have the same.
#[derive(Clone, Copy)]
pub struct Place {
    pub index: usize,
    pub within: usize,
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
            Self::Values { values, repeat, cycles: false, first, .. } => {
                values.len().saturating_mul(repeat).saturating_sub(first)
            }
        }
    }

    pub fn of(&self, element: usize) -> T {
        match *self {
            Self::Uniform(v) => v,
            Self::Values { values, .. } => values.get(self.place(element).index).copied().unwrap_or_default(),
        }
    }

    #[inline(always)]
    pub fn place(&self, element: usize) -> Place {
        let first = if let Self::Values { first, .. } = *self { first } else { 0 };
        self.distance(first + element)
    }

    /// That many elements after the first value, or any other.
    #[inline(always)]
    pub fn distance(&self, elements: usize) -> Place {
        let Self::Values { values, repeat, .. } = *self else { return Place { index: 0, within: 0 } };
        // Divisions are slow; none can fail, since there are values and they are repeated.
        let (index, within) = if repeat <= 1 { (elements, 0) } else { (elements / repeat, elements % repeat) };
        Place { index: if index < values.len() { index } else { index % values.len().max(1) }, within }
    }

    /// From a place, by a distance.
    #[inline(always)]
    pub fn moved(&self, mut place: Place, by: Place) -> Place {
        let Self::Values { values, repeat, .. } = *self else { return place };
        place.within += by.within;
        place.index += by.index;
        if place.within >= repeat {
            place.within -= repeat;
            place.index += 1;
        }
        if place.index >= values.len() {
            place.index -= values.len();
        }
        place
    }

    /// Writes the factors from a place on.
    #[inline(never)]
    pub fn fill(&self, place: Place, mut row: &mut [T]) {
        let (values, repeat) = match *self {
            Self::Uniform(v) => return row.fill(v),
            Self::Values { values, repeat, .. } => (values, repeat),
        };
        let Place { mut index, mut within } = place;
        while !row.is_empty() {
            let rest = values.get(index..).unwrap_or_default();
            let Some(&value) = rest.first() else { return };
            if repeat == 1 {
                // Up to the last value.
                let (head, tail) = row.split_at_mut(row.len().min(rest.len()));
                head.iter_mut().zip(rest).for_each(|(out, &v)| *out = v);
                (row, index) = (tail, 0);
            } else {
                let (head, tail) = row.split_at_mut(row.len().min(repeat - within));
                head.fill(value);
                (row, within) = (tail, 0);
                index = if index + 1 == values.len() { 0 } else { index + 1 };
            }
        }
    }
}
