//! The 16-bit formats in which numbers may be stored.

use half::{bf16, f16};

use super::Float;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    F16,
    Bf16,
}

impl Format {
    /// Returns the exact value.
    pub fn read<T: Float>(self, bits: u16) -> T {
        T::narrow(f64::from(match self {
            Self::F16 => f16::from_bits(bits).to_f32(),
            Self::Bf16 => bf16::from_bits(bits).to_f32(),
        }))
    }

    /// Rounds an `f32` to the nearest number, ties to even. (The crate `half` ignores the lowest bits of an `f64` when it
    /// rounds.)
    pub fn round<T: Float>(self, v: T) -> u16 {
        let v = v.widen() as f32;
        match self {
            Self::F16 => f16::from_f32(v).to_bits(),
            Self::Bf16 => bf16::from_f32(v).to_bits(),
        }
    }

    /// Reads `row.len()` numbers. It is no part of any kernel, since all kernels would be several times as long.
    ///
    /// # Safety
    ///
    /// As many numbers can be read.
    #[inline(never)]
    pub unsafe fn read_row<T: Float>(self, from: *const u16, row: &mut [T]) {
        for (i, v) in row.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            *v = self.read(unsafe { from.add(i).read() });
        }
    }

    /// Rounds and writes all numbers of a row.
    ///
    /// # Safety
    ///
    /// There is room for as many numbers.
    #[inline(never)]
    pub unsafe fn round_row<T: Float>(self, row: &[T], to: *mut u16) {
        for (i, &v) in row.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { to.add(i).write(self.round(v)) };
        }
    }
}
