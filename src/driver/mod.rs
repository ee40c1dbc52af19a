//! From slices to blocks, and back to one number: a sum has the same bits for any width of the registers.
//!
//! A sum is defined over *virtual lanes*: 128 bytes of them, 32 of `f32` or 16 of `f64`. Element i belongs to lane
//! i mod 32, or i mod 16, and the elements of a lane are summed in the same order on every backend, which takes as many
//! lanes at a time as it has room for.
//!
//! ```text
//! block: 32 rows of all lanes       terms and products joined as a binary tree, then one logarithm for each product
//! chunk: 32 blocks                  blocks added to a sum in two words for each lane, then lanes folded as a tree
//! total:                            chunks added from the first to the last
//! ```
//!
//! 1. The tree keeps rounding errors small where all elements are equal. The terms of a quarter of a block wait until they
//!    are joined, so the loop has one row in its body, and a formula is compiled only once for each backend.
//! 2. Two words for each lane cost nothing that can be measured, since a block has 32 rows. With them, adding blocks, lanes
//!    and chunks adds next to nothing to the error of the sum (point 5 below).
//! 3. Whole chunks are independent of each other, so threads and separate calls can take them, with the same bits.
//!
//! Code that needs vectors is a function of a block ([`block`]), compiled for each backend. All else, most of all the
//! [`Driver`], is compiled once for each element type: it cuts slices into blocks, chooses the formula of each ([`plan`]),
//! finds or makes its rows ([`evaluation`], [`rows`]), and adds the results ([`sum`]).
//!
//! # Which formula
//!
//! The fastest formula sums logarithms as products and needs hard targets; the next needs moderate logits. Where possible,
//! the driver tries one of them without looking at the block: a term is infinite or NaN if the formula does not hold for the
//! block, which is then evaluated again by another formula. From there on the driver surveys each block before it evaluates
//! it, until a survey finds that the tried formula holds again. Where results overwrite the logits, the driver keeps a copy
//! of the logits until it knows that the formula holds. If there is no room for the copy, it always surveys first. The
//! results depend on the block alone.
//!
//! A product stands for a sum of logarithms that have one cost. So with weights by class, all rows of a block must have the
//! same weights in each lane. With C classes and V virtual lanes, rows that are k = C / gcd(C, V) apart have the same classes
//! in each lane. So up to k = 32, a round of 32 k rows consists of k blocks, each a [`Group`] of rows that are k apart; of
//! four whole rounds, all blocks of one group come before those of the next. A channel that fills whole blocks counts as one
//! class. A weight by class multiplies a lane's sum of terms and its logarithms.
//!
//! # How far a sum is from the exact one
//!
//! All errors are relative to the sum, in units of u, half an ULP of 1; k u are between k / 2 and k ULP. For targets in
//! [0, 1] no term is negative, so the relative error of each part counts no more than the part. Products of errors, below 100
//! u^2, are left out, and so is underflow, which changes no normal sum by as much as u.
//!
//! 1. The product of a block's 1 + e, where each e is off by E. The tree keeps products less 1: a node q stands for the
//!    product 1 + q. With (1 + a)(1 + b) - 1 = a + b + a b, a relative error d in any node q multiplies the whole product by
//!    1 + d q / (1 + q). This adds at most d q / (1 + q) to the logarithm, and q / (1 + q) is at most log1p(q). The log1p(q)
//!    of one level of the tree add up to the logarithm of the whole product, so the errors of all nodes of a level count
//!    once: E for the leaves, and 2 for each join, whose rounding errors are at most a + b, a b (0 where it is fused) and
//!    a + b + a b, each times u. Five levels give E + 10.
//! 2. The logarithm of a product in two words: below 2. With the k and f of `log1p_double`: for k = 0 only the part beyond f
//!    is rounded, which is at most a fifth of the result and has a relative error below 4.6. For k = 1 the result is at least
//!    0.346 and its error at most 0.68: f below 1/2 is rounded once, which the derivative of the logarithm reduces to 0.36,
//!    the part beyond f adds 0.2, and the sums add 0.12. A larger k has the same errors and a result above 1.
//! 3. The linear terms: 1 for the product with the cost (0 for a hard target), 1 for a cost that is rounded, and 5 for the
//!    levels.
//! 4. A block that takes the logarithm of each element: F + 5, where F is the error of one loss.
//! 5. Up to 32 blocks of a lane, each with up to three summands, are added in two words. The low word is at most 96 u of the
//!    high one and is rounded 96 times: 96^2 u, below 1/1000. Each lane of the fold and each chunk after it adds 3 u: below
//!    1/10 up to 2^32 elements.
//! 6. A cost other than 1 multiplies a logarithm: 2 for the cost itself, and 1 more if it has a weight by class. These
//!    products are kept in two words, and so are the products of terms with such a weight.
//! 7. Rounding the sum to one word, or dividing it by the number of elements: 1/2 ULP, and 1/1000 for the correction of the
//!    quotient.
//!
//! So the sum of the losses of hard targets without a positive weight is off by at most E + 12.1 units and half an ULP, and
//! the sum of a formula that takes each logarithm by F + 5.1 units and half an ULP. E is at most 1.9 on backends that fuse,
//! as `tests/proofs` proves: 0.93 ULP, each of at most two units, or 1.07 just below a power of two, where an ULP is one
//! unit. So the sum is within 14.5 ULP for any logits. This bound takes all rounding errors to be as large as they can be
//! and of one sign; the errors found are far smaller, most of all for independent logits, whose errors cancel
//! (`tests/accuracy/errors.md`).

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
pub(crate) use formulas::{AsymmetricParameters, BceParameters, FocalParameters, Sealed};
pub(crate) use short::{Row, RowResult, is_short};
pub(crate) use stored::{Stored, TransferPlans};
pub(crate) use streams::Streams;
pub(crate) use sum::chunk_len;
pub(crate) use threads::{Pass, Threads};
pub(crate) use transfer::Found;
pub(crate) use values::{Values, ValuesMut};

use core::mem::MaybeUninit;
use core::ops::Range;

use block::{Choice, Shape};
use plan::Plan;
use rows::{Buffer, FactorRows};
use sum::{LaneSums, PARTS, ROWS};
use tile::{Group, Tile};
use workspace::Workspace;

use crate::math::{Constants, DoubleWord, TELLING};
use crate::simd::Backend;

/// The number of rounds that are evaluated one group of rows after the other. It is part of the definition of a sum.
const ROUNDS: usize = 4;

/// The largest distance between rows at which the hardware still prefetches them. Rows that are farther apart come from
/// memory at half the speed (Zen 4, 5 apart), unless all elements have been read in order before. Reading ahead costs a
/// tenth where they are in a cache.
const NEAR: usize = 3;

/// The number of elements from which on they are most probably not in a cache.
const LONG: usize = 1 << 20;

/// Elements that are evaluated one group of rows after the other.
struct Stretch {
    len: usize,
    /// The number of elements that hold one block of each group.
    round: usize,
    groups: usize,
    /// Whether all rows of a group have the same weights.
    is_by_lane: bool,
}

/// Evaluates streams block by block, as a plan says.
struct Driver<'d, 'a, T: Constants + 'static> {
    streams: Streams<'a, T>,
    plan: &'d Plan<'d, T>,
    backend: Backend,
    sum_scale: T,
    /// Whether the whole call, before threads shared it out, has at least [`LONG`] elements.
    is_long: bool,
}

impl<'d, T: Constants> Driver<'d, '_, T> {
    /// Writes the outputs of each element, and adds the sums to `total`, chunk by chunk.
    ///
    /// Each function on the way to the formula has one call site, so that a program with one loss inlines all of it there
    /// and keeps only what it needs.
    ///
    /// It is inlined on a microcontroller, where a program mostly has one loss: at opt-level 3 the compiler would otherwise
    /// not see what the program does not need.
    #[cfg_attr(all(microcontroller, not(any(unoptimized, small))), inline(always))]
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
            parts: 0,
            are_blocks: false,
            width: 0,
            lanes: [core::ptr::null(); 2],
        };
        workspace.prepare(&self.streams, self.plan.shape);
        let sums = self.plan.shape.sums;
        // Blocks are cut only where a formula is chosen or terms are summed for each.
        let is_cut = sums || self.plan.survey.is_some();
        let block_len = if is_cut { T::VIRTUAL_LANES * ROWS } else { chunk_len::<T>() };
        // Where results overwrite the logits, a copy of the logits is kept until the formula holds. It takes the room for
        // targets, so no rows may be made there.
        let is_in_place = TELLING && self.streams.is_in_place();
        let is_made = TELLING && (self.plan.shape.weights || self.streams.rows_at_a_time(self.plan.shape) < usize::MAX);
        // The choice that is tried without looking, until its formula does not hold for a block.
        let tried = if is_in_place && is_made { None } else { self.plan.tried() };
        // Fewer elements are surveyed at once: a survey of one row takes no longer than asking whether the formula holds,
        // and only the logits of a whole block are kept.
        let least = if is_in_place { block_len } else { T::VIRTUAL_LANES + 1 };
        // Where nothing is surveyed or made, several whole blocks are evaluated at once, since their logarithms overlap.
        let may_be_several = sums && !(is_in_place && tried.is_some()) && !self.plan.hard_needs_survey();
        let mut looks = tried.is_none() && self.plan.survey.is_some();
        let Range { mut start, end } = self.streams.elements();
        while start < end {
            let chunk = start..end.min(start + chunk_len::<T>());
            let mut lanes = LaneSums::new(&mut words);
            while start < chunk.end {
                let stretch = self.stretch(start, chunk.end - start, block_len);
                let shape = Shape { by_lane: stretch.is_by_lane, ..self.plan.shape };
                let limit = self.streams.rows_at_a_time(shape);
                let several = if PARTS > 1 && may_be_several && limit == usize::MAX { PARTS } else { 1 };
                if TELLING && self.is_long && stretch.groups > NEAR {
                    self.streams.read_ahead(start, stretch.len);
                }
                for group in 0..stretch.groups {
                    let mut done = 0;
                    while done < stretch.len {
                        let left = stretch.len - done;
                        let is_several = several > 1 && !looks && several * stretch.round <= left;
                        let len = if is_several { several * stretch.round } else { stretch.round.min(left) };
                        let rows = Group { start: start + done, len, groups: stretch.groups, group };
                        let unseen = if looks || len < least { None } else { tried };
                        let (found, is_sure) = self.choose(&mut workspace, rows, shape, unseen);
                        if self.evaluate(&mut workspace, &mut lanes, rows, (shape, limit), found, is_sure) {
                            looks = looks && (tried.is_none() || found < tried);
                            done += len;
                        } else {
                            looks = true;
                        }
                    }
                }
                start += stretch.len;
            }
            if sums {
                total = total.plus(lanes.fold(chunk.end - chunk.start).times(self.sum_scale));
            }
        }
        total
    }

    /// Returns the next elements: the rest of a chunk; or, with a formula by lane, a few rounds as far as their rows have
    /// the same weights, and else a block.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn stretch(&self, start: usize, left: usize, block_len: usize) -> Stretch {
        if !self.plan.is_by_lane() {
            return Stretch { len: left, round: block_len, groups: 1, is_by_lane: false };
        }
        let round = left.min(self.plan.period * block_len);
        for len in [ROUNDS * round, round] {
            if len <= left && self.streams.repeats(self.plan.period, start, len) {
                let groups = self.plan.period.min(round.div_ceil(T::VIRTUAL_LANES));
                return Stretch { len, round, groups, is_by_lane: true };
            }
        }
        Stretch { len: block_len.min(left), round: block_len, groups: 1, is_by_lane: false }
    }

    /// Returns the choice of formula for a group, if there is one, and whether the formula is sure to hold. The choice is
    /// `tried`, if given, and else what a survey finds.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn choose(
        &self,
        workspace: &mut Workspace<'_, T>,
        rows: Group,
        shape: Shape,
        tried: Option<Choice>,
    ) -> (Option<Choice>, bool) {
        let Some(surveyor) = &self.plan.survey else { return (None, true) };
        let most = if self.plan.is_by_lane() && !shape.by_lane { Choice::Moderate } else { Choice::Hard };
        if let Some(mut tried) = tried {
            if self.plan.hard_needs_survey() {
                // Only a survey tells that all weights of a block are 0 or 1; but the first row of most blocks tells that
                // they are not.
                let row = rows.down::<T>(0, surveyor.look.lanes).first_row();
                tried = self.streams.survey(workspace, self.backend, surveyor, row);
            }
            if tried < Choice::Hard || !self.plan.hard_needs_survey() {
                return (Some(tried.min(most)), tried == Choice::Any);
            }
        }
        let mut found = most;
        let mut lane = 0;
        while lane < rows.lanes::<T>() {
            let tile = rows.down::<T>(lane, surveyor.look.lanes);
            found = found.min(self.streams.survey(workspace, self.backend, surveyor, tile));
            lane += T::COLUMNS;
        }
        (Some(found), true)
    }

    /// Evaluates the formula of a choice for a group. Returns false if the formula is not sure to hold and does not; then
    /// nothing has been summed, and the outputs must be overwritten.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate(
        &mut self,
        workspace: &mut Workspace<'_, T>,
        lanes: &mut LaneSums<'_, T>,
        rows: Group,
        (shape, limit): (Shape, usize),
        found: Option<Choice>,
        is_sure: bool,
    ) -> bool {
        let formula = self.plan.formula(found);
        let keeps = TELLING && !is_sure && self.streams.is_in_place();
        if keeps {
            self.streams.keep_logits(workspace, rows);
        }
        let mut lane = 0;
        while lane < rows.lanes::<T>() {
            let tile = if shape.sums {
                rows.down::<T>(lane, formula.evaluate.lanes)
            } else {
                // Rows that are made have all virtual lanes; other rows are read in the order in which they lie in memory.
                let width = if limit < usize::MAX { T::COLUMNS } else { formula.evaluate.lanes };
                Tile::across::<T>(rows.start, rows.len, width)
            };
            self.streams.evaluate(workspace, self.backend, shape, limit, formula, tile);
            if !shape.sums {
                break;
            }
            if !is_sure && !workspace.is_taken(formula) {
                if keeps {
                    self.streams.restore_logits(workspace, rows);
                }
                return false;
            }
            workspace.finish(formula, lanes, lane);
            lane += T::COLUMNS;
        }
        true
    }
}
