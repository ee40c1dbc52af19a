//! Every function of a loss, written once for any type and loss: each turns pointers into slices and calls the method of
//! [`Loss`].

use logit_loss::{Hessian, Label, Loss, LossSum, Real};

use crate::memory::{Extent, input, output, place, sized};
use crate::options::{Labels, Options};
use crate::status::Status;
use crate::sum::Sum;

/// The arguments that all functions share, as C gives them.
pub struct Given<T, O> {
    pub options: *const O,
    pub targets: *const T,
    pub labels: *const u8,
    pub len: usize,
}

enum Targets<'a, T> {
    Reals(&'a [T]),
    Bytes(&'a [u8]),
    Int8(&'a [i8]),
    Int32(&'a [i32]),
    Int64(&'a [i64]),
}

impl<'a, T> Targets<'a, T> {
    /// Returns the targets that are given; if none are, `reals`, which must then be empty.
    ///
    /// # Safety
    ///
    /// Each pointer is NULL, or meets the conditions of [`input`].
    unsafe fn find(reals: *const T, bytes: *const u8, labels: Labels, len: usize) -> Result<(Self, Extent), Status> {
        let Labels { int8, int32, int64 } = labels;
        let absent = [reals.is_null(), bytes.is_null(), int8.is_null(), int32.is_null(), int64.is_null()];
        // SAFETY: the caller's promise.
        unsafe {
            match absent {
                [_, true, true, true, true] => Self::read(Self::Reals, reals, len),
                [true, false, true, true, true] => Self::read(Self::Bytes, bytes, len),
                [true, true, false, true, true] => Self::read(Self::Int8, int8, len),
                [true, true, true, false, true] => Self::read(Self::Int32, int32, len),
                [true, true, true, true, false] => Self::read(Self::Int64, int64, len),
                _ => Err(Status::TwoTargets),
            }
        }
    }

    /// # Safety
    ///
    /// `pointer` and `len` meet the conditions of [`input`].
    unsafe fn read<S>(of: fn(&'a [S]) -> Self, pointer: *const S, len: usize) -> Result<(Self, Extent), Status> {
        // SAFETY: the caller's promise.
        let values = unsafe { input(pointer, len) }?;
        Ok((of(values), Extent::of(values)))
    }
}

/// The shared arguments, checked.
struct Found<'a, T: Real, O: Options<T>> {
    loss: O::Loss<'a>,
    logits: &'a [T],
    targets: Targets<'a, T>,
    /// Where all arrays are that are read; the last extent is that of the first of two outputs.
    taken: [Extent; 7],
}

impl<T: Real, O: Options<T>> Given<T, O> {
    /// Checks the arguments, with the logits unless they are only written.
    ///
    /// # Safety
    ///
    /// All pointers are as the header requires.
    unsafe fn find<'a>(self, logits: Option<*const T>) -> Result<Found<'a, T, O>, Status> {
        let Self { options, targets, labels, len } = self;
        // SAFETY: the caller's promise.
        unsafe {
            let of_null;
            let options = if options.is_null() {
                of_null = O::of_null()?;
                &of_null
            } else {
                sized(options)?
            };
            let shared = options.shared();
            let (targets, target_extent) = Targets::find(targets, labels, shared.labels(), len)?;
            let logits = match logits {
                Some(logits) => input(logits, len)?,
                None => &[],
            };
            let (settings, [weight, class_weight, pos_weight, mask]) = shared.settings(len)?;
            let taken = [Extent::of(logits), target_extent, weight, class_weight, pos_weight, mask, Extent::none()];
            Ok(Found { loss: options.loss(settings), logits, targets, taken })
        }
    }
}

impl<T: Real, O: Options<T>> Found<'_, T, O> {
    /// Records the first output, which a second one must not overlap.
    fn take(&mut self, written: &[T]) {
        let [.., last] = &mut self.taken;
        *last = Extent::of(written);
    }
}

/// # Safety
///
/// All pointers are as the header requires, here and for all functions below.
pub unsafe fn loss<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    loss: *mut T,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (found, loss) = unsafe {
        let found = given.find(Some(logits))?;
        let loss = place(loss, &found.taken)?;
        (found, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss(found.logits, targets),
        Targets::Bytes(labels) => found.loss.loss(found.logits, labels),
        Targets::Int8(labels) => found.loss.loss(found.logits, labels),
        Targets::Int32(labels) => found.loss.loss(found.logits, labels),
        Targets::Int64(labels) => found.loss.loss(found.logits, labels),
    }?;
    Ok(())
}

pub unsafe fn losses<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    losses: *mut T,
) -> Result<(), Status> {
    let len = given.len;
    // SAFETY: the caller's promise.
    let (found, losses) = unsafe {
        let found = given.find(Some(logits))?;
        let losses = output(losses, len, &found.taken)?;
        (found, losses)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.losses(found.logits, targets, losses),
        Targets::Bytes(labels) => found.loss.losses(found.logits, labels, losses),
        Targets::Int8(labels) => found.loss.losses(found.logits, labels, losses),
        Targets::Int32(labels) => found.loss.losses(found.logits, labels, losses),
        Targets::Int64(labels) => found.loss.losses(found.logits, labels, losses),
    }?;
    Ok(())
}

pub unsafe fn gradient<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    gradient: *mut T,
) -> Result<(), Status> {
    let len = given.len;
    // SAFETY: the caller's promise.
    let (found, gradient) = unsafe {
        let found = given.find(Some(logits))?;
        let gradient = output(gradient, len, &found.taken)?;
        (found, gradient)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient(found.logits, targets, gradient),
        Targets::Bytes(labels) => found.loss.gradient(found.logits, labels, gradient),
        Targets::Int8(labels) => found.loss.gradient(found.logits, labels, gradient),
        Targets::Int32(labels) => found.loss.gradient(found.logits, labels, gradient),
        Targets::Int64(labels) => found.loss.gradient(found.logits, labels, gradient),
    }?;
    Ok(())
}

pub unsafe fn loss_and_gradient<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    gradient: *mut T,
    loss: *mut T,
) -> Result<(), Status> {
    let len = given.len;
    // SAFETY: the caller's promise.
    let (found, gradient, loss) = unsafe {
        let mut found = given.find(Some(logits))?;
        let gradient = output(gradient, len, &found.taken)?;
        found.take(gradient);
        let loss = place(loss, &found.taken)?;
        (found, gradient, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss_and_gradient(found.logits, targets, gradient),
        Targets::Bytes(labels) => found.loss.loss_and_gradient(found.logits, labels, gradient),
        Targets::Int8(labels) => found.loss.loss_and_gradient(found.logits, labels, gradient),
        Targets::Int32(labels) => found.loss.loss_and_gradient(found.logits, labels, gradient),
        Targets::Int64(labels) => found.loss.loss_and_gradient(found.logits, labels, gradient),
    }?;
    Ok(())
}

pub unsafe fn loss_and_gradient_in_place<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *mut T,
    loss: *mut T,
) -> Result<(), Status> {
    let len = given.len;
    // SAFETY: the caller's promise.
    let (found, logits, loss) = unsafe {
        let mut found = given.find(None)?;
        let logits = output(logits, len, &found.taken)?;
        found.take(logits);
        let loss = place(loss, &found.taken)?;
        (found, logits, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss_and_gradient_in_place(logits, targets),
        Targets::Bytes(labels) => found.loss.loss_and_gradient_in_place(logits, labels),
        Targets::Int8(labels) => found.loss.loss_and_gradient_in_place(logits, labels),
        Targets::Int32(labels) => found.loss.loss_and_gradient_in_place(logits, labels),
        Targets::Int64(labels) => found.loss.loss_and_gradient_in_place(logits, labels),
    }?;
    Ok(())
}

pub unsafe fn gradient_and_hessian<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    gradient: *mut T,
    hessian: *mut T,
) -> Result<(), Status> {
    let len = given.len;
    // SAFETY: the caller's promise.
    let (found, gradient, hessian) = unsafe {
        let mut found = given.find(Some(logits))?;
        let gradient = output(gradient, len, &found.taken)?;
        found.take(gradient);
        let hessian = output(hessian, len, &found.taken)?;
        (found, gradient, hessian)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient_and_hessian(found.logits, targets, gradient, hessian),
        Targets::Bytes(labels) => found.loss.gradient_and_hessian(found.logits, labels, gradient, hessian),
        Targets::Int8(labels) => found.loss.gradient_and_hessian(found.logits, labels, gradient, hessian),
        Targets::Int32(labels) => found.loss.gradient_and_hessian(found.logits, labels, gradient, hessian),
        Targets::Int64(labels) => found.loss.gradient_and_hessian(found.logits, labels, gradient, hessian),
    }?;
    Ok(())
}

pub unsafe fn accumulate<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    sum: *mut Sum,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (found, sum) = unsafe {
        let found = given.find(Some(logits))?;
        let sum = place(sum, &found.taken)?;
        (found, sum)
    };
    let mut total = LossSum::<T>::from_le_bytes(sum.bytes);
    match found.targets {
        Targets::Reals(targets) => found.loss.accumulate(&mut total, found.logits, targets),
        Targets::Bytes(labels) => found.loss.accumulate(&mut total, found.logits, labels),
        Targets::Int8(labels) => found.loss.accumulate(&mut total, found.logits, labels),
        Targets::Int32(labels) => found.loss.accumulate(&mut total, found.logits, labels),
        Targets::Int64(labels) => found.loss.accumulate(&mut total, found.logits, labels),
    }?;
    sum.bytes = total.to_le_bytes();
    Ok(())
}
