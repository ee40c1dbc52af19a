//! The losses, and what they have in common: the methods, the checks, the reductions.

mod asymmetric;
mod bce;
mod checks;
mod focal;
mod methods;
mod plans;
mod probability;
mod settings;

pub use asymmetric::AsymmetricLoss;
pub use bce::BceWithLogits;
pub use focal::FocalLoss;
pub use probability::Bce;

use crate::counts::ClassCount;
use crate::driver::Values;
use crate::error::Error;
use crate::label::Label;
use crate::real::{Element, Real};
use crate::reduction::LossSum;
use crate::weights::Weights;
use plans::{HessianPlans, Plans};

/// A loss of inputs and targets: how it is reduced, and its derivatives.
///
/// The inputs are logits, or the probabilities of [`Bce`]. They, and all results for each element, are of one [`Element`] type;
/// targets are of any [`Label`] type. All slices are contiguous and as long as the inputs. Every method checks its arguments
/// before it writes anything: on `Err`, no output has changed. None allocates or panics.
///
/// Derivatives are those of the *reduced* loss: under [`Reduction::Mean`](crate::Reduction::Mean) they come divided by the number of elements.
/// For gradient boosting, and whenever elements are to be seen on their own, ask for
/// [`Reduction::Sum`](crate::Reduction::Sum).
///
/// Sealed; implemented by [`BceWithLogits`], [`FocalLoss`], [`AsymmetricLoss`] and [`Bce`].
///
/// # What is not there
///
/// Four things take an element away: a target that [`ignore_target`](crate::BceWithLogits::ignore_target) names, a target of
/// `None`, `false` in a [`mask`](crate::BceWithLogits::mask), and a weight of 0.
/// Its loss, gradient, Hessian, target gradient and `backward` are 0, whatever its logit, its probability and its target are:
/// NaN, infinite, or no label. It adds nothing to sums, to [`accumulate`](Loss::accumulate) or to losses of samples and classes.
/// The first three are *not counted* either: not by [`Reduction::Mean`](crate::Reduction::Mean), by
/// [`LossSum::count`](crate::LossSum::count), by the sum of the weights, or by [`count_classes`](Loss::count_classes). A weight of 0 is counted by all but the sum of the weights,
/// as in PyTorch. Where nothing is left to be counted, a mean is [`Error::EmptyMean`].
///
/// ```
/// use logit_loss::{BceWithLogits, Loss, LossSum};
///
/// let (logits, labels) = ([0.5f32, f32::NAN, -1.0], [1i8, -1, 0]);
/// let bce = BceWithLogits::new().ignore_target(-1.0);
/// let mut gradient = [7.0; 3];
/// let mean = bce.loss_and_gradient(&logits, &labels, &mut gradient)?;
/// assert_eq!(mean, BceWithLogits::new().loss(&[0.5f32, -1.0], &[1i8, 0])?);
/// assert_eq!(gradient[1], 0.0);
///
/// let mut sum = LossSum::new();
/// bce.accumulate(&mut sum, &logits, &labels)?;
/// assert_eq!(sum.count(), 2);
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # One of several
///
/// The methods are generic, so there is no `dyn Loss`. Where the loss is chosen at run time, an `enum` has it:
///
/// ```
/// use logit_loss::{BceWithLogits, Error, FocalLoss, Loss};
///
/// enum Chosen<'w> {
///     Bce(BceWithLogits<'w, f32>),
///     Focal(FocalLoss<'w, f32>),
/// }
///
/// impl Chosen<'_> {
///     fn gradient(&self, logits: &[f32], labels: &[bool], gradient: &mut [f32]) -> Result<(), Error> {
///         match self {
///             Self::Bce(loss) => loss.gradient(logits, labels, gradient),
///             Self::Focal(loss) => loss.gradient(logits, labels, gradient),
///         }
///     }
/// }
///
/// let mut gradient = [0.0; 2];
/// for loss in [Chosen::Bce(BceWithLogits::new()), Chosen::Focal(FocalLoss::new())] {
///     loss.gradient(&[1.5, -0.5], &[true, false], &mut gradient)?;
///     assert!(gradient[0] < 0.0 && gradient[1] > 0.0);
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
///
/// All methods return [`Error::Length`] for slices that are not as long as the inputs, [`Error::Target`] for an integer that is
/// no label, [`Error::Tiling`] and [`Error::Weight`] for weights that do not fit, [`Error::Parameter`] for a parameter out of its
/// range, and of [`Bce`] [`Error::Probability`]. [`Error::Samples`] and [`Error::Classes`] are for shapes that do not divide
/// the inputs. Those that take a mean, or the derivative of one, return [`Error::EmptyMean`] where there is nothing
/// to divide by.
///
/// ```
/// use logit_loss::{BceWithLogits, Error, Loss};
///
/// let mut gradient = [7.0f32; 3];
/// let short = BceWithLogits::new().gradient(&[0.0, 1.0], &[0.0, 1.0], &mut gradient);
/// assert!(matches!(short, Err(Error::Length { expected: 2, found: 3, .. })));
/// assert_eq!(gradient, [7.0; 3]);
/// ```
pub trait Loss<T: Real>: Sync {
    #[doc(hidden)]
    type Plans: Plans<T>;
    #[doc(hidden)]
    fn plans(&self) -> &Self::Plans;

    /// The reduced loss.
    fn loss<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y]) -> Result<T, Error> {
        methods::loss(self.plans(), E::values(inputs), labels(targets))
    }

    /// The loss of each element, unreduced: PyTorch's `reduction='none'`.
    fn losses<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y], out: &mut [E]) -> Result<(), Error> {
        methods::losses(self.plans(), E::values(inputs), labels(targets), E::values_mut(out))
    }

    /// The derivative of the reduced loss with respect to each input.
    fn gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<(), Error> {
        methods::gradient(self.plans(), E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// The reduced loss, and its gradient, in one pass.
    fn loss_and_gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<T, Error> {
        methods::loss_and_gradient(self.plans(), E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// The reduced loss; its gradient takes the inputs' place, so that no second buffer is needed.
    fn loss_and_gradient_in_place<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &mut [E],
        targets: &[Y],
    ) -> Result<T, Error> {
        methods::loss_and_gradient_in_place(self.plans(), E::values_mut(inputs), labels(targets))
    }

    /// The vector-Jacobian product that an automatic differentiation needs: the gradient of each element's own loss,
    /// whatever the reduction, times `upstream`, which may be negative but must be finite.
    fn backward<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        upstream: Weights<'_, T>,
        gradient: &mut [E],
    ) -> Result<(), Error> {
        methods::backward(self.plans(), E::values(inputs), labels(targets), upstream, E::values_mut(gradient))
    }

    /// The reduced loss of each sample: the first `inputs.len() / out.len()` inputs are the first sample's. It has the bits of
    /// [`loss`](Self::loss) on that sample alone, if all weights are 0 or from 2^-15 to 2^15 (of `f64` from 2^-50 to 2^50). A
    /// sample of which nothing is left has 0.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss};
    ///
    /// // Three samples of two labels: which is the hardest?
    /// let (logits, labels) = ([4.0f32, -3.0, 0.5, 0.0, -2.0, 6.0], [true, false, true, false, true, false]);
    /// let mut losses = [0.0; 3];
    /// BceWithLogits::new().loss_per_sample(&logits, &labels, &mut losses)?;
    /// assert!(losses[2] > losses[1] && losses[1] > losses[0]);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    fn loss_per_sample<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        out: &mut [T],
    ) -> Result<(), Error> {
        methods::loss_per_sample(self.plans(), E::values(inputs), labels(targets), out)
    }

    /// Adds a batch of [N, C, pixels] to a running sum for each of C classes; `pixels` is 1 for [N, C]. Losses are added one by
    /// one, by the thread that calls, so that samples may be cut into batches anywhere.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, LossSum};
    ///
    /// let (logits, labels) = ([4.0f32, -3.0, 0.5, 2.0], [true, false, true, false]);
    /// let mut sums = [LossSum::new(); 2];
    /// BceWithLogits::new().accumulate_per_class(&mut sums, 1, &logits, &labels)?;
    /// // Nearly all of the loss is the second class's.
    /// assert!(sums[1].mean() > sums[0].mean());
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    fn accumulate_per_class<E: Element<T>, Y: Label<T>>(
        &self,
        sums: &mut [LossSum<T>],
        pixels: usize,
        inputs: &[E],
        targets: &[Y],
    ) -> Result<(), Error> {
        methods::accumulate_per_class(self.plans(), sums, pixels, E::values(inputs), labels(targets))
    }

    /// Counts the positives and negatives of each class in targets of [N, C, pixels], as many classes as there are counts;
    /// `pixels` is 1 for [N, C]. What is ignored or masked is not counted; weights do not matter. Targets must be in [0, 1]. The
    /// thread that calls does it. With [`pos_weight`](crate::pos_weight()), the counts balance the classes.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, ClassCount, Loss};
    ///
    /// // Three samples of two classes; the last sample has no label for the second class.
    /// let bce = BceWithLogits::<f32>::new().ignore_target(-1.0);
    /// let mut counts = [ClassCount::new(); 2];
    /// bce.count_classes(&mut counts, 1, &[1i32, 0, 0, 1, 0, -1])?;
    /// assert_eq!((counts[0].positives(), counts[0].negatives()), (1.0, 2.0));
    /// assert_eq!((counts[1].positives(), counts[1].negatives()), (1.0, 1.0));
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    fn count_classes<Y: Label<T>>(&self, counts: &mut [ClassCount], pixels: usize, targets: &[Y]) -> Result<(), Error> {
        methods::count_classes(self.plans(), counts, pixels, labels(targets))
    }

    /// Adds a batch to a running sum. Several calls give the bits of one if they are cut at multiples of
    /// [`LossSum::CHUNK`].
    fn accumulate<E: Element<T>, Y: Label<T>>(
        &self,
        sum: &mut LossSum<T>,
        inputs: &[E],
        targets: &[Y],
    ) -> Result<(), Error> {
        methods::accumulate(self.plans(), sum, E::values(inputs), labels(targets))
    }
}

/// A loss that has a second derivative: [`BceWithLogits`], [`FocalLoss`] and [`AsymmetricLoss`]. Sealed.
///
/// # Boosting needs a floor
///
/// Boosting divides a sum of gradients by a sum of Hessians. The Hessian of [`BceWithLogits`] can be as small as 1e-30.
/// Those of [`FocalLoss`] and [`AsymmetricLoss`] are negative where an element is far on the wrong side; of focal loss
/// with gamma 2, where the right answer has a probability below 0.058. A leaf of such elements moves the wrong way, by
/// any amount, or is never made. The crate returns the derivative as it is. Who divides by it puts a floor under it, a
/// share of the gradient:
///
/// ```
/// use logit_loss::{FocalLoss, Hessian, Reduction};
///
/// let (logits, labels) = ([-4.6f32, -4.6, 1.0], [true, false, true]);
/// let (mut gradient, mut hessian) = ([0.0; 3], [0.0; 3]);
/// let focal = FocalLoss::new().reduction(Reduction::Sum);
/// focal.gradient_and_hessian(&logits, &labels, &mut gradient, &mut hessian)?;
/// let unchanged = hessian[1..].to_vec();
/// assert!(hessian[0] < 0.0);
/// for (h, g) in hessian.iter_mut().zip(&gradient) {
///     *h = h.max(g.abs() / 4.0);
/// }
/// assert_eq!(-gradient[0] / hessian[0], 4.0);
/// assert_eq!(hessian[1..], unchanged);
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// Then no leaf moves by more than 4, whatever is in it. Weights scale the floor as they scale the Hessian. With
/// cross-entropy and focal loss, an element on the right side keeps its Hessian, which is at least half the gradient
/// there. A constant floor has none of this, nor has a floor of 0, to which XGBoost clips.
///
/// `examples/boosting.rs` trains focal loss from a probability of 0.01, with the learning rate, lambda and least leaf
/// that are the defaults of XGBoost and of LightGBM. Without a floor, neither learns anything. With `h.max(1e-6)`,
/// XGBoost's still learn nothing, and LightGBM's end with a loss of 1546. With `h.max(1e-3)`, only LightGBM's learn.
/// With `h.max(g.abs() / 4.0)`, both do, to 0.049 and 0.058. From the log-odds of the classes all Hessians are
/// positive, and this floor costs nothing.
///
/// An element whose gradient and Hessian are both 0 (masked, or below the margin) needs a positive lambda, or a least
/// Hessian.
///
/// # Errors
///
/// Those of [`Loss`].
pub trait Hessian<T: Real>: Loss<T> {
    #[doc(hidden)]
    type HessianPlans: HessianPlans<T>;
    #[doc(hidden)]
    fn hessian_plans(&self) -> &Self::HessianPlans;

    /// The gradient, and the diagonal of the Hessian, of the reduced loss: what gradient boosting needs.
    fn gradient_and_hessian<E: Element<T>, Y: Label<T>>(
        &self,
        logits: &[E],
        targets: &[Y],
        gradient: &mut [E],
        hessian: &mut [E],
    ) -> Result<(), Error> {
        methods::gradient_and_hessian(
            self.hessian_plans(),
            E::values(logits),
            labels(targets),
            E::values_mut(gradient),
            E::values_mut(hessian),
        )
    }
}

fn labels<T: Real, Y: Label<T>>(targets: &[Y]) -> Values<'_, T> {
    Values::new(Y::stored(targets))
}
