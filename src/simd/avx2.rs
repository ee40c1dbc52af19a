//! AVX2 with FMA: eight `f32` or four `f64` a register.

#![allow(unsafe_op_in_unsafe_fn, reason = "each function is one intrinsic, under the contract of `Lanes`")]

use core::marker::PhantomData;

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

#[cfg(feature = "half")]
use super::Format;
use super::pair::Pair;
use super::{Float, Kernel, Lanes, Native};

#[derive(Clone, Copy)]
pub struct Avx2<T>(PhantomData<T>);

/// Registers side by side.
pub(super) type Two<T> = Pair<<T as Native>::Avx2>;
pub(super) type Four<T> = Pair<Two<T>>;

/// # Safety
///
/// The CPU has AVX2 and FMA and, with the feature `half`, F16C. The conditions of [`Kernel::run`] hold.
#[target_feature(enable = "avx2,fma")]
#[cfg_attr(feature = "half", target_feature(enable = "f16c"))]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the caller's promise.
    unsafe { super::run::<T, K, T::Avx2, Two<T>, Four<T>>(args) }
}

/// Returns all bits set in the first `count` lanes, at most 8.
#[inline(always)]
unsafe fn first_f32(count: usize) -> __m256i {
    static LANES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    _mm256_loadu_si256(LANES.as_ptr().wrapping_add(8 - count).cast())
}

/// Returns all bits set in the first `count` lanes, at most 4.
#[inline(always)]
unsafe fn first_f64(count: usize) -> __m256i {
    static LANES: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];
    _mm256_loadu_si256(LANES.as_ptr().wrapping_add(4 - count).cast())
}

// SAFETY: every function consists of intrinsics of AVX2, FMA and, with the feature `half`, F16C, or of sets that AVX2
// includes; loads and stores are the unaligned ones.
unsafe impl Lanes for Avx2<f32> {
    type Scalar = f32;
    type Raw = __m256;
    type Mask = __m256;
    type Register = Self;
    const LANES: usize = 8;
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn splat(v: f32) -> __m256 {
        _mm256_set1_ps(v)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        _mm256_loadu_ps(from)
    }
    #[inline(always)]
    unsafe fn store(v: __m256, to: *mut f32) {
        _mm256_storeu_ps(to, v)
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> __m256 {
        _mm256_maskload_ps(from, first_f32(count))
    }
    #[inline(always)]
    unsafe fn store_first(v: __m256, to: *mut f32, count: usize) {
        _mm256_maskstore_ps(to, first_f32(count), v)
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const u8) -> __m256 {
        _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(from.cast())))
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn load_halves(from: *const u16, format: Format) -> __m256 {
        let bits = _mm_loadu_si128(from.cast());
        match format {
            Format::F16 => _mm256_cvtph_ps(bits),
            Format::Bf16 => _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(bits))),
        }
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn store_halves(v: __m256, to: *mut u16, format: Format) {
        let bits = match format {
            Format::F16 => _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(v),
            Format::Bf16 => {
                let bits = _mm256_castps_si256(v);
                let odd = _mm256_and_si256(_mm256_srli_epi32::<16>(bits), _mm256_set1_epi32(1));
                // The sum carries into the upper half where rounding up is nearer, or as near and even.
                let rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
                let quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x0040_0000));
                let is_nan = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_UNORD_Q>(v, v));
                let kept = _mm256_srli_epi32::<16>(_mm256_blendv_epi8(rounded, quiet, is_nan));
                _mm_packus_epi32(_mm256_castsi256_si128(kept), _mm256_extracti128_si256::<1>(kept))
            }
        };
        _mm_storeu_si128(to.cast(), bits);
    }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        _mm256_add_ps(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        _mm256_sub_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        _mm256_mul_ps(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 {
        _mm256_div_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        _mm256_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        _mm256_fnmadd_ps(a, b, c)
    }
    // `min` returns the second operand when either is NaN.
    #[inline(always)]
    unsafe fn at_most(v: __m256, limit: __m256) -> __m256 {
        _mm256_min_ps(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: __m256, b: __m256) -> __m256 {
        _mm256_cmp_ps::<_CMP_GE_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn eq(a: __m256, b: __m256) -> __m256 {
        _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn select(mask: __m256, yes: __m256, no: __m256) -> __m256 {
        _mm256_blendv_ps(no, yes, mask)
    }
    #[inline(always)]
    unsafe fn clear(mask: __m256, v: __m256) -> __m256 {
        _mm256_andnot_ps(mask, v)
    }
    #[inline(always)]
    unsafe fn mask_and(a: __m256, b: __m256) -> __m256 {
        _mm256_and_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mask_or(a: __m256, b: __m256) -> __m256 {
        _mm256_or_ps(a, b)
    }
    #[inline(always)]
    unsafe fn all(mask: __m256) -> bool {
        _mm256_movemask_ps(mask) == 0xff
    }
    #[inline(always)]
    unsafe fn and(a: __m256, b: __m256) -> __m256 {
        _mm256_and_ps(a, b)
    }
    #[inline(always)]
    unsafe fn or(a: __m256, b: __m256) -> __m256 {
        _mm256_or_ps(a, b)
    }
    #[inline(always)]
    unsafe fn xor(a: __m256, b: __m256) -> __m256 {
        _mm256_xor_ps(a, b)
    }
    #[inline(always)]
    unsafe fn bits_add(a: __m256, b: __m256) -> __m256 {
        _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: __m256, b: __m256) -> __m256 {
        _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: __m256) -> __m256 {
        _mm256_castsi256_ps(_mm256_slli_epi32::<{ f32::FRACTION_BITS as i32 }>(_mm256_castps_si256(v)))
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: __m256) -> __m256 {
        _mm256_castsi256_ps(_mm256_srli_epi32::<{ f32::FRACTION_BITS as i32 }>(_mm256_castps_si256(v)))
    }
}

// SAFETY: every function is one intrinsic of AVX, AVX2 or FMA; loads and stores are the unaligned ones.
unsafe impl Lanes for Avx2<f64> {
    type Scalar = f64;
    type Raw = __m256d;
    type Mask = __m256d;
    type Register = Self;
    const LANES: usize = 4;
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn splat(v: f64) -> __m256d {
        _mm256_set1_pd(v)
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> __m256d {
        _mm256_loadu_pd(from)
    }
    #[inline(always)]
    unsafe fn store(v: __m256d, to: *mut f64) {
        _mm256_storeu_pd(to, v)
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> __m256d {
        _mm256_maskload_pd(from, first_f64(count))
    }
    #[inline(always)]
    unsafe fn store_first(v: __m256d, to: *mut f64, count: usize) {
        _mm256_maskstore_pd(to, first_f64(count), v)
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const u8) -> __m256d {
        _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_loadu_si32(from)))
    }
    #[inline(always)]
    unsafe fn add(a: __m256d, b: __m256d) -> __m256d {
        _mm256_add_pd(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m256d, b: __m256d) -> __m256d {
        _mm256_sub_pd(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m256d, b: __m256d) -> __m256d {
        _mm256_mul_pd(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m256d, b: __m256d) -> __m256d {
        _mm256_div_pd(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: __m256d, b: __m256d, c: __m256d) -> __m256d {
        _mm256_fmadd_pd(a, b, c)
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: __m256d, b: __m256d, c: __m256d) -> __m256d {
        _mm256_fnmadd_pd(a, b, c)
    }
    // `min` returns the second operand when either is NaN.
    #[inline(always)]
    unsafe fn at_most(v: __m256d, limit: __m256d) -> __m256d {
        _mm256_min_pd(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: __m256d, b: __m256d) -> __m256d {
        _mm256_cmp_pd::<_CMP_GE_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn eq(a: __m256d, b: __m256d) -> __m256d {
        _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn select(mask: __m256d, yes: __m256d, no: __m256d) -> __m256d {
        _mm256_blendv_pd(no, yes, mask)
    }
    #[inline(always)]
    unsafe fn clear(mask: __m256d, v: __m256d) -> __m256d {
        _mm256_andnot_pd(mask, v)
    }
    #[inline(always)]
    unsafe fn mask_and(a: __m256d, b: __m256d) -> __m256d {
        _mm256_and_pd(a, b)
    }
    #[inline(always)]
    unsafe fn mask_or(a: __m256d, b: __m256d) -> __m256d {
        _mm256_or_pd(a, b)
    }
    #[inline(always)]
    unsafe fn all(mask: __m256d) -> bool {
        _mm256_movemask_pd(mask) == 0xf
    }
    #[inline(always)]
    unsafe fn and(a: __m256d, b: __m256d) -> __m256d {
        _mm256_and_pd(a, b)
    }
    #[inline(always)]
    unsafe fn or(a: __m256d, b: __m256d) -> __m256d {
        _mm256_or_pd(a, b)
    }
    #[inline(always)]
    unsafe fn xor(a: __m256d, b: __m256d) -> __m256d {
        _mm256_xor_pd(a, b)
    }
    #[inline(always)]
    unsafe fn bits_add(a: __m256d, b: __m256d) -> __m256d {
        _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b)))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: __m256d, b: __m256d) -> __m256d {
        _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_castpd_si256(a), _mm256_castpd_si256(b)))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: __m256d) -> __m256d {
        _mm256_castsi256_pd(_mm256_slli_epi64::<{ f64::FRACTION_BITS as i32 }>(_mm256_castpd_si256(v)))
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: __m256d) -> __m256d {
        _mm256_castsi256_pd(_mm256_srli_epi64::<{ f64::FRACTION_BITS as i32 }>(_mm256_castpd_si256(v)))
    }
}
