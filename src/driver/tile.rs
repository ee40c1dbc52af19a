//! The elements of a block.

use crate::math::Constants;

/// Returns the number of lanes of a row, a constant where lanes are taken one at a time.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn width_of<T: Constants>(width: usize) -> usize {
    if T::COLUMNS == 1 { 1 } else { width }
}

/// The elements that one formula evaluates. The `len` elements from `start` on lie in rows of all virtual lanes, and every
/// `groups`th row belongs to this group.
#[derive(Clone, Copy)]
pub struct Group {
    pub start: usize,
    pub len: usize,
    pub groups: usize,
    /// The index of the group among `groups`; it has at least one row.
    pub group: usize,
}

impl Group {
    /// Returns the number of virtual lanes that have an element.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn lanes<T: Constants>(self) -> usize {
        T::VIRTUAL_LANES.min(self.len - self.group * T::VIRTUAL_LANES)
    }

    /// Returns the elements of [`COLUMNS`](crate::simd::Native::COLUMNS) of these lanes, see [`Tile::down`].
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn down<T: Constants>(self, lane: usize, lanes: usize) -> Tile {
        Tile::down::<T>(self.start, self.len, lane, lanes).every(self.groups, self.group)
    }
}

/// Elements in rows of equal width.
#[derive(Clone, Copy)]
pub struct Tile {
    /// The first element.
    pub start: usize,
    /// The number of elements from the start of a row to the start of the next.
    pub pitch: usize,
    pub rows: usize,
    /// How many lanes a row has.
    pub width: usize,
    /// The number of elements of the last row; less than `width` where the row reaches beyond the end.
    pub last: usize,
}

impl Tile {
    /// Returns `len` elements, row after row.
    #[inline]
    pub fn across<T: Constants>(start: usize, len: usize, width: usize) -> Self {
        let width = width_of::<T>(width);
        // The width is a power of two, so the division is a shift.
        let rows = (len + width - 1) >> width.trailing_zeros();
        Self { start, pitch: width, rows, width, last: len - (rows - 1) * width }
    }

    /// Returns those of `len` elements that are in [`COLUMNS`](crate::simd::Native::COLUMNS) virtual lanes from `lane` on. A
    /// single row has only as many vectors of `lanes` lanes as it needs.
    #[inline]
    pub fn down<T: Constants>(start: usize, len: usize, lane: usize, lanes: usize) -> Self {
        let left = len - lane;
        let rows = left.div_ceil(T::VIRTUAL_LANES);
        let last = if T::COLUMNS == 1 { 1 } else { T::COLUMNS.min(left - (rows - 1) * T::VIRTUAL_LANES) };
        let width = if rows > 1 { T::COLUMNS } else { (last + lanes - 1) & !(lanes - 1) };
        let width = width_of::<T>(width);
        Self { start: start + lane, pitch: T::VIRTUAL_LANES, rows, width, last }
    }

    /// Returns every `step`th row (at least every row), from `row` on.
    #[inline]
    pub fn every(&self, step: usize, row: usize) -> Self {
        let step = step.max(1);
        let rows = (self.rows - row).div_ceil(step);
        let last = if row + (rows - 1) * step + 1 == self.rows { self.last } else { self.width };
        Self { start: self.start + row * self.pitch, pitch: step * self.pitch, rows, last, ..*self }
    }

    /// Returns the first row.
    #[inline]
    pub fn first_row(&self) -> Self {
        Self { rows: 1, last: if self.rows == 1 { self.last } else { self.width }, ..*self }
    }

    /// Whether the last row reaches beyond the end.
    #[inline]
    pub fn is_partial<T: Constants>(&self) -> bool {
        // A single lane never reaches beyond the end, and needs no code for it.
        T::COLUMNS > 1 && self.last < self.width
    }

    /// Returns the index after the last element.
    #[inline]
    pub fn end(&self) -> usize {
        self.start + (self.rows - 1) * self.pitch + self.last
    }

    /// Returns up to `limit` rows from `row` on. The last row is left out if it is partial and would be made with many
    /// others.
    #[inline]
    pub fn part<T: Constants>(&self, row: usize, limit: usize) -> Self {
        let left = self.rows - row;
        let is_apart = self.is_partial::<T>() && left > 1 && limit > T::MADE_ROWS;
        let rows = limit.min(left - usize::from(is_apart));
        let last = if row + rows == self.rows { self.last } else { self.width };
        Self { start: self.start + row * self.pitch, rows, last, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use super::Tile;
    use crate::simd::Native;

    /// Lengths up to two rows, and around those of pieces, of rows made at a time, and of blocks.
    fn lengths<T: Native>() -> impl Iterator<Item = usize> {
        let lanes = T::VIRTUAL_LANES;
        let few = [7, 8, 9, 15, 16, 17, 31, 32, 33, 128].into_iter();
        (1..2 * lanes).chain(few.flat_map(move |rows| [0, 1, 3, 4, 5, lanes - 1].map(|rest| rows * lanes + rest)))
    }

    /// Counts how often a tile has each element.
    fn count(tile: Tile, counts: &mut [usize]) {
        for row in 0..tile.rows {
            let lanes = if row + 1 == tile.rows { tile.last } else { tile.width };
            for lane in 0..lanes {
                counts[tile.start + row * tile.pitch + lane] += 1;
            }
        }
    }

    /// The parts into which a tile is cut, one after the other.
    fn parts<T: crate::math::Constants>(tile: Tile, limit: usize) -> Vec<Tile> {
        let (mut row, mut parts) = (0, Vec::new());
        while row < tile.rows {
            let part = tile.part::<T>(row, limit);
            assert!((1..=limit).contains(&part.rows), "of {} rows from {row} on", tile.rows);
            row += part.rows;
            parts.push(part);
        }
        assert_eq!(row, tile.rows);
        parts
    }

    fn check<T: crate::math::Constants>() {
        let start = 5;
        for len in lengths::<T>() {
            let expected: Vec<_> = (0..start + len).map(|i| usize::from(i >= start)).collect();
            let lanes = (0..=T::VIRTUAL_LANES.ilog2()).map(|log| 1 << log);
            let across = lanes.clone().map(|width| (Tile::across::<T>(start, len, width), width));
            let down = lanes.map(|lanes| (Tile::down::<T>(start, len, 0, lanes), lanes));
            for (tile, lanes) in across.chain(down) {
                let mut counts = vec![0; start + len];
                count(tile, &mut counts);
                assert_eq!(counts, expected, "{len} elements, {lanes} lanes");
                assert_eq!(tile.end(), start + len);
                assert!((1..=tile.width).contains(&tile.last));
                assert_eq!(tile.width % lanes, 0);
                assert_eq!(tile.is_partial::<T>(), tile.rows * tile.width > len);
                for step in [1, 2, 3, 5, 32] {
                    let mut counts = vec![0; start + len];
                    for row in 0..step.min(tile.rows) {
                        let every = tile.every(step, row);
                        assert_eq!(
                            every.first_row().end(),
                            every.start + if every.rows > 1 { tile.width } else { every.last }
                        );
                        count(every, &mut counts);
                    }
                    assert_eq!(counts, expected, "{len} elements, {lanes} lanes, every {step}");
                }
                for limit in [T::MADE_ROWS, T::MADE_TARGETS, usize::MAX] {
                    let mut counts = vec![0; start + len];
                    let parts = parts::<T>(tile, limit);
                    for part in &parts {
                        count(*part, &mut counts);
                        assert!(part.end() <= start + len);
                        // A partial row is not made together with many others.
                        assert!(!part.is_partial::<T>() || part.rows <= T::MADE_ROWS);
                    }
                    assert_eq!(counts, expected, "{len} elements, {lanes} lanes, {limit} rows at a time");
                    let extra = usize::from(tile.is_partial::<T>() && tile.rows > 1 && limit > T::MADE_ROWS);
                    assert!(parts.len() <= tile.rows.div_ceil(limit) + extra);
                }
            }
            // A single row has no more vectors than it needs.
            if len < T::VIRTUAL_LANES {
                assert_eq!(Tile::down::<T>(start, len, 0, 4).width, len.next_multiple_of(4));
            }
        }
    }

    #[test]
    fn each_element_is_in_one_place() {
        check::<f32>();
        check::<f64>();
    }
}
