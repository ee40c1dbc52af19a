//! Room for what is made, and what formulas leave to be summed.

use core::mem::MaybeUninit;

use super::block::{BlockFn, Shape};
use super::rows::{Buffer, FactorRows};
use super::streams::Streams;
use super::sum::{Finish, LaneSums, LogarithmWeights, PIECES, Terms};
use crate::math::Constants;

/// What is written before it is read, over and over.
pub struct Workspace<'r, T: Constants> {
    /// Takes the first output too, where the logits were.
    pub logit: Buffer<'r, T>,
    /// Takes the second output too.
    pub target: Buffer<'r, T>,
    pub pos_weight: FactorRows<'r, T>,
    pub weight: FactorRows<'r, T>,
    pub class_weight: FactorRows<'r, T>,
    pub upstream: FactorRows<'r, T>,
    /// The terms and products of each piece of a block's rows.
    pub terms: &'r mut MaybeUninit<[[T::Columns; 3]; PIECES]>,
    /// How many pieces and lanes of them have been written, and whether each piece is a block.
    pub pieces: usize,
    pub are_blocks: bool,
    pub width: usize,
    /// The positive weights and weights of each lane of the last tile whose rows had the same.
    pub lanes: [*const T; 2],
}

impl<T: Constants> Workspace<'_, T> {
    /// Makes the rows that are the same in all blocks.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn prepare(&mut self, streams: &Streams<'_, T>, shape: Shape) {
        if shape.weights {
            self.pos_weight.prepare(streams.pos_weight);
            self.weight.prepare(streams.weight);
            if let Some(combined) = streams.combined {
                self.class_weight.prepare(combined.class_weight);
            }
        }
        if shape.upstream {
            self.upstream.prepare(streams.upstream);
        }
    }

    /// Whether a formula has taken the last tile: always, if it cannot tell.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn is_taken(&self, formula: BlockFn<'_, T>) -> bool {
        let &Self { pieces, width, .. } = self;
        let terms = Terms { first: self.terms.as_ptr().cast(), pieces, width };
        // SAFETY: the formula has written as many terms, and of each piece as many lanes.
        formula.has_taken().is_none_or(|has_taken| unsafe { has_taken.call(&mut { terms }) })
    }

    /// Adds what a formula has left of the last tile to the sums of the lanes from `lane` on.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn finish(&mut self, formula: BlockFn<'_, T>, sums: &mut LaneSums<'_, T>, lane: usize) {
        let (width, pieces) = (self.width, core::mem::take(&mut self.pieces));
        if pieces == 0 || T::VIRTUAL_LANES - lane < width {
            return;
        }
        let (terms, are_blocks) = (self.terms.as_ptr().cast(), self.are_blocks);
        let products = formula.products;
        let weights = LogarithmWeights { both: formula.factor_weights, lanes: self.lanes };
        // What is not read is not written either, if nobody knows where it is.
        let weights = if products == 2 { &raw const weights } else { core::ptr::null() };
        // SAFETY: the lanes are there, and written at once; the formula has written the terms and products of these pieces.
        unsafe {
            let (sums, is_first) = sums.place(lane, width);
            let mut finish = Finish { width, terms, pieces, are_blocks, sums, is_first, products, weights };
            formula.finish.call(&mut finish);
        }
    }
}
