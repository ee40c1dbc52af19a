//! Which targets are there, and whether they are labels.

use core::ops::Range;

use super::stored::Storage;
use super::transfer::{Found, Targets};
use super::values::Values;
use crate::math::Constants;
use crate::simd::Backend;

/// What takes targets away.
#[derive(Clone, Copy)]
pub struct Exclusion<'a, T> {
    /// Those that are this.
    pub ignored: Option<T>,
    /// Those where this is false.
    pub mask: Option<&'a [bool]>,
}

/// Targets of which mostly all are there.
const FEW: usize = 128;

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
    pub fn find(&self, backend: Backend, targets: Values<'_, T>, Range { start, end }: Range<usize>) -> Found {
        let column = targets.column;
        let mut part = Targets {
            first: column.at(start),
            len: end.min(targets.len()).saturating_sub(start),
            ignored: self.ignored,
            mask: self.mask_at(start).unwrap_or(core::ptr::null()),
        };
        // SAFETY: so many targets are there, of the type that the storage is of, and of the mask.
        unsafe { (column.storage.count)(backend, &mut part) }
    }

    /// What is ignored, as it is read.
    #[inline]
    pub fn ignored_in(&self, storage: &Storage<T>) -> Option<T> {
        self.ignored.and_then(storage.as_read)
    }

    /// Where an element is in the mask.
    #[inline]
    pub fn mask_at(&self, element: usize) -> Option<*const bool> {
        self.mask.map(|mask| mask.as_ptr().wrapping_add(element))
    }
}
