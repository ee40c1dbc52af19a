//! Passes over streams: element by element, or summing.

use core::ops::Range;

use super::memory::{IN_TURN, Rows, Scratch, Streams};
use super::sums::{Blocks, LaneSums, PIECE, Terms, Tree};
use crate::backend::{Kernel, Lanes, Native, Token};
use crate::math::{Constants, Double, Formula};

/// Rows of a block.
pub const ROWS: usize = 16;
/// Blocks of a chunk.
const BLOCKS: usize = 64;

/// Elements of a chunk.
pub const fn chunk_len<T: Native>() -> usize {
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
    pub fn of(streams: &'s Streams<'a, T>, formula: F) -> Self {
        Self { streams, formula, hard: formula, reach: Reach::None }
    }
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Kernel<T> for Map<'_, '_, T, F, H> {
    type Out = ();
    const SHORT: bool = F::SHORT;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) {
        let mut scratch = Scratch::new(l, self.streams);
        // Only where there is something to choose, block by block.
        let most = if H::HARD { T::VIRTUAL_LANES * ROWS / L::LANES } else { usize::MAX };
        let mut start = 0;
        while start < self.streams.len() {
            let rows = self.streams.rows(L::LANES, start, L::LANES, most);
            if H::HARD && self.streams.are_hard::<L, H>(l, &mut scratch, rows, self.reach) {
                evaluate_all(l, self.streams, &mut scratch, self.hard, rows);
            } else {
                evaluate_all(l, self.streams, &mut scratch, self.formula, rows);
            }
            start = start.saturating_add(rows.count.saturating_mul(L::LANES));
        }
    }
}

#[inline(always)]
fn evaluate_all<T: Constants, L: Lanes<Scalar = T>, F: Formula<T>>(
    l: Token<L>,
    streams: &Streams<'_, T>,
    scratch: &mut Scratch<L>,
    formula: F,
    rows: Rows,
) {
    let mut row = 0;
    while row < rows.whole {
        let count = streams.rows_at_a_time::<F>().min(rows.whole - row);
        let runs = streams.runs::<L, F>(l, scratch, rows, row, count);
        let mut k = 0;
        while k < count {
            runs.evaluate(l, formula, k);
            k += 1;
        }
        row += count;
    }
    if rows.whole < rows.count {
        streams.evaluate_partial(l, scratch, formula, rows);
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
    const SHORT: bool = F::SHORT;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) -> Double<T> {
        let mut room = Room { scratch: Scratch::new(l, self.streams), tree: Tree::new(l), blocks: Blocks::none() };
        let mut total = self.onto;
        let mut start = 0;
        while start < self.streams.len() {
            let end = self.streams.len().min(start + chunk_len::<T>());
            let mut sums = LaneSums::zero();
            self.chunk::<L>(l, &mut room, start..end, &mut sums);
            total = total.plus(sums.fold(end - start).times(self.factor));
            start = end;
        }
        total
    }
}

/// What is written before it is read, over and over.
struct Room<L: Lanes<Scalar: Constants>> {
    scratch: Scratch<L>,
    tree: Tree<L>,
    blocks: Blocks<L::Scalar>,
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Reduce<'_, '_, T, F, H> {
    #[inline(always)]
    fn chunk<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        room: &mut Room<L>,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        let mut start = elements.start;
        while start < elements.end {
            let end = elements.end.min(start + T::VIRTUAL_LANES * ROWS);
            let rows = self.streams.rows(L::LANES, start, L::LANES, (end - start).div_ceil(L::LANES));
            if H::HARD && self.streams.are_hard::<L, H>(l, &mut room.scratch, rows, self.reach) {
                self.block::<L, H>(l, room, self.hard, start..end, sums);
            } else {
                self.block::<L, F>(l, room, self.formula, start..end, sums);
            }
            if const { L::REGISTERS > 1 } && !room.blocks.next() {
                room.blocks.add_to(l, self.hard, sums);
            }
            start = end;
        }
        if const { L::REGISTERS > 1 } {
            room.blocks.add_to(l, self.hard, sums);
        }
    }

    /// The terms of a block: as many lanes at a time as a row has, from the first element to the last.
    #[inline(always)]
    fn block<L: Lanes<Scalar = T>, G: Formula<T>>(
        &self,
        l: Token<L>,
        room: &mut Room<L>,
        formula: G,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        let Range { start, end } = elements;
        let mut lane = 0;
        while lane < T::VIRTUAL_LANES && start + lane < end {
            let rows = self.streams.rows(L::LANES, start + lane, T::VIRTUAL_LANES, ROWS);
            let mut block = Terms::none(l);
            let mut row = 0;
            while row < rows.count {
                let piece = self.piece(l, room, formula, rows, row);
                block = if row == 0 { piece } else { block.join::<T, G>(piece) };
                row += PIECE;
            }
            // Scalar code finds enough to do in the next lane.
            if const { L::REGISTERS > 1 } {
                room.blocks.put::<L, G>(lane, block);
            } else {
                sums.add(l, formula, lane, block);
            }
            lane += L::LANES;
        }
    }

    /// The terms of the rows from `row` on, up to a piece of them.
    #[inline(always)]
    fn piece<L: Lanes<Scalar = T>, G: Formula<T>>(
        &self,
        l: Token<L>,
        room: &mut Room<L>,
        formula: G,
        rows: Rows,
        row: usize,
    ) -> Terms<L> {
        let whole = PIECE.min(rows.whole - row);
        let mut k = 0;
        while k < whole {
            let count = self.streams.rows_at_a_time::<G>().min(whole - k);
            let runs = self.streams.runs::<L, G>(l, &mut room.scratch, rows, row + k, count);
            let mut i = 0;
            if const { G::SHORT && L::REGISTERS == 1 } {
                while i + IN_TURN <= count {
                    room.tree.set_all::<G>(k + i, runs.evaluate_in_turn(l, formula, i));
                    i += IN_TURN;
                }
            }
            while i < count {
                room.tree.set::<G>(k + i, runs.evaluate(l, formula, i));
                i += 1;
            }
            k += count;
        }
        if whole < PIECE.min(rows.count - row) {
            room.tree.set::<G>(whole, self.streams.evaluate_partial(l, &mut room.scratch, formula, rows));
            k += 1;
        }
        room.tree.join::<G>(l, k)
    }
}
