//! What is summed, from vectors to one number.

use super::memory::{get, set};
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
        Self { term: l.zero(), products: [l.zero(); 2] }
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

    /// Adds the terms of a block, and the logarithms of its products, to the lanes from `lane` on.
    #[inline(always)]
    pub fn add<L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
        &mut self,
        l: Token<L>,
        formula: F,
        lane: usize,
        terms: [Terms<L>; W],
    ) {
        let mut j = 0;
        while j < W {
            let at = lane + j * L::LANES;
            let sum = Double { hi: get(l, self.hi.as_ref(), at), lo: get(l, self.lo.as_ref(), at) };
            let mut sum = sum.accumulate(terms[j].term);
            let mut k = 0;
            while k < F::PRODUCTS {
                let weight = l.splat(formula.factor_weights()[k]);
                let log = log1p_double(l, terms[j].products[k]);
                let product = log.hi * weight;
                sum = sum.accumulate(product);
                // With what the product lost, where the backend fuses; elsewhere that is 0.
                sum.lo = log.lo.mul_add(weight, sum.lo + log.hi.mul_add(weight, -product));
                k += 1;
            }
            set(sum.hi, self.hi.as_mut(), at);
            set(sum.lo, self.lo.as_mut(), at);
            j += 1;
        }
    }

    /// The sum of all lanes, of which only the first `used` have received anything: a tree of halves.
    pub fn fold(&mut self, used: usize) -> Double<T> {
        let (hi, lo) = (self.hi.as_mut(), self.lo.as_mut());
        let mut half = T::VIRTUAL_LANES / 2;
        while half > 0 {
            let (hi, hi_other) = hi.split_at_mut(half);
            let (lo, lo_other) = lo.split_at_mut(half);
            for (((hi, lo), &other_hi), &other_lo) in
                hi.iter_mut().zip(lo).zip(&*hi_other).zip(&*lo_other).take(used.saturating_sub(half))
            {
                let sum = Double { hi: *hi, lo: *lo }.plus(Double { hi: other_hi, lo: other_lo });
                (*hi, *lo) = (sum.hi, sum.lo);
            }
            half /= 2;
        }
        match (hi, lo) {
            ([hi, ..], [lo, ..]) => Double { hi: *hi, lo: *lo },
            _ => Double::ZERO,
        }
    }
}

/// Joins the vectors of two rows.
#[inline(always)]
pub fn join<T: Constants, L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
    a: [Terms<L>; W],
    b: [Terms<L>; W],
) -> [Terms<L>; W] {
    let mut joined = a;
    let mut j = 0;
    while j < W {
        joined[j] = a[j].join::<T, F>(b[j]);
        j += 1;
    }
    joined
}
