//! Running sums, exported.
#![allow(unsafe_op_in_unsafe_fn, reason = "each only passes on what C gave; the header says what must hold")]

use logit_loss::{LossSum, Real, Reduction};

use crate::memory::{Extent, place, value};
use crate::options::reduction;
use crate::status::Status;

/// A running sum of losses, over batches and machines. Zero it before the first use. Its bytes have the same meaning on
/// every machine, so it can be stored and sent. Sums of float and of double have the same form.
#[repr(C)]
pub struct Sum {
    /// The bytes of the sum. Do not read them one by one.
    pub bytes: [u8; 40],
}

/// # Safety
///
/// All pointers are as the header requires.
unsafe fn reduce<T: Real>(sum: *const Sum, how: u32, out: *mut T) -> Result<(), Status> {
    let sum = value(sum)?;
    let out = place(out, &[Extent::of(&sum.bytes)])?;
    let how = reduction(how)?;
    let sum = LossSum::<T>::from_le_bytes(sum.bytes);
    *out = match how {
        Reduction::Sum => Some(sum.sum()),
        Reduction::Mean => sum.mean(),
        _ => sum.weighted_mean(),
    }
    .ok_or(Status::EmptyMean)?;
    Ok(())
}

/// # Safety
///
/// All pointers are as the header requires.
unsafe fn merge(sum: *mut Sum, other: *const Sum) -> Result<(), Status> {
    let other = value(other)?;
    let sum = place(sum, &[Extent::of(&other.bytes)])?;
    let mut total = LossSum::<f64>::from_le_bytes(sum.bytes);
    total.merge(&LossSum::from_le_bytes(other.bytes));
    sum.bytes = total.to_le_bytes();
    Ok(())
}

/// Computes the mean, the weighted mean or the sum of all losses that were added to a sum. `reduction` is
/// LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
///
/// Returns an error of the pointers, LOGIT_LOSS_STATUS_REDUCTION, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sum_reduce_f32(sum: *const Sum, reduction: u32, out: *mut f32) -> Status {
    reduce(sum, reduction, out).into()
}

/// Computes in double what logit_loss_sum_reduce_f32 computes in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sum_reduce_f64(sum: *const Sum, reduction: u32, out: *mut f64) -> Status {
    reduce(sum, reduction, out).into()
}

/// Adds another sum, for example of another machine.
///
/// Returns an error of the pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logit_loss_sum_merge(sum: *mut Sum, other: *const Sum) -> Status {
    merge(sum, other).into()
}
