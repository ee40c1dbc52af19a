//! The kinds of backends: one table of their targets, names, registers and detection.

use super::scalar::{Plain, Scalar};
#[cfg(feature = "reproducible")]
use super::scalar_fma::Fused;
use super::{Float, Function, Kernel, Lanes, registers};

/// Whether the target is a machine with little memory and no vectors.
pub const MICROCONTROLLER: bool = cfg!(microcontroller);

/// This is a macro, since a kind that the target lacks must be absent from the list, from each `match`, and from [`Native`].
macro_rules! kinds {
    ($($(#[$target:meta])* $kind:ident = $name:expr, $module:ident, $f32:ty, $f64:ty, if $detected:expr;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Kind {
            $($(#[$target])* $kind,)*
        }

        /// An element type with its registers on each backend.
        pub(crate) trait Native: Float {
            /// The virtual lanes, 128 bytes, over which a sum is defined for any width of the registers.
            type VirtualLanes: Copy + Default + AsRef<[Self]> + AsMut<[Self]>;
            const VIRTUAL_LANES: usize = 128 / size_of::<Self>();
            /// Room for [`MADE_LOGITS`](Self::MADE_LOGITS) rows of [`COLUMNS`](Self::COLUMNS) lanes: logits alone, or half
            /// as many of them and a factor.
            type LogitBuffer;
            /// Room for [`MADE_TARGETS`](Self::MADE_TARGETS) rows: targets alone, or a quarter as many of them and three
            /// factors.
            type TargetBuffer;
            /// Room for the rows of a factor, on a microcontroller; elsewhere empty, since factors share the room for
            /// targets.
            type FactorBuffer;
            /// One element for each of [`COLUMNS`](Self::COLUMNS) lanes.
            type Columns: Copy;
            /// The number of lanes that a block has at a time: all, or one where memory is short.
            const COLUMNS: usize = if MICROCONTROLLER { 1 } else { Self::VIRTUAL_LANES };
            /// The number of rows that are made at a time with factors, or if the last row is partial.
            const MADE_ROWS: usize = if MICROCONTROLLER { 32 } else { 8 };
            /// The number of rows that are made at a time without factors: half of a block, or all of it on a
            /// microcontroller.
            const MADE_LOGITS: usize = if MICROCONTROLLER { 32 } else { 16 };
            /// The number of rows that are made at a time if only targets are made: a block.
            const MADE_TARGETS: usize = 32;
            $($(#[$target])* type $kind: Lanes<Scalar = Self>;)*
        }

        impl Native for f32 {
            type VirtualLanes = [f32; 32];
            type Columns = [f32; Self::COLUMNS];
            type TargetBuffer = [f32; Self::COLUMNS * Self::MADE_TARGETS];
            type FactorBuffer = [f32; if MICROCONTROLLER { Self::COLUMNS * Self::MADE_ROWS } else { 0 }];
            type LogitBuffer = [f32; Self::COLUMNS * Self::MADE_LOGITS];
            $($(#[$target])* type $kind = $f32;)*
        }

        impl Native for f64 {
            type VirtualLanes = [f64; 16];
            type Columns = [f64; Self::COLUMNS];
            type TargetBuffer = [f64; Self::COLUMNS * Self::MADE_TARGETS];
            type FactorBuffer = [f64; if MICROCONTROLLER { Self::COLUMNS * Self::MADE_ROWS } else { 0 }];
            type LogitBuffer = [f64; Self::COLUMNS * Self::MADE_LOGITS];
            $($(#[$target])* type $kind = $f64;)*
        }

        impl Kind {
            /// All kinds, the fastest first.
            pub(super) const ALL: &'static [Self] = &[$($(#[$target])* Self::$kind,)*];

            pub(super) fn detected(self) -> bool {
                match self {
                    $($(#[$target])* Self::$kind => $detected,)*
                }
            }

            pub(super) const fn name(self) -> &'static str {
                match self {
                    $($(#[$target])* Self::$kind => $name,)*
                }
            }

            pub(super) const fn is_fused(self) -> bool {
                match self {
                    $($(#[$target])* Self::$kind => <<f32 as Native>::$kind>::FUSED,)*
                }
            }

            #[inline]
            pub(super) fn function<T: Native, K: Kernel<T>>(self) -> Function<K::Args, K::Out> {
                match self {
                    $($(#[$target])* Self::$kind => Function {
                        run: super::$module::run::<T, K>,
                        lanes: match registers::<T, K>() {
                            4 => <super::$module::Four<T>>::LANES,
                            2 => <super::$module::Two<T>>::LANES,
                            _ => T::$kind::LANES,
                        },
                    },)*
                }
            }
        }
    };
}

/// The name of the instructions that the crate `wide` uses.
#[cfg(wide)]
const WIDE: &str = if cfg!(target_arch = "aarch64") {
    "neon"
} else if cfg!(target_arch = "wasm32") {
    "simd128"
} else {
    "sse2"
};

kinds! {
    #[cfg(avx512)]
    Avx512 = "avx512", avx512, super::avx512::Avx512<f32>, super::avx512::Avx512<f64>, if detection::avx512();

    #[cfg(avx2)]
    Avx2 = "avx2", avx2, super::avx2::Avx2<f32>, super::avx2::Avx2<f64>, if detection::avx2();

    #[cfg(wide)]
    Wide = WIDE, wide, super::wide::Wide<f32>, super::wide::Wide<f64>, if true;

    Scalar = "scalar", scalar, Scalar<f32, Plain>, Scalar<f64, Plain>, if true;

    #[cfg(feature = "reproducible")]
    ScalarFma = "scalar-fma", scalar_fma, Scalar<f32, Fused>, Scalar<f64, Fused>, if true;
}

/// Whether the target has only the scalar backend.
const IS_SCALAR: bool = Kind::ALL.len() == 1;

impl Kind {
    /// Returns the kernel for a single row. AVX-512 runs that of AVX2, since four registers of AVX2 are as fast as two of
    /// its own. A scalar backend beside a faster one leaves rows to the driver.
    #[inline]
    pub(super) fn row_function<T: Native, K: Kernel<T>>(self) -> Option<Function<K::Args, K::Out>> {
        // Each kind is named: a match over all kinds would compile a kernel for those that leave rows to the driver.
        match self {
            #[cfg(avx512)]
            Self::Avx512 => Some(Function { run: super::avx2::run::<T, K>, lanes: T::Avx2::LANES }),
            #[cfg(avx2)]
            Self::Avx2 => Some(Function { run: super::avx2::run::<T, K>, lanes: T::Avx2::LANES }),
            Self::Scalar if IS_SCALAR => Some(Function { run: super::scalar::run::<T, K>, lanes: T::Scalar::LANES }),
            #[cfg(wide)]
            Self::Wide => Some(Function { run: super::wide::run::<T, K>, lanes: T::Wide::LANES }),
            _ => None,
        }
    }
}

// CPUID, and whether the operating system saves the registers, are read once and kept in an atomic. Each function asks for
// all instructions that its code may use, since a hypervisor can hide any of them.
#[cfg(avx2)]
mod detection {
    #[cfg(avx512)]
    cpufeatures::new!(cpu_avx512, "avx512f", "avx512dq", "avx2", "fma");
    cpufeatures::new!(cpu_avx2, "avx2", "fma");

    #[cfg(avx512)]
    pub(super) fn avx512() -> bool {
        cpu_avx512::get() && has_halves()
    }

    pub(super) fn avx2() -> bool {
        cpu_avx2::get() && has_halves()
    }

    /// Whether the CPU has F16C, if it is needed. `cpufeatures` does not know F16C, which uses the registers of AVX2.
    fn has_halves() -> bool {
        cfg!(not(feature = "half")) || has_f16c()
    }

    fn has_f16c() -> bool {
        #[cfg(target_arch = "x86")]
        use core::arch::x86::__cpuid;
        #[cfg(target_arch = "x86_64")]
        use core::arch::x86_64::__cpuid;
        use core::sync::atomic::{AtomicU8, Ordering};

        // 0 means that CPUID has not been read yet.
        static ANSWER: AtomicU8 = AtomicU8::new(0);
        match ANSWER.load(Ordering::Relaxed) {
            0 => {
                let has = __cpuid(1).ecx & (1 << 29) != 0;
                ANSWER.store(1 + u8::from(has), Ordering::Relaxed);
                has
            }
            answer => answer == 2,
        }
    }
}
