//! Every function of a loss, for any type and any loss: pointers to slices, then the method of [`LogitLoss`].

use logit_loss::{Label, LogitLoss, LossSum, Real};

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
    targets: Targets<'a, T>,
    /// Where the targets and the weights are.
    read: [Extent; 3],
}

impl<T: Real, O: Options<T>> Given<T, O> {
    /// # Safety
    ///
    /// All are what the header asks for.
    unsafe fn find<'a>(self) -> Result<Found<'a, T, O>, Status> {
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
        Ok(Found { loss, targets, read: [extent, weight, pos_weight] })
    }

    /// The same with logits that are read, and where all is that is read.
    ///
    /// # Safety
    ///
    /// All are what the header asks for.
    unsafe fn find_with<'a>(self, logits: *const T) -> Result<(Found<'a, T, O>, &'a [T], [Extent; 4]), Status> {
        let len = self.len;
        // SAFETY: the caller's promise.
        let (found, logits) = unsafe { (self.find()?, input(logits, len)?) };
        let [targets, weight, pos_weight] = found.read;
        Ok((found, logits, [Extent::of(logits), targets, weight, pos_weight]))
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
    let (found, logits, loss) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        (found, logits, place(loss, &read)?)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss(logits, targets),
        Targets::Labels(labels) => found.loss.loss(logits, labels),
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
    let (found, logits, losses) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        (found, logits, output(losses, len, &read)?)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.losses(logits, targets, losses),
        Targets::Labels(labels) => found.loss.losses(logits, labels, losses),
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
    let (found, logits, gradient) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        (found, logits, output(gradient, len, &read)?)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient(logits, targets, gradient),
        Targets::Labels(labels) => found.loss.gradient(logits, labels, gradient),
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
    let (found, logits, gradient, loss) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        let gradient = output(gradient, len, &read)?;
        let [logits_at, targets, weight, pos_weight] = read;
        let taken = [logits_at, targets, weight, pos_weight, Extent::of(gradient)];
        (found, logits, gradient, place(loss, &taken)?)
    };
    *loss = match found.targets {
        Targets::Reals(targets) => found.loss.loss_and_gradient(logits, targets, gradient),
        Targets::Labels(labels) => found.loss.loss_and_gradient(logits, labels, gradient),
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
        let found = given.find()?;
        let [targets, weight, pos_weight] = found.read;
        let logits = output(logits, len, &found.read)?;
        let written = Extent::of(logits);
        (found, logits, place(loss, &[targets, weight, pos_weight, written])?)
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
    let (found, logits, gradient, hessian) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        let gradient = output(gradient, len, &read)?;
        let [logits_at, targets, weight, pos_weight] = read;
        let taken = [logits_at, targets, weight, pos_weight, Extent::of(gradient)];
        (found, logits, gradient, output(hessian, len, &taken)?)
    };
    match found.targets {
        Targets::Reals(targets) => found.loss.gradient_and_hessian(logits, targets, gradient, hessian),
        Targets::Labels(labels) => found.loss.gradient_and_hessian(logits, labels, gradient, hessian),
    }?;
    Ok(())
}

pub unsafe fn accumulate<T: Real + Label<T>, O: Options<T>>(
    given: Given<T, O>,
    logits: *const T,
    sum: *mut Sum,
) -> Result<(), Status> {
    // SAFETY: the caller's promise.
    let (found, logits, sum) = unsafe {
        let (found, logits, read) = given.find_with(logits)?;
        (found, logits, place(sum, &read)?)
    };
    let mut total = LossSum::<T>::from_le_bytes(sum.bytes);
    match found.targets {
        Targets::Reals(targets) => found.loss.accumulate(&mut total, logits, targets),
        Targets::Labels(labels) => found.loss.accumulate(&mut total, logits, labels),
    }?;
    sum.bytes = total.to_le_bytes();
    Ok(())
}
