//! Buffers of the driver: rows that are made, and terms that wait to be summed.

use core::mem::MaybeUninit;

use super::block::{BlockFn, Shape};
use super::rows::{Buffer, FactorRows};
use super::streams::Streams;
use super::sum::{Finish, LaneSums, LogarithmWeights, PARTS, Terms};
use crate::math::Constants;

/// Buffers, each of which is written before it is read, and then used again.
pub struct Workspace<'r, T: Constants> {
    /// Rows of logits, and then of the first output.
    pub logit: Buffer<'r, T>,
    /// Rows of targets, and then of the second output.
    pub target: Buffer<'r, T>,
    pub pos_weight: FactorRows<'r, T>,
    pub weight: FactorRows<'r, T>,
    pub class_weight: FactorRows<'r, T>,
    pub upstream: FactorRows<'r, T>,
    /// The terms and products of each part of a block.
    pub terms: &'r mut MaybeUninit<[[T::Columns; 3]; PARTS]>,
    /// The number of parts and lanes in `terms`, and whether each part is a block.
    pub parts: usize,
    pub are_blocks: bool,
    pub width: usize,
    /// The positive weight and the weight of each lane of the last tile whose rows have the same weights.
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

    /// Whether the formula held for the last tile; always true if the formula cannot tell.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn is_taken(&self, formula: BlockFn<'_, T>) -> bool {
        let &Self { parts, width, .. } = self;
        let terms = Terms { first: self.terms.as_ptr().cast(), parts, width };
        // SAFETY: the formula has written `parts` parts of `width` lanes.
        formula.has_taken().is_none_or(|has_taken| unsafe { has_taken.call(&mut { terms }) })
    }

    /// Adds the terms and products of the last tile to the sums of the lanes from `lane` on.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn finish(&mut self, formula: BlockFn<'_, T>, sums: &mut LaneSums<'_, T>, lane: usize) {
        let (width, parts) = (self.width, core::mem::take(&mut self.parts));
        if parts == 0 || T::VIRTUAL_LANES - lane < width {
            return;
        }
        let (terms, are_blocks) = (self.terms.as_ptr().cast(), self.are_blocks);
        let products = formula.products;
        let weights = LogarithmWeights { both: formula.log_weights, lanes: self.lanes };
        // The weights are passed only where they are read, so that they need not be in memory elsewhere.
        let weights = if products == 2 { &raw const weights } else { core::ptr::null() };
        // SAFETY: these are virtual lanes, whose sums `finish` writes; the formula has written the terms and products of
        // these parts.
        unsafe {
            let (sums, is_first) = sums.place(lane, width);
            let mut finish = Finish { width, terms, parts, are_blocks, sums, is_first, products, weights };
            formula.finish.call(&mut finish);
        }
    }
}
