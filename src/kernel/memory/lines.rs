//! Outputs that no cache will hold.

use super::PIECE;
use crate::backend::{Lanes, Token};
use crate::math::Constants;

/// Bytes of a line of cache.
const LINE: usize = 64;

/// From so many bytes of output on, it goes around the caches. Together with what is read that is more than most last
/// levels hold, so a line that was stored would first be read, only to be thrown out later. Below, it may be there still
/// when it is next used.
pub const LARGE: usize = 16 << 20;

/// Results of one piece, lying as their output does within its lines, and before them the beginning of their first line.
///
/// Lines can only be streamed whole and aligned, and an output begins and ends anywhere.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Lines<L: Lanes> {
    rows: [L::Row; PIECE + 1],
    /// Where in the output's line the piece begins; what is before it, from `from` on, is still to be written.
    offset: usize,
    from: usize,
}

impl<T: Constants, L: Lanes<Scalar = T>> Lines<L> {
    const ELEMENTS: usize = LINE / size_of::<T>();

    #[inline(always)]
    pub fn new(l: Token<L>) -> Self {
        Self { rows: [l.row(T::ZERO); PIECE + 1], offset: 0, from: 0 }
    }

    #[inline(always)]
    fn lines(&mut self) -> *mut T {
        self.rows.as_mut_ptr().cast()
    }

    /// Before the first piece, whose output is there.
    #[inline(always)]
    pub fn begin(&mut self, output: *const T) {
        self.offset = output.addr() % LINE / size_of::<T>();
        self.from = self.offset;
    }

    /// Where the next piece's results are to be written.
    #[inline(always)]
    pub fn piece(&mut self) -> *mut T {
        let offset = self.offset;
        self.lines().wrapping_add(offset)
    }

    /// Streams the lines that have become whole, once so many elements have been written, whose output is there.
    #[inline(always)]
    pub fn emit(&mut self, l: Token<L>, output: *mut T, count: usize) {
        let (from, to) = (self.lines(), output.wrapping_sub(self.offset));
        let end = self.offset + count;
        let mut at = 0;
        if self.from > 0 && end >= Self::ELEMENTS {
            self.copy(to, Self::ELEMENTS);
            at = Self::ELEMENTS;
        }
        while at + Self::ELEMENTS <= end {
            // SAFETY: both are aligned, and hold these elements: the output those of the piece, and of the pieces before
            // it in its first line, which is whole unless `from` says otherwise.
            unsafe { l.stream_line(from.wrapping_add(at), to.wrapping_add(at)) };
            at += Self::ELEMENTS;
        }
        if at > 0 {
            // SAFETY: a line, of which there is one more than a piece can fill.
            unsafe { from.copy_from(from.wrapping_add(at), Self::ELEMENTS) };
            self.from = 0;
        }
        self.offset = end - at;
    }

    /// Writes what is left before the place where the output goes on.
    #[inline(always)]
    pub fn finish(&mut self, output: *mut T) {
        self.copy(output.wrapping_sub(self.offset), self.offset);
    }

    /// Writes the first line's elements up to `end` without streaming.
    #[inline(always)]
    fn copy(&mut self, to: *mut T, end: usize) {
        let mut i = self.from;
        while i < end {
            // SAFETY: elements of the pieces so far.
            unsafe { to.wrapping_add(i).write(self.lines().wrapping_add(i).read()) };
            i += 1;
        }
    }
}
