//! What is summed, from vectors to one number.

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use super::block::Finish;
use crate::math::{Constants, Double, log1p_double};
use crate::simd::{Function, Lanes, Mask, Token, Vector};

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
        sum: Double<Vector<L>>,
        factor_weights: [T; 2],
        products: usize,
    ) -> Double<Vector<L>> {
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

/// Rows whose terms wait until they are joined: a quarter of a block.
pub const PIECE: usize = 8;

/// The terms of the rows of a piece.
pub struct Tree<L: Lanes> {
    terms: [Vector<L>; PIECE],
    products: [[Vector<L>; PIECE]; 2],
}

impl<T: Constants, L: Lanes<Scalar = T>> Tree<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new(l: Token<L>) -> Self {
        Self { terms: [l.zero(); PIECE], products: [[l.zero(); PIECE]; 2] }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn set(&mut self, at: usize, terms: Terms<L>, products: usize) {
        let at = at % PIECE;
        self.terms[at] = terms.term;
        let mut k = 0;
        while k < products {
            self.products[k][at] = terms.products[k];
            k += 1;
        }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn get(&self, l: Token<L>, at: usize, products: usize) -> Terms<L> {
        let mut terms = Terms { term: self.terms[at % PIECE], ..Terms::none(l) };
        let mut k = 0;
        while k < products {
            terms.products[k] = self.products[k][at % PIECE];
            k += 1;
        }
        terms
    }

    /// The first `count` joined, as a tree.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn join(&mut self, l: Token<L>, count: usize, products: usize) -> Terms<L> {
        if count == PIECE {
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

    /// Adds what a formula has left of the lanes from `lane` on.
    ///
    /// # Safety
    ///
    /// `finish` has terms and products of `width` lanes in each of its pieces, all within the virtual lanes.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn add(&mut self, function: Function<Finish<T>, ()>, mut finish: Finish<T>, lane: usize) {
        let hi = self.words.as_mut_ptr().cast::<T>().wrapping_add(lane);
        finish.sums = [hi, hi.wrapping_add(T::VIRTUAL_LANES)];
        finish.is_first = self.used <= lane;
        // SAFETY: the caller's promise; and unless they are written first, these lanes have been.
        unsafe { function.call(&mut finish) };
        self.used = self.used.max(lane + finish.width);
    }

    /// The sum of all lanes, of which only the first `used` have any elements: a tree of halves. Normalised, so that
    /// adding it to 0 first changes nothing.
    #[inline]
    pub fn fold(self, used: usize) -> Double<T> {
        let used = used.min(self.used);
        let first = self.words.as_mut_ptr().cast::<T>();
        // SAFETY: these lanes have been written.
        let (hi, lo) = unsafe {
            (from_raw_parts_mut(first, used), from_raw_parts_mut(first.wrapping_add(T::VIRTUAL_LANES), used))
        };
        let mut half = T::VIRTUAL_LANES / 2;
        while half > 0 {
            if let (Some((hi, hi_other)), Some((lo, lo_other))) =
                (hi.split_at_mut_checked(half), lo.split_at_mut_checked(half))
            {
                for (((hi, lo), &other_hi), &other_lo) in hi.iter_mut().zip(lo).zip(&*hi_other).zip(&*lo_other) {
                    let sum = Double { hi: *hi, lo: *lo }.join(Double { hi: other_hi, lo: other_lo });
                    (*hi, *lo) = (sum.hi, sum.lo);
                }
            }
            half /= 2;
        }
        match (hi, lo) {
            ([hi, ..], [lo, ..]) => Double { hi: *hi, lo: *lo }.normalised(),
            _ => Double::ZERO,
        }
    }
}
