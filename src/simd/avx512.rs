//! AVX-512 (F and DQ): sixteen `f32` or eight `f64` a register.

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
pub struct Avx512<T>(PhantomData<T>);

/// Registers side by side; two are as wide as all virtual lanes.
pub(super) type Two<T> = Pair<<T as Native>::Avx512>;
pub(super) type Four<T> = Two<T>;

/// # Safety
///
/// The CPU has AVX-512F and AVX-512DQ. The conditions of [`Kernel::run`] hold.
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the caller's promise.
    unsafe { super::run::<T, K, T::Avx512, Two<T>, Four<T>>(args) }
}

// SAFETY: every function is one intrinsic of AVX-512F or AVX-512DQ; loads and stores are the unaligned ones.
unsafe impl Lanes for Avx512<f32> {
    type Scalar = f32;
    type Raw = __m512;
    type Mask = __mmask16;
    type Register = Self;
    const LANES: usize = 16;
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn splat(v: f32) -> __m512 {
        _mm512_set1_ps(v)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        _mm512_loadu_ps(from)
    }
    #[inline(always)]
    unsafe fn store(v: __m512, to: *mut f32) {
        _mm512_storeu_ps(to, v)
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> __m512 {
        _mm512_maskz_loadu_ps(((1u32 << count) - 1) as __mmask16, from)
    }
    #[inline(always)]
    unsafe fn store_first(v: __m512, to: *mut f32, count: usize) {
        _mm512_mask_storeu_ps(to, ((1u32 << count) - 1) as __mmask16, v)
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const u8) -> __m512 {
        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(from.cast())))
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn load_halves(from: *const u16, format: Format) -> __m512 {
        let bits = _mm256_loadu_si256(from.cast());
        match format {
            Format::F16 => _mm512_cvtph_ps(bits),
            Format::Bf16 => _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(bits))),
        }
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn store_halves(v: __m512, to: *mut u16, format: Format) {
        let bits = match format {
            Format::F16 => _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(v),
            Format::Bf16 => {
                let bits = _mm512_castps_si512(v);
                let odd = _mm512_and_si512(_mm512_srli_epi32::<16>(bits), _mm512_set1_epi32(1));
                // The sum carries into the upper half where rounding up is nearer, or as near and even.
                let rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
                let is_nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(v, v);
                let kept = _mm512_mask_or_epi32(rounded, is_nan, bits, _mm512_set1_epi32(0x0040_0000));
                _mm512_cvtepi32_epi16(_mm512_srli_epi32::<16>(kept))
            }
        };
        _mm256_storeu_si256(to.cast(), bits);
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        _mm512_add_ps(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        _mm512_sub_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        _mm512_mul_ps(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        _mm512_div_ps(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        _mm512_fmadd_ps(a, b, c)
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        _mm512_fnmadd_ps(a, b, c)
    }
    // `min` returns the second operand when either is NaN.
    #[inline(always)]
    unsafe fn at_most(v: __m512, limit: __m512) -> __m512 {
        _mm512_min_ps(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: __m512, b: __m512) -> __mmask16 {
        _mm512_cmp_ps_mask::<_CMP_GE_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn eq(a: __m512, b: __m512) -> __mmask16 {
        _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn select(mask: __mmask16, yes: __m512, no: __m512) -> __m512 {
        _mm512_mask_blend_ps(mask, no, yes)
    }
    #[inline(always)]
    unsafe fn clear(mask: __mmask16, v: __m512) -> __m512 {
        _mm512_maskz_mov_ps(!mask, v)
    }
    #[inline(always)]
    unsafe fn mask_and(a: __mmask16, b: __mmask16) -> __mmask16 {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: __mmask16, b: __mmask16) -> __mmask16 {
        a | b
    }
    #[inline(always)]
    unsafe fn all(mask: __mmask16) -> bool {
        mask == 0xffff
    }
    #[inline(always)]
    unsafe fn and(a: __m512, b: __m512) -> __m512 {
        _mm512_and_ps(a, b)
    }
    #[inline(always)]
    unsafe fn or(a: __m512, b: __m512) -> __m512 {
        _mm512_or_ps(a, b)
    }
    #[inline(always)]
    unsafe fn xor(a: __m512, b: __m512) -> __m512 {
        _mm512_xor_ps(a, b)
    }
    #[inline(always)]
    unsafe fn bits_add(a: __m512, b: __m512) -> __m512 {
        _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: __m512, b: __m512) -> __m512 {
        _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_castps_si512(a), _mm512_castps_si512(b)))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: __m512) -> __m512 {
        _mm512_castsi512_ps(_mm512_slli_epi32::<{ f32::FRACTION_BITS as u32 }>(_mm512_castps_si512(v)))
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: __m512) -> __m512 {
        _mm512_castsi512_ps(_mm512_srli_epi32::<{ f32::FRACTION_BITS as u32 }>(_mm512_castps_si512(v)))
    }
}

// SAFETY: every function is one intrinsic of AVX-512F or AVX-512DQ; loads and stores are the unaligned ones.
unsafe impl Lanes for Avx512<f64> {
    type Scalar = f64;
    type Raw = __m512d;
    type Mask = __mmask8;
    type Register = Self;
    const LANES: usize = 8;
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn splat(v: f64) -> __m512d {
        _mm512_set1_pd(v)
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> __m512d {
        _mm512_loadu_pd(from)
    }
    #[inline(always)]
    unsafe fn store(v: __m512d, to: *mut f64) {
        _mm512_storeu_pd(to, v)
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> __m512d {
        _mm512_maskz_loadu_pd(((1u32 << count) - 1) as __mmask8, from)
    }
    #[inline(always)]
    unsafe fn store_first(v: __m512d, to: *mut f64, count: usize) {
        _mm512_mask_storeu_pd(to, ((1u32 << count) - 1) as __mmask8, v)
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const u8) -> __m512d {
        _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64(from.cast())))
    }
    #[inline(always)]
    unsafe fn add(a: __m512d, b: __m512d) -> __m512d {
        _mm512_add_pd(a, b)
    }
    #[inline(always)]
    unsafe fn sub(a: __m512d, b: __m512d) -> __m512d {
        _mm512_sub_pd(a, b)
    }
    #[inline(always)]
    unsafe fn mul(a: __m512d, b: __m512d) -> __m512d {
        _mm512_mul_pd(a, b)
    }
    #[inline(always)]
    unsafe fn div(a: __m512d, b: __m512d) -> __m512d {
        _mm512_div_pd(a, b)
    }
    #[inline(always)]
    unsafe fn mul_add(a: __m512d, b: __m512d, c: __m512d) -> __m512d {
        _mm512_fmadd_pd(a, b, c)
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: __m512d, b: __m512d, c: __m512d) -> __m512d {
        _mm512_fnmadd_pd(a, b, c)
    }
    // `min` returns the second operand when either is NaN.
    #[inline(always)]
    unsafe fn at_most(v: __m512d, limit: __m512d) -> __m512d {
        _mm512_min_pd(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: __m512d, b: __m512d) -> __mmask8 {
        _mm512_cmp_pd_mask::<_CMP_GE_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn eq(a: __m512d, b: __m512d) -> __mmask8 {
        _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b)
    }
    #[inline(always)]
    unsafe fn select(mask: __mmask8, yes: __m512d, no: __m512d) -> __m512d {
        _mm512_mask_blend_pd(mask, no, yes)
    }
    #[inline(always)]
    unsafe fn clear(mask: __mmask8, v: __m512d) -> __m512d {
        _mm512_maskz_mov_pd(!mask, v)
    }
    #[inline(always)]
    unsafe fn mask_and(a: __mmask8, b: __mmask8) -> __mmask8 {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: __mmask8, b: __mmask8) -> __mmask8 {
        a | b
    }
    #[inline(always)]
    unsafe fn all(mask: __mmask8) -> bool {
        mask == 0xff
    }
    #[inline(always)]
    unsafe fn and(a: __m512d, b: __m512d) -> __m512d {
        _mm512_and_pd(a, b)
    }
    #[inline(always)]
    unsafe fn or(a: __m512d, b: __m512d) -> __m512d {
        _mm512_or_pd(a, b)
    }
    #[inline(always)]
    unsafe fn xor(a: __m512d, b: __m512d) -> __m512d {
        _mm512_xor_pd(a, b)
    }
    #[inline(always)]
    unsafe fn bits_add(a: __m512d, b: __m512d) -> __m512d {
        _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b)))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: __m512d, b: __m512d) -> __m512d {
        _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_castpd_si512(a), _mm512_castpd_si512(b)))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: __m512d) -> __m512d {
        _mm512_castsi512_pd(_mm512_slli_epi64::<{ f64::FRACTION_BITS as u32 }>(_mm512_castpd_si512(v)))
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: __m512d) -> __m512d {
        _mm512_castsi512_pd(_mm512_srli_epi64::<{ f64::FRACTION_BITS as u32 }>(_mm512_castpd_si512(v)))
    }
}
