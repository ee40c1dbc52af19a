//! What a pass reads and writes: where each stream of numbers is, and how a part of them becomes a block.
//!
//! [`Streams`] are made from slices that all have the elements they go over. A [`Tile`] says which of these a block has, and is
//! compared with them once, so that no vector needs a check of its own.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::Range;

use super::block::{Block, BlockFn, Choice, Rows, Shape, Surveyor};
use super::combined::Combined;
use super::factors::Factors;
use super::rows::{Buffer, FactorRows};
use super::sum::{Finish, LaneSums, PIECES, ROWS};
use super::tile::Tile;
use super::values::{Column, Values, ValuesMut};
use crate::math::{Constants, Smoothing, is_moderate};
use crate::simd::Backend;

/// The longest period of rows that has whole blocks in a chunk.
const MOST_PERIODS: usize = 32;

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
    /// The positive weights and weights of each lane, if all rows have the same; else null.
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

    /// Adds what a formula has left of the last tile to the sums of the lanes from `lane` on.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn finish(&mut self, formula: BlockFn<'_, T>, sums: &mut LaneSums<'_, T>, lane: usize) {
        let (width, pieces) = (self.width, core::mem::take(&mut self.pieces));
        if pieces == 0 || T::VIRTUAL_LANES - lane < width {
            return;
        }
        let (terms, are_blocks) = (self.terms.as_ptr().cast(), self.are_blocks);
        let (BlockFn { products, factor_weights, .. }, lanes) = (formula, self.lanes);
        // SAFETY: the lanes are there, and written at once; the formula has written the terms and products of these pieces.
        unsafe {
            let (sums, is_first) = sums.place(lane, width);
            let mut finish =
                Finish { width, terms, pieces, are_blocks, sums, is_first, products, factor_weights, lanes };
            formula.finish.call(&mut finish);
        }
    }
}

/// What is read and written, element by element.
pub struct Streams<'a, T: 'static> {
    /// Which elements it goes over; every slice has them.
    elements: Range<usize>,
    pub(super) logits: Column<T>,
    pub(super) targets: Option<Column<T>>,
    smoothing: Option<Smoothing<T>>,
    pub pos_weight: Factors<'a, T>,
    pub weight: Factors<'a, T>,
    /// What else decides the weight; few callers have it.
    pub combined: Option<&'a Combined<'a, T>>,
    pub upstream: Factors<'a, T>,
    pub(super) outputs: [Option<Column<T>>; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

// SAFETY: it stands for slices, shared and exclusive, of the elements it goes over.
unsafe impl<T: Send + Sync> Send for Streams<'_, T> {}

impl<'a, T: Constants> Streams<'a, T> {
    /// Only logits, as many as there are.
    #[inline]
    pub fn new(logits: Values<'a, T>) -> Self {
        Self::of(logits.column, logits.len(), None)
    }

    /// The first output takes the logits' place.
    #[inline]
    pub fn in_place(logits: ValuesMut<'a, T>) -> Self {
        Self::of(logits.column, logits.len(), Some(logits.column))
    }

    #[inline]
    fn of(logits: Column<T>, len: usize, output: Option<Column<T>>) -> Self {
        let one = Factors::ONE;
        Self {
            elements: 0..len,
            logits,
            targets: None,
            smoothing: None,
            pos_weight: one,
            weight: one,
            combined: None,
            upstream: one,
            outputs: [output, None],
            slices: PhantomData,
        }
    }

    #[inline]
    pub fn targets(self, targets: Values<'a, T>) -> Self {
        Self { targets: Some(targets.column), ..self.up_to(targets.len()) }
    }

    #[inline]
    pub fn weighted(self, pos_weight: Factors<'a, T>, weight: Factors<'a, T>) -> Self {
        Self { pos_weight, weight, ..self.up_to(pos_weight.capacity().min(weight.capacity())) }
    }

    /// The mask has as many elements as there are.
    #[inline]
    pub fn combined(self, combined: Option<&'a Combined<'a, T>>) -> Self {
        Self { combined, ..self }
    }

    pub fn upstream(self, upstream: Factors<'a, T>) -> Self {
        Self { upstream, ..self.up_to(upstream.capacity()) }
    }

    #[inline]
    pub fn writing(self, first: ValuesMut<'a, T>) -> Self {
        Self { outputs: [Some(first.column), self.outputs[1]], ..self.up_to(first.len()) }
    }

    /// Only the elements from `start` on that there is room for.
    pub fn writing_from(self, start: usize, first: ValuesMut<'a, T>) -> Self {
        let part = self.within(start..start + first.len());
        Self { outputs: [Some(first.column.starting_at(start)), None], ..part }
    }

    /// Only some of the elements.
    pub fn within(self, range: Range<usize>) -> Self {
        let elements = self.elements.start.max(range.start)..self.elements.end.min(range.end);
        Self { elements, ..self }
    }

    pub fn writing_second(self, second: ValuesMut<'a, T>) -> Self {
        Self { outputs: [self.outputs[0], Some(second.column)], ..self.up_to(second.len()) }
    }

    /// With smoothed targets.
    #[inline]
    pub fn smoothed(self, smoothing: Smoothing<T>) -> Self {
        Self { smoothing: if smoothing.lift == T::ZERO { None } else { Some(smoothing) }, ..self }
    }

    /// The elements that so many are there for.
    #[inline]
    fn up_to(self, len: usize) -> Self {
        Self { elements: self.elements.start..self.elements.end.min(len), ..self }
    }

    /// The elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let Range { start, end } = self.elements;
        let at = at.clamp(start, end);
        (Self { elements: start..at, ..self }, Self { elements: at..end, ..self })
    }

    #[inline]
    pub fn elements(&self) -> Range<usize> {
        self.elements.clone()
    }

    /// Whether all weights and positive weights are 1.
    #[inline]
    pub fn has_no_weights(&self) -> bool {
        self.pos_weight.is_one() && self.has_one_weight()
    }

    /// Whether all weights are 1.
    #[inline]
    pub fn has_one_weight(&self) -> bool {
        self.weight.is_one() && self.combined.is_none_or(|combined| combined.class_weight.is_one())
    }

    /// Whether some elements may not be there, and those that are have smoothed targets.
    #[inline]
    pub fn excludes_smoothed(&self) -> bool {
        self.smoothing.is_some() && self.combined.is_some_and(|combined| combined.excludes)
    }

    /// Whether all weights, positive weights and upstream derivatives are moderate.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn weights_are_moderate(&self) -> bool {
        let are_moderate = |factors: Factors<'_, T>, range| match factors {
            Factors::Uniform(v) => is_moderate(v, range),
            Factors::Values { moderate, .. } => moderate,
        };
        let class_weight = self.combined.map_or(Factors::ONE, |combined| combined.class_weight);
        let range = if class_weight.is_one() { T::MODERATE_WEIGHTS } else { T::MODERATE_PAIR };
        [self.weight, class_weight].into_iter().all(|weight| are_moderate(weight, range))
            && [self.pos_weight, self.upstream].into_iter().all(|factors| are_moderate(factors, T::MODERATE_WEIGHTS))
    }

    /// After how many rows weights and positive weights repeat, if they are by class, or by channels of whole blocks; so many that
    /// a chunk has as many blocks of rows that are alike.
    pub fn period(&self) -> Option<usize> {
        if self.combined.is_some() || self.pos_weight.is_uniform() && self.weight.is_uniform() {
            return None;
        }
        let block = T::VIRTUAL_LANES * ROWS;
        let period = |factors: Factors<'_, T>| match factors {
            // Whether a block has one value is asked of each.
            Factors::Values { of, .. } if of.run == 1 && of.copies >= block => Some(1),
            factors => factors.period(0, usize::MAX),
        };
        let (a, b) = (period(self.pos_weight)?, period(self.weight)?);
        // Both odd multiples of few powers of two; mostly one of them is 1, or they are equal.
        let both = if a % b == 0 { a } else if b % a == 0 { b } else { a * b };
        (both <= MOST_PERIODS).then_some(both)
    }

    /// Whether they repeat so in a part of the elements.
    pub fn repeats(&self, period: usize, start: usize, len: usize) -> bool {
        [self.pos_weight, self.weight]
            .into_iter()
            .all(|factors| factors.period(start, len).is_some_and(|own| period.is_multiple_of(own)))
    }

    /// Whether all targets are known to be 0 or 1.
    pub fn are_hard(&self) -> bool {
        self.targets.is_some_and(|targets| targets.storage.hard)
    }

    /// What hard targets are, smoothed.
    pub fn hard_targets(&self) -> [T; 2] {
        let smoothing = self.smoothing.unwrap_or(Smoothing::none());
        [smoothing.lift, smoothing.positive()]
    }

    /// How many rows there is room for, if they must be made in buffers; else there is no limit.
    #[inline]
    pub fn rows_at_a_time(&self, shape: Shape) -> usize {
        let is_made = |factors| match factors {
            Factors::Uniform(_) => false,
            Factors::Values { of, .. } => of.copies != 1 || of.cycles,
        };
        let is_stored = |column: &Option<Column<T>>| column.is_some_and(|column| !column.storage.as_is);
        if !self.logits.storage.as_is
            || self.combined.is_some()
            || shape.weights && !shape.by_lane && (is_made(self.pos_weight) || is_made(self.weight))
            || shape.upstream && is_made(self.upstream)
            || shape.outputs > 0 && is_stored(&self.outputs[0])
            || shape.outputs > 1 && is_stored(&self.outputs[1])
        {
            // Factors share the room for targets, and that for logits.
            if shape.weights || shape.upstream { T::MADE_ROWS } else { T::MADE_LOGITS }
        } else if shape.targets && (is_stored(&self.targets) || self.smoothing.is_some()) {
            if shape.weights || shape.upstream { T::MADE_ROWS } else { T::MADE_TARGETS }
        } else {
            usize::MAX
        }
    }
}

impl<T: Constants> Streams<'_, T> {
    /// Whether they go over all elements of a tile.
    #[inline]
    fn have(&self, tile: Tile) -> bool {
        self.elements.start <= tile.start && tile.end() <= self.elements.end
    }

    /// Evaluates a formula for a tile: writes its outputs, and leaves what it sums in the workspace, piece by piece of the rows.
    /// `limit` is how many [rows there is room for](Self::rows_at_a_time).
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn evaluate(
        &mut self,
        workspace: &mut Workspace<'_, T>,
        backend: Backend,
        shape: Shape,
        limit: usize,
        formula: BlockFn<'_, T>,
        tile: Tile,
    ) {
        if !self.have(tile) {
            return;
        }
        // What is summed is cut where the tree is.
        let limit = if shape.sums && tile.is_partial::<T>() { limit.min(T::MADE_ROWS) } else { limit };
        let (mut row, mut pieces) = (0, 0);
        while row < tile.rows {
            let part = tile.part::<T>(row, limit);
            // SAFETY: it goes over the elements of the tile.
            unsafe {
                let mut block = self.block(workspace, backend, shape, part);
                block.formula = formula.formula;
                if shape.sums {
                    block.sums = workspace.terms.as_mut_ptr().cast::<T>().wrapping_add(pieces * 3 * T::COLUMNS);
                }
                workspace.lanes = if shape.by_lane {
                    [block.pos_weight.first, block.weight.first].map(<*mut T>::cast_const)
                } else {
                    [core::ptr::null(); 2]
                };
                formula.evaluate.call(&mut block);
                // One by one, not in a loop: an index that is not known keeps all of the streams in memory.
                if shape.outputs > 0 {
                    self.deliver(block.outputs[0], self.outputs[0], backend, part);
                }
                if shape.outputs > 1 {
                    self.deliver(block.outputs[1], self.outputs[1], backend, part);
                }
            }
            row += part.rows;
            pieces += 1;
        }
        if shape.sums {
            workspace.are_blocks = PIECES > 1 && tile.rows > ROWS;
            workspace.pieces = if workspace.are_blocks { tile.rows / ROWS } else { pieces };
            workspace.width = tile.width;
        }
    }

    /// Looks at a tile.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn survey(
        &self,
        workspace: &mut Workspace<'_, T>,
        backend: Backend,
        surveyor: &Surveyor<T>,
        tile: Tile,
    ) -> Choice {
        if !self.have(tile) {
            return Choice::Any;
        }
        let limit = self.rows_at_a_time(surveyor.shape);
        let mut found = Choice::Hard;
        let mut row = 0;
        while row < tile.rows {
            let part = tile.part::<T>(row, limit);
            // SAFETY: it goes over the elements of the tile.
            found = found.min(unsafe {
                let block = self.block(workspace, backend, surveyor.shape, part);
                surveyor.look.call(&mut (block, surveyor.survey))
            });
            row += part.rows;
        }
        found
    }

    /// The rows of a tile: in the slices, or made in buffers.
    ///
    /// # Safety
    ///
    /// It goes over all elements of the tile, which has no more rows than [there is room for](Self::rows_at_a_time) and, if the
    /// last one reaches beyond the end, no more than [`MADE_ROWS`](crate::simd::Native::MADE_ROWS). The buffers are prepared.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    unsafe fn block(&self, workspace: &mut Workspace<'_, T>, backend: Backend, shape: Shape, tile: Tile) -> Block<T> {
        // SAFETY: the caller's promise: every slice has the elements of the tile, and the buffers room for what is made.
        unsafe {
            let logit = self.column_rows(self.logits, workspace.logit.rows, backend, None, tile);
            let target = match (self.targets, self.combined) {
                (Some(column), None) if shape.targets => {
                    self.column_rows(column, workspace.target.rows, backend, self.smoothing, tile)
                }
                (Some(column), Some(combined))
                    if (shape.targets || combined.excludes) && !combined.reads_bytes(column.storage) =>
                {
                    self.column_rows(column, workspace.target.rows, backend, None, tile)
                }
                // Not read, or by a formula that nobody gave targets.
                _ => logit,
            };
            let (mut pos_weight, mut weight, mut upstream) = (logit, logit, logit);
            if shape.weights {
                // One row for all, where all are the same.
                let row = |rows: Rows<T>| if shape.by_lane { Rows { step: 0, ..rows } } else { rows };
                let tile = if shape.by_lane { tile.first_row() } else { tile };
                pos_weight = row(workspace.pos_weight.rows(self.pos_weight, tile));
                weight = row(workspace.weight.rows(self.weight, tile));
            }
            if shape.upstream {
                upstream = workspace.upstream.rows(self.upstream, tile);
            }
            // A formula reads a vector before it writes one, so results may take the place of what they are made of.
            let buffers = [workspace.logit.rows, workspace.target.rows];
            let output = |k: usize| match self.outputs[k] {
                // Not written; to name a buffer would keep it.
                _ if k >= shape.outputs => logit,
                Some(column) => column.rows(tile).unwrap_or(buffers[k]),
                // By a formula that nobody gave an output: one row takes it all.
                None => Rows { step: 0, ..buffers[k] },
            };
            let mut block = Block {
                rows: tile.rows,
                width: tile.width,
                logit,
                target,
                pos_weight,
                weight,
                upstream,
                outputs: [output(0), output(1)],
                sums: core::ptr::null_mut(),
                last: tile.last,
                formula: core::ptr::null(),
            };
            if let Some(combined) = self.combined {
                let mut weights = None;
                if shape.weights {
                    let class_weight = workspace.class_weight.rows(combined.class_weight, tile);
                    weights = Some((class_weight, workspace.weight.buffer()));
                }
                combined.make(backend, tile, (self.targets, self.smoothing), buffers, weights, &mut block);
            }
            block
        }
    }

    /// # Safety
    ///
    /// That of [`block`](Self::block).
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn column_rows(
        &self,
        column: Column<T>,
        buffer: Rows<T>,
        backend: Backend,
        smoothing: Option<Smoothing<T>>,
        tile: Tile,
    ) -> Rows<T> {
        if smoothing.is_none()
            && let Some(rows) = column.rows(tile)
        {
            return rows;
        }
        // SAFETY: the caller's promise.
        unsafe { column.read(backend, tile, buffer, smoothing) };
        buffer
    }

    /// Writes the results of a block to an output, if they are in a buffer.
    ///
    /// # Safety
    ///
    /// The formula has written them. The rest is that of [`block`](Self::block).
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn deliver(&self, rows: Rows<T>, output: Option<Column<T>>, backend: Backend, tile: Tile) {
        if let Some(column) = output
            && column.rows(tile).is_none()
        {
            // SAFETY: the caller's promise.
            unsafe { column.write(backend, tile, rows) };
        }
    }
}
