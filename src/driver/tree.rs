//! Joins the terms and products of the rows of a block as a binary tree of neighbours.

use core::hint::black_box;
use core::mem::MaybeUninit;

use crate::math::Constants;
use crate::simd::{Lanes, Token, Vector};

/// The number of rows that are evaluated before they are joined: a quarter of a block.
pub const PIECE: usize = 8;

/// Joins two terms; or two products, both less 1: (1 + a)(1 + b) - 1 = a + b + a b. There nothing cancels, and no small
/// factor is lost.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn joined<L: Lanes>(a: Vector<L>, b: Vector<L>, are_products: bool) -> Vector<L> {
    let sum = a + b;
    if are_products { a.mul_add(b, sum) } else { sum }
}

/// The rows of a piece, of as many lanes as a formula takes at a time: their terms, and up to two products of 1 + e, less 1.
/// They are not cleared, since a block of few rows would wait for that.
///
/// Rows are joined one register after the other. All registers at once would be four times the code, and no faster.
pub struct Tree<L: Lanes> {
    rows: [[MaybeUninit<Vector<L>>; PIECE]; 3],
    /// The joined terms and products of the third and the fourth piece of a block.
    half: [MaybeUninit<Vector<L>>; 3],
}

impl<T: Constants, L: Lanes<Scalar = T>> Tree<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn new() -> Self {
        const { assert!(size_of::<Vector<L>>() == L::LANES * size_of::<T>(), "one register follows the other") };
        Self { rows: [[MaybeUninit::uninit(); PIECE]; 3], half: [MaybeUninit::uninit(); 3] }
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn set(&mut self, row: usize, term: Vector<L>, products: [Vector<L>; 2], count: usize) {
        let row = row % PIECE;
        self.rows[0][row].write(term);
        let mut k = 0;
        while k < count {
            self.rows[1 + k][row].write(products[k]);
            k += 1;
        }
    }

    /// Clears all lanes of a row after the first `count`.
    ///
    /// # Safety
    ///
    /// The row has been set, with as many products.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn cut(&mut self, l: Token<L>, row: usize, count: usize, products: usize) {
        let (register, width) = (l.register(), width::<L>());
        let mut lane = 0;
        while lane < width {
            let beyond = register.beyond(count.saturating_sub(lane).min(L::Register::LANES));
            let mut kind = 0;
            while kind <= products {
                let place = self.rows[kind][row % PIECE].as_mut_ptr().cast::<T>().wrapping_add(lane);
                // SAFETY: the caller's promise, and the register at `lane` is part of the vector.
                unsafe { beyond.clear(register.load(place)).store(place) };
                kind += 1;
            }
            lane = next::<L>(lane);
        }
    }

    /// Joins the first `count` rows, which are a piece of a block. The first two pieces of a block go to `sums`, and the
    /// other two wait for [`join_halves`](Self::join_halves).
    ///
    /// # Safety
    ///
    /// `count` rows, at least one, have been set, with as many products. `sums` has room for the terms and the products of all
    /// lanes, as [`Block::sums`](super::block::Block::sums) says. The pieces of a block come in order.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    pub unsafe fn join(&mut self, l: Token<L>, count: usize, products: usize, piece: usize, sums: *mut T) {
        if const { T::COLUMNS > 1 } {
            // Joining 0 changes nothing, and fewer rows would be code of their own.
            let mut row = count;
            while row < PIECE {
                self.set(row, l.zero(), [l.zero(), l.zero()], products);
                row += 1;
            }
        }
        let width = width::<L>();
        let mut lane = 0;
        while lane < width {
            // SAFETY: the caller's promise, and the register at `lane` is part of the vector.
            unsafe {
                self.join_kind(l, 0, lane, count, piece, sums);
                let mut k = 0;
                while k < products {
                    self.join_kind(l, 1 + k, lane, count, piece, sums);
                    k += 1;
                }
            }
            lane = next::<L>(lane);
        }
    }

    /// Joins the terms (kind 0) or one of the products.
    ///
    /// # Safety
    ///
    /// The conditions of [`join`](Self::join) hold, for the register that begins at `lane`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn join_kind(&mut self, l: Token<L>, kind: usize, lane: usize, count: usize, piece: usize, sums: *mut T) {
        let register = l.register();
        let rows = self.rows[kind].as_mut_ptr().cast::<T>().wrapping_add(lane);
        let half = self.half[kind].as_mut_ptr().cast::<T>().wrapping_add(lane);
        let place = if piece < 2 { sums.wrapping_add(kind * T::COLUMNS + lane) } else { half };
        // SAFETY: the caller's promise; the piece before an odd one has been stored at `place`.
        unsafe {
            let mut v = if const { T::COLUMNS > 1 } || cfg!(not(small)) && count == PIECE {
                eight(register, rows, L::LANES, kind > 0)
            } else {
                fewer(register, rows, L::LANES, count, kind > 0)
            };
            if piece % 2 == 1 {
                v = joined(register.load(place), v, kind > 0);
            }
            v.store(place);
        }
    }

    /// Joins the halves of a block that has more than two pieces.
    ///
    /// # Safety
    ///
    /// All pieces have been joined, with as many products.
    #[cfg_attr(not(any(unoptimized, small)), inline(always))]
    pub unsafe fn join_halves(&self, l: Token<L>, products: usize, sums: *mut T) {
        let (register, width) = (l.register(), width::<L>());
        let mut lane = 0;
        while lane < width {
            let mut kind = 0;
            while kind <= products {
                let half = self.half[kind].as_ptr().cast::<T>().wrapping_add(lane);
                let place = sums.wrapping_add(kind * T::COLUMNS + lane);
                // SAFETY: the caller's promise, and the register at `lane` is part of the vector.
                unsafe { joined(register.load(place), register.load(half), kind > 0).store(place) };
                kind += 1;
            }
            lane = next::<L>(lane);
        }
    }
}

/// Returns the number of lanes, hidden from the compiler, which would unroll the loops over registers if it knew it.
#[cfg_attr(not(unoptimized), inline(always))]
fn width<L: Lanes>() -> usize {
    if const { L::LANES > L::Register::LANES } { black_box(L::LANES) } else { L::LANES }
}

/// Returns where the next register begins. The barrier also prevents unrolling.
#[cfg_attr(not(unoptimized), inline(always))]
fn next<L: Lanes>(lane: usize) -> usize {
    black_box(());
    lane + L::Register::LANES
}

/// Joins from 1 to [`PIECE`] rows as a tree of neighbours.
///
/// # Safety
///
/// The rows are there, `step` apart, and are not read again.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn fewer<L: Lanes>(
    l: Token<L>,
    rows: *mut L::Scalar,
    step: usize,
    count: usize,
    are_products: bool,
) -> Vector<L> {
    // SAFETY: the caller's promise; the results overwrite only rows that have been read.
    unsafe {
        let mut left = count;
        while left > 1 {
            let mut k = 0;
            while k < left / 2 {
                two(l, rows.wrapping_add(2 * k * step), step, are_products).store(rows.wrapping_add(k * step));
                k += 1;
            }
            if left % 2 == 1 {
                l.load(rows.wrapping_add((left - 1) * step)).store(rows.wrapping_add(k * step));
            }
            left = left.div_ceil(2);
        }
        l.load(rows)
    }
}

/// # Safety
///
/// Two rows are there, `step` apart.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn two<L: Lanes>(l: Token<L>, rows: *const L::Scalar, step: usize, are_products: bool) -> Vector<L> {
    // SAFETY: the caller's promise.
    unsafe { joined(l.load(rows), l.load(rows.wrapping_add(step)), are_products) }
}

/// # Safety
///
/// Four rows are there, `step` apart.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn four<L: Lanes>(l: Token<L>, rows: *const L::Scalar, step: usize, are_products: bool) -> Vector<L> {
    // SAFETY: the caller's promise.
    unsafe {
        let (first, second) =
            (two(l, rows, step, are_products), two(l, rows.wrapping_add(2 * step), step, are_products));
        joined(first, second, are_products)
    }
}

/// # Safety
///
/// Eight rows are there, `step` apart.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn eight<L: Lanes>(l: Token<L>, rows: *const L::Scalar, step: usize, are_products: bool) -> Vector<L> {
    // SAFETY: the caller's promise.
    unsafe {
        let (first, second) =
            (four(l, rows, step, are_products), four(l, rows.wrapping_add(4 * step), step, are_products));
        joined(first, second, are_products)
    }
}
