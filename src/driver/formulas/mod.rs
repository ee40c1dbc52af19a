//! The formulas of each loss: which there are for which weights and targets.

mod activation;
mod bce;
mod focal;
mod probability;
mod weight;

pub use activation::ActivationPlans;
pub use bce::{BceParameters, BcePlans};
pub use focal::{FocalParameters, FocalPlans};
pub use probability::ProbabilityPlans;
pub use weight::WeightPlans;
