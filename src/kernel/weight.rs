//! The sum of weights.

use super::{Pass, Reach, Reduce};
use crate::math::{Constants, Double, WeightTerm};

/// The pass over the weights alone; see [`BceKernels`](super::BceKernels) for why it is written out.
pub trait WeightKernels: Constants {
    fn weight_sum(pass: &Pass<'_, '_, Self>) -> Double<Self>;
}

impl WeightKernels for f32 {
    fn weight_sum(pass: &Pass<'_, '_, f32>) -> Double<f32> {
        reduce(pass)
    }
}

impl WeightKernels for f64 {
    fn weight_sum(pass: &Pass<'_, '_, f64>) -> Double<f64> {
        reduce(pass)
    }
}

fn reduce<T: Constants>(pass: &Pass<'_, '_, T>) -> Double<T> {
    let &Pass { backend, streams, onto, factor, .. } = pass;
    backend.run(Reduce { streams, formula: WeightTerm, hard: WeightTerm, reach: Reach::None, onto, factor })
}
