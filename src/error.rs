//! What can be wrong with what a loss is given.

use core::fmt;

/// Which argument or builder an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Argument {
    /// The targets.
    Targets,
    /// The slice that per-element results are written to.
    Output,
    /// The slice that the gradient is written to.
    Gradient,
    /// The slice that the Hessian is written to.
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
    /// What a parameter may be.
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

/// What is wrong with what a loss was given. Where one is returned, nothing has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A slice has not as many elements as there are inputs, or counts: logits, or probabilities.
    Length {
        /// Which slice.
        argument: Argument,
        /// The number of inputs, or of counts.
        expected: usize,
        /// The number of its elements.
        found: usize,
    },
    /// Weights that are for another number of inputs.
    Tiling {
        /// Which weights.
        argument: Argument,
        /// How many there are.
        values: usize,
        /// How many inputs they are for. Pixels that make no whole image are for none.
        covered: usize,
        /// Whether they are for any multiple of that, as those of classes and channels.
        cycles: bool,
        /// The number of inputs, and of those [before them](crate::Weights::starting_at).
        inputs: usize,
    },
    /// A weight that is negative, infinite or NaN; an upstream derivative that is infinite or NaN.
    Weight {
        /// Which weights.
        argument: Argument,
        /// Where among them.
        index: usize,
    },
    /// A probability that is below 0, above 1 or NaN, and whose weight is not 0.
    Probability {
        /// Which.
        index: usize,
    },
    /// A target that is neither 0 nor 1, of a type that has no other labels. Where targets are counted: a target that is below
    /// 0, above 1 or NaN.
    Target {
        /// Which.
        index: usize,
    },
    /// Inputs, or targets where there are no inputs, that are no whole number of samples.
    Classes {
        /// How many classes each sample has.
        classes: usize,
        /// How many pixels each class has.
        pixels: usize,
        /// The number of inputs.
        inputs: usize,
    },
    /// Inputs that so many samples cannot have in equal parts.
    Samples {
        /// The number of samples.
        samples: usize,
        /// The number of inputs.
        inputs: usize,
    },
    /// A class without positives, which no positive weight can balance.
    NoPositives {
        /// Which class.
        class: usize,
    },
    /// A class without negatives, likewise.
    NoNegatives {
        /// Which class.
        class: usize,
    },
    /// A parameter outside of its range.
    Parameter {
        /// Which parameter.
        argument: Argument,
    },
    /// A mean, or the derivative of one, where there are no elements, or where their weights sum to 0, to so little that
    /// its reciprocal overflows, or to more than the largest number.
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

/// As many elements as logits, or an error.
pub(crate) fn expect_len(argument: Argument, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Length { argument, expected, found }) }
}
