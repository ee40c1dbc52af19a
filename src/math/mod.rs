//! The formulas, each written once, over [`Lanes`].

mod asymmetric;
mod bce;
mod coefficients;
mod costs;
mod double;
mod exp;
mod focal;
mod log1p;
mod logistic;
mod probability;
mod side;
mod weight;

pub(crate) use asymmetric::Asymmetric;
pub(crate) use bce::{Balanced, ByLane, TargetGradient, Unit, Weighted};
pub(crate) use coefficients::Constants;
pub(crate) use costs::Smoothing;
pub(crate) use double::DoubleWord;
pub(crate) use focal::{Focal, Gamma};
pub(crate) use log1p::log1p_double;
pub(crate) use logistic::{LogSigmoid, ScaledSoftplus, Sigmoid, Softplus};
pub(crate) use probability::Probability;
pub(crate) use side::Margin;
pub(crate) use weight::{WeightTerm, is_moderate};

use crate::simd::{Lanes, MICROCONTROLLER, Token, Vector};

/// The inputs of a formula for each element. An input that the formula does not ask for is 1.
#[derive(Clone, Copy)]
pub struct Inputs<L: Lanes> {
    pub logit: Vector<L>,
    pub target: Vector<L>,
    pub pos_weight: Vector<L>,
    pub weight: Vector<L>,
    pub upstream: Vector<L>,
}

/// The results of a formula for each element.
#[derive(Clone, Copy)]
pub struct Results<L: Lanes> {
    /// The term that is summed.
    pub term: Vector<L>,
    /// The e of each product 1 + e whose logarithm is also summed, up to [`Formula::PRODUCTS`].
    pub products: [Vector<L>; 2],
    /// The results that are written, up to [`Formula::OUTPUTS`].
    pub outputs: [Vector<L>; 2],
}

/// Whether the driver asks what terms tell. On a microcontroller it evaluates a block lane by lane, and all lanes must have
/// one formula, so it surveys all of them first.
pub(crate) const TELLING: bool = !MICROCONTROLLER;

/// A loss and its derivatives, for a vector of elements.
pub trait Formula<T: Constants>: Copy + Sync {
    /// The number of registers, 1, 2 or 4, up to which more registers side by side are worth their code.
    const REGISTERS: usize = 1;
    /// Whether it has a term to be summed.
    const SUMS: bool = false;
    /// How many products of 1 + e stand in for a sum of logarithms.
    const PRODUCTS: usize = 0;
    /// How many results are written for each element.
    const OUTPUTS: usize;
    /// Whether the row of targets is read.
    const TARGETS: bool = true;
    /// Whether the rows of weights and of positive weights are read.
    const WEIGHTED: bool = true;
    /// Whether the row of upstream derivatives is read.
    const UPSTREAM: bool = false;
    /// Whether each lane has a positive weight and a weight of its own, the same in all rows of a block, which multiply only
    /// the sums of the lane.
    const BY_LANE: bool = false;
    /// Whether a term is infinite or NaN where the formula does not hold, if the driver [asks](TELLING).
    const TELLS: bool = false;

    /// Returns the results. Those beyond what the constants promise are not used.
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L>;

    /// Returns the weights of the logarithms of the products; if `BY_LANE`, the targets whose costs are the weights.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn log_weights(self) -> [T; 2] {
        [T::ONE; 2]
    }
}

/// The results of a pass. The compiler removes those that are not wanted.
pub trait Wanted: Copy + Sync {
    /// The sum of the losses.
    const SUM: bool = false;
    /// The loss of each element, as first output.
    const LOSSES: bool = false;
    /// The gradient, as first output.
    const GRADIENT: bool = false;
    /// The Hessian's diagonal, as second output.
    const HESSIAN: bool = false;
    /// The gradient times the upstream derivative.
    const UPSTREAM: bool = false;
    const OUTPUTS: usize = Self::LOSSES as usize + Self::GRADIENT as usize + Self::HESSIAN as usize;
}

#[derive(Clone, Copy)]
pub struct Sum;
#[derive(Clone, Copy)]
pub struct Losses;
#[derive(Clone, Copy)]
pub struct Gradient;
#[derive(Clone, Copy)]
pub struct SumAndGradient;
#[derive(Clone, Copy)]
pub struct GradientAndHessian;
#[derive(Clone, Copy)]
pub struct Backward;
/// All derivatives, times the upstream derivative. They serve every pass with derivatives: the upstream derivative may be 1,
/// and a pass without a Hessian gives it no output.
#[derive(Clone, Copy)]
pub struct Derivatives;

impl Wanted for Sum {
    const SUM: bool = true;
}
impl Wanted for Losses {
    const LOSSES: bool = true;
}
impl Wanted for Gradient {
    const GRADIENT: bool = true;
}
impl Wanted for SumAndGradient {
    const SUM: bool = true;
    const GRADIENT: bool = true;
}
impl Wanted for GradientAndHessian {
    const GRADIENT: bool = true;
    const HESSIAN: bool = true;
}
impl Wanted for Backward {
    const GRADIENT: bool = true;
    const UPSTREAM: bool = true;
}
impl Wanted for Derivatives {
    const GRADIENT: bool = true;
    const HESSIAN: bool = true;
    const UPSTREAM: bool = true;
}

/// Returns the polynomial with these coefficients, from the highest power down, at x.
///
/// Up to twelve coefficients are written out: a compiler that optimises for size would make a loop, two thirds of which are
/// not the polynomial.
#[cfg_attr(not(unoptimized), inline(always))]
fn horner<L: Lanes>(l: Token<L>, coefficients: &'static [L::Scalar], x: Vector<L>) -> Vector<L> {
    let mut sum = l.splat(coefficients[0]);
    let mut i = 1;
    if coefficients.len() <= 12 {
        macro_rules! steps {
            ($($step:tt)*) => { $(if i < coefficients.len() {
                sum = sum.mul_add(x, l.splat(coefficients[i]));
                i += $step;
            })* };
        }
        steps!(1 1 1 1 1 1 1 1 1 1 1);
    }
    while i < coefficients.len() {
        sum = sum.mul_add(x, l.splat(coefficients[i]));
        i += 1;
    }
    sum
}
