//! The largest errors allowed, in ULP, on backends that fuse.

pub const LOSS: f64 = 2.0;
pub const GRADIENT: f64 = 2.5;
pub const HESSIAN: f64 = 5.0;
/// Hard targets with any weights.
pub const WEIGHTED: [f64; 3] = [4.0, 4.0, 7.0];
pub const UNDER_A_MEAN: f64 = 1.0;
pub const SOFT_LOSS: f64 = 4.0;
/// In ULP of w (up + down).
pub const SOFT_GRADIENT: f64 = 3.0;
/// In ULP of the larger term.
pub const TARGET_GRADIENT: f64 = 4.0;
/// Means of 16 and more independent logits, without and with a positive weight; of one; of any.
pub const MEAN: f64 = 1.0;
pub const MEAN_POS_WEIGHT: f64 = 1.5;
pub const MEAN_OF_ONE: f64 = 2.0;
/// With a soft target and a positive weight, the costs are rounded too: 2.15 was found, where 2 was hoped for.
pub const MEAN_OF_ONE_SOFT_POS_WEIGHT: f64 = 2.2;
pub const MEAN_OF_ANY: f64 = 4.0;
/// Focal loss of hard targets: loss and gradient, that much and twice gamma.
pub const FOCAL: f64 = 6.0;
/// Cross-entropy of probabilities: loss and gradient of hard targets, without and with weights, and of soft ones. The
/// gradient is relative there too, but with a positive weight that is not 1, where the sum of its terms is the measure.
pub const PROBABILITY: [f64; 2] = [1.0, 1.5];
pub const PROBABILITY_WEIGHTED: [f64; 2] = [3.0, 3.0];
pub const PROBABILITY_SOFT: [f64; 2] = [3.5, 4.0];
pub const SIGMOID: f64 = 2.5;
/// And of log_sigmoid.
pub const SOFTPLUS: f64 = 2.0;
pub const SOFTPLUS_ANY_BETA: f64 = 3.0;
/// On backends that do not fuse, more by.
pub const UNFUSED: f64 = 1.0;
