//! Passes over streams: element by element, or summing.

use core::ops::Range;

use super::memory::{IN_TURN, Rows, Scratch, Streams};
use super::sums::{LaneSums, PIECE, Terms, Tree};
use crate::backend::{Kernel, Lanes, Native, Token};
use crate::math::{Constants, Double, Formula};

/// Rows of a block.
pub const ROWS: usize = 16;
/// Blocks of a chunk.
const BLOCKS: usize = 64;

/// Elements of a chunk.
const fn chunk_len<T: Native>() -> usize {
    T::VIRTUAL_LANES * ROWS * BLOCKS
}

/// Writes what a formula has for each element.
pub struct Map<'s, 'a, T, F> {
    pub streams: &'s Streams<'a, T>,
    pub formula: F,
}

impl<T: Constants, F: Formula<T>> Kernel<T> for Map<'_, '_, T, F> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) {
        let mut scratch = Scratch::new(l, self.streams);
        let rows = self.streams.rows(L::LANES, 0, L::LANES, usize::MAX);
        let mut row = 0;
        while row < rows.whole {
            let count = self.streams.rows_at_a_time::<F>().min(rows.whole - row);
            let runs = self.streams.runs::<L, F>(l, &mut scratch, rows, row, count);
                let mut k = 0;
            while k < count {
                runs.evaluate(l, self.formula, k);
                k += 1;
            }
                row += count;
        }
        if rows.whole < rows.count {
            self.streams.evaluate_partial(l, &mut scratch, self.formula, rows);
        }
    }
}

/// Writes what a formula has for each element, and sums the losses.
///
/// `hard` gives the same results as `formula`, but takes only blocks whose targets and weights are all 0 or 1, and in
/// exchange sums their logarithms as products.
pub struct Reduce<'s, 'a, T, F, H> {
    pub streams: &'s Streams<'a, T>,
    pub formula: F,
    pub hard: H,
    /// Up to which logit `hard` may be used.
    pub hard_limit: T,
    /// To which the sum is added, chunk by chunk, ...
    pub onto: Double<T>,
    /// ... times this.
    pub factor: T,
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Kernel<T> for Reduce<'_, '_, T, F, H> {
    type Out = Double<T>;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) -> Double<T> {
        let mut scratch = Scratch::new(l, self.streams);
        let mut tree = Tree::new(l);
        let mut sums = LaneSums::zero();
        let mut total = self.onto;
        let mut start = 0;
        while start < self.streams.len() {
            let end = self.streams.len().min(start + chunk_len::<T>());
            self.chunk::<L>(l, &mut scratch, &mut tree, start..end, &mut sums);
            total = total.plus(sums.fold(end - start).times(self.factor));
            start = end;
        }
        total
    }
}

impl<T: Constants, F: Formula<T>, H: Formula<T>> Reduce<'_, '_, T, F, H> {
    #[inline(always)]
    fn chunk<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        tree: &mut Tree<L>,
        elements: Range<usize>,
        sums: &mut LaneSums<T>,
    ) {
        // A formula that has products for any block needs no other.
        let try_hard = F::PRODUCTS == 0 && H::PRODUCTS > 0 && self.streams.has_uniform_pos_weight();
        let used = (elements.end - elements.start).min(T::VIRTUAL_LANES);
        let mut start = elements.start;
        while start < elements.end {
            let end = elements.end.min(start + T::VIRTUAL_LANES * ROWS);
            if try_hard && self.is_hard::<L>(l, scratch, start, end) {
                self.block::<L, H>(l, scratch, self.hard, tree, start..end, sums);
            } else {
                self.block::<L, F>(l, scratch, self.formula, tree, start..end, sums);
            }
            sums.next(l, self.hard, end - start, used);
            start = end;
        }
        sums.add(l, self.hard, used);
    }

    #[inline(always)]
    fn is_hard<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        start: usize,
        end: usize,
    ) -> bool {
        let rows = self.streams.rows(L::LANES, start, L::LANES, (end - start).div_ceil(L::LANES));
        self.streams.is_hard::<L, H>(l, scratch, rows, self.hard_limit)
    }

    /// The terms of a block: as many lanes at a time as a row has, from the first element to the last.
    #[inline(always)]
    fn block<L: Lanes<Scalar = T>, G: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        formula: G,
        tree: &mut Tree<L>,
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
                let piece = self.piece(l, scratch, formula, tree, rows, row);
                block = if row == 0 { piece } else { block.join::<T, G>(piece) };
                row += PIECE;
            }
            sums.put::<L, G>(lane, block);
            lane += L::LANES;
        }
    }

    /// The terms of the rows from `row` on, up to a piece of them.
    #[inline(always)]
    fn piece<L: Lanes<Scalar = T>, G: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        formula: G,
        tree: &mut Tree<L>,
        rows: Rows,
        row: usize,
    ) -> Terms<L> {
        let whole = PIECE.min(rows.whole - row);
        let mut k = 0;
        while k < whole {
            let count = self.streams.rows_at_a_time::<G>().min(whole - k);
            let runs = self.streams.runs::<L, G>(l, scratch, rows, row + k, count);
            let mut i = 0;
            if L::REGISTERS == 1 {
                while i + IN_TURN <= count {
                    tree.set_all::<G>(k + i, runs.evaluate_in_turn(l, formula, i));
                    i += IN_TURN;
                }
            }
            while i < count {
                tree.set::<G>(k + i, runs.evaluate(l, formula, i));
                i += 1;
            }
            k += count;
        }
        if whole < PIECE.min(rows.count - row) {
            tree.set::<G>(whole, self.streams.evaluate_partial(l, scratch, formula, rows));
            k += 1;
        }
        tree.join::<G>(l, k)
    }
}
