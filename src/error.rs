//! The errors of a call.

use core::fmt;

/// The argument or builder that an [`Error`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Argument {
    /// The targets.
    Targets,
    /// The slice for per-element results.
    Output,
    /// The slice for the gradient.
    Gradient,
    /// The slice for the Hessian.
    Hessian,
    /// [`weight`](crate::BceWithLogits::weight).
    Weight,
    /// [`class_weight`](crate::BceWithLogits::class_weight).
    ClassWeight,
    /// [`mask`](crate::BceWithLogits::mask).
    Mask,
    /// [`pos_weight`](crate::BceWithLogits::pos_weight).
    PosWeight,
    /// The upstream derivative of [`backward`](crate::Loss::backward).
    Upstream,
    /// [`label_smoothing`](crate::BceWithLogits::label_smoothing).
    LabelSmoothing,
    /// [`alpha`](crate::FocalLoss::alpha).
    Alpha,
    /// [`gamma`](crate::FocalLoss::gamma).
    Gamma,
    /// [`gamma_pos`](crate::AsymmetricLoss::gamma_pos).
    GammaPos,
    /// [`gamma_neg`](crate::AsymmetricLoss::gamma_neg).
    GammaNeg,
    /// [`margin`](crate::AsymmetricLoss::margin).
    Margin,
    /// The beta of [`softplus`](crate::softplus).
    Beta,
}

impl Argument {
    /// Returns the range of a parameter.
    const fn range(self) -> &'static str {
        match self {
            Self::Gamma | Self::GammaPos | Self::GammaNeg => "[0, 64]",
            Self::Margin => "[0, 1)",
            Self::Beta => "[2^-100, 2^100]",
            _ => "[0, 1]",
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Targets => "targets",
            Self::Output => "output",
            Self::Gradient => "gradient",
            Self::Hessian => "Hessian",
            Self::Weight => "weight",
            Self::ClassWeight => "class weight",
            Self::Mask => "mask",
            Self::PosWeight => "positive weight",
            Self::Upstream => "upstream derivative",
            Self::LabelSmoothing => "label smoothing",
            Self::Alpha => "alpha",
            Self::Gamma => "gamma",
            Self::GammaPos => "gamma of positives",
            Self::GammaNeg => "gamma of negatives",
            Self::Margin => "margin",
            Self::Beta => "beta",
        })
    }
}

/// What is wrong with the arguments of a call. A call that returns an error has written nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The length of a slice is not the number of inputs, or of counts.
    Length {
        /// The slice.
        argument: Argument,
        /// The number of inputs, or of counts.
        expected: usize,
        /// The length of the slice.
        found: usize,
    },
    /// The number of weights does not fit the number of inputs.
    Tiling {
        /// The weights.
        argument: Argument,
        /// The number of weights.
        values: usize,
        /// The number of inputs that the weights cover. Pixels beyond the last whole image do not count.
        covered: usize,
        /// Whether the weights also cover multiples of this number, as weights of classes and channels do.
        cycles: bool,
        /// The number of inputs, including those [before the part](crate::Weights::starting_at).
        inputs: usize,
    },
    /// A weight is negative, infinite or NaN, or an upstream derivative is infinite or NaN.
    Weight {
        /// The weights.
        argument: Argument,
        /// The index of the weight.
        index: usize,
    },
    /// A probability is below 0, above 1 or NaN, and its element is not ignored.
    Probability {
        /// The index of the probability.
        index: usize,
    },
    /// An integer target is neither 0 nor 1. Where targets are counted: a target is below 0, above 1 or NaN.
    Target {
        /// The index of the target.
        index: usize,
    },
    /// The inputs (or the targets, if there are no inputs) are not a whole number of samples.
    Classes {
        /// The number of classes of each sample.
        classes: usize,
        /// The number of pixels of each class.
        pixels: usize,
        /// The number of inputs.
        inputs: usize,
    },
    /// The inputs cannot be divided into this number of equal samples.
    Samples {
        /// The number of samples.
        samples: usize,
        /// The number of inputs.
        inputs: usize,
    },
    /// A class has no positives, so no positive weight can balance it.
    NoPositives {
        /// The class.
        class: usize,
    },
    /// A class has no negatives, so no positive weight above 0 can balance it.
    NoNegatives {
        /// The class.
        class: usize,
    },
    /// A parameter is outside of its range.
    Parameter {
        /// The parameter.
        argument: Argument,
    },
    /// A mean, or its derivative, has nothing to divide by: no element is counted, or the
    /// sum of the weights cannot divide: it is 0, or its reciprocal overflows, or it overflows itself.
    EmptyMean,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length { argument, expected, found } => {
                write!(f, "{argument}: expected {expected} elements, found {found}")
            }
            Self::Tiling { argument, values, covered, cycles, inputs } => {
                let multiple = if cycles { "any multiple of " } else { "" };
                write!(f, "{argument}: {values} values are for {multiple}{covered} inputs, not for {inputs}")
            }
            Self::Weight { argument: Argument::Upstream, index } => {
                write!(f, "{}: the value at {index} is not finite", Argument::Upstream)
            }
            Self::Weight { argument, index } => {
                write!(f, "{argument}: the value at {index} is negative or not finite")
            }
            Self::Probability { index } => write!(f, "probabilities: the value at {index} is not in [0, 1]"),
            Self::Target { index } => write!(f, "targets: the value at {index} is no label"),
            Self::Classes { classes, pixels, inputs } => {
                write!(f, "{inputs} inputs are no whole number of samples of {classes} classes and {pixels} pixels")
            }
            Self::Samples { samples, inputs } => write!(f, "{inputs} inputs are not {samples} samples of one size"),
            Self::NoPositives { class } => write!(f, "targets: class {class} has no positives"),
            Self::NoNegatives { class } => write!(f, "targets: class {class} has no negatives"),
            Self::Parameter { argument } => write!(f, "{argument}: outside of {}", argument.range()),
            Self::EmptyMean => f.write_str("a mean of nothing: no elements, or weights that sum to 0 or overflow"),
        }
    }
}

impl core::error::Error for Error {}

/// Checks that a slice has as many elements as there are logits.
pub(crate) fn expect_len(argument: Argument, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { argument, expected, found }) }
}
