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
//! The fastest one sums logarithms as products, and wants hard targets; the next wants moderate logits. Where it can, it is tried
//! without looking: one of its terms is infinite or NaN if it does not take the block, and then the block is evaluated again by
//! another. After that, blocks are looked at first until one is as it should be. Where results take the logits' place, these are
//! kept until then, if there is room; else blocks are always looked at. What comes out depends on the block alone.
//!
//! A product has one cost in each lane. With C classes and V virtual lanes, rows that are k = C / gcd(C, V) apart have the same
//! classes in each lane. So up to k = 32, the period of 32 k rows is k blocks of rows that are so far apart, each a [`Group`]; of
//! four whole periods, all blocks of one group come before those of the next. A channel of a whole block is one class. Weights by
//! class multiply a lane's sum of terms and its logarithms.
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
use sum::{LaneSums, PIECES, ROWS};
use tile::{Group, Tile};
use workspace::Workspace;

use crate::math::{Constants, DoubleWord, TELLING};
use crate::simd::Backend;

/// How many periods are evaluated one group of rows after the other. It is part of what a sum is.
const PERIODS: usize = 4;

/// A machine sees by itself that rows are read which are so many apart. Those that are farther come from memory at half the speed
/// (Zen 4, 5 apart), unless all have been read in their order before; which costs a tenth where they are in a cache.
const NEAR: usize = 3;

/// From how many elements on they are not in a cache, most probably.
const LONG: usize = 1 << 20;

/// Elements whose groups of rows are evaluated one after the other.
struct Stretch {
    len: usize,
    /// How many elements have a block of each group.
    period: usize,
    groups: usize,
    /// Whether all rows of a group have the same weights.
    is_by_lane: bool,
}

/// Goes over streams, block by block, as a plan says.
struct Driver<'d, 'a, T: Constants + 'static> {
    streams: Streams<'a, T>,
    plan: &'d Plan<'d, T>,
    backend: Backend,
    factor: T,
    /// Whether there are, or were before threads shared them out, as many as [`LONG`].
    is_long: bool,
}

impl<'d, T: Constants> Driver<'d, '_, T> {
    /// Writes what the formula has for each element, and adds what it sums to `total`, chunk by chunk.
    ///
    /// Each function on the way to the formula is called in one place, so that a program with one loss has all of it in that
    /// place, and keeps no more than it needs.
    ///
    /// In line on a microcontroller, where mostly one loss is known: at opt-level 3 nothing would see what it does not need.
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
            pieces: 0,
            are_blocks: false,
            width: 0,
            lanes: [core::ptr::null(); 2],
        };
        workspace.prepare(&self.streams, self.plan.shape);
        let sums = self.plan.shape.sums;
        // Only where there is something to choose or to sum, block by block.
        let is_cut = sums || self.plan.survey.is_some();
        let block_len = if is_cut { T::VIRTUAL_LANES * ROWS } else { chunk_len::<T>() };
        // Where results take the logits' place, these are kept until the block is taken: where targets would be made, if none are.
        let is_in_place = TELLING && self.streams.is_in_place();
        let is_made = TELLING && (self.plan.shape.weights || self.streams.rows_at_a_time(self.plan.shape) < usize::MAX);
        // What a block is taken for without looking, until one is not.
        let tried = if is_in_place && is_made { None } else { self.plan.tried() };
        // To look at one row takes no longer than to ask whether it was taken; to keep them, all logits of a block must be there.
        let least = if is_in_place { block_len } else { T::VIRTUAL_LANES + 1 };
        // Blocks that are evaluated at once, if all are whole and nothing is looked at or made: their logarithms do not wait for each
        // other.
        let may_be_several = sums && !(is_in_place && tried.is_some()) && !self.plan.wants_hard_weights();
        let mut looks = tried.is_none() && self.plan.survey.is_some();
        let Range { mut start, end } = self.streams.elements();
        while start < end {
            let chunk = start..end.min(start + chunk_len::<T>());
            let mut lanes = LaneSums::new(&mut words);
            while start < chunk.end {
                let stretch = self.stretch(start, chunk.end - start, block_len);
                let shape = Shape { by_lane: stretch.is_by_lane, ..self.plan.shape };
                // Rows that are made have all lanes; others are read in the order in which they lie in memory.
                let limit = self.streams.rows_at_a_time(shape);
                let several = if PIECES > 1 && may_be_several && limit == usize::MAX { PIECES } else { 1 };
                if TELLING && self.is_long && stretch.groups > NEAR {
                    self.streams.read_ahead(start, stretch.len);
                }
                for group in 0..stretch.groups {
                    let mut done = 0;
                    while done < stretch.len {
                        let left = stretch.len - done;
                        let is_several = several > 1 && !looks && several * stretch.period <= left;
                        let len = if is_several { several * stretch.period } else { stretch.period.min(left) };
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
                total = total.plus(lanes.fold(chunk.end - chunk.start).times(self.factor));
            }
        }
        total
    }

    /// The next elements: those of a chunk; or of a few periods, as far as their rows have the same weights, or else of a block.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn stretch(&self, start: usize, left: usize, block_len: usize) -> Stretch {
        if !self.plan.is_by_lane() {
            return Stretch { len: left, period: block_len, groups: 1, is_by_lane: false };
        }
        let period = left.min(self.plan.period * block_len);
        for len in [PERIODS * period, period] {
            if len <= left && self.streams.repeats(self.plan.period, start, len) {
                let groups = self.plan.period.min(period.div_ceil(T::VIRTUAL_LANES));
                return Stretch { len, period, groups, is_by_lane: true };
            }
        }
        Stretch { len: block_len.min(left), period: block_len, groups: 1, is_by_lane: false }
    }

    /// Which formula is to evaluate a group, if there is a choice, and whether it is sure to take it. Without looking, it is the one
    /// for what it is `tried` as.
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
            if self.plan.wants_hard_weights() {
                // Nothing else tells that all weights of a block are 0 or 1; but of most blocks the first row tells that they are not.
                let row = rows.down::<T>(0, surveyor.look.lanes).first_row();
                tried = self.streams.survey(workspace, self.backend, surveyor, row);
            }
            if tried < Choice::Hard || !self.plan.wants_hard_weights() {
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

    /// Evaluates the formula for what was found for a group. If it is not sure to take it and does not, nothing is summed, and what
    /// is written must not last.
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
