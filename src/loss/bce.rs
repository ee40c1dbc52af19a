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

/// Binary cross-entropy of sigmoid(logit), for one or many labels: PyTorch's `BCEWithLogitsLoss`.
///
/// With logit x, target t, weight w, positive weight p, a = |x| and e = exp(-a), all for each element:
///
/// ```text
/// near     = 1 - t if x >= 0 else p t         far = p t if x >= 0 else 1 - t
/// loss     = w (near a + (1 - t + p t) log1p(e))
/// gradient = w sign(x) (near - far e) / (1 + e)        = w ((1 - t) sigmoid(x) - p t sigmoid(-x))
/// Hessian  = w (1 - t + p t) e / (1 + e)^2
/// ```
///
/// No term of the loss is negative for t in [0, 1], so nothing cancels; for a hard target nothing cancels in the
/// gradient either, and it is right to the last digits where 1 - sigmoid(x) has none left:
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
/// Infinite logits give the limits: 0 on the side of the target, infinity with the gradient `w` or `-w p` on the other.
/// An element that is [not there](crate::Loss#what-is-not-there) has no loss, even one whose logit or target is NaN; any other NaN
/// gives NaN, and nothing else does. Targets outside of [0, 1] are computed by the same formulas, without these promises.
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
    /// Without weights or smoothing, reduced by [`Reduction::Mean`], on the fastest backend.
    #[must_use]
    pub const fn new() -> Self {
        Self { settings: Settings::new(), pos_weight: Weights::uniform(T::ONE), label_smoothing: T::ZERO }
    }

    /// By what the loss of each element is multiplied; 0 takes it away. Not negative, finite.
    #[must_use]
    pub const fn weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// A second weight, by which the loss of each element is multiplied besides: weights of classes beside those of samples.
    /// Not negative, finite; 0 takes an element away.
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

    /// Takes away every element whose target is `value`: it has no label. See [`Loss`](crate::Loss#what-is-not-there).
    ///
    /// Integers are compared as integers, and floats exactly, before they are smoothed; NaN takes away what is NaN.
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

    /// Takes away every element where this is false. As long as the logits. See [`Loss`](crate::Loss#what-is-not-there).
    #[must_use]
    pub const fn mask(mut self, present: &'w [bool]) -> Self {
        self.settings.mask = Some(present);
        self.settings.is_plain = false;
        self
    }

    /// By what the cost of a missed positive is multiplied: negatives / positives balances the classes. Not negative,
    /// finite.
    #[must_use]
    pub const fn pos_weight(mut self, pos_weight: Weights<'w, T>) -> Self {
        self.pos_weight = pos_weight;
        self
    }

    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    #[must_use]
    pub const fn label_smoothing(mut self, s: T) -> Self {
        self.label_smoothing = s;
        self
    }

    /// How the losses of the elements become one.
    #[must_use]
    pub const fn reduction(mut self, reduction: Reduction) -> Self {
        self.settings.reduction = reduction;
        self
    }

    /// Pins the backend.
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.settings.backend = Some(backend);
        self
    }

    /// Takes as many threads as `rayon` has, with the very bits of one.
    ///
    /// Sums are defined over [chunks](crate::LossSum::CHUNK). Here each is summed by whichever thread comes to it, and the sums
    /// are added from the first to the last, as they are by one thread: so results are equal bit for bit, however many
    /// threads there are and whoever is the fastest. Checks are shared out as well, and come first as ever.
    ///
    /// Called within a pool ([`rayon::ThreadPool::install`](rayon_core::ThreadPool::install)), that pool does the work; else the
    /// global one. The calling thread does up to one chunk alone. Nothing is allocated: 256 chunks at a time are shared out,
    /// and their sums wait on the stack.
    ///
    /// On an otherwise idle AMD Zen 4 with two cores, two threads ran at 1.3 to 1.9 times the speed of one from 1 Mi elements
    /// on; threads that share nothing, at 1.3 to 2.0. To hand over work takes longer than a few chunks do: 64 Ki elements of
    /// `f32`, two chunks, ran at 0.96 to 1.5 times the speed, and with a pool of one thread, called from outside, at 0.45 to
    /// 0.75. `cargo bench --features rayon --bench parallel` measures the machine at hand.
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

    /// The derivative of the reduced loss with respect to each target, whatever the target is:
    ///
    /// ```text
    /// w (1 - s) ((x >= 0 ? -a : p a) + (p - 1) log1p(e))        = w (1 - s) (-x + (p - 1) softplus(-x))
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Loss`].
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
