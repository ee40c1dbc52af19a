//! Sigmoid, softplus and the logarithm of sigmoid, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use logit_loss::{Activation, Real};

use crate::memory::{Extent, input, output};
use crate::options::backend;
use crate::status::Status;

/// # Safety
///
/// Both are as [`input`] and [`output`] want them.
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
/// The logits are as [`output`] wants them.
unsafe fn apply_in_place<T: Real>(activation: Activation<T>, logits: *mut T, len: usize) -> Status {
    let apply = || Ok(activation.backend(backend()).apply_in_place(output(logits, len, &[])?)?);
    apply().into()
}

/// The probability that each logit stands for, 1 / (1 + exp(-x)), within 2.5 ULP, one more where the machine cannot
/// multiply and add in one step; tiny ones keep their digits. `out` has `len` elements.
///
/// Errors: those of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::sigmoid(), logits, len, out)
}

/// logit_loss_sigmoid_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::sigmoid(), logits, len, out)
}

/// logit_loss_sigmoid_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::sigmoid(), logits, len)
}

/// logit_loss_sigmoid_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::sigmoid(), logits, len)
}

/// The logarithm of sigmoid of each logit, -log(1 + exp(-x)), within 2 ULP, one more where the machine cannot multiply
/// and add in one step: where sigmoid itself is rounded to 0 or 1 it still has all digits. `out` has `len` elements.
///
/// Errors: those of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::log_sigmoid(), logits, len, out)
}

/// logit_loss_log_sigmoid_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::log_sigmoid(), logits, len, out)
}

/// logit_loss_log_sigmoid_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::log_sigmoid(), logits, len)
}

/// logit_loss_log_sigmoid_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::log_sigmoid(), logits, len)
}

/// log(1 + exp(beta x)) / beta of each logit, within 2 ULP for beta 1 and 3 for any other, one more where the machine
/// cannot multiply and add in one step. `out` has `len` elements.
///
/// Errors: those of the pointers; LOGIT_LOSS_STATUS_BETA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f32(beta: f32, logits: *const f32, len: usize, out: *mut f32) -> Status {
    apply(Activation::softplus(beta), logits, len, out)
}

/// logit_loss_softplus_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f64(beta: f64, logits: *const f64, len: usize, out: *mut f64) -> Status {
    apply(Activation::softplus(beta), logits, len, out)
}

/// logit_loss_softplus_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f32(beta: f32, logits: *mut f32, len: usize) -> Status {
    apply_in_place(Activation::softplus(beta), logits, len)
}

/// logit_loss_softplus_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f64(beta: f64, logits: *mut f64, len: usize) -> Status {
    apply_in_place(Activation::softplus(beta), logits, len)
}
