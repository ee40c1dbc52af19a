//! The limits of memory: reading two streams, and a triad (two streams read, one written past the caches). Both are plain
//! loops without prefetching, over vectors of 32 bytes; wider vectors are not faster.

use std::cell::RefCell;
use std::hint::black_box;

/// Streams of `elements` numbers of `bytes` bytes each.
pub struct Limits {
    a: Vec<f32>,
    b: Vec<f32>,
    out: RefCell<Vec<f32>>,
}

impl Limits {
    pub fn new(elements: usize, bytes: usize) -> Self {
        let stream = |value| vec![value; elements * bytes / size_of::<f32>()];
        Self { a: stream(1.0), b: stream(2.0), out: RefCell::new(stream(3.0)) }
    }

    pub fn read(&self) {
        black_box(vectors::read(black_box(&self.a), black_box(&self.b)));
    }

    pub fn triad(&self) {
        vectors::triad(black_box(&self.a), black_box(&self.b), black_box(&mut self.out.borrow_mut()));
    }
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use std::arch::x86_64::*;

    /// The number of elements of a vector and of a cache line.
    const VECTOR: usize = 8;
    const LINE: usize = 16;

    pub fn read(a: &[f32], b: &[f32]) -> f32 {
        assert!(is_x86_feature_detected!("avx"));
        // SAFETY: the CPU has AVX.
        unsafe { read_avx(a, b) }
    }

    pub fn triad(a: &[f32], b: &[f32], out: &mut [f32]) {
        assert!(is_x86_feature_detected!("avx"));
        // SAFETY: the CPU has AVX.
        unsafe { triad_avx(a, b, out) }
    }

    #[target_feature(enable = "avx")]
    fn read_avx(a: &[f32], b: &[f32]) -> f32 {
        let mut sums = [_mm256_setzero_ps(); 4];
        for (a, b) in a.as_chunks::<LINE>().0.iter().zip(b.as_chunks::<LINE>().0) {
            // SAFETY: both have two vectors.
            unsafe {
                sums[0] = _mm256_add_ps(sums[0], _mm256_loadu_ps(a.as_ptr()));
                sums[1] = _mm256_add_ps(sums[1], _mm256_loadu_ps(a.as_ptr().add(VECTOR)));
                sums[2] = _mm256_add_ps(sums[2], _mm256_loadu_ps(b.as_ptr()));
                sums[3] = _mm256_add_ps(sums[3], _mm256_loadu_ps(b.as_ptr().add(VECTOR)));
            }
        }
        let sum = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
        _mm256_cvtss_f32(sum)
    }

    /// Skips what comes before the first whole line of the output and after the last.
    #[target_feature(enable = "avx")]
    fn triad_avx(a: &[f32], b: &[f32], out: &mut [f32]) {
        let head = out.as_ptr().align_offset(LINE * size_of::<f32>()).min(out.len());
        let lines = out[head..].as_chunks_mut::<LINE>().0;
        let (a, b) = (a[head..].as_chunks::<LINE>().0, b[head..].as_chunks::<LINE>().0);
        let factor = _mm256_set1_ps(3.0);
        for ((a, b), out) in a.iter().zip(b).zip(lines) {
            for at in [0, VECTOR] {
                // SAFETY: all have a vector there, and the vector of the output is aligned.
                unsafe {
                    let (a, b) = (_mm256_loadu_ps(a.as_ptr().add(at)), _mm256_loadu_ps(b.as_ptr().add(at)));
                    _mm256_stream_ps(out.as_mut_ptr().add(at), _mm256_add_ps(a, _mm256_mul_ps(factor, b)));
                }
            }
        }
        _mm_sfence();
    }
}

/// The plain loop, which does not write past the caches.
#[cfg(not(target_arch = "x86_64"))]
mod vectors {
    pub fn read(a: &[f32], b: &[f32]) -> f32 {
        let mut sums = [0.0; 16];
        for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum += a + b;
            }
        }
        sums.iter().sum()
    }

    pub fn triad(a: &[f32], b: &[f32], out: &mut [f32]) {
        for ((a, b), out) in a.iter().zip(b).zip(out) {
            *out = a + 3.0 * b;
        }
    }
}
