//! [`Weights`] of a few elements, whose values are stored without an allocation.

use logit_loss::Weights;

use super::factors::divisor;
use super::input::Bytes;
use super::number::Number;

/// More elements than a row of `f32`, and as many as four rows of `f64`.
pub const MOST: usize = 64;

/// The values, each of which holds for this number of elements in a row.
pub struct Few<T> {
    /// The value of each element, since checks read it several times.
    each: [T; MOST],
    values: [T; MOST],
    count: usize,
    copies: usize,
    /// Whether the values start again after the last one.
    cycles: bool,
    /// Whether there is one value for all, which is not given as a slice.
    is_uniform: bool,
}

impl<T: Number> Few<T> {
    /// Returns weights of 1.
    pub fn ones() -> Self {
        let ones = [T::of(1.0); MOST];
        Self { each: ones, values: ones, count: 1, copies: 1, cycles: true, is_uniform: true }
    }

    /// Reads weights that cover `n` elements.
    pub fn read(bytes: &mut Bytes<'_>, n: usize, number: impl Fn(T) -> T) -> Self {
        // As for `Factors`, no values are an error.
        let kind = if n == 0 { bytes.below(4) } else { bytes.below(6) };
        let (count, copies, cycles) = match kind {
            0 | 1 => (1, 1, true),
            2 => (divisor(bytes, n), 1, true),
            3 => {
                let pixels = divisor(bytes, n);
                (divisor(bytes, n / pixels), pixels, true)
            }
            4 => {
                let classes = divisor(bytes, n);
                (n / classes, classes, false)
            }
            _ => (n, 1, false),
        };
        let mut all = Self { count, copies, cycles, is_uniform: kind < 2, ..Self::ones() };
        if kind > 0 {
            let values = &mut all.values[..count];
            bytes.fill(values, number);
            let copied = values.iter().flat_map(|&v| std::iter::repeat_n(v, copies));
            all.each[..n].iter_mut().zip(copied.cycle()).for_each(|(slot, v)| *slot = v);
        }
        all
    }

    pub fn weights(&self) -> Weights<'_, T> {
        let values = &self.values[..self.count];
        if self.is_uniform {
            return Weights::uniform(values[0]);
        }
        match (self.cycles, self.copies) {
            (true, 1) => Weights::per_class(values),
            (true, pixels) => Weights::per_channel(values, pixels),
            (false, classes) => Weights::per_sample(values, classes),
        }
    }

    /// Returns the value of element `i`.
    pub fn at(&self, i: usize) -> f64 {
        self.each[i].wide()
    }
}
