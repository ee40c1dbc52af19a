//! A factor for each element, written down only once, and the rows made of it.

use crate::math::Constants;

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
    },
}

/// Which value an element has, and how many elements before it have the same.
#[derive(Clone, Copy)]
pub struct Place {
    pub index: usize,
    pub within: usize,
}

impl<T: Constants> Factors<'_, T> {
    /// How many elements it has factors for.
    pub fn capacity(&self) -> usize {
        match *self {
            Self::Uniform(_) => usize::MAX,
            Self::Values { values, repeat, .. } if values.is_empty() || repeat == 0 => 0,
            Self::Values { cycles: true, .. } => usize::MAX,
            Self::Values { values, repeat, cycles: false, .. } => values.len().saturating_mul(repeat),
        }
    }

    pub fn of(&self, element: usize) -> T {
        match *self {
            Self::Uniform(v) => v,
            Self::Values { values, .. } => values.get(self.place(element).index).copied().unwrap_or_default(),
        }
    }

    /// Whether it is one number for all elements.
    pub fn is_uniform(&self) -> bool {
        matches!(self, Self::Uniform(_))
    }

    /// Whether it is 1 for all elements.
    pub fn is_one(&self) -> bool {
        matches!(*self, Self::Uniform(v) if v == T::ONE)
    }

    /// Where the factor of an element is; or how far two elements are apart, so many elements being between them.
    #[inline]
    pub fn place(&self, element: usize) -> Place {
        let Self::Values { values, repeat, .. } = *self else { return Place { index: 0, within: 0 } };
        // Divisions are slow; none can fail, since there are values and they are repeated.
        let (index, within) = if repeat <= 1 { (element, 0) } else { (element / repeat, element % repeat) };
        Place { index: if index < values.len() { index } else { index % values.len().max(1) }, within }
    }

    /// From a place, by a distance.
    #[inline]
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
