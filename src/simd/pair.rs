//! Two registers as one, so that a formula works on both in turn, operation by operation.
//!
//! A formula is a long chain of operations, each of which waits for the one before. The CPU looks ahead only so far: if the
//! chain of the next vector begins after the end of this one, the CPU finds it too late, and execution units stand idle.

#![allow(unsafe_op_in_unsafe_fn, reason = "each function is two of `L`, under the contract of `Lanes`")]

use core::marker::PhantomData;

#[cfg(feature = "half")]
use super::Format;
use super::Lanes;

#[derive(Clone, Copy)]
#[allow(dead_code, reason = "a microcontroller has nothing side by side")]
pub struct Pair<L>(PhantomData<L>);

// SAFETY: every function is that of `L`, twice; `load` and `store` touch the elements of two registers.
unsafe impl<L: Lanes> Lanes for Pair<L> {
    type Scalar = L::Scalar;
    type Raw = [L::Raw; 2];
    type Mask = [L::Mask; 2];
    type Register = L::Register;
    const LANES: usize = 2 * L::LANES;
    const FUSED: bool = L::FUSED;

    #[inline(always)]
    unsafe fn splat(v: L::Scalar) -> Self::Raw {
        // Not `[one; 2]`, here and for all arrays of vectors: it is a loop until all is inlined, and there are thousands of
        // them.
        let one = L::splat(v);
        [one, one]
    }
    #[inline(always)]
    unsafe fn load(from: *const L::Scalar) -> Self::Raw {
        [L::load(from), L::load(from.add(L::LANES))]
    }
    #[inline(always)]
    unsafe fn store(v: Self::Raw, to: *mut L::Scalar) {
        L::store(v[0], to);
        L::store(v[1], to.add(L::LANES));
    }
    #[inline(always)]
    unsafe fn load_first(from: *const L::Scalar, count: usize) -> Self::Raw {
        let rest = count.saturating_sub(L::LANES);
        [L::load_first(from, count - rest), L::load_first(from.wrapping_add(L::LANES), rest)]
    }
    #[inline(always)]
    unsafe fn beyond(count: usize) -> Self::Mask {
        let rest = count.saturating_sub(L::LANES);
        [L::beyond(count - rest), L::beyond(rest)]
    }
    #[inline(always)]
    unsafe fn store_first(v: Self::Raw, to: *mut L::Scalar, count: usize) {
        let rest = count.saturating_sub(L::LANES);
        L::store_first(v[0], to, count - rest);
        L::store_first(v[1], to.wrapping_add(L::LANES), rest);
    }
    #[inline(always)]
    unsafe fn load_bytes(from: *const u8) -> Self::Raw {
        [L::load_bytes(from), L::load_bytes(from.add(L::LANES))]
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn load_halves(from: *const u16, format: Format) -> Self::Raw {
        [L::load_halves(from, format), L::load_halves(from.add(L::LANES), format)]
    }
    #[cfg(feature = "half")]
    #[inline(always)]
    unsafe fn store_halves(v: Self::Raw, to: *mut u16, format: Format) {
        L::store_halves(v[0], to, format);
        L::store_halves(v[1], to.add(L::LANES), format);
    }
    #[inline(always)]
    unsafe fn add(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::add(a[0], b[0]), L::add(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn sub(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::sub(a[0], b[0]), L::sub(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn mul(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::mul(a[0], b[0]), L::mul(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn div(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::div(a[0], b[0]), L::div(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::Raw, b: Self::Raw, c: Self::Raw) -> Self::Raw {
        [L::mul_add(a[0], b[0], c[0]), L::mul_add(a[1], b[1], c[1])]
    }
    #[inline(always)]
    unsafe fn neg_mul_add(a: Self::Raw, b: Self::Raw, c: Self::Raw) -> Self::Raw {
        [L::neg_mul_add(a[0], b[0], c[0]), L::neg_mul_add(a[1], b[1], c[1])]
    }
    #[inline(always)]
    unsafe fn at_most(v: Self::Raw, limit: Self::Raw) -> Self::Raw {
        [L::at_most(v[0], limit[0]), L::at_most(v[1], limit[1])]
    }
    #[inline(always)]
    unsafe fn ge(a: Self::Raw, b: Self::Raw) -> Self::Mask {
        [L::ge(a[0], b[0]), L::ge(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn eq(a: Self::Raw, b: Self::Raw) -> Self::Mask {
        [L::eq(a[0], b[0]), L::eq(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn select(mask: Self::Mask, yes: Self::Raw, no: Self::Raw) -> Self::Raw {
        [L::select(mask[0], yes[0], no[0]), L::select(mask[1], yes[1], no[1])]
    }
    #[inline(always)]
    unsafe fn clear(mask: Self::Mask, v: Self::Raw) -> Self::Raw {
        [L::clear(mask[0], v[0]), L::clear(mask[1], v[1])]
    }
    #[inline(always)]
    unsafe fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        [L::mask_and(a[0], b[0]), L::mask_and(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        [L::mask_or(a[0], b[0]), L::mask_or(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn all(mask: Self::Mask) -> bool {
        L::all(L::mask_and(mask[0], mask[1]))
    }
    #[inline(always)]
    unsafe fn and(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::and(a[0], b[0]), L::and(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn or(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::or(a[0], b[0]), L::or(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn xor(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::xor(a[0], b[0]), L::xor(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn bits_add(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::bits_add(a[0], b[0]), L::bits_add(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn bits_sub(a: Self::Raw, b: Self::Raw) -> Self::Raw {
        [L::bits_sub(a[0], b[0]), L::bits_sub(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn bits_to_exponent(v: Self::Raw) -> Self::Raw {
        [L::bits_to_exponent(v[0]), L::bits_to_exponent(v[1])]
    }
    #[inline(always)]
    unsafe fn exponent_to_bits(v: Self::Raw) -> Self::Raw {
        [L::exponent_to_bits(v[0]), L::exponent_to_bits(v[1])]
    }
}
