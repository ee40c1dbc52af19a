//! Sigmoid, softplus and the logarithm of sigmoid, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use logit_loss::{Error, Real};

use crate::memory::{Extent, input, output};
use crate::options::backend;
use crate::status::Status;

/// # Safety
///
/// Both are as [`input`] and [`output`] want them.
unsafe fn apart<'a, T: Real>(logits: *const T, len: usize, out: *mut T) -> Result<(&'a [T], &'a mut [T]), Status> {
    let logits = input(logits, len)?;
    Ok((logits, output(out, len, &[Extent::of(logits)])?))
}

fn status(result: Result<Result<(), Error>, Status>) -> Status {
    match result {
        Ok(result) => result.map_err(Status::from).into(),
        Err(status) => status,
    }
}

/// The probability that each logit stands for, 1 / (1 + exp(-x)), within 2.5 ULP, one more where the machine cannot
/// multiply and add in one step; tiny ones keep their digits. `out` has `len` elements.
///
/// Errors: those of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::sigmoid_with(backend(), logits, out)))
}

/// logit_loss_sigmoid_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::sigmoid_with(backend(), logits, out)))
}

/// logit_loss_sigmoid_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| {
        logit_loss::sigmoid_in_place_with(backend(), logits);
        Ok(())
    }))
}

/// logit_loss_sigmoid_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| {
        logit_loss::sigmoid_in_place_with(backend(), logits);
        Ok(())
    }))
}

/// The logarithm of sigmoid of each logit, -log(1 + exp(-x)), within 2 ULP, one more where the machine cannot multiply
/// and add in one step: where sigmoid itself is rounded to 0 or 1 it still has all digits. `out` has `len` elements.
///
/// Errors: those of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f32(logits: *const f32, len: usize, out: *mut f32) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::log_sigmoid_with(backend(), logits, out)))
}

/// logit_loss_log_sigmoid_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_f64(logits: *const f64, len: usize, out: *mut f64) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::log_sigmoid_with(backend(), logits, out)))
}

/// logit_loss_log_sigmoid_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f32(logits: *mut f32, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| {
        logit_loss::log_sigmoid_in_place_with(backend(), logits);
        Ok(())
    }))
}

/// logit_loss_log_sigmoid_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_log_sigmoid_in_place_f64(logits: *mut f64, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| {
        logit_loss::log_sigmoid_in_place_with(backend(), logits);
        Ok(())
    }))
}

/// log(1 + exp(beta x)) / beta of each logit, within 2 ULP for beta 1 and 3 for any other, one more where the machine
/// cannot multiply and add in one step. `out` has `len` elements.
///
/// Errors: those of the pointers; LOGIT_LOSS_STATUS_BETA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f32(beta: f32, logits: *const f32, len: usize, out: *mut f32) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::softplus_with(backend(), beta, logits, out)))
}

/// logit_loss_softplus_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_f64(beta: f64, logits: *const f64, len: usize, out: *mut f64) -> Status {
    status(apart(logits, len, out).map(|(logits, out)| logit_loss::softplus_with(backend(), beta, logits, out)))
}

/// logit_loss_softplus_f32, which takes the logits' place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f32(beta: f32, logits: *mut f32, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| logit_loss::softplus_in_place_with(backend(), beta, logits)))
}

/// logit_loss_softplus_in_place_f32 for double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_softplus_in_place_f64(beta: f64, logits: *mut f64, len: usize) -> Status {
    status(output(logits, len, &[]).map(|logits| logit_loss::softplus_in_place_with(backend(), beta, logits)))
}
