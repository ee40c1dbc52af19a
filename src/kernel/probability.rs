//! The passes of binary cross-entropy of probabilities.

use core::marker::PhantomData;

use super::{Formulas, Map, Pass, Reach, Reduce};
use crate::math::{Backward, Constants, Double, Gradient, Losses, Probability, Sum, SumAndGradient, Wanted};

/// The passes of one element type; see [`BceKernels`](super::BceKernels) for why they are written out.
pub trait ProbabilityKernels: Constants {
    fn probability_sum(pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn probability_sum_and_gradient(pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn probability_losses(pass: &Pass<'_, '_, Self>);
    fn probability_gradient(pass: &Pass<'_, '_, Self>);
    fn probability_backward(pass: &Pass<'_, '_, Self>);
}

impl ProbabilityKernels for f32 {
    fn probability_sum(pass: &Pass<'_, '_, f32>) -> Double<f32> {
        reduce::<f32, Sum>(pass)
    }
    fn probability_sum_and_gradient(pass: &Pass<'_, '_, f32>) -> Double<f32> {
        reduce::<f32, SumAndGradient>(pass)
    }
    fn probability_losses(pass: &Pass<'_, '_, f32>) {
        losses(pass);
    }
    fn probability_gradient(pass: &Pass<'_, '_, f32>) {
        slope::<f32, Gradient>(pass);
    }
    fn probability_backward(pass: &Pass<'_, '_, f32>) {
        slope::<f32, Backward>(pass);
    }
}

impl ProbabilityKernels for f64 {
    fn probability_sum(pass: &Pass<'_, '_, f64>) -> Double<f64> {
        reduce::<f64, Sum>(pass)
    }
    fn probability_sum_and_gradient(pass: &Pass<'_, '_, f64>) -> Double<f64> {
        reduce::<f64, SumAndGradient>(pass)
    }
    fn probability_losses(pass: &Pass<'_, '_, f64>) {
        losses(pass);
    }
    fn probability_gradient(pass: &Pass<'_, '_, f64>) {
        slope::<f64, Gradient>(pass);
    }
    fn probability_backward(pass: &Pass<'_, '_, f64>) {
        slope::<f64, Backward>(pass);
    }
}

fn formula<T: Constants, W: Wanted, const HARD: bool>(pass: &Pass<'_, '_, T>) -> Probability<T, W, HARD> {
    Probability { scale: pass.scale, wanted: PhantomData }
}

fn reduce<T: Constants, W: Wanted>(pass: &Pass<'_, '_, T>) -> Double<T> {
    let &Pass { backend, streams, onto, factor, .. } = pass;
    let formulas = Formulas::two(formula::<T, W, false>(pass), formula::<T, W, true>(pass), Reach::All);
    backend.run(Reduce { streams, formulas, onto, factor })
}

fn losses<T: Constants>(pass: &Pass<'_, '_, T>) {
    let formulas = Formulas::two(formula::<T, Losses, false>(pass), formula::<T, Losses, true>(pass), Reach::All);
    pass.backend.run(Map { streams: pass.streams, formulas });
}

/// Without logarithms, hard targets are no faster than others.
fn slope<T: Constants, W: Wanted>(pass: &Pass<'_, '_, T>) {
    pass.backend.run(Map { streams: pass.streams, formulas: Formulas::one(formula::<T, W, false>(pass)) });
}
