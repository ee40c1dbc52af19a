//! The instruction sets: which there are, which of them the CPU has, and how a kernel runs on one.

// Without SSE2, only targets that compute in software are accepted: firmware, and kernels of x86-64. Nothing tells whether
// an `x86` target without an operating system does, so it is refused.
#[cfg(all(
    any(target_arch = "x86", target_arch = "x86_64"),
    not(target_feature = "sse2"),
    not(any(target_os = "uefi", all(target_arch = "x86_64", target_os = "none"))),
))]
compile_error!(
    "logit-loss needs SSE2 on x86. Without it, the x87 keeps more digits than `f32` and `f64` have, and results are \
     wrong: sigmoid(-0.5) would be 0.333 instead of 0.378. Build for an i686 target, or with -C target-feature=+sse2."
);

mod float;
#[cfg(feature = "half")]
mod format;
mod kind;
mod lanes;
mod pair;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(avx2)]
mod avx2;
#[cfg(avx512)]
mod avx512;
#[cfg(feature = "reproducible")]
mod scalar_fma;
#[cfg(wide)]
mod wide;

use core::fmt;

use kind::Kind;

pub(crate) use float::Float;
#[cfg(feature = "half")]
pub(crate) use format::Format;
pub(crate) use kind::{MICROCONTROLLER, Native};
pub(crate) use lanes::{Lanes, MOST_LANES, Mask, Token, Vector};
pub(crate) use scalar::scalar;

/// A computation over vectors, written once for every instruction set.
pub trait Kernel<T: Native> {
    /// The arguments, behind one reference.
    type Args;
    /// What it returns.
    type Out;

    /// How many registers side by side are worth their code, so that their chains of operations do not wait for each other:
    /// 1, 2 or 4. The longer the formula, the fewer.
    const REGISTERS: usize = 1;

    /// Must always be inlined, like all that it calls, and free of closures: only then is its code compiled with the
    /// instructions of the wrapper that calls it. (An unoptimised build does not need to be fast.)
    ///
    /// # Safety
    ///
    /// The conditions that `Args` states for its pointers hold.
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, args: &mut Self::Args) -> Self::Out;
}

/// Returns how many registers a kernel gets: one without optimisation, where each register is a place on the stack.
const fn registers<T: Native, K: Kernel<T>>() -> usize {
    if cfg!(unoptimized) { 1 } else { K::REGISTERS }
}

/// Runs a kernel on as many registers as it asks for.
///
/// # Safety
///
/// The CPU has the instructions of these registers, and the conditions of [`Kernel::run`] hold.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn run<T, K, One, Two, Four>(args: &mut K::Args) -> K::Out
where
    T: Native,
    K: Kernel<T>,
    One: Lanes<Scalar = T>,
    Two: Lanes<Scalar = T>,
    Four: Lanes<Scalar = T>,
{
    // SAFETY: the caller's promise. Branches that are not taken are not compiled.
    unsafe {
        if const { registers::<T, K>() == 4 } {
            K::run(Token::<Four>::assume(), args)
        } else if const { registers::<T, K>() == 2 } {
            K::run(Token::<Two>::assume(), args)
        } else {
            K::run(Token::<One>::assume(), args)
        }
    }
}

/// A [`Kernel`], compiled for a backend that this CPU has.
pub struct Function<A, R> {
    run: unsafe fn(&mut A) -> R,
    /// The number of lanes that it takes at a time, a power of two.
    pub lanes: usize,
}

impl<A, R> Clone for Function<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Function<A, R> {}

impl<A, R> Function<A, R> {
    /// # Safety
    ///
    /// The conditions that the kernel states for its arguments hold.
    #[inline]
    pub unsafe fn call(self, args: &mut A) -> R {
        // SAFETY: only `Backend` makes functions, for instructions that the CPU has; the rest is the caller's promise.
        unsafe { (self.run)(args) }
    }
}

/// An instruction set that this CPU has.
///
/// Only [`best`](Self::best), [`available`](Self::available) and, with the feature `reproducible`, `reproducible` make
/// a backend, so no backend names instructions that would fault. A loss uses the fastest backend by default. Set
/// another one to compare, to test, or to get the bits of a machine without fused multiply-add.
///
/// All backends that fuse multiply and add give the same bits, and so do all that do not.
///
/// ```
/// use logit_loss::{Backend, BceWithLogits, Loss};
///
/// for backend in Backend::available() {
///     let loss: f32 = BceWithLogits::new().backend(backend).loss(&[0.0], &[1.0])?;
///     assert_eq!(loss, core::f32::consts::LN_2, "{backend}");
/// }
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Backend(Kind);

/// Writes its [`name`](Backend::name).
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Backend {
    /// Returns the fastest backend of this CPU.
    #[must_use]
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self(Kind::Scalar))
    }

    /// Returns the fastest backend that fuses multiply and add, so that every machine gives the same bits. If there
    /// is no faster one, this is `"scalar-fma"`, which computes in software, or `f32` by the FPU of a Cortex-M.
    ///
    /// ```
    /// use logit_loss::{Backend, BceWithLogits, Loss};
    ///
    /// let bce = BceWithLogits::new().backend(Backend::reproducible());
    /// let loss: f32 = bce.loss(&[3.8], &[true])?;
    /// assert_eq!(loss.to_bits(), 0x3cb5_3dd9); // With two roundings, the last digit is a.
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    #[cfg(feature = "reproducible")]
    #[must_use]
    pub fn reproducible() -> Self {
        Self::available().find(|backend| backend.is_fused()).unwrap_or(Self(Kind::ScalarFma))
    }

    /// Returns all backends of this CPU, the fastest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Kind::ALL.iter().filter(|kind| kind.detected()).map(|&kind| Self(kind))
    }

    /// Returns the name of its instructions: `"avx512"`, `"avx2"`, `"sse2"`, `"neon"`, `"simd128"`, `"scalar"` or, with
    /// the feature `reproducible`, `"scalar-fma"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name()
    }

    /// Returns whether it fuses multiply and add, with one rounding. All backends that fuse give the same bits, and so
    /// do all that do not. The last bits of the two kinds differ.
    #[must_use]
    pub const fn is_fused(self) -> bool {
        self.0.is_fused()
    }

    /// Returns the kernel for a single row, if this backend evaluates rows.
    #[inline]
    pub(crate) fn row_function<T: Native, K: Kernel<T>>(self) -> Option<Function<K::Args, K::Out>> {
        self.0.row_function::<T, K>()
    }

    /// Returns the kernel for this backend.
    #[inline]
    pub(crate) fn function<T: Native, K: Kernel<T>>(self) -> Function<K::Args, K::Out> {
        self.0.function::<T, K>()
    }
}
