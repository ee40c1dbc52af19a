//! The losses, and what all losses share: the methods, the checks, the reductions.

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

/// The methods of every loss: the reduced loss, the loss of each element, and their derivatives.
///
/// The inputs are logits, or probabilities for [`Bce`]. Inputs and per-element results have one [`Element`] type;
/// targets have any [`Label`] type. All slices are contiguous and as long as the inputs. Every method checks its
/// arguments before it writes: on `Err`, no output has changed. No method allocates or panics.
///
/// Derivatives are those of the *reduced* loss: with [`Reduction::Mean`](crate::Reduction::Mean) they are divided by
/// the number of counted elements, and with a weighted mean by the sum of the weights. For gradient boosting, and for
/// the derivative of each element's own loss, use [`Reduction::Sum`](crate::Reduction::Sum).
///
/// A sum above the largest number is +inf, and so is its mean.
///
/// The trait is sealed. [`BceWithLogits`], [`FocalLoss`], [`AsymmetricLoss`] and [`Bce`] implement it.
///
/// # Ignored elements
///
/// Four things make the crate ignore an element: a target that [`ignore_target`](crate::BceWithLogits::ignore_target)
/// names, a target of `None`, `false` in a [`mask`](crate::BceWithLogits::mask), and a weight of 0.
///
/// An ignored element has loss, gradient, Hessian, target gradient and `backward` of 0, whatever its logit, probability
/// and target are: they may be NaN or infinite, and the target need not be a label. It adds nothing to sums, to
/// [`accumulate`](Loss::accumulate), or to the losses of samples and classes.
///
/// The first three are *not counted* either: not by [`Reduction::Mean`](crate::Reduction::Mean), by
/// [`LossSum::count`](crate::LossSum::count), by the sum of the weights, or by [`count_classes`](Loss::count_classes).
/// An element of weight 0 is counted everywhere but in the sum of the weights, as in PyTorch. A mean without any
/// counted element is [`Error::EmptyMean`].
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
/// # Choosing a loss at run time
///
/// The methods are generic, so `dyn Loss` does not exist. Use an `enum`:
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
/// The methods return these errors:
///
/// * [`Error::Length`]: a slice is not as long as the inputs.
/// * [`Error::Target`]: an integer target is neither 0 nor 1, and not ignored.
/// * [`Error::Tiling`]: the number of weights does not fit the inputs.
/// * [`Error::Weight`]: a weight is negative or not finite, or an upstream derivative is not finite.
/// * [`Error::Parameter`]: a parameter is out of its range.
/// * [`Error::Probability`]: an input of [`Bce`] is not a probability.
/// * [`Error::Samples`] and [`Error::Classes`]: samples or classes do not divide the inputs.
/// * [`Error::EmptyMean`]: a mean, or its derivative, has nothing to divide by.
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

    /// Returns the reduced loss.
    fn loss<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y]) -> Result<T, Error> {
        methods::loss(self.plans(), E::values(inputs), labels(targets))
    }

    /// Writes the loss of each element to `out`, unreduced: PyTorch's `reduction='none'`.
    fn losses<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y], out: &mut [E]) -> Result<(), Error> {
        methods::losses(self.plans(), E::values(inputs), labels(targets), E::values_mut(out))
    }

    /// Writes the derivative of the reduced loss with respect to each input.
    fn gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<(), Error> {
        methods::gradient(self.plans(), E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// Returns the reduced loss and writes its gradient, in one pass.
    fn loss_and_gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<T, Error> {
        methods::loss_and_gradient(self.plans(), E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// Returns the reduced loss and overwrites the inputs with its gradient, so no second buffer is needed.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Error, Loss};
    ///
    /// /// A step of gradient descent of a logistic regression.
    /// fn step(model: &mut [f32; 2], features: &[[f32; 2]], labels: &[bool]) -> Result<f32, Error> {
    ///     let mut logits: Vec<f32> = features.iter().map(|x| model[0] * x[0] + model[1] * x[1]).collect();
    ///     let loss = BceWithLogits::new().loss_and_gradient_in_place(&mut logits, labels)?;
    ///     for (x, gradient) in features.iter().zip(&logits) {
    ///         model[0] -= gradient * x[0];
    ///         model[1] -= gradient * x[1];
    ///     }
    ///     Ok(loss)
    /// }
    ///
    /// let mut model = [0.0; 2];
    /// let (features, labels) = ([[1.0, 0.2], [0.1, 1.0], [0.9, -0.3]], [true, false, true]);
    /// let first = step(&mut model, &features, &labels)?;
    /// for _ in 0..100 {
    ///     step(&mut model, &features, &labels)?;
    /// }
    /// assert!(step(&mut model, &features, &labels)? < first / 5.0);
    /// # Ok::<(), Error>(())
    /// ```
    fn loss_and_gradient_in_place<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &mut [E],
        targets: &[Y],
    ) -> Result<T, Error> {
        methods::loss_and_gradient_in_place(self.plans(), E::values_mut(inputs), labels(targets))
    }

    /// Writes the vector-Jacobian product that automatic differentiation needs: the gradient of each element's own
    /// loss, whatever the reduction, times `upstream`. Upstream derivatives may be negative and must be finite.
    fn backward<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        upstream: Weights<'_, T>,
        gradient: &mut [E],
    ) -> Result<(), Error> {
        methods::backward(self.plans(), E::values(inputs), labels(targets), upstream, E::values_mut(gradient))
    }

    /// Writes the reduced loss of each sample. A sample has `inputs.len() / out.len()` inputs, and the first sample has
    /// the first of them. Each result has the bits of [`loss`](Self::loss) on that sample alone, if each weight is 0 or
    /// from 2^-15 to 2^15 (2^-50 to 2^50 for `f64`). Where `loss` would return [`Error::EmptyMean`], the result is 0.
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

    /// Adds a batch of [N, C, pixels] to one running sum for each of the C classes. Set `pixels` to 1 for [N, C]. The
    /// calling thread adds the losses one by one, so batches may be cut between any two samples without a change of
    /// bits.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, LossSum};
    ///
    /// let (logits, labels) = ([4.0f32, -3.0, 0.5, 2.0], [true, false, true, false]);
    /// let mut sums = [LossSum::new(); 2];
    /// BceWithLogits::new().accumulate_per_class(&mut sums, 1, &logits, &labels)?;
    /// // The second class has nearly all of the loss.
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

    /// Counts the positives and negatives of each class in targets of [N, C, pixels]. C is the number of counts; set
    /// `pixels` to 1 for [N, C]. Elements without a label and masked ones are not counted. Weights do not matter: an
    /// element of weight 0 is counted too. Targets of counted elements must be in [0, 1]. The calling thread does the
    /// work. [`pos_weight`](crate::pos_weight()) computes balancing weights from the counts.
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

    /// Adds a batch to a running sum. Several calls give the bits of one call if the batches are cut at multiples of
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

/// The second derivative of a loss. [`BceWithLogits`], [`FocalLoss`] and [`AsymmetricLoss`] implement this sealed
/// trait.
///
/// # Boosting needs a floor
///
/// Boosting divides a sum of gradients by a sum of Hessians. The Hessian of [`BceWithLogits`] can be as small as 1e-30.
/// The Hessians of [`FocalLoss`] and [`AsymmetricLoss`] are negative for an element that is far on the wrong side; for
/// focal loss with gamma 2, where the right answer has a probability below 0.058. A leaf of such elements moves the
/// wrong way, by any amount, or is never made. The crate returns the derivative unchanged. Before you divide by it,
/// apply a floor that is a share of the gradient:
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
/// With this floor no leaf moves by more than 4, whatever its elements are. Weights scale the floor as they scale the
/// Hessian. For cross-entropy and focal loss, the floor does not change an element on the right side, since its Hessian
/// is at least half the gradient. A constant floor has none of these properties. Nor does a floor of 0, to which
/// XGBoost clips.
///
/// `examples/boosting.rs` trains focal loss from a probability of 0.01, with the default learning rate, lambda and
/// least leaf of XGBoost and of LightGBM. Without a floor, neither learns anything. With `h.max(1e-6)`, XGBoost's
/// defaults still learn nothing, and LightGBM's end with a loss of 1546. With `h.max(1e-3)`, only LightGBM's learn.
/// With `h.max(g.abs() / 4.0)`, both learn, to a loss of 0.049 and 0.058. If training starts from the log-odds of the
/// classes, all Hessians are positive, and this floor costs nothing.
///
/// An element whose gradient and Hessian are both 0 (ignored, or below the margin) needs a positive lambda or a least
/// Hessian.
///
/// # Errors
///
/// The methods return the errors of [`Loss`].
pub trait Hessian<T: Real>: Loss<T> {
    #[doc(hidden)]
    type HessianPlans: HessianPlans<T>;
    #[doc(hidden)]
    fn hessian_plans(&self) -> &Self::HessianPlans;

    /// Writes the gradient of the reduced loss and the diagonal of its Hessian. Gradient boosting needs both, of the
    /// sum:
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Hessian, Reduction};
    ///
    /// let (mut gradient, mut hessian) = ([0.0f32; 2], [0.0; 2]);
    /// let sum = BceWithLogits::new().reduction(Reduction::Sum);
    /// sum.gradient_and_hessian(&[0.0, 30.0], &[true, true], &mut gradient, &mut hessian)?;
    /// assert_eq!((gradient[0], hessian[0]), (-0.5, 0.25));
    /// assert!(hessian[1] > 0.0); // 1 - sigmoid(30) is 0 in `f32`.
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
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
