//! Binary cross-entropy, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Bce;
use crate::status::Status;
use crate::sum::Sum;

/// Computes the binary cross-entropy of sigmoid(logit), reduced to one number. With logit x, target t, positive weight
/// p, and w the weight times the class weight:
///
///     loss = w ((1 - t) softplus(x) + p t softplus(-x))        softplus(x) = log(1 + exp(x))
///
/// `options` may be NULL. It then means: no weights, no smoothing, no ignored elements, the mean. `*loss` is the mean,
/// the weighted mean or the sum. The loss of a hard target is within 2 ULP, or within 4 with weights, and the reduced
/// loss within 4 ULP. A machine that cannot multiply and add in one step may err by 1 ULP more. Infinite logits give
/// the limits, never NaN. A sum above the largest number is +inf, and so is its mean.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_bce_loss_f32 computes in float.
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

/// Writes the binary cross-entropy of each element, times its weight. It does not use the reduction. `losses` has `len`
/// elements. Formula and accuracy are those of logit_loss_bce_loss_f32.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_bce_losses_f32 computes in float.
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

/// Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss:
///
///     gradient = w ((1 - t) sigmoid(x) - p t sigmoid(-x))        / len, / sum of the weights, or / 1
///
/// `gradient` has `len` elements. The gradient of a hard target is within 2.5 ULP, or within 4 with weights, down to
/// the smallest numbers, since nothing cancels. A mean adds 1 ULP, and a machine that cannot multiply and add in one
/// step adds 1. logit_loss_bce_loss_and_gradient_f32 computes the loss too, and
/// logit_loss_bce_loss_and_gradient_in_place_f32 overwrites the logits; both give the same bits.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_bce_gradient_f32 computes in float.
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

/// Computes logit_loss_bce_loss_f32 and logit_loss_bce_gradient_f32 in one pass, with the same bits.
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

/// Computes in double what logit_loss_bce_loss_and_gradient_f32 computes in float.
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

/// Computes logit_loss_bce_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second buffer is
/// needed.
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

/// Computes in double what logit_loss_bce_loss_and_gradient_in_place_f32 computes in float.
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

/// Computes logit_loss_bce_gradient_f32 and the diagonal of the Hessian, with the same divisor. Gradient boosting needs
/// both, with LOGIT_LOSS_SUM.
///
///     hessian = w (1 - t + p t) sigmoid(x) sigmoid(-x)
///
/// Both have `len` elements. The Hessian of a hard target is within 5 ULP, or within 7 with weights, and 1 more in the
/// same cases as the gradient.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_bce_gradient_and_hessian_f32 computes in float.
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

/// Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
/// the options.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_bce_accumulate_f32 computes in float.
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
