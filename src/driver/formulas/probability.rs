//! The formulas of binary cross-entropy of probabilities.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::{Pass, Streams, threads};
use crate::math::{Backward, Constants, DoubleWord, Gradient, Losses, Probability, Sum, SumAndGradient, Wanted};

/// The passes of one element type; see [`BcePlans`](super::BcePlans) for why they are written out.
pub(crate) trait ProbabilityPlans: Constants {
    fn probability_sum(pass: &Pass<Self>, streams: Streams<'_, Self>) -> DoubleWord<Self>;
    fn probability_sum_and_gradient(pass: &Pass<Self>, streams: Streams<'_, Self>) -> DoubleWord<Self>;
    fn probability_losses(pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn probability_gradient(pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn probability_backward(pass: &Pass<Self>, streams: Streams<'_, Self>);
}

impl ProbabilityPlans for f32 {
    fn probability_sum(pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        run::<f32, Sum>(pass, streams)
    }
    fn probability_sum_and_gradient(pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        run::<f32, SumAndGradient>(pass, streams)
    }
    fn probability_losses(pass: &Pass<f32>, streams: Streams<'_, f32>) {
        run::<f32, Losses>(pass, streams);
    }
    fn probability_gradient(pass: &Pass<f32>, streams: Streams<'_, f32>) {
        gradient::<f32, Gradient>(pass, streams);
    }
    fn probability_backward(pass: &Pass<f32>, streams: Streams<'_, f32>) {
        gradient::<f32, Backward>(pass, streams);
    }
}

impl ProbabilityPlans for f64 {
    fn probability_sum(pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        run::<f64, Sum>(pass, streams)
    }
    fn probability_sum_and_gradient(pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        run::<f64, SumAndGradient>(pass, streams)
    }
    fn probability_losses(pass: &Pass<f64>, streams: Streams<'_, f64>) {
        run::<f64, Losses>(pass, streams);
    }
    fn probability_gradient(pass: &Pass<f64>, streams: Streams<'_, f64>) {
        gradient::<f64, Gradient>(pass, streams);
    }
    fn probability_backward(pass: &Pass<f64>, streams: Streams<'_, f64>) {
        gradient::<f64, Backward>(pass, streams);
    }
}

fn formula<T: Constants, W: Wanted, const HARD: bool>(pass: &Pass<T>) -> Probability<T, W, HARD> {
    Probability { scale: pass.scale, wanted: PhantomData }
}

fn run<T: Constants, W: Wanted>(pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
    let backend = pass.backend;
    let (any, hard) = (formula::<T, W, false>(pass), formula::<T, W, true>(pass));
    let plan = Plan::by_targets(backend, &streams, &any, &hard);
    threads::run(pass, streams, &plan)
}

/// Without logarithms, a formula for hard targets is no faster.
fn gradient<T: Constants, W: Wanted>(pass: &Pass<T>, streams: Streams<'_, T>) {
    threads::run(pass, streams, &Plan::one(pass.backend, &formula::<T, W, false>(pass)));
}
