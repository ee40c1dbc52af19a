//! Focal loss, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Focal;
use crate::status::Status;
use crate::sum::Sum;

/// Computes the focal loss of sigmoid(logit), reduced to one number. For a hard target, with logit x, positive weight
/// p, and w the weight times the class weight:
///
///     target 0: u = x     alpha_t = 1 - alpha, or without alpha 1
///     target 1: u = -x    alpha_t = alpha p, or without alpha p
///     loss = w alpha_t sigmoid(u)^gamma softplus(u)        softplus(x) = log(1 + exp(x))
///
/// Soft targets follow torchvision's sigmoid_focal_loss. `options` must not be NULL: start with LOGIT_LOSS_FOCAL_INIT.
/// `*loss` is the mean, the weighted mean or the sum. The loss of a hard target is within 6 + 2 gamma ULP. A machine
/// that cannot multiply and add in one step may err by 1 ULP more. Infinite logits give the limits, never NaN. A sum
/// above the largest number is +inf, and so is its mean.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_focal_loss_f32 computes in float.
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

/// Writes the focal loss of each element, times its weight. It does not use the reduction. `losses` has `len` elements.
/// Formula and accuracy are those of logit_loss_focal_loss_f32.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_focal_losses_f32 computes in float.
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

/// Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss. With s = 1
/// for target 0 and s = -1 for target 1:
///
///     gradient = w alpha_t s sigmoid(u)^gamma (gamma sigmoid(-u) softplus(u) + sigmoid(u))
///
/// `gradient` has `len` elements. The gradient of a hard target is within 6 + 2 gamma ULP. A mean adds 1 ULP, and a
/// machine that cannot multiply and add in one step adds 1.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_focal_gradient_f32 computes in float.
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

/// Computes logit_loss_focal_loss_f32 and logit_loss_focal_gradient_f32 in one pass, with the same bits.
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

/// Computes in double what logit_loss_focal_loss_and_gradient_f32 computes in float.
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

/// Computes logit_loss_focal_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second buffer is
/// needed.
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

/// Computes in double what logit_loss_focal_loss_and_gradient_in_place_f32 computes in float.
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

/// Computes logit_loss_focal_gradient_f32 and the diagonal of the Hessian, with the same divisor. The Hessian may be
/// negative. With S = sigmoid(u), R = sigmoid(-u), L = softplus(u):
///
///     hessian = w alpha_t S^gamma R (S (1 + 2 gamma) + gamma L (gamma R - S))
///
/// Both have `len` elements.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_focal_gradient_and_hessian_f32 computes in float.
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

/// Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
/// the options.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_focal_accumulate_f32 computes in float.
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
