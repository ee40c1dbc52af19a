//! From streams to blocks: where the rows of each block are, or how they are made.
//!
//! A [`Tile`] says which elements a block has. It is compared with the elements of the streams once, so that no vector needs
//! a check of its own.

use super::block::{Block, BlockFn, Choice, Rows, Shape, Surveyor};
use super::streams::Streams;
use super::sum::{PARTS, ROWS};
use super::tile::{Group, Tile};
use super::values::Column;
use super::workspace::Workspace;
use crate::math::{Constants, Smoothing};
use crate::simd::Backend;

/// The number of bytes that come from memory at a time. On a machine with longer lines, some are asked for twice.
const CACHE_LINE: usize = 64;

impl<T: Constants> Streams<'_, T> {
    /// Whether the streams have all elements of a tile.
    #[inline]
    fn have(&self, tile: Tile) -> bool {
        self.have_elements(tile.start, tile.end())
    }

    #[inline]
    fn have_elements(&self, start: usize, end: usize) -> bool {
        self.elements.start <= start && end <= self.elements.end
    }

    /// Evaluates a formula for a tile: writes the outputs, and stores terms and products in the workspace, part by part.
    /// `limit` is the number of [rows there is room for](Self::rows_at_a_time).
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
        // Where terms are summed, a partial tile is cut into the pieces of the tree.
        let limit = if shape.sums && tile.is_partial::<T>() { limit.min(T::MADE_ROWS) } else { limit };
        if shape.by_lane {
            let row = tile.first_row();
            // SAFETY: the streams have the elements of the tile.
            let rows =
                unsafe { [workspace.pos_weight.rows(self.pos_weight, row), workspace.weight.rows(self.weight, row)] };
            workspace.lanes = rows.map(|row| row.first.cast_const());
        }
        let (mut row, mut parts) = (0, 0);
        while row < tile.rows {
            let part = tile.part::<T>(row, limit);
            // SAFETY: as above.
            unsafe {
                let mut block = self.block(workspace, backend, shape, part);
                block.formula = formula.formula;
                if shape.sums {
                    block.sums = workspace.terms.as_mut_ptr().cast::<T>().wrapping_add(parts * 3 * T::COLUMNS);
                }
                formula.evaluate.call(&mut block);
                // There is no loop, since an index that is not known would keep all of the streams in memory.
                if shape.outputs > 0 {
                    self.deliver(block.outputs[0], self.outputs[0], backend, part);
                }
                if shape.outputs > 1 {
                    self.deliver(block.outputs[1], self.outputs[1], backend, part);
                }
            }
            row += part.rows;
            parts += 1;
        }
        if shape.sums {
            workspace.are_blocks = PARTS > 1 && tile.rows > ROWS;
            workspace.parts = if workspace.are_blocks { tile.rows / ROWS } else { parts };
            workspace.width = tile.width;
        }
    }

    /// Reads elements so that they are in the cache.
    #[inline(never)]
    pub fn read_ahead(&self, start: usize, len: usize) {
        if !self.have_elements(start, start + len) {
            return;
        }
        for column in [Some(self.logits), self.targets, self.outputs[0]].into_iter().flatten() {
            let (mut at, end) = (column.at(start), column.at(start + len));
            while at < end {
                // SAFETY: the streams have these elements.
                unsafe { at.read_volatile() };
                at = at.wrapping_add(CACHE_LINE);
            }
        }
    }

    /// Copies the logits of a whole block to the buffer of targets.
    #[inline(never)]
    pub fn keep_logits(&self, workspace: &Workspace<'_, T>, rows: Group) {
        if let Some(logits) = self.logits_of_a_block(rows) {
            // SAFETY: the streams have the block, and the buffer has room for it.
            unsafe { workspace.target.rows.first.copy_from_nonoverlapping(logits, rows.len) };
        }
    }

    /// Copies the logits back, where results have overwritten them.
    #[inline(never)]
    pub fn restore_logits(&mut self, workspace: &Workspace<'_, T>, rows: Group) {
        if let Some(logits) = self.logits_of_a_block(rows) {
            // SAFETY: as above; the first output is exclusive, and it is where the logits are.
            unsafe { logits.copy_from_nonoverlapping(workspace.target.rows.first, rows.len) };
        }
    }

    #[inline]
    fn logits_of_a_block(&self, Group { start, len, .. }: Group) -> Option<*mut T> {
        let logits = self.logits.as_is(start);
        logits.filter(|_| {
            self.have_elements(start, start + len) && self.is_in_place() && len == T::COLUMNS * T::MADE_TARGETS
        })
    }

    /// Surveys a tile.
    ///
    /// It is inlined on a microcontroller, as `Driver::run` is.
    #[cfg_attr(all(microcontroller, not(unoptimized)), inline(always))]
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
            // SAFETY: the streams have the elements of the tile.
            found = found.min(unsafe {
                let block = self.block(workspace, backend, surveyor.shape, part);
                surveyor.look.call(&mut (block, surveyor.survey))
            });
            row += part.rows;
        }
        found
    }

    /// Returns the rows of a tile: those of the slices, or rows made in buffers.
    ///
    /// # Safety
    ///
    /// The streams have all elements of the tile, which has no more rows than [there is room for](Self::rows_at_a_time) and,
    /// if the last row is partial, no more than [`MADE_ROWS`](crate::simd::Native::MADE_ROWS). The buffers are prepared.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    unsafe fn block(&self, workspace: &mut Workspace<'_, T>, backend: Backend, shape: Shape, tile: Tile) -> Block<T> {
        // SAFETY: the caller's promise: every slice has the elements of the tile, and the buffers have room for the rows.
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
                // The formula does not read targets, or was given none.
                _ => logit,
            };
            let (mut pos_weight, mut weight, mut upstream) = (logit, logit, logit);
            if shape.by_lane {
                [pos_weight, weight] = workspace.lanes.map(|first| Rows { first: first.cast_mut(), step: 0 });
            } else if shape.weights {
                pos_weight = workspace.pos_weight.rows(self.pos_weight, tile);
                weight = workspace.weight.rows(self.weight, tile);
            }
            if shape.upstream {
                upstream = workspace.upstream.rows(self.upstream, tile);
            }
            // A formula reads a vector before it writes one, so outputs may overwrite logits and targets.
            let buffers = [workspace.logit.rows, workspace.target.rows];
            let output = |k: usize| match self.outputs[k] {
                // This output is not written; naming a buffer here would keep the buffer.
                _ if k >= shape.outputs => logit,
                Some(column) => column.rows(tile).unwrap_or(buffers[k]),
                // The formula was given no output: one row takes all of it.
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
    /// The conditions of [`block`](Self::block) hold.
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

    /// Copies the results of a block to an output, if they are in a buffer.
    ///
    /// # Safety
    ///
    /// The formula has written the results, and the conditions of [`block`](Self::block) hold.
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
