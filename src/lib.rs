//! Losses straight from logits, and their derivatives, over slices of `f32` and `f64`: right to the last digits in the
//! tails, never NaN, the same bits on every machine. `no_std`, no allocation, no panic.
//!
//! ```
//! use logit_loss::{BceWithLogits, Loss, Weights};
//!
//! // Two samples, three labels each; the first label is rare.
//! let logits = [2.1f32, -0.3, 0.8, -1.7, 40.0, f32::NEG_INFINITY];
//! let targets = [true, false, true, false, true, false];
//! let bce = BceWithLogits::new().pos_weight(Weights::per_class(&[6.0, 1.0, 1.0]));
//!
//! let mut gradient = [0.0; 6];
//! let mean = bce.loss_and_gradient(&logits, &targets, &mut gradient)?;
//! assert!((mean - 0.297_726_5).abs() < 1e-7);
//! // A confident, right answer still has a gradient; PyTorch's is 0 here.
//! assert_eq!(gradient[4], -7.080_590_6e-19);
//! # Ok::<(), logit_loss::Error>(())
//! ```
//!
//! Relative error against the logit, in `f32`, of the loss at target 0 and of the gradient at target 1, beside what PyTorch,
//! candle and textbooks compute:
//!
#![doc = include_str!("../docs/errors.svg")]
//!
//! # What there is
//!
//! * [`BceWithLogits`]: binary cross-entropy with weights, positive weights, label smoothing.
//! * [`FocalLoss`]: the same times a power of the wrong answer's probability.
//! * [`AsymmetricLoss`]: focal loss whose negatives have a power of their own, and a margin.
//! * [`Loss`], the trait with its methods: [`loss`](Loss::loss), [`losses`](Loss::losses),
//!   [`gradient`](Loss::gradient), [`loss_and_gradient`](Loss::loss_and_gradient),
//!   [in place](Loss::loss_and_gradient_in_place), [`backward`](Loss::backward) for automatic differentiation,
//!   [`accumulate`](Loss::accumulate) for sums that go on; and [`Hessian`], with
//!   [`gradient_and_hessian`](Hessian::gradient_and_hessian).
//! * [`Bce`]: binary cross-entropy of probabilities, for where there are no logits any more.
//! * [`ClassCount`] and [`pos_weight`]: how many positives a class has, and the positive weights that balance classes.
//! * [`sigmoid`], [`log_sigmoid`] and [`softplus`] over slices, also in place.
//! * [`Activation`]: the same on a backend of one's choice, or on several threads.
//! * `parallel()`, with the feature `rayon`: every loss and activation on several threads.
//! * [`Element`]: `f32`, `f64` and, with the feature `half`, `f16` and `bf16`.
//! * Missing labels, void pixels and masks: [what is not there](Loss#what-is-not-there).
//! * [`Weights`] of samples, classes, channels, pixels, elements; [`Reduction`]; [`LossSum`]; targets of any [`Label`] type.
//! * [`Backend`]: which instructions there are, and how to pin one.
//! * [Which loss, weight or mask](losses), for which trouble.
//! * [Coming from PyTorch](pytorch): argument by argument.
//! * [In your firmware](firmware): from `cargo add` to a call on a microcontroller, and what it costs there.
//! * [Vendoring](vendoring): what to copy, and what comes along.
//!
//! # What it promises
//!
//! 1. **No NaN, no panic**: any logit that is not NaN, infinities included, with a target in \[0, 1\] and valid weights
//!    gives a result that is not NaN.
//! 2. **Accuracy**: see below.
//! 3. **The same bits**: backends that fuse multiply and add (AVX2, AVX-512, NEON, `scalar-fma`) agree bit for bit, in each
//!    element and in sums; so do those that do not (SSE2, simd128, `scalar`) among themselves. With the feature `reproducible`
//!    every machine has one that fuses. No result depends on the address of a slice, on what stands beside an element, or on
//!    the number of threads. The bits of a function change only in a new minor version (from 0.1 to 0.2, say), and the
//!    changelog says so.
//! 4. **Errors before effects**: on `Err`, no output has changed.
//!
//! The default floating-point environment is assumed: round to nearest, subnormal numbers not flushed to zero. Of
//! [others](#other-floating-point-environments) less is promised.
//!
//! # Accuracy
//!
//! In ULP of the exact result, for hard targets, relative in the tails and down to the subnormals: the largest errors
//! found, and what is promised of a backend that fuses (one more of one that does not). `f32` was gone through from the
//! first pattern to the last, `f64` at 10^8 points that climb to where errors are large;
//! `cargo test --release --test accuracy -- --ignored --nocapture` does it again. What is found of every function is in
//! `tests/accuracy/errors.md`, and where, of these six, in `worst.csv` beside it.
//!
//! | | `f32` | not fused | `f64` | not fused | promised | with any weights |
//! |---|---|---|---|---|---|---|
//! | loss | 1.87 | 2.26 | 1.90 | 2.37 | 2.0 | 4 |
//! | gradient | 2.41 | 2.41 | 2.50 | 2.50 | 2.5 | 4 |
//! | Hessian | 4.22 | 4.22 | 4.46 | 4.46 | 5.0 | 7 |
//! | [`sigmoid`] | 2.41 | 2.41 | 2.50 | 2.50 | 2.5 |  |
//! | [`log_sigmoid`] | 1.87 | 2.26 | 1.90 | 2.37 | 2.0 |  |
//! | [`softplus`] | 1.87 | 2.26 | 1.90 | 2.37 | 2.0, or 3.0 for beta other than 1 |  |
//!
//! For all inputs, `tests/proofs` proves for the first three rows 2.72, 3.08 and 5.12 (3.38, 3.49 and 5.52 where nothing
//! fuses), with Sollya and Gappa: errors that do not occur at once are added up there.
//!
//! Weights are any whose products (weight, positive weight, upstream derivative) are normal numbers; beyond, results are
//! still not NaN. A mean adds one ULP to derivatives.
//!
//! With soft targets the loss is within 4 ULP, the gradient within 3 ULP of `w (1 - t + p t)`. A mean or sum of
//! independent logits is within 1 ULP of the exact one from 16 elements on, 1.5 with a positive weight, 2 for a single one,
//! and 4 for any logits; one more of backends that do not fuse. Of hard targets without a positive weight 14.5 can be proven, for backends that fuse: if all errors were as large as they
//! can be, and none cancelled.
//!
//! Focal loss, and its gradient, are within 6 + 2 gamma ULP for hard targets, asymmetric loss and its gradient within
//! 6 + 5 gamma; what was found is at [`FocalLoss`] and [`AsymmetricLoss`].
//!
//! Of probabilities, in `f32` with hard targets: loss 0.93 found at 0.2935692 (promised 1), gradient 1.50 at 0.49991384
//! (promised 1.5), with any weights 3 each.
//!
//! # Speed
//!
//! One thread of an AMD Zen 4 with AVX-512 and 2 cores; `README.md` has the numbers, and says how they were measured.
//!
#![doc = include_str!("../docs/throughput.svg")]
//!
//! In a debug build all of it is slow, unless `Cargo.toml` says otherwise:
//!
//! ```toml
//! [profile.dev.package.logit-loss]
//! opt-level = 3
//! ```
//!
//! A call takes at most 16 KiB of stack, and 64 KiB in a debug build without these two lines; on a microcontroller 1 KiB for
//! the plain loss.
//!
//! Subnormal numbers are slow. Nanoseconds for each of 4,096 `f32`, all of about one magnitude, on an AMD Zen 4:
//!
//! | magnitude of the logits | 1 | 46 | 60 | 90 | 110 | 1000 |
//! |---|---|---|---|---|---|---|
//! | `gradient`, AVX2 | 0.40 | 0.40 | 0.40 | 0.99 | 0.81 | 0.41 |
//! | `losses`, AVX2 | 0.72 | 1.03 | 1.02 | 1.31 | 1.91 | 0.72 |
//! | `losses` with a positive weight, AVX2 | 0.90 | 1.69 | 1.90 | 4.72 | 4.04 | 4.03 |
//! | the same, `scalar` | 4.4 | 13.0 | 49.6 | 43.7 | 41.2 | 41.1 |
//!
//! From 44 on the square of `exp(-|x|)` is subnormal or vanishes, from 87.3 on `exp(-|x|)` itself. Losses and
//! derivatives with weights take, besides, a formula for any logit where a block holds one beyond 60. The CPU's
//! microcode takes over where a number is subnormal: flushed to zero, the last two rows take 1.9 and 23.2 from 60 on,
//! and 0.90 and 4.4 below.
//!
//! # Other floating-point environments
//!
//! A program may set its CPU to take **subnormal numbers for zero**, as operands (DAZ) and as results (FTZ). Rust does
//! not allow for that, and the compiler may evaluate a constant as if it were not so. On x86-64, `tests/environment.rs`
//! sets both and finds, on every backend:
//!
//! * No result is NaN, of any logit, any target from 0 to 1 and any weights.
//! * [`BceWithLogits`] without weights, [`sigmoid`], [`log_sigmoid`] and [`softplus`] with a beta of 1: a result that
//!   is a normal number has the same bits, and one that is subnormal otherwise is 0.
//! * With weights, [`Bce`], and [`FocalLoss`] of hard targets with a gamma up to 5: a result moves by at most 1 ULP
//!   and, besides, the smallest normal number (1.2e-38 in `f32`) times the positive weight times the weight. The
//!   largest that was found is 5.0 times that number with a positive weight of 5, where 5.9e-38 became 0. Softplus with
//!   another beta: 1 ULP and, besides, that number times the larger of 1 and 1 / beta. A subnormal result may become 0.
//! * A subnormal logit, probability, target or weight counts as 0; a probability then has the loss of 0.
//! * Beyond, a power or product on the way to a result can vanish where the result does not. Found: focal loss of soft
//!   targets with gamma 64, 0 instead of 0.056 at a logit of -3.8e37; the Hessian of asymmetric loss, 0 instead of
//!   4.0e-20, at 4.3e-19 from its margin.
//!
//! Only x86-64 was looked at. On 32-bit Arm with NEON (`thumbv7neon-unknown-linux-gnueabihf`) the compiler compares
//! some `f32` by NEON, which always takes subnormal operands for zero; it adds and multiplies without.
//!
//! **Other roundings** are not supported. Found, in ULP of what rounding to nearest gives, for hard targets without
//! weights: 103 (`f32`) and 58,505 (`f64`) rounding down, 105 and 58,507 toward zero, 252 and 89,548 up; rounding down
//! and toward zero give NaN for large logits, infinite ones among them.
//!
//! # Features and targets
//!
//! * `rayon`, off unless asked for: `parallel()`, by which every loss runs on several threads, with the bits of one. It links
//!   `std`.
//!
//! * `half`, off unless asked for: inputs, targets and results may be kept as the `f16` and `bf16` of the crate `half`,
//!   version 2.
//!
//! * `reproducible`, off unless asked for: `Backend::reproducible()`, which has the bits of AVX2 and NEON on every machine. It
//!   takes the crate `libm`.
//!
//! * `small`, off unless asked for: on a microcontroller, what formulas have in common is there once. See
//!   [In your firmware](firmware).
//!
//! On x86 the CPU is asked which instructions it has, once, without `std`. On microcontrollers, and in firmware and
//! kernels whose target has no vector registers, only scalar code is compiled. A backend can be left out: see
//! [Vendoring](vendoring).
//!
//! x86 without SSE2 (`i586`) is refused: its x87 does not round each operation to `f32` or `f64`. `i686-unknown-uefi`,
//! which computes in software, is not; of a target of one's own for `x86` without an operating system nothing tells
//! whether it does, and it is refused too.

#![no_std]
#![warn(missing_docs)]
#![allow(private_bounds, private_interfaces, reason = "sealed traits rest on traits that only this crate can reach")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod activation;
mod counts;
mod driver;
mod error;
mod label;
mod loss;
mod math;
mod real;
mod reduction;
mod simd;
#[cfg(test)]
mod tests;
mod weights;

pub use activation::{
    Activation, log_sigmoid, log_sigmoid_in_place, sigmoid, sigmoid_in_place, softplus, softplus_in_place,
};
pub use counts::{ClassCount, pos_weight, pos_weight_or};
pub use error::{Argument, Error};
pub use label::Label;
pub use loss::{AsymmetricLoss, Bce, BceWithLogits, FocalLoss, Hessian, Loss};
pub use real::{Element, Real};
pub use reduction::{LossSum, Reduction};
pub use simd::Backend;
pub use weights::Weights;

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/firmware.md")]
pub mod firmware {}
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/losses.md")]
pub mod losses {}
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/pytorch.md")]
pub mod pytorch {}
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/vendoring.md")]
pub mod vendoring {}

/// Code that is generic over what is public does not see the rest.
///
/// ```
/// fn mean<T: logit_loss::Real>(a: T, b: T) -> T {
///     (a + b) / T::from(2.0)
/// }
/// assert_eq!(mean(1.0f32, 2.0), 1.5);
/// ```
/// ```compile_fail,E0624
/// fn widened<T: logit_loss::Real>(v: T) -> f64 {
///     v.widen()
/// }
/// ```
/// ```compile_fail,E0624
/// fn zero<T: logit_loss::Real>() -> T {
///     T::ZERO
/// }
/// ```
/// ```compile_fail,E0624
/// fn checked<L: logit_loss::Loss<f32>>(loss: L) -> bool {
///     loss.plans().check_parameters().is_ok()
/// }
/// ```
#[cfg(doctest)]
struct Sealed;

// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
