//! The instruction sets: which there are, which the CPU has, and how a kernel gets to run on one.

mod float;
mod lanes;
mod pair;
mod scalar;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod avx2;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod avx512;
#[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
mod scalar_fma;
#[cfg(any(
    target_arch = "aarch64",
    all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
    all(target_arch = "wasm32", target_feature = "simd128")
))]
mod wide;

pub use float::Float;
pub use lanes::{Lanes, Mask, Token, Vector};
pub use pair::Pair;

/// A computation over slices of `T`, written once for every instruction set.
pub trait Kernel<T: Native>: Sized {
    type Out;

    /// Whether its formulas are so short that several registers side by side are worth their code.
    #[allow(dead_code, reason = "where there is scalar code alone, nobody asks")]
    const SHORT: bool;

    /// Must be `#[inline(always)]`, like all that it calls, and free of closures: only then
    /// does its code take on the instructions of the wrapper it is called from.
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) -> Self::Out;
}

/// An element type with its registers on each backend.
pub trait Native: Float {
    /// 128 bytes: over how many lanes a sum is defined, whatever the width of the registers.
    type VirtualLanes: Copy + Default + AsRef<[Self]> + AsMut<[Self]>;
    const VIRTUAL_LANES: usize = 128 / size_of::<Self>();

    type Scalar: Lanes<Scalar = Self>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
    type ScalarFma: Lanes<Scalar = Self>;
    #[cfg(any(
        target_arch = "aarch64",
        all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))]
    type Wide: Lanes<Scalar = Self>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx2: Lanes<Scalar = Self>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx512: Lanes<Scalar = Self>;
}

impl Native for f32 {
    type VirtualLanes = [f32; 32];
    type Scalar = scalar::Scalar<f32, scalar::Plain>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
    type ScalarFma = scalar::Scalar<f32, scalar_fma::Fused>;
    #[cfg(any(
        target_arch = "aarch64",
        all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))]
    type Wide = wide::Wide<f32>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx2 = avx2::Avx2<f32>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx512 = avx512::Avx512<f32>;
}

impl Native for f64 {
    type VirtualLanes = [f64; 16];
    type Scalar = scalar::Scalar<f64, scalar::Plain>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
    type ScalarFma = scalar::Scalar<f64, scalar_fma::Fused>;
    #[cfg(any(
        target_arch = "aarch64",
        all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))]
    type Wide = wide::Wide<f64>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx2 = avx2::Avx2<f64>;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    type Avx512 = avx512::Avx512<f64>;
}

/// Below so many elements the scalar backend is faster than any other.
const SHORT: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx512,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx2,
    #[cfg(any(
        target_arch = "aarch64",
        all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
        all(target_arch = "wasm32", target_feature = "simd128")
    ))]
    Wide,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
    ScalarFma,
    Scalar,
}

impl Kind {
    /// Fastest first.
    const ALL: &'static [Self] = &[
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Self::Avx512,
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Self::Avx2,
        #[cfg(any(
            target_arch = "aarch64",
            all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
            all(target_arch = "wasm32", target_feature = "simd128")
        ))]
        Self::Wide,
        #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
        Self::ScalarFma,
        Self::Scalar,
    ];

    fn detected(self) -> bool {
        match self {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Avx512 => detection::avx512(),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Avx2 => detection::avx2(),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::ScalarFma => detection::fma(),
            #[cfg(target_arch = "aarch64")]
            Self::ScalarFma => true,
            #[cfg(any(
                target_arch = "aarch64",
                all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
                all(target_arch = "wasm32", target_feature = "simd128")
            ))]
            Self::Wide => true,
            Self::Scalar => true,
        }
    }
}

// CPUID, and whether the operating system saves the registers; asked once and kept in an atomic.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod detection {
    cpufeatures::new!(cpu_avx512, "avx512f", "avx512dq");
    cpufeatures::new!(cpu_avx2, "avx2", "fma");
    cpufeatures::new!(cpu_fma, "fma");

    pub(super) use {cpu_avx2::get as avx2, cpu_avx512::get as avx512, cpu_fma::get as fma};
}

/// An instruction set that this CPU has been found to have.
///
/// A value can only be had from [`best`](Self::best) and [`available`](Self::available), so none can name instructions
/// that would fault. Losses choose for themselves; pin one to compare, to test, or to get the bits of a machine without
/// fused multiply-add.
///
/// ```
/// use logit_loss::{Backend, BceWithLogits, LogitLoss};
///
/// for backend in Backend::available() {
///     let loss: f32 = BceWithLogits::new().backend(backend).loss(&[0.0], &[1.0])?;
///     assert_eq!(loss, core::f32::consts::LN_2, "{}", backend.name());
/// }
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend(Kind);

impl Backend {
    /// The fastest that this CPU has.
    #[must_use]
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self(Kind::Scalar))
    }

    /// All that this CPU has, fastest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Kind::ALL.iter().filter(|kind| kind.detected()).map(|&kind| Self(kind))
    }

    /// `"avx512"`, `"avx2"`, `"wide"`, `"scalar-fma"` or `"scalar"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Kind::Avx512 => "avx512",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Kind::Avx2 => "avx2",
            #[cfg(any(
                target_arch = "aarch64",
                all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
                all(target_arch = "wasm32", target_feature = "simd128")
            ))]
            Kind::Wide => "wide",
            #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
            Kind::ScalarFma => "scalar-fma",
            Kind::Scalar => "scalar",
        }
    }

    /// Whether it multiplies and adds with one rounding. Backends that do give the same bits, and so do those that do
    /// not; between the two kinds, the last bits differ.
    #[must_use]
    pub const fn fused<T: Native>(self) -> bool {
        match self.0 {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Kind::Avx512 | Kind::Avx2 => true,
            #[cfg(any(
                target_arch = "aarch64",
                all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
                all(target_arch = "wasm32", target_feature = "simd128")
            ))]
            Kind::Wide => wide::FUSED,
            #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
            Kind::ScalarFma => true,
            Kind::Scalar => false,
        }
    }

    /// The fastest for so many elements, with the bits of [`best`](Self::best).
    pub(crate) fn best_for(len: usize) -> Self {
        if len < SHORT { Self::best().narrowed() } else { Self::best() }
    }

    /// The scalar backend with the same bits: where there are few elements, the fixed cost of wide registers is more
    /// than they save.
    fn narrowed(self) -> Self {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
        if self.fused::<f32>() {
            return Self(Kind::ScalarFma);
        }
        Self(Kind::Scalar)
    }

    #[inline]
    pub(crate) fn run<T: Native, K: Kernel<T>>(self, kernel: K) -> K::Out {
        match self.0 {
            // SAFETY: a `Backend` of this kind exists only where the CPU was found to have AVX-512F and AVX-512DQ.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Kind::Avx512 => unsafe { avx512::run(kernel) },
            // SAFETY: a `Backend` of this kind exists only where the CPU was found to have AVX2 and FMA.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Kind::Avx2 => unsafe { avx2::run(kernel) },
            #[cfg(any(
                target_arch = "aarch64",
                all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),
                all(target_arch = "wasm32", target_feature = "simd128")
            ))]
            Kind::Wide => wide::run(kernel),
            // SAFETY: a `Backend` of this kind exists only where the CPU was found to have FMA: alone, or with AVX2 or
            // AVX-512 (`narrowed`), none of which is without it.
            #[cfg(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"))]
            Kind::ScalarFma => unsafe { scalar_fma::run(kernel) },
            Kind::Scalar => scalar::run(kernel),
        }
    }
}
