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
                for (out, &t) in out.iter_mut().zip(values.iter().skip(start)) {
                    *out = if t == 0 { T::ZERO } else { T::ONE };
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
    },
}

impl<T: Float> Factors<'_, T> {
    /// How many elements it has factors for.
    pub fn capacity(&self) -> usize {
        match *self {
            Self::Uniform(_) => usize::MAX,
            Self::Values { values, repeat, .. } if values.is_empty() || repeat == 0 => 0,
            Self::Values { cycles: true, .. } => usize::MAX,
            Self::Values { values, repeat, cycles: false } => values.len().saturating_mul(repeat),
        }
    }

    /// Where the factors of the elements from `start` on are, as many as `room` has: in `room` if they must be written
    /// first, or have been, being the same everywhere.
    #[inline(always)]
    pub fn row(&self, start: usize, room: &mut [T]) -> *const T {
        match *self {
            Self::Uniform(_) => room.as_ptr(),
            Self::Values { values, repeat: 1, cycles } => {
                let start = if cycles { start % values.len().max(1) } else { start };
                match values.get(start..).and_then(|rest| rest.get(..room.len())) {
                    Some(whole) => whole.as_ptr(),
                    None => self.written(start, room),
                }
            }
            Self::Values { .. } => self.written(start, room),
        }
    }

    #[inline(always)]
    fn written(&self, start: usize, room: &mut [T]) -> *const T {
        self.expand(start, room);
        room.as_ptr()
    }

    /// Writes the factors of the elements from `start` on.
    #[inline(always)]
    pub fn expand(&self, start: usize, out: &mut [T]) {
        match *self {
            Self::Uniform(v) => out.fill(v),
            Self::Values { values, repeat, .. } => {
                if values.is_empty() || repeat == 0 {
                    return;
                }
                let mut index = (start / repeat) % values.len();
                let mut left = repeat - start % repeat;
                for out in out {
                    if let Some(&v) = values.get(index) {
                        *out = v;
                    }
                    left -= 1;
                    if left == 0 {
                        left = repeat;
                        index = if index + 1 == values.len() { 0 } else { index + 1 };
                    }
                }
            }
        }
    }
}
