//! Every function of a loss, for any type and any loss: pointers to slices, then the method of [`Loss`].

use logit_loss::{Hessian, Label, Loss, LossSum, Real};

use crate::memory::{Extent, input, output, place};
use crate::options::Options;
use crate::status::Status;
use crate::sum::Sum;

/// What all functions have in common, as C gives it.
pub struct Given<T, O> {
    pub options: *const O,
    pub targets: *const T,
    pub labels: *const u8,
    pub len: usize,
}

enum Targets<'a, T> {
    Reals(&'a [T]),
    Labels(&'a [u8]),
}

/// The same, as it was found.
struct Found<'a, T: Real, O: Options<T>> {
    loss: O::Loss<'a>,
    logits: &'a [T],
    targets: Targets<'a, T>,
    /// Where all is that is read.
    read: [Extent; 4],
}

impl<T: Real, O: Options<T>> Given<T, O> {
    /// With the logits, if they are read.
    ///
    /// # Safety
    ///
    /// All are what the header asks for.
    unsafe fn find<'a>(self, logits: Option<*const T>) -> Result<Found<'a, T, O>, Status> {
        let Self { options, targets, labels, len } = self;
        // SAFETY: the caller's promise.
        let (loss, [weight, pos_weight]) = unsafe { O::read(options) }?;
        // SAFETY: the caller's promise.
        let (targets, extent) = unsafe {
            match (targets.is_null(), labels.is_null()) {
                (false, false) => return Err(Status::TwoTargets),
                (_, true) => {
                    let targets = input(targets, len)?;
                    (Targets::Reals(targets), Extent::of(targets))
                }
                (true, false) => {
                    let labels = input(labels, len)?;
                    (Targets::Labels(labels), Extent::of(labels))
                }
            }
        };
        let logits = match logits {
            // SAFETY: the caller's promise.
            Some(logits) => unsafe { input(logits, len) }?,
            None => &[],
        };
        Ok(Found { loss, logits, targets, read: [Extent::of(logits), extent, weight, pos_weight] })
    }
}

impl<T: Real, O: Options<T>> Found<'_, T, O> {
    /// Where all is that is read, and what is written.
    fn taken(&self, written: &[T]) -> [Extent; 5] {
        let [logits, targets, weight, pos_weight] = self.read;
        [logits, targets, weight, pos_weight, Extent::of(written)]
    }
}

/// # Safety
///
/// All are what the header asks for; so it is of all functions here.
pub unsafe fn loss<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    loss: *mut T,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (found, loss) = unsafe {
        let found = given.find(Some(logits))?;
        let loss = place(loss, &found.read)?;
        (found, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss(found.logits, targets),
        Targets::Labels(labels) => found.loss.loss(found.logits, labels),
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
        let losses = output(losses, len, &found.read)?;
        (found, losses)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.losses(found.logits, targets, losses),
        Targets::Labels(labels) => found.loss.losses(found.logits, labels, losses),
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
        let gradient = output(gradient, len, &found.read)?;
        (found, gradient)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient(found.logits, targets, gradient),
        Targets::Labels(labels) => found.loss.gradient(found.logits, labels, gradient),
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
        let found = given.find(Some(logits))?;
        let gradient = output(gradient, len, &found.read)?;
        let loss = place(loss, &found.taken(gradient))?;
        (found, gradient, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss_and_gradient(found.logits, targets, gradient),
        Targets::Labels(labels) => found.loss.loss_and_gradient(found.logits, labels, gradient),
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
        let found = given.find(None)?;
        let logits = output(logits, len, &found.read)?;
        let loss = place(loss, &found.taken(logits))?;
        (found, logits, loss)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss_and_gradient_in_place(logits, targets),
        Targets::Labels(labels) => found.loss.loss_and_gradient_in_place(logits, labels),
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
        let found = given.find(Some(logits))?;
        let gradient = output(gradient, len, &found.read)?;
        let hessian = output(hessian, len, &found.taken(gradient))?;
        (found, gradient, hessian)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient_and_hessian(found.logits, targets, gradient, hessian),
        Targets::Labels(labels) => found.loss.gradient_and_hessian(found.logits, labels, gradient, hessian),
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
        let sum = place(sum, &found.read)?;
        (found, sum)
    };
    let mut total = LossSum::<T>::from_le_bytes(sum.bytes);
    match found.targets {
        Targets::Reals(targets) => found.loss.accumulate(&mut total, found.logits, targets),
        Targets::Labels(labels) => found.loss.accumulate(&mut total, found.logits, labels),
    }?;
    sum.bytes = total.to_le_bytes();
    Ok(())
}
