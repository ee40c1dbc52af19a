//! The formulas of binary cross-entropy.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::{Pass, Row, RowResult, Streams, threads};
use crate::math::{
    Backward, Balanced, ByLane, Constants, Derivatives, DoubleWord, Formula, Gradient, GradientAndHessian, Losses,
    Smoothing, Sum, SumAndGradient, TargetGradient, Unit, Wanted, Weighted,
};
use crate::simd::Backend;

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct BceParameters<T> {
    pub smoothing: Smoothing<T>,
    /// The positive weight, if it is uniform; else it is not used.
    pub pos_weight: T,
}

/// The passes of one element type. They are implemented for `f32` and `f64` one by one, so that they are compiled once, with
/// this crate, and not with each crate that uses it. Each is a function of its own, so that a program links only those it
/// calls.
pub(crate) trait BcePlans: Constants {
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
    /// Evaluates a short row, without smoothing.
    fn bce_row(bce: BceParameters<Self>, row: &mut Row<'_, Self>, backend: Backend) -> Option<Self>;
}

impl BcePlans for f32 {
    fn bce_sum(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        bce.reduce::<Sum>(pass, streams)
    }
    fn bce_sum_and_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        bce.reduce::<SumAndGradient>(pass, streams)
    }
    fn bce_losses(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.losses(pass, streams);
    }
    fn bce_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map::<Gradient, Backward>(pass, streams);
    }
    fn bce_gradient_and_hessian(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map::<GradientAndHessian, GradientAndHessian>(pass, streams);
    }
    fn bce_backward(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.map_weighted::<Backward, Derivatives>(pass, streams);
    }
    fn bce_target_gradient(bce: BceParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        bce.target_gradient(pass, streams);
    }
    fn bce_row(bce: BceParameters<f32>, row: &mut Row<'_, f32>, backend: Backend) -> Option<f32> {
        bce.row(row, backend)
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
        bce.losses(pass, streams);
    }
    fn bce_gradient(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map::<Gradient, Backward>(pass, streams);
    }
    fn bce_gradient_and_hessian(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map::<GradientAndHessian, GradientAndHessian>(pass, streams);
    }
    fn bce_backward(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.map_weighted::<Backward, Derivatives>(pass, streams);
    }
    fn bce_target_gradient(bce: BceParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        bce.target_gradient(pass, streams);
    }
    fn bce_row(bce: BceParameters<f64>, row: &mut Row<'_, f64>, backend: Backend) -> Option<f64> {
        bce.row(row, backend)
    }
}

impl<T: Constants> BceParameters<T> {
    fn unit<W: Wanted>(self, scale: T) -> Unit<T, W> {
        Unit { scale, wanted: PhantomData }
    }

    fn balanced<W: Wanted, const HARD: bool>(self, scale: T) -> Balanced<T, W, HARD> {
        Balanced { smoothing: self.smoothing, scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    fn weighted<W: Wanted, const MODERATE: bool, const HARD: bool>(self, scale: T) -> Weighted<T, W, MODERATE, HARD> {
        Weighted { smoothing: self.smoothing, scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    /// `M` wants the results of `W`, and perhaps the upstream derivative, which is 1 here: two formulas with weights would
    /// hardly differ.
    fn map<W: Wanted, M: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let (backend, streams) = (pass.backend, streams.smoothed(self.smoothing));
        let (unit, balanced) = (self.unit::<W>(pass.scale), self.balanced::<W, false>(pass.scale));
        // Blocks that are not moderate are rare, so one formula computes all derivatives.
        let any = self.weighted::<Derivatives, false, false>(pass.scale);
        let moderate = self.weighted::<M, true, false>(pass.scale);
        let plan = if streams.has_no_weights() {
            Plan::one(backend, &unit)
        } else if self.is_balanced(pass, &streams) {
            Plan::one(backend, &balanced)
        } else {
            Self::weighted_plan(backend, &streams, &any, &moderate)
        };
        threads::run(pass, streams, &plan);
    }

    /// With weights, the loss of each element is computed by the general formula.
    fn losses(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        if streams.has_no_weights() {
            let streams = streams.smoothed(self.smoothing);
            threads::run(pass, streams, &Plan::one(pass.backend, &self.unit::<Losses>(T::ONE)));
        } else {
            self.map_weighted::<Losses, Losses>(pass, streams);
        }
    }

    /// An upstream derivative is a weight. `A` wants the results of `W`, and more.
    fn map_weighted<W: Wanted, A: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let (any, moderate) =
            (self.weighted::<A, false, false>(pass.scale), self.weighted::<W, true, false>(pass.scale));
        let streams = streams.smoothed(self.smoothing);
        let plan = Self::weighted_plan(pass.backend, &streams, &any, &moderate);
        threads::run(pass, streams, &plan);
    }

    #[inline]
    fn weighted_plan<'f, A: Formula<T>, M: Formula<T>>(
        backend: Backend,
        streams: &Streams<'_, T>,
        any: &'f A,
        moderate: &'f M,
    ) -> Plan<'f, T> {
        let plan = Plan::one(backend, any);
        if cfg!(not(small)) && streams.weights_are_moderate() {
            plan.moderate(backend, moderate).surveyed::<true, false, false>(backend, streams, T::MODERATE_LOGIT)
        } else {
            plan
        }
    }

    fn reduce<W: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        let backend = pass.backend;
        let unit = self.unit::<W>(pass.scale);
        let (balanced, hard_balanced) = (self.balanced::<W, false>(pass.scale), self.balanced::<W, true>(pass.scale));
        // Blocks that are not moderate are rare, so one formula computes the gradient even where it is not wanted.
        let any = self.weighted::<SumAndGradient, false, false>(pass.scale);
        let moderate = self.weighted::<W, true, false>(pass.scale);
        let hard = self.weighted::<W, true, true>(pass.scale);
        let by_lane = ByLane::<T, W> { smoothing: self.smoothing, scale: pass.scale, wanted: PhantomData };
        let streams = streams.smoothed(self.smoothing);
        let plan = if streams.has_no_weights() {
            Plan::one(backend, &unit)
        } else if self.is_balanced(pass, &streams) {
            // The formula for hard targets tells whether it holds, so few blocks are surveyed.
            let plan = Plan::one(backend, &balanced).hard(backend, &hard_balanced);
            plan.surveyed::<false, true, false>(backend, &streams, T::MAX)
        } else if let Some(period) = streams.period()
            && streams.weights_are_moderate()
        {
            let plan = Plan::one(backend, &any).moderate(backend, &moderate).by_lane(backend, &by_lane, period);
            plan.surveyed::<false, true, false>(backend, &streams, T::MODERATE_LOGIT)
        } else if streams.weights_are_moderate() && streams.pos_weight.is_uniform() {
            let plan = Plan::one(backend, &any).moderate(backend, &moderate).hard(backend, &hard);
            plan.surveyed::<true, true, true>(backend, &streams, T::MODERATE_LOGIT)
        } else {
            // Positive weights that differ within a lane cannot share the logarithm of a product.
            Self::weighted_plan(backend, &streams, &any, &moderate)
        };
        threads::run(pass, streams, &plan)
    }

    /// Whether e may be rounded before it is multiplied; see [`Balanced`]. The scale of the derivatives is not checked,
    /// since it is at most the scale of the sum or, for a weighted mean, 1. So sums that are continued later use the same
    /// formula as sums that are divided at once.
    fn is_balanced(self, pass: &Pass<T>, streams: &Streams<'_, T>) -> bool {
        // The target of an absent element is 1, which is not what smoothing makes of a target.
        let is_uniform = streams.pos_weight.is_uniform() && streams.has_one_weight() && !streams.excludes_smoothed();
        is_uniform && self.has_small_weight(pass.sum_scale) && self.has_small_weight(T::ONE)
    }

    fn has_small_weight(self, scale: T) -> bool {
        let three = T::ONE + T::ONE + T::ONE;
        self.pos_weight * scale <= three + three
    }

    fn target_gradient(self, pass: &Pass<T>, streams: Streams<'_, T>) {
        let formula = TargetGradient { smoothing: self.smoothing, scale: pass.scale };
        threads::run(pass, streams, &Plan::one(pass.backend, &formula));
    }

    /// Chooses the formula that the plans choose.
    fn row(self, row: &mut Row<'_, T>, backend: Backend) -> Option<T> {
        let scale = T::ONE / row.divisor;
        if self.pos_weight == T::ONE {
            return match row.result {
                RowResult::Activation => None,
                RowResult::Losses => row.evaluate(backend, self.unit::<Losses>(T::ONE)),
                RowResult::Sum => row.evaluate(backend, self.unit::<Sum>(T::ONE)),
                RowResult::SumAndGradient => row.evaluate(backend, self.unit::<SumAndGradient>(scale)),
                RowResult::Gradient => row.evaluate(backend, self.unit::<Gradient>(scale)),
                RowResult::GradientAndHessian => row.evaluate(backend, self.unit::<GradientAndHessian>(scale)),
            };
        }
        if !self.has_small_weight(T::ONE) {
            return None;
        }
        match row.result {
            RowResult::Sum if row.is_hard() => row.evaluate(backend, self.balanced::<Sum, true>(T::ONE)),
            RowResult::SumAndGradient if row.is_hard() => {
                row.evaluate(backend, self.balanced::<SumAndGradient, true>(scale))
            }
            RowResult::Gradient => row.evaluate(backend, self.balanced::<Gradient, false>(scale)),
            _ => None,
        }
    }
}
