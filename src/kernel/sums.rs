//! What is summed, from vectors to one number.

use super::memory::{IN_TURN, get, set};
use crate::backend::{Lanes, Token, Vector};
use crate::math::{Constants, Double, Formula, log1p_double};

/// What a vector of elements, or any number of them, adds to the sums.
#[derive(Clone, Copy)]
pub struct Terms<L: Lanes> {
    pub term: Vector<L>,
    /// Products of 1 + e, less 1.
    pub products: [Vector<L>; 2],
}

impl<L: Lanes> Terms<L> {
    #[inline(always)]
    pub fn none(l: Token<L>) -> Self {
        Self { term: l.zero(), products: [l.zero(), l.zero()] }
    }

    /// (1 + a)(1 + b) - 1 = a + b + a b: nothing cancels, and no small factor is lost.
    #[inline(always)]
    pub fn join<T: Constants, F: Formula<T>>(mut self, other: Self) -> Self {
        self.term = self.term + other.term;
        let mut k = 0;
        while k < F::PRODUCTS {
            let (a, b) = (self.products[k], other.products[k]);
            self.products[k] = a.mul_add(b, a + b);
            k += 1;
        }
        self
    }

    /// Adds them, and the logarithms of the first products, to a sum.
    #[inline(always)]
    fn added_to<T: Constants, F: Formula<T>>(
        self,
        l: Token<L>,
        formula: F,
        sum: Double<Vector<L>>,
        products: usize,
    ) -> Double<Vector<L>>
    where
        L: Lanes<Scalar = T>,
    {
        let mut sum = sum.accumulate(self.term);
        let mut k = 0;
        while k < F::PRODUCTS && k < products {
            let weight = l.splat(formula.factor_weights()[k]);
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

/// Rows of a piece: a quarter of a block.
pub const PIECE: usize = 8;

/// The terms of the rows of a piece.
pub struct Tree<L: Lanes> {
    terms: [Vector<L>; PIECE],
    products: [[Vector<L>; PIECE]; 2],
}

impl<T: Constants, L: Lanes<Scalar = T>> Tree<L> {
    #[inline(always)]
    pub fn new(l: Token<L>) -> Self {
        Self { terms: [l.zero(); PIECE], products: [[l.zero(); PIECE]; 2] }
    }

    #[inline(always)]
    pub fn set<F: Formula<T>>(&mut self, at: usize, terms: Terms<L>) {
        let at = at % PIECE;
        self.terms[at] = terms.term;
        let mut k = 0;
        while k < F::PRODUCTS {
            self.products[k][at] = terms.products[k];
            k += 1;
        }
    }

    #[inline(always)]
    pub fn set_all<F: Formula<T>>(&mut self, at: usize, terms: [Terms<L>; IN_TURN]) {
        self.set::<F>(at, terms[0]);
        self.set::<F>(at + 1, terms[1]);
        self.set::<F>(at + 2, terms[2]);
        self.set::<F>(at + 3, terms[3]);
    }

    #[inline(always)]
    pub fn get<F: Formula<T>>(&self, l: Token<L>, at: usize) -> Terms<L> {
        let mut terms = Terms { term: self.terms[at % PIECE], ..Terms::none(l) };
        let mut k = 0;
        while k < F::PRODUCTS {
            terms.products[k] = self.products[k][at % PIECE];
            k += 1;
        }
        terms
    }

    /// The first `count` joined, as a tree.
    #[inline(always)]
    pub fn join<F: Formula<T>>(&mut self, l: Token<L>, count: usize) -> Terms<L> {
        if count == PIECE {
            let first = self.get::<F>(l, 0).join::<T, F>(self.get::<F>(l, 1));
            let second = self.get::<F>(l, 2).join::<T, F>(self.get::<F>(l, 3));
            let third = self.get::<F>(l, 4).join::<T, F>(self.get::<F>(l, 5));
            let fourth = self.get::<F>(l, 6).join::<T, F>(self.get::<F>(l, 7));
            return first.join::<T, F>(second).join::<T, F>(third.join::<T, F>(fourth));
        }
        let mut left = count;
        while left > 1 {
            let mut k = 0;
            while k < left / 2 {
                self.set::<F>(k, self.get::<F>(l, 2 * k).join::<T, F>(self.get::<F>(l, 2 * k + 1)));
                k += 1;
            }
            if left % 2 == 1 {
                self.set::<F>(k, self.get::<F>(l, left - 1));
            }
            left = left.div_ceil(2);
        }
        self.get::<F>(l, 0)
    }
}

/// The sum of each virtual lane, in two words.
pub struct LaneSums<T: Constants> {
    hi: T::VirtualLanes,
    lo: T::VirtualLanes,
}

impl<T: Constants> LaneSums<T> {
    #[inline(always)]
    pub fn zero() -> Self {
        Self { hi: Default::default(), lo: Default::default() }
    }

    #[inline(always)]
    fn get<L: Lanes<Scalar = T>>(&self, l: Token<L>, lane: usize) -> Double<Vector<L>> {
        Double { hi: get(l, self.hi.as_ref(), lane), lo: get(l, self.lo.as_ref(), lane) }
    }

    #[inline(always)]
    fn set<L: Lanes<Scalar = T>>(&mut self, lane: usize, sum: Double<Vector<L>>) {
        set(sum.hi, self.hi.as_mut(), lane);
        set(sum.lo, self.lo.as_mut(), lane);
    }

    /// Adds the terms of a block to the lanes from `lane` on.
    #[inline(always)]
    pub fn add<L: Lanes<Scalar = T>, F: Formula<T>>(&mut self, l: Token<L>, formula: F, lane: usize, terms: Terms<L>) {
        let sum = terms.added_to::<T, F>(l, formula, self.get(l, lane), F::PRODUCTS);
        self.set(lane, sum);
    }

    /// The sum of all lanes, of which only the first `used` have received anything: a tree of halves. Normalised, so that
    /// adding it to 0 first changes nothing.
    pub fn fold(&mut self, used: usize) -> Double<T> {
        let (hi, lo) = (self.hi.as_mut(), self.lo.as_mut());
        let mut half = T::VIRTUAL_LANES / 2;
        while half > 0 {
            let (hi, hi_other) = hi.split_at_mut(half);
            let (lo, lo_other) = lo.split_at_mut(half);
            for (((hi, lo), &other_hi), &other_lo) in
                hi.iter_mut().zip(lo).zip(&*hi_other).zip(&*lo_other).take(used.saturating_sub(half))
            {
                let sum = Double { hi: *hi, lo: *lo }.join(Double { hi: other_hi, lo: other_lo });
                (*hi, *lo) = (sum.hi, sum.lo);
            }
            half /= 2;
        }
        match (hi, lo) {
            ([hi, ..], [lo, ..]) => Double { hi: *hi, lo: *lo }.normalised(),
            _ => Double::ZERO,
        }
    }
}

/// How many blocks wait.
const WAITING: usize = 2;

/// Blocks that wait to be added to the sums of their lanes: a logarithm is a long chain of operations, and several chains
/// take hardly longer than one.
pub struct Blocks<T: Constants> {
    blocks: [Block<T>; WAITING],
    count: usize,
}

#[derive(Clone, Copy)]
struct Block<T: Constants> {
    term: T::VirtualLanes,
    products: [T::VirtualLanes; 2],
    /// How many products there are.
    count: usize,
    /// How many lanes have received anything; the others hold what an earlier block has left.
    used: usize,
}

impl<T: Constants> Blocks<T> {
    #[inline(always)]
    pub fn none() -> Self {
        let none = T::VirtualLanes::default();
        Self { blocks: [Block { term: none, products: [none; 2], count: 0, used: 0 }; WAITING], count: 0 }
    }

    /// Puts down the terms of the next block's lanes from `lane` on.
    #[inline(always)]
    pub fn put<L: Lanes<Scalar = T>, F: Formula<T>>(&mut self, lane: usize, terms: Terms<L>) {
        let block = &mut self.blocks[self.count % WAITING];
        (block.count, block.used) = (F::PRODUCTS, lane + L::LANES);
        set(terms.term, block.term.as_mut(), lane);
        let mut k = 0;
        while k < F::PRODUCTS {
            set(terms.products[k], block.products[k].as_mut(), lane);
            k += 1;
        }
    }

    /// That block is complete; whether there is room for another.
    #[inline(always)]
    pub fn next(&mut self) -> bool {
        self.count += 1;
        self.count < WAITING
    }

    /// Adds all of them to the sums.
    #[inline(always)]
    pub fn add_to<L: Lanes<Scalar = T>, F: Formula<T>>(&mut self, l: Token<L>, formula: F, sums: &mut LaneSums<T>) {
        let mut lane = 0;
        // No block has used more lanes than the first.
        while self.count > 0 && lane < self.blocks[0].used {
            let mut sum = sums.get(l, lane);
            for block in self.blocks.iter().take(self.count) {
                if lane >= block.used {
                    break;
                }
                let mut terms = Terms { term: get(l, block.term.as_ref(), lane), ..Terms::none(l) };
                let mut k = 0;
                while k < F::PRODUCTS {
                    terms.products[k] = get(l, block.products[k].as_ref(), lane);
                    k += 1;
                }
                sum = terms.added_to::<T, F>(l, formula, sum, block.count);
            }
            sums.set(lane, sum);
            lane += L::LANES;
        }
        self.count = 0;
    }
}
