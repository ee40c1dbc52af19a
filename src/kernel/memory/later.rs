//! Rows that are not cleared when they are made.

use core::mem::MaybeUninit;

use super::runs::Run;
use crate::backend::{Lanes, Token, Vector};

/// Rows that are only written when they are needed: clearing all of them would take longer than a short slice.
pub struct Later<L: Lanes, const N: usize>(MaybeUninit<[L::Row; N]>);

impl<L: Lanes, const N: usize> Later<L, N> {
    #[inline(always)]
    pub fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    #[inline(always)]
    fn at(&mut self, index: usize) -> *mut L::Scalar {
        self.0.as_mut_ptr().cast::<L::Scalar>().wrapping_add(index % N * L::LANES)
    }

    /// Writes a row.
    #[inline(always)]
    pub fn set(&mut self, index: usize, row: Vector<L>) {
        // SAFETY: each of the N rows has as many elements as a vector.
        unsafe { row.store(self.at(index)) }
    }

    /// Rows from one on, up to the last, as zeros.
    #[inline(always)]
    pub fn cleared(&mut self, l: Token<L>, from: usize, count: usize) -> &mut [L::Scalar] {
        let count = count.min(N - from % N);
        let mut k = 0;
        while k < count {
            self.set(from + k, l.zero());
            k += 1;
        }
        // SAFETY: these rows have just been written.
        unsafe { core::slice::from_raw_parts_mut(self.at(from), count * L::LANES) }
    }

    /// Room for rows, one after the other.
    #[cfg(feature = "half")]
    #[inline(always)]
    pub fn room(&mut self) -> Run<L::Scalar> {
        Run { first: self.at(0), step: L::LANES }
    }

    /// Rows that have been written, one after the other.
    #[inline(always)]
    pub fn run(&self) -> Run<L::Scalar> {
        Run { first: self.0.as_ptr().cast(), step: L::LANES }
    }
}
