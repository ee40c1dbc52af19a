//! A factor for each element, written down only once, and the rows made of it.

use crate::math::Constants;

/// A factor for each element.
#[derive(Clone, Copy, Debug, PartialEq)]
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

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use quickcheck::quickcheck;

    use super::{Factors, Place};
    use crate::tests::Bits;

    fn ascending(len: usize) -> Vec<f32> {
        (1..=len).map(|v| v as f32).collect()
    }

    /// Each number of values, of repetitions, and whether they start over.
    fn all(mut check: impl FnMut(Factors<'_, f32>, &dyn Fn(usize) -> f32)) {
        for len in [1, 2, 3, 5, 31, 32, 33, 80] {
            let values = ascending(len);
            for repeat in [1, 2, 3, 64] {
                for cycles in [false, true] {
                    let factors = Factors::Values { values: &values, repeat, cycles, moderate: false };
                    check(factors, &|element| values[(element / repeat) % len]);
                }
            }
        }
        check(Factors::Uniform(7.0), &|_| 7.0);
    }

    fn elements(factors: Factors<'_, f32>) -> usize {
        factors.capacity().min(1000)
    }

    #[test]
    fn each_element_has_its_value() {
        all(|factors, value| {
            for element in 0..elements(factors) {
                assert_eq!(factors.of(element), value(element), "{element} of {factors:?}");
            }
        });
    }

    quickcheck! {
        fn rows_start_anywhere(start: Bits, pitch: Bits, len: u8) -> () {
            all(|factors, value| {
                let elements = elements(factors);
                let (mut start, pitch) = (start.0 as usize % elements, pitch.0 as usize % elements);
                let mut place = factors.place(start);
                let step = factors.place(pitch);
                for _ in 0..4 {
                    let len = usize::from(len).min(elements - start);
                    let mut row = vec![0.0; len + 1];
                    factors.fill(place, &mut row[..len]);
                    let expected: Vec<_> = (start..start + len).map(value).chain([0.0]).collect();
                    assert_eq!(row, expected, "from {start} on, {factors:?}");
                    // As long as it has any that far on.
                    if start + pitch >= elements {
                        break;
                    }
                    start += pitch;
                    place = factors.moved(place, step);
                    let Place { index, within } = factors.place(start);
                    assert_eq!((place.index, place.within), (index, within), "{start} of {factors:?}");
                }
            });
        }
    }

    #[test]
    fn how_many_they_are_for() {
        let values = ascending(3);
        let capacity = |values, repeat, cycles| Factors::Values { values, repeat, cycles, moderate: false }.capacity();
        assert_eq!(Factors::Uniform(1.0).capacity(), usize::MAX);
        for cycles in [false, true] {
            assert_eq!(capacity(&[], 1, cycles), 0);
            assert_eq!(capacity(&values, 0, cycles), 0);
        }
        assert_eq!(capacity(&values, 1, true), usize::MAX);
        assert_eq!(capacity(&values, 1, false), 3);
        assert_eq!(capacity(&values, 64, false), 192);
        // The largest product, and one above.
        assert_eq!(capacity(&values, usize::MAX / 3, false), usize::MAX / 3 * 3);
        assert_eq!(capacity(&values, usize::MAX / 3 + 1, false), usize::MAX);
    }

    #[test]
    fn none_at_all() {
        // Never asked for; yet nothing panics, nor goes on for ever.
        let factors = Factors::Values { values: &[], repeat: 3, cycles: true, moderate: false };
        let mut row = [7.0f32; 4];
        factors.fill(factors.place(5), &mut row);
        assert_eq!((factors.of(5), row), (0.0, [7.0; 4]));
    }

    #[test]
    fn what_is_known_of_them() {
        let ones = Factors::Values { values: &[1.0f32], repeat: 1, cycles: true, moderate: true };
        let known = [Factors::Uniform(1.0f32), Factors::Uniform(2.0), ones].map(|f| (f.is_uniform(), f.is_one()));
        assert_eq!(known, [(true, true), (true, false), (false, false)]);
    }
}
