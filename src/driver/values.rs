//! Slices of what is stored, whatever its type is.

use core::marker::PhantomData;
use core::ops::Range;

use super::block::Rows;
use super::stored::{Storage, Stored, StoredMut};
use super::tile::Tile;
use super::transfer::Transfer;
use crate::math::{Constants, Smoothing};
use crate::simd::Backend;

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
    pub fn at(self, element: usize) -> *mut u8 {
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
        unsafe { (self.storage.read)(backend, &mut self.transfer(tile, rows, smoothing)) }
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
            unsafe { write(backend, &mut self.transfer(tile, rows, None)) }
        }
    }

    #[inline]
    fn transfer(self, tile: Tile, rows: Rows<T>, smoothing: Option<Smoothing<T>>) -> Transfer<T> {
        let Tile { start, pitch, rows: count, width, last } = tile;
        Transfer { stored: self.at(start), pitch, rows, width, count, last, smoothing }
    }
}
