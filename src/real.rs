//! The element types.

use crate::driver::{ActivationPlans, BcePlans, FocalPlans, ProbabilityPlans, WeightPlans};

/// `f32` or `f64`: the type of logits, probabilities, weights and results. Sealed.
pub trait Real: ActivationPlans + BcePlans + FocalPlans + ProbabilityPlans + WeightPlans + Send + Sync {}

impl Real for f32 {}
impl Real for f64 {}
