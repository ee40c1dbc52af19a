//! The element types.

use crate::driver::{ActivationPlans, BcePlans, FocalPlans, ProbabilityPlans, WeightPlans};
use crate::simd::Backend;

/// `f32` or `f64`: the type of logits, probabilities, weights and results. Sealed.
pub trait Real: ActivationPlans + BcePlans + FocalPlans + ProbabilityPlans + WeightPlans + Send + Sync {}

impl Real for f32 {}
impl Real for f64 {}

impl Backend {
    /// Whether it multiplies and adds with one rounding. Backends that do give the same bits, and so do those that do
    /// not; between the two kinds, the last bits differ. `"scalar-fma"` does for `f32` alone.
    #[must_use]
    pub const fn is_fused<T: Real>(self) -> bool {
        self.fuses::<T>()
    }
}
