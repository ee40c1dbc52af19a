//! A pass over targets, before anything is written.

use core::marker::PhantomData;

use super::stored::Stored;
use super::transfer::{Found, Targets};
use crate::math::Constants;
use crate::simd::{Kernel, Lanes, Token};

/// The number of targets that are counted in one byte, which can hold up to 255.
const FEW: usize = 128;

/// Counts targets of the type `S`. It is a kernel so that compilers make wide vectors of it.
pub struct Counting<S>(PhantomData<S>);

impl<T: Constants, S: Stored<T>> Kernel<T> for Counting<S> {
    type Args = Targets<T>;
    type Out = Found;

    /// # Safety
    ///
    /// `first` points to `len` targets, and `mask` to as many values unless it is null.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(_: Token<L>, targets: &mut Targets<T>) -> Found {
        let &mut Targets { first, len, ignored, mask } = targets;
        let first = first.cast::<S>();
        let ignored = match ignored {
            Some(value) => S::exactly(value),
            None => None,
        };
        let (mut present, mut are_labels, mut start) = (0, true, 0);
        while start < len {
            let part = FEW.min(len - start);
            // One loop for all: without a mask it reads one that keeps everything, and without an ignored value it compares
            // with the first target and drops the result. SAFETY: the caller's promise.
            let (kept, value) = unsafe {
                let kept = if mask.is_null() { const { &[true; FEW] }.as_ptr() } else { mask.add(start) };
                (
                    kept,
                    match ignored {
                        Some(value) => value,
                        None => first.read(),
                    },
                )
            };
            let (mut few, mut others, mut i) = (0_u8, 0_u8, 0);
            while i < part {
                // SAFETY: the caller's promise.
                let (target, is_kept) = unsafe { (first.add(start + i).read(), kept.add(i).read()) };
                let is_present = is_kept & !target.is_missing() & !(ignored.is_some() & target.is_same(value));
                few += u8::from(is_present);
                others |= u8::from(is_present & !target.is_label());
                i += 1;
            }
            present += usize::from(few);
            are_labels &= others == 0;
            start += part;
        }
        Found { present, are_labels }
    }
}
