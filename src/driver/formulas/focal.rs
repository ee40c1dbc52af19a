//! The formulas of focal loss.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::{Pass, Row, RowResult, Streams, threads};
use crate::math::{
    Backward, Constants, Derivatives, DoubleWord, Focal, Gamma, Gradient, GradientAndHessian, Losses, Smoothing, Sum,
    SumAndGradient, Wanted,
};
use crate::simd::Backend;

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct FocalParameters<T> {
    pub smoothing: Smoothing<T>,
    /// Whether the smoothing is not 0.
    pub smoothed: bool,
    pub gamma: Gamma<T>,
    /// The factors alpha_t of positive and of negative targets.
    pub alpha: [T; 2],
}

/// The passes of one element type; see [`BcePlans`](super::BcePlans) for why they are written out.
pub(crate) trait FocalPlans: Constants {
    /// The defaults, from the paper, and the largest gamma.
    const ALPHA: Self;
    const GAMMA: Self;
    const LARGEST_GAMMA: Self;

    fn focal_sum(focal: FocalParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>) -> DoubleWord<Self>;
    fn focal_sum_and_gradient(
        focal: FocalParameters<Self>,
        pass: &Pass<Self>,
        streams: Streams<'_, Self>,
    ) -> DoubleWord<Self>;
    fn focal_losses(focal: FocalParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn focal_gradient(focal: FocalParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn focal_gradient_and_hessian(focal: FocalParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn focal_backward(focal: FocalParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    /// Evaluates a short row, without smoothing.
    fn focal_row(focal: FocalParameters<Self>, row: &mut Row<'_, Self>, backend: Backend) -> Option<Self>;
}

impl FocalPlans for f32 {
    const ALPHA: Self = 0.25;
    const GAMMA: Self = 2.0;
    const LARGEST_GAMMA: Self = 64.0;

    fn focal_sum(focal: FocalParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        focal.run::<Sum, SumAndGradient>(pass, streams)
    }
    fn focal_sum_and_gradient(
        focal: FocalParameters<f32>,
        pass: &Pass<f32>,
        streams: Streams<'_, f32>,
    ) -> DoubleWord<f32> {
        focal.run::<SumAndGradient, SumAndGradient>(pass, streams)
    }
    fn focal_losses(focal: FocalParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        focal.run::<Losses, Losses>(pass, streams);
    }
    fn focal_gradient(focal: FocalParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        focal.run::<Gradient, Derivatives>(pass, streams);
    }
    fn focal_gradient_and_hessian(focal: FocalParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        focal.run::<GradientAndHessian, Derivatives>(pass, streams);
    }
    fn focal_backward(focal: FocalParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        focal.run::<Backward, Derivatives>(pass, streams);
    }
    fn focal_row(focal: FocalParameters<f32>, row: &mut Row<'_, f32>, backend: Backend) -> Option<f32> {
        focal.row(row, backend)
    }
}

impl FocalPlans for f64 {
    const ALPHA: Self = 0.25;
    const GAMMA: Self = 2.0;
    const LARGEST_GAMMA: Self = 64.0;

    fn focal_sum(focal: FocalParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        focal.run::<Sum, SumAndGradient>(pass, streams)
    }
    fn focal_sum_and_gradient(
        focal: FocalParameters<f64>,
        pass: &Pass<f64>,
        streams: Streams<'_, f64>,
    ) -> DoubleWord<f64> {
        focal.run::<SumAndGradient, SumAndGradient>(pass, streams)
    }
    fn focal_losses(focal: FocalParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        focal.run::<Losses, Losses>(pass, streams);
    }
    fn focal_gradient(focal: FocalParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        focal.run::<Gradient, Derivatives>(pass, streams);
    }
    fn focal_gradient_and_hessian(focal: FocalParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        focal.run::<GradientAndHessian, Derivatives>(pass, streams);
    }
    fn focal_backward(focal: FocalParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        focal.run::<Backward, Derivatives>(pass, streams);
    }
    fn focal_row(focal: FocalParameters<f64>, row: &mut Row<'_, f64>, backend: Backend) -> Option<f64> {
        focal.row(row, backend)
    }
}

impl<T: Constants> FocalParameters<T> {
    fn formula<W: Wanted, const HARD: bool>(self, scale: T) -> Focal<T, W, HARD> {
        let Self { smoothing, gamma, alpha, .. } = self;
        Focal { smoothing, gamma, alpha, scale, wanted: PhantomData }
    }

    /// Soft targets are rare and have fewer formulas: `A` wants the results of `W`, and more.
    fn run<W: Wanted, A: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        let backend = pass.backend;
        let (any, hard) = (self.formula::<A, false>(pass.scale), self.formula::<W, true>(pass.scale));
        // Smoothing makes every target soft.
        let plan =
            if self.smoothed { Plan::one(backend, &any) } else { Plan::by_targets(backend, &streams, &any, &hard) };
        threads::run(pass, streams, &plan)
    }

    /// Evaluates a row of hard targets for the results asked for most; the driver evaluates the others.
    fn row(self, row: &mut Row<'_, T>, backend: Backend) -> Option<T> {
        if self.smoothed {
            return None;
        }
        let scale = T::ONE / row.divisor;
        match row.result {
            RowResult::Sum if row.is_hard() => row.evaluate(backend, self.formula::<Sum, true>(T::ONE)),
            RowResult::SumAndGradient if row.is_hard() => {
                row.evaluate(backend, self.formula::<SumAndGradient, true>(scale))
            }
            RowResult::Gradient if row.is_hard() => row.evaluate(backend, self.formula::<Gradient, true>(scale)),
            _ => None,
        }
    }
}
