//! The element types.

use crate::kernel::{ActivationKernels, BceKernels, FocalKernels, ProbabilityKernels, WeightKernels};

/// `f32` or `f64`: the type of logits, probabilities, weights and results. Sealed.
pub trait Real:
    ActivationKernels + BceKernels + FocalKernels + ProbabilityKernels + WeightKernels + Send + Sync
{
}

impl Real for f32 {}
impl Real for f64 {}
