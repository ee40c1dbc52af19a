//! Kernels that read and write stored numbers.

use core::marker::PhantomData;

use super::counting::Counting;
use super::stored::{Stored, StoredMut, TransferPlans};
use super::tile::width_of;
use super::transfer::{Found, Targets, Transfer};
use crate::math::{Constants, Smoothing};
use crate::simd::{Backend, Kernel, Lanes, Token};

impl TransferPlans for f32 {
    unsafe fn read_numbers(backend: Backend, transfer: &mut Transfer<f32>) {
        // SAFETY: the caller's promise, here and in all functions below.
        unsafe { backend.function::<f32, Reading<f32>>().call(transfer) }
    }
    unsafe fn write_numbers(backend: Backend, transfer: &mut Transfer<f32>) {
        // SAFETY: see above.
        unsafe { backend.function::<f32, Writing<f32>>().call(transfer) }
    }
    unsafe fn read_bytes(backend: Backend, transfer: &mut Transfer<f32>) {
        // SAFETY: see above.
        unsafe { backend.function::<f32, Reading<u8>>().call(transfer) }
    }
    unsafe fn count_numbers(backend: Backend, targets: &mut Targets<f32>) -> Found {
        // SAFETY: see above.
        unsafe { backend.function::<f32, Counting<f32>>().call(targets) }
    }
    unsafe fn count_bytes(backend: Backend, targets: &mut Targets<f32>) -> Found {
        // SAFETY: see above.
        unsafe { backend.function::<f32, Counting<u8>>().call(targets) }
    }
}

impl TransferPlans for f64 {
    unsafe fn read_numbers(backend: Backend, transfer: &mut Transfer<f64>) {
        // SAFETY: the caller's promise, here and in all functions below.
        unsafe { backend.function::<f64, Reading<f64>>().call(transfer) }
    }
    unsafe fn write_numbers(backend: Backend, transfer: &mut Transfer<f64>) {
        // SAFETY: see above.
        unsafe { backend.function::<f64, Writing<f64>>().call(transfer) }
    }
    unsafe fn read_bytes(backend: Backend, transfer: &mut Transfer<f64>) {
        // SAFETY: see above.
        unsafe { backend.function::<f64, Reading<u8>>().call(transfer) }
    }
    unsafe fn count_numbers(backend: Backend, targets: &mut Targets<f64>) -> Found {
        // SAFETY: see above.
        unsafe { backend.function::<f64, Counting<f64>>().call(targets) }
    }
    unsafe fn count_bytes(backend: Backend, targets: &mut Targets<f64>) -> Found {
        // SAFETY: see above.
        unsafe { backend.function::<f64, Counting<u8>>().call(targets) }
    }
}

impl<T: Constants> Transfer<T> {
    /// Widens the first rows, which consist of whole vectors, and smooths them if asked to.
    ///
    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for these rows of numbers of type `S`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn widen<L: Lanes<Scalar = T>, S: Stored<T>, const SMOOTHED: bool>(
        &self,
        l: Token<L>,
        rows: usize,
        smoothing: Smoothing<T>,
    ) {
        let mut row = 0;
        while row < rows {
            let (from, to) = self.row::<S>(row);
            let mut lane = 0;
            while lane < width_of::<T>(self.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let v = S::load(l, from.add(lane));
                    let v = if SMOOTHED { smoothing.of(l, v) } else { v };
                    v.store(to.add(lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }
}

/// Widens numbers of type `S`, and smooths them if asked to. Lanes beyond the end of a short row are treated as 0.
pub struct Reading<S>(PhantomData<S>);

impl<T: Constants, S: Stored<T>> Kernel<T> for Reading<S> {
    type Args = Transfer<T>;
    type Out = ();
    const REGISTERS: usize = 4;

    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for numbers of type `S`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, transfer: &mut Transfer<T>) {
        let transfer = *transfer;
        let whole = transfer.whole::<L>();
        let smoothing = transfer.smoothing.unwrap_or(Smoothing::none());
        // SAFETY: the caller's promise; no number beyond the last of a row is read, and each row of the buffer has room for
        // all lanes.
        unsafe {
            if transfer.smoothing.is_some() {
                transfer.widen::<L, S, true>(l, whole, smoothing);
            } else {
                transfer.widen::<L, S, false>(l, whole, smoothing);
            }
            let mut row = whole;
            while row < transfer.count {
                let (from, to) = transfer.row::<S>(row);
                let valid = if row + 1 == transfer.count { transfer.last } else { transfer.width };
                let mut lane = 0;
                while lane < width_of::<T>(transfer.width) {
                    let count = valid.saturating_sub(lane).min(L::LANES);
                    if const { S::STORAGE.as_is } {
                        l.load_first(from.wrapping_add(lane).cast(), count).store(to.add(lane));
                    } else {
                        l.zero().store(to.add(lane));
                        let mut k = lane;
                        while k < lane + count {
                            to.add(k).write(from.add(k).read().widen());
                            k += 1;
                        }
                    }
                    if transfer.smoothing.is_some() {
                        smoothing.of(l, l.load(to.add(lane))).store(to.add(lane));
                    }
                    lane += L::LANES;
                }
                row += 1;
            }
        }
    }
}

/// Rounds to numbers of type `S`.
pub struct Writing<S>(PhantomData<S>);

impl<T: Constants, S: StoredMut<T>> Kernel<T> for Writing<S> {
    type Args = Transfer<T>;
    type Out = ();

    /// # Safety
    ///
    /// The conditions of [`Transfer`] hold, for numbers of type `S`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, transfer: &mut Transfer<T>) {
        let transfer = *transfer;
        let whole = transfer.whole::<L>();
        let mut row = 0;
        while row < transfer.count {
            let (to, from) = transfer.row::<S>(row);
            let mut lane = 0;
            // SAFETY: the caller's promise; no number beyond the last of a row is written.
            unsafe {
                while row < whole && lane < width_of::<T>(transfer.width) {
                    S::store(l.load(from.add(lane)), to.add(lane));
                    lane += L::LANES;
                }
                while lane < transfer.last {
                    if const { S::STORAGE.as_is } {
                        l.load(from.add(lane)).store_first(to.add(lane).cast(), L::LANES.min(transfer.last - lane));
                        lane += L::LANES;
                    } else {
                        to.add(lane).write(S::round(from.add(lane).read()));
                        lane += 1;
                    }
                }
            }
            row += 1;
        }
    }
}
