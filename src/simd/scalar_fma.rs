//! The fused multiply-add of one element, where stable Rust reaches the instruction without `std`.

use super::scalar::{MulAdd, SideBySide};
use super::{Kernel, Native};

#[derive(Clone, Copy)]
pub struct Fused;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod instruction {
    #[cfg(target_arch = "x86")]
    use core::arch::x86::*;
    #[cfg(target_arch = "x86_64")]
    use core::arch::x86_64::*;

    /// # Safety
    ///
    /// The CPU has FMA.
    #[inline]
    #[target_feature(enable = "fma")]
    pub(super) unsafe fn f32(a: f32, b: f32, c: f32) -> f32 {
        _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(a), _mm_set_ss(b), _mm_set_ss(c)))
    }

    /// # Safety
    ///
    /// The CPU has FMA.
    #[inline]
    #[target_feature(enable = "fma")]
    pub(super) unsafe fn f64(a: f64, b: f64, c: f64) -> f64 {
        _mm_cvtsd_f64(_mm_fmadd_sd(_mm_set_sd(a), _mm_set_sd(b), _mm_set_sd(c)))
    }
}

#[cfg(target_arch = "aarch64")]
mod instruction {
    use core::arch::asm;

    /// # Safety
    ///
    /// None: every aarch64 CPU that runs this target has the instruction.
    #[inline(always)]
    pub(super) unsafe fn f32(a: f32, b: f32, c: f32) -> f32 {
        let r;
        // SAFETY: one instruction on registers.
        unsafe {
            asm!("fmadd {r:s}, {a:s}, {b:s}, {c:s}", r = lateout(vreg) r, a = in(vreg) a, b = in(vreg) b, c = in(vreg) c,
                 options(pure, nomem, nostack, preserves_flags));
        }
        r
    }

    /// # Safety
    ///
    /// None: every aarch64 CPU that runs this target has the instruction.
    #[inline(always)]
    pub(super) unsafe fn f64(a: f64, b: f64, c: f64) -> f64 {
        let r;
        // SAFETY: one instruction on registers.
        unsafe {
            asm!("fmadd {r:d}, {a:d}, {b:d}, {c:d}", r = lateout(vreg) r, a = in(vreg) a, b = in(vreg) b, c = in(vreg) c,
                 options(pure, nomem, nostack, preserves_flags));
        }
        r
    }
}

// A Cortex-M with an FPU has it for `f32`; what the compiler makes of `a * b + c` there rounds twice. The registers of the FPU
// cannot be operands, since the compiler asks for instructions on `f64` before it lends them: so operands come in others, and
// an instruction becomes four.
#[cfg(target_arch = "arm")]
mod instruction {
    use core::arch::asm;

    /// # Safety
    ///
    /// None: every CPU that runs a target with this backend has the instruction.
    #[inline(always)]
    pub(super) unsafe fn f32(a: f32, b: f32, c: f32) -> f32 {
        let r;
        // SAFETY: instructions on registers.
        unsafe {
            asm!("vmov s0, s1, {a}, {b}", "vmov s2, {c}", "vfma.f32 s2, s0, s1", "vmov {r}, s2",
                 a = in(reg) a, b = in(reg) b, c = in(reg) c, r = lateout(reg) r, out("s0") _, out("s1") _, out("s2") _,
                 options(pure, nomem, nostack, preserves_flags));
        }
        r
    }
}

/// Elements side by side: always four, which compilers turn into vectors.
pub(super) type Two<T> = SideBySide<SideBySide<<T as Native>::ScalarFma>>;
pub(super) type Four<T> = Two<T>;

/// # Safety
///
/// The CPU has FMA.
#[cfg_attr(any(target_arch = "x86", target_arch = "x86_64"), target_feature(enable = "fma"))]
#[inline(never)]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the caller's promise.
    unsafe { super::run::<T, K, T::ScalarFma, Two<T>, Four<T>>(args) }
}

// SAFETY: one instruction on registers, which the caller promises the CPU to have.
unsafe impl MulAdd<f32> for Fused {
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        // SAFETY: the caller's promise.
        unsafe { instruction::f32(a, b, c) }
    }
}

// SAFETY: as above.
#[cfg(not(target_arch = "arm"))]
unsafe impl MulAdd<f64> for Fused {
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        // SAFETY: the caller's promise.
        unsafe { instruction::f64(a, b, c) }
    }
}
