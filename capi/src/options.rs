//! What a loss is set to, as C writes it down.

use core::ptr;

use logit_loss::{AsymmetricLoss, Backend, BceWithLogits, FocalLoss, Hessian, Real, Reduction};

use crate::memory::{Extent, flags};
use crate::status::Status;
use crate::weights::Weights;

/// The sum of the losses divided by the number of elements that are counted, whatever their weights.
pub const MEAN: u32 = 0;
/// The sum divided by the sum of the weights: elements of weight 0 do not count.
pub const WEIGHTED_MEAN: u32 = 1;
/// The sum.
pub const SUM: u32 = 2;

/// What binary cross-entropy is set to. Zeroed, it is without weights or smoothing, all elements are there, and the
/// mean is taken.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bce<T> {
    /// The size of this struct, or 0 for the same.
    pub size: u32,
    /// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// By what the loss of each element is multiplied.
    pub weight: Weights<T>,
    /// By what it is multiplied besides: weights of classes beside those of samples.
    pub class_weight: Weights<T>,
    /// By what the cost of a missed positive is multiplied: negatives / positives balances the classes.
    pub pos_weight: Weights<T>,
    /// A byte for each element: 1, or 0 to take it away. NULL if all are there.
    pub mask: *const u8,
    /// Labels of this type, if `targets` and `labels` are NULL.
    pub labels_int8: *const i8,
    /// Likewise.
    pub labels_int32: *const i32,
    /// Likewise.
    pub labels_int64: *const i64,
    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    pub label_smoothing: T,
    /// The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
    /// what is NaN. Looked at only if there is one.
    pub ignored: T,
    /// Whether there is a target that is ignored.
    pub has_ignored: u32,
}

/// What focal loss is set to. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. Zeroed, without
/// alpha and with gamma 0, it is plain binary cross-entropy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Focal<T> {
    /// The size of this struct, or 0 for the same.
    pub size: u32,
    /// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// By what the loss of each element is multiplied.
    pub weight: Weights<T>,
    /// By what it is multiplied besides: weights of classes beside those of samples.
    pub class_weight: Weights<T>,
    /// By what positives are multiplied besides: one for each class, without alpha, is an alpha per class.
    pub pos_weight: Weights<T>,
    /// A byte for each element: 1, or 0 to take it away. NULL if all are there.
    pub mask: *const u8,
    /// Labels of this type, if `targets` and `labels` are NULL.
    pub labels_int8: *const i8,
    /// Likewise.
    pub labels_int32: *const i32,
    /// Likewise.
    pub labels_int64: *const i64,
    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    pub label_smoothing: T,
    /// The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
    /// what is NaN. Looked at only if there is one.
    pub ignored: T,
    /// Whether there is a target that is ignored.
    pub has_ignored: u32,
    /// By what positives are multiplied; negatives are by 1 - alpha. In [0, 1]. Looked at only if there is one.
    pub alpha: T,
    /// The power of the wrong answer's probability. In [0, 64]; integers up to 4 are the fastest.
    pub gamma: T,
    /// Whether there is an alpha. Without, positives and negatives are as they are, or as `pos_weight` has them.
    pub has_alpha: u32,
}

/// What asymmetric loss is set to. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
/// and 4 and the margin 0.05 of its authors. Zeroed, with powers and margin 0, it is plain binary cross-entropy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Asymmetric<T> {
    /// The size of this struct, or 0 for the same.
    pub size: u32,
    /// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// By what the loss of each element is multiplied.
    pub weight: Weights<T>,
    /// By what it is multiplied besides: weights of classes beside those of samples.
    pub class_weight: Weights<T>,
    /// A byte for each element: 1, or 0 to take it away. NULL if all are there.
    pub mask: *const u8,
    /// Labels of this type, if `targets` and `labels` are NULL.
    pub labels_int8: *const i8,
    /// Likewise.
    pub labels_int32: *const i32,
    /// Likewise.
    pub labels_int64: *const i64,
    /// Target t becomes t (1 - s) + s / 2, with s in [0, 1].
    pub label_smoothing: T,
    /// The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
    /// what is NaN. Looked at only if there is one.
    pub ignored: T,
    /// Whether there is a target that is ignored.
    pub has_ignored: u32,
    /// The power of the wrong answer's probability, of positives. In [0, 64]; integers up to 4 are the fastest.
    pub gamma_pos: T,
    /// The same of negatives.
    pub gamma_neg: T,
    /// What is subtracted from the probability of a negative: one that is no larger costs nothing. In [0, 1); 0 is
    /// none, and so is a number below the smallest normal one.
    pub margin: T,
}

/// Options of which a loss can be made.
pub trait Options<T: Real>: Sized {
    type Loss<'a>: Hessian<T>;

    /// What NULL stands for, if it may be given.
    fn of_null() -> Result<Self, Status>;

    /// What all losses are set to.
    fn shared(&self) -> Bce<T>;

    fn loss<'a>(&self, settings: Settings<'a, T>) -> Self::Loss<'a>;
}

impl<T: Real> Options<T> for Bce<T> {
    type Loss<'a> = BceWithLogits<'a, T>;

    fn of_null() -> Result<Self, Status> {
        Ok(Self {
            size: 0,
            reduction: MEAN,
            weight: Weights::none(),
            class_weight: Weights::none(),
            pos_weight: Weights::none(),
            mask: ptr::null(),
            labels_int8: ptr::null(),
            labels_int32: ptr::null(),
            labels_int64: ptr::null(),
            label_smoothing: T::from(0.0),
            ignored: T::from(0.0),
            has_ignored: 0,
        })
    }

    fn shared(&self) -> Self {
        *self
    }

    fn loss<'a>(&self, settings: Settings<'a, T>) -> BceWithLogits<'a, T> {
        let mut bce =
            BceWithLogits::new().backend(backend()).label_smoothing(self.label_smoothing).reduction(settings.reduction);
        if let Some(weight) = settings.weight {
            bce = bce.weight(weight);
        }
        if let Some(class_weight) = settings.class_weight {
            bce = bce.class_weight(class_weight);
        }
        if let Some(pos_weight) = settings.pos_weight {
            bce = bce.pos_weight(pos_weight);
        }
        if let Some(mask) = settings.mask {
            bce = bce.mask(mask);
        }
        if let Some(ignored) = settings.ignored {
            bce = bce.ignore_target(ignored);
        }
        bce
    }
}

impl<T: Real> Options<T> for Focal<T> {
    type Loss<'a> = FocalLoss<'a, T>;

    fn of_null() -> Result<Self, Status> {
        Err(Status::Null)
    }

    fn shared(&self) -> Bce<T> {
        Bce {
            size: 0,
            reduction: self.reduction,
            weight: self.weight,
            class_weight: self.class_weight,
            pos_weight: self.pos_weight,
            mask: self.mask,
            labels_int8: self.labels_int8,
            labels_int32: self.labels_int32,
            labels_int64: self.labels_int64,
            label_smoothing: self.label_smoothing,
            ignored: self.ignored,
            has_ignored: self.has_ignored,
        }
    }

    fn loss<'a>(&self, settings: Settings<'a, T>) -> FocalLoss<'a, T> {
        let mut focal = FocalLoss::new()
            .backend(backend())
            .gamma(self.gamma)
            .label_smoothing(self.label_smoothing)
            .reduction(settings.reduction);
        focal = if self.has_alpha != 0 { focal.alpha(self.alpha) } else { focal.without_alpha() };
        if let Some(weight) = settings.weight {
            focal = focal.weight(weight);
        }
        if let Some(class_weight) = settings.class_weight {
            focal = focal.class_weight(class_weight);
        }
        if let Some(pos_weight) = settings.pos_weight {
            focal = focal.pos_weight(pos_weight);
        }
        if let Some(mask) = settings.mask {
            focal = focal.mask(mask);
        }
        if let Some(ignored) = settings.ignored {
            focal = focal.ignore_target(ignored);
        }
        focal
    }
}

impl<T: Real> Options<T> for Asymmetric<T> {
    type Loss<'a> = AsymmetricLoss<'a, T>;

    fn of_null() -> Result<Self, Status> {
        Err(Status::Null)
    }

    fn shared(&self) -> Bce<T> {
        Bce {
            size: 0,
            reduction: self.reduction,
            weight: self.weight,
            class_weight: self.class_weight,
            pos_weight: Weights::none(),
            mask: self.mask,
            labels_int8: self.labels_int8,
            labels_int32: self.labels_int32,
            labels_int64: self.labels_int64,
            label_smoothing: self.label_smoothing,
            ignored: self.ignored,
            has_ignored: self.has_ignored,
        }
    }

    fn loss<'a>(&self, settings: Settings<'a, T>) -> AsymmetricLoss<'a, T> {
        let mut asymmetric = AsymmetricLoss::new()
            .backend(backend())
            .gamma_pos(self.gamma_pos)
            .gamma_neg(self.gamma_neg)
            .margin(self.margin)
            .label_smoothing(self.label_smoothing)
            .reduction(settings.reduction);
        if let Some(weight) = settings.weight {
            asymmetric = asymmetric.weight(weight);
        }
        if let Some(class_weight) = settings.class_weight {
            asymmetric = asymmetric.class_weight(class_weight);
        }
        if let Some(mask) = settings.mask {
            asymmetric = asymmetric.mask(mask);
        }
        if let Some(ignored) = settings.ignored {
            asymmetric = asymmetric.ignore_target(ignored);
        }
        asymmetric
    }
}

/// Labels of types that are no parameter: pointers as C gave them.
pub struct Labels {
    pub int8: *const i8,
    pub int32: *const i32,
    pub int64: *const i64,
}

/// What all losses are set to, as it was found.
pub struct Settings<'a, T> {
    weight: Option<logit_loss::Weights<'a, T>>,
    class_weight: Option<logit_loss::Weights<'a, T>>,
    pos_weight: Option<logit_loss::Weights<'a, T>>,
    mask: Option<&'a [bool]>,
    ignored: Option<T>,
    reduction: Reduction,
}

impl<T: Real> Bce<T> {
    pub const fn labels(&self) -> Labels {
        Labels { int8: self.labels_int8, int32: self.labels_int32, int64: self.labels_int64 }
    }

    /// For so many logits; and where the weight, class weight, positive weight and mask are.
    ///
    /// # Safety
    ///
    /// All arrays are as [`input`](crate::memory::input) wants them.
    pub unsafe fn settings<'a>(&self, len: usize) -> Result<(Settings<'a, T>, [Extent; 4]), Status> {
        // SAFETY: the caller's promise.
        let ((weight, at), (class_weight, class_at), (pos_weight, pos_at), mask) = unsafe {
            let mask = if self.mask.is_null() { None } else { Some(flags(self.mask, len)?) };
            (self.weight.read(len)?, self.class_weight.read(len)?, self.pos_weight.read(len)?, mask)
        };
        let extents = [at, class_at, pos_at, mask.map_or(Extent::none(), Extent::of)];
        let settings = Settings {
            weight,
            class_weight,
            pos_weight,
            mask,
            ignored: (self.has_ignored != 0).then_some(self.ignored),
            reduction: reduction(self.reduction)?,
        };
        Ok((settings, extents))
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

/// What all functions run on: the fastest backend or, where the build asks for it, the fastest that fuses.
pub fn backend() -> Backend {
    #[cfg(feature = "reproducible")]
    return Backend::reproducible();
    #[cfg(not(feature = "reproducible"))]
    Backend::best()
}
