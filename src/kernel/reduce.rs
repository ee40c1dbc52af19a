//! Passes over streams: element by element, or summing.

use core::ops::Range;

use super::memory::{IN_TURN, Needed, Rows, Scratch, Streams};
use super::sums::{Blocks, LaneSums, PIECE, Terms, Tree};
use crate::backend::{Kernel, Lanes, Native, Token};
use crate::math::{Constants, Double, Formula};

/// Rows of a block.
pub const ROWS: usize = 32;
const HALF: usize = ROWS / 2;
/// Blocks of a chunk.
const BLOCKS: usize = 32;

/// Elements of a chunk.
pub const fn chunk_len<T: Native>() -> usize {
    T::VIRTUAL_LANES * ROWS * BLOCKS
}

/// Which blocks are left to formulas that do not take any.
#[derive(Clone, Copy, PartialEq)]
pub enum Reach<T> {
    None,
    /// Those whose logits are no larger.
    UpTo(T),
    All,
}

/// The formulas of a pass, all with the same results for each element: each block is left to the fastest that takes it.
#[derive(Clone, Copy)]
pub struct Formulas<T, F, M, H> {
    /// For any block.
    pub any: F,
    /// For what is moderate, if there is one ([`Formula::MODERATE`]).
    pub moderate: M,
    /// For hard blocks, if there is one ([`Formula::HARD`]). In exchange it may sum their logarithms as products.
    pub hard: H,
    /// What the latter two can take.
    pub reach: Reach<T>,
}

impl<T, F: Copy> Formulas<T, F, F, F> {
    /// One for all blocks.
    pub fn one(formula: F) -> Self {
        Self { any: formula, moderate: formula, hard: formula, reach: Reach::None }
    }
}

impl<T, F: Copy, H> Formulas<T, F, F, H> {
    /// One for all blocks, and another for hard ones.
    pub fn two(any: F, hard: H, reach: Reach<T>) -> Self {
        Self { any, moderate: any, hard, reach }
    }
}

/// What a block's fastest formula is.
#[derive(Clone, Copy, PartialEq)]
pub enum Choice {
    Any,
    Moderate,
    Hard,
}

/// Writes what a formula has for each element.
pub struct Map<'s, 'a, T, F, M, H> {
    pub streams: &'s Streams<'a, T>,
    pub formulas: Formulas<T, F, M, H>,
}

impl<T: Constants, F: Formula<T>, M: Formula<T>, H: Formula<T>> Kernel<T> for Map<'_, '_, T, F, M, H> {
    type Out = ();
    const SHORT: bool = F::SHORT;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) {
        let Formulas { any, moderate, hard, reach } = self.formulas;
        let mut scratch = Scratch::new(l, self.streams);
        scratch.prepare(l, self.streams);
        // Only where there is something to choose, block by block.
        let most = if M::MODERATE || H::HARD { T::VIRTUAL_LANES * ROWS / L::LANES } else { usize::MAX };
        let mut start = 0;
        while start < self.streams.len() {
            let rows = self.streams.rows(L::LANES, start, L::LANES, most);
            match self.streams.choice::<L, M, H>(l, &mut scratch, rows, reach) {
                Choice::Hard if const { H::HARD } => evaluate_all(l, self.streams, &mut scratch, hard, rows),
                Choice::Moderate if const { M::MODERATE } => {
                    evaluate_all(l, self.streams, &mut scratch, moderate, rows);
                }
                _ => evaluate_all(l, self.streams, &mut scratch, any, rows),
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
    let needed = const { Needed::by::<T, F>() };
    let mut row = 0;
    // The row that reaches beyond the end takes the same way, so that there is one copy of the formula.
    while row < rows.count {
        let is_partial = rows.has_partial::<L>() && row == rows.whole;
        let count = if is_partial { 1 } else { streams.rows_at_a_time(needed).min(rows.whole - row) };
        let runs = if is_partial {
            streams.partial(l, scratch, rows)
        } else {
            streams.runs(l, scratch, needed, rows, row, count)
        };
        let mut k = 0;
        while const { F::SHORT && L::SIDE_BY_SIDE } && k + 2 <= count {
            runs.evaluate_two(l, formula, k);
            k += 2;
        }
        while k < count {
            runs.evaluate(l, formula, k);
            k += 1;
        }
        if is_partial {
            streams.scatter(scratch, F::OUTPUTS, rows);
        } else {
            #[cfg(feature = "half")]
            streams.deliver(l, scratch, F::OUTPUTS, rows, row, count);
        }
        row += count;
    }
}

/// Writes what a formula has for each element, and sums the losses.
pub struct Reduce<'s, 'a, T, F, M, H> {
    pub streams: &'s Streams<'a, T>,
    pub formulas: Formulas<T, F, M, H>,
    /// To which the sum is added, chunk by chunk, ...
    pub onto: Double<T>,
    /// ... times this.
    pub factor: T,
}

impl<T: Constants, F: Formula<T>, M: Formula<T>, H: Formula<T>> Kernel<T> for Reduce<'_, '_, T, F, M, H> {
    type Out = Double<T>;
    const SHORT: bool = F::SHORT;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) -> Double<T> {
        // Each where it stays: together they would be moved, which takes longer than a short slice.
        let mut scratch = Scratch::new(l, self.streams);
        scratch.prepare(l, self.streams);
        let mut tree = Tree::new(l);
        let mut blocks = Blocks::none();
        let mut room = Room { scratch: &mut scratch, tree: &mut tree, blocks: &mut blocks };
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
struct Room<'r, L: Lanes<Scalar: Constants>> {
    scratch: &'r mut Scratch<L>,
    tree: &'r mut Tree<L>,
    blocks: &'r mut Blocks<L::Scalar>,
}

impl<T: Constants, F: Formula<T>, M: Formula<T>, H: Formula<T>> Reduce<'_, '_, T, F, M, H> {
    #[inline(always)]
    fn chunk<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        room: &mut Room<'_, L>,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        let Formulas { any, moderate, hard, reach } = self.formulas;
        let mut start = elements.start;
        while start < elements.end {
            let end = elements.end.min(start + T::VIRTUAL_LANES * ROWS);
            let rows = self.streams.rows(L::LANES, start, L::LANES, (end - start).div_ceil(L::LANES));
            match self.streams.choice::<L, M, H>(l, room.scratch, rows, reach) {
                Choice::Hard if const { H::HARD } => self.block::<L, H>(l, room, hard, start..end, sums),
                Choice::Moderate if const { M::MODERATE } => self.block::<L, M>(l, room, moderate, start..end, sums),
                _ => self.block::<L, F>(l, room, any, start..end, sums),
            }
            if const { L::REGISTERS > 1 } && (!room.blocks.next() || end == elements.end) {
                room.blocks.add_to(l, hard, sums);
            }
            start = end;
        }
    }

    /// The terms of a block: as many lanes at a time as a row has, from the first element to the last.
    #[inline(always)]
    fn block<L: Lanes<Scalar = T>, G: Formula<T>>(
        &self,
        l: Token<L>,
        room: &mut Room<'_, L>,
        formula: G,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        let Range { start, end } = elements;
        let mut lane = 0;
        while lane < T::VIRTUAL_LANES && start + lane < end {
            let rows = self.streams.rows(L::LANES, start + lane, T::VIRTUAL_LANES, ROWS);
            // Joining nothing changes nothing, so each half may start with that.
            let mut block = Terms::none(l);
            let mut row = 0;
            while row < rows.count {
                let end = rows.count.min(row + HALF);
                let mut half = Terms::none(l);
                while row < end {
                    half = half.join::<T, G>(self.piece(l, room, formula, rows, row));
                    row += PIECE;
                }
                block = block.join::<T, G>(half);
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
        room: &mut Room<'_, L>,
        formula: G,
        rows: Rows,
        row: usize,
    ) -> Terms<L> {
        let needed = const { Needed::by::<T, G>() };
        // What must be made first is made for as many.
        let whole = PIECE.min(rows.whole - row);
        let mut runs = self.streams.runs(l, room.scratch, needed, rows, row, whole);
        let mut k = 0;
        if const { G::SHORT && L::SIDE_BY_SIDE } {
            if const { L::LANES == 1 } {
                while k + IN_TURN <= whole {
                    room.tree.set_all::<G>(k, runs.evaluate_in_turn(l, formula, k));
                    k += IN_TURN;
                }
            } else {
                while k + 2 <= whole {
                    let [first, second] = runs.evaluate_two(l, formula, k);
                    room.tree.set::<G>(k, first);
                    room.tree.set::<G>(k + 1, second);
                    k += 2;
                }
            }
        }
        let has_partial = rows.has_partial::<L>() && whole < PIECE;
        let mut end = whole;
        loop {
            while k < end {
                room.tree.set::<G>(k, runs.evaluate(l, formula, k));
                k += 1;
            }
            if !has_partial || end > whole {
                break;
            }
            // Once more, for the row that reaches beyond the end, so that there is one copy of the formula.
            runs = self.streams.partial(l, room.scratch, rows);
            end += 1;
        }
        #[cfg(feature = "half")]
        self.streams.deliver(l, room.scratch, G::OUTPUTS, rows, row, whole);
        if has_partial {
            self.streams.scatter(room.scratch, G::OUTPUTS, rows);
            room.tree.set::<G>(whole, self.streams.inside(l, rows, room.tree.get::<G>(l, whole)));
        }
        room.tree.join::<G>(l, k)
    }
}
