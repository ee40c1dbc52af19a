//! The parts in which losses differ, and the checks that all share.

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

/// The parts in which losses differ: parameters and formulas.
pub(crate) trait Plans<T: Real>: Sync {
    fn settings(&self) -> &Settings<'_, T>;

    /// Returns the positive weight, if the loss has one.
    fn pos_weight(&self) -> Option<&Weights<'_, T>> {
        None
    }

    /// Checks that the loss's own parameters are within their ranges.
    fn check_parameters(&self) -> Result<(), Error>;

    /// Returns `pass.onto` plus the sum of the losses.
    fn run_sum(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T>;
    /// Returns the sum as `run_sum` does, and writes the gradient.
    fn run_sum_and_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T>;
    /// Writes the loss of each element.
    fn run_losses(&self, pass: &Pass<T>, streams: Streams<'_, T>);
    /// Writes the gradient.
    fn run_gradient(&self, pass: &Pass<T>, streams: Streams<'_, T>);
    /// Writes the gradient times the upstream derivative.
    fn run_backward(&self, pass: &Pass<T>, streams: Streams<'_, T>);

    /// Checks that the inputs are within their range, except those of absent elements and of weight 0. Any logit is within
    /// its range.
    fn check_inputs(&self, _: Values<'_, T>, _: &Checked<'_, T>) -> Result<(), Error> {
        Ok(())
    }

    /// Evaluates a row without weights, and returns the sum, divided. Returns `None` if these settings need the driver.
    fn run_row(&self, _: &mut Row<'_, T>, _: Backend) -> Option<T> {
        None
    }

    /// Returns the result of a few elements without weights, before settings are checked and scales are made, which would
    /// take longer than the elements. Returns `None` if the settings are not that simple.
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

/// The additional part of losses with a Hessian.
pub(crate) trait HessianPlans<T: Real>: Plans<T> {
    /// Writes the gradient and the Hessian.
    fn run_gradient_and_hessian(&self, pass: &Pass<T>, streams: Streams<'_, T>);
}
