//! A block, and the functions of one that need vectors: evaluating a formula, surveying, taking logarithms.
//!
//! Only the kernels here are compiled once for each formula and each backend. They trust the addresses they are given, which
//! [`Streams`](super::streams::Streams) computes.

use core::marker::PhantomData;
use core::ops::Range;

use super::sum::{AreFinite, Finish, Finishing, PARTS, ROWS, Terms};
use super::tile::width_of;
use super::tree::{PIECE, Tree};
use crate::math::{Constants, Formula, Inputs, Results, TELLING};
use crate::simd::{Backend, Function, Kernel, Lanes, MICROCONTROLLER, Token};

/// The rows of one stream, `step` elements apart; 0 where one row stands for all.
#[derive(Clone, Copy)]
pub struct Rows<T> {
    pub first: *mut T,
    pub step: usize,
}

impl<T> Rows<T> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn at(self, row: usize, lane: usize) -> *mut T {
        self.first.wrapping_add(row * self.step + lane)
    }
}

/// The rows of all streams, as a formula reads and writes them.
#[derive(Clone, Copy)]
pub struct Block<T> {
    pub rows: usize,
    /// The number of lanes of each row, a whole number of vectors.
    pub width: usize,
    pub logit: Rows<T>,
    pub target: Rows<T>,
    pub pos_weight: Rows<T>,
    pub weight: Rows<T>,
    pub upstream: Rows<T>,
    pub outputs: [Rows<T>; 2],
    /// Where the joined terms of each lane go; the products follow, each [`COLUMNS`](crate::simd::Native::COLUMNS) further
    /// on. Beyond 32 rows, the terms and products of the next block follow those.
    pub sums: *mut T,
    /// The number of lanes of the last row that are not beyond the end, and so are summed.
    pub last: usize,
    /// The formula, with its parameters.
    pub formula: *const (),
}

/// The formula that a block may be left to, from the slowest to the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    Any,
    Moderate,
    Hard,
}

/// A formula, compiled for one backend.
pub struct BlockFn<'f, T> {
    pub evaluate: Function<Block<T>, ()>,
    pub finish: Function<Finish<T>, ()>,
    pub formula: *const (),
    pub products: usize,
    pub log_weights: [T; 2],
    /// Whether the formula needs each lane to have the same weights in all rows.
    pub by_lane: bool,
    /// See [`has_taken`](Self::has_taken).
    telling: Option<Function<Terms<T>, bool>>,
    borrowed: PhantomData<&'f ()>,
}

impl<T: Copy> Clone for BlockFn<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Copy> Copy for BlockFn<'_, T> {}

// SAFETY: the formula is shared, and `Sync`.
unsafe impl<T: Sync> Sync for BlockFn<'_, T> {}

impl<'f, T: Constants> BlockFn<'f, T> {
    #[inline]
    pub fn new<F: Formula<T>>(backend: Backend, formula: &'f F) -> Self {
        // A formula makes rows of its own width, and `Finishing` takes logarithms of as many lanes at a time.
        const { assert!(F::PRODUCTS == 0 || F::REGISTERS == 4, "as many registers as `Finishing` has") };
        Self {
            evaluate: backend.function::<T, Evaluate<F>>(),
            finish: match F::PRODUCTS {
                0 => backend.function::<T, Finishing<0>>(),
                1 if MICROCONTROLLER => backend.function::<T, Finishing<1>>(),
                _ => backend.function::<T, Finishing<2>>(),
            },
            products: F::PRODUCTS,
            formula: core::ptr::from_ref(formula).cast(),
            log_weights: formula.log_weights(),
            by_lane: F::BY_LANE,
            telling: if TELLING && F::TELLS { Some(backend.function::<T, AreFinite>()) } else { None },
            borrowed: PhantomData,
        }
    }
}

impl<T> BlockFn<'_, T> {
    /// Returns the function that says whether the formula holds for a block, if its terms tell.
    #[inline]
    pub fn has_taken(&self) -> Option<Function<Terms<T>, bool>> {
        if TELLING { self.telling } else { None }
    }
}

/// The streams that a formula reads besides the logits, and its results.
#[derive(Clone, Copy)]
pub struct Shape {
    pub targets: bool,
    pub weights: bool,
    pub upstream: bool,
    /// The number of results that are written for each element.
    pub outputs: usize,
    /// Whether terms are summed.
    pub sums: bool,
    /// Whether all rows have the same weights.
    pub by_lane: bool,
}

impl Shape {
    pub const fn of<T: Constants, F: Formula<T>>() -> Self {
        Self {
            targets: F::TARGETS,
            weights: F::WEIGHTED,
            upstream: F::UPSTREAM,
            outputs: F::OUTPUTS,
            sums: F::SUMS,
            by_lane: F::BY_LANE,
        }
    }
}

/// Evaluates a formula for each element of a block, writes the outputs, and joins the terms lane by lane.
pub struct Evaluate<F>(PhantomData<F>);

impl<T: Constants, F: Formula<T>> Kernel<T> for Evaluate<F> {
    type Args = Block<T>;
    type Out = ();
    const REGISTERS: usize = F::REGISTERS;

    /// # Safety
    ///
    /// `formula` points to an `F`. Every stream that it reads has `rows` rows of `width` elements, and every output has room
    /// for them. If the formula has terms, [`sums`](Block::sums) has room for the terms and products of all blocks.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, block: &mut Block<T>) {
        // A copy, since the compiler would read a field behind a reference again after each store.
        let block = *block;
        // SAFETY: the caller's promise.
        let formula = unsafe { block.formula.cast::<F>().read() };
        let mut first = 0;
        while first < block.rows {
            // Terms are joined block by block; without terms, all rows are one part.
            let end = if const { F::SUMS && PARTS > 1 } { block.rows.min(first + ROWS) } else { block.rows };
            let mut lane = 0;
            while lane < width_of::<T>(block.width) {
                // SAFETY: the caller's promise, and `lane` is below `width`.
                unsafe {
                    if const { F::SUMS } {
                        block.join(l, formula, first..end, lane);
                    } else {
                        let mut row = 0;
                        while row < end {
                            block.evaluate(l, formula, row, lane);
                            row += 1;
                        }
                    }
                }
                lane += L::LANES;
            }
            first = end;
        }
    }
}

impl<T: Constants> Block<T> {
    /// Evaluates a formula for one vector, writes the outputs, and returns the results.
    ///
    /// # Safety
    ///
    /// The conditions of [`Evaluate`] hold for this row and lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn evaluate<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        formula: F,
        row: usize,
        lane: usize,
    ) -> Results<L> {
        // SAFETY: the caller's promise.
        let inputs = unsafe {
            Inputs {
                logit: l.load(self.logit.at(row, lane)),
                target: if F::TARGETS { l.load(self.target.at(row, lane)) } else { l.one() },
                pos_weight: if F::WEIGHTED { l.load(self.pos_weight.at(row, lane)) } else { l.one() },
                weight: if F::WEIGHTED { l.load(self.weight.at(row, lane)) } else { l.one() },
                upstream: if F::UPSTREAM { l.load(self.upstream.at(row, lane)) } else { l.one() },
            }
        };
        let results = formula.evaluate(l, inputs);
        let mut k = 0;
        while k < F::OUTPUTS {
            // SAFETY: the caller's promise.
            unsafe { results.outputs[k].store(self.outputs[k].at(row, lane)) };
            k += 1;
        }
        results
    }

    /// Joins the terms and products of the rows of one block, at least one, as a tree, piece by piece, and stores them in
    /// `sums`.
    ///
    /// # Safety
    ///
    /// The conditions of [`Evaluate`] hold for these rows and this lane.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn join<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        formula: F,
        rows: Range<usize>,
        lane: usize,
    ) {
        let mut tree = Tree::new();
        let Range { start, end } = rows;
        let sums = self.sums.wrapping_add(start / ROWS * 3 * T::COLUMNS + lane);
        let (mut row, mut piece) = (start, 0);
        while row < end {
            let count = PIECE.min(end - row);
            let mut k = 0;
            // There is at least one row, so with a single column the first check is skipped. With more columns the loop
            // needs it to be vectorised.
            while k < count || T::COLUMNS == 1 && k == 0 {
                // SAFETY: the caller's promise, and row + k is below `end`.
                let Results { term, products, .. } = unsafe { self.evaluate(l, formula, row + k, lane) };
                tree.set(k, term, products, F::PRODUCTS);
                k += 1;
            }
            row += count;
            // SAFETY: `count` rows have just been set.
            unsafe {
                if const { T::COLUMNS > 1 } && row == self.rows && self.last < self.width {
                    tree.cut(l, k - 1, self.last.saturating_sub(lane), F::PRODUCTS);
                }
                tree.join(l, count, F::PRODUCTS, piece, sums);
            }
            piece += 1;
        }
        if piece > 2 {
            // SAFETY: all pieces have been joined.
            unsafe { tree.join_halves(l, F::PRODUCTS, sums) };
        }
    }
}

/// The conditions under which a block is left to a faster formula. A weight of 0 excuses the target and the logit.
#[derive(Clone, Copy)]
pub struct Survey<T> {
    /// The largest magnitude of a logit.
    pub limit: T,
    /// The values of hard targets, smoothed.
    pub targets: [T; 2],
}

/// The function that looks at blocks, compiled for one backend.
pub struct Surveyor<T> {
    pub look: Function<(Block<T>, Survey<T>), Choice>,
    pub survey: Survey<T>,
    /// The streams that it reads besides the logits.
    pub shape: Shape,
}

/// Looks at a block: whether its logits are within the limit, and whether its targets are hard.
///
/// `WEIGHTED` is set where a weight of 0 excuses the target and the logit, `TARGETS` where targets must be checked, and
/// `HARD_WEIGHTS` for a formula that also needs weights of 0 or 1.
pub struct Surveying<const WEIGHTED: bool, const TARGETS: bool, const HARD_WEIGHTS: bool>;

impl<T: Constants, const WEIGHTED: bool, const TARGETS: bool, const HARD_WEIGHTS: bool> Kernel<T>
    for Surveying<WEIGHTED, TARGETS, HARD_WEIGHTS>
{
    type Args = (Block<T>, Survey<T>);
    type Out = Choice;

    /// # Safety
    ///
    /// The logits, and the targets and weights if they are read, have `rows` rows of `width` elements.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, args: &mut (Block<T>, Survey<T>)) -> Choice {
        let (block, Survey { limit, targets: [low, high] }) = *args;
        let (low, high) = (l.splat(low), l.splat(high));
        // The lowest of the negated magnitudes, ignoring NaN.
        let mut least = l.zero();
        let (mut are_numbers, mut are_hard) = (least.equals(least), least.equals(least));
        let mut row = 0;
        while row < block.rows {
            let mut lane = 0;
            while lane < width_of::<T>(block.width) {
                // SAFETY: the caller's promise.
                let (logit, weight, target) = unsafe {
                    (
                        l.load(block.logit.at(row, lane)),
                        if WEIGHTED { l.load(block.weight.at(row, lane)) } else { l.one() },
                        if TARGETS { l.load(block.target.at(row, lane)) } else { low },
                    )
                };
                if !WEIGHTED {
                    // Weights by class multiply sums alone: one of 0 cannot excuse a NaN there.
                    are_numbers = are_numbers & logit.equals(logit);
                }
                let absent = weight.equals(l.zero());
                let below = -logit.abs();
                least = least.at_most(if WEIGHTED { absent.clear(below) } else { below });
                if TARGETS {
                    let mut is_hard = target.equals(target.ge(high).select(high, low));
                    if HARD_WEIGHTS {
                        is_hard = is_hard & weight.equals(l.one());
                    }
                    are_hard = are_hard & if WEIGHTED { absent | is_hard } else { is_hard };
                }
                lane += L::LANES;
            }
            row += 1;
        }
        let within = least.ge(l.splat(-limit)) & are_numbers;
        if !within.all() {
            Choice::Any
        } else if (within & are_hard).all() {
            Choice::Hard
        } else {
            Choice::Moderate
        }
    }
}
