//! The scalar backend: one element at a time, on every machine; fused or not, as `M` says.

use core::hint::select_unpredictable;
use core::marker::PhantomData;

use super::{Float, Kernel, Lanes, Native, Token, Vector};

/// How a scalar backend multiplies and adds.
///
/// # Safety
///
/// As for [`Lanes`]: the function is free of undefined behaviour on a CPU that has the instruction.
pub unsafe trait MulAdd<T>: Copy + 'static {
    /// Whether it rounds once.
    const FUSED: bool;

    /// a * b + c
    unsafe fn mul_add(a: T, b: T, c: T) -> T;
}

/// Rounds twice, which every CPU can do.
#[derive(Clone, Copy)]
pub struct Plain;

// SAFETY: the code is safe.
unsafe impl<T: Float> MulAdd<T> for Plain {
    const FUSED: bool = false;

    #[inline(always)]
    unsafe fn mul_add(a: T, b: T, c: T) -> T {
        a * b + c
    }
}

#[derive(Clone, Copy)]
pub struct Scalar<T, M>(PhantomData<(T, M)>);

// SAFETY: all code is safe except `load` and `store`, which touch one element.
unsafe impl<T: Float, M: MulAdd<T>> Lanes for Scalar<T, M> {
    type Scalar = T;
    type Raw = T;
    type Mask = bool;
    type Register = Self;
    const LANES: usize = 1;
    const FUSED: bool = M::FUSED;

    #[inline(always)]
    unsafe fn splat(v: T) -> T {
        v
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> T {
        // SAFETY: the caller's promise.
        unsafe { from.read() }
    }
    #[inline(always)]
    unsafe fn store(v: T, to: *mut T) {
        // SAFETY: the caller's promise.
        unsafe { to.write(v) }
    }
    #[inline(always)]
    unsafe fn add(a: T, b: T) -> T {
        a + b
    }
    #[inline(always)]
    unsafe fn sub(a: T, b: T) -> T {
        a - b
    }
    #[inline(always)]
    unsafe fn mul(a: T, b: T) -> T {
        a * b
    }
    #[inline(always)]
    unsafe fn div(a: T, b: T) -> T {
        a / b
    }
    #[inline(always)]
    unsafe fn mul_add(a: T, b: T, c: T) -> T {
        // SAFETY: the caller's promise.
        unsafe { M::mul_add(a, b, c) }
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: T, b: T, c: T) -> T {
        // SAFETY: the caller's promise.
        unsafe { M::mul_add(-a, b, c) }
    }
    #[inline(always)]
    unsafe fn at_most(v: T, limit: T) -> T {
        select_unpredictable(v > limit, limit, v)
    }
    #[inline(always)]
    unsafe fn ge(a: T, b: T) -> bool {
        a >= b
    }
    #[inline(always)]
    unsafe fn eq(a: T, b: T) -> bool {
        a == b
    }
    #[inline(always)]
    unsafe fn select(mask: bool, yes: T, no: T) -> T {
        select_unpredictable(mask, yes, no)
    }
    #[inline(always)]
    unsafe fn clear(mask: bool, v: T) -> T {
        select_unpredictable(mask, T::ZERO, v)
    }
    #[inline(always)]
    unsafe fn mask_and(a: bool, b: bool) -> bool {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: bool, b: bool) -> bool {
        a | b
    }
    #[inline(always)]
    unsafe fn all(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    unsafe fn and(a: T, b: T) -> T {
        T::from_pattern(a.pattern() & b.pattern())
    }
    #[inline(always)]
    unsafe fn or(a: T, b: T) -> T {
        T::from_pattern(a.pattern() | b.pattern())
    }
    #[inline(always)]
    unsafe fn xor(a: T, b: T) -> T {
        T::from_pattern(a.pattern() ^ b.pattern())
    }
    #[inline(always)]
    unsafe fn bits_add(a: T, b: T) -> T {
        T::from_pattern(a.pattern() + b.pattern())
    }
    #[inline(always)]
    unsafe fn bits_sub(a: T, b: T) -> T {
        T::from_pattern(a.pattern() - b.pattern())
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: T) -> T {
        T::from_pattern(v.pattern() << T::FRACTION_BITS)
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: T) -> T {
        T::from_pattern(v.pattern() >> T::FRACTION_BITS)
    }
}

/// Returns the token for computations outside of kernels, which are done once for all elements.
pub fn scalar<T: Float>() -> Token<Scalar<T, Plain>> {
    // SAFETY: every CPU has the instructions.
    unsafe { Token::assume() }
}

impl<T: Float> Vector<Scalar<T, Plain>> {
    pub fn value(self) -> T {
        self.0
    }
}

/// Four elements side by side, which compilers turn into vectors.
pub(super) type Two<T> = SideBySide<SideBySide<<T as Native>::Scalar>>;
pub(super) type Four<T> = Two<T>;

/// Two registers side by side, which compilers turn into vectors; a microcontroller executes one operation after the other.
#[cfg(not(microcontroller))]
pub(super) type SideBySide<L> = super::pair::Pair<L>;
#[cfg(microcontroller)]
pub(super) type SideBySide<L> = L;

/// # Safety
///
/// The conditions of [`Kernel::run`] hold. Every CPU of the target has the instructions.
// It is not inlined, like `run` of the other backends, so that the disassembly shows what it calls.
#[inline(never)]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: safe code needs no instructions of its own; the rest is the caller's promise.
    unsafe { super::run::<T, K, T::Scalar, Two<T>, Four<T>>(args) }
}
