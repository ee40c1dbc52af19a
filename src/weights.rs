//! Weights of elements, each stored once for all elements that share it.

use crate::driver::{Broadcast, Factors, Threads};
use crate::error::{Argument, Error};
use crate::real::Real;
use crate::simd::Backend;

/// Weights of logits. A weight that several logits share is stored once.
///
/// One type describes the weight, the class weight, the positive weight and the upstream derivatives. Logits of
/// `[N, C]` are stored sample by sample, and logits of `[N, C, pixels]` channel by channel within each sample.
///
/// ```
/// use logit_loss::{BceWithLogits, Loss, Weights};
///
/// // Two samples of three classes. The third class has weight 0.5. The second sample has weight 0, so it has no loss.
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
    kind: Kind<'a, T>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind<'a, T> {
    Uniform(T),
    Values(Broadcast<'a, T>),
}

impl<'a, T: Real> Weights<'a, T> {
    /// Makes weights for all logits: `values` in runs of `run`, each repeated `copies` times.
    const fn whole(values: &'a [T], run: usize, copies: usize, cycles: bool) -> Self {
        Self { kind: Kind::Values(Broadcast { values, run, copies, cycles, start: None }) }
    }

    /// Makes one weight for every element.
    #[must_use]
    pub const fn uniform(value: T) -> Self {
        Self { kind: Kind::Uniform(value) }
    }

    /// Makes one weight for each class of `[N, C]` logits. The number of logits must be a multiple of the number of
    /// values.
    #[must_use]
    pub const fn per_class(values: &'a [T]) -> Self {
        match values {
            // A single weight is uniform, which is faster and as exact.
            &[value] => Self::uniform(value),
            _ => Self::whole(values, 1, 1, true),
        }
    }

    /// Makes one weight for each channel of `[N, C, pixels]` logits. The number of logits must be a multiple of C times
    /// `pixels`.
    #[must_use]
    pub const fn per_channel(values: &'a [T], pixels: usize) -> Self {
        Self::whole(values, 1, pixels, true)
    }

    /// Makes one weight for each sample of `[N, classes]` logits. The number of logits must be N times `classes`.
    #[must_use]
    pub const fn per_sample(values: &'a [T], classes: usize) -> Self {
        Self::whole(values, 1, classes, false)
    }

    /// Makes one weight for each pixel of `[N, channels, pixels]` logits, the same for all channels: a weight map of
    /// `[N, 1, pixels]`. The number of logits must be N times `channels` times `pixels`.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, Weights};
    ///
    /// // Two images of two channels and three pixels; the border counts twice.
    /// let (logits, labels) = ([0.5f32; 12], [true; 12]);
    /// let map = BceWithLogits::new().weight(Weights::per_pixel(&[2.0, 1.0, 1.0, 1.0, 1.0, 2.0], 2, 3));
    /// let written_out = [2.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 2.0];
    /// let each = BceWithLogits::new().weight(Weights::per_element(&written_out));
    /// assert_eq!(map.loss(&logits, &labels)?, each.loss(&logits, &labels)?);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[must_use]
    pub const fn per_pixel(values: &'a [T], channels: usize, pixels: usize) -> Self {
        Self::whole(values, pixels, channels, false)
    }

    /// Makes one weight for each element.
    #[must_use]
    pub const fn per_element(values: &'a [T]) -> Self {
        Self::whole(values, 1, 1, false)
    }

    /// Makes the same weights for a part of the logits, whose first logit has the index `logit` among all logits. Use
    /// it to cut batches, or with threads of your own. The part may end anywhere.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, LossSum, Weights};
    ///
    /// let (logits, labels) = ([0.5f32, -1.0, 2.0, 0.0, -0.5, 1.0], [true, false, true, false, true, true]);
    /// let classes = Weights::per_class(&[1.0, 5.0, 2.0]);
    /// let mut parts = [0.0; 6];
    /// for (start, end) in [(0, 4), (4, 6)] {
    ///     let bce = BceWithLogits::new().weight(classes.starting_at(start));
    ///     bce.losses(&logits[start..end], &labels[start..end], &mut parts[start..end])?;
    /// }
    /// let mut whole = [0.0; 6];
    /// BceWithLogits::new().weight(classes).losses(&logits, &labels, &mut whole)?;
    /// assert_eq!(parts, whole);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[must_use]
    pub const fn starting_at(self, logit: usize) -> Self {
        match self.kind {
            Kind::Uniform(_) => self,
            Kind::Values(of) => Self { kind: Kind::Values(Broadcast { start: Some(logit), ..of }) },
        }
    }

    /// Returns the weight of all elements, if it is uniform.
    #[inline]
    pub(crate) const fn uniform_value(&self) -> Option<T> {
        match self.kind {
            Kind::Uniform(value) => Some(value),
            Kind::Values(_) => None,
        }
    }

    /// Returns whether the weight is 1 for every element.
    #[inline]
    pub(crate) fn is_one(&self) -> bool {
        self.uniform_value() == Some(T::ONE)
    }

    /// Returns the factors, if they are not negative and cover `logits` logits exactly. `moderate` is the range of moderate
    /// sizes.
    #[inline]
    pub(crate) fn checked(
        &'a self,
        threads: Threads,
        moderate: [T; 2],
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        self.checked_from(threads, T::ZERO, moderate, argument, logits, backend)
    }

    /// Returns the factors, as `checked` does, but they may be negative.
    pub(crate) fn checked_signed(
        &'a self,
        threads: Threads,
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        self.checked_from(threads, -T::MAX, T::MODERATE_WEIGHTS, argument, logits, backend)
    }

    #[cfg_attr(small, inline(never))]
    #[cfg_attr(not(small), inline)]
    fn checked_from(
        &'a self,
        threads: Threads,
        least: T,
        moderate: [T; 2],
        argument: Argument,
        logits: usize,
        backend: Backend,
    ) -> Result<Factors<'a, T>, Error> {
        // Each kind of weight is its own arm: where the weight is known, so are the kernels that are not needed.
        match &self.kind {
            &Kind::Uniform(v) if least <= v && v <= T::MAX => Ok(Factors::Uniform(v)),
            Kind::Uniform(_) => Err(Error::Weight { argument, index: 0 }),
            Kind::Values(of) => {
                expect_cover(argument, of, logits)?;
                let values = of.values;
                let moderate =
                    threads.all(values, |values| T::all_are_moderate(least < T::ZERO, moderate, values, backend));
                // Moderate weights are valid.
                let unchecked = if moderate { &[] } else { values };
                match unchecked.iter().position(|&v| !(least <= v && v <= T::MAX)) {
                    Some(index) => Err(Error::Weight { argument, index }),
                    None => Ok(Factors::Values { of, moderate }),
                }
            }
        }
    }
}

/// Checks that the weights cover so many logits, or so many from their start on.
fn expect_cover<T>(argument: Argument, weights: &Broadcast<'_, T>, logits: usize) -> Result<(), Error> {
    let &Broadcast { values, run, copies, cycles, start } = weights;
    let values = values.len();
    // The values of whole runs.
    let whole = values - values.checked_rem(run).unwrap_or(values);
    let covered = whole.saturating_mul(copies);
    let end = start.unwrap_or(0).checked_add(logits);
    let inputs = end.unwrap_or(usize::MAX);
    let covers = match start {
        // Where the product overflows, the weights repeat after more logits than there can be, so only 0 logits are a
        // multiple of it.
        None if cycles => inputs.is_multiple_of(covered) && (inputs == 0 || whole.checked_mul(copies).is_some()),
        None => inputs == covered,
        Some(_) => end.is_some() && (cycles || inputs <= covered),
    };
    if covered > 0 && whole == values && covers {
        Ok(())
    } else {
        Err(Error::Tiling { argument, values, covered, cycles, inputs })
    }
}
