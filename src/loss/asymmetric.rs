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

/// Asymmetric loss of sigmoid(logit), for many labels: focal loss with a power of its own for positives and for negatives, of
/// which those with a small probability cost nothing.
///
/// Of many labels nearly all are negatives, and easy. They count the less the higher `gamma_neg` is, and from the `margin` m
/// on down not at all; the few positives keep their weight (Ridnik, Ben-Baruch, Zamir, Ben-Cohen, Friedman, Protter and
/// Zelnik-Manor, "Asymmetric Loss For Multi-Label Classification", 2021). With S = sigmoid(x), R = sigmoid(-x), q = S - m,
/// r = R + m, gamma_p and gamma_n, target t and weight w:
///
/// ```text
/// loss     = w (t P + (1 - t) N)
/// P  = R^gamma_p softplus(-x)
/// P' = -R^gamma_p (gamma_p S softplus(-x) + R)
/// P" = R^gamma_p S (R (1 + 2 gamma_p) + gamma_p softplus(-x) (gamma_p S - R))
/// N  = q^gamma_n (-ln r)                                            N, N' and N" are 0 where q <= 0
/// N' = S R (gamma_n q^(gamma_n - 1) (-ln r) + q^gamma_n / r)
/// N" = (S R)^2 (gamma_n (gamma_n - 1) q^(gamma_n - 2) (-ln r) + 2 gamma_n q^(gamma_n - 1) / r + q^gamma_n / r^2) + (R - S) N'
/// ```
///
/// gradient = w (t P' + (1 - t) N'), and the Hessian likewise. It may be negative, where boosting needs a
/// [floor](crate::Hessian#boosting-needs-a-floor). The inputs have any shape, N samples of C labels most often;
/// logarithms are natural, so losses are in nats.
///
/// ```
/// use logit_loss::{AsymmetricLoss, Loss};
///
/// // Two samples of three labels, of which one is there.
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
/// Without a margin, and with one gamma for both, hard targets have the bits of [`FocalLoss`](super::FocalLoss) without alpha
/// (but that a 0 may have another sign). Soft ones have not: here a target mixes both sides.
///
/// # Accuracy
///
/// In ULP, hard targets, on backends that fuse: the largest errors found in `f32`, over every 2039th pattern and five
/// thousand logits close to the margin, with margins of 0, 0.05, 0.2 and 0.5 (a positive has none), and what is promised of loss
/// and gradient; of the Hessian 2 more, and one more of backends that do not fuse. Powers up to 4 are products.
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
/// The Hessian changes its sign, so its error is in ULP of what it would be if all of its terms were added; so is that of
/// a soft target's gradient and Hessian.
///
/// All this holds close to the margin too, where S - m has no digits left, of a margin that differs from m by no more than a
/// quarter of an ULP (an eighth was found, for m = 0.044 in `f32`): the rounding of 0.05 itself is as large. For S - m is not
/// computed there or anywhere. It is S (1 - m) (1 - exp(x0 - x)), with x0 = ln(m / (1 - m)) in two words. Where q^gamma_n is
/// subnormal close to the margin, the Hessian has no more digits than that.
///
/// Compared with numbers of 60 digits, `f64` is off by more than `f32` close to the margin, where a loss is q^(gamma + 1): 20.3
/// was found for gamma 4 and m = 0.2, at x = -1.3862938730534355, and 21.9 where nothing is fused, for m = 0.05 at
/// x = -2.9444389786346283.
///
/// # Limits
///
/// Infinite logits give the limits: a negative costs -(1 - m)^gamma_n ln m at infinity, and without a margin infinity,
/// and a positive costs infinity at -infinity. At q = 0 the loss and the gradient are 0. There the Hessian is infinite
/// for gamma_n between 0 and 1, as its limit from above is, and 0 for any other. (Of a gamma_n of 0 the gradient, and
/// up to 1 the Hessian, jumps there.) A floor does not help against infinity, so for gradient boosting gamma_n should
/// not be between 0 and 1, or m be 0.
///
/// A weight of 0 takes an element away, even one whose logit or target is NaN.
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
    /// With gamma 1 of positives and 4 of negatives and a margin of 0.05, without weights or smoothing, reduced by
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

    /// The power of the wrong answer's probability, of positives. In [0, 64]; integers up to 4 are the fastest.
    #[must_use]
    pub const fn gamma_pos(mut self, gamma: T) -> Self {
        self.gamma_pos = gamma;
        self
    }

    /// The same of negatives.
    #[must_use]
    pub const fn gamma_neg(mut self, gamma: T) -> Self {
        self.gamma_neg = gamma;
        self
    }

    /// What is subtracted from the probability of a negative: one that is no larger costs nothing. In [0, 1); 0 is none, and
    /// so is a number below the smallest normal one.
    #[must_use]
    pub const fn margin(mut self, margin: T) -> Self {
        self.margin = margin;
        self
    }

    /// By what the loss of each element is multiplied; 0 takes it away. Not negative, finite.
    #[must_use]
    pub const fn weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// A second weight, by which the loss of each element is multiplied besides; see
    /// [`BceWithLogits::class_weight`](crate::BceWithLogits::class_weight).
    #[must_use]
    pub const fn class_weight(mut self, weight: Weights<'w, T>) -> Self {
        self.settings.class_weight = weight;
        self.settings.is_plain = false;
        self
    }

    /// Takes away every element whose target is `value`; see
    /// [`BceWithLogits::ignore_target`](crate::BceWithLogits::ignore_target).
    #[must_use]
    pub const fn ignore_target(mut self, value: T) -> Self {
        self.settings.ignored = Some(Ignored(value));
        self.settings.is_plain = false;
        self
    }

    /// Takes away every element where this is false. As long as the inputs. See [`Loss`](crate::Loss#what-is-not-there).
    #[must_use]
    pub const fn mask(mut self, present: &'w [bool]) -> Self {
        self.settings.mask = Some(present);
        self.settings.is_plain = false;
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

    /// Takes as many threads as `rayon` has, with the very bits of one; see [`BceWithLogits::parallel`].
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
