//! From pointers to slices: the only place that trusts C, and it trusts as little as it can.

use core::slice;

use crate::status::Status;

/// The addresses of an array.
#[derive(Clone, Copy)]
pub struct Extent {
    start: usize,
    end: usize,
}

impl Extent {
    /// Returns the extent of an array without elements, which overlaps nothing.
    pub const fn none() -> Self {
        Self { start: 0, end: 0 }
    }

    pub fn of<T>(values: &[T]) -> Self {
        let start = values.as_ptr().addr();
        if values.is_empty() { Self::none() } else { Self { start, end: start + size_of_val(values) } }
    }

    /// Checks an array that is not empty, as far as a pointer shows.
    fn checked<T>(pointer: *const T, len: usize) -> Result<Self, Status> {
        if pointer.is_null() {
            return Err(Status::Null);
        }
        if !pointer.is_aligned() {
            return Err(Status::Misaligned);
        }
        let start = pointer.addr();
        let end = len.checked_mul(size_of::<T>()).filter(|&bytes| bytes <= isize::MAX as usize);
        let end = end.and_then(|bytes| start.checked_add(bytes)).ok_or(Status::TooLong)?;
        Ok(Self { start, end })
    }

    const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Returns an array that is read. Without elements it may be at any address, NULL included.
///
/// # Safety
///
/// If `pointer` is neither NULL nor misaligned, `len` elements can be read there until the call from C returns, and nothing
/// writes to them except through what [`output`] returns for other extents.
pub unsafe fn input<'a, T>(pointer: *const T, len: usize) -> Result<&'a [T], Status> {
    if len == 0 {
        return Ok(&[]);
    }
    Extent::checked(pointer, len)?;
    // SAFETY: not NULL, aligned, not longer than memory; the rest is the caller's promise.
    Ok(unsafe { slice::from_raw_parts(pointer, len) })
}

/// Returns an array that is written, which overlaps none of the others. Without elements it may be at any address, NULL
/// included.
///
/// # Safety
///
/// If `pointer` is neither NULL nor misaligned, `len` elements can be read and written there until the call from C returns,
/// and nothing else uses them except arrays whose extents are in `others`. Any bytes are valid as `T`.
pub unsafe fn output<'a, T>(pointer: *mut T, len: usize, others: &[Extent]) -> Result<&'a mut [T], Status> {
    if len == 0 {
        return Ok(&mut []);
    }
    let extent = Extent::checked(pointer, len)?;
    if others.iter().any(|&other| extent.overlaps(other)) {
        return Err(Status::Overlap);
    }
    // SAFETY: not NULL, aligned, not longer than memory, and disjoint from all that is read; the rest is the caller's
    // promise.
    Ok(unsafe { slice::from_raw_parts_mut(pointer, len) })
}

/// Returns bytes that are 0 or 1 as flags.
///
/// # Safety
///
/// The conditions of [`input`] hold.
pub unsafe fn flags<'a>(pointer: *const u8, len: usize) -> Result<&'a [bool], Status> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { input(pointer, len) }?;
    if bytes.iter().any(|&byte| byte > 1) {
        return Err(Status::Mask);
    }
    // SAFETY: a `bool` is a byte that is 0 or 1, and so are all of these, to which nothing writes.
    Ok(unsafe { slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) })
}

/// Returns options, which begin with their size or with 0.
///
/// # Safety
///
/// If `pointer` is neither NULL nor misaligned, a `u32` can be read there. If that is 0 or the size of `O`, an `O` can be
/// read there, and nothing writes to it as long as it is used.
pub unsafe fn sized<'a, O>(pointer: *const O) -> Result<&'a O, Status> {
    Extent::checked(pointer, 1)?;
    // SAFETY: not NULL, and aligned for an `O`, so for a `u32` too; the rest is the caller's promise.
    let size = unsafe { *value(pointer.cast::<u32>())? };
    if size != 0 && size as usize != size_of::<O>() {
        return Err(Status::Size);
    }
    // SAFETY: the size is right; the rest is the caller's promise.
    unsafe { value(pointer) }
}

/// Returns a single value that is read.
///
/// # Safety
///
/// The conditions of [`input`] hold for one element.
pub unsafe fn value<'a, T>(pointer: *const T) -> Result<&'a T, Status> {
    // SAFETY: the caller's promise.
    unsafe { input(pointer, 1) }?.first().ok_or(Status::Null)
}

/// Returns a single value that is written.
///
/// # Safety
///
/// The conditions of [`output`] hold for one element.
pub unsafe fn place<'a, T>(pointer: *mut T, others: &[Extent]) -> Result<&'a mut T, Status> {
    // SAFETY: the caller's promise.
    unsafe { output(pointer, 1, others) }?.first_mut().ok_or(Status::Null)
}
