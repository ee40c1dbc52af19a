//! From the terms and products of vectors to one number.

use core::mem::MaybeUninit;
use core::ops::Range;
use core::slice::from_raw_parts_mut;

use super::tile::width_of;
use super::tree::{PIECE, joined};
use crate::math::{Constants, DoubleWord, log1p_double};
use crate::simd::{Kernel, Lanes, MICROCONTROLLER, Native, Token, Vector};

/// Rows of a block.
pub const ROWS: usize = 32;
/// The largest number of parts in which a block is evaluated where its rows are made. It is also the largest number of
/// blocks that are evaluated at once where no rows are made.
pub const PARTS: usize = if MICROCONTROLLER { 1 } else { ROWS / PIECE };
/// Blocks of a chunk.
const BLOCKS: usize = 32;

/// Elements of a chunk.
pub const fn chunk_len<T: Native>() -> usize {
    T::VIRTUAL_LANES * ROWS * BLOCKS
}

/// Returns the sum plus `weight` times the logarithm of a product.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn with_logarithm<T: Constants, L: Lanes<Scalar = T>>(
    l: Token<L>,
    sum: DoubleWord<Vector<L>>,
    product: Vector<L>,
    weight: Vector<L>,
) -> DoubleWord<Vector<L>> {
    with_weighted(sum, log1p_double(l, product), weight)
}

/// Returns the sum plus `weight` times a number in two words.
#[cfg_attr(not(unoptimized), inline(always))]
fn with_weighted<L: Lanes<Scalar: Constants>>(
    sum: DoubleWord<Vector<L>>,
    number: DoubleWord<Vector<L>>,
    weight: Vector<L>,
) -> DoubleWord<Vector<L>> {
    let weighted = number.hi * weight;
    let mut sum = sum.accumulate(weighted);
    // Adds the rounding error of the multiplication, where the backend fuses; elsewhere this is 0.
    sum.lo = number.lo.mul_add(weight, sum.lo + number.hi.mul_add(weight, -weighted));
    sum
}

/// The terms and products of a block, and the lane sums to which they are added.
#[derive(Clone, Copy)]
pub struct Finish<T> {
    /// The number of lanes, a whole number of vectors.
    pub width: usize,
    /// The sums ([`Block::sums`](super::block::Block::sums)) of the first part; those of the next part follow. A part is
    /// what one call of the block function has evaluated, or one of the blocks if `are_blocks`.
    pub terms: *const T,
    /// The number of parts, from 1 to [`PARTS`].
    pub parts: usize,
    /// Whether each part is a block of its own.
    pub are_blocks: bool,
    /// The two words of each lane's sum.
    pub sums: [*mut T; 2],
    /// Whether the sums are not written yet.
    pub is_first: bool,
    /// The number of products.
    pub products: usize,
    /// The weights of the logarithms of two products. The logarithm of a single product has none.
    pub weights: *const LogarithmWeights<T>,
}

/// The weights of the logarithms of two products.
#[derive(Clone, Copy)]
pub struct LogarithmWeights<T> {
    /// The weights in all lanes; or, with `lanes`, the targets whose costs are the weights.
    pub both: [T; 2],
    /// The positive weight and the weight of each lane, of which the weight also multiplies the terms; or null.
    pub lanes: [*const T; 2],
}

/// Joins the parts of a block, and adds their terms and the logarithms of their products, at most `MOST`, to the lane sums.
pub struct Finishing<const MOST: usize>;

impl<T: Constants, const MOST: usize> Kernel<T> for Finishing<MOST> {
    type Args = Finish<T>;
    type Out = ();
    // A logarithm is a long chain of operations, and four chains take hardly longer than one.
    const REGISTERS: usize = if MOST > 0 { 4 } else { 1 };

    /// # Safety
    ///
    /// `terms` has `parts` parts of `width` lanes. Each of `sums` has room for `width` elements, which have been written
    /// before unless `is_first`. `weights` is there if there are two products.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, finish: &mut Finish<T>) {
        let finish = *finish;
        let are_blocks = const { PARTS > 1 } && finish.are_blocks;
        // A microcontroller has a kernel for each number of products.
        let products = if MICROCONTROLLER { MOST } else { finish.products.min(MOST) };
        let blocks = if are_blocks { finish.parts } else { 1 };
        let mut weights = LogarithmWeights { both: [T::ONE; 2], lanes: [core::ptr::null(); 2] };
        if MOST == 2 && products == 2 {
            // SAFETY: the caller's promise.
            weights = unsafe { finish.weights.read() };
        }
        let LogarithmWeights { both, lanes: [pos_weights, lane_weights] } = weights;
        let is_by_lane = MOST == 2 && !lane_weights.is_null();
        let mut lane = 0;
        while lane < width_of::<T>(finish.width) {
            // SAFETY: the caller's promise, and `lane` is below `width`.
            unsafe {
                let mut sum = if finish.is_first { zero(l) } else { load(l, finish.sums, lane) };
                let mut block = 0;
                while block < blocks {
                    let (first, end) = if are_blocks { (block, block + 1) } else { (0, finish.parts) };
                    let terms = finish.joined(l, first..end, 0, lane);
                    let mut weight = l.one();
                    if is_by_lane {
                        weight = l.load(lane_weights.wrapping_add(lane));
                        sum = with_weighted(sum, DoubleWord { hi: terms, lo: l.zero() }, weight);
                    } else {
                        sum = sum.accumulate(terms);
                    }
                    // A loop, since two logarithms side by side are twice the code.
                    let mut k = 0;
                    while k < products {
                        let product = finish.joined(l, first..end, 1 + k, lane);
                        let mut log_weight = l.splat(both[k % 2]);
                        if is_by_lane {
                            let pos_weight = l.load(pos_weights.wrapping_add(lane));
                            log_weight = ((l.one() - log_weight) + pos_weight * log_weight) * weight;
                        }
                        sum = with_logarithm(l, sum, product, log_weight);
                        k += 1;
                    }
                    block += 1;
                }
                store(sum, finish.sums, lane);
            }
            lane += L::LANES;
        }
    }
}

/// The terms that a formula has stored.
pub struct Terms<T> {
    /// The terms of the first part; the others follow, as [`Block::sums`](super::block::Block::sums) says.
    pub first: *const T,
    pub parts: usize,
    pub width: usize,
}

/// Tells whether no term is infinite or NaN.
pub struct AreFinite;

impl<T: Constants> Kernel<T> for AreFinite {
    type Args = Terms<T>;
    type Out = bool;

    /// # Safety
    ///
    /// There are `parts` parts of `width` lanes, a whole number of vectors.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, &mut Terms { first, parts, width }: &mut Terms<T>) -> bool {
        let most = l.splat(T::MAX);
        let mut all = most.ge(most);
        let mut part = 0;
        while part < parts {
            let mut lane = 0;
            while lane < width_of::<T>(width) {
                // SAFETY: the caller's promise, and `lane` is below `width`.
                let term = unsafe { l.load(first.wrapping_add(part * 3 * T::COLUMNS + lane)) };
                all = all & most.ge(term.abs());
                lane += L::LANES;
            }
            part += 1;
        }
        all.all()
    }
}

/// Returns 0 in two words.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn zero<L: Lanes>(l: Token<L>) -> DoubleWord<Vector<L>> {
    DoubleWord { hi: l.zero(), lo: l.zero() }
}

/// Loads the sums of a vector's lanes.
///
/// # Safety
///
/// The high and the low words of these lanes are there.
#[cfg_attr(not(unoptimized), inline(always))]
pub unsafe fn load<L: Lanes>(l: Token<L>, [hi, lo]: [*mut L::Scalar; 2], lane: usize) -> DoubleWord<Vector<L>> {
    // SAFETY: the caller's promise.
    unsafe { DoubleWord { hi: l.load(hi.wrapping_add(lane)), lo: l.load(lo.wrapping_add(lane)) } }
}

/// Stores the sums of a vector's lanes.
///
/// # Safety
///
/// There is room for both words of these lanes.
#[cfg_attr(not(unoptimized), inline(always))]
pub unsafe fn store<L: Lanes>(sum: DoubleWord<Vector<L>>, [hi, lo]: [*mut L::Scalar; 2], lane: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        sum.hi.store(hi.wrapping_add(lane));
        sum.lo.store(lo.wrapping_add(lane));
    }
}

impl<T: Constants> Finish<T> {
    /// Returns the terms (kind 0) or one of the products of a vector's lanes in these parts, joined as a tree.
    ///
    /// # Safety
    ///
    /// The conditions of [`Finishing`] hold for these parts, at least one, and this lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn joined<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        parts: Range<usize>,
        kind: usize,
        lane: usize,
    ) -> Vector<L> {
        let Range { start, end } = parts;
        // SAFETY: the caller's promise, for each part of the range.
        unsafe {
            let mut block = self.part(l, start, kind, lane);
            if PARTS > 1 && start + 1 < end {
                block = joined(block, self.part(l, start + 1, kind, lane), kind > 0);
            }
            if PARTS > 2 && start + 2 < end {
                let mut half = self.part(l, start + 2, kind, lane);
                if start + 3 < end {
                    half = joined(half, self.part(l, start + 3, kind, lane), kind > 0);
                }
                block = joined(block, half, kind > 0);
            }
            block
        }
    }

    /// # Safety
    ///
    /// The conditions of [`Finishing`] hold for this part and lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn part<L: Lanes<Scalar = T>>(&self, l: Token<L>, part: usize, kind: usize, lane: usize) -> Vector<L> {
        // SAFETY: the caller's promise.
        unsafe { l.load(self.terms.wrapping_add((part * 3 + kind) * T::COLUMNS + lane)) }
    }
}

/// The sum of each virtual lane, in two words.
pub struct LaneSums<'w, T: Constants> {
    words: &'w mut MaybeUninit<[T::VirtualLanes; 2]>,
    /// The number of lanes, from the first on, that have been written.
    used: usize,
}

impl<'w, T: Constants> LaneSums<'w, T> {
    /// Starts with no elements. The words are not cleared: the first value of a lane is written, and only later ones are
    /// added.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(words: &'w mut MaybeUninit<[T::VirtualLanes; 2]>) -> Self {
        Self { words, used: 0 }
    }

    /// Returns the addresses of the words of `width` lanes from `lane` on, and whether they are not written yet.
    ///
    /// # Safety
    ///
    /// All of these are virtual lanes, and their words are written before the next call.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn place(&mut self, lane: usize, width: usize) -> ([*mut T; 2], bool) {
        let hi = self.words.as_mut_ptr().cast::<T>().wrapping_add(lane);
        let is_first = self.used <= lane;
        self.used = self.used.max(lane + width);
        ([hi, hi.wrapping_add(T::VIRTUAL_LANES)], is_first)
    }

    /// Returns the sum of all lanes as a tree of halves; only the first `used` lanes have any elements. The sum is
    /// normalised, so that adding it to 0 first changes nothing.
    #[inline]
    pub fn fold(self, used: usize) -> DoubleWord<T> {
        let used = used.min(self.used);
        let first = self.words.as_mut_ptr().cast::<T>();
        // SAFETY: these lanes have been written.
        let (hi, lo) = unsafe {
            (from_raw_parts_mut(first, used), from_raw_parts_mut(first.wrapping_add(T::VIRTUAL_LANES), used))
        };
        // The largest power of two below the number of lanes.
        let mut half = used.saturating_sub(1).checked_ilog2().map_or(0, |log| 1 << log);
        while half > 0 {
            if let (Some((hi, hi_other)), Some((lo, lo_other))) =
                (hi.split_at_mut_checked(half), lo.split_at_mut_checked(half))
            {
                for (((hi, lo), &other_hi), &other_lo) in hi.iter_mut().zip(lo).zip(&*hi_other).zip(&*lo_other) {
                    let sum = DoubleWord { hi: *hi, lo: *lo }.join(DoubleWord { hi: other_hi, lo: other_lo });
                    (*hi, *lo) = (sum.hi, sum.lo);
                }
            }
            half /= 2;
        }
        match (hi, lo) {
            ([hi, ..], [lo, ..]) => DoubleWord { hi: *hi, lo: *lo }.normalised(),
            _ => DoubleWord::ZERO,
        }
    }
}
