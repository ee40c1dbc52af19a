//! The formulas of binary cross-entropy.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::short::RowFormula;
use crate::driver::{Pass, Row, RowResult, Streams, threads};
use crate::math::{
    Backward, Balanced, Constants, DoubleWord, Formula, Gradient, GradientAndHessian, Losses, Smoothing, Sum,
    SumAndGradient, TargetGradient, Unit, Wanted, Weighted,
};
use crate::simd::Backend;

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct BceParameters<T> {
    pub smoothing: Smoothing<T>,
    /// The positive weight, if it is one for all elements; else it is not looked at.
    pub pos_weight: T,
}

/// The passes of one element type. They are written out for `f32` and `f64` so that they are compiled with this crate,
/// once, and not with each that uses it; each is a function of its own so that a program is linked with no other.
pub trait BcePlans: Constants {
    fn bce_sum(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>) -> DoubleWord<Self>;
    fn bce_sum_and_gradient(
        bce: BceParameters<Self>,
        pass: &Pass<Self>,
        streams: Streams<'_, Self>,
    ) -> DoubleWord<Self>;
    fn bce_losses(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn bce_gradient(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn bce_gradient_and_hessian(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn bce_backward(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn bce_target_gradient(bce: BceParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    /// What evaluates a few elements without weights or smoothing.
    fn bce_row(row: Row<'_, Self>, backend: Backend) -> Self;
}

impl BcePlans for f32 {
    fn bce_sum(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        bce.reduce::<Sum>(pass, streams)
    }
    fn bce_sum_and_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        bce.reduce::<SumAndGradient>(pass, streams)
    }
    fn bce_losses(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map_weighted::<Losses>(pass, streams);
    }
    fn bce_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map::<Gradient>(pass, streams);
    }
    fn bce_gradient_and_hessian(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map::<GradientAndHessian>(pass, streams);
    }
    fn bce_backward(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map_weighted::<Backward>(pass, streams);
    }
    fn bce_target_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.target_gradient(pass, streams);
    }
    fn bce_row(row: Row<'_, f32>, backend: Backend) -> f32 {
        evaluate(row, backend)
    }
}

impl BcePlans for f64 {
    fn bce_sum(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        bce.reduce::<Sum>(pass, streams)
    }
    fn bce_sum_and_gradient(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        bce.reduce::<SumAndGradient>(pass, streams)
    }
    fn bce_losses(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map_weighted::<Losses>(pass, streams);
    }
    fn bce_gradient(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map::<Gradient>(pass, streams);
    }
    fn bce_gradient_and_hessian(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map::<GradientAndHessian>(pass, streams);
    }
    fn bce_backward(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map_weighted::<Backward>(pass, streams);
    }
    fn bce_target_gradient(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.target_gradient(pass, streams);
    }
    fn bce_row(row: Row<'_, f64>, backend: Backend) -> f64 {
        evaluate(row, backend)
    }
}

impl<T: Constants, W: Wanted> RowFormula<T> for Unit<T, W> {
    fn new(scale: T) -> Self {
        Unit { scale, wanted: PhantomData }
    }
}

impl<T: Constants, W: Wanted> RowFormula<T> for Weighted<T, W, false, false> {
    fn new(scale: T) -> Self {
        Weighted { smoothing: Smoothing::none(), scale, pos_weight: T::ONE, wanted: PhantomData }
    }
}

fn evaluate<T: Constants>(row: Row<'_, T>, backend: Backend) -> T {
    match row.result {
        RowResult::Activation => T::ZERO,
        RowResult::Losses => row.evaluate::<Weighted<T, Losses, false, false>>(backend),
        RowResult::Sum => row.evaluate::<Unit<T, Sum>>(backend),
        RowResult::SumAndGradient => row.evaluate::<Unit<T, SumAndGradient>>(backend),
        RowResult::Gradient => row.evaluate::<Unit<T, Gradient>>(backend),
        RowResult::GradientAndHessian => row.evaluate::<Unit<T, GradientAndHessian>>(backend),
    }
}

impl<T: Constants> BceParameters<T> {
    fn unit<W: Wanted>(self, pass: &Pass<T>) -> Unit<T, W> {
        Unit { scale: pass.scale, wanted: PhantomData }
    }

    fn balanced<W: Wanted, const HARD: bool>(self, pass: &Pass<T>) -> Balanced<T, W, HARD> {
        Balanced { smoothing: self.smoothing, scale: pass.scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    fn weighted<W: Wanted, const MODERATE: bool, const HARD: bool>(
        self,
        pass: &Pass<T>,
    ) -> Weighted<T, W, MODERATE, HARD> {
        Weighted { smoothing: self.smoothing, scale: pass.scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    fn map<W: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let backend = pass.backend;
        let (unit, balanced) = (self.unit::<W>(pass), self.balanced::<W, false>(pass));
        let (any, moderate) = (self.weighted::<W, false, false>(pass), self.weighted::<W, true, false>(pass));
        let plan = if streams.has_no_weights() {
            Plan::one(backend, &unit)
        } else if self.is_balanced(pass, &streams) {
            Plan::one(backend, &balanced)
        } else {
            Self::weighted_plan(backend, &streams, &any, &moderate)
        };
        threads::run(pass, streams.smoothed(self.smoothing), &plan);
    }

    /// One loss for each element needs a logarithm for each, and an upstream derivative is a weight: both are only
    /// there in the general formula.
    fn map_weighted<W: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let (any, moderate) = (self.weighted::<W, false, false>(pass), self.weighted::<W, true, false>(pass));
        let plan = Self::weighted_plan(pass.backend, &streams, &any, &moderate);
        threads::run(pass, streams.smoothed(self.smoothing), &plan);
    }

    #[inline]
    fn weighted_plan<'f, A: Formula<T>, M: Formula<T>>(
        backend: Backend,
        streams: &Streams<'_, T>,
        any: &'f A,
        moderate: &'f M,
    ) -> Plan<'f, T> {
        let plan = Plan::one(backend, any);
        if streams.weights_are_moderate() {
            plan.moderate(backend, moderate).surveyed::<true, false, false>(backend, streams, T::MODERATE_LOGIT)
        } else {
            plan
        }
    }

    fn reduce<W: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        let backend = pass.backend;
        let unit = self.unit::<W>(pass);
        let (balanced, hard_balanced) = (self.balanced::<W, false>(pass), self.balanced::<W, true>(pass));
        let (any, moderate) = (self.weighted::<W, false, false>(pass), self.weighted::<W, true, false>(pass));
        let hard = self.weighted::<W, true, true>(pass);
        let is_balanced = self.is_balanced(pass, &streams);
        let streams = streams.smoothed(self.smoothing);
        let plan = if streams.has_no_weights() {
            Plan::one(backend, &unit)
        } else if is_balanced {
            let plan = Plan::one(backend, &balanced).hard(backend, &hard_balanced);
            if streams.are_hard() {
                plan.surveyed::<false, false, false>(backend, &streams, T::MAX)
            } else {
                plan.surveyed::<false, true, false>(backend, &streams, T::MAX)
            }
        } else if streams.weights_are_moderate() && streams.pos_weight.is_uniform() {
            let plan = Plan::one(backend, &any).moderate(backend, &moderate).hard(backend, &hard);
            plan.surveyed::<true, true, true>(backend, &streams, T::MODERATE_LOGIT)
        } else {
            // Positive weights that differ mix in the lanes of a product.
            Self::weighted_plan(backend, &streams, &any, &moderate)
        };
        threads::run(pass, streams, &plan)
    }

    /// Whether e may be rounded before it is multiplied; see [`Balanced`]. What derivatives are multiplied by is no
    /// larger than the factor of the sum or, under a weighted mean, than 1; it is not looked at itself, so that sums that
    /// go on take the same way as those that are divided.
    fn is_balanced(self, pass: &Pass<T>, streams: &Streams<'_, T>) -> bool {
        let three = T::ONE + T::ONE + T::ONE;
        let is_small = |factor| self.pos_weight * factor <= three + three;
        streams.pos_weight.is_uniform() && streams.weight.is_one() && is_small(pass.factor) && is_small(T::ONE)
    }

    fn target_gradient(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let formula = TargetGradient { smoothing: self.smoothing, scale: pass.scale };
        threads::run(pass, streams, &Plan::one(pass.backend, &formula));
    }
}
