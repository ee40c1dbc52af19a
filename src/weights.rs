//! Factors for each element, written down only once.

use crate::driver::{Factors, Threads};
use crate::error::{Argument, Error};
use crate::real::Real;
use crate::simd::Backend;

/// A factor for each logit: values, each for so many elements in a row, the whole starting over where it cycles.
///
/// One type serves the weight of a sample, of a class or of an element, the positive weight, and upstream derivatives.
/// Logits of `[N, C]` are expected sample by sample, those of `[N, C, pixels]` channel by channel within a sample.
///
/// ```
/// use logit_loss::{BceWithLogits, Loss, Weights};
///
/// // Two samples of three classes; the third class counts half, the second sample not at all.
/// let logits = [0.3, -1.0, 2.0, f32::NAN, f32::NAN, f32::NAN];
/// let targets = [true, false, true, false, false, false];
/// let by_class = BceWithLogits::new().weight(Weights::per_class(&[1.0, 1.0, 0.5]));
/// let by_sample = BceWithLogits::new().weight(Weights::per_sample(&[1.0, 0.0], 3));
/// assert!(by_class.loss(&logits, &targets)?.is_nan());
/// assert!(by_sample.loss(&logits, &targets)?.is_finite());
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights<'a, T> {
    factors: Factors<'a, T>,
}

impl<'a, T: Real> Weights<'a, T> {
    /// The same for every element.
    #[must_use]
    pub const fn uniform(value: T) -> Self {
        Self { factors: Factors::Uniform(value) }
    }

    /// One for each class of `[N, C]` logits. The number of logits must be a multiple of that of `values`.
    #[must_use]
    pub const fn per_class(values: &'a [T]) -> Self {
        match values {
            // Faster, and no less exact.
            &[value] => Self::uniform(value),
            _ => Self { factors: Factors::Values { values, repeat: 1, cycles: true, moderate: false } },
        }
    }

    /// One for each channel of `[N, C, pixels]` logits. Their number must be a multiple of C times `pixels`.
    #[must_use]
    pub const fn per_channel(values: &'a [T], pixels: usize) -> Self {
        Self { factors: Factors::Values { values, repeat: pixels, cycles: true, moderate: false } }
    }

    /// One for each sample of `[N, classes]` logits. Their number must be N times `classes`.
    #[must_use]
    pub const fn per_sample(values: &'a [T], classes: usize) -> Self {
        Self { factors: Factors::Values { values, repeat: classes, cycles: false, moderate: false } }
    }

    /// One for each element.
    #[must_use]
    pub const fn per_element(values: &'a [T]) -> Self {
        Self { factors: Factors::Values { values, repeat: 1, cycles: false, moderate: false } }
    }

    pub(crate) const fn factors(&self) -> Factors<'a, T> {
        self.factors
    }

    /// The factors, if they are not negative and cover so many logits exactly.
    #[inline]
    pub(crate) fn checked(
        &self,
        threads: Threads,
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        self.checked_from(threads, T::ZERO, argument, logits, backend)
    }

    /// The same for factors that may be negative.
    pub(crate) fn checked_signed(
        &self,
        threads: Threads,
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        self.checked_from(threads, -T::MAX, argument, logits, backend)
    }

    #[inline]
    fn checked_from(
        &self,
        threads: Threads,
        least: T,
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        let (values, repeat, cycles) = match self.factors {
            // Apart from the rest: where the weight is known, so is which kernels are not needed.
            Factors::Uniform(v) if least <= v && v <= T::MAX => return Ok(self.factors),
            Factors::Uniform(_) => return Err(Error::Weight { argument, index: 0 }),
            Factors::Values { values, repeat, cycles, .. } => (values, repeat, cycles),
        };
        let covers = match values.len().checked_mul(repeat) {
            Some(0) => false,
            None => cycles && logits == 0,
            Some(period) if cycles => logits.is_multiple_of(period),
            Some(period) => logits == period,
        };
        if !covers {
            return Err(Error::Tiling { argument, values: values.len(), repeat, cycles, logits });
        }
        let moderate = threads.all(values, |values| T::are_moderate_from(least, values, backend));
        // Moderate ones are valid.
        let unchecked = if moderate { &[] } else { values };
        match unchecked.iter().position(|&v| !(least <= v && v <= T::MAX)) {
            Some(index) => Err(Error::Weight { argument, index }),
            None => Ok(Factors::Values { values, repeat, cycles, moderate }),
        }
    }
}
