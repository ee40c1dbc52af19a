//! The formulas of each loss: which there are for which weights and targets.

mod activation;
mod asymmetric;
mod bce;
mod focal;
mod probability;
mod weight;

pub(crate) use activation::ActivationPlans;
pub(crate) use asymmetric::{AsymmetricParameters, AsymmetricPlans};
pub(crate) use bce::{BceParameters, BcePlans};
pub(crate) use focal::{FocalParameters, FocalPlans};
pub(crate) use probability::ProbabilityPlans;
pub(crate) use weight::WeightPlans;

use crate::driver::TransferPlans;

/// What this crate has of `f32` and `f64`, and nobody else sees.
pub(crate) trait Sealed:
    ActivationPlans + AsymmetricPlans + BcePlans + FocalPlans + ProbabilityPlans + TransferPlans + WeightPlans
{
}

impl Sealed for f32 {}
impl Sealed for f64 {}
