//! Runs passes and checks on the calling thread, or on several.

use core::ops::Range;

use super::plan::Plan;
use super::streams::Streams;
use super::{Driver, LONG};
use crate::math::{Constants, DoubleWord};
use crate::simd::Backend;

/// The threads that run checks and passes; the results are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threads {
    One,
    /// The threads of the pool in which the caller is.
    #[cfg(feature = "rayon")]
    Pool,
}

impl Threads {
    /// Whether all values are valid. A slice is valid if all its parts are.
    pub fn all<T: Constants>(self, values: &[T], are_valid: impl Fn(&[T]) -> bool + Copy + Sync) -> bool {
        let part = |range| are_valid(values.get(range).unwrap_or_default());
        self.over(0..values.len(), part, |first, second| first && second)
    }

    /// Returns the result of `part` for a range, joined from those of its parts.
    pub fn over<R: Send>(
        self,
        range: Range<usize>,
        part: impl Fn(Range<usize>) -> R + Copy + Sync,
        _join: impl Fn(R, R) -> R + Copy + Sync,
    ) -> R {
        match self {
            Self::One => part(range),
            #[cfg(feature = "rayon")]
            Self::Pool => pool::over(range, part, _join),
        }
    }
}

impl Threads {
    /// Writes `of(i)` for each index i, each of which takes as long as `_width` elements.
    pub fn fill<T: Send>(self, out: &mut [T], _width: usize, of: impl Fn(usize) -> T + Copy + Sync) {
        match self {
            Self::One => out.iter_mut().enumerate().for_each(|(i, out)| *out = of(i)),
            #[cfg(feature = "rayon")]
            Self::Pool => pool::fill(out, 0, _width, of),
        }
    }
}

/// The settings of a call, besides the formula.
#[derive(Clone, Copy)]
pub struct Pass<T> {
    pub backend: Backend,
    pub threads: Threads,
    /// The scale of the derivatives.
    pub scale: T,
    /// The scale of each chunk's sum.
    pub sum_scale: T,
    /// The sum to which the chunks are added.
    pub onto: DoubleWord<T>,
}

/// Runs a plan over streams, and returns `onto` plus the sums of its formulas.
///
/// It is inlined on a microcontroller, as `Driver::run` is.
#[cfg_attr(all(microcontroller, not(any(unoptimized, small))), inline(always))]
#[cfg_attr(not(microcontroller), inline)]
pub fn run<T: Constants>(pass: &Pass<T>, streams: Streams<'_, T>, plan: &Plan<'_, T>) -> DoubleWord<T> {
    let &Pass { backend, sum_scale, onto, .. } = pass;
    let is_long = streams.elements().len() >= LONG;
    let mut driver = Driver { streams, plan, backend, sum_scale, is_long };
    match pass.threads {
        Threads::One => driver.run(onto),
        #[cfg(feature = "rayon")]
        Threads::Pool => pool::run(driver, onto),
    }
}

#[cfg(feature = "rayon")]
mod pool {
    use core::ops::Range;

    use crate::driver::Driver;
    use crate::driver::sum::chunk_len;
    use crate::math::{Constants, DoubleWord};

    /// The number of elements up to which waking a thread takes longer than looking at them.
    const FEW: usize = 1 << 15;

    /// The number of chunks that are shared out at a time. Their sums wait on the stack until they are added in order.
    const WINDOW: usize = 256;

    pub fn over<R: Send>(
        Range { start, end }: Range<usize>,
        part: impl Fn(Range<usize>) -> R + Copy + Sync,
        join: impl Fn(R, R) -> R + Copy + Sync,
    ) -> R {
        if end - start <= FEW {
            return part(start..end);
        }
        let middle = start + (end - start) / 2;
        let (first, second) = rayon_core::join(|| over(start..middle, part, join), || over(middle..end, part, join));
        join(first, second)
    }

    pub fn fill<T: Send>(out: &mut [T], start: usize, width: usize, of: impl Fn(usize) -> T + Copy + Sync) {
        let len = out.len();
        if len <= 1 || len.saturating_mul(width) <= FEW {
            out.iter_mut().enumerate().for_each(|(i, out)| *out = of(start + i));
            return;
        }
        let (first, second) = out.split_at_mut(len / 2);
        rayon_core::join(|| fill(first, start, width, of), || fill(second, start + len / 2, width, of));
    }

    pub fn run<T: Constants>(mut driver: Driver<'_, '_, T>, mut total: DoubleWord<T>) -> DoubleWord<T> {
        while !driver.streams.elements().is_empty() {
            let (window, rest) = driver.split_at(WINDOW);
            let mut sums = [DoubleWord::ZERO; WINDOW];
            let chunks = window.streams.elements().len().div_ceil(chunk_len::<T>());
            let sums = sums.get_mut(..chunks).unwrap_or_default();
            share(window, sums);
            total = sums.iter().fold(total, |total, &sum| total.plus(sum));
            driver = rest;
        }
        total
    }

    /// Writes the sum of each chunk.
    fn share<T: Constants>(mut driver: Driver<'_, '_, T>, sums: &mut [DoubleWord<T>]) {
        match sums {
            [] => {}
            [sum] => *sum = driver.run(DoubleWord::ZERO),
            _ => {
                let half = sums.len() / 2;
                let ((first, second), (sums, others)) = (driver.split_at(half), sums.split_at_mut(half));
                rayon_core::join(|| share(first, sums), || share(second, others));
            }
        }
    }

    impl<'d, 'a, T: Constants> Driver<'d, 'a, T> {
        /// Returns the first chunks, and the rest.
        fn split_at(self, chunks: usize) -> (Self, Self) {
            let at = self.streams.elements().start + chunks * chunk_len::<T>();
            let (first, second) = self.streams.split_at(at);
            (Self { streams: first, ..self }, Self { streams: second, ..self })
        }
    }
}
