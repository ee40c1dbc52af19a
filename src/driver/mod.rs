//! From slices to blocks, and back to one number: sums come out the same whatever the width of the registers.
//!
//! A sum is defined over *virtual lanes*: 128 bytes of them, 32 of `f32` or 16 of `f64`. Element i belongs to lane
//! i mod 32, and the elements of a lane are summed in the same order on every backend, which takes as many lanes at a
//! time as it has room for.
//!
//! ```text
//! block: 32 rows of all lanes       terms and products joined as a binary tree, then one logarithm for each product
//! chunk: 32 blocks                  blocks added to a sum in two words for each lane, then lanes folded as a tree
//! total:                            chunks added from the first to the last
//! ```
//!
//! 1. The tree keeps rounding errors small where all elements are equal. The terms of a quarter of a block wait until they
//!    are joined, so the loop has one row in its body, and a formula is compiled only once for each backend.
//! 2. Two words for each lane cost nothing that can be measured, since a block has 32 rows, and bring the sum within one
//!    ULP of the exact one.
//! 3. Whole chunks are independent of each other, so threads and separate calls can take them, with the same bits.
//!
//! What needs vectors is a function of a block ([`block`]), compiled for each backend. All else, the [`Driver`] above all, is
//! compiled once for each element type: it cuts slices into blocks, chooses the formula of each ([`plan`]), finds or makes its
//! rows ([`evaluation`], [`rows`]), and adds what comes out ([`sum`]).
//!
//! # Which formula
//!
//! The fastest one sums logarithms as products, and wants hard targets. Where it can, it is tried without looking: one of its
//! terms is infinite or NaN if it does not take the block, and then the block is evaluated again by another. After that, blocks are
//! looked at first until one is hard. Where results take the logits' place, they always are. What comes out depends on the block
//! alone.
//!
//! A product has one cost in each lane. With C classes and V virtual lanes, rows that are k = C / gcd(C, V) apart have the same
//! classes in each lane, so up to k = 32, 32 k rows are k blocks of rows that are so far apart: [`Tile::every`]. A channel of a
//! whole block is one class. Weights by class multiply a lane's sum of terms and its logarithms.
//!
//! # How far a sum is from the exact one
//!
//! In units of u, half an ULP of 1, relative to the sum; k u are between k / 2 and k ULP. For targets in [0, 1] no term
//! is negative, so each part's relative error counts no more than the part. Products of errors, below 100 u^2, are left
//! out, and so is underflow, which changes no sum that is normal by as much as u.
//!
//! 1. Of a product Q - 1 = q, where e is off by E: with (1 + a)(1 + b) - 1 = a + b + a b, a relative error d in any node q
//!    of the tree multiplies the whole product by 1 + d q / (1 + q), and so adds at most d q / (1 + q) to the logarithm,
//!    which is at most d log1p(q). The log1p(q) of one level of the tree add up to the logarithm of the whole. So
//!    whatever happens to all nodes of a level counts once: E for the leaves, and 2 for each join, whose rounding errors
//!    are at most a + b, a b (0 where it is fused) and a + b + a b, each times u. Five levels: E + 10.
//! 2. The logarithm of a product in two words: below 2. With k = 0 nothing is rounded but what is beyond f, at most a fifth
//!    of the result, with a relative error below 4.6. With k = 1 the result is at least 0.346, its error at most 0.68: f
//!    below 1/2 is rounded once, which the slope of the logarithm makes 0.36, what is beyond f adds 0.2, and the sums 0.12.
//!    With a larger k it is the same of a result above 1.
//! 3. Of the linear terms: 1 for the product with the cost, which a hard target saves, 1 for a cost that is rounded, and
//!    5 for the levels.
//! 4. Where a block takes the logarithm for each element, a loss that is off by F: F + 5.
//! 5. Up to 32 blocks of a lane, each with up to three summands, in two words whose low one is at most 96 u of the high
//!    one and rounded 96 times: 96^2 u, below 1/1000. Each lane of the fold and each chunk after it: 3 u, so below 1/10
//!    up to 2^32 elements.
//! 6. Costs that are not 1 multiply a logarithm: 2, for the cost itself, and 1 more where it has a weight by class; their products
//!    are kept in two words, and so are those of terms with such a weight.
//! 7. The sum rounded to one word, or divided by the number of elements: 1/2 ULP, and 1/1000 for a quotient's correction.
//!
//! So a sum of hard targets' losses without a positive weight is off by at most E + 12.1 units and half an ULP, and one of
//! formulas that take each logarithm by F + 5.1 and half an ULP. E is at most 1.9 on backends that fuse, as `tests/proofs`
//! proves: 0.93 ULP, each at most two units, or 1.07 just below a power of two, where it is one. So the sum is within 14.5
//! ULP for any logits. It takes all rounding errors to be as large as they can be and of one sign; what was found is far
//! less, most of all for independent logits, whose errors cancel (`tests/accuracy/errors.md`).

mod block;
mod combined;
mod counting;
mod evaluation;
mod exclusion;
mod factors;
mod formulas;
mod plan;
mod rows;
mod short;
mod stored;
mod streams;
mod sum;
#[cfg(test)]
mod tests;
mod threads;
mod tile;
mod transfer;
mod tree;
mod types;
mod values;
mod widening;
mod workspace;

pub(crate) use combined::{Combined, weight_product};
pub(crate) use exclusion::Exclusion;
pub(crate) use factors::{Broadcast, Factors};
pub(crate) use formulas::{BceParameters, FocalParameters, Sealed};
pub(crate) use short::{Row, RowResult, is_short};
pub(crate) use stored::{Stored, TransferPlans};
pub(crate) use streams::Streams;
pub(crate) use sum::chunk_len;
pub(crate) use threads::{Pass, Threads};
pub(crate) use transfer::Found;
pub(crate) use values::{Values, ValuesMut};

use core::mem::MaybeUninit;
use core::ops::Range;

use block::Choice;
use plan::Plan;
use rows::{Buffer, FactorRows};
use sum::{LaneSums, PIECES, ROWS};
use tile::Tile;
use workspace::Workspace;

use crate::math::{Constants, DoubleWord};
use crate::simd::Backend;

/// Goes over streams, block by block, as a plan says.
struct Driver<'d, 'a, T: Constants + 'static> {
    streams: Streams<'a, T>,
    plan: &'d Plan<'d, T>,
    backend: Backend,
    factor: T,
}

impl<'d, T: Constants> Driver<'d, '_, T> {
    /// Writes what the formula has for each element, and adds what it sums to `total`, chunk by chunk.
    ///
    /// Each function on the way to the formula is called in one place, so that a program with one loss has all of it in that
    /// place, and keeps no more than it needs.
    ///
    /// In line on a microcontroller, where mostly one loss is known: at opt-level 3 nothing would see what it does not need.
    #[cfg_attr(
        all(target_os = "none", not(any(target_arch = "x86_64", target_arch = "aarch64", unoptimized, small))),
        inline(always)
    )]
    fn run(&mut self, mut total: DoubleWord<T>) -> DoubleWord<T> {
        let (mut logit, mut target) =
            (MaybeUninit::<T::LogitBuffer>::uninit(), MaybeUninit::<T::TargetBuffer>::uninit());
        let (mut pos_weight, mut weight) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let (mut pos_weight_cycle, mut weight_cycle) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let (mut class_weight, mut upstream) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let (mut terms, mut words) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let (logit, target) = (Buffer::of(&mut logit), Buffer::of(&mut target));
        let mut workspace = Workspace {
            pos_weight: FactorRows::of(target.part(1, &mut pos_weight)).with_cycle(&mut pos_weight_cycle),
            weight: FactorRows::of(target.part(2, &mut weight)).with_cycle(&mut weight_cycle),
            class_weight: FactorRows::of(logit.part(1, &mut class_weight)),
            upstream: FactorRows::of(target.part(3, &mut upstream)),
            logit,
            target,
            terms: &mut terms,
            pieces: 0,
            are_blocks: false,
            width: 0,
            lanes: [core::ptr::null(); 2],
        };
        let shape = self.plan.shape;
        workspace.prepare(&self.streams, shape);
        // Only where there is something to choose or to sum, block by block.
        let is_cut = shape.sums || self.plan.survey.is_some();
        let block_len = if is_cut { T::VIRTUAL_LANES * ROWS } else { chunk_len::<T>() };
        // Rows that are made have all lanes; others are read in the order in which they lie in memory.
        let limit = self.streams.rows_at_a_time(shape);
        let is_made = limit < usize::MAX;
        // Several at a time, if all are whole and nothing is chosen or made: their logarithms do not wait for each other.
        let are_several = PIECES > 1 && shape.sums && self.plan.survey.is_none() && !is_made;
        // Whether blocks are looked at before they are evaluated: until one is as the fastest formula wants it, if that tells.
        // In place, it would leave nothing to evaluate again.
        let always_looks = !self.plan.tells() || self.streams.is_in_place();
        let mut looks = always_looks;
        let mut saved = MaybeUninit::uninit();
        let Range { mut start, end } = self.streams.elements();
        while start < end {
            let chunk = start..end.min(start + chunk_len::<T>());
            let mut lanes = LaneSums::new(&mut words);
            let (mut chosen, mut found) = (start, None);
            while start < chunk.end {
                let left = chunk.end - start;
                let is_several = are_several && left >= PIECES * block_len;
                let block = if is_several { PIECES * block_len } else { block_len.min(left) };
                let mut len = block;
                let used = if looks { 0 } else { lanes.save(&mut saved) };
                loop {
                    if self.plan.survey.is_some() && start >= chosen {
                        let period = left.min(self.plan.period * block);
                        found = Some(self.choose(&mut workspace, looks, start, period));
                        len = if self.plan.is_by_lane() && found == Some(Choice::Hard) { period } else { block };
                        chosen = start + period;
                    }
                    if self.evaluate(&mut workspace, &mut lanes, limit, (found, looks), start, len) {
                        break;
                    }
                    lanes.restore(&saved, used);
                    (looks, chosen) = (true, start);
                }
                looks = looks && (always_looks || found != Some(Choice::Hard));
                start += len;
            }
            if shape.sums {
                total = total.plus(lanes.fold(chunk.end - chunk.start).times(self.factor));
            }
        }
        total
    }

    /// Evaluates the formula for what was found for a block, or for as many as a period has. Whether it takes them, which is known where it `is_right`; if
    /// not, what is written must not last.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate(
        &mut self,
        workspace: &mut Workspace<'_, T>,
        lanes: &mut LaneSums<'_, T>,
        mut limit: usize,
        (found, is_right): (Option<Choice>, bool),
        start: usize,
        len: usize,
    ) -> bool {
        let formula = self.plan.formula(found);
        let mut shape = self.plan.shape;
        let is_made = limit < usize::MAX;
        let (mut groups, mut takes) = (1, true);
        if formula.by_lane {
            shape.by_lane = true;
            limit = self.streams.rows_at_a_time(shape);
            groups = self.plan.period.min(len.div_ceil(T::VIRTUAL_LANES));
        }
        for group in 0..groups {
            let mut lane = 0;
            while lane < T::VIRTUAL_LANES.min(len - group * T::VIRTUAL_LANES) {
                let tile = if shape.sums {
                    Tile::down::<T>(start, len, lane, formula.evaluate.lanes).every(groups, group)
                } else {
                    Tile::across::<T>(start, len, if is_made { T::COLUMNS } else { formula.evaluate.lanes })
                };
                self.streams.evaluate(workspace, self.backend, shape, limit, formula, tile);
                if !shape.sums {
                    break;
                }
                if formula.tells() {
                    takes &= workspace.are_finite();
                }
                workspace.finish(formula, lanes, lane);
                lane += T::COLUMNS;
            }
        }
        takes | is_right
    }

    /// What these elements are, if it looks at them; else hard, which the formula tells of.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn choose(&self, workspace: &mut Workspace<'_, T>, looks: bool, start: usize, len: usize) -> Choice {
        let repeat = !self.plan.is_by_lane() || self.streams.repeats(self.plan.period, start, len);
        let found = match &self.plan.survey {
            Some(survey) if looks || !repeat => {
                let tile = Tile::across::<T>(start, len, T::COLUMNS);
                self.streams.survey(workspace, self.backend, survey, tile)
            }
            _ => Choice::Hard,
        };
        if repeat { found } else { found.min(Choice::Moderate) }
    }
}
