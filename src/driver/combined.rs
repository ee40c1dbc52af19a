//! What else decides the weight of an element: a second weight, and whether the element is there at all.
//!
//! A formula with weights finds the product of both in the row of weights, and 0 where nothing is there. A formula without
//! weights finds a logit and a target there that make the loss and all of its derivatives exactly 0: so that it stays as fast
//! as it is, and no formula is compiled twice.

use core::marker::PhantomData;

use super::block::{Block, Rows};
use super::factors::Factors;
use super::labels::Exclusion;
use super::stored::Storage;
use super::tile::{Tile, width_of};
use crate::math::{Constants, Smoothing};
use crate::simd::{Backend, Float, Kernel, Lanes, MOST_LANES, Mask, Token, Vector};

/// A second weight, and what takes elements away.
pub struct Combined<'a, T: 'static> {
    pub class_weight: Factors<'a, T>,
    pub exclusion: Exclusion<'a, T>,
    /// Whether elements may be taken away.
    pub excludes: bool,
}

/// Rows of a tile, and which of its elements are not there.
#[derive(Clone, Copy)]
struct Combination<T> {
    tile: Tile,
    logit: Rows<T>,
    /// As they are stored, and not smoothed.
    target: Rows<T>,
    /// Both weights.
    weights: [Rows<T>; 2],
    /// What is made: weights and targets, or logits and targets. It may be where these are.
    made: [Rows<T>; 2],
    /// The target of what is not there; NaN if there is none.
    ignored: T,
    /// Whether NaN is another one.
    nan_is_ignored: bool,
    /// Where the mask has the tile's first element, ...
    mask: *const u8,
    /// ... and after how many bytes that of the next row. A mask that keeps everything has one row for all.
    mask_pitch: usize,
    smoothing: Smoothing<T>,
}

/// A row of a mask that keeps everything. No backend has more lanes.
static ALL: [u8; 128] = [1; 128];

impl<T: Constants> Combined<'_, T> {
    /// Makes the rows of a block anew: in `buffers` those of logits and targets; or, if there are rows of the second weight and
    /// a buffer for those that are made, of weights and targets. Targets have come as they are stored, and not smoothed.
    ///
    /// # Safety
    ///
    /// The block has all rows of the tile, and so have those of the second weight; there is room for them in the buffers. If
    /// elements may be taken away, the mask has the elements of the tile.
    // In line: a microcontroller's compiler keeps in memory what a call is given the address of, and does not see that nothing
    // is combined.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    pub unsafe fn make(
        &self,
        backend: Backend,
        tile: Tile,
        (storage, smoothing): (Option<&Storage<T>>, Option<Smoothing<T>>),
        buffers: [Rows<T>; 2],
        weights: Option<(Rows<T>, Rows<T>)>,
        block: &mut Block<T>,
    ) {
        let ignored = storage.and_then(|storage| self.exclusion.ignored.and_then(storage.as_widened));
        let is_optional = storage.is_some_and(|storage| storage.is_optional);
        let (mask, mask_pitch) = match self.exclusion.mask {
            Some(mask) => (mask.as_ptr().cast::<u8>().wrapping_add(tile.start), tile.pitch),
            None => (ALL.as_ptr(), 0),
        };
        let mut combination = Combination {
            tile,
            logit: block.logit,
            target: block.target,
            weights: [block.weight; 2],
            made: buffers,
            ignored: ignored.unwrap_or(T::NAN),
            // Only NaN is not equal to itself.
            nan_is_ignored: is_optional || ignored.is_some_and(|v| v.ne(&v)),
            mask,
            mask_pitch,
            smoothing: smoothing.unwrap_or(Smoothing::none()),
        };
        // SAFETY: the caller's promise.
        unsafe {
            if let Some((class_weight, buffer)) = weights {
                combination.weights[1] = class_weight;
                combination.made[0] = buffer;
                backend.function::<T, Weighing<T>>().call(&mut combination);
                [block.weight, block.target] = combination.made;
            } else {
                backend.function::<T, Removing<T>>().call(&mut combination);
                [block.logit, block.target] = combination.made;
            }
        }
    }
}

impl<T: Constants> Combination<T> {
    /// Which elements of a vector are not there: where the target is `ignored` or, unless `SIMPLE`, where a mask takes them away,
    /// or the target is NaN and that is ignored.
    ///
    /// # Safety
    ///
    /// `L` is one register, and the mask has the elements of the tile.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn absent<L: Lanes<Scalar = T>, const SIMPLE: bool>(
        &self,
        l: Token<L>,
        [target, ignored, nan]: [Vector<L>; 3],
        row: usize,
        lane: usize,
    ) -> Mask<L> {
        let absent = target.equals(ignored);
        if SIMPLE {
            return absent;
        }
        let first = self.mask.wrapping_add(row * self.mask_pitch + lane);
        // SAFETY: the caller's promise; no byte beyond the last element is read.
        let kept = unsafe {
            if row + 1 < self.tile.rows || lane + L::LANES <= self.tile.last {
                l.load_bytes(first)
            } else {
                let mut bytes = [0_u8; MOST_LANES];
                let mut i = 0;
                while i < self.tile.last.saturating_sub(lane) {
                    bytes[i % MOST_LANES] = first.add(i).read();
                    i += 1;
                }
                l.load_bytes(bytes.as_ptr())
            }
        };
        absent | target.equals(target).select(kept, kept.at_most(nan)).equals(l.zero())
    }

    /// The ignored target, and 0 if NaN is another one, else 1.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn ignored<L: Lanes<Scalar = T>>(&self, l: Token<L>) -> [Vector<L>; 2] {
        [l.splat(self.ignored), l.splat(if self.nan_is_ignored { T::ZERO } else { T::ONE })]
    }
}

/// Makes rows of weights.
struct Weighing<T>(PhantomData<T>);

impl<T: Constants> Kernel<T> for Weighing<T> {
    type Args = Combination<T>;
    type Out = ();

    /// # Safety
    ///
    /// The tile has rows of weights, targets and a mask, and room for what is made.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, combination: &mut Combination<T>) {
        // A copy: what is behind a reference would be read again after each store.
        let combination = *combination;
        let Combination { tile, target, weights: [first, second], made, smoothing, .. } = combination;
        let [ignored, nan] = combination.ignored(l);
        let mut row = 0;
        while row < tile.rows {
            let mut lane = 0;
            while lane < width_of::<T>(tile.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let weight = products(l, l.load(first.at(row, lane)), l.load(second.at(row, lane)));
                    let t = l.load(target.at(row, lane));
                    let absent = combination.absent::<L, false>(l, [t, ignored, nan], row, lane);
                    absent.clear(weight).store(made[0].at(row, lane));
                    smoothing.of(l, t).store(made[1].at(row, lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }
}

/// Makes rows of logits and targets, for formulas without weights.
struct Removing<T>(PhantomData<T>);

impl<T: Constants> Kernel<T> for Removing<T> {
    type Args = Combination<T>;
    type Out = ();

    /// # Safety
    ///
    /// The tile has rows of logits, targets and a mask, and room for what is made.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, combination: &mut Combination<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            if combination.mask_pitch == 0 && !combination.nan_is_ignored {
                combination.remove::<L, true>(l);
            } else {
                combination.remove::<L, false>(l);
            }
        }
    }
}

impl<T: Constants> Combination<T> {
    /// # Safety
    ///
    /// That of [`Removing`].
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn remove<L: Lanes<Scalar = T>, const SIMPLE: bool>(&self, l: Token<L>) {
        // A copy, as there.
        let combination = *self;
        let Self { tile, logit, target, made, smoothing, .. } = combination;
        let [ignored, nan] = combination.ignored(l);
        // The largest number, and not infinity: times a cost of 0, that would be NaN.
        let (nothing, one) = (l.splat(T::MAX), l.one());
        let mut row = 0;
        while row < tile.rows {
            let mut lane = 0;
            while lane < width_of::<T>(tile.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let (x, t) = (l.load(logit.at(row, lane)), l.load(target.at(row, lane)));
                    let absent = combination.absent::<L, SIMPLE>(l, [t, ignored, nan], row, lane);
                    absent.select(nothing, x).store(made[0].at(row, lane));
                    absent.select(one, smoothing.of(l, t)).store(made[1].at(row, lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }
}

/// The product of two weights that are not negative. Only where one of them is 0 it is, since nothing else takes an element away.
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

/// The same of each lane.
#[cfg_attr(not(unoptimized), inline(always))]
fn products<L: Lanes<Scalar: Constants>>(l: Token<L>, a: Vector<L>, b: Vector<L>) -> Vector<L> {
    let zero = l.zero();
    let product = (a * b).at_most(l.splat(L::Scalar::MAX));
    let is_lost = product.equals(zero);
    let least = is_lost.select(l.splat(L::Scalar::LEAST), product);
    (a.equals(zero) | b.equals(zero)).clear(least)
}
