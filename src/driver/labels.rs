//! Which targets are there, and whether they are labels: one pass over them, before anything is written.

use core::marker::PhantomData;
use core::ops::Range;

use super::found::{Found, Labels};
use super::stored::{Stored, Values};
use crate::math::Constants;
use crate::simd::{Backend, Kernel, Lanes, Token};

/// What takes targets away.
#[derive(Clone, Copy)]
pub struct Exclusion<'a, T> {
    /// Those that are this.
    pub ignored: Option<T>,
    /// Those where this is false.
    pub mask: Option<&'a [bool]>,
}

/// Targets that are counted in a byte.
const FEW: usize = 128;

/// Counts targets of the type `S`. It is a kernel so that compilers make wide vectors of it.
pub struct Counting<S>(PhantomData<S>);

impl<T: Constants, S: Stored<T>> Kernel<T> for Counting<S> {
    type Args = Labels<T>;
    type Out = Found;

    /// # Safety
    ///
    /// So many targets are there, and as many values of the mask unless it is null.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(_: Token<L>, labels: &mut Labels<T>) -> Found {
        let &mut Labels { first, len, ignored, mask } = labels;
        let first = first.cast::<S>();
        let ignored = match ignored {
            Some(value) => S::exactly(value),
            None => None,
        };
        let (mut present, mut are_labels, mut start) = (0, true, 0);
        while start < len {
            let part = FEW.min(len - start);
            // One loop for all: where there is no mask, it reads one that keeps everything; where nothing is ignored, it compares
            // with a target that is there and does not look at the result.
            // SAFETY: the caller's promise.
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

impl<T: Constants> Exclusion<'_, T> {
    /// Nothing.
    pub const NONE: Self = Self { ignored: None, mask: None };

    /// Whether it takes any of these away, or they may be missing.
    #[inline]
    pub fn concerns(&self, targets: Values<'_, T>) -> bool {
        self.ignored.is_some() || self.mask.is_some() || targets.column.storage.is_optional
    }

    /// Calls a function with the index of each target that is there, and with the target, or NaN if it is no label.
    pub fn each(&self, backend: Backend, targets: Values<'_, T>, mut f: impl FnMut(usize, T)) {
        for (start, end) in (0..targets.len()).step_by(FEW).map(|start| (start, targets.len().min(start + FEW))) {
            // Mostly, all are there: then none is asked by itself.
            let all = self.find(backend, targets, start..end);
            let is_simple = all.are_labels && all.present == end - start;
            for (i, target) in (start..end).zip(targets.part(start..end)) {
                let one = if is_simple { all } else { self.find(backend, targets, i..i + 1) };
                if one.present > 0 {
                    f(i, if one.are_labels { target } else { T::NAN });
                }
            }
        }
    }

    /// Looks at a range of the targets.
    pub fn find(&self, backend: Backend, targets: Values<'_, T>, range: Range<usize>) -> Found {
        // SAFETY: so many targets are there, of the type that the storage is of.
        unsafe { (targets.column.storage.count)(backend).call(&mut self.part(targets, range)) }
    }

    /// Those of a range that there are.
    fn part(&self, targets: Values<'_, T>, Range { start, end }: Range<usize>) -> Labels<T> {
        let len = end.min(targets.len()).saturating_sub(start);
        let mask = match self.mask {
            Some(mask) => mask.get(start..start + len).unwrap_or_default().as_ptr(),
            None => core::ptr::null(),
        };
        Labels { first: targets.column.at(start), len, ignored: self.ignored, mask }
    }
}
