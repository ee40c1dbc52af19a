//! Binary cross-entropy of probabilities.

use super::Loss;
use super::checks::Checked;
use super::plans::Plans;
use super::settings::{Ignored, Settings};
#[cfg(feature = "rayon")]
use crate::driver::Threads;
use crate::driver::{Pass, Streams, Values};
use crate::error::Error;
use crate::math::DoubleWord;
use crate::real::Real;
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

/// Binary cross-entropy of probabilities: PyTorch's `BCELoss`, with an additional positive weight.
///
/// Each element has a probability p, a target t, a weight w and a positive weight p_w. Logarithms are natural:
///
/// ```text
/// loss     = -w (p_w t max(ln p, -100) + (1 - t) max(ln(1 - p), -100))
/// gradient = w ((1 - t) p - p_w t (1 - p)) / max(p (1 - p), 1e-12)
/// ```
///
/// The gradient is the derivative with respect to p, except where its denominator is held at 1e-12. With p_w = 1 it is
/// `w (p - t) / max(p (1 - p), 1e-12)`. PyTorch has both limits too. They keep every result finite unless weights are
/// huge. (PyTorch uses the `f32` value of 1e-12 in `f64` too, which is smaller by a share of 4e-9.)
///
/// ```
/// use logit_loss::{Bce, Loss, Reduction};
///
/// let bce = Bce::new().reduction(Reduction::Sum);
/// let mut gradient = [0.0f32; 3];
/// let loss = bce.loss_and_gradient(&[0.5, 0.75, 0.0], &[0.0, 1.0, 1.0], &mut gradient)?;
/// assert_eq!(loss, 100.980_83); // ln 2 - ln 0.75 + 100
/// assert_eq!(gradient, [2.0, -1.333_333_4, -999_999_995_904.0]);
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # When to prefer logits
///
/// Prefer logits whenever you have them: [`BceWithLogits`](crate::BceWithLogits) is accurate where a probability has
/// lost its digits. Numbers of `f32` close to 1 are 6e-8 apart, so even the nearest probability is far off, and from a
/// logit of 17.33 on it is 1:
///
/// ```
/// use logit_loss::{Bce, BceWithLogits, Loss};
///
/// let sigmoid = |x: f32| (1.0 / (1.0 + f64::from(-x).exp())) as f32;
/// assert_eq!((sigmoid(17.32) < 1.0, sigmoid(17.33)), (true, 1.0));
/// let of_logit = |x: f32, t: f32| BceWithLogits::new().loss(&[x], &[t]);
/// let of_probability = |x: f32, t: f32| Bce::new().loss(&[sigmoid(x)], &[t]);
///
/// // The loss is 44 % off at 17, and 0 at 20.
/// assert_eq!((of_logit(17.0, 1.0)?, of_probability(17.0, 1.0)?), (4.139_937_5e-8, 5.960_464_5e-8));
/// assert_eq!((of_logit(20.0, 1.0)?, of_probability(20.0, 1.0)?), (2.061_153_7e-9, 0.0));
/// // A wrong answer costs 100 instead of 20.
/// assert_eq!((of_logit(20.0, 0.0)?, of_probability(20.0, 0.0)?), (20.0, 100.0));
///
/// // It teaches nothing either: the chain rule multiplies its gradient by p (1 - p), which is 0.
/// let (mut of_logits, mut of_probabilities) = ([0.0f32], [0.0]);
/// BceWithLogits::new().gradient(&[20.0], &[0.0], &mut of_logits)?;
/// Bce::new().gradient(&[sigmoid(20.0)], &[0.0], &mut of_probabilities)?;
/// let p = sigmoid(20.0);
/// assert_eq!((of_logits[0], of_probabilities[0] * p * (1.0 - p)), (1.0, 0.0));
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # What it promises
///
/// For targets in [0, 1] and probabilities in [0, 1], no result is NaN. All backends that fuse multiply and add give
/// the same bits, and so do all that do not. Errors are returned before anything is written. A weight of 0 ignores the
/// element, even if its probability or target is NaN or any other content of padding. A NaN target with any other
/// weight gives NaN. For targets outside of [0, 1] the formulas are the same, without these promises.
///
/// Derivatives are those of the *reduced* loss: a mean divides them by the number of elements, or by the sum of the
/// weights.
///
/// For hard targets, relative errors at any p are at most 1 ULP for the loss (0.93 found in `f32`, at p = 0.2935692)
/// and 1.5 for the gradient (1.50 found, at p = 0.49991384); the search covers every seventh value of `f32`. They are
/// at most 3 for both with any weights whose products are normal numbers. A mean adds 1 to the gradient, and a backend
/// that does not fuse adds 1 to each. For soft targets, the loss is within 3.5 ULP and the gradient within 4, relative
/// even where p is close to t. With a positive weight other than 1, the gradient is within 4 ULP of the sum of its two
/// terms, if these are normal numbers.
///
/// # Errors
///
/// Every method returns [`Error::Probability`] if a probability is below 0, above 1 or NaN, unless the element is
/// ignored, and the errors of [`Loss`].
///
/// ```
/// use logit_loss::{Bce, Error, Loss, Weights};
///
/// let (p, t) = ([0.3f32, 1.5, f32::NAN], [true, false, true]);
/// assert_eq!(Bce::new().loss(&p, &t), Err(Error::Probability { index: 1 }));
/// let masked = Bce::new().weight(Weights::per_element(&[1.0, 0.0, 0.0]));
/// assert!(masked.loss(&p, &t).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bce<'w, T> {
    settings: Settings<'w, T>,
    pos_weight: Weights<'w, T>,
}

impl<T: Real> Default for Bce<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'w, T: Real> Bce<'w, T> {
    /// Makes a loss without weights, with [`Reduction::Mean`], on the fastest backend.
    #[must_use]
    pub const fn new() -> Self {
        Self { settings: Settings::new(), pos_weight: Weights::uniform(T::ONE) }
    }

    /// Sets the weight that multiplies each element's loss. Must be finite and not negative; 0 ignores the
    /// element, which a mean still counts.
    #[must_use]
    pub const fn weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// Sets a second weight, which multiplies each element's loss as well: see
    /// [`BceWithLogits::class_weight`](crate::BceWithLogits::class_weight).
    #[must_use]
    pub const fn class_weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.class_weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// Ignores every element whose target is `value`: see
    /// [`BceWithLogits::ignore_target`](crate::BceWithLogits::ignore_target).
    #[must_use]
    pub const fn ignore_target(mut self, value: T) -> Self {
        self.settings.ignored = Some(Ignored(value));
        self.settings.is_plain = false;
        self
    }

    /// Ignores every element where `present` is false: see [ignored elements](crate::Loss#ignored-elements). The mask
    /// must be as long as the inputs.
    #[must_use]
    pub const fn mask(mut self, present: &'w [bool]) -> Self {
        self.settings.mask = Some(present);
        self.settings.is_plain = false;
        self
    }

    /// Sets the positive weight, which multiplies the loss of a positive. Must be finite and not negative.
    /// [`pos_weight`](crate::pos_weight()) computes the values that balance the classes.
    #[must_use]
    pub const fn pos_weight(mut self, pos_weight: Weights<'w, T>) -> Self {
        self.pos_weight = pos_weight;
        self
    }

    /// Sets the reduction: how the losses of all elements become one number.
    #[must_use]
    pub const fn reduction(mut self, reduction: Reduction) -> Self {
        self.settings.reduction = reduction;
        self
    }

    /// Sets the backend, instead of the fastest one.
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.settings.backend = Some(backend);
        self
    }

    /// Uses all threads of `rayon` and gives the bits of one thread: see [`BceWithLogits::parallel`].
    ///
    /// [`BceWithLogits::parallel`]: crate::BceWithLogits::parallel
    #[cfg(feature = "rayon")]
    #[must_use]
    pub const fn parallel(mut self) -> Self {
        self.settings.threads = Threads::Pool;
        self
    }
}

fn is_probability<T: Real>(p: T) -> bool {
    T::ZERO <= p && p <= T::ONE
}

impl<T: Real> Plans<T> for Bce<'_, T> {
    fn settings(&self) -> &Settings<'_, T> {
        &self.settings
    }

    fn pos_weight(&self) -> Option<&Weights<'_, T>> {
        Some(&self.pos_weight)
    }

    fn check_parameters(&self) -> Result<(), Error> {
        Ok(())
    }

    fn check_inputs(&self, inputs: Values<'_, T>, checked: &Checked<'_, T>) -> Result<(), Error> {
        if let Some(inputs) = inputs.as_is() {
            // Without an early exit the comparison is vectorised.
            if self.settings.threads.all(inputs, |inputs| inputs.iter().fold(true, |all, &p| all & is_probability(p))) {
                return Ok(());
            }
        }
        match inputs.iter().enumerate().find(|&(index, p)| !is_probability(p) && !checked.is_excused(index)) {
            Some((index, _)) => Err(Error::Probability { index }),
            None => Ok(()),
        }
    }

    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::probability_sum(pass, streams)
    }
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::probability_sum_and_gradient(pass, streams)
    }
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::probability_losses(pass, streams);
    }
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::probability_gradient(pass, streams);
    }
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::probability_backward(pass, streams);
    }
}

impl<T: Real> Loss<T> for Bce<'_, T> {
    type Plans = Self;

    fn plans(&self) -> &Self {
        self
    }
}
