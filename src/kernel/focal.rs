//! The passes of focal loss.

use core::marker::PhantomData;

use super::{Formulas, Map, Pass, Reach, Reduce};
use crate::math::{
    Backward, Constants, Double, Focal, Gamma, Gradient, GradientAndHessian, Losses, Smoothing, Sum, SumAndGradient,
    Wanted,
};

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct FocalParameters<T> {
    pub smoothing: Smoothing<T>,
    /// Whether it does anything.
    pub smoothed: bool,
    pub gamma: Gamma<T>,
    /// By what positives and negatives are multiplied.
    pub alpha: [T; 2],
}

/// The passes of one element type; see [`BceKernels`](super::BceKernels) for why they are written out.
pub trait FocalKernels: Constants {
    /// The defaults, which are those of the paper, and how far gamma may go.
    const ALPHA: Self;
    const GAMMA: Self;
    const LARGEST_GAMMA: Self;

    fn focal_sum(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn focal_sum_and_gradient(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn focal_losses(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>);
    fn focal_gradient(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>);
    fn focal_gradient_and_hessian(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>);
    fn focal_backward(focal: FocalParameters<Self>, pass: &Pass<'_, '_, Self>);
}

impl FocalKernels for f32 {
    const ALPHA: Self = 0.25;
    const GAMMA: Self = 2.0;
    const LARGEST_GAMMA: Self = 64.0;

    fn focal_sum(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) -> Double<f32> {
        focal.reduce::<Sum>(pass)
    }
    fn focal_sum_and_gradient(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) -> Double<f32> {
        focal.reduce::<SumAndGradient>(pass)
    }
    fn focal_losses(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) {
        focal.map::<Losses>(pass);
    }
    fn focal_gradient(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) {
        focal.map::<Gradient>(pass);
    }
    fn focal_gradient_and_hessian(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) {
        focal.map::<GradientAndHessian>(pass);
    }
    fn focal_backward(focal: FocalParameters<f32>, pass: &Pass<'_, '_, f32>) {
        focal.map::<Backward>(pass);
    }
}

impl FocalKernels for f64 {
    const ALPHA: Self = 0.25;
    const GAMMA: Self = 2.0;
    const LARGEST_GAMMA: Self = 64.0;

    fn focal_sum(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) -> Double<f64> {
        focal.reduce::<Sum>(pass)
    }
    fn focal_sum_and_gradient(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) -> Double<f64> {
        focal.reduce::<SumAndGradient>(pass)
    }
    fn focal_losses(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) {
        focal.map::<Losses>(pass);
    }
    fn focal_gradient(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) {
        focal.map::<Gradient>(pass);
    }
    fn focal_gradient_and_hessian(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) {
        focal.map::<GradientAndHessian>(pass);
    }
    fn focal_backward(focal: FocalParameters<f64>, pass: &Pass<'_, '_, f64>) {
        focal.map::<Backward>(pass);
    }
}

type HardOrNot<T, W> = Formulas<T, Focal<T, W, false>, Focal<T, W, false>, Focal<T, W, true>>;

impl<T: Constants> FocalParameters<T> {
    fn formula<W: Wanted, const HARD: bool>(self, pass: &Pass<'_, '_, T>) -> Focal<T, W, HARD> {
        let Self { smoothing, gamma, alpha, .. } = self;
        Focal { smoothing, gamma, alpha, scale: pass.scale, wanted: PhantomData }
    }

    /// Smoothing makes every target soft.
    fn reach(self) -> Reach<T> {
        if self.smoothed { Reach::None } else { Reach::All }
    }

    fn formulas<W: Wanted>(self, pass: &Pass<'_, '_, T>) -> HardOrNot<T, W> {
        Formulas::two(self.formula(pass), self.formula(pass), self.reach())
    }

    fn map<W: Wanted>(self, pass: &Pass<'_, '_, T>) {
        pass.backend.run(Map { streams: pass.streams, formulas: self.formulas::<W>(pass) });
    }

    fn reduce<W: Wanted>(self, pass: &Pass<'_, '_, T>) -> Double<T> {
        let &Pass { backend, streams, onto, factor, .. } = pass;
        backend.run(Reduce { streams, formulas: self.formulas::<W>(pass), onto, factor })
    }
}
