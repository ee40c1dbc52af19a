//! The losses, and what they have in common: the methods, the checks, the reductions.

mod bce;
mod focal;
mod methods;
mod probability;

pub use bce::BceWithLogits;
pub use focal::FocalLoss;
pub use probability::Bce;

use core::mem::MaybeUninit;

use crate::driver::{Factors, Pass, Row, RowResult, Streams, Threads, Values, is_short};
use crate::error::{Argument, Error, expect_len};
use crate::label::Label;
use crate::math::DoubleWord;
use crate::real::{Element, Real};
use crate::reduction::{LossSum, Reduction, quotient};
use crate::simd::Backend;
use crate::weights::Weights;

/// A loss of inputs and targets: how it is reduced, and its derivatives.
///
/// The inputs are logits, or the probabilities of [`Bce`]. They, and all results for each element, are of one [`Element`] type;
/// targets are of any [`Label`] type. All slices are contiguous and as long as the inputs. Every method checks its arguments
/// before it writes anything: on `Err`, no output has changed. None allocates or panics.
///
/// Derivatives are those of the *reduced* loss: under [`Reduction::Mean`] they come divided by the number of elements.
/// For gradient boosting, and whenever elements are to be seen on their own, ask for [`Reduction::Sum`].
///
/// Sealed; implemented by [`BceWithLogits`], [`FocalLoss`] and [`Bce`].
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
/// All methods return [`Error::Length`] for slices that are not as long as the inputs, [`Error::Tiling`] and
/// [`Error::Weight`] for weights that do not fit, [`Error::Parameter`] for a parameter out of its range, and of [`Bce`]
/// [`Error::Probability`]. Those that take a mean, or the derivative of one, return [`Error::EmptyMean`] where there is nothing
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
pub trait Loss<T: Real>: Plans<T> {
    /// The reduced loss.
    fn loss<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y]) -> Result<T, Error> {
        methods::loss(self, E::values(inputs), labels(targets))
    }

    /// The loss of each element, unreduced: PyTorch's `reduction='none'`.
    fn losses<E: Element<T>, Y: Label<T>>(&self, inputs: &[E], targets: &[Y], out: &mut [E]) -> Result<(), Error> {
        methods::losses(self, E::values(inputs), labels(targets), E::values_mut(out))
    }

    /// The derivative of the reduced loss with respect to each input.
    fn gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<(), Error> {
        methods::gradient(self, E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// The reduced loss, and its gradient, in one pass.
    fn loss_and_gradient<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &[E],
        targets: &[Y],
        gradient: &mut [E],
    ) -> Result<T, Error> {
        methods::loss_and_gradient(self, E::values(inputs), labels(targets), E::values_mut(gradient))
    }

    /// The reduced loss; its gradient takes the inputs' place, so that no second buffer is needed.
    fn loss_and_gradient_in_place<E: Element<T>, Y: Label<T>>(
        &self,
        inputs: &mut [E],
        targets: &[Y],
    ) -> Result<T, Error> {
        methods::loss_and_gradient_in_place(self, E::values_mut(inputs), labels(targets))
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
        methods::backward(self, E::values(inputs), labels(targets), upstream, E::values_mut(gradient))
    }

    /// Adds a batch to a running sum. Several calls give the bits of one if they are cut at multiples of
    /// [`LossSum::CHUNK`].
    fn accumulate<E: Element<T>, Y: Label<T>>(
        &self,
        sum: &mut LossSum<T>,
        inputs: &[E],
        targets: &[Y],
    ) -> Result<(), Error> {
        methods::accumulate(self, sum, E::values(inputs), labels(targets))
    }
}

/// A loss that has a second derivative: [`BceWithLogits`] and [`FocalLoss`]. Sealed.
///
/// # Errors
///
/// Those of [`Loss`].
pub trait Hessian<T: Real>: Loss<T> + HessianPlans<T> {
    /// The gradient, and the diagonal of the Hessian, of the reduced loss: what gradient boosting needs.
    fn gradient_and_hessian<E: Element<T>, Y: Label<T>>(
        &self,
        logits: &[E],
        targets: &[Y],
        gradient: &mut [E],
        hessian: &mut [E],
    ) -> Result<(), Error> {
        methods::gradient_and_hessian(
            self,
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

/// What every loss has, as its builders left it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings<'w, T> {
    weight: Weights<'w, T>,
    reduction: Reduction,
    backend: Option<Backend>,
    threads: Threads,
}

impl<T: Real> Settings<'_, T> {
    const fn new() -> Self {
        Self { weight: Weights::uniform(T::ONE), reduction: Reduction::Mean, backend: None, threads: Threads::One }
    }
}

/// Settings found to fit so many logits.
pub struct Checked<'a, T: 'static> {
    len: usize,
    threads: Threads,
    targets: Values<'a, T>,
    weight: Factors<'a, T>,
    pos_weight: Factors<'a, T>,
    reduction: Reduction,
    backend: Backend,
}

/// How sums and derivatives are brought to size.
#[derive(Clone, Copy)]
pub struct Scales<'a, T> {
    /// What the kernel multiplies each element by. One weight for all is no longer in it, but in the others.
    weight: Factors<'a, T>,
    /// What the kernel multiplies the sum by.
    sum: T,
    /// What the kernel multiplies derivatives by; 1 before [`with_derivative`](Self::with_derivative).
    derivative: T,
    /// What the sum is divided by at the end.
    divisor: DoubleWord<T>,
}

impl<'a, T: Real> Scales<'a, T> {
    /// Everything as it is.
    #[inline]
    fn none(weight: Factors<'a, T>) -> Self {
        Self { weight, sum: T::ONE, derivative: T::ONE, divisor: DoubleWord { hi: T::ONE, lo: T::ZERO } }
    }

    /// With the scale of derivatives, which sums alone do not need.
    #[inline]
    fn with_derivative(self) -> Result<Self, Error> {
        let derivative = self.reduced(DoubleWord { hi: self.sum, lo: T::ZERO })?;
        Ok(Self { derivative, ..self })
    }

    #[inline]
    fn reduced(&self, sum: DoubleWord<T>) -> Result<T, Error> {
        quotient(sum, self.divisor).ok_or(Error::EmptyMean)
    }
}

/// What tells one loss from another: its formulas.
pub(crate) trait Plans<T: Real>: Sync {
    fn settings(&self) -> &Settings<'_, T>;

    /// The positive weight, of losses that have one.
    fn pos_weight(&self) -> Option<&Weights<'_, T>> {
        None
    }

    /// Whether the loss's own parameters are within their range.
    fn check_parameters(&self) -> Result<(), Error>;

    /// The sum of the losses, added to what is there.
    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T>;
    /// The same, and the gradient.
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T>;
    /// The loss of each element.
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>);
    /// The gradient.
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>);
    /// The gradient times the upstream derivative.
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>);

    /// Whether the inputs are within their range, as any logit is. A weight of 0 excuses its input.
    fn check_inputs(&self, _inputs: Values<'_, T>, _weight: Factors<'_, T>) -> Result<(), Error> {
        Ok(())
    }

    /// Evaluates a row without weights; returns the sum, divided. `None` if only the driver does, as the loss is set.
    fn run_row(&self, _: &mut Row<'_, T>, _: Backend) -> Option<T> {
        None
    }

    /// The result of a few elements without weights, before settings are checked and scales are made: of so few, these would
    /// take longer than the elements. `None` if it is not that simple.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn short(&self, result: RowResult, streams: Streams<'_, T>, targets: Values<'_, T>) -> Option<T> {
        let (len, settings) = (streams.elements().len(), self.settings());
        if !is_short::<T>(result, len)
            || targets.len() != len
            || !matches!(settings.weight.uniform_value(), Some(weight) if weight == T::ONE)
        {
            return None;
        }
        let divisor = match settings.reduction {
            Reduction::Sum => T::ONE,
            Reduction::Mean | Reduction::WeightedMean => T::from_difference(len as i64),
        };
        let mut widened = MaybeUninit::uninit();
        let mut streams = streams.targets(targets);
        let mut row = streams.row(result, divisor, &mut widened)?;
        self.run_row(&mut row, settings.backend.unwrap_or_else(Backend::best))
    }

    #[inline]
    fn check<'a>(&'a self, inputs: Values<'_, T>, targets: Values<'a, T>) -> Result<Checked<'a, T>, Error> {
        let len = inputs.len();
        expect_len(Argument::Targets, len, targets.len())?;
        self.check_parameters()?;
        let settings = self.settings();
        let threads = settings.threads;
        let backend = settings.backend.unwrap_or_else(Backend::best);
        let checked = Checked {
            len,
            threads,
            targets,
            weight: settings.weight.checked(threads, Argument::Weight, len, backend)?,
            pos_weight: match self.pos_weight() {
                Some(weights) => weights.checked(threads, Argument::PosWeight, len, backend)?,
                None => Factors::Uniform(T::ONE),
            },
            reduction: settings.reduction,
            backend,
        };
        self.check_inputs(inputs, checked.weight)?;
        Ok(checked)
    }
}

/// What losses with a Hessian have besides.
pub(crate) trait HessianPlans<T: Real>: Plans<T> {
    /// The gradient and the Hessian.
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>);
}

/// A parameter is in [0, most].
fn expect_up_to<T: Real>(most: T, found: T, argument: Argument) -> Result<(), Error> {
    if T::ZERO <= found && found <= most { Ok(()) } else { Err(Error::Parameter { argument }) }
}

impl<'a, T: Real> Checked<'a, T> {
    /// With targets and weights.
    #[inline]
    fn streams<'s>(&self, streams: Streams<'s, T>, weight: Factors<'s, T>) -> Streams<'s, T>
    where
        'a: 's,
    {
        streams.targets(self.targets).weighted(self.pos_weight, weight)
    }

    /// The sum of the weights, added to `onto` chunk by chunk as the losses are.
    fn weight_sum(&self, inputs: Values<'_, T>, onto: DoubleWord<T>) -> DoubleWord<T> {
        // The inputs are there to be counted: the formula looks at the weights alone.
        let streams = Streams::new(inputs).weighted(Factors::Uniform(T::ONE), self.weight);
        T::weight_sum(&self.pass(Scales::none(self.weight), onto), streams)
    }

    #[inline]
    fn pass(&self, scales: Scales<'_, T>, onto: DoubleWord<T>) -> Pass<T> {
        let &Self { backend, threads, .. } = self;
        Pass { backend, threads, scale: scales.derivative, factor: scales.sum, onto }
    }

    #[inline]
    fn scales(&self, inputs: Values<'_, T>) -> Scales<'a, T> {
        let divisor = match self.reduction {
            Reduction::Sum => DoubleWord { hi: T::ONE, lo: T::ZERO },
            Reduction::Mean => DoubleWord::from_count(self.len as u64),
            Reduction::WeightedMean => self.weight_sum(inputs, DoubleWord::ZERO),
        };
        let (weight, sum) = match self.weight {
            // A weight of 0 must reach the elements: it removes them. So must a large one: where losses are subnormal,
            // it has to find them as yet unrounded. Up to 4, what is lost is within what is promised.
            Factors::Uniform(w) if T::ZERO < w && w <= T::ONE + T::ONE + T::ONE + T::ONE => {
                (Factors::Uniform(T::ONE), w)
            }
            weight => (weight, T::ONE),
        };
        Scales { weight, sum, divisor, derivative: T::ONE }
    }
}
