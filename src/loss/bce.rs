//! Binary cross-entropy from logits.

use super::checks::{Checked, expect_up_to};
use super::plans::{HessianPlans, Plans};
use super::settings::{Ignored, Settings};
use super::{Hessian, Loss, labels};
#[cfg(feature = "rayon")]
use crate::driver::Threads;
use crate::driver::{BceParameters, Pass, Row, Streams};
use crate::error::{Argument, Error, expect_len};
use crate::label::Label;
use crate::math::{DoubleWord, Smoothing};
use crate::real::{Element, Real};
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

/// Binary cross-entropy of sigmoid(logit): PyTorch's `BCEWithLogitsLoss`, for one or many labels.
///
/// Each element has a logit x, a target t, a weight w and a positive weight p. With a = |x| and e = exp(-a):
///
/// ```text
/// near     = 1 - t if x >= 0 else p t         far = p t if x >= 0 else 1 - t
/// loss     = w (near a + (1 - t + p t) log1p(e))
/// gradient = w sign(x) (near - far e) / (1 + e)
///          = w ((1 - t) sigmoid(x) - p t sigmoid(-x))
/// Hessian  = w (1 - t + p t) e / (1 + e)^2
/// ```
///
/// For t in [0, 1], no term of the loss is negative, so nothing cancels. For a hard target (0 or 1), nothing cancels in
/// the gradient either. So the gradient is accurate even where 1 - sigmoid(x) is 0 in the type:
///
/// ```
/// use logit_loss::{BceWithLogits, Loss, Reduction};
///
/// let bce = BceWithLogits::new().reduction(Reduction::Sum);
/// let mut gradient = [0.0f32];
/// let loss = bce.loss_and_gradient(&[20.0], &[1.0], &mut gradient)?;
/// assert_eq!((loss, gradient), (2.0611537e-9, [-2.0611537e-9]));
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// Infinite logits give the limits: loss and gradient are 0 on the side of the target. On the other side the loss is
/// infinite, and the gradient is `w` or `-w p`. An [ignored element](crate::Loss#ignored-elements) has loss 0, even if
/// its logit or target is NaN. Any other NaN gives NaN, and nothing else does. For targets outside of [0, 1] the
/// formulas are the same, without these promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BceWithLogits<'w, T> {
    settings: Settings<'w, T>,
    pos_weight: Weights<'w, T>,
    label_smoothing: T,
}

impl<T: Real> Default for BceWithLogits<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'w, T: Real> BceWithLogits<'w, T> {
    /// Makes a loss without weights or smoothing, with [`Reduction::Mean`], on the fastest backend.
    #[must_use]
    pub const fn new() -> Self {
        Self { settings: Settings::new(), pos_weight: Weights::uniform(T::ONE), label_smoothing: T::ZERO }
    }

    /// Sets the weight that multiplies each element's loss. Must be finite and not negative; 0 ignores the
    /// element, which a mean still counts.
    #[must_use]
    pub const fn weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// Sets a second weight, which multiplies each element's loss as well: for example weights of classes, with
    /// [`weight`](Self::weight) for those of samples. Must be finite and not negative; 0 ignores the
    /// element, which a mean still counts.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, Weights};
    ///
    /// // Two samples of three classes, with weights of both.
    /// let (logits, labels) = ([0.3f32, -1.0, 2.0, 0.5, 1.5, -2.0], [1u8, 0, 1, 0, 0, 1]);
    /// let bce = BceWithLogits::new()
    ///     .weight(Weights::per_sample(&[1.0, 0.5], 3))
    ///     .class_weight(Weights::per_class(&[1.0, 2.0, 4.0]));
    /// let products = [1.0, 2.0, 4.0, 0.5, 1.0, 2.0];
    /// let written_out = BceWithLogits::new().weight(Weights::per_element(&products));
    /// assert_eq!(bce.loss(&logits, &labels)?, written_out.loss(&logits, &labels)?);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[must_use]
    pub const fn class_weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.class_weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// Ignores every element whose target is `value`: see [ignored elements](crate::Loss#ignored-elements).
    ///
    /// Integers are compared as integers. Floats are compared exactly, before label smoothing. NaN ignores targets that
    /// are NaN.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss};
    ///
    /// // The third pixel is void.
    /// let (logits, mask) = ([0.0f32, 2.0, -3.0, 1.0], [0u8, 1, 255, 1]);
    /// let mean = BceWithLogits::new().ignore_target(255.0).loss(&logits, &mask)?;
    /// assert_eq!(mean, BceWithLogits::new().loss(&[0.0f32, 2.0, 1.0], &[0u8, 1, 1])?);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[must_use]
    pub const fn ignore_target(mut self, value: T) -> Self {
        self.settings.ignored = Some(Ignored(value));
        self.settings.is_plain = false;
        self
    }

    /// Ignores every element where `present` is false: see [ignored elements](crate::Loss#ignored-elements). The mask
    /// must be as long as the logits.
    #[must_use]
    pub const fn mask(mut self, present: &'w [bool]) -> Self {
        self.settings.mask = Some(present);
        self.settings.is_plain = false;
        self
    }

    /// Sets the positive weight, which multiplies the loss of a positive. Must be finite and not negative. A value of
    /// negatives / positives balances the classes.
    #[must_use]
    pub const fn pos_weight(mut self, pos_weight: Weights<'w, T>) -> Self {
        self.pos_weight = pos_weight;
        self
    }

    /// Sets the label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, Weights};
    ///
    /// // Two samples of three classes.
    /// let (logits, labels) = ([0.2f32, -1.0, 3.0, 0.5, 2.0, -2.0], [1u8, 0, 1, 0, 1, 0]);
    /// let by_sample = BceWithLogits::new().weight(Weights::per_sample(&[1.0, 0.25], 3)).label_smoothing(0.1);
    /// assert!(by_sample.loss(&logits, &labels)? > 0.0);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[must_use]
    pub const fn label_smoothing(mut self, s: T) -> Self {
        self.label_smoothing = s;
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

    /// Uses all threads of `rayon` and gives the bits of one thread.
    ///
    /// A sum is defined over [chunks](crate::LossSum::CHUNK). Any thread may sum a chunk, and the sums of chunks are
    /// added from the first to the last, as one thread adds them. So results are equal bit for bit, whatever the number
    /// and the speed of the threads. Threads also share the checks, which still come first.
    ///
    /// Called within a pool ([`rayon::ThreadPool::install`](rayon_core::ThreadPool::install)), the loss uses that pool;
    /// otherwise it uses the global one. The calling thread computes inputs of up to one chunk alone. Nothing is
    /// allocated: the threads share out 256 chunks at a time, whose sums are kept on the stack.
    ///
    /// On an otherwise idle AMD Zen 4 with two cores, two threads ran at 1.3 to 1.9 times the speed of one from 1 Mi
    /// elements on; threads that share nothing ran at 1.3 to 2.0. Handing over work takes longer than computing a few
    /// chunks: 64 Ki elements of `f32` (two chunks) ran at 0.96 to 1.5 times the speed of one thread, and at 0.45 to
    /// 0.75 with a pool of one thread, called from outside. `cargo bench --features rayon --bench parallel` measures
    /// your machine.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss};
    ///
    /// let logits: Vec<f32> = (0..100_000).map(|i| (i % 201) as f32 / 10.0 - 10.0).collect();
    /// let targets: Vec<bool> = (0..100_000).map(|i| i % 3 == 0).collect();
    /// let (mut one, mut many) = (vec![0.0; 100_000], vec![0.0; 100_000]);
    ///
    /// let bce = BceWithLogits::new();
    /// let loss = bce.parallel().loss_and_gradient(&logits, &targets, &mut many)?;
    /// assert_eq!(loss, bce.loss_and_gradient(&logits, &targets, &mut one)?);
    /// assert_eq!(many, one);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[cfg(feature = "rayon")]
    #[must_use]
    pub const fn parallel(mut self) -> Self {
        self.settings.threads = Threads::Pool;
        self
    }

    /// Writes the derivative of the reduced loss with respect to each target. It does not depend on the target:
    ///
    /// ```text
    /// w (1 - s) ((x >= 0 ? -a : p a) + (p - 1) log1p(e))
    /// = w (1 - s) (-x + (p - 1) softplus(-x))
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Loss`].
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Reduction};
    ///
    /// let mut derivative = [0.0f64; 2];
    /// let bce = BceWithLogits::new().reduction(Reduction::Sum);
    /// bce.target_gradient(&[3.0, -1.5], &[1.0, 0.25], &mut derivative)?;
    /// assert_eq!(derivative, [-3.0, 1.5]);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    pub fn target_gradient<E: Element<T>, Y: Label<T>>(
        &self,
        logits: &[E],
        targets: &[Y],
        out: &mut [E],
    ) -> Result<(), Error> {
        expect_len(Argument::Output, logits.len(), out.len())?;
        let inputs = E::values(logits);
        let checked: Checked<'_, T> = self.check(inputs, labels(targets))?;
        let scales = checked.scales(inputs).with_derivative()?;
        let streams = checked.streams(Streams::new(inputs).writing(E::values_mut(out)), scales.weight);
        T::bce_target_gradient(self.parameters(), &checked.pass(scales, DoubleWord::ZERO), streams);
        Ok(())
    }

    fn parameters(&self) -> BceParameters<T> {
        let pos_weight = self.pos_weight.uniform_value().unwrap_or(T::ONE);
        BceParameters { smoothing: Smoothing::new(self.label_smoothing), pos_weight }
    }
}

impl<T: Real> Plans<T> for BceWithLogits<'_, T> {
    fn settings(&self) -> &Settings<'_, T> {
        &self.settings
    }

    fn pos_weight(&self) -> Option<&Weights<'_, T>> {
        Some(&self.pos_weight)
    }

    fn check_parameters(&self) -> Result<(), Error> {
        expect_up_to(T::ONE, self.label_smoothing, Argument::LabelSmoothing)
    }

    #[inline]
    fn run_row(&self, row: &mut Row<'_, T>, backend: Backend) -> Option<T> {
        match self.pos_weight.uniform_value() {
            Some(pos_weight) if T::ZERO <= pos_weight && self.label_smoothing == T::ZERO => {
                T::bce_row(BceParameters { smoothing: Smoothing::none(), pos_weight }, row, backend)
            }
            _ => None,
        }
    }

    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::bce_sum(self.parameters(), pass, streams)
    }
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::bce_sum_and_gradient(self.parameters(), pass, streams)
    }
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::bce_losses(self.parameters(), pass, streams);
    }
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::bce_gradient(self.parameters(), pass, streams);
    }
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::bce_backward(self.parameters(), pass, streams);
    }
}

impl<T: Real> HessianPlans<T> for BceWithLogits<'_, T> {
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::bce_gradient_and_hessian(self.parameters(), pass, streams);
    }
}

impl<T: Real> Loss<T> for BceWithLogits<'_, T> {
    type Plans = Self;

    fn plans(&self) -> &Self {
        self
    }
}

impl<T: Real> Hessian<T> for BceWithLogits<'_, T> {
    type HessianPlans = Self;

    fn hessian_plans(&self) -> &Self {
        self
    }
}
