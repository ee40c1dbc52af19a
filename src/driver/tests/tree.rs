//! Joining two vectors, and the rows of a block.

use std::vec::Vec;

use quickcheck::quickcheck;

use super::sum::fraction;
use crate::driver::tree::{PIECE, Tree, joined};
use crate::math::Constants;
use crate::simd::{Backend, Float, Kernel, Lanes, Token};
use crate::tests::{Bits, exact, magnitude};

/// Two numbers, the same in each lane, and their joins as a sum and as a product.
struct Pair<T> {
    numbers: [T; 2],
    /// All lanes of both joins; a register has at most 16.
    joined: [[T; 16]; 2],
}

struct Joining;

impl<T: Constants> Kernel<T> for Joining {
    type Args = Pair<T>;
    type Out = bool;

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, pair: &mut Pair<T>) -> bool {
        let [a, b] = pair.numbers.map(|v| l.splat(v));
        for (are_products, row) in [false, true].into_iter().zip(&mut pair.joined) {
            // SAFETY: there is room for a register.
            unsafe { joined(a, b, are_products).store(row.as_mut_ptr()) };
        }
        L::FUSED
    }
}

fn check_join<T: Constants>(a: T, b: T) {
    for backend in Backend::available() {
        let joining = backend.function::<T, Joining>();
        let mut pair = Pair { numbers: [a, b], joined: [[T::ZERO; 16]; 2] };
        // SAFETY: the kernel trusts nothing.
        let fused = unsafe { joining.call(&mut pair) };
        let [sum, product] = pair.joined;
        for lane in 0..joining.lanes {
            assert_eq!(sum[lane], a + b);
            let expected = (exact(T::ONE) + exact(a)) * (exact(T::ONE) + exact(b)) - exact(T::ONE);
            // a + b and the result are rounded, and a b where it is not fused: each by half a digit at most.
            let halves = if fused { 2.0 } else { 3.0 };
            let unit = exact(T::ONE / T::from_count(1 << T::FRACTION_BITS)) * exact(0.5);
            let error = magnitude(exact(product[lane]) - &expected);
            assert!(error <= expected * unit * exact(halves), "{}: {a} with {b}: {}", backend.name(), product[lane]);
        }
    }
}

quickcheck! {
    fn products_joined(a: Bits, b: Bits) -> () {
        check_join::<f32>(fraction(a), fraction(b));
        check_join::<f64>(fraction(a), fraction(b));
    }

    fn rows_joined(bits: Bits) -> () {
        check_rows::<f32>(bits);
        check_rows::<f64>(bits);
    }
}

#[test]
fn joining_nothing_changes_nothing() {
    for v in [0.0, f32::from_bits(1), f32::MIN_POSITIVE, 0.3, 1.0, 1e30] {
        for numbers in [[v, 0.0], [0.0, v]] {
            for backend in Backend::available() {
                let mut pair = Pair { numbers, joined: [[0.0; 16]; 2] };
                // SAFETY: the kernel trusts nothing.
                unsafe { backend.function::<f32, Joining>().call(&mut pair) };
                assert_eq!(pair.joined.map(|lanes| lanes[0]), [v; 2], "{}", backend.name());
            }
        }
    }
}

/// The rows of a block, with a term and two products of each lane, and the result of joining them.
struct Rows<T> {
    rows: Vec<[Vec<T>; 3]>,
    /// The number of lanes of the last row that are not cleared.
    last: usize,
    joined: [Vec<T>; 3],
    fused: bool,
}

struct JoiningRows;

impl<T: Constants> Kernel<T> for JoiningRows {
    type Args = Rows<T>;
    type Out = ();
    const REGISTERS: usize = 4;

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, rows: &mut Rows<T>) {
        rows.fused = L::FUSED;
        let mut sums = std::vec![T::ZERO; 3 * T::COLUMNS];
        let mut tree = Tree::new();
        for (piece, part) in rows.rows.chunks(PIECE).enumerate() {
            for (k, row) in part.iter().enumerate() {
                // SAFETY: each row has as many lanes as are taken at a time.
                let [term, products @ ..] = row.each_ref().map(|lanes| unsafe { l.load(lanes.as_ptr()) });
                tree.set(k, term, products, 2);
            }
            // SAFETY: the rows have been set.
            unsafe {
                if piece == (rows.rows.len() - 1) / PIECE {
                    tree.cut(l, part.len() - 1, rows.last, 2);
                }
                tree.join(l, part.len(), 2, piece, sums.as_mut_ptr());
            }
        }
        if rows.rows.len() > 2 * PIECE {
            // SAFETY: all pieces have been joined.
            unsafe { tree.join_halves(l, 2, sums.as_mut_ptr()) };
        }
        for (joined, sums) in rows.joined.iter_mut().zip(sums.chunks(T::COLUMNS)) {
            joined.copy_from_slice(&sums[..L::LANES]);
        }
    }
}

/// Joins neighbours until one is left, as the definition says.
fn tree<T: Constants>(mut row: Vec<T>, are_products: bool, fused: bool) -> T {
    while row.len() > 1 {
        let two = |pair: &[T]| match *pair {
            [a, b] if are_products && fused => fused_mul_add(a, b, a + b),
            [a, b] if are_products => a * b + (a + b),
            [a, b] => a + b,
            _ => pair[0],
        };
        row = row.chunks(2).map(two).collect();
    }
    row[0]
}

/// Returns a * b + c with one rounding, by the standard library.
fn fused_mul_add<T: Float>(a: T, b: T, c: T) -> T {
    let [a, b, c] = [a, b, c].map(T::widen);
    if size_of::<T>() == 4 {
        return T::narrow(f64::from((a as f32).mul_add(b as f32, c as f32)));
    }
    T::narrow(a.mul_add(b, c))
}

fn check_rows<T: Constants>(bits: Bits) {
    for backend in Backend::available() {
        let joining = backend.function::<T, JoiningRows>();
        let lanes = joining.lanes;
        for count in 1..=4 * PIECE {
            let number = |row: usize, kind: usize, lane: usize| fraction::<T>(bits.other((row * 3 + kind) * 32 + lane));
            let of_lanes = |row, kind| (0..lanes).map(|lane| number(row, kind, lane)).collect();
            let rows = (0..count).map(|row| [0, 1, 2].map(|kind| of_lanes(row, kind))).collect();
            let last = 1 + bits.other(count).0 as usize % lanes;
            let joined = [0; 3].map(|_| std::vec![T::ZERO; lanes]);
            let mut rows = Rows { rows, last, joined, fused: false };
            // SAFETY: each row has as many lanes as are taken at a time.
            unsafe { joining.call(&mut rows) };
            for kind in 0..3 {
                for lane in 0..lanes {
                    let is_there = |row| row < count - 1 || lane < last;
                    let of = |row| if is_there(row) { number(row, kind, lane) } else { T::ZERO };
                    let expected = tree((0..count).map(of).collect(), kind > 0, rows.fused);
                    assert_eq!(rows.joined[kind][lane], expected, "{}: {count} rows", backend.name());
                }
            }
        }
    }
}
