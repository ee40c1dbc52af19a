#![no_std]
mod backend;
mod error;
mod kernel;
mod label;
mod loss;
mod math;
mod real;
mod reduction;
mod weights;

pub use backend::Backend;
pub use error::{Argument, Error};
pub use label::Label;
pub use loss::{BceWithLogits, LogitLoss};
pub use real::Real;
pub use reduction::{LossSum, Reduction};
pub use weights::Weights;
