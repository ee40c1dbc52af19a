//! Binary cross-entropy, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Bce;
use crate::status::Status;
use crate::sum::Sum;

/// The binary cross-entropy of sigmoid(logit), reduced to one number. With x the logit, t the target, w the weight
/// times the class weight, p the positive weight:
///
///     loss = w ((1 - t) softplus(x) + p t softplus(-x))        softplus(x) = log(1 + exp(x))
///
/// `options` may be NULL: no weights, no smoothing, all elements are there, the mean. `*loss` is the mean, the weighted
/// mean or the sum. Of hard targets each loss is within 2 ULP (with weights 4), one more where the machine cannot
/// multiply and add in one step; the reduced loss within 4 ULP. Infinite logits give the limits, never NaN.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_bce_loss_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_f64(
    options: *const Bce<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// The binary cross-entropy of each element, times its weight: what the reduction would reduce, which is not looked
/// at. `losses` has `len` elements. Formula and error: logit_loss_bce_loss_f32.
///
/// Errors: those of the pointers and options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_losses_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    losses: *mut f32,
) -> Status {
    call::losses(Given { options, targets, labels, len }, logits, losses).into()
}

/// logit_loss_bce_losses_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_losses_f64(
    options: *const Bce<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    losses: *mut f64,
) -> Status {
    call::losses(Given { options, targets, labels, len }, logits, losses).into()
}

/// The derivative of the reduced loss with respect to each logit, divided by what the loss is divided by:
///
///     gradient = w ((1 - t) sigmoid(x) - p t sigmoid(-x))        / len, / sum of the weights, or / 1
///
/// `gradient` has `len` elements. Of hard targets it is within 2.5 ULP (with weights 4; one more under a mean, one
/// more where the machine cannot multiply and add in one step) down to the smallest numbers: nothing cancels. Where
/// the loss is wanted too, or the gradient is to take the logits' place: logit_loss_bce_loss_and_gradient_f32 and
/// logit_loss_bce_loss_and_gradient_in_place_f32, with the same bits.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_gradient_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_bce_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_gradient_f64(
    options: *const Bce<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_bce_loss_f32 and logit_loss_bce_gradient_f32 in one pass, with the same bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_and_gradient_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_bce_loss_and_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_and_gradient_f64(
    options: *const Bce<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_bce_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_and_gradient_in_place_f32(
    options: *const Bce<f32>,
    logits: *mut f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_bce_loss_and_gradient_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_loss_and_gradient_in_place_f64(
    options: *const Bce<f64>,
    logits: *mut f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_bce_gradient_f32, and the diagonal of the Hessian, divided alike: what gradient boosting needs, which
/// wants LOGIT_LOSS_SUM.
///
///     hessian = w (1 - t + p t) sigmoid(x) sigmoid(-x)
///
/// Both have `len` elements. Of hard targets the Hessian is within 5 ULP (with weights 7), one more in the same cases
/// as the gradient.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_gradient_and_hessian_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    hessian: *mut f32,
) -> Status {
    call::gradient_and_hessian(Given { options, targets, labels, len }, logits, gradient, hessian).into()
}

/// logit_loss_bce_gradient_and_hessian_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_gradient_and_hessian_f64(
    options: *const Bce<f64>,
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
pub unsafe extern "C" fn logit_loss_bce_accumulate_f32(
    options: *const Bce<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}

/// logit_loss_bce_accumulate_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_bce_accumulate_f64(
    options: *const Bce<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}
