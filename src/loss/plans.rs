//! What tells one loss from another, and the checks that all have in common.

use core::mem::MaybeUninit;

use super::checks::Checked;
use super::settings::Settings;
use crate::driver::{Factors, Pass, Row, RowResult, Streams, Values, is_short};
use crate::error::{Argument, Error, expect_len};
use crate::math::DoubleWord;
use crate::real::Real;
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

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

    /// Whether the inputs are within their range, as any logit is. What is not there, or has a weight of 0, is excused.
    fn check_inputs(&self, _: Values<'_, T>, _: &Checked<'_, T>) -> Result<(), Error> {
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
        if !is_short::<T>(result, len) || targets.len() != len || !settings.is_plain {
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
        let pos_weight = match self.pos_weight() {
            Some(weights) => weights.checked(threads, T::MODERATE_WEIGHTS, Argument::PosWeight, len, backend)?,
            None => Factors::ONE,
        };
        let (weight, combined) = settings.weights(targets, backend)?;
        let reduction = match settings.reduction {
            // The sum of ones is their number.
            Reduction::WeightedMean if settings.weight.is_one() && settings.class_weight.is_one() => Reduction::Mean,
            reduction => reduction,
        };
        let mut checked = Checked { threads, targets, present: len, weight, combined, pos_weight, reduction, backend };
        checked.check_targets()?;
        self.check_inputs(inputs, &checked)?;
        Ok(checked)
    }
}

/// What losses with a Hessian have besides.
pub(crate) trait HessianPlans<T: Real>: Plans<T> {
    /// The gradient and the Hessian.
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>);
}
