//! The crate `wide`: the 128-bit instructions that the target was built with. These are NEON on aarch64, which fuses, and
//! SSE2 on baseline x86 and simd128 on wasm32, which do not.

#![allow(unsafe_op_in_unsafe_fn, reason = "each function is one operation of `wide`, under the contract of `Lanes`")]

use core::marker::PhantomData;

use bytemuck::cast;
use wide::{f32x4, f64x2, u32x4, u64x2};

#[cfg(all(feature = "half", target_arch = "aarch64"))]
use core::arch::{aarch64::*, asm};

#[cfg(all(feature = "half", target_arch = "aarch64"))]
use super::Format;
use super::pair::Pair;
use super::{Float, Kernel, Lanes, Native};

/// `wide` uses the fused instructions of aarch64. On x86 it would use them only if the whole build has them, and the bits of
/// this backend would depend on a compiler flag; so it multiplies and adds in two steps there.
const FUSED: bool = cfg!(target_arch = "aarch64");

#[derive(Clone, Copy)]
pub struct Wide<T>(PhantomData<T>);

/// Registers side by side.
pub(super) type Two<T> = Pair<<T as Native>::Wide>;
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(super) type Four<T> = Pair<Two<T>>;
/// SSE2 has 16 registers, and instructions with two operands: four chains of operations would spill to memory.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(super) type Four<T> = Two<T>;

/// # Safety
///
/// The conditions of [`Kernel::run`] hold. Every CPU of the target has the instructions.
// It is not inlined, like `run` of the other backends, so that the disassembly shows what it calls.
#[inline(never)]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the target was built with the instructions that `wide` uses; the rest is the caller's promise.
    unsafe { super::run::<T, K, T::Wide, Two<T>, Four<T>>(args) }
}

// SAFETY: all code is safe except loads and stores, which touch the bytes of one vector at any alignment.
unsafe impl Lanes for Wide<f32> {
    type Scalar = f32;
    type Raw = f32x4;
    type Mask = f32x4;
    type Register = Self;
    const LANES: usize = 4;
    const FUSED: bool = FUSED;

    #[inline(always)]
    unsafe fn splat(v: f32) -> f32x4 {
        // An array of four, not the loop of `splat`; see `Pair`.
        f32x4::new([v, v, v, v])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> f32x4 {
        from.cast::<f32x4>().read_unaligned()
    }
    #[inline(always)]
    unsafe fn store(v: f32x4, to: *mut f32) {
        to.cast::<f32x4>().write_unaligned(v)
    }
    #[cfg(all(feature = "half", target_arch = "aarch64"))]
    #[inline(always)]
    unsafe fn load_halves(from: *const u16, format: Format) -> f32x4 {
        let bits = vld1_u16(from);
        core::mem::transmute::<uint32x4_t, f32x4>(match format {
            Format::F16 => {
                // The intrinsic needs Rust 1.94.
                let wide;
                asm!("fcvtl {wide:v}.4s, {bits:v}.4h", wide = lateout(vreg) wide, bits = in(vreg) bits,
                    options(pure, nomem, nostack));
                wide
            }
            Format::Bf16 => vshll_n_u16::<16>(bits),
        })
    }
    #[cfg(all(feature = "half", target_arch = "aarch64"))]
    #[inline(always)]
    unsafe fn store_halves(v: f32x4, to: *mut u16, format: Format) {
        let bits = core::mem::transmute::<f32x4, uint32x4_t>(v);
        let kept = match format {
            Format::F16 => {
                let narrow;
                asm!("fcvtn {narrow:v}.4h, {bits:v}.4s", narrow = lateout(vreg) narrow, bits = in(vreg) bits,
                    options(pure, nomem, nostack));
                narrow
            }
            Format::Bf16 => {
                let odd = vandq_u32(vshrq_n_u32::<16>(bits), vdupq_n_u32(1));
                // The sum carries into the upper half where rounding up is nearer, or as near and even.
                let rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
                let quiet = vorrq_u32(bits, vdupq_n_u32(0x0040_0000));
                let number = vreinterpretq_f32_u32(bits);
                vshrn_n_u32::<16>(vbslq_u32(vceqq_f32(number, number), rounded, quiet))
            }
        };
        vst1_u16(to, kept);
    }
    #[inline(always)]
    unsafe fn add(a: f32x4, b: f32x4) -> f32x4 {
        a + b
    }
    #[inline(always)]
    unsafe fn sub(a: f32x4, b: f32x4) -> f32x4 {
        a - b
    }
    #[inline(always)]
    unsafe fn mul(a: f32x4, b: f32x4) -> f32x4 {
        a * b
    }
    #[inline(always)]
    unsafe fn div(a: f32x4, b: f32x4) -> f32x4 {
        a / b
    }
    #[inline(always)]
    unsafe fn mul_add(a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        if Self::FUSED { a.mul_add(b, c) } else { a * b + c }
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: f32x4, b: f32x4, c: f32x4) -> f32x4 {
        if Self::FUSED { a.mul_neg_add(b, c) } else { c - a * b }
    }
    // `wide::min` would drop a NaN.
    #[inline(always)]
    unsafe fn at_most(v: f32x4, limit: f32x4) -> f32x4 {
        v.simd_gt(limit).bitselect(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: f32x4, b: f32x4) -> f32x4 {
        a.simd_ge(b)
    }
    #[inline(always)]
    unsafe fn eq(a: f32x4, b: f32x4) -> f32x4 {
        a.simd_eq(b)
    }
    #[inline(always)]
    unsafe fn select(mask: f32x4, yes: f32x4, no: f32x4) -> f32x4 {
        mask.bitselect(yes, no)
    }
    #[inline(always)]
    unsafe fn clear(mask: f32x4, v: f32x4) -> f32x4 {
        !mask & v
    }
    #[inline(always)]
    unsafe fn mask_and(a: f32x4, b: f32x4) -> f32x4 {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: f32x4, b: f32x4) -> f32x4 {
        a | b
    }
    #[inline(always)]
    unsafe fn all(mask: f32x4) -> bool {
        mask.all()
    }
    #[inline(always)]
    unsafe fn and(a: f32x4, b: f32x4) -> f32x4 {
        a & b
    }
    #[inline(always)]
    unsafe fn or(a: f32x4, b: f32x4) -> f32x4 {
        a | b
    }
    #[inline(always)]
    unsafe fn xor(a: f32x4, b: f32x4) -> f32x4 {
        a ^ b
    }
    #[inline(always)]
    unsafe fn bits_add(a: f32x4, b: f32x4) -> f32x4 {
        cast(cast::<_, u32x4>(a) + cast::<_, u32x4>(b))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: f32x4, b: f32x4) -> f32x4 {
        cast(cast::<_, u32x4>(a) - cast::<_, u32x4>(b))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: f32x4) -> f32x4 {
        cast(cast::<_, u32x4>(v) << f32::FRACTION_BITS as u32)
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: f32x4) -> f32x4 {
        cast(cast::<_, u32x4>(v) >> f32::FRACTION_BITS as u32)
    }
}

// SAFETY: all code is safe except loads and stores, which touch the bytes of one vector at any alignment.
unsafe impl Lanes for Wide<f64> {
    type Scalar = f64;
    type Raw = f64x2;
    type Mask = f64x2;
    type Register = Self;
    const LANES: usize = 2;
    const FUSED: bool = FUSED;

    #[inline(always)]
    unsafe fn splat(v: f64) -> f64x2 {
        f64x2::new([v, v])
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> f64x2 {
        from.cast::<f64x2>().read_unaligned()
    }
    #[inline(always)]
    unsafe fn store(v: f64x2, to: *mut f64) {
        to.cast::<f64x2>().write_unaligned(v)
    }
    #[inline(always)]
    unsafe fn add(a: f64x2, b: f64x2) -> f64x2 {
        a + b
    }
    #[inline(always)]
    unsafe fn sub(a: f64x2, b: f64x2) -> f64x2 {
        a - b
    }
    #[inline(always)]
    unsafe fn mul(a: f64x2, b: f64x2) -> f64x2 {
        a * b
    }
    #[inline(always)]
    unsafe fn div(a: f64x2, b: f64x2) -> f64x2 {
        a / b
    }
    #[inline(always)]
    unsafe fn mul_add(a: f64x2, b: f64x2, c: f64x2) -> f64x2 {
        if Self::FUSED { a.mul_add(b, c) } else { a * b + c }
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: f64x2, b: f64x2, c: f64x2) -> f64x2 {
        if Self::FUSED { a.mul_neg_add(b, c) } else { c - a * b }
    }
    // `wide::min` would drop a NaN.
    #[inline(always)]
    unsafe fn at_most(v: f64x2, limit: f64x2) -> f64x2 {
        v.simd_gt(limit).bitselect(limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: f64x2, b: f64x2) -> f64x2 {
        a.simd_ge(b)
    }
    #[inline(always)]
    unsafe fn eq(a: f64x2, b: f64x2) -> f64x2 {
        a.simd_eq(b)
    }
    #[inline(always)]
    unsafe fn select(mask: f64x2, yes: f64x2, no: f64x2) -> f64x2 {
        mask.bitselect(yes, no)
    }
    #[inline(always)]
    unsafe fn clear(mask: f64x2, v: f64x2) -> f64x2 {
        !mask & v
    }
    #[inline(always)]
    unsafe fn mask_and(a: f64x2, b: f64x2) -> f64x2 {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: f64x2, b: f64x2) -> f64x2 {
        a | b
    }
    #[inline(always)]
    unsafe fn all(mask: f64x2) -> bool {
        mask.all()
    }
    #[inline(always)]
    unsafe fn and(a: f64x2, b: f64x2) -> f64x2 {
        a & b
    }
    #[inline(always)]
    unsafe fn or(a: f64x2, b: f64x2) -> f64x2 {
        a | b
    }
    #[inline(always)]
    unsafe fn xor(a: f64x2, b: f64x2) -> f64x2 {
        a ^ b
    }
    #[inline(always)]
    unsafe fn bits_add(a: f64x2, b: f64x2) -> f64x2 {
        cast(cast::<_, u64x2>(a) + cast::<_, u64x2>(b))
    }
    #[inline(always)]
    unsafe fn bits_sub(a: f64x2, b: f64x2) -> f64x2 {
        cast(cast::<_, u64x2>(a) - cast::<_, u64x2>(b))
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: f64x2) -> f64x2 {
        cast(cast::<_, u64x2>(v) << f64::FRACTION_BITS as u32)
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: f64x2) -> f64x2 {
        cast(cast::<_, u64x2>(v) >> f64::FRACTION_BITS as u32)
    }
}
