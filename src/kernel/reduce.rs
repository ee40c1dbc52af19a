//! Passes over streams: element by element, or summing.

use core::ops::Range;

use super::Pass;
use super::memory::{Rows, Scratch, Streams};
use super::sums::{LaneSums, Terms, join};
use crate::backend::{Kernel, Lanes, Native, Token};
use crate::math::{Constants, Double, Formula};

/// Rows of a block.
const ROWS: usize = 16;
/// Trees of 1, 2, 4, 8 and 16 rows that wait for another of their size, as the digits of a binary counter of rows. What
/// waits is written before it is read, in each block.
const TREES: usize = ROWS.ilog2() as usize + 1;
/// Blocks of a chunk.
const BLOCKS: usize = 64;

/// Elements of a chunk.
const fn chunk_len<T: Native>() -> usize {
    T::VIRTUAL_LANES * ROWS * BLOCKS
}

/// Which blocks are left to the formula that takes hard ones only, if there is one ([`Formula::HARD`]).
#[derive(Clone, Copy, PartialEq)]
pub enum Reach<T> {
    None,
    /// Those whose logits are no larger.
    UpTo(T),
    All,
}

/// Writes what a formula has for each element.
///
/// `hard` gives the same results as `formula`, sooner, but takes hard blocks only.
pub struct Map<'s, 'a, T, F, H> {
    pub streams: &'s Streams<'a, T>,
    pub formula: F,
    pub hard: H,
    pub reach: Reach<T>,
}

impl<'s, 'a, T: Constants, F: Formula<T>> Map<'s, 'a, T, F, F> {
    /// One formula for all blocks.
    pub fn of(pass: &Pass<'s, 'a, T>, formula: F) -> Self {
        Self { streams: pass.streams, formula, hard: formula, reach: Reach::None }
    }
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Kernel<T> for Map<'_, '_, T, F, H> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>, const W: usize>(self, l: Token<L>) {
        let mut scratch = Scratch::zero(l);
        scratch.fill(self.streams);
        let width = L::LANES * W;
        // Only where there is something to choose, block by block.
        let most = if H::HARD { T::VIRTUAL_LANES * ROWS / width } else { usize::MAX };
        let mut start = 0;
        while start < self.streams.len() {
            let mut rows = self.streams.rows::<L, W>(&mut scratch, start, width, most);
            let count = rows.count();
            if H::HARD && rows.are_hard::<H>(l, self.reach) {
                evaluate_all(l, &mut rows, self.hard);
            } else {
                evaluate_all(l, &mut rows, self.formula);
            }
            start = start.saturating_add(count.saturating_mul(width));
        }
    }
}

#[inline(always)]
fn evaluate_all<T: Constants, L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
    l: Token<L>,
    rows: &mut Rows<'_, '_, L, W>,
    formula: F,
) {
    let mut row = 0;
    while row < rows.count() {
        rows.evaluate(l, formula, row);
        row += 1;
    }
}

/// Writes what a formula has for each element, and sums the losses.
///
/// `hard` writes the same as `formula`, but takes hard blocks only, and in exchange may sum their logarithms as products.
pub struct Reduce<'s, 'a, T, F, H> {
    pub streams: &'s Streams<'a, T>,
    pub formula: F,
    pub hard: H,
    pub reach: Reach<T>,
    /// To which the sum is added, chunk by chunk, ...
    pub onto: Double<T>,
    /// ... times this.
    pub factor: T,
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Kernel<T> for Reduce<'_, '_, T, F, H> {
    type Out = Double<T>;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>, const W: usize>(self, l: Token<L>) -> Double<T> {
        let mut scratch = Scratch::zero(l);
        scratch.fill(self.streams);
        let mut waiting = [[Terms::none(l); W]; TREES];
        let mut total = self.onto;
        let mut start = 0;
        while start < self.streams.len() {
            let end = self.streams.len().min(start + chunk_len::<T>());
            total = total.plus(self.chunk(l, &mut scratch, &mut waiting, start, end).times(self.factor));
            start = end;
        }
        total
    }
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Reduce<'_, '_, T, F, H> {
    #[inline(always)]
    fn chunk<L: Lanes<Scalar = T>, const W: usize>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        waiting: &mut [[Terms<L>; W]; TREES],
        start: usize,
        end: usize,
    ) -> Double<T> {
        let mut sums = LaneSums::zero();
        let mut block = start;
        while block < end {
            let block_end = end.min(block + T::VIRTUAL_LANES * ROWS);
            let width = L::LANES * W;
            let rows = (block_end - block).div_ceil(width);
            if H::HARD && self.streams.rows::<L, W>(scratch, block, width, rows).are_hard::<H>(l, self.reach) {
                self.block(l, scratch, waiting, self.hard, block..block_end, &mut sums);
            } else {
                self.block(l, scratch, waiting, self.formula, block..block_end, &mut sums);
            }
            block = block_end;
        }
        sums.fold(end - start)
    }

    /// Sums a block: as many lanes at a time as a row has, from the first element to the last.
    #[inline(always)]
    fn block<L: Lanes<Scalar = T>, G: Formula<T>, const W: usize>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        waiting: &mut [[Terms<L>; W]; TREES],
        formula: G,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        let Range { start, end } = elements;
        let mut lane = 0;
        while lane < T::VIRTUAL_LANES && start + lane < end {
            let mut rows = self.streams.rows::<L, W>(scratch, start + lane, T::VIRTUAL_LANES, ROWS);
            let mut row = 0;
            while row < rows.count() {
                let mut tree = rows.evaluate(l, formula, row);
                let mut size = 0;
                while size < TREES - 1 && row >> size & 1 == 1 {
                    tree = join::<T, L, G, W>(waiting[size], tree);
                    size += 1;
                }
                waiting[size] = tree;
                row += 1;
            }
            // Where rows are missing, smaller trees are left.
            let mut tree = [Terms::none(l); W];
            let mut size = 0;
            while size < TREES {
                if row >> size & 1 == 1 {
                    tree = join::<T, L, G, W>(waiting[size], tree);
                }
                size += 1;
            }
            sums.add::<L, G, W>(l, formula, lane, tree);
            lane += L::LANES * W;
        }
    }
}
