//! Rows that are made: a stream that does not lie in memory as a block needs it is written to a buffer first.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::block::Rows;
use super::factors::{Broadcast, Factors};
use super::tile::Tile;
use crate::math::Constants;
use crate::simd::MICROCONTROLLER;

/// Room for rows that are made. Each buffer is a variable of its own, and none is cleared, so that a program keeps only
/// those it needs and a short slice does not wait for them.
pub struct Buffer<'b, T> {
    pub rows: Rows<T>,
    borrowed: PhantomData<&'b mut ()>,
}

impl<'b, T: Constants> Buffer<'b, T> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn of<B>(buffer: &'b mut MaybeUninit<B>) -> Self {
        Self { rows: Rows { first: buffer.as_mut_ptr().cast(), step: T::COLUMNS }, borrowed: PhantomData }
    }

    /// Returns room for the rows of a factor: a part of the buffer of targets or logits, which use only the first part where
    /// there are factors. On a microcontroller each factor has a buffer of its own, since a program keeps only those it
    /// needs.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn part(&self, part: usize, own: &'b mut MaybeUninit<T::FactorBuffer>) -> Self {
        const { assert!(MICROCONTROLLER || 4 * T::MADE_ROWS <= T::MADE_TARGETS, "four kinds of rows") };
        const { assert!(MICROCONTROLLER || 2 * T::MADE_ROWS <= T::MADE_LOGITS, "two kinds of rows") };
        if MICROCONTROLLER {
            return Self::of(own);
        }
        let first = self.rows.first.wrapping_add(part * T::MADE_ROWS * T::COLUMNS);
        Self { rows: Rows { first, ..self.rows }, borrowed: PhantomData }
    }
}

/// The rows of a factor, and room for them.
pub struct FactorRows<'b, T: Constants> {
    rows: Buffer<'b, T>,
    /// Room for two rows of a short cycle of values, so that a row may start at any of them; or null.
    cycle: *mut T,
}

impl<'b, T: Constants> FactorRows<'b, T> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn of(rows: Buffer<'b, T>) -> Self {
        Self { rows, cycle: core::ptr::null_mut() }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn with_cycle(self, cycle: &'b mut MaybeUninit<[T::Columns; 2]>) -> Self {
        Self { cycle: cycle.as_mut_ptr().cast(), ..self }
    }

    /// Returns the buffer in which rows are made.
    #[inline]
    pub fn buffer(&self) -> Rows<T> {
        self.rows.rows
    }

    /// Returns the row of a uniform factor. It is in the buffer of the cycle, if there is one, which rows that are made do
    /// not overwrite.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn uniform(&self) -> Rows<T> {
        let first = if self.cycle.is_null() { self.rows.rows.first } else { self.cycle };
        Rows { first, step: 0 }
    }

    /// Writes the values that are the same in all blocks.
    #[inline]
    pub fn prepare(&mut self, factors: Factors<'_, T>) {
        match factors {
            Factors::Uniform(v) => {
                let row = self.uniform();
                for lane in 0..T::COLUMNS {
                    // SAFETY: there is room for a row of all lanes.
                    unsafe { row.at(0, lane).write(v) };
                }
            }
            Factors::Values { of, .. } if is_short_cycle(self.cycle, of) => {
                for (lane, &value) in of.values.iter().cycle().take(2 * T::COLUMNS).enumerate() {
                    // SAFETY: there is room for two rows.
                    unsafe { self.cycle.add(lane).write(value) };
                }
            }
            Factors::Values { .. } => {}
        }
    }

    /// Returns the rows of a tile. Lanes beyond the end are 0, unless the factor is uniform.
    ///
    /// # Safety
    ///
    /// [`prepare`](Self::prepare) has seen the factors; they cover the tile, whose rows fit the buffer.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn rows(&mut self, factors: Factors<'_, T>, tile: Tile) -> Rows<T> {
        match factors {
            Factors::Uniform(_) => self.uniform(),
            Factors::Values { of: &Broadcast { values, copies: 1, cycles: false, start, .. }, .. }
                if !tile.is_partial::<T>() =>
            {
                let first = values.as_ptr().cast_mut().wrapping_add(start.unwrap_or(0) + tile.start);
                Rows { first, step: tile.pitch }
            }
            Factors::Values { of, .. } => {
                // SAFETY: the caller's promise.
                unsafe { made(self.rows.rows, self.cycle, of, tile) }
            }
        }
    }
}

/// Whether there is a buffer for the cycle, and it holds a whole row from each value on.
#[inline]
fn is_short_cycle<T: Constants>(cycle: *const T, factors: &Broadcast<'_, T>) -> bool {
    T::COLUMNS > 1
        && !cycle.is_null()
        && factors.copies == 1
        && factors.cycles
        && factors.values.len() <= T::VIRTUAL_LANES
}

/// Makes the rows of a tile.
///
/// # Safety
///
/// That of [`FactorRows::rows`].
#[inline(never)]
unsafe fn made<T: Constants>(rows: Rows<T>, cycle: *const T, factors: &Broadcast<'_, T>, tile: Tile) -> Rows<T> {
    let Broadcast { values, copies, .. } = *factors;
    let source: &[T] = if is_short_cycle(cycle, factors) {
        // SAFETY: `prepare` has written all of it.
        unsafe { core::slice::from_raw_parts(cycle, 2 * T::COLUMNS) }
    } else {
        values
    };
    let (mut place, step) = (factors.place(tile.start), factors.distance(tile.pitch));
    for row in 0..tile.rows {
        let valid = if row + 1 == tile.rows { tile.last } else { tile.width };
        let to = rows.at(row, 0);
        // SAFETY: the buffer has room for the tile's rows.
        unsafe {
            if copies == 1 && valid == T::COLUMNS && place.index() + valid <= source.len() {
                // With a known length the copy becomes a few moves.
                to.copy_from_nonoverlapping(source.as_ptr().add(place.index()), T::COLUMNS);
            } else {
                let row = core::slice::from_raw_parts_mut(to.cast::<MaybeUninit<T>>(), tile.width);
                row.iter_mut().for_each(|slot| _ = slot.write(T::ZERO));
                factors.fill(place, core::slice::from_raw_parts_mut(to, valid));
            }
        }
        place = factors.moved(place, step);
    }
    rows
}

#[cfg(test)]
mod tests {
    use core::mem::MaybeUninit;
    use std::vec::Vec;

    use super::{Buffer, FactorRows};
    use crate::driver::factors::{Broadcast, Factors};
    use crate::driver::tile::Tile;
    use crate::math::Constants;

    /// The value of a buffer before anything is written to it.
    fn marker<T: Constants>() -> T {
        -T::MAX
    }

    /// Checks the rows of one tile, made in one quarter of a buffer; the other quarters must stay as they are.
    fn check<T: Constants>(factors: Factors<'_, T>, tile: Tile, quarter: usize, has_cycle: bool) {
        let mut room = MaybeUninit::<T::TargetBuffer>::uninit();
        let (mut own, mut cycle) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let all = Buffer::<T>::of(&mut room);
        let rows = |row: usize| (0..T::COLUMNS).map(move |lane| (row, lane));
        // SAFETY: the buffer has `MADE_TARGETS` rows.
        (0..T::MADE_TARGETS).flat_map(rows).for_each(|(row, lane)| unsafe { all.rows.at(row, lane).write(marker()) });
        let mut made = FactorRows::of(all.part(quarter, &mut own));
        if has_cycle {
            made = made.with_cycle(&mut cycle);
        }
        made.prepare(factors);
        // SAFETY: they have been prepared, and the tile has no more rows than a quarter.
        let found = unsafe { made.rows(factors, tile) };
        for row in 0..tile.rows {
            let valid = if row + 1 == tile.rows { tile.last } else { tile.width };
            for lane in 0..tile.width {
                // SAFETY: all rows are there.
                let value = unsafe { found.at(row, lane).read() };
                let element = tile.start + row * tile.pitch + lane;
                let beyond = if factors.is_uniform() { factors.of(0) } else { T::ZERO };
                let expected = if lane < valid { factors.of(element) } else { beyond };
                assert_eq!(value, expected, "row {row}, lane {lane}, element {element} of {factors:?}");
            }
        }
        for (row, lane) in (0..T::MADE_TARGETS).flat_map(rows) {
            if row / T::MADE_ROWS != quarter {
                // SAFETY: likewise.
                assert_eq!(unsafe { all.rows.at(row, lane).read() }, marker(), "row {row}, lane {lane}");
            }
        }
    }

    fn check_all<T: Constants>() {
        for (values, cycles) in [(1, true), (3, true), (31, true), (32, true), (33, true), (80, true), (2010, false)] {
            let values: Vec<T> = (1..=values).map(T::from_count).collect();
            for copies in [1, 3, 64] {
                for (run, start) in [(1, None), (1, Some(5)), (values.len(), None), (values.len(), Some(5))] {
                    let of = Broadcast { values: &values, run, copies, cycles, start };
                    check_tiles(Factors::Values { of: &of, moderate: false });
                }
            }
        }
        check_tiles(Factors::Uniform(T::from_count(7)));
    }

    fn check_tiles<T: Constants>(factors: Factors<'_, T>) {
        let lanes = T::VIRTUAL_LANES;
        for start in [0, 1, 2, 63, 64, 65, 200] {
            for len in [1, 2, lanes - 1, lanes, lanes + 1, 3 * lanes, T::MADE_ROWS * lanes - 1, T::MADE_ROWS * lanes] {
                for (quarter, has_cycle) in [(1, true), (2, true), (3, false)] {
                    check(factors, Tile::across::<T>(start, len, T::COLUMNS), quarter, has_cycle);
                    check(factors, Tile::down::<T>(start, len, 0, 1), quarter, has_cycle);
                    check(factors, Tile::down::<T>(start, len, 0, lanes), quarter, has_cycle);
                }
            }
        }
        // The rows of this tile are far apart.
        let apart = Tile { start: 7, pitch: 150, rows: T::MADE_ROWS, width: T::COLUMNS, last: T::COLUMNS - 1 };
        check(factors, apart, 1, true);
    }

    #[test]
    fn rows_of_repeated_values() {
        check_all::<f32>();
        check_all::<f64>();
    }

    /// Values that follow each other are not copied, but read where they lie.
    #[test]
    fn a_value_for_each_element() {
        let values = [2.0f32; 100];
        let start = 3;
        let of = Broadcast { values: &values, run: 1, copies: 1, cycles: false, start: Some(start) };
        let factors = Factors::Values { of: &of, moderate: false };
        let mut room = MaybeUninit::<[f32; 32 * 32]>::uninit();
        let mut rows = FactorRows::of(Buffer::of(&mut room));
        rows.prepare(factors);
        // SAFETY: they have been prepared, and there are values for the tile.
        let rows = unsafe { rows.rows(factors, Tile::across::<f32>(4, 96, 32)) };
        assert_eq!((rows.first.cast_const(), rows.step), (values[start + 4..].as_ptr(), 32));
    }
}
