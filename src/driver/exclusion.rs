//! Which targets are present, and whether they are labels.

use core::ops::Range;

use super::stored::Storage;
use super::transfer::{Found, Targets};
use super::values::Values;
use crate::math::Constants;
use crate::simd::Backend;

/// The rules that exclude targets.
#[derive(Clone, Copy)]
pub struct Exclusion<'a, T> {
    /// The target that is ignored.
    pub ignored: Option<T>,
    /// A target is excluded where the mask is false.
    pub mask: Option<&'a [bool]>,
}

/// The number of targets that are checked at once, since mostly all are present.
const FEW: usize = 128;

impl<T: Constants> Exclusion<'_, T> {
    /// Excludes nothing.
    pub const NONE: Self = Self { ignored: None, mask: None };

    /// Whether a target may be excluded or missing.
    #[inline]
    pub fn concerns(&self, targets: Values<'_, T>) -> bool {
        self.ignored.is_some() || self.mask.is_some() || targets.column.storage.is_optional
    }

    /// Calls a function with the index and the value of each present target; the value is NaN if the target is no label.
    pub fn each(&self, backend: Backend, targets: Values<'_, T>, mut f: impl FnMut(usize, T)) {
        for (start, end) in (0..targets.len()).step_by(FEW).map(|start| (start, targets.len().min(start + FEW))) {
            // If all targets are present, none needs a check of its own.
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

    /// Counts and checks the targets of a range.
    pub fn find(&self, backend: Backend, targets: Values<'_, T>, Range { start, end }: Range<usize>) -> Found {
        let column = targets.column;
        let mut part = Targets {
            first: column.at(start),
            len: end.min(targets.len()).saturating_sub(start),
            ignored: self.ignored,
            mask: self.mask_at(start).unwrap_or(core::ptr::null()),
        };
        // SAFETY: the targets and the mask have `len` values from `start` on, and the targets have the type of the storage.
        unsafe { (column.storage.count)(backend, &mut part) }
    }

    /// Returns the number that is read where a target is the ignored value, if the targets' type has this value.
    #[inline]
    pub fn ignored_in(&self, storage: &Storage<T>) -> Option<T> {
        self.ignored.and_then(storage.as_read)
    }

    /// Returns the address of an element in the mask.
    #[inline]
    pub fn mask_at(&self, element: usize) -> Option<*const bool> {
        self.mask.map(|mask| mask.as_ptr().wrapping_add(element))
    }
}
