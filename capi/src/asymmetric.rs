//! Asymmetric loss, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Asymmetric;
use crate::status::Status;
use crate::sum::Sum;

/// The asymmetric loss of sigmoid(logit), for many labels, reduced to one number: focal loss with a power of its own
/// for positives and for negatives, of which those with a probability up to the margin cost nothing. With x the logit,
/// t the target, w the weight times the class weight, m the margin, S = sigmoid(x), R = sigmoid(-x), q = S - m and
/// r = R + m:
///
///     loss = w (t P + (1 - t) N)        softplus(x) = log(1 + exp(x))
///     P = R^gamma_pos softplus(-x)
///     N = q^gamma_neg (-log r)          0 where q <= 0
///
/// `options` may not be NULL: start with LOGIT_LOSS_ASYMMETRIC_INIT_F32. `*loss` is the mean, the weighted mean or the
/// sum. Of hard targets each loss is within 6 + 5 gamma ULP, with the gamma of its target, one more where the machine
/// cannot multiply and add in one step. This holds close to the margin too, where S - m has no digits left, of a margin
/// that differs from m by no more than a quarter of an ULP. Infinite logits give the limits, never NaN: at infinity a
/// negative costs -(1 - m)^gamma_neg log(m), and infinity without a margin.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_asymmetric_loss_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_f64(
    options: *const Asymmetric<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss(Given { options, targets, labels, len }, logits, loss).into()
}

/// The asymmetric loss of each element, times its weight: what the reduction would reduce, which is not looked at.
/// `losses` has `len` elements. Formula and error: logit_loss_asymmetric_loss_f32.
///
/// Errors: those of the pointers and options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_losses_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    losses: *mut f32,
) -> Status {
    call::losses(Given { options, targets, labels, len }, logits, losses).into()
}

/// logit_loss_asymmetric_losses_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_losses_f64(
    options: *const Asymmetric<f64>,
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
///     gradient = w (t P' + (1 - t) N')
///     P' = -R^gamma_pos (gamma_pos S softplus(-x) + R)
///     N' = S R (gamma_neg q^(gamma_neg - 1) (-log r) + q^gamma_neg / r)        0 where q <= 0
///
/// `gradient` has `len` elements. Of hard targets it is within 6 + 5 gamma ULP (one more under a mean, one more where
/// the machine cannot multiply and add in one step), close to the margin as the loss is. With a gamma_neg of 0 it jumps
/// at the margin.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_gradient_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_asymmetric_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_gradient_f64(
    options: *const Asymmetric<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
) -> Status {
    call::gradient(Given { options, targets, labels, len }, logits, gradient).into()
}

/// logit_loss_asymmetric_loss_f32 and logit_loss_asymmetric_gradient_f32 in one pass, with the same bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_and_gradient_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_asymmetric_loss_and_gradient_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_and_gradient_f64(
    options: *const Asymmetric<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    gradient: *mut f64,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient(Given { options, targets, labels, len }, logits, gradient, loss).into()
}

/// logit_loss_asymmetric_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_and_gradient_in_place_f32(
    options: *const Asymmetric<f32>,
    logits: *mut f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    loss: *mut f32,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_asymmetric_loss_and_gradient_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_loss_and_gradient_in_place_f64(
    options: *const Asymmetric<f64>,
    logits: *mut f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    loss: *mut f64,
) -> Status {
    call::loss_and_gradient_in_place(Given { options, targets, labels, len }, logits, loss).into()
}

/// logit_loss_asymmetric_gradient_f32, and the diagonal of the Hessian, which may be negative, divided alike. With g =
/// gamma_pos in P" and g = gamma_neg in N":
///
///     hessian = w (t P" + (1 - t) N")
///     P" = R^g S (R (1 + 2 g) + g softplus(-x) (g S - R))
///     N" = (S R)^2 (g (g - 1) q^(g - 2) (-log r) + 2 g q^(g - 1) / r + q^g / r^2) + (R - S) N'        0 where q < 0
///
/// Both have `len` elements. Of hard targets the Hessian is within 8 + 5 gamma ULP, one more in the same cases as the
/// gradient, of what it would be if all of its terms were added; but where q^g is subnormal close to the margin, it has
/// no more digits than that.
///
/// At q = 0, N" is infinite for a gamma_neg between 0 and 1, as its limit from above is, and 0 for any other; up to
/// 1 it jumps there. So for gradient boosting gamma_neg should not be between 0 and 1, or the margin be 0.
///
/// Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_gradient_and_hessian_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    gradient: *mut f32,
    hessian: *mut f32,
) -> Status {
    call::gradient_and_hessian(Given { options, targets, labels, len }, logits, gradient, hessian).into()
}

/// logit_loss_asymmetric_gradient_and_hessian_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_gradient_and_hessian_f64(
    options: *const Asymmetric<f64>,
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
pub unsafe extern "C" fn logit_loss_asymmetric_accumulate_f32(
    options: *const Asymmetric<f32>,
    logits: *const f32,
    targets: *const f32,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}

/// logit_loss_asymmetric_accumulate_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_asymmetric_accumulate_f64(
    options: *const Asymmetric<f64>,
    logits: *const f64,
    targets: *const f64,
    labels: *const u8,
    len: usize,
    sum: *mut Sum,
) -> Status {
    call::accumulate(Given { options, targets, labels, len }, logits, sum).into()
}
