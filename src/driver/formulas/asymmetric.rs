//! The formulas of asymmetric loss.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::{Pass, Streams, threads};
use crate::math::{
    Asymmetric, Constants, Derivatives, DoubleWord, Gamma, Losses, Margin, Smoothing, SumAndGradient, Wanted,
};

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct AsymmetricParameters<T> {
    pub smoothing: Smoothing<T>,
    /// Whether the smoothing is not 0.
    pub smoothed: bool,
    pub positive: Gamma<T>,
    pub negative: Gamma<T>,
    pub margin: Margin<T>,
    /// The Hessian of a negative target at the margin.
    pub edge: T,
}

/// The passes of one element type; see [`BcePlans`](super::BcePlans) for why they are written out. The loss alone and single
/// derivatives are too rare for formulas of their own.
pub(crate) trait AsymmetricPlans: Constants {
    /// The defaults, from the implementation of the paper.
    const GAMMA_POS: Self;
    const GAMMA_NEG: Self;
    const MARGIN: Self;

    fn asymmetric_sum_and_gradient(
        parameters: AsymmetricParameters<Self>,
        pass: &Pass<Self>,
        streams: Streams<'_, Self>,
    ) -> DoubleWord<Self>;
    fn asymmetric_losses(parameters: AsymmetricParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn asymmetric_derivatives(parameters: AsymmetricParameters<Self>, pass: &Pass<Self>, streams: Streams<'_, Self>);
}

impl AsymmetricPlans for f32 {
    const GAMMA_POS: Self = 1.0;
    const GAMMA_NEG: Self = 4.0;
    const MARGIN: Self = 0.05;

    fn asymmetric_sum_and_gradient(
        parameters: AsymmetricParameters<f32>,
        pass: &Pass<f32>,
        streams: Streams<'_, f32>,
    ) -> DoubleWord<f32> {
        parameters.run::<SumAndGradient>(pass, streams)
    }
    fn asymmetric_losses(parameters: AsymmetricParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        parameters.run::<Losses>(pass, streams);
    }
    fn asymmetric_derivatives(parameters: AsymmetricParameters<f32>, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        parameters.run::<Derivatives>(pass, streams);
    }
}

impl AsymmetricPlans for f64 {
    const GAMMA_POS: Self = 1.0;
    const GAMMA_NEG: Self = 4.0;
    const MARGIN: Self = 0.05;

    fn asymmetric_sum_and_gradient(
        parameters: AsymmetricParameters<f64>,
        pass: &Pass<f64>,
        streams: Streams<'_, f64>,
    ) -> DoubleWord<f64> {
        parameters.run::<SumAndGradient>(pass, streams)
    }
    fn asymmetric_losses(parameters: AsymmetricParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        parameters.run::<Losses>(pass, streams);
    }
    fn asymmetric_derivatives(parameters: AsymmetricParameters<f64>, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        parameters.run::<Derivatives>(pass, streams);
    }
}

impl<T: Constants> AsymmetricParameters<T> {
    fn formula<W: Wanted, const HARD: bool>(self, scale: T) -> Asymmetric<T, W, HARD> {
        let Self { smoothing, positive, negative, margin, edge, .. } = self;
        Asymmetric { smoothing, positive, negative, margin, edge, scale, wanted: PhantomData }
    }

    fn run<W: Wanted>(self, pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
        let backend = pass.backend;
        let (any, hard) = (self.formula::<W, false>(pass.scale), self.formula::<W, true>(pass.scale));
        // Smoothing makes every target soft.
        let plan =
            if self.smoothed { Plan::one(backend, &any) } else { Plan::by_targets(backend, &streams, &any, &hard) };
        threads::run(pass, streams, &plan)
    }
}
