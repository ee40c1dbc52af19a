//! Class weights, and elements that are absent: masked, ignored, or without a label.
//!
//! A formula with weights reads the product of both weights, which is 0 for an absent element. A formula without weights
//! reads a logit and a target for an absent element that make the loss and all its derivatives exactly 0. So it stays as
//! fast as it is, and no formula is compiled twice.

use super::block::{Block, Rows};
use super::exclusion::Exclusion;
use super::factors::Factors;
use super::stored::Storage;
use super::tile::{Tile, width_of};
use super::transfer::Missing;
use super::values::Column;
use crate::math::{Constants, Smoothing};
use crate::simd::{Backend, Float, Kernel, Lanes, MOST_LANES, Token, Vector};

/// A second weight, and the elements that are excluded.
pub struct Combined<'a, T: 'static> {
    pub class_weight: Factors<'a, T>,
    pub exclusion: Exclusion<'a, T>,
    /// Whether elements may be excluded.
    pub excludes: bool,
}

/// Rows of a tile, and which of its elements are absent.
#[derive(Clone, Copy)]
struct Combination<T> {
    tile: Tile,
    logit: Rows<T>,
    /// The targets as they are stored, not smoothed; not read if `bytes` is there.
    target: Rows<T>,
    /// The first of the targets, if they are bytes; or null.
    bytes: *const u8,
    /// Both weights.
    weights: [Rows<T>; 2],
    /// The rows that are made: weights and targets, or logits and targets. They may overwrite those that are read.
    made: [Rows<T>; 2],
    missing: Missing<T>,
    /// The first byte of the mask.
    mask: *const u8,
    /// The distance between rows of the mask in bytes. A mask that keeps everything has one row for all.
    mask_pitch: usize,
    smoothing: Smoothing<T>,
}

/// One row of a mask that keeps everything. No backend has more lanes.
static ALL: [u8; 128] = [1; 128];

/// Whether bytes are read here. Where memory is short, they are widened before.
const AT_ONCE: bool = cfg!(not(small));

impl<T: Constants> Combined<'_, T> {
    /// Whether the targets are bytes that are read here.
    #[inline]
    pub fn reads_bytes(&self, storage: &Storage<T>) -> bool {
        AT_ONCE && self.excludes && storage.is_byte
    }

    /// Makes rows of a block anew: rows of logits and targets in `buffers`; or, if `weights` has the rows of the second
    /// weight and a buffer for the products, rows of weights and targets. The targets of the block are as they are stored,
    /// not smoothed.
    ///
    /// # Safety
    ///
    /// The block and the rows of the second weight have all rows of the tile, and the buffers have room for them. If
    /// elements may be excluded, the targets and the mask have the elements of the tile.
    // Inlined, since a microcontroller's compiler otherwise keeps in memory each value whose address the call gets, and does not
    // see that nothing is combined.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    pub unsafe fn make(
        &self,
        backend: Backend,
        tile: Tile,
        (targets, smoothing): (Option<Column<T>>, Option<Smoothing<T>>),
        buffers: [Rows<T>; 2],
        weights: Option<(Rows<T>, Rows<T>)>,
        block: &mut Block<T>,
    ) {
        let (mut missing, mut bytes) = (Missing::of(None, false), core::ptr::null());
        if let Some(targets) = targets {
            let storage = targets.storage;
            missing = Missing::of(self.exclusion.ignored_in(storage), storage.is_optional);
            if self.reads_bytes(storage) {
                bytes = targets.at(tile.start);
            }
        }
        let (mask, mask_pitch) = match self.exclusion.mask_at(tile.start) {
            Some(mask) => (mask.cast(), tile.pitch),
            None => (ALL.as_ptr(), 0),
        };
        let mut combination = Combination {
            tile,
            logit: block.logit,
            target: block.target,
            bytes,
            weights: [block.weight; 2],
            made: buffers,
            missing,
            mask,
            mask_pitch,
            smoothing: smoothing.unwrap_or(Smoothing::none()),
        };
        // SAFETY: the caller's promise.
        unsafe {
            if let Some((class_weight, buffer)) = weights {
                combination.weights[1] = class_weight;
                combination.made[0] = buffer;
                backend.function::<T, Weighing>().call(&mut combination);
                [block.weight, block.target] = combination.made;
            } else {
                backend.function::<T, Removing>().call(&mut combination);
                [block.logit, block.target] = combination.made;
            }
        }
    }
}

impl<T: Constants> Combination<T> {
    /// Returns the targets of a vector as they are stored, and 0 for each absent element, else 1.
    ///
    /// # Safety
    ///
    /// `L` is one register. The mask has the elements of the tile, and so have the bytes or the rows of targets, as `BYTES`
    /// says.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn target<L: Lanes<Scalar = T>, const BYTES: bool, const MASKED: bool>(
        &self,
        l: Token<L>,
        row: usize,
        lane: usize,
    ) -> [Vector<L>; 2] {
        // SAFETY: the caller's promise.
        unsafe {
            let target = if BYTES {
                self.bytes(l, self.bytes, self.tile.pitch, row, lane)
            } else {
                l.load(self.target.at(row, lane))
            };
            let kept = if MASKED { self.bytes(l, self.mask, self.mask_pitch, row, lane) } else { l.one() };
            [target, self.missing.clear::<L, BYTES>(l, target, kept)]
        }
    }

    /// Returns the bytes of a vector, with zeros beyond the last element.
    ///
    /// # Safety
    ///
    /// The bytes of all elements of the tile are there from `first` on, in rows `pitch` apart.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn bytes<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        first: *const u8,
        pitch: usize,
        row: usize,
        lane: usize,
    ) -> Vector<L> {
        let first = first.wrapping_add(row * pitch + lane);
        // SAFETY: the caller's promise; bytes beyond the last element are not read.
        unsafe {
            if row + 1 < self.tile.rows || lane + L::LANES <= self.tile.last {
                return l.load_bytes(first);
            }
            let mut bytes = [0_u8; MOST_LANES];
            let mut i = 0;
            while i < self.tile.last.saturating_sub(lane) {
                bytes[i % MOST_LANES] = first.add(i).read();
                i += 1;
            }
            l.load_bytes(bytes.as_ptr())
        }
    }
}

/// Makes rows of weights and targets.
struct Weighing;

impl<T: Constants> Kernel<T> for Weighing {
    type Args = Combination<T>;
    type Out = ();

    /// # Safety
    ///
    /// The tile has rows of weights, of a mask, and of targets, and room for the rows that are made.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, combination: &mut Combination<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            if AT_ONCE && !combination.bytes.is_null() {
                combination.weigh::<L, true>(l);
            } else {
                combination.weigh::<L, false>(l);
            }
        }
    }
}

/// Makes rows of logits and targets, for formulas without weights.
struct Removing;

impl<T: Constants> Kernel<T> for Removing {
    type Args = Combination<T>;
    type Out = ();

    /// # Safety
    ///
    /// The tile has rows of logits, of a mask, and of targets, and room for the rows that are made.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, combination: &mut Combination<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            match (AT_ONCE && !combination.bytes.is_null(), !AT_ONCE || combination.mask_pitch > 0) {
                (false, false) => combination.remove::<L, false, false>(l),
                (false, true) => combination.remove::<L, false, true>(l),
                (true, false) => combination.remove::<L, true, false>(l),
                (true, true) => combination.remove::<L, true, true>(l),
            }
        }
    }
}

impl<T: Constants> Combination<T> {
    /// # Safety
    ///
    /// The conditions of [`Weighing`] hold.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn weigh<L: Lanes<Scalar = T>, const BYTES: bool>(&self, l: Token<L>) {
        // A copy, since the compiler would read a field behind a reference again after each store.
        let combination = *self;
        let Self { tile, weights: [first, second], made, smoothing, .. } = combination;
        let mut row = 0;
        while row < tile.rows {
            let mut lane = 0;
            while lane < width_of::<T>(tile.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let weight = products(l, l.load(first.at(row, lane)), l.load(second.at(row, lane)));
                    let [target, kept] = combination.target::<L, BYTES, true>(l, row, lane);
                    kept.equals(l.zero()).clear(weight).store(made[0].at(row, lane));
                    smoothing.of(l, target).store(made[1].at(row, lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }

    /// # Safety
    ///
    /// The conditions of [`Removing`] hold.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn remove<L: Lanes<Scalar = T>, const BYTES: bool, const MASKED: bool>(&self, l: Token<L>) {
        // A copy, as in `weigh`.
        let combination = *self;
        let Self { tile, logit, made, smoothing, .. } = combination;
        // The largest number, since infinity times a cost of 0 would be NaN.
        let (nothing, one) = (l.splat(T::MAX), l.one());
        let mut row = 0;
        while row < tile.rows {
            let mut lane = 0;
            while lane < width_of::<T>(tile.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let x = l.load(logit.at(row, lane));
                    let [target, kept] = combination.target::<L, BYTES, MASKED>(l, row, lane);
                    let absent = kept.equals(l.zero());
                    absent.select(nothing, x).store(made[0].at(row, lane));
                    absent.select(one, smoothing.of(l, target)).store(made[1].at(row, lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }
}

/// Returns the product of two weights that are not negative. It is 0 only if one of them is 0, since only a weight of 0
/// ignores an element; and it is finite.
pub fn weight_product<T: Constants>(a: T, b: T) -> T {
    let product = a * b;
    if product > T::MAX {
        T::MAX
    } else if product == T::ZERO && a != T::ZERO && b != T::ZERO {
        T::LEAST
    } else {
        product
    }
}

/// Returns the [`weight_product`] of each lane.
#[cfg_attr(not(unoptimized), inline(always))]
fn products<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>, b: Vector<L>) -> Vector<L> {
    let zero = l.zero();
    let product = (a * b).at_most(l.splat(L::Scalar::MAX));
    let is_lost = product.equals(zero);
    let least = is_lost.select(l.splat(L::Scalar::LEAST), product);
    (a.equals(zero) | b.equals(zero)).clear(least)
}
