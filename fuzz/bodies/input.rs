//! From bytes to numbers, lengths and choices. Where the bytes end, zeros follow.

use logit_loss::{Backend, Reduction};

use super::number::Number;

/// A number whose bits follow, ...
pub const RAW: u8 = 0x7f;
/// ... or a 16-bit integer in steps of 1/256. Any other byte names one of [`Number::SPECIAL`].
const FIXED: u8 = 0x60;
/// Changes the sign of what the byte says.
const NEGATIVE: u8 = 0x80;
/// Twice in a row, the length is that of a chunk.
pub const LONG: u8 = 255;
/// Elements `run` at a time, so that neighbours can be alike and blocks can differ.
const RUNS: [usize; 8] = [1, 1, 1, 2, 7, 64, 256, 512];

/// Bytes yet to be read.
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

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// Any number at all.
    pub fn number<T: Number>(&mut self) -> T {
        let tag = self.byte();
        let magnitude = match tag & !NEGATIVE {
            RAW => T::raw(self),
            FIXED..RAW => T::of(f64::from(i16::from_le_bytes(self.array())) / 256.0),
            i => T::SPECIAL[usize::from(i) % T::SPECIAL.len()],
        };
        if tag & NEGATIVE == 0 { magnitude } else { -magnitude }
    }

    /// Mostly short, often about one block or two, and hardly ever, because it takes long, about a chunk.
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

    /// `n` numbers, as [`fill`](Self::fill) has them.
    pub fn numbers<T: Number>(&mut self, n: usize, number: impl Fn(T) -> T) -> Vec<T> {
        let mut numbers = vec![T::default(); n];
        self.fill(&mut numbers, number);
        numbers
    }

    /// Up to 16 numbers that follow, over and over.
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

    /// One of those that this machine has, or none.
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

/// `v`, or infinity for a NaN.
pub fn not_nan<T: Number>(v: T) -> T {
    if v.wide().is_nan() { T::of(f64::INFINITY) } else { v }
}

/// A number from 0 to `most`.
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

/// A target.
pub fn unit<T: Number>(v: T) -> T {
    up_to(1.0, v)
}

/// A finite number.
pub fn finite<T: Number>(v: T) -> T {
    T::of(if v.wide().is_nan() { 1.0 } else { v.wide().clamp(-T::LARGEST, T::LARGEST) })
}

/// A weight: not below 0, which -0.0 is not either, and finite.
pub fn weight<T: Number>(v: T) -> T {
    let v = finite(v);
    if v.wide() < 0.0 { -v } else { v }
}
