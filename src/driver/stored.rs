//! Numbers as they are stored: as they are computed with, or as bytes or halves that are widened first.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::Range;

use super::block::Rows;
use super::found::{Found, Labels};
use super::tile::{Tile, width_of};
use crate::math::{Constants, Smoothing};
use crate::simd::{Backend, Function, Kernel, Lanes, MOST_LANES, Token, Vector};

/// A type that inputs and targets can have in memory.
pub(crate) trait Stored<T: Constants>: Copy + PartialEq + 'static {
    const STORAGE: Storage<T>;

    fn widen(self) -> T;

    /// The value in this type, if it has it.
    fn exactly(value: T) -> Option<Self>;

    /// Whether it is 0 or 1, where nothing else is a target; floats are not asked.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_label(self) -> bool {
        true
    }

    /// Whether it is the same, NaN being the same as NaN.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_same(self, other: Self) -> bool {
        // Only NaN is not equal to itself.
        (self == other) | (self.ne(&self) & other.ne(&other))
    }

    /// Whether it says itself that there is no target.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn is_missing(self) -> bool {
        false
    }

    /// # Safety
    ///
    /// As many as `L` has lanes can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load<L: Lanes<Scalar = T>>(l: Token<L>, from: *const Self) -> Vector<L> {
        // Four registers are the most that a vector has.
        let mut row = MaybeUninit::<[T; 4 * MOST_LANES]>::uninit();
        let first = row.as_mut_ptr().cast::<T>();
        // SAFETY: the caller's promise; there is room for all lanes, and they are read when they have been written.
        unsafe {
            let mut i = 0;
            while i < L::LANES {
                first.add(i).write(from.add(i).read().widen());
                i += 1;
            }
            l.load(first)
        }
    }
}

/// A type that results can have, too.
pub(crate) trait StoredMut<T: Constants>: Stored<T> {
    /// To the nearest, ties to even.
    fn round(v: T) -> Self;

    /// # Safety
    ///
    /// There is room for as many as `L` has lanes.
    unsafe fn store<L: Lanes<Scalar = T>>(v: Vector<L>, to: *mut Self);
}

/// What widens or rounds rows on a backend.
type TransferFn<T> = fn(Backend) -> Function<Transfer<T>, ()>;

/// What counts targets on a backend.
type CountingFn<T> = fn(Backend) -> Function<Labels<T>, Found>;

/// What the driver knows of a type in memory: it is compiled once, for all of them.
pub struct Storage<T> {
    pub(super) size: usize,
    /// Whether numbers are stored as they are computed with.
    pub as_is: bool,
    /// Whether targets of this type are 0 or 1.
    pub hard: bool,
    /// Whether targets of this type have to be looked at, since they may be something else.
    pub is_checked: bool,
    /// Whether targets of this type may be missing; they are widened to NaN then.
    pub is_optional: bool,
    pub(super) read: TransferFn<T>,
    pub(super) write: Option<TransferFn<T>>,
    pub(super) get: unsafe fn(*const u8) -> T,
    pub(super) count: CountingFn<T>,
    /// What a value looks like when it has been widened, if the type has it.
    pub(super) as_widened: fn(T) -> Option<T>,
}

/// One number for each element, to be read.
pub struct Values<'a, T: 'static> {
    pub column: Column<T>,
    len: usize,
    slice: PhantomData<&'a [T]>,
}

impl<T> Clone for Values<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Values<'_, T> {}

// SAFETY: it stands for a shared slice of plain numbers or labels.
unsafe impl<T> Sync for Values<'_, T> {}

impl<'a, T: Constants> Values<'a, T> {
    #[inline]
    pub fn new<S: Stored<T>>(values: &'a [S]) -> Self {
        let column = Column { first: values.as_ptr().cast_mut().cast(), storage: &S::STORAGE };
        Self { column, len: values.len(), slice: PhantomData }
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The slice, if they are stored as they are computed with.
    pub fn as_is(self) -> Option<&'a [T]> {
        let Column { first, storage } = self.column;
        // SAFETY: only storage of `T` itself is, and so many are there for as long as the slice is borrowed.
        storage.as_is.then(|| unsafe { core::slice::from_raw_parts(first.cast_const().cast(), self.len) })
    }

    /// Each of them, as it is computed with.
    pub fn iter(self) -> impl Iterator<Item = T> + 'a {
        self.part(0..self.len)
    }

    /// Each of a range, as far as they are there.
    pub fn part(self, range: Range<usize>) -> impl Iterator<Item = T> + 'a {
        let column = self.column;
        // SAFETY: so many numbers are there, for as long as the slice is borrowed.
        (range.start..range.end.min(self.len)).map(move |i| unsafe { column.get(i) })
    }
}

/// Room for one number for each element.
pub struct ValuesMut<'a, T: 'static> {
    pub column: Column<T>,
    len: usize,
    slice: PhantomData<&'a mut [T]>,
}

impl<'a, T: Constants> ValuesMut<'a, T> {
    #[inline]
    pub fn new<S: StoredMut<T>>(values: &'a mut [S]) -> Self {
        let column = Column { first: values.as_mut_ptr().cast(), storage: &S::STORAGE };
        Self { column, len: values.len(), slice: PhantomData }
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The same, for a while.
    #[inline]
    pub fn reborrow(&mut self) -> ValuesMut<'_, T> {
        ValuesMut { column: self.column, len: self.len, slice: PhantomData }
    }

    #[inline]
    pub fn values(&self) -> Values<'_, T> {
        Values { column: self.column, len: self.len, slice: PhantomData }
    }
}

/// Where the numbers of a stream are, and as what.
pub struct Column<T: 'static> {
    first: *mut u8,
    pub storage: &'static Storage<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Column<T> {}

impl<T: Constants> Column<T> {
    /// The rows of a tile, if they are there as a formula needs them.
    #[inline]
    pub fn rows(self, tile: Tile) -> Option<Rows<T>> {
        let first = if tile.is_partial::<T>() { None } else { self.as_is(tile.start) };
        first.map(|first| Rows { first, step: tile.pitch })
    }

    /// Where the number of an element is, if it is stored as it is computed with.
    #[inline]
    pub fn as_is(self, element: usize) -> Option<*mut T> {
        self.storage.as_is.then(|| self.at(element).cast())
    }

    /// A column of which this is the part from an element on.
    pub fn starting_at(self, element: usize) -> Self {
        Self { first: self.first.wrapping_sub(element * self.storage.size), ..self }
    }

    /// Widens so many elements, one by one.
    ///
    /// # Safety
    ///
    /// They are there, and room for what they are widened to.
    #[inline(never)]
    pub unsafe fn widen(self, start: usize, len: usize, to: *mut T) {
        for i in 0..len {
            // SAFETY: the caller's promise.
            unsafe { to.add(i).write(self.get(start + i)) };
        }
    }

    /// The number of an element, as it is computed with.
    ///
    /// # Safety
    ///
    /// It is there.
    #[inline]
    unsafe fn get(self, element: usize) -> T {
        // SAFETY: the caller's promise, of a number of the type that the storage is of.
        unsafe { (self.storage.get)(self.at(element)) }
    }

    /// Where the number of an element is, or goes.
    #[inline]
    pub(super) fn at(self, element: usize) -> *mut u8 {
        self.first.wrapping_add(element * self.storage.size)
    }

    /// Widens the rows of a tile to those of a buffer, and smooths them if need be.
    ///
    /// # Safety
    ///
    /// The column has the elements of the tile, and the buffer room for its rows.
    #[inline]
    pub unsafe fn read(self, backend: Backend, tile: Tile, rows: Rows<T>, smoothing: Option<Smoothing<T>>) {
        // SAFETY: the caller's promise.
        unsafe { (self.storage.read)(backend).call(&mut self.transfer(tile, rows, smoothing)) }
    }

    /// Rounds the rows of a buffer to those of a tile.
    ///
    /// # Safety
    ///
    /// The column has room for the elements of the tile, and the buffer has its rows.
    #[inline]
    pub unsafe fn write(self, backend: Backend, tile: Tile, rows: Rows<T>) {
        if let Some(write) = self.storage.write {
            // SAFETY: the caller's promise.
            unsafe { write(backend).call(&mut self.transfer(tile, rows, None)) }
        }
    }

    #[inline]
    fn transfer(self, tile: Tile, rows: Rows<T>, smoothing: Option<Smoothing<T>>) -> Transfer<T> {
        let Tile { start, pitch, rows: count, width, last } = tile;
        Transfer { stored: self.at(start), pitch, rows, width, count, last, smoothing }
    }
}

/// Rows as they are stored, and rows of `T` that they are widened to or rounded from.
#[derive(Clone, Copy)]
pub struct Transfer<T> {
    /// The first number of the first row; a row starts `pitch` numbers after the one before.
    pub stored: *mut u8,
    pub pitch: usize,
    /// Rows of a buffer, with room for all lanes.
    pub rows: Rows<T>,
    /// How many lanes are used.
    pub width: usize,
    pub count: usize,
    /// How many numbers the last row has; the others have `width`.
    pub last: usize,
    /// What is done to targets besides.
    pub smoothing: Option<Smoothing<T>>,
}

impl<T: Constants> Transfer<T> {
    /// How many rows have whole vectors alone.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn whole<L: Lanes<Scalar = T>>(&self) -> usize {
        let width = width_of::<T>(self.width);
        let short = T::COLUMNS > 1 && self.last < width;
        if width & (L::LANES - 1) == 0 { self.count - usize::from(short) } else { 0 }
    }

    /// The first number of a row, and where it is computed with.
    #[cfg_attr(not(unoptimized), inline(always))]
    fn row<S>(&self, row: usize) -> (*mut S, *mut T) {
        (self.stored.cast::<S>().wrapping_add(row * self.pitch), self.rows.at(row, 0))
    }

    /// Widens the first rows, all of whole vectors, and smooths them if need be.
    ///
    /// # Safety
    ///
    /// All that is said of [`Transfer`] holds, of `S` and these rows.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn widen<L: Lanes<Scalar = T>, S: Stored<T>, const SMOOTHED: bool>(
        &self,
        l: Token<L>,
        rows: usize,
        smoothing: Smoothing<T>,
    ) {
        let mut row = 0;
        while row < rows {
            let (from, to) = self.row::<S>(row);
            let mut lane = 0;
            while lane < width_of::<T>(self.width) {
                // SAFETY: the caller's promise.
                unsafe {
                    let v = S::load(l, from.add(lane));
                    let v = if SMOOTHED { smoothing.of(l, v) } else { v };
                    v.store(to.add(lane));
                }
                lane += L::LANES;
            }
            row += 1;
        }
    }
}

/// Widens what is stored as `S`. Beyond the end of a row that is short, there are zeros.
pub struct Reading<S>(PhantomData<S>);

impl<T: Constants, S: Stored<T>> Kernel<T> for Reading<S> {
    type Args = Transfer<T>;
    type Out = ();
    const REGISTERS: usize = 4;

    /// # Safety
    ///
    /// All that is said of [`Transfer`] holds, of `S`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, transfer: &mut Transfer<T>) {
        let transfer = *transfer;
        let whole = transfer.whole::<L>();
        let smoothing = transfer.smoothing.unwrap_or(Smoothing::none());
        // SAFETY: the caller's promise; no number beyond the last of a row is read, and each row of the buffer has room for all
        // lanes.
        unsafe {
            if transfer.smoothing.is_some() {
                transfer.widen::<L, S, true>(l, whole, smoothing);
            } else {
                transfer.widen::<L, S, false>(l, whole, smoothing);
            }
            let mut row = whole;
            while row < transfer.count {
                let (from, to) = transfer.row::<S>(row);
                let valid = if row + 1 == transfer.count { transfer.last } else { transfer.width };
                let mut lane = 0;
                while lane < width_of::<T>(transfer.width) {
                    let count = valid.saturating_sub(lane).min(L::LANES);
                    if const { S::STORAGE.as_is } {
                        l.load_first(from.wrapping_add(lane).cast(), count).store(to.add(lane));
                    } else {
                        l.zero().store(to.add(lane));
                        let mut k = lane;
                        while k < lane + count {
                            to.add(k).write(from.add(k).read().widen());
                            k += 1;
                        }
                    }
                    if transfer.smoothing.is_some() {
                        smoothing.of(l, l.load(to.add(lane))).store(to.add(lane));
                    }
                    lane += L::LANES;
                }
                row += 1;
            }
        }
    }
}

/// Rounds to what is stored as `S`.
pub struct Writing<S>(PhantomData<S>);

impl<T: Constants, S: StoredMut<T>> Kernel<T> for Writing<S> {
    type Args = Transfer<T>;
    type Out = ();

    /// # Safety
    ///
    /// All that is said of [`Transfer`] holds, of `S`.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, transfer: &mut Transfer<T>) {
        let transfer = *transfer;
        let whole = transfer.whole::<L>();
        let mut row = 0;
        while row < transfer.count {
            let (to, from) = transfer.row::<S>(row);
            let mut lane = 0;
            // SAFETY: the caller's promise; no number beyond the last of a row is written.
            unsafe {
                while row < whole && lane < width_of::<T>(transfer.width) {
                    S::store(l.load(from.add(lane)), to.add(lane));
                    lane += L::LANES;
                }
                while lane < transfer.last {
                    if const { S::STORAGE.as_is } {
                        l.load(from.add(lane)).store_first(to.add(lane).cast(), L::LANES.min(transfer.last - lane));
                        lane += L::LANES;
                    } else {
                        to.add(lane).write(S::round(from.add(lane).read()));
                        lane += 1;
                    }
                }
            }
            row += 1;
        }
    }
}
