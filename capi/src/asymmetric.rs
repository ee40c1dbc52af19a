//! Asymmetric loss, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use crate::call::{self, Given};
use crate::options::Asymmetric;
use crate::status::Status;
use crate::sum::Sum;

/// Computes the asymmetric loss of sigmoid(logit), for many labels, reduced to one number. It is focal loss with one
/// power for positives and another for negatives; a negative whose probability is not above the margin costs nothing.
/// With logit x, target t, margin m, w the weight times the class weight, S = sigmoid(x), R = sigmoid(-x), q = S - m
/// and r = R + m:
///
///     loss = w (t P + (1 - t) N)        softplus(x) = log(1 + exp(x))
///     P = R^gamma_pos softplus(-x)
///     N = q^gamma_neg (-log r)          0 where q <= 0
///
/// `options` must not be NULL: start with LOGIT_LOSS_ASYMMETRIC_INIT_F32. `*loss` is the mean, the weighted mean or the
/// sum. The loss of a hard target is within 6 + 5 gamma ULP, with the gamma of its target. A machine that cannot
/// multiply and add in one step may err by 1 ULP more. These errors hold close to the margin too, where S - m has no
/// digits left, if the result is compared with that of a margin which differs from m by at most a quarter of an ULP.
/// Infinite logits give the limits, never NaN: at +inf a negative costs -(1 - m)^gamma_neg log(m), which is +inf
/// without a margin. A sum above the largest number is +inf, and so is its mean.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_asymmetric_loss_f32 computes in float.
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

/// Writes the asymmetric loss of each element, times its weight. It does not use the reduction. `losses` has `len`
/// elements. Formula and accuracy are those of logit_loss_asymmetric_loss_f32.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_asymmetric_losses_f32 computes in float.
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

/// Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss:
///
///     gradient = w (t P' + (1 - t) N')
///     P' = -R^gamma_pos (gamma_pos S softplus(-x) + R)
///     N' = S R (gamma_neg q^(gamma_neg - 1) (-log r) + q^gamma_neg / r)        0 where q <= 0
///
/// `gradient` has `len` elements. The gradient of a hard target is within 6 + 5 gamma ULP, close to the margin like the
/// loss. A mean adds 1 ULP, and a machine that cannot multiply and add in one step adds 1. If gamma_neg is 0, the
/// gradient jumps at the margin.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_asymmetric_gradient_f32 computes in float.
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

/// Computes logit_loss_asymmetric_loss_f32 and logit_loss_asymmetric_gradient_f32 in one pass, with the same bits.
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

/// Computes in double what logit_loss_asymmetric_loss_and_gradient_f32 computes in float.
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

/// Computes logit_loss_asymmetric_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second
/// buffer is needed.
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

/// Computes in double what logit_loss_asymmetric_loss_and_gradient_in_place_f32 computes in float.
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

/// Computes logit_loss_asymmetric_gradient_f32 and the diagonal of the Hessian, with the same divisor. The Hessian may
/// be negative. With g = gamma_pos in P" and g = gamma_neg in N":
///
///     hessian = w (t P" + (1 - t) N")
///     P" = R^g S (R (1 + 2 g) + g softplus(-x) (g S - R))
///     N" = (S R)^2 (g (g - 1) q^(g - 2) (-log r) + 2 g q^(g - 1) / r + q^g / r^2) + (R - S) N'        0 where q < 0
///
/// Both have `len` elements. The Hessian of a hard target is within 8 + 5 gamma ULP of the sum of its terms'
/// magnitudes, and 1 more in the same cases as the gradient. If q^g is subnormal close to the margin, the Hessian has
/// no more digits than q^g.
///
/// At q = 0, N" is infinite if gamma_neg is between 0 and 1, like its limit from above, and 0 for any other gamma_neg.
/// It jumps there if gamma_neg is at most 1. So for gradient boosting, choose a gamma_neg that is not between 0 and 1,
/// or a margin of 0.
///
/// Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
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

/// Computes in double what logit_loss_asymmetric_gradient_and_hessian_f32 computes in float.
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

/// Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
/// the options.
///
/// Returns an error of the pointers or options.
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

/// Computes in double what logit_loss_asymmetric_accumulate_f32 computes in float.
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
