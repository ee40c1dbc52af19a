//! The status that a function returns.

use core::ffi::{CStr, c_char};

use logit_loss::{Argument, Error};

/// The result of every function: LOGIT_LOSS_STATUS_OK, which is 0, or an error. A function that returns an error has
/// written nothing.
#[repr(i32)]
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "the first is what an absent error is")]
pub enum Status {
    /// The function has written all results.
    Ok = 0,
    /// A pointer is NULL, and must not be.
    Null = 1,
    /// A pointer does not have its type's alignment.
    Misaligned = 2,
    /// An array of this length does not fit into memory.
    TooLong = 3,
    /// An output overlaps an input, or another output.
    Overlap = 4,
    /// The size of the options is neither 0 nor that of their type.
    Size = 5,
    /// More than one of targets and labels is given.
    TwoTargets = 6,
    /// The kind of weights is none of LOGIT_LOSS_WEIGHTS_..., or it is LOGIT_LOSS_WEIGHTS_NONE although there are
    /// values.
    Kind = 7,
    /// The reduction is none of LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN, LOGIT_LOSS_SUM.
    Reduction = 8,
    /// A byte of the mask is neither 0 nor 1.
    Mask = 9,
    /// A label is neither 0 nor 1, is not ignored or masked, and its weight is not 0.
    Target = 10,
    /// The number of weights does not fit the number of logits.
    WeightTiling = 11,
    /// The number of class weights does not fit the number of logits.
    ClassWeightTiling = 12,
    /// The number of positive weights does not fit the number of logits.
    PosWeightTiling = 13,
    /// A weight is negative, infinite or NaN.
    Weight = 14,
    /// A class weight is negative, infinite or NaN.
    ClassWeight = 15,
    /// A positive weight is negative, infinite or NaN.
    PosWeight = 16,
    /// The label smoothing is not in [0, 1].
    LabelSmoothing = 17,
    /// Alpha is not in [0, 1].
    Alpha = 18,
    /// Gamma is not in [0, 64].
    Gamma = 19,
    /// The gamma of positives is not in [0, 64].
    GammaPos = 20,
    /// The gamma of negatives is not in [0, 64].
    GammaNeg = 21,
    /// The margin is not in [0, 1).
    Margin = 22,
    /// Beta is not in [2^-100, 2^100].
    Beta = 23,
    /// A mean, or its derivative, has nothing to divide by: no element is counted, or the sum of the weights is 0, so
    /// small that its reciprocal overflows, or above the largest number.
    EmptyMean = 24,
    /// Another error.
    Other = 25,
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Target { .. } => Self::Target,
            Error::Tiling { argument: Argument::ClassWeight, .. } => Self::ClassWeightTiling,
            Error::Tiling { argument: Argument::PosWeight, .. } => Self::PosWeightTiling,
            Error::Tiling { .. } => Self::WeightTiling,
            Error::Weight { argument: Argument::ClassWeight, .. } => Self::ClassWeight,
            Error::Weight { argument: Argument::PosWeight, .. } => Self::PosWeight,
            Error::Weight { .. } => Self::Weight,
            Error::Parameter { argument: Argument::LabelSmoothing } => Self::LabelSmoothing,
            Error::Parameter { argument: Argument::Alpha } => Self::Alpha,
            Error::Parameter { argument: Argument::Gamma } => Self::Gamma,
            Error::Parameter { argument: Argument::GammaPos } => Self::GammaPos,
            Error::Parameter { argument: Argument::GammaNeg } => Self::GammaNeg,
            Error::Parameter { argument: Argument::Margin } => Self::Margin,
            Error::Parameter { argument: Argument::Beta } => Self::Beta,
            Error::EmptyMean => Self::EmptyMean,
            _ => Self::Other,
        }
    }
}

impl From<Result<(), Status>> for Status {
    fn from(result: Result<(), Status>) -> Self {
        result.err().unwrap_or(Self::Ok)
    }
}

/// Returns a status as one line of English text, or "unknown" for a number that is no status. The text is constant. It
/// is linked only into programs that call this function.
#[unsafe(no_mangle)]
pub extern "C" fn logit_loss_error_message(status: i32) -> *const c_char {
    const MESSAGES: [&CStr; 26] = [
        c"no error",
        c"a pointer is NULL",
        c"a pointer is misaligned",
        c"an array is too long for memory",
        c"an output overlaps an input or another output",
        c"options of another size",
        c"more than one of targets and labels is given",
        c"weights of an unknown kind, or values without a kind",
        c"an unknown reduction",
        c"a byte of the mask is neither 0 nor 1",
        c"a label is neither 0 nor 1",
        c"the weights do not come out even with the logits",
        c"the class weights do not come out even with the logits",
        c"the positive weights do not come out even with the logits",
        c"a weight is negative or not finite",
        c"a class weight is negative or not finite",
        c"a positive weight is negative or not finite",
        c"the label smoothing is not in [0, 1]",
        c"alpha is not in [0, 1]",
        c"gamma is not in [0, 64]",
        c"the gamma of positives is not in [0, 64]",
        c"the gamma of negatives is not in [0, 64]",
        c"the margin is not in [0, 1)",
        c"beta is not in [2^-100, 2^100]",
        c"a mean of nothing: no elements are counted, or weights that sum to 0 or overflow",
        c"an error of another kind",
    ];
    usize::try_from(status).ok().and_then(|i| MESSAGES.get(i).copied()).unwrap_or(c"unknown").as_ptr()
}
