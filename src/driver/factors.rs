//! Factors of the elements, each value of which is stored only once, and the rows made of them.

use crate::math::Constants;

/// Values in runs, each of which is repeated `copies` times before the next run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broadcast<'a, T> {
    pub values: &'a [T],
    /// The length of a run; the number of values is a multiple of it.
    pub run: usize,
    /// The number of copies of each run. With one copy, all values follow each other.
    pub copies: usize,
    /// Whether the values start again after the last one.
    pub cycles: bool,
    /// The index of the first element among those the values are for, if it is not 0.
    pub start: Option<usize>,
}

/// The factor of each element. It is kept small, since a microcontroller's compiler loses sight of a larger one.
#[derive(Clone, Copy, Debug)]
pub enum Factors<'a, T> {
    Uniform(T),
    Values {
        of: &'a Broadcast<'a, T>,
        /// Whether all values are known to be moderate.
        moderate: bool,
    },
}

/// Which value an element has: the start of its run, the number of the copy, and the position in the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    first: usize,
    copy: usize,
    within: usize,
}

impl Place {
    pub fn index(self) -> usize {
        self.first + self.within
    }
}

impl<T: Constants> Factors<'_, T> {
    /// 1 for all elements.
    pub const ONE: Self = Self::Uniform(T::ONE);

    /// How many elements it has factors for.
    pub fn capacity(&self) -> usize {
        match *self {
            Self::Uniform(_) => usize::MAX,
            Self::Values { of, .. } => of.capacity(),
        }
    }

    pub fn of(&self, element: usize) -> T {
        match *self {
            Self::Uniform(v) => v,
            Self::Values { of, .. } => of.values.get(of.place(element).index()).copied().unwrap_or_default(),
        }
    }

    /// Returns the number of rows, each of all virtual lanes, after which the factors repeat, if that is known for `len`
    /// elements from `start` on.
    pub fn period(&self, start: usize, len: usize) -> Option<usize> {
        match *self {
            Self::Uniform(_) => Some(1),
            Self::Values { of: &Broadcast { values, copies: 1, cycles: true, .. }, .. } => {
                // The number of lanes is a power of two, and so is its greatest common divisor with the number of values:
                // 2^common.
                let common = values.len().trailing_zeros().min(T::VIRTUAL_LANES.trailing_zeros());
                Some(values.len() >> common)
            }
            Self::Values { of, .. } => of.is_one_value(start, len).then_some(1),
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
}

impl<T: Constants> Broadcast<'_, T> {
    fn capacity(&self) -> usize {
        let Self { values, run, copies, cycles, start } = *self;
        match values.len().saturating_mul(copies) {
            0 => 0,
            _ if run == 0 => 0,
            _ if cycles => usize::MAX,
            all => all.saturating_sub(start.unwrap_or(0)),
        }
    }

    /// Whether `len` elements from `start` on all have one value.
    fn is_one_value(&self, start: usize, len: usize) -> bool {
        let first = self.start.unwrap_or(0).wrapping_add(start);
        self.run == 1 && self.copies >= len && first % self.copies.max(1) <= self.copies - len
    }

    /// Returns the place of an element's factor.
    #[inline]
    pub fn place(&self, element: usize) -> Place {
        self.distance(self.start.unwrap_or(0).wrapping_add(element))
    }

    /// Returns the distance between the places of two elements that are `elements` apart.
    #[inline]
    pub fn distance(&self, elements: usize) -> Place {
        let (mut first, mut copy, mut within) = (elements, 0, 0);
        let Self { values, run, copies, .. } = *self;
        // Divisions are slow, so they are avoided where they can be. No divisor is 0, since `copies` and `run` are above 1.
        if copies > 1 {
            if run > 1 {
                (first, within) = (first / run, first % run);
            }
            (first, copy) = (first / copies * run, first % copies);
        }
        Place { first: if first < values.len() { first } else { first % values.len().max(1) }, copy, within }
    }

    /// Returns the place that is `by` further on.
    #[inline]
    pub fn moved(&self, mut place: Place, by: Place) -> Place {
        let Self { values, run, copies, .. } = *self;
        place.within += by.within;
        place.copy += by.copy;
        place.first += by.first;
        if copies > 1 {
            if place.within >= run {
                place.within -= run;
                place.copy += 1;
            }
            if place.copy >= copies {
                place.copy -= copies;
                place.first += run;
            }
        }
        if place.first >= values.len() {
            place.first -= values.len();
        }
        place
    }

    /// Writes the factors from a place on.
    #[inline(never)]
    pub fn fill(&self, place: Place, mut row: &mut [T]) {
        let Self { values, run, copies, .. } = *self;
        let Place { mut first, mut copy, mut within } = place;
        while !row.is_empty() {
            let rest = values.get(first + within..).unwrap_or_default();
            let Some(&value) = rest.first() else { return };
            // One value, up to its last copy; or values that follow each other, up to the last of all or of the run.
            let (is_one, most) = match (run, copies) {
                (_, 1) => (false, rest.len()),
                (1, _) => (true, copies - copy),
                _ => (false, run - within),
            };
            let (head, tail) = row.split_at_mut(row.len().min(most));
            row = tail;
            if is_one {
                head.fill(value);
                copy = copies;
            } else {
                head.iter_mut().zip(rest).for_each(|(out, &v)| *out = v);
                copy += 1;
            }
            within = 0;
            if copies == 1 {
                (first, copy) = (0, 0);
            } else if copy >= copies {
                (first, copy) = (if first + run >= values.len() { 0 } else { first + run }, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use quickcheck::quickcheck;

    use super::{Broadcast, Factors};
    use crate::tests::Bits;

    fn ascending(len: usize) -> Vec<f32> {
        (1..=len).map(|v| v as f32).collect()
    }

    /// Each number of values, of runs, of copies, of starts, and whether they start over.
    fn all(mut check: impl FnMut(Broadcast<'_, f32>, &dyn Fn(usize) -> f32)) {
        for len in [1, 2, 3, 5, 31, 32, 33, 80] {
            let values = ascending(len);
            for run in [1, 2, 5, 31, 40, 80].into_iter().filter(|run| len.is_multiple_of(*run)) {
                for copies in [1, 2, 3, 64] {
                    for cycles in [false, true] {
                        for start in [0, 1, len * copies / 2].into_iter().filter(|start| *start < len * copies) {
                            let start = (start > 0).then_some(start);
                            let factors = Broadcast { values: &values, run, copies, cycles, start };
                            check(factors, &|element| {
                                let of_all = (start.unwrap_or(0) + element) % (len * copies);
                                values[of_all / (run * copies) * run + of_all % run]
                            });
                        }
                    }
                }
            }
        }
    }

    fn elements(factors: Broadcast<'_, f32>) -> usize {
        factors.capacity().min(1000)
    }

    #[test]
    fn each_element_has_its_value() {
        all(|factors, value| {
            for element in 0..elements(factors) {
                let of = Factors::Values { of: &factors, moderate: false }.of(element);
                assert_eq!(of, value(element), "{element} of {factors:?}");
            }
        });
    }

    quickcheck! {
        fn rows_start_anywhere(start: Bits, pitch: Bits, len: u8) -> () {
            all(|factors, value| {
                let elements = elements(factors);
                let (mut start, pitch) = (start.0 as usize % elements, pitch.0 as usize % elements);
                let mut place = factors.place(start);
                let step = factors.distance(pitch);
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
                    assert_eq!(place, factors.place(start), "{start} of {factors:?}");
                }
            });
        }
    }

    /// Rows that are a period apart are the same, and no period is longer than it must be.
    #[test]
    fn rows_repeat() {
        const LANES: usize = 32;
        all(|factors, value| {
            let elements = elements(factors);
            for (start, len) in [(0, elements), (elements / 3, elements / 2), (elements / 2, elements / 5)] {
                let same = |rows: usize| {
                    (start..(start + len).saturating_sub(LANES * rows)).all(|i| value(i) == value(i + LANES * rows))
                };
                match (Factors::Values { of: &factors, moderate: false }).period(start, len) {
                    Some(period) => assert!(same(period), "{period} from {start} on, {factors:?}"),
                    // Nobody asks for those that repeat otherwise.
                    None => assert!(!factors.cycles || factors.copies > 1, "from {start} on, {factors:?}"),
                }
            }
        });
        let period = |len: usize, copies| {
            let values = ascending(len);
            let of = Broadcast { values: &values, run: 1, copies, cycles: true, start: None };
            Factors::Values { of: &of, moderate: false }.period(100, 1000)
        };
        assert_eq!([1, 2, 3, 64, 80, 1000].map(|len| period(len, 1)), [1, 1, 3, 2, 5, 125].map(Some));
        assert_eq!([1099, 1100, 4000].map(|copies| period(3, copies)), [None, Some(1), Some(1)]);
        assert_eq!(Factors::Uniform(2.0f32).period(0, usize::MAX), Some(1));
    }

    #[test]
    fn how_many_they_are_for() {
        let values = ascending(3);
        let capacity = |values, copies, cycles| repeated(values, copies, cycles).capacity();
        assert_eq!(Factors::Uniform(1.0f32).capacity(), usize::MAX);
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
        // In two runs, of which the second has begun.
        let values = ascending(4);
        let runs = |run, start| Broadcast { values: &values, run, copies: 3, cycles: false, start: Some(start) };
        assert_eq!((runs(2, 0).capacity(), runs(2, 7).capacity(), runs(0, 0).capacity()), (12, 5, 0));
    }

    fn repeated(values: &[f32], copies: usize, cycles: bool) -> Broadcast<'_, f32> {
        Broadcast { values, run: 1, copies, cycles, start: None }
    }

    #[test]
    fn none_at_all() {
        // Never asked for; yet nothing panics, nor goes on for ever.
        let factors = repeated(&[], 3, true);
        let mut row = [7.0f32; 4];
        factors.fill(factors.place(5), &mut row);
        assert_eq!((Factors::Values { of: &factors, moderate: false }.of(5), row), (0.0, [7.0; 4]));
    }

    #[test]
    fn what_is_known_of_them() {
        let ones = repeated(&[1.0], 1, true);
        let ones = Factors::Values { of: &ones, moderate: true };
        let known = [Factors::Uniform(1.0f32), Factors::Uniform(2.0), ones].map(|f| (f.is_uniform(), f.is_one()));
        assert_eq!(known, [(true, true), (true, false), (false, false)]);
    }
}
