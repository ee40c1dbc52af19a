//! The element types.

use crate::math::Constants;

/// `f32` or `f64`: the type of logits, weights and results. Sealed.
pub trait Real: Constants {}

impl Real for f32 {}
impl Real for f64 {}
