//! What is summed, from vectors to one number.

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use super::tile::width_of;
use crate::math::{Constants, DoubleWord, log1p_double};
use crate::simd::{Kernel, Lanes, MICROCONTROLLER, Mask, Native, Token, Vector};

/// Rows of a block.
pub const ROWS: usize = 32;
/// Rows whose terms wait until they are joined: a quarter of a block.
pub const PIECE: usize = 8;
/// Pieces that a block is evaluated in where its rows are made, or blocks that are evaluated at once where they are not.
pub const PIECES: usize = if MICROCONTROLLER { 1 } else { ROWS / PIECE };
/// Blocks of a chunk.
const BLOCKS: usize = 32;

/// Elements of a chunk.
pub const fn chunk_len<T: Native>() -> usize {
    T::VIRTUAL_LANES * ROWS * BLOCKS
}

/// What a vector of elements, or any number of them, adds to the sums.
#[derive(Clone, Copy)]
pub struct Terms<L: Lanes> {
    pub term: Vector<L>,
    /// Products of 1 + e, less 1.
    pub products: [Vector<L>; 2],
}

impl<T: Constants, L: Lanes<Scalar = T>> Terms<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn none(l: Token<L>) -> Self {
        Self { term: l.zero(), products: [l.zero(), l.zero()] }
    }

    /// (1 + a)(1 + b) - 1 = a + b + a b: nothing cancels, and no small factor is lost.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn join(mut self, other: Self, products: usize) -> Self {
        self.term = self.term + other.term;
        let mut k = 0;
        while k < products {
            let (a, b) = (self.products[k], other.products[k]);
            self.products[k] = a.mul_add(b, a + b);
            k += 1;
        }
        self
    }

    /// Nothing where the mask is true.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn without(self, mask: Mask<L>) -> Self {
        let [first, second] = self.products;
        Self { term: mask.clear(self.term), products: [mask.clear(first), mask.clear(second)] }
    }

    /// Adds them, and the logarithms of the products, each times its weight, to a sum.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn added_to(
        self,
        l: Token<L>,
        sum: DoubleWord<Vector<L>>,
        factor_weights: [T; 2],
        products: usize,
    ) -> DoubleWord<Vector<L>> {
        let mut sum = sum.accumulate(self.term);
        let mut k = 0;
        while k < products {
            let weight = l.splat(factor_weights[k]);
            let log = log1p_double(l, self.products[k]);
            let product = log.hi * weight;
            sum = sum.accumulate(product);
            // With what the product lost, where the backend fuses; elsewhere that is 0.
            sum.lo = log.lo.mul_add(weight, sum.lo + log.hi.mul_add(weight, -product));
            k += 1;
        }
        sum
    }
}

/// The terms of the rows of a piece. Not cleared: few rows would wait for it.
pub struct Tree<L: Lanes> {
    terms: [MaybeUninit<Vector<L>>; PIECE],
    products: [[MaybeUninit<Vector<L>>; PIECE]; 2],
}

impl<T: Constants, L: Lanes<Scalar = T>> Tree<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new() -> Self {
        Self { terms: [MaybeUninit::uninit(); PIECE], products: [[MaybeUninit::uninit(); PIECE]; 2] }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn set(&mut self, at: usize, terms: Terms<L>, products: usize) {
        let at = at % PIECE;
        self.terms[at].write(terms.term);
        let mut k = 0;
        while k < products {
            self.products[k][at].write(terms.products[k]);
            k += 1;
        }
    }

    /// # Safety
    ///
    /// They have been set, with as many products.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn get(&self, l: Token<L>, at: usize, products: usize) -> Terms<L> {
        let at = at % PIECE;
        let mut terms = Terms::none(l);
        // SAFETY: the caller's promise.
        unsafe {
            terms.term = self.terms[at].assume_init();
            let mut k = 0;
            while k < products {
                terms.products[k] = self.products[k][at].assume_init();
                k += 1;
            }
        }
        terms
    }

    /// The first `count` joined, as a tree.
    ///
    /// # Safety
    ///
    /// They have been set, with as many products; there is at least one.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    pub unsafe fn join(&mut self, l: Token<L>, count: usize, products: usize) -> Terms<L> {
        // SAFETY: the caller's promise; what is joined is set again in a place below `count`.
        unsafe {
            if cfg!(not(small)) && count == PIECE {
                let first = self.get(l, 0, products).join(self.get(l, 1, products), products);
                let second = self.get(l, 2, products).join(self.get(l, 3, products), products);
                let third = self.get(l, 4, products).join(self.get(l, 5, products), products);
                let fourth = self.get(l, 6, products).join(self.get(l, 7, products), products);
                return first.join(second, products).join(third.join(fourth, products), products);
            }
            let mut left = count;
            while left > 1 {
                let mut k = 0;
                while k < left / 2 {
                    let joined = self.get(l, 2 * k, products).join(self.get(l, 2 * k + 1, products), products);
                    self.set(k, joined, products);
                    k += 1;
                }
                if left % 2 == 1 {
                    self.set(k, self.get(l, left - 1, products), products);
                }
                left = left.div_ceil(2);
            }
            self.get(l, 0, products)
        }
    }
}

/// A block's terms and products, and the sums of the lanes that they are added to.
#[derive(Clone, Copy)]
pub struct Finish<T> {
    /// Lanes; a whole number of vectors.
    pub width: usize,
    /// What [`Block::sums`](super::block::Block::sums) received from the first piece of rows; that of the next follows.
    pub terms: *const T,
    /// How many pieces there are, from 1 to [`PIECES`].
    pub pieces: usize,
    /// Whether each is a block, and not a part of one.
    pub are_blocks: bool,
    /// The two words of each lane's sum.
    pub sums: [*mut T; 2],
    /// Whether they are yet to be written.
    pub is_first: bool,
    /// By what the logarithm of each product is multiplied.
    pub factor_weights: [T; 2],
}

/// Joins the pieces of a block, and adds their terms and the logarithms of `PRODUCTS` products to the sums of the lanes.
pub struct Finishing<const PRODUCTS: usize>;

impl<T: Constants, const PRODUCTS: usize> Kernel<T> for Finishing<PRODUCTS> {
    type Args = Finish<T>;
    type Out = ();
    // A logarithm is a long chain of operations, and several chains take hardly longer than one.
    const REGISTERS: usize = if PRODUCTS > 0 { 4 } else { 1 };

    /// # Safety
    ///
    /// `terms` has so many pieces of `width` lanes, and each of `sums` room for `width` elements, which are there unless
    /// this `is_first`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, finish: &mut Finish<T>) {
        let finish = *finish;
        let are_blocks = const { PIECES > 1 } && finish.are_blocks;
        let blocks = if are_blocks { finish.pieces } else { 1 };
        let mut lane = 0;
        while lane < width_of::<T>(finish.width) {
            // SAFETY: the caller's promise, and `lane` is below `width`.
            unsafe {
                let mut sum = if finish.is_first { zero(l) } else { load(l, finish.sums, lane) };
                let mut block = 0;
                while block < blocks {
                    let terms = if are_blocks {
                        finish.piece(l, block, lane, PRODUCTS)
                    } else {
                        finish.joined(l, lane, PRODUCTS)
                    };
                    sum = terms.added_to(l, sum, finish.factor_weights, PRODUCTS);
                    block += 1;
                }
                store(sum, finish.sums, lane);
            }
            lane += L::LANES;
        }
    }
}

/// Nothing, in two words.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn zero<L: Lanes>(l: Token<L>) -> DoubleWord<Vector<L>> {
    DoubleWord { hi: l.zero(), lo: l.zero() }
}

/// The sums of a vector's lanes.
///
/// # Safety
///
/// Their high words and their low ones are there.
#[cfg_attr(not(unoptimized), inline(always))]
pub unsafe fn load<L: Lanes>(l: Token<L>, [hi, lo]: [*mut L::Scalar; 2], lane: usize) -> DoubleWord<Vector<L>> {
    // SAFETY: the caller's promise.
    unsafe { DoubleWord { hi: l.load(hi.wrapping_add(lane)), lo: l.load(lo.wrapping_add(lane)) } }
}

/// # Safety
///
/// There is room for both words of a vector's lanes.
#[cfg_attr(not(unoptimized), inline(always))]
pub unsafe fn store<L: Lanes>(sum: DoubleWord<Vector<L>>, [hi, lo]: [*mut L::Scalar; 2], lane: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        sum.hi.store(hi.wrapping_add(lane));
        sum.lo.store(lo.wrapping_add(lane));
    }
}

impl<T: Constants> Finish<T> {
    /// The terms of one vector's lanes, of all pieces: as a tree.
    ///
    /// # Safety
    ///
    /// That of [`Finishing`], of this lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn joined<L: Lanes<Scalar = T>>(&self, l: Token<L>, lane: usize, products: usize) -> Terms<L> {
        // SAFETY: the caller's promise, of each piece there is.
        unsafe {
            let mut block = self.piece(l, 0, lane, products);
            if PIECES > 1 && self.pieces > 1 {
                block = block.join(self.piece(l, 1, lane, products), products);
            }
            if PIECES > 2 && self.pieces > 2 {
                let mut half = self.piece(l, 2, lane, products);
                if self.pieces > 3 {
                    half = half.join(self.piece(l, 3, lane, products), products);
                }
                block = block.join(half, products);
            }
            block
        }
    }

    /// # Safety
    ///
    /// That of [`Finishing`], of this piece and lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn piece<L: Lanes<Scalar = T>>(&self, l: Token<L>, piece: usize, lane: usize, products: usize) -> Terms<L> {
        let first = self.terms.wrapping_add(piece * 3 * T::COLUMNS + lane);
        let mut terms = Terms::none(l);
        // SAFETY: the caller's promise.
        unsafe {
            terms.term = l.load(first);
            let mut k = 0;
            while k < products {
                terms.products[k] = l.load(first.wrapping_add((1 + k) * T::COLUMNS));
                k += 1;
            }
        }
        terms
    }
}

/// The sum of each virtual lane, in two words.
pub struct LaneSums<'w, T: Constants> {
    words: &'w mut MaybeUninit<[T::VirtualLanes; 2]>,
    /// How many lanes, from the first on, have received anything.
    used: usize,
}

impl<'w, T: Constants> LaneSums<'w, T> {
    /// Of nothing. Not cleared: what comes first is written, and only what comes later is added.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(words: &'w mut MaybeUninit<[T::VirtualLanes; 2]>) -> Self {
        Self { words, used: 0 }
    }

    /// Where the words of so many lanes from `lane` on are, and whether they are yet to be written.
    ///
    /// # Safety
    ///
    /// All of these are virtual lanes, and they are written before anything else is asked.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn place(&mut self, lane: usize, width: usize) -> ([*mut T; 2], bool) {
        let hi = self.words.as_mut_ptr().cast::<T>().wrapping_add(lane);
        let is_first = self.used <= lane;
        self.used = self.used.max(lane + width);
        ([hi, hi.wrapping_add(T::VIRTUAL_LANES)], is_first)
    }

    /// The sum of all lanes, of which only the first `used` have any elements: a tree of halves. Normalised, so that
    /// adding it to 0 first changes nothing.
    #[inline]
    pub fn fold(self, used: usize) -> DoubleWord<T> {
        let used = used.min(self.used);
        let first = self.words.as_mut_ptr().cast::<T>();
        // SAFETY: these lanes have been written.
        let (hi, lo) = unsafe {
            (from_raw_parts_mut(first, used), from_raw_parts_mut(first.wrapping_add(T::VIRTUAL_LANES), used))
        };
        // The largest that leaves any on its other side.
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
