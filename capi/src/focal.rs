//! Focal loss, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Focal;
use crate::status::Status;
use crate::sum::Sum;

/// The focal loss of sigmoid(logit), reduced to one number. For hard targets, with u = x for target 0 and -x for
/// target 1, alpha_t = 1 - alpha and alpha p (1 and p without alpha), p the positive weight, w the weight times the
/// class weight:
///
///     loss = w alpha_t sigmoid(u)^gamma softplus(u)        softplus(x) = log(1 + exp(x))
///
/// Soft targets follow torchvision's sigmoid_focal_loss. `options` may not be NULL: start with LOGIT_LOSS_FOCAL_INIT.
/// `*loss` is the mean, the weighted mean or the sum. Of hard targets each loss is within 6 + 2 gamma ULP, one more
/// where the machine cannot multiply and add in one step. Infinite logits give the limits, never NaN.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_focal_loss_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// The focal loss of each element, times its weight: what the reduction would reduce, which is not looked at. `losses`
/// has `len` elements. Formula and error: logit_loss_focal_loss_f32.
///
/// Errors: those of the pointers and options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_losses_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    losses: *mut f32,
) -> Status {
    call::losses(Given { options, targets, labels, len }, logits, losses).into()
}

/// logit_loss_focal_losses_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_losses_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    losses: *mut f64,
) -> Status {
    call::losses(Given { options, targets, labels, len }, logits, losses).into()
}

/// The derivative of the reduced loss with respect to each logit, divided by what the loss is divided by. With s = 1
/// for target 0 and -1 for target 1:
///
///     gradient = w alpha_t s sigmoid(u)^gamma (gamma sigmoid(-u) softplus(u) + sigmoid(u))
///
/// `gradient` has `len` elements. Of hard targets it is within 6 + 2 gamma ULP (one more under a mean, one more where
/// the machine cannot multiply and add in one step).
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_gradient_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_focal_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_gradient_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_focal_loss_f32 and logit_loss_focal_gradient_f32 in one pass, with the same bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_and_gradient_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_focal_loss_and_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_and_gradient_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_focal_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_and_gradient_in_place_f32(
    options: *const Focal<f32>,
    logits: *mut f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_focal_loss_and_gradient_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_loss_and_gradient_in_place_f64(
    options: *const Focal<f64>,
    logits: *mut f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_focal_gradient_f32, and the diagonal of the Hessian, which may be negative, divided alike. With S =
/// sigmoid(u), R = sigmoid(-u), L = softplus(u):
///
///     hessian = w alpha_t S^gamma R (S (1 + 2 gamma) + gamma L (gamma R - S))
///
/// Both have `len` elements.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_gradient_and_hessian_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    hessian: *mut f32,
) -> Status {
    call::gradient_and_hessian(Given { options, targets, labels, len }, logits, gradient, hessian).into()
}

/// logit_loss_focal_gradient_and_hessian_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_gradient_and_hessian_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
    hessian: *mut f64,
) -> Status {
    call::gradient_and_hessian(Given { options, targets, labels, len }, logits, gradient, hessian).into()
}

/// Adds the losses of a batch to a sum that goes on; logit_loss_sum_reduce_f32 reads it. The reduction of the options
/// is not looked at.
///
/// Errors: those of the pointers and options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_accumulate_f32(
    options: *const Focal<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}

/// logit_loss_focal_accumulate_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_focal_accumulate_f64(
    options: *const Focal<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}
