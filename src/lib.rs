//! Computes losses from logits, and their derivatives, over slices of `f32` and `f64`. Results are accurate in the
//! tails, and not NaN for valid inputs. All backends that fuse multiply and add give the same bits. The crate is
//! `no_std`, does not allocate and does not panic.
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
//! // A confident, right answer still has a gradient. PyTorch gives 0 here.
//! assert_eq!(gradient[4], -7.080_590_6e-19);
//! # Ok::<(), logit_loss::Error>(())
//! ```
//!
//! The figure shows the relative error in `f32`, of the loss at target 0 and of the gradient at target 1, for this
//! crate, PyTorch, candle and the textbook's formula:
//!
#![doc = include_str!("../docs/errors.svg")]
//!
//! # What there is
//!
//! * [`BceWithLogits`] is binary cross-entropy with weights, positive weights and label smoothing.
//! * [`FocalLoss`] multiplies cross-entropy by a power of the wrong answer's probability.
//! * [`AsymmetricLoss`] is focal loss with one power for positives, another for negatives, and a margin.
//! * [`Bce`] is binary cross-entropy of probabilities, for programs that have no logits.
//! * [`Loss`] is the trait with the methods: [`loss`](Loss::loss), [`losses`](Loss::losses),
//!   [`gradient`](Loss::gradient), [`loss_and_gradient`](Loss::loss_and_gradient), the same
//!   [in place](Loss::loss_and_gradient_in_place), [`backward`](Loss::backward) for automatic differentiation, and
//!   [`accumulate`](Loss::accumulate) for running sums. [`Hessian`] adds
//!   [`gradient_and_hessian`](Hessian::gradient_and_hessian).
//! * [`ClassCount`] and [`pos_weight`] count the positives of each class and compute the positive weights that balance
//!   the classes.
//! * [`sigmoid`], [`log_sigmoid`] and [`softplus`] work over slices, also in place. [`Activation`] runs them on a
//!   chosen backend or on several threads.
//! * [`Weights`] describe weights of samples, classes, channels, pixels or elements. [`Reduction`] says how losses
//!   become one number. [`LossSum`] sums over batches and machines.
//! * [`Label`] lists the types of targets, [`Element`] the types of inputs: `f32`, `f64` and, with the feature `half`,
//!   `f16` and `bf16`.
//! * Missing labels, void pixels and masks are [ignored elements](Loss#ignored-elements).
//! * [`Backend`] is an instruction set of the CPU. You can list all, and choose one for a loss.
//!
//! Guides:
//!
//! * [Which loss, weight or mask](losses) to use.
//! * [Coming from PyTorch](pytorch), argument by argument.
//! * [In your firmware](firmware): how to use the crate on a microcontroller, and what it costs there.
//! * [The same bits](reproducibility): on which machines, and at what cost.
//! * [Vendoring](vendoring): how to copy the crate into a repository.
//!
//! # What it promises
//!
//! 1. **No NaN, no panic**: a logit that is not NaN gives a result that is not NaN, if the target is in \[0, 1\] and
//!    the weights are valid. Infinite logits are allowed. A sum above the largest number is +inf, and so is its mean.
//! 2. **Accuracy**: see [below](#accuracy).
//! 3. **The same bits**: all backends that fuse multiply and add (AVX2, AVX-512, NEON, `scalar-fma`) agree bit for bit,
//!    in each element and in sums. So do all that do not fuse (SSE2, simd128, `scalar`). With the feature
//!    `reproducible`, every machine has a backend that fuses, so [`Backend::reproducible()`](Backend) gives the same
//!    bits everywhere. No result depends on the address of a slice, on the neighbours of an element, or on the number
//!    of threads. The bits of a function change only in a new minor version (from 0.1 to 0.2, say), and the changelog
//!    says so.
//! 4. **Errors before effects**: on `Err`, no output has changed.
//!
//! The crate assumes the default floating-point environment: round to nearest, and no flush of subnormal numbers to
//! zero. [The same bits](reproducibility) says what holds elsewhere.
//!
//! # Accuracy
//!
//! The table shows the largest errors found for hard targets (0 or 1), in ULP of the exact result. They are relative in
//! the tails too, down to the subnormal numbers. The promises hold for backends that fuse; the others may err by 1 ULP
//! more. The search covers every value of `f32`, and 10^8 points of `f64` that climb to where errors are large.
//! `cargo test --release --test accuracy -- --ignored --nocapture` repeats it. In the repository,
//! `tests/accuracy/errors.md` lists the errors of all functions, and `worst.csv` beside it the inputs where these six
//! are largest.
//!
//! | | `f32`, fused | `f32`, not fused | `f64`, fused | `f64`, not fused | promised, if fused | promised with any weights |
//! |---|---|---|---|---|---|---|
//! | loss | 1.87 | 2.26 | 1.90 | 2.37 | 2.0 | 4 |
//! | gradient | 2.41 | 2.41 | 2.50 | 2.50 | 2.5 | 4 |
//! | Hessian | 4.22 | 4.22 | 4.46 | 4.46 | 5.0 | 7 |
//! | [`sigmoid`] | 2.41 | 2.41 | 2.50 | 2.50 | 2.5 |  |
//! | [`log_sigmoid`] | 1.87 | 2.26 | 1.90 | 2.37 | 2.0 |  |
//! | [`softplus`] | 1.87 | 2.26 | 1.90 | 2.37 | 2.0, or 3.0 for beta other than 1 |  |
//!
//! `tests/proofs` proves bounds for all inputs, with Sollya and Gappa. They are 2.72, 3.08 and 5.12 for the first three
//! rows (3.38, 3.49 and 5.52 where nothing fuses). They exceed the promises because they add up errors that do not
//! occur at once.
//!
//! "Any weights" are weights whose products (weight, positive weight, upstream derivative) are normal numbers. With
//! other weights, results are still not NaN. A mean adds 1 ULP to derivatives.
//!
//! With soft targets, the loss is within 4 ULP, and the gradient within 3 ULP of `w (1 - t + p t)`.
//!
//! A mean or sum of at least 16 independent logits is within 1 ULP of the exact one, or within 1.5 with a positive
//! weight. A single logit is within 2, and any logits are within 4, unless the sum is above the largest number: then
//! both are +inf. Backends that do not fuse may err by 1 more. The proven bound is 14.5 ULP, for hard targets
//! without a positive weight on backends that fuse. It assumes that all errors are as large as possible and none
//! cancels.
//!
//! Focal loss and its gradient are within 6 + 2 gamma ULP for hard targets, asymmetric loss and its gradient within 6 +
//! 5 gamma, with the gamma of the target. [`FocalLoss`] and [`AsymmetricLoss`] list the errors found.
//!
//! For [`Bce`], in `f32` with hard targets, these are the largest errors: loss 0.93 found at 0.2935692 (promised 1),
//! gradient 1.50 at 0.49991384 (promised 1.5). With any weights, 3 is promised for each.
//!
//! # Speed
//!
//! The figure shows the speed of one thread on an AMD Zen 4 with AVX-512 and 2 cores. `README.md` has the numbers, and
//! `docs/speed.md` says how they were measured.
//!
#![doc = include_str!("../docs/throughput.svg")]
//!
//! All kernels are compiled with the crate itself, once, and not again with the code that uses it. A debug build is
//! slow, unless `Cargo.toml` optimises this crate, which then takes ten times as long to compile:
//!
//! ```toml
//! [profile.dev.package.logit-loss]
//! opt-level = 3
//! ```
//!
//! A call takes at most 16 KiB of stack, and 64 KiB in a debug build without these two lines. On a microcontroller, the
//! plain loss takes at most 1 KiB.
//!
//! # Features and targets
//!
//! All features are off by default.
//!
//! * `rayon` adds `parallel()`, which runs a loss or an activation on several threads and gives the bits of one. It
//!   links `std`.
//! * `half` accepts the `f16` and `bf16` of the crate `half`, version 2, as inputs, targets and results.
//! * `reproducible` adds `Backend::reproducible()`, which has the bits of AVX2 and NEON on every machine. It needs the
//!   crate `libm`.
//! * `small` makes a microcontroller program smaller if its options are known only at run time. See
//!   [In your firmware](firmware).
//!
//! On x86 the crate asks the CPU once which instructions it has, without `std`. On microcontrollers, and in firmware
//! and kernels whose target has no vector registers, only scalar code is compiled. A program can leave backends out:
//! see [Vendoring](vendoring).
//!
//! x86 without SSE2 (`i586`) is refused, because its x87 unit does not round each operation to `f32` or `f64`.
//! `i686-unknown-uefi` is accepted, because it computes in software. A custom target for `x86` without an operating
//! system is refused too, because the build cannot tell whether it computes in software.

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
#[doc = include_str!("../docs/reproducibility.md")]
pub mod reproducibility {}
#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/vendoring.md")]
pub mod vendoring {}

/// Generic code sees only the public interface.
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

// The README's examples are doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
