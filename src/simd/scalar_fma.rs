//! One element at a time, fused: on a Cortex-M with an FPU, whose instruction stable Rust reaches without `std`.

use core::arch::asm;

use super::scalar::MulAdd;
use super::{Kernel, Native};

#[derive(Clone, Copy)]
pub struct Fused;

/// A microcontroller does one operation after the other: nothing is side by side.
pub(super) type Two<T> = <T as Native>::ScalarFma;
pub(super) type Four<T> = Two<T>;

/// # Safety
///
/// The CPU has an FPU.
#[inline(never)]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the caller's promise.
    unsafe { super::run::<T, K, T::ScalarFma, Two<T>, Four<T>>(args) }
}

// SAFETY: one instruction on registers, which the caller promises the CPU to have.
unsafe impl MulAdd<f32> for Fused {
    const FUSED: bool = true;

    // What the compiler makes of `a * b + c` rounds twice. The registers of the FPU cannot be operands, since the compiler asks
    // for instructions on `f64` before it lends them: so operands come in others, and an instruction becomes four.
    #[inline(always)]
    unsafe fn mul_add(a: f32, b: f32, c: f32) -> f32 {
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
