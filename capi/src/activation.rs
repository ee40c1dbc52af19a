//! Sigmoid, softplus and the logarithm of sigmoid, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use logit_loss::{Activation, Real};

use crate::memory::{Extent, input, output};
use crate::options::backend;
use crate::status::Status;

/// # Safety
///
/// Both arrays meet the conditions of [`input`] and [`output`].
unsafe fn apply<T: Real>(activation: Activation<T>, logits: *const T, len: usize, out: *mut T) -> Status {
    let apply = || {
        let logits = input(logits, len)?;
        let out = output(out, len, &[Extent::of(logits)])?;
        Ok(activation.backend(backend()).apply(logits, out)?)
    };
    apply().into()
}

/// # Safety
///
/// The logits meet the conditions of [`output`].
unsafe fn apply_in_place<T: Real>(activation: Activation<T>, logits: *mut T, len: usize) -> Status {
    let apply = || Ok(activation.backend(backend()).apply_in_place(output(logits, len, &[])?)?);
    apply().into()
}

/// Computes the probability of each logit, 1 / (1 + exp(-x)), within 2.5 ULP. A machine that cannot multiply and add in
/// one step may err by 1 ULP more. Tiny probabilities keep their digits. `out` has `len` elements.
///
/// Returns an error of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::sigmoid(), logits, len, out)
}

/// Computes in double what logit_loss_sigmoid_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::sigmoid(), logits, len, out)
}

/// Computes logit_loss_sigmoid_f32, and overwrites the logits with the results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::sigmoid(), logits, len)
}

/// Computes in double what logit_loss_sigmoid_in_place_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::sigmoid(), logits, len)
}

/// Computes the logarithm of each logit's sigmoid, -log(1 + exp(-x)), within 2 ULP. A machine that cannot multiply and
/// add in one step may err by 1 ULP more. The result has all digits where sigmoid rounds to 0 or 1. `out` has `len`
/// elements.
///
/// Returns an error of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::log_sigmoid(), logits, len, out)
}

/// Computes in double what logit_loss_log_sigmoid_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::log_sigmoid(), logits, len, out)
}

/// Computes logit_loss_log_sigmoid_f32, and overwrites the logits with the results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::log_sigmoid(), logits, len)
}

/// Computes in double what logit_loss_log_sigmoid_in_place_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::log_sigmoid(), logits, len)
}

/// Computes softplus of each logit, log(1 + exp(beta x)) / beta, within 2 ULP for beta 1 and within 3 for any other
/// beta. A machine that cannot multiply and add in one step may err by 1 ULP more. `out` has `len` elements.
///
/// Returns an error of the pointers, or LOGIT_LOSS_STATUS_BETA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f32(beta: f32, logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::softplus(beta), logits, len, out)
}

/// Computes in double what logit_loss_softplus_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f64(beta: f64, logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::softplus(beta), logits, len, out)
}

/// Computes logit_loss_softplus_f32, and overwrites the logits with the results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f32(beta: f32, logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::softplus(beta), logits, len)
}

/// Computes in double what logit_loss_softplus_in_place_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f64(beta: f64, logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::softplus(beta), logits, len)
}
