//! The complete set of vector operations: the trait [`Lanes`], and the types that make it safe to use.
//!
//! A backend implements [`Lanes`] with raw registers and unsafe functions. All other code works with [`Vector`] and
//! [`Mask`], whose operations are safe: a vector or a mask can only be made with a [`Token`], and a token only exists where
//! the CPU was found to have the backend's instructions.

use core::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Sub};

use super::Float;
#[cfg(feature = "half")]
use super::Format;

/// The largest number of lanes of one register.
pub const MOST_LANES: usize = 16;

/// A vector register of one element type on one instruction set.
///
/// # Safety
///
/// An implementor promises that every function is free of undefined behaviour on a CPU that has the instructions of
/// the backend, and that loads and stores touch exactly [`LANES`](Self::LANES) elements at any alignment, or the first
/// `count` if there is such an argument.
///
/// Every function requires that the CPU has the instructions. Functions that load or store also require that these
/// elements at the pointer can be read or written.
pub unsafe trait Lanes: Copy + 'static {
    /// The type of one lane.
    type Scalar: Float;
    /// The register, or several side by side.
    type Raw: Copy;
    /// The result of a comparison.
    type Mask: Copy;
    /// A single register, where `Self` is several side by side.
    type Register: Lanes<Scalar = Self::Scalar>;
    /// The number of lanes.
    const LANES: usize;
    /// Whether `mul_add` rounds once.
    const FUSED: bool;

    unsafe fn splat(v: Self::Scalar) -> Self::Raw;
    unsafe fn load(from: *const Self::Scalar) -> Self::Raw;
    unsafe fn store(v: Self::Raw, to: *mut Self::Scalar);

    /// Loads the first `count` elements, at most all lanes, followed by 0. It reads no more than these.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load_first(from: *const Self::Scalar, count: usize) -> Self::Raw {
        // SAFETY: the caller's promise for `count` elements.
        unsafe {
            let mut row = [Self::Scalar::ZERO; MOST_LANES];
            for (i, v) in row.iter_mut().take(Self::LANES).enumerate() {
                if i < count {
                    *v = from.add(i).read();
                }
            }
            Self::load(row.as_ptr())
        }
    }
    /// Stores the first `count` lanes, at most all. It writes no more than these.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn store_first(v: Self::Raw, to: *mut Self::Scalar, count: usize) {
        // SAFETY: the caller's promise for `count` elements.
        unsafe {
            let mut row = [Self::Scalar::ZERO; MOST_LANES];
            Self::store(v, row.as_mut_ptr());
            for (i, &v) in row.iter().take(Self::LANES).enumerate() {
                if i < count {
                    to.add(i).write(v);
                }
            }
        }
    }
    /// Returns true in all lanes but the first `count`, at most all.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn beyond(count: usize) -> Self::Mask {
        // SAFETY: the caller's promise; a register has no more lanes than the row.
        unsafe {
            let ones = [Self::Scalar::ONE; MOST_LANES];
            Self::eq(Self::load_first(ones.as_ptr(), count), Self::splat(Self::Scalar::ZERO))
        }
    }

    /// Loads bytes as numbers from 0 to 255.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load_bytes(from: *const u8) -> Self::Raw {
        // SAFETY: the caller's promise for `LANES` bytes.
        unsafe {
            let mut row = [Self::Scalar::ZERO; MOST_LANES];
            for (i, v) in row.iter_mut().take(Self::LANES).enumerate() {
                *v = Self::Scalar::from_word(from.add(i).read().into());
            }
            Self::load(row.as_ptr())
        }
    }

    #[cfg(feature = "half")]
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn load_halves(from: *const u16, format: Format) -> Self::Raw {
        // SAFETY: the caller's promise for `LANES` numbers.
        unsafe {
            let mut row = [Self::Scalar::ZERO; MOST_LANES];
            format.read_row(from, &mut row[..Self::LANES]);
            Self::load(row.as_ptr())
        }
    }
    /// Rounds each lane to the nearest number, ties to even, and stores it.
    #[cfg(feature = "half")]
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn store_halves(v: Self::Raw, to: *mut u16, format: Format) {
        // SAFETY: the caller's promise for `LANES` numbers.
        unsafe {
            let mut row = [Self::Scalar::ZERO; MOST_LANES];
            Self::store(v, row.as_mut_ptr());
            format.round_row(&row[..Self::LANES], to);
        }
    }

    unsafe fn add(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn sub(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn mul(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn div(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    /// Returns a * b + c, rounded once if `FUSED` and else twice.
    unsafe fn mul_add(a: Self::Raw, b: Self::Raw, c: Self::Raw) -> Self::Raw;
    /// Returns c - a * b, rounded as `mul_add` is.
    unsafe fn neg_mul_add(a: Self::Raw, b: Self::Raw, c: Self::Raw) -> Self::Raw;
    /// Returns the smaller of the two, and `v` where one of them is NaN.
    unsafe fn at_most(v: Self::Raw, limit: Self::Raw) -> Self::Raw;

    unsafe fn ge(a: Self::Raw, b: Self::Raw) -> Self::Mask;
    unsafe fn eq(a: Self::Raw, b: Self::Raw) -> Self::Mask;
    unsafe fn select(mask: Self::Mask, yes: Self::Raw, no: Self::Raw) -> Self::Raw;
    /// Returns 0 where the mask is true, and `v` elsewhere.
    unsafe fn clear(mask: Self::Mask, v: Self::Raw) -> Self::Raw;
    unsafe fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    unsafe fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    unsafe fn all(mask: Self::Mask) -> bool;

    unsafe fn and(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn or(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn xor(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    /// Adds the bit patterns, as integers as wide as the element, wrapping.
    unsafe fn bits_add(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    unsafe fn bits_sub(a: Self::Raw, b: Self::Raw) -> Self::Raw;
    /// Shifts the bit pattern left by the width of the fraction: the lowest bits become sign and exponent.
    unsafe fn bits_to_exponent(v: Self::Raw) -> Self::Raw;
    /// Shifts the bit pattern right by the width of the fraction: sign and exponent become the lowest bits, below zeros.
    unsafe fn exponent_to_bits(v: Self::Raw) -> Self::Raw;
}

/// Proof that the CPU has the instructions of `L`.
#[derive(Clone, Copy)]
pub struct Token<L>(core::marker::PhantomData<L>);

/// A vector of `L::LANES` elements.
#[derive(Clone, Copy)]
pub struct Vector<L: Lanes>(pub(super) L::Raw);

/// The result of comparing two vectors: true or false in each lane.
#[derive(Clone, Copy)]
pub struct Mask<L: Lanes>(L::Mask);

impl<L: Lanes> Token<L> {
    /// # Safety
    ///
    /// The CPU must have the instructions of `L`.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn assume() -> Self {
        Self(core::marker::PhantomData)
    }

    /// Returns the token of a single register, which needs no other instructions.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn register(self) -> Token<L::Register> {
        Token(core::marker::PhantomData)
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn splat(self, v: L::Scalar) -> Vector<L> {
        // SAFETY: the token proves the instructions.
        Vector(unsafe { L::splat(v) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn zero(self) -> Vector<L> {
        self.splat(L::Scalar::ZERO)
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn one(self) -> Vector<L> {
        self.splat(L::Scalar::ONE)
    }

    /// # Safety
    ///
    /// `L::LANES` elements at `from` can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn load(self, from: *const L::Scalar) -> Vector<L> {
        // SAFETY: the token proves the instructions, the caller the memory.
        Vector(unsafe { L::load(from) })
    }
}

impl<L: Lanes> Token<L> {
    /// Returns true in all lanes but the first `count`, at most all.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn beyond(self, count: usize) -> Mask<L> {
        // SAFETY: the token proves the instructions.
        Mask(unsafe { L::beyond(count) })
    }

    /// # Safety
    ///
    /// `count` elements at `from` can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn load_first(self, from: *const L::Scalar, count: usize) -> Vector<L> {
        // SAFETY: the token proves the instructions, the caller the memory.
        Vector(unsafe { L::load_first(from, count) })
    }

    /// # Safety
    ///
    /// `L::LANES` bytes at `from` can be read.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn load_bytes(self, from: *const u8) -> Vector<L> {
        // SAFETY: the token proves the instructions, the caller the memory.
        Vector(unsafe { L::load_bytes(from) })
    }

    /// # Safety
    ///
    /// `L::LANES` numbers at `from` can be read.
    #[cfg(feature = "half")]
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn load_halves(self, from: *const u16, format: Format) -> Vector<L> {
        // SAFETY: the token proves the instructions, the caller the memory.
        Vector(unsafe { L::load_halves(from, format) })
    }
}

// In all that follows, a vector or a mask exists only where a token did, and the token proves the instructions.

impl<L: Lanes> Vector<L> {
    /// # Safety
    ///
    /// `L::LANES` elements at `to` can be written.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn store(self, to: *mut L::Scalar) {
        // SAFETY: a vector proves the instructions, the caller the memory.
        unsafe { L::store(self.0, to) }
    }

    /// # Safety
    ///
    /// `count` elements at `to` can be written.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn store_first(self, to: *mut L::Scalar, count: usize) {
        // SAFETY: a vector proves the instructions, the caller the memory.
        unsafe { L::store_first(self.0, to, count) }
    }

    /// # Safety
    ///
    /// `L::LANES` numbers at `to` can be written.
    #[cfg(feature = "half")]
    #[cfg_attr(not(unoptimized), inline(always))]
    pub unsafe fn store_halves(self, to: *mut u16, format: Format) {
        // SAFETY: a vector proves the instructions, the caller the memory.
        unsafe { L::store_halves(self.0, to, format) }
    }

    /// Returns self * a + b.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::mul_add(self.0, a.0, b.0) })
    }

    /// Returns b - self * a.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn neg_mul_add(self, a: Self, b: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::neg_mul_add(self.0, a.0, b.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn at_most(self, limit: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::at_most(self.0, limit.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn ge(self, other: Self) -> Mask<L> {
        // SAFETY: a vector proves the instructions.
        Mask(unsafe { L::ge(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn equals(self, other: Self) -> Mask<L> {
        // SAFETY: a vector proves the instructions.
        Mask(unsafe { L::eq(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn and(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::and(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn or(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::or(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn xor(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::xor(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn bits_add(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::bits_add(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn bits_sub(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::bits_sub(self.0, other.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn bits_to_exponent(self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::bits_to_exponent(self.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn exponent_to_bits(self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::exponent_to_bits(self.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    fn sign_bit() -> Self {
        // SAFETY: only methods with a vector call this, and the vector proves the instructions.
        Self(unsafe { L::splat(-L::Scalar::ZERO) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn abs(self) -> Self {
        self.xor(self.and(Self::sign_bit()))
    }

    /// Returns `self` where the mask is true, and its negative elsewhere.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn negate_unless(self, mask: Mask<L>) -> Self {
        let sign = Self::sign_bit();
        self.xor(mask.clear(sign))
    }
}

impl<L: Lanes> Mask<L> {
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn select(self, yes: Vector<L>, no: Vector<L>) -> Vector<L> {
        // SAFETY: a mask proves the instructions.
        Vector(unsafe { L::select(self.0, yes.0, no.0) })
    }

    /// Returns 0 where the mask is true, and `v` elsewhere.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn clear(self, v: Vector<L>) -> Vector<L> {
        // SAFETY: a mask proves the instructions.
        Vector(unsafe { L::clear(self.0, v.0) })
    }

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn all(self) -> bool {
        // SAFETY: a mask proves the instructions.
        unsafe { L::all(self.0) }
    }
}

impl<L: Lanes> Add for Vector<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn add(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::add(self.0, other.0) })
    }
}

impl<L: Lanes> Sub for Vector<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn sub(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::sub(self.0, other.0) })
    }
}

impl<L: Lanes> Mul for Vector<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn mul(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::mul(self.0, other.0) })
    }
}

impl<L: Lanes> Div for Vector<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn div(self, other: Self) -> Self {
        // SAFETY: a vector proves the instructions.
        Self(unsafe { L::div(self.0, other.0) })
    }
}

impl<L: Lanes> Neg for Vector<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn neg(self) -> Self {
        self.xor(Self::sign_bit())
    }
}

impl<L: Lanes> BitAnd for Mask<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn bitand(self, other: Self) -> Self {
        // SAFETY: a mask proves the instructions.
        Self(unsafe { L::mask_and(self.0, other.0) })
    }
}

impl<L: Lanes> BitOr for Mask<L> {
    type Output = Self;
    #[cfg_attr(not(unoptimized), inline(always))]
    fn bitor(self, other: Self) -> Self {
        // SAFETY: a mask proves the instructions.
        Self(unsafe { L::mask_or(self.0, other.0) })
    }
}
