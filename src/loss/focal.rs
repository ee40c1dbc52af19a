//! Focal loss from logits.

use super::checks::expect_up_to;
use super::plans::{HessianPlans, Plans};
use super::settings::{Ignored, Settings};
use super::{Hessian, Loss};
#[cfg(feature = "rayon")]
use crate::driver::Threads;
use crate::driver::{BceParameters, FocalParameters, Pass, Row, Streams};
use crate::error::{Argument, Error};
use crate::math::{DoubleWord, Gamma, Smoothing};
use crate::real::Real;
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

/// Focal loss of sigmoid(logit): torchvision's `sigmoid_focal_loss`, without its NaN, for one or many labels.
///
/// Focal loss multiplies cross-entropy by a power of the wrong answer's probability, so that the many easy elements of
/// an imbalanced data set do not outweigh the few hard ones (Lin, Goyal, Girshick, He and Dollár, "Focal Loss for Dense
/// Object Detection", 2017).
///
/// For a hard target, with logit x, weight w and positive weight p:
///
/// ```text
/// target 0: u = x     s = 1     alpha_t = 1 - alpha, or without alpha 1
/// target 1: u = -x    s = -1    alpha_t = alpha p, or without alpha p
/// S = sigmoid(u)    R = sigmoid(-u)    L = softplus(u)    A = S^gamma = exp(-gamma softplus(-u))
/// loss     = w alpha_t A L
/// gradient = w alpha_t s A (gamma R L + S)
/// Hessian  = w alpha_t A R (S (1 + 2 gamma) + gamma L (gamma R - S))        may be negative
/// ```
///
/// For a soft or smoothed target t, the formulas are torchvision's, with c the plain cross-entropy:
///
/// ```text
/// z = sigmoid(x)    v = z (1 - z)    m = t (1 - z) + (1 - t) z    k = 1 - 2 t
/// alpha_t  = alpha p t + (1 - alpha) (1 - t), or without alpha p t + (1 - t)
/// loss     = w alpha_t m^gamma c
/// gradient = w alpha_t ((z - t) m^gamma + gamma c m^(gamma - 1) k v)
/// Hessian  = w alpha_t (v m^gamma + 2 gamma (z - t) m^(gamma - 1) k v
///                       + gamma c ((gamma - 1) m^(gamma - 2) k^2 v^2 + m^(gamma - 1) k v (1 - 2 z)))
/// ```
///
/// The Hessian can be negative, so boosting needs a [floor](crate::Hessian#boosting-needs-a-floor).
///
/// The crate computes all three without `pow` and without a difference of nearly equal numbers, so they are accurate in
/// the tails and never NaN. For target 1, torchvision's gradient with gamma 0.5 is NaN from logit 17 on, and with gamma
/// 2 it is 37 % off at 15:
///
/// ```
/// use logit_loss::{FocalLoss, Loss, Reduction};
///
/// let mut gradient = [0.0f32];
/// let focal = FocalLoss::new().gamma(0.5).reduction(Reduction::Sum);
/// let loss = focal.loss_and_gradient(&[17.0], &[true], &mut gradient)?;
/// assert_eq!((loss, gradient), (2.1058658e-12, [-3.1587987e-12]));
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # Accuracy
///
/// The table shows the largest errors found in `f32`, in ULP, for hard targets on backends that fuse, and what is
/// promised. Backends that do not fuse may err by 1 more. The search covers every 509th value without alpha, and some
/// ten thousand values with alpha = 0.25. Powers up to 4 are products, whose factors each err by 1 or 2 ULP. Other
/// powers are an exponential, whose error grows more slowly.
///
/// | gamma | loss | at u = | gradient | at u = | Hessian | at u = | promised |
/// |---|---|---|---|---|---|---|---|
/// | 0.5 | 3.04 | -9.52733 | 3.67 | -13.685457 | 3.88 | 15.485881 | 7 |
/// | 1 | 4.16 | -4.5024123 | 5.72 | -1.9440387 | 5.21 | -7.4987054 | 8 |
/// | 1.5 | 2.83 | 0.00047418388 | 3.74 | -13.137491 | 4.21 | 13.689899 | 9 |
/// | 2 | 6.30 | -2.4801505 | 8.40 | -8.936179 | 7.15 | -13.807298 | 10 |
/// | 3 | 8.97 | -10.0575 | 10.46 | -3.4330487 | 8.98 | -13.078755 | 12 |
/// | 5 | 3.68 | 0.69572645 | 5.32 | 0.69572645 | 4.65 | 15.004417 | 16 |
///
/// The Hessian changes its sign, so its error is in ULP of the sum of its terms' magnitudes. So are the errors of a
/// soft target's gradient and Hessian. For these, for the loss of soft targets, and with positive weights, no error
/// above the promise was found up to |x| = 1e10.
///
/// # Limits
///
/// Infinite logits give the limits. With gamma 0 and without alpha, the results are those of
/// [`BceWithLogits`](super::BceWithLogits), bit for bit, also with positive weights. Weights work as there: a weight of
/// 0 ignores the element, even if its logit or target is NaN. With a positive weight of 0, the loss and the derivatives
/// of a positive are 0, also at infinity, but NaN if its logit is NaN. An alpha_t that rounds to 0 is 0. If w alpha_t
/// is above the largest number, results are not NaN, and nothing else is promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FocalLoss<'w, T> {
    settings: Settings<'w, T>,
    pos_weight: Weights<'w, T>,
    alpha: Option<T>,
    gamma: T,
    label_smoothing: T,
}

/// The parameters of the formula: binary cross-entropy without alpha at gamma 0, else focal loss.
enum Parameters<T> {
    Bce(BceParameters<T>),
    Focal(FocalParameters<T>),
}

impl<T: Real> Default for FocalLoss<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'w, T: Real> FocalLoss<'w, T> {
    /// Makes a loss with alpha 0.25 and gamma 2, without weights or smoothing, with [`Reduction::Mean`], on the fastest
    /// backend.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            settings: Settings::new(),
            pos_weight: Weights::uniform(T::ONE),
            alpha: Some(T::ALPHA),
            gamma: T::GAMMA,
            label_smoothing: T::ZERO,
        }
    }

    /// Sets alpha, in [0, 1]: alpha multiplies the loss of positives, and 1 - alpha that of negatives. It is the same
    /// for all classes; use [`pos_weight`](Self::pos_weight) for one value per class.
    #[must_use]
    pub const fn alpha(mut self, alpha: T) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// Removes alpha: only [`pos_weight`](Self::pos_weight) weights positives against negatives.
    #[must_use]
    pub const fn without_alpha(mut self) -> Self {
        self.alpha = None;
        self
    }

    /// Sets gamma, the power of the wrong answer's probability, in [0, 64]. Integers up to 4 are the fastest.
    #[must_use]
    pub const fn gamma(mut self, gamma: T) -> Self {
        self.gamma = gamma;
        self
    }

    /// Sets the positive weight, which multiplies the loss of a positive. Must be finite and not negative. One weight
    /// for each class is an alpha for each class.
    ///
    /// Without alpha, positives are multiplied by p and negatives by 1. So p = alpha / (1 - alpha) has the balance of
    /// alpha, and losses are 1 + p times as large; a [`weight`](Self::weight) of 1 - alpha undoes that. With alpha,
    /// whose default is 0.25, positives are multiplied by alpha p and negatives by 1 - alpha.
    ///
    /// ```
    /// use logit_loss::{FocalLoss, Loss, Reduction, Weights};
    ///
    /// // Two samples of three classes, whose positives are common, rare and very rare.
    /// let (logits, labels) = ([2.0f32, -1.0, -3.0, 0.5, -2.0, -4.0], [true, true, false, false, false, true]);
    /// let pos_weight = [1.0, 4.0, 19.0];
    /// let pos_weight = Weights::per_class(&pos_weight);
    /// let focal = FocalLoss::new().without_alpha().pos_weight(pos_weight).reduction(Reduction::Sum);
    ///
    /// // In the third class, p = 19 has the balance of alpha = 0.95, and is twenty times as large.
    /// let third = FocalLoss::new().alpha(0.95).reduction(Reduction::Sum);
    /// let (mut all, mut one) = ([0.0; 6], [0.0; 2]);
    /// focal.gradient(&logits, &labels, &mut all)?;
    /// third.gradient(&[-3.0, -4.0], &[false, true], &mut one)?;
    /// assert!((all[2] - 20.0 * one[0]).abs() < 1e-6 && (all[5] - 20.0 * one[1]).abs() < 1e-4);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every method returns [`Error::Tiling`] if the number of weights does not fit the logits, and [`Error::Weight`]
    /// if a weight is negative or not finite. Both name [`Argument::PosWeight`].
    #[must_use]
    pub const fn pos_weight(mut self, pos_weight: Weights<'w, T>) -> Self {
        self.pos_weight = pos_weight;
        self
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

    /// Sets the label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
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

    /// Uses all threads of `rayon` and gives the bits of one thread: see [`BceWithLogits::parallel`].
    ///
    /// [`BceWithLogits::parallel`]: crate::BceWithLogits::parallel
    #[cfg(feature = "rayon")]
    #[must_use]
    pub const fn parallel(mut self) -> Self {
        self.settings.threads = Threads::Pool;
        self
    }

    fn parameters(&self) -> Parameters<T> {
        let smoothing = Smoothing::new(self.label_smoothing);
        let alpha = match self.alpha {
            None if self.gamma == T::ZERO => {
                let pos_weight = self.pos_weight.uniform_value().unwrap_or(T::ONE);
                return Parameters::Bce(BceParameters { smoothing, pos_weight });
            }
            None => [T::ONE; 2],
            Some(alpha) => [alpha, T::ONE - alpha],
        };
        let smoothed = self.label_smoothing != T::ZERO;
        Parameters::Focal(FocalParameters { smoothing, smoothed, gamma: Gamma::new(self.gamma), alpha })
    }
}

impl<T: Real> Plans<T> for FocalLoss<'_, T> {
    fn settings(&self) -> &Settings<'_, T> {
        &self.settings
    }

    fn pos_weight(&self) -> Option<&Weights<'_, T>> {
        Some(&self.pos_weight)
    }

    fn check_parameters(&self) -> Result<(), Error> {
        expect_up_to(T::ONE, self.alpha.unwrap_or(T::ALPHA), Argument::Alpha)?;
        expect_up_to(T::LARGEST_GAMMA, self.gamma, Argument::Gamma)?;
        expect_up_to(T::ONE, self.label_smoothing, Argument::LabelSmoothing)
    }

    #[inline]
    fn run_row(&self, row: &mut Row<'_, T>, backend: Backend) -> Option<T> {
        // `check_parameters` checks these where the driver is used.
        self.check_parameters().ok()?;
        let pos_weight = self.pos_weight.uniform_value()?;
        match self.parameters() {
            // A row has no positive weights for the formula to read.
            Parameters::Focal(focal) if pos_weight == T::ONE => T::focal_row(focal, row, backend),
            Parameters::Bce(bce) if T::ZERO <= pos_weight && self.label_smoothing == T::ZERO => {
                T::bce_row(bce, row, backend)
            }
            _ => None,
        }
    }

    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_sum(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_sum(focal, pass, streams),
        }
    }
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_sum_and_gradient(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_sum_and_gradient(focal, pass, streams),
        }
    }
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_losses(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_losses(focal, pass, streams),
        }
    }
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_gradient(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_gradient(focal, pass, streams),
        }
    }
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_backward(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_backward(focal, pass, streams),
        }
    }
}

impl<T: Real> HessianPlans<T> for FocalLoss<'_, T> {
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        match self.parameters() {
            Parameters::Bce(bce) => T::bce_gradient_and_hessian(bce, pass, streams),
            Parameters::Focal(focal) => T::focal_gradient_and_hessian(focal, pass, streams),
        }
    }
}

impl<T: Real> Loss<T> for FocalLoss<'_, T> {
    type Plans = Self;

    fn plans(&self) -> &Self {
        self
    }
}

impl<T: Real> Hessian<T> for FocalLoss<'_, T> {
    type HessianPlans = Self;

    fn hessian_plans(&self) -> &Self {
        self
    }
}
