//! The options of a loss, as C passes them.

use core::ptr;

use logit_loss::{AsymmetricLoss, Backend, BceWithLogits, FocalLoss, Hessian, Real, Reduction};

use crate::memory::{Extent, flags};
use crate::status::Status;
use crate::weights::Weights;

/// Divides the sum of the losses by the number of counted elements, whatever their weights.
pub const MEAN: u32 = 0;
/// Divides the sum by the sum of the weights, so elements of weight 0 do not count.
pub const WEIGHTED_MEAN: u32 = 1;
/// Keeps the sum.
pub const SUM: u32 = 2;

/// The options of binary cross-entropy. A zeroed struct means: no weights, no smoothing, no ignored elements, the mean.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bce<T> {
    /// The size of this struct, or 0, which skips the check of the size.
    pub size: u32,
    /// The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// The weight that multiplies each element's loss.
    pub weight: Weights<T>,
    /// A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
    /// samples in `weight`.
    pub class_weight: Weights<T>,
    /// The positive weight, which multiplies the loss of a positive. A value of negatives / positives balances the
    /// classes.
    pub pos_weight: Weights<T>,
    /// A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
    pub mask: *const u8,
    /// NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
    pub labels_int8: *const i8,
    /// NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
    pub labels_int32: *const i32,
    /// NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
    pub labels_int64: *const i64,
    /// The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
    pub label_smoothing: T,
    /// The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
    /// that are NaN. It is used only if `has_ignored` is not 0.
    pub ignored: T,
    /// Whether `ignored` is used: 0 means no, any other number yes.
    pub has_ignored: u32,
}

/// The options of focal loss. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. A zeroed struct
/// has no alpha and gamma 0, which makes it plain binary cross-entropy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Focal<T> {
    /// The size of this struct, or 0, which skips the check of the size.
    pub size: u32,
    /// The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// The weight that multiplies each element's loss.
    pub weight: Weights<T>,
    /// A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
    /// samples in `weight`.
    pub class_weight: Weights<T>,
    /// The positive weight, which multiplies the loss of a positive. Without alpha, one weight for each class is an
    /// alpha for each class.
    pub pos_weight: Weights<T>,
    /// A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
    pub mask: *const u8,
    /// NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
    pub labels_int8: *const i8,
    /// NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
    pub labels_int32: *const i32,
    /// NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
    pub labels_int64: *const i64,
    /// The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
    pub label_smoothing: T,
    /// The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
    /// that are NaN. It is used only if `has_ignored` is not 0.
    pub ignored: T,
    /// Whether `ignored` is used: 0 means no, any other number yes.
    pub has_ignored: u32,
    /// Alpha, in [0, 1]: alpha multiplies the loss of positives, and 1 - alpha that of negatives. It is used only if
    /// `has_alpha` is not 0.
    pub alpha: T,
    /// The power of the wrong answer's probability, in [0, 64]. Integers up to 4 are the fastest.
    pub gamma: T,
    /// Whether `alpha` is used: 0 means no, any other number yes. Without alpha, only `pos_weight` weights positives
    /// against negatives.
    pub has_alpha: u32,
}

/// The options of asymmetric loss. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
/// and 4 and the margin 0.05 of its authors. A zeroed struct has powers 0 and margin 0, which makes it plain binary
/// cross-entropy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Asymmetric<T> {
    /// The size of this struct, or 0, which skips the check of the size.
    pub size: u32,
    /// The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
    pub reduction: u32,
    /// The weight that multiplies each element's loss.
    pub weight: Weights<T>,
    /// A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
    /// samples in `weight`.
    pub class_weight: Weights<T>,
    /// A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
    pub mask: *const u8,
    /// NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
    pub labels_int8: *const i8,
    /// NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
    pub labels_int32: *const i32,
    /// NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
    pub labels_int64: *const i64,
    /// The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
    pub label_smoothing: T,
    /// The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
    /// that are NaN. It is used only if `has_ignored` is not 0.
    pub ignored: T,
    /// Whether `ignored` is used: 0 means no, any other number yes.
    pub has_ignored: u32,
    /// The power of the wrong answer's probability for positives, in [0, 64]. Integers up to 4 are the fastest.
    pub gamma_pos: T,
    /// The power of the wrong answer's probability for negatives, in [0, 64]. Integers up to 4 are the fastest.
    pub gamma_neg: T,
    /// The margin, in [0, 1), which is subtracted from the probability of a negative. A negative whose probability is
    /// not above the margin costs nothing. 0 means no margin, and so does a number below the smallest normal one.
    pub margin: T,
}

/// Options from which a loss can be made.
pub trait Options<T: Real>: Sized {
    type Loss<'a>: Hessian<T>;

    /// Returns the options that NULL stands for, if NULL is allowed.
    fn of_null() -> Result<Self, Status>;

    /// Returns the options that all losses share.
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

/// Labels of types that are no parameter of a function: pointers as C gave them.
pub struct Labels {
    pub int8: *const i8,
    pub int32: *const i32,
    pub int64: *const i64,
}

/// The options that all losses share, checked.
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

    /// Returns the settings for `len` logits, and where the weight, class weight, positive weight and mask are.
    ///
    /// # Safety
    ///
    /// All arrays meet the conditions of [`input`](crate::memory::input).
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

/// Returns the backend of all functions: the fastest or, if the build asks for it, the fastest that fuses.
pub fn backend() -> Backend {
    #[cfg(feature = "reproducible")]
    return Backend::reproducible();
    #[cfg(not(feature = "reproducible"))]
    Backend::best()
}
