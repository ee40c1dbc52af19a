//! Reads numbers, lengths and choices from bytes. After the last byte, zeros follow.

use logit_loss::{Backend, Reduction};

use super::number::Number;

/// This byte precedes the bits of a number.
pub const RAW: u8 = 0x7f;
/// This byte precedes a 16-bit integer in steps of 1/256. Any other byte names one of [`Number::SPECIAL`].
const FIXED: u8 = 0x60;
/// This bit changes the sign of the number.
const NEGATIVE: u8 = 0x80;
/// Twice in a row, this byte means the length of a chunk.
pub const LONG: u8 = 255;
/// The lengths of runs of equal elements, so that neighbours can be alike and blocks can differ.
const RUNS: [usize; 8] = [1, 1, 1, 2, 7, 64, 256, 512];

/// The bytes that are not read yet.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub fn byte(&mut self) -> u8 {
        let (&first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        first
    }

    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }

    /// Reads an integer below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Reads any number.
    pub fn number<T: Number>(&mut self) -> T {
        let tag = self.byte();
        let magnitude = match tag & !NEGATIVE {
            RAW => T::raw(self),
            FIXED..RAW => T::of(f64::from(i16::from_le_bytes(self.array())) / 256.0),
            i => T::SPECIAL[usize::from(i) % T::SPECIAL.len()],
        };
        if tag & NEGATIVE == 0 { magnitude } else { -magnitude }
    }

    /// Reads a length: mostly short, often about one block or two, and rarely, since it takes long, about a chunk.
    pub fn length<T: Number>(&mut self) -> usize {
        match self.byte() {
            n @ 0..200 => usize::from(n),
            n @ 200..225 => T::BLOCK - 12 + usize::from(n - 200),
            n @ 225..255 => 2 * T::BLOCK - 14 + usize::from(n - 225),
            LONG => match self.byte() {
                LONG => T::CHUNK - 1 + self.below(3),
                n => 3 * T::BLOCK + usize::from(n),
            },
        }
    }

    /// Reads `n` numbers, as [`fill`](Self::fill) does.
    pub fn numbers<T: Number>(&mut self, n: usize, number: impl Fn(T) -> T) -> Vec<T> {
        let mut numbers = vec![T::default(); n];
        self.fill(&mut numbers, number);
        numbers
    }

    /// Reads up to 16 numbers, and repeats them.
    pub fn fill<T: Number>(&mut self, numbers: &mut [T], number: impl Fn(T) -> T) {
        let choice = self.byte();
        let run = RUNS[usize::from(choice >> 4) % RUNS.len()];
        let count = 1 + usize::from(choice & 15);
        let mut palette = [T::default(); 16];
        palette[..count].iter_mut().for_each(|slot| *slot = number(self.number()));
        numbers.iter_mut().enumerate().for_each(|(i, slot)| *slot = palette[i / run % count]);
    }

    pub fn reduction(&mut self) -> Reduction {
        [Reduction::Sum, Reduction::Mean, Reduction::WeightedMean][self.below(3)]
    }

    /// Reads a backend of this machine, or none.
    pub fn backend(&mut self) -> Option<Backend> {
        match self.byte() {
            0 => None,
            n => {
                let count = Backend::available().count();
                Backend::available().nth(usize::from(n - 1) % count)
            }
        }
    }
}

/// Returns `v`, or infinity for NaN.
pub fn not_nan<T: Number>(v: T) -> T {
    if v.wide().is_nan() { T::of(f64::INFINITY) } else { v }
}

/// Returns a number from 0 to `most`.
pub fn up_to<T: Number>(most: f64, v: T) -> T {
    let v = v.wide().abs();
    T::of(if v.is_nan() {
        most / 2.0
    } else if v > most {
        most * (most / v)
    } else {
        v
    })
}

/// Returns a target.
pub fn unit<T: Number>(v: T) -> T {
    up_to(1.0, v)
}

/// Returns a finite number.
pub fn finite<T: Number>(v: T) -> T {
    T::of(if v.wide().is_nan() { 1.0 } else { v.wide().clamp(-T::LARGEST, T::LARGEST) })
}

/// Returns a weight: finite, and neither below 0 nor -0.0.
pub fn weight<T: Number>(v: T) -> T {
    let v = finite(v);
    if v.wide() < 0.0 { -v } else { v }
}
