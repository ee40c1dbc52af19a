//! Who goes over the elements: this thread, or several.

use crate::kernel::{Slices, Streams};
use crate::math::Double;
use crate::real::Real;

/// How checks and passes are run. Whoever runs them, they come to the same.
pub trait Threads: Copy {
    /// Whether all values are valid, as all parts of them are.
    fn all<T: Real>(self, values: &[T], are_valid: impl Fn(&[T]) -> bool + Copy + Sync) -> bool;

    /// A sum, added to `onto` chunk by chunk; the pass does that for the streams it is given.
    fn sum<T: Real>(
        self,
        slices: Slices<'_, T>,
        onto: Double<T>,
        pass: impl Fn(&Streams<'_, T>, Double<T>) -> Double<T> + Sync,
    ) -> Double<T>;

    /// A pass that only writes.
    fn write<T: Real>(self, slices: Slices<'_, T>, pass: impl Fn(&Streams<'_, T>) + Sync);
}

/// This one.
#[derive(Clone, Copy)]
pub struct OneThread;

impl Threads for OneThread {
    #[inline]
    fn all<T: Real>(self, values: &[T], are_valid: impl Fn(&[T]) -> bool + Copy + Sync) -> bool {
        are_valid(values)
    }

    #[inline]
    fn sum<T: Real>(
        self,
        slices: Slices<'_, T>,
        onto: Double<T>,
        pass: impl Fn(&Streams<'_, T>, Double<T>) -> Double<T> + Sync,
    ) -> Double<T> {
        pass(&slices.streams(), onto)
    }

    #[inline]
    fn write<T: Real>(self, slices: Slices<'_, T>, pass: impl Fn(&Streams<'_, T>) + Sync) {
        pass(&slices.streams());
    }
}
