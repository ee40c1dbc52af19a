//! Asymmetric loss from logits.

use super::checks::expect_up_to;
use super::plans::{HessianPlans, Plans};
use super::settings::{Ignored, Settings};
use super::{Hessian, Loss};
#[cfg(feature = "rayon")]
use crate::driver::Threads;
use crate::driver::{AsymmetricParameters, Pass, Streams};
use crate::error::{Argument, Error};
use crate::math::{DoubleWord, Gamma, Margin, Smoothing};
use crate::real::Real;
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

/// Asymmetric loss of sigmoid(logit), for many labels: focal loss with one power for positives and another for
/// negatives, in which a negative of small probability costs nothing.
///
/// In multi-label data nearly all labels are negative and easy. The higher `gamma_neg` is, the less they count, and
/// below the probability `margin` they do not count at all. The few positives keep their weight (Ridnik, Ben-Baruch,
/// Zamir, Ben-Cohen, Friedman, Protter and Zelnik-Manor, "Asymmetric Loss For Multi-Label Classification", 2021).
///
/// With logit x, target t, weight w, margin m, and gamma_p and gamma_n for `gamma_pos` and `gamma_neg`:
///
/// ```text
/// S = sigmoid(x)    R = sigmoid(-x)    q = S - m    r = R + m
/// loss     = w (t P + (1 - t) N)
/// P  = R^gamma_p softplus(-x)
/// P' = -R^gamma_p (gamma_p S softplus(-x) + R)
/// P" = R^gamma_p S (R (1 + 2 gamma_p) + gamma_p softplus(-x) (gamma_p S - R))
/// N  = q^gamma_n (-ln r)
/// N' = S R (gamma_n q^(gamma_n - 1) (-ln r) + q^gamma_n / r)
/// N" = (S R)^2 (gamma_n (gamma_n - 1) q^(gamma_n - 2) (-ln r) + 2 gamma_n q^(gamma_n - 1) / r + q^gamma_n / r^2)
///      + (R - S) N'
/// N, N' and N" are 0 where q <= 0
/// gradient = w (t P' + (1 - t) N')
/// Hessian  = w (t P" + (1 - t) N")                                  may be negative
/// ```
///
/// Where the Hessian is negative, boosting needs a [floor](crate::Hessian#boosting-needs-a-floor). The inputs have any
/// shape, most often N samples of C labels. Logarithms are natural, so losses are in nats.
///
/// ```
/// use logit_loss::{AsymmetricLoss, Loss};
///
/// // Two samples of three labels; one label is positive.
/// let (logits, labels) = ([0.5f32, -1.0, -4.0, -3.5, 0.2, -2.0], [true, false, false, false, false, false]);
/// let mut gradient = [0.0; 6];
/// let mean = AsymmetricLoss::new().loss_and_gradient(&logits, &labels, &mut gradient)?;
/// assert!((mean - 0.037_132_71).abs() < 1e-7);
/// // sigmoid(-4) and sigmoid(-3.5) are below the margin of 0.05.
/// assert_eq!((gradient[2], gradient[3]), (0.0, 0.0));
/// assert!(gradient[0] < 0.0 && gradient[1] > 0.0);
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// With margin 0 and equal gammas, hard targets have the bits of [`FocalLoss`](super::FocalLoss) without alpha, except
/// that a 0 may have another sign. Soft targets differ, since this loss mixes both sides linearly.
///
/// # Accuracy
///
/// The table shows the largest errors found in `f32`, in ULP, for hard targets on backends that fuse, and what is
/// promised for the loss and the gradient. The promise for the Hessian is 2 more. Backends that do not fuse may err by
/// 1 more. The search covers every 2039th value, and five thousand logits close to the margin, with margins of 0, 0.05,
/// 0.2 and 0.5; a positive ("-" in the table) has no margin. Powers up to 4 are products.
///
/// | gamma | loss | at x, m | gradient | at x, m | Hessian | at x, m | promised |
/// |---|---|---|---|---|---|---|---|
/// | 0 | 4.15 | -0.30084547, 0.05 | 3.46 | -1.9284143, 0.05 | 5.90 | 5.5028887, 0.2 | 6 |
/// | 0.5 | 5.46 | -5.4772147e-5, 0.2 | 4.50 | -0.18779682, 0.2 | 5.89 | 3.943001, 0.05 | 8.5 |
/// | 1 | 7.41 | -0.00921038, 0.2 | 6.95 | -0.3542596, 0.05 | 6.67 | 7.3142295, 0.05 | 11 |
/// | 1.5 | 7.77 | -0.0010912992, 0.2 | 5.70 | -0.16455346, 0.2 | 5.62 | 5.1800947, 0.05 | 13.5 |
/// | 2 | 11.96 | -0.015363032, 0.2 | 9.77 | -0.16163665, 0.2 | 8.66 | 7.4659038, - | 16 |
/// | 4 | 17.66 | -0.3689652, 0.2 | 16.43 | -1.9850491, 0.05 | 15.46 | 13.136841, - | 26 |
/// | 64 | 134.90 | -0.0048293434, 0.2 | 135.92 | -0.19350891, 0.2 | 134.75 | -0.24722688, 0.2 | 326 |
///
/// The Hessian changes its sign, so its error is in ULP of the sum of its terms' magnitudes. So are the errors of a
/// soft target's gradient and Hessian.
///
/// These errors hold close to the margin too, where S - m has no digits left, if the result is compared with that of a
/// margin which differs from m by at most a quarter of an ULP (an eighth was found, for m = 0.044 in `f32`). The
/// rounding of 0.05 itself is as large. The crate never computes S - m. It computes S (1 - m) (1 - exp(x0 - x)), with
/// x0 = ln(m / (1 - m)) in two words. If q^gamma_n is subnormal close to the margin, the Hessian has no more digits
/// than q^gamma_n.
///
/// Compared with numbers of 60 digits, `f64` is off by more ULP than `f32` close to the margin, where a loss is
/// q^(gamma + 1). For gamma 4, the largest error found is 20.3, for m = 0.2 at x = -1.3862938730534355; without fused
/// multiply-add it is 21.9, for m = 0.05 at x = -2.9444389786346283.
///
/// # Limits
///
/// Infinite logits give the limits. At +inf a negative costs -(1 - m)^gamma_n ln m, which is infinite without a margin.
/// At -inf a positive costs infinity.
///
/// At q = 0 the loss and the gradient are 0. The Hessian is infinite there if gamma_n is between 0 and 1, like its
/// limit from above, and 0 for any other gamma_n. (At q = 0 the gradient jumps if gamma_n is 0, and the Hessian jumps
/// if gamma_n is at most 1.) A floor does not help against infinity, so for gradient boosting choose a gamma_n that is
/// not between 0 and 1, or a margin of 0.
///
/// A weight of 0 ignores the element, even if its logit or target is NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsymmetricLoss<'w, T> {
    settings: Settings<'w, T>,
    gamma_pos: T,
    gamma_neg: T,
    margin: T,
    label_smoothing: T,
}

impl<T: Real> Default for AsymmetricLoss<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'w, T: Real> AsymmetricLoss<'w, T> {
    /// Makes a loss with `gamma_pos` 1, `gamma_neg` 4 and a margin of 0.05, without weights or smoothing, with
    /// [`Reduction::Mean`], on the fastest backend.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            settings: Settings::new(),
            gamma_pos: T::GAMMA_POS,
            gamma_neg: T::GAMMA_NEG,
            margin: T::MARGIN,
            label_smoothing: T::ZERO,
        }
    }

    /// Sets the power of the wrong answer's probability for positives, in [0, 64]. Integers up to 4 are the fastest.
    #[must_use]
    pub const fn gamma_pos(mut self, gamma: T) -> Self {
        self.gamma_pos = gamma;
        self
    }

    /// Sets the power of the wrong answer's probability for negatives, in [0, 64]. Integers up to 4 are the fastest.
    #[must_use]
    pub const fn gamma_neg(mut self, gamma: T) -> Self {
        self.gamma_neg = gamma;
        self
    }

    /// Sets the margin, in [0, 1), which is subtracted from the probability of a negative. A negative whose probability
    /// is not above the margin costs nothing. 0 means no margin, and so does a number below the smallest normal one.
    #[must_use]
    pub const fn margin(mut self, margin: T) -> Self {
        self.margin = margin;
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

    fn parameters(&self) -> AsymmetricParameters<T> {
        let margin = Margin::new(self.margin);
        let is_unbounded = T::ZERO < self.gamma_neg && self.gamma_neg < T::ONE;
        AsymmetricParameters {
            smoothing: Smoothing::new(self.label_smoothing),
            smoothed: self.label_smoothing != T::ZERO,
            positive: Gamma::new(self.gamma_pos),
            negative: Gamma::new(self.gamma_neg),
            margin,
            edge: if is_unbounded { T::MAX + T::MAX } else { T::ZERO },
        }
    }
}

impl<T: Real> Plans<T> for AsymmetricLoss<'_, T> {
    fn settings(&self) -> &Settings<'_, T> {
        &self.settings
    }

    fn check_parameters(&self) -> Result<(), Error> {
        expect_up_to(T::LARGEST_GAMMA, self.gamma_pos, Argument::GammaPos)?;
        expect_up_to(T::LARGEST_GAMMA, self.gamma_neg, Argument::GammaNeg)?;
        expect_up_to(T::ONE, self.margin, Argument::Margin)?;
        if self.margin == T::ONE {
            return Err(Error::Parameter { argument: Argument::Margin });
        }
        expect_up_to(T::ONE, self.label_smoothing, Argument::LabelSmoothing)
    }

    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::asymmetric_sum_and_gradient(self.parameters(), pass, streams)
    }
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        T::asymmetric_sum_and_gradient(self.parameters(), pass, streams)
    }
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::asymmetric_losses(self.parameters(), pass, streams);
    }
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::asymmetric_derivatives(self.parameters(), pass, streams);
    }
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::asymmetric_derivatives(self.parameters(), pass, streams);
    }
}

impl<T: Real> HessianPlans<T> for AsymmetricLoss<'_, T> {
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>) {
        T::asymmetric_derivatives(self.parameters(), pass, streams);
    }
}

impl<T: Real> Loss<T> for AsymmetricLoss<'_, T> {
    type Plans = Self;

    fn plans(&self) -> &Self {
        self
    }
}

impl<T: Real> Hessian<T> for AsymmetricLoss<'_, T> {
    type HessianPlans = Self;

    fn hessian_plans(&self) -> &Self {
        self
    }
}
