//! Rows that are widened from bytes and halves, and rounded to halves, on every backend.

use core::fmt::Debug;
use std::vec;
use std::vec::Vec;

use crate::driver::TransferPlans;
use crate::driver::block::Rows;
use crate::driver::stored::{Stored, StoredMut};
use crate::driver::tile::Tile;
use crate::driver::values::{Values, ValuesMut};
use crate::math::{Constants, Smoothing};
use crate::simd::Backend;

/// The start of the tiles; elements before it must stay as they are.
const START: usize = 3;

fn tiles<T: Constants>() -> impl Iterator<Item = Tile> {
    let lanes = T::VIRTUAL_LANES;
    let lens = [1, 2, 3, 4, 5, 8, 9, lanes - 1, lanes, lanes + 1, 2 * lanes, 3 * lanes - 1, 8 * lanes - 7];
    lens.into_iter().flat_map(move |len| {
        let widths = (0..=lanes.ilog2()).map(|log| 1 << log);
        let down = widths.clone().map(move |lanes| Tile::down::<T>(START, len, 0, lanes));
        widths.map(move |width| Tile::across::<T>(START, len, width)).chain(down)
    })
}

/// The number of elements in a row of a tile.
fn valid(tile: Tile, row: usize) -> usize {
    if row + 1 == tile.rows { tile.last } else { tile.width }
}

/// Checks that each value is widened to its place, with zeros after the last one, and that nothing beyond it is read: all
/// numbers there are others.
fn check_read<T: Constants, S: Stored<T>>(stored: impl Fn(usize) -> S, beyond: S, expected: impl Fn(usize) -> T) {
    let half = Smoothing::new(T::ONE / (T::ONE + T::ONE));
    for tile in tiles::<T>() {
        let end = tile.start + (tile.rows - 1) * tile.pitch + tile.last;
        let values: Vec<S> = (0..end).map(&stored).chain(vec![beyond; T::VIRTUAL_LANES]).collect();
        for smoothing in [None, Some(half)] {
            for backend in Backend::available() {
                let mut buffer = vec![-T::MAX; (tile.rows + 1) * T::COLUMNS];
                let rows = Rows { first: buffer.as_mut_ptr(), step: T::COLUMNS };
                // SAFETY: there are values for the tile, and room for its rows.
                unsafe { Values::new(&values).column.read(backend, tile, rows, smoothing) };
                for row in 0..tile.rows {
                    for lane in 0..tile.width {
                        let is_there = lane < valid(tile, row);
                        let v = if is_there { expected(tile.start + row * tile.pitch + lane) } else { T::ZERO };
                        let v = smoothing.map_or(v, |smoothing| v * smoothing.keep + smoothing.lift);
                        let found = buffer[row * T::COLUMNS + lane];
                        assert_eq!(found, v, "{}: row {row}, lane {lane} of {}", backend.name(), tile.width);
                    }
                }
                assert!(buffer[tile.rows * T::COLUMNS..].iter().all(|&v| v == -T::MAX), "{}", backend.name());
            }
        }
    }
}

/// Checks that each number is rounded to its place, and that nothing else is written.
fn check_write<T: Constants, S: StoredMut<T> + PartialEq + Debug>(number: impl Fn(usize) -> T, marker: S) {
    for tile in tiles::<T>() {
        // Only rows of all lanes, or a single row.
        if tile.width < T::VIRTUAL_LANES && tile.rows > 1 {
            continue;
        }
        let element = |row, lane| tile.start + row * tile.pitch + lane;
        let end = element(tile.rows - 1, tile.last);
        let mut buffer = vec![T::ZERO; tile.rows * T::COLUMNS];
        let mut expected = vec![marker; end + T::VIRTUAL_LANES];
        for row in 0..tile.rows {
            for lane in 0..T::COLUMNS {
                let v = number(element(row, lane));
                buffer[row * T::COLUMNS + lane] = v;
                if lane < valid(tile, row) {
                    expected[element(row, lane)] = S::round(v);
                }
            }
        }
        let rows = Rows { first: buffer.as_mut_ptr(), step: T::COLUMNS };
        for backend in Backend::available() {
            let mut found = vec![marker; expected.len()];
            // SAFETY: there is room for the tile, and the buffer has its rows.
            unsafe { ValuesMut::new(&mut found).column.write(backend, tile, rows) };
            assert_eq!(found, expected, "{}: {} rows of {}", backend.name(), tile.rows, tile.width);
        }
    }
}

#[test]
fn rows_of_labels() {
    fn check<T: TransferPlans>() {
        let byte = |i: usize| (i * 7 % 256) as u8 * u8::from(!i.is_multiple_of(3));
        check_read(byte, 1, |i| T::from_word(byte(i).into()));
        let label = |i: usize| i.is_multiple_of(3);
        let number = |i| if label(i) { T::ONE } else { T::ZERO };
        check_read(label, true, number);
        check_read(|i| Some(label(i)), None, number);
        let signed = |i: usize| T::from_integer(i32::from(byte(i) as i8));
        check_read(|i| byte(i) as i8, 1, |i| T::from_word(byte(i).into()));
        check_read(|i| i32::from(byte(i) as i8), 1, signed);
        check_read(|i| i64::from(byte(i) as i8), 1, signed);
    }
    check::<f32>();
    check::<f64>();
    check_read(|i| (i * 7 % 256) as f32 / 256.0, f32::MAX, |i| (i * 7 % 256) as f64 / 256.0);
}

/// Checks the value in the type of the labels, if the type has it. Widening makes no other number 0 or 1.
#[test]
fn values_of_labels() {
    fn check<S: Stored<f64> + Debug>(values: &[(f64, Option<S>)]) {
        for &(value, expected) in values {
            let found = S::exactly(value);
            assert_eq!(found, expected, "{value}");
            let is_label = value == 0.0 || value == 1.0;
            if let Some(label) = found {
                assert_eq!(label.widen() == 0.0 || label.widen() == 1.0, is_label, "{value}");
                assert_eq!(label.is_label(), is_label, "{value}");
            }
        }
    }
    check(&[
        (0.0, Some(0)),
        (1.0, Some(1)),
        (255.0, Some(255)),
        (256.0, None),
        (-1.0, None),
        (0.5, None),
        (f64::NAN, None::<u8>),
    ]);
    check(&[(-1.0, Some(-1)), (-128.0, Some(-128)), (128.0, None), (f64::NAN, None::<i8>)]);
    check(&[(-100.0, Some(-100)), (2_147_483_647.0, Some(i32::MAX)), (2_147_483_648.0, None)]);
    check(&[
        (-100.0, Some(-100)),
        (-9_223_372_036_854_775_808.0, Some(i64::MIN)),
        (4_294_967_296.0, Some(1_i64 << 32)),
    ]);
    check(&[(0.0, Some(false)), (1.0, Some(true)), (2.0, None), (f64::NAN, None)]);
    check(&[(0.0, Some(Some(false))), (1.0, Some(Some(true))), (f64::NAN, None)]);
    assert!(Stored::<f32>::is_missing(None::<bool>) && <Option<bool> as Stored<f32>>::widen(None).is_nan());
    assert_eq!(<f32 as Stored<f64>>::exactly(0.1), None);
    assert_eq!(<f32 as Stored<f64>>::exactly(0.25), Some(0.25));
    assert!(<f32 as Stored<f64>>::exactly(f64::NAN).is_some_and(f32::is_nan));
}

#[test]
fn rows_as_they_are() {
    fn check<T: TransferPlans>() {
        let number = |i: usize| T::from_count(i as u64) / T::from_count(256);
        check_read(number, T::MAX, number);
        check_write(number, -T::ONE);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn where_they_are_read() {
    let (numbers, bytes) = ([0.5_f32, 0.25, 0.125], [0_u8, 1, 0]);
    let (as_is, widened) = (Values::<f32>::new(&numbers), Values::<f32>::new(&bytes));
    assert_eq!((as_is.len(), widened.len()), (3, 3));
    assert_eq!(as_is.as_is(), Some(&numbers[..]));
    assert_eq!(widened.as_is(), None);
    assert_eq!(as_is.iter().collect::<Vec<_>>(), numbers);
    assert_eq!(widened.iter().collect::<Vec<_>>(), [0.0, 1.0, 0.0]);
    assert_eq!(as_is.column.as_is(2).map(|at| at.cast_const()), Some(&raw const numbers[2]));
    assert_eq!(widened.column.as_is(2), None);

    let tile = Tile { start: 1, pitch: 1, rows: 2, width: 1, last: 1 };
    let rows = as_is.column.rows(tile).map(|rows| (rows.first.cast_const(), rows.step));
    assert_eq!(rows, Some((&raw const numbers[1], 1)));
    assert!(widened.column.rows(tile).is_none());
    // A row that reaches beyond the end must be made.
    let beyond = Tile { start: 0, pitch: 4, rows: 1, width: 4, last: 3 };
    assert!(as_is.column.rows(beyond).is_none());

    let mut one_by_one = [7.0_f32; 4];
    // SAFETY: two numbers are there from 1 on, and room for both.
    unsafe { widened.column.widen(1, 2, one_by_one[1..].as_mut_ptr()) };
    assert_eq!(one_by_one, [7.0, 1.0, 0.0, 7.0]);
}

#[cfg(feature = "half")]
mod halves {
    use half::{bf16, f16};

    use super::*;

    #[test]
    fn rows_of_halves() {
        // Every number here is exact, smoothed too.
        let number = |i: usize| (i % 257) as f32 / 256.0;
        check_read(|i| f16::from_f32(number(i)), f16::MAX, number);
        check_read(|i| bf16::from_f32(number(i)), bf16::MAX, number);
    }

    /// Numbers below, at and above the middle of two neighbours that are `digit` apart, numbers that are too large, and
    /// subnormal ones.
    fn number(i: usize, digit: f32) -> f32 {
        let middle = 1.0 + (i / 8) as f32 * digit + 0.5 * digit;
        match i % 8 {
            0 => middle,
            1 => f32::from_bits(middle.to_bits() - 1),
            2 => f32::from_bits(middle.to_bits() + 1),
            3 => -middle,
            4 => middle * 65_504.0,
            5 => middle * 1e-6,
            6 => f32::MAX,
            _ => -f32::INFINITY,
        }
    }

    #[test]
    fn rounded_to_halves() {
        let (f16_digit, bf16_digit) = (1.0 / 1024.0, 1.0 / 128.0);
        check_write(|i| number(i, f16_digit), f16::from_f32(-7.0));
        check_write(|i| number(i, bf16_digit), bf16::from_f32(-7.0));
        // Ties go to even, and not away from 0.
        let f16_of = |v| <f16 as StoredMut<f32>>::round(v).to_f32();
        let bf16_of = |v| <bf16 as StoredMut<f32>>::round(v).to_f32();
        assert_eq!([0, 8].map(|i| f16_of(number(i, f16_digit))), [1.0, 1.0 + 2.0 * f16_digit]);
        assert_eq!([0, 8].map(|i| bf16_of(number(i, bf16_digit))), [1.0, 1.0 + 2.0 * bf16_digit]);
    }
}
