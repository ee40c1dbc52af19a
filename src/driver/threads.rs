//! Who goes over the elements: the thread that calls, or several.

use core::ops::Range;

use super::plan::Plan;
use super::streams::Streams;
use super::{Driver, LONG};
use crate::math::{Constants, DoubleWord};
use crate::simd::Backend;

/// Whoever runs checks and passes, they come to the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threads {
    One,
    /// Those of the pool that the caller is in.
    #[cfg(feature = "rayon")]
    Pool,
}

impl Threads {
    /// Whether all values are valid, as all parts of them are.
    pub fn all<T: Constants>(self, values: &[T], are_valid: impl Fn(&[T]) -> bool + Copy + Sync) -> bool {
        let part = |range| are_valid(values.get(range).unwrap_or_default());
        self.over(0..values.len(), part, |first, second| first && second)
    }

    /// What a function has for a range, of which the parts are joined.
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
    /// Writes what a function has for each index, which takes as long as so many elements.
    pub fn fill<T: Send>(self, out: &mut [T], _width: usize, of: impl Fn(usize) -> T + Copy + Sync) {
        match self {
            Self::One => out.iter_mut().enumerate().for_each(|(i, out)| *out = of(i)),
            #[cfg(feature = "rayon")]
            Self::Pool => pool::fill(out, 0, _width, of),
        }
    }
}

/// What a call asks for, besides the formula.
#[derive(Clone, Copy)]
pub struct Pass<T> {
    pub backend: Backend,
    pub threads: Threads,
    /// By what derivatives are multiplied.
    pub scale: T,
    /// By what the sum of each chunk is multiplied, ...
    pub factor: T,
    /// ... and to what it is then added.
    pub onto: DoubleWord<T>,
}

/// Runs a plan over streams; returns what its formula sums, added to what was there before.
// In line on a microcontroller, as `Driver::run` is.
#[cfg_attr(all(microcontroller, not(any(unoptimized, small))), inline(always))]
#[cfg_attr(not(microcontroller), inline)]
pub fn run<T: Constants>(pass: &Pass<T>, streams: Streams<'_, T>, plan: &Plan<'_, T>) -> DoubleWord<T> {
    let &Pass { backend, factor, onto, .. } = pass;
    let is_long = streams.elements().len() >= LONG;
    let mut driver = Driver { streams, plan, backend, factor, is_long };
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

    /// So many values are not worth waking a thread for: that takes longer than to look at them.
    const FEW: usize = 1 << 15;

    /// Chunks that are shared out at a time. Their sums wait on the stack until they are added in their order.
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

    /// The sum of each chunk.
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
        /// The first chunks, and the rest.
        fn split_at(self, chunks: usize) -> (Self, Self) {
            let at = self.streams.elements().start + chunks * chunk_len::<T>();
            let (first, second) = self.streams.split_at(at);
            (Self { streams: first, ..self }, Self { streams: second, ..self })
        }
    }
}
