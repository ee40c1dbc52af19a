//! Slices of any stored type.

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

    /// Returns the slice, if its type is `T`.
    pub fn as_is(self) -> Option<&'a [T]> {
        let Column { first, storage } = self.column;
        // SAFETY: `as_is` is true only for `T` itself, and the slice has `len` numbers for as long as it is borrowed.
        storage.as_is.then(|| unsafe { core::slice::from_raw_parts(first.cast_const().cast(), self.len) })
    }

    /// Iterates over all numbers as `T`.
    pub fn iter(self) -> impl Iterator<Item = T> + 'a {
        self.part(0..self.len)
    }

    /// Iterates over the numbers of a range, up to the end of the slice.
    pub fn part(self, range: Range<usize>) -> impl Iterator<Item = T> + 'a {
        let column = self.column;
        // SAFETY: each index is below `len`, and the slice is borrowed as long.
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

    /// Borrows the same room for a shorter time.
    #[inline]
    pub fn reborrow(&mut self) -> ValuesMut<'_, T> {
        ValuesMut { column: self.column, len: self.len, slice: PhantomData }
    }

    #[inline]
    pub fn values(&self) -> Values<'_, T> {
        Values { column: self.column, len: self.len, slice: PhantomData }
    }
}

/// The address and the stored type of a stream of numbers.
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
    /// Returns the rows of a tile, if they are stored as a formula needs them.
    #[inline]
    pub fn rows(self, tile: Tile) -> Option<Rows<T>> {
        let first = if tile.is_partial::<T>() { None } else { self.as_is(tile.start) };
        first.map(|first| Rows { first, step: tile.pitch })
    }

    /// Returns the address of an element's number, if it is stored as `T`.
    #[inline]
    pub fn as_is(self, element: usize) -> Option<*mut T> {
        self.storage.as_is.then(|| self.at(element).cast())
    }

    /// Returns a column whose elements from `element` on are those of this one.
    pub fn starting_at(self, element: usize) -> Self {
        Self { first: self.first.wrapping_sub(element * self.storage.size), ..self }
    }

    /// Widens `len` elements one by one.
    ///
    /// # Safety
    ///
    /// The elements are there, and `to` has room for as many.
    #[inline(never)]
    pub unsafe fn widen(self, start: usize, len: usize, to: *mut T) {
        for i in 0..len {
            // SAFETY: the caller's promise.
            unsafe { to.add(i).write(self.get(start + i)) };
        }
    }

    /// Returns the number of an element as `T`.
    ///
    /// # Safety
    ///
    /// The element is there.
    #[inline]
    unsafe fn get(self, element: usize) -> T {
        // SAFETY: the caller's promise; the number has the type of the storage.
        unsafe { (self.storage.get)(self.at(element)) }
    }

    /// Returns the address of an element's number.
    #[inline]
    pub fn at(self, element: usize) -> *mut u8 {
        self.first.wrapping_add(element * self.storage.size)
    }

    /// Widens the elements of a tile to the rows of a buffer, and smooths them if asked to.
    ///
    /// # Safety
    ///
    /// The column has the elements of the tile, and the buffer has room for its rows.
    #[inline]
    pub unsafe fn read(self, backend: Backend, tile: Tile, rows: Rows<T>, smoothing: Option<Smoothing<T>>) {
        // SAFETY: the caller's promise.
        unsafe { (self.storage.read)(backend, &mut self.transfer(tile, rows, smoothing)) }
    }

    /// Rounds the rows of a buffer to the elements of a tile.
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
