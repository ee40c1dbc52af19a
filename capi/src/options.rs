//! What a loss is set to, as C writes it down.

use logit_loss::{Backend, BceWithLogits, FocalLoss, Hessian, Real, Reduction};

use crate::memory::{Extent, input, value};
use crate::status::Status;

/// No weights: all are 1. What zeroed memory says.
pub const WEIGHTS_NONE: u32 = 0;
/// One value for all elements: `len` is 1.
pub const WEIGHTS_UNIFORM: u32 = 1;
/// A value for each class of logits [samples][classes]: `len` is the number of classes.
pub const WEIGHTS_PER_CLASS: u32 = 2;
/// A value for each channel of logits [samples][channels][pixels]: `len` is the number of channels, `repeat` of
/// pixels.
pub const WEIGHTS_PER_CHANNEL: u32 = 3;
/// A value for each sample of logits [samples][classes]: `len` is the number of samples, `repeat` of classes.
pub const WEIGHTS_PER_SAMPLE: u32 = 4;
/// A value for each element.
pub const WEIGHTS_PER_ELEMENT: u32 = 5;

/// The sum of the losses divided by the number of elements, whatever their weights.
pub const MEAN: u32 = 0;
/// The sum divided by the sum of the weights: elements of weight 0 do not count.
pub const WEIGHTED_MEAN: u32 = 1;
/// The sum.
pub const SUM: u32 = 2;

/// A factor for each element, none negative or infinite. Zeroed, there are none: all are 1. A weight of 0 takes an
/// element away, even if its logit or target is NaN.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Weights<T> {
    /// The values; NULL if there are none.
    pub values: *const T,
    /// How many values there are.
    pub len: usize,
    /// For how many elements in a row each holds. Looked at only if `kind` is LOGIT_LOSS_WEIGHTS_PER_CHANNEL or
    /// LOGIT_LOSS_WEIGHTS_PER_SAMPLE.
    pub repeat: usize,
    /// One of LOGIT_LOSS_WEIGHTS_...
    pub kind: u32,
}

/// What binary cross-entropy is set to. Zeroed, it is without weights or smoothing, and the mean is taken.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bce<T> {
    /// By what the loss of each element is multiplied.
    pub weight: Weights<T>,
    /// By what the cost of a missed positive is multiplied: negatives / positives balances the classes.
    pub pos_weight: Weights<T>,
    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    pub label_smoothing: T,
    /// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
}

/// What focal loss is set to. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. Zeroed, without
/// alpha and with gamma 0, it is plain binary cross-entropy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Focal<T> {
    /// By what the loss of each element is multiplied.
    pub weight: Weights<T>,
    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    pub label_smoothing: T,
    /// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// By what positives are multiplied; negatives are by 1 - alpha. In [0, 1]. Looked at only if there is one.
    pub alpha: T,
    /// The power of the wrong answer's probability. In [0, 64]; integers up to 4 are the fastest.
    pub gamma: T,
    /// Whether there is an alpha. Without, positives and negatives are as they are.
    pub has_alpha: u32,
}

/// Options of which a loss can be made.
pub trait Options<T: Real>: Sized {
    type Loss<'a>: Hessian<T>;

    /// The loss, and which arrays it reads.
    ///
    /// # Safety
    ///
    /// `options` is NULL, misaligned, or points to options whose arrays are as [`input`] wants them.
    unsafe fn read<'a>(options: *const Self) -> Result<(Self::Loss<'a>, [Extent; 2]), Status>;
}

impl<T: Real> Options<T> for Bce<T> {
    type Loss<'a> = BceWithLogits<'a, T>;

    unsafe fn read<'a>(options: *const Self) -> Result<(Self::Loss<'a>, [Extent; 2]), Status> {
        let mut bce = BceWithLogits::new().backend(backend());
        if options.is_null() {
            return Ok((bce, [Extent::none(); 2]));
        }
        // SAFETY: the caller's promise.
        let (&options, weight, pos_weight) = unsafe {
            let options = value(options)?;
            (options, options.weight.read()?, options.pos_weight.read()?)
        };
        if let Some(weight) = weight.factors {
            bce = bce.weight(weight);
        }
        if let Some(pos_weight) = pos_weight.factors {
            bce = bce.pos_weight(pos_weight);
        }
        bce = bce.label_smoothing(options.label_smoothing).reduction(reduction(options.reduction)?);
        Ok((bce, [weight.extent, pos_weight.extent]))
    }
}

impl<T: Real> Options<T> for Focal<T> {
    type Loss<'a> = FocalLoss<'a, T>;

    unsafe fn read<'a>(options: *const Self) -> Result<(Self::Loss<'a>, [Extent; 2]), Status> {
        // SAFETY: the caller's promise.
        let (&options, weight) = unsafe {
            let options = value(options)?;
            (options, options.weight.read()?)
        };
        let mut focal =
            FocalLoss::new().backend(backend()).gamma(options.gamma).label_smoothing(options.label_smoothing);
        focal = if options.has_alpha != 0 { focal.alpha(options.alpha) } else { focal.without_alpha() };
        if let Some(weight) = weight.factors {
            focal = focal.weight(weight);
        }
        Ok((focal.reduction(reduction(options.reduction)?), [weight.extent, Extent::none()]))
    }
}

/// Weights, and where they are.
struct Given<'a, T> {
    factors: Option<logit_loss::Weights<'a, T>>,
    extent: Extent,
}

impl<T: Real> Weights<T> {
    /// # Safety
    ///
    /// `values` and `len` are as [`input`] wants them.
    unsafe fn read<'a>(&self) -> Result<Given<'a, T>, Status> {
        // SAFETY: the caller's promise.
        let values = unsafe { input(self.values, self.len) }?;
        let factors = match (self.kind, values) {
            (WEIGHTS_NONE, []) if self.values.is_null() => None,
            (WEIGHTS_UNIFORM, &[value]) => Some(logit_loss::Weights::uniform(value)),
            // A repeat of 0 comes out even with nothing.
            (WEIGHTS_UNIFORM, _) => Some(logit_loss::Weights::per_sample(values, 0)),
            (WEIGHTS_PER_CLASS, _) => Some(logit_loss::Weights::per_class(values)),
            (WEIGHTS_PER_CHANNEL, _) => Some(logit_loss::Weights::per_channel(values, self.repeat)),
            (WEIGHTS_PER_SAMPLE, _) => Some(logit_loss::Weights::per_sample(values, self.repeat)),
            (WEIGHTS_PER_ELEMENT, _) => Some(logit_loss::Weights::per_element(values)),
            _ => return Err(Status::Kind),
        };
        Ok(Given { factors, extent: Extent::of(values) })
    }
}

pub fn reduction(reduction: u32) -> Result<Reduction, Status> {
    match reduction {
        MEAN => Ok(Reduction::Mean),
        WEIGHTED_MEAN => Ok(Reduction::WeightedMean),
        SUM => Ok(Reduction::Sum),
        _ => Err(Status::Reduction),
    }
}

/// What all functions run on: the fastest backend or, where the build asks for it, one that fuses.
pub fn backend() -> Backend {
    let fused = if cfg!(feature = "scalar-fma") { Backend::available().find(|b| b.is_fused::<f32>()) } else { None };
    fused.unwrap_or_else(Backend::best)
}
