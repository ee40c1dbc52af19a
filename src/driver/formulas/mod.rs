//! The formulas of each loss, and which of them is used with which weights and targets.

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

/// The private functions that this crate needs of `f32` and `f64`.
pub(crate) trait Sealed:
    ActivationPlans + AsymmetricPlans + BcePlans + FocalPlans + ProbabilityPlans + TransferPlans + WeightPlans
{
}

impl Sealed for f32 {}
impl Sealed for f64 {}
