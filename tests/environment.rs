//! Beyond the default floating-point environment: the promises that hold where the CPU flushes subnormal numbers to zero, as
//! programs for sound and games set it, and programs that were linked with `-ffast-math`.
//!
//! Rust assumes the default environment. So the other one lasts for a few calls of the crate, within one block of assembly
//! that restores it, and the test checks nothing meanwhile. The crate's code runs in it, for which the language promises
//! nothing; programs that change the environment do the same.
#![cfg(target_arch = "x86_64")]

mod common;

use std::arch::asm;

use common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use common::family::{Asymmetric, Bce, Family, Focal, Probabilities, Tested};
use common::{Number, Random, backends, for_both_types};
use logit_loss::{Loss, LossSum, Reduction, Weights};

for_both_types!(no_nan, plain_results_keep_their_bits, losses_with_weights, softplus_with_beta);

/// Calls a function while subnormal operands and results are flushed to zero (DAZ and FTZ in MXCSR). It must not panic.
fn flushing(mut call: impl FnMut()) {
    extern "C" fn run(call: &mut &mut dyn FnMut()) {
        call();
    }
    const DEFAULT: u32 = 0x1f80;
    const FLUSHING: u32 = DEFAULT | 1 << 15 | 1 << 6;
    let mut call: &mut dyn FnMut() = &mut call;
    // SAFETY: the stack is aligned for a call, all registers that a call may change are named, and the environment is
    // restored.
    unsafe {
        asm!(
            "ldmxcsr [r12]",
            "call {run}",
            "ldmxcsr [r13]",
            run = sym run,
            in("rdi") &mut call,
            in("r12") &FLUSHING,
            in("r13") &DEFAULT,
            clobber_abi("C"),
        );
    }
}

/// Logits of both signs: some of each exponent, special ones, and all of those where exp(-a) and its square become
/// subnormal.
fn logits<N: Number>() -> Vec<N> {
    let mut random = Random(1);
    let fraction = N::PRECISION - 1;
    let mut all = vec![N::new(0.0), N::TINIEST, N::SMALLEST_NORMAL, N::LARGEST, N::INFINITY];
    for exponent in 0..N::INFINITY.bits() >> fraction {
        all.extend((0..4).map(|_| N::from_bits_of((exponent << fraction) | (random.bits() >> (64 - fraction)))));
    }
    let last = if N::PRECISION == 24 { 140.0 } else { 1100.0 };
    all.extend((0..6000).map(|k| N::new(last / 6000.0 * f64::from(k))));
    all.iter().flat_map(|&a| [a, -a]).collect()
}

/// Zeros, ones, and numbers between them.
fn targets<N: Number>(len: usize) -> [Vec<N>; 3] {
    [vec![N::new(0.0); len], vec![N::new(1.0); len], Random(2).units(len)]
}

/// Returns losses, gradients and Hessians of all elements, and the loss of some single ones; twice, the second time flushed.
fn both<'w, N: Number>(loss: impl Tested<'w, N>, x: &[N], t: &[N]) -> [[Vec<N>; 4]; 2] {
    [false, true].map(|is_flushed| {
        let mut columns: [Vec<N>; 4] = std::array::from_fn(|_| vec![N::new(0.0); x.len()]);
        let [losses, gradient, hessian, alone] = &mut columns;
        let mut is_right = true;
        let mut call = || {
            is_right &= loss.losses(x, t, losses).is_ok();
            is_right &= loss.gradient(x, t, gradient).is_ok();
            is_right &= loss.curvature(x, t, gradient, hessian).is_none_or(|result| result.is_ok());
            for i in (0..x.len()).step_by(7) {
                match loss.loss(&x[i..=i], &t[i..=i]) {
                    Ok(loss) => alone[i] = loss,
                    Err(_) => is_right = false,
                }
            }
        };
        if is_flushed {
            flushing(call)
        } else {
            call()
        }
        assert!(is_right);
        columns
    })
}

fn both_of_activation<N: Number>(function: Activation<N>, x: &[N]) -> impl Iterator<Item = (Vec<N>, Vec<N>)> {
    backends().map(move |backend| {
        let mut flushed = vec![N::NAN; x.len()];
        let mut result = Ok(());
        flushing(|| result = function.write(Some(backend), x, &mut flushed));
        result.unwrap();
        (function.of(backend, x), flushed)
    })
}

/// Checks that results are within 1 ULP plus a multiple of the smallest normal number.
#[track_caller]
fn assert_close<N: Number>(x: &[N], default: &[N], flushed: &[N], times: f64) {
    for ((x, &a), &b) in x.iter().zip(default).zip(flushed) {
        let (is, was) = (b.to_f64(), a.to_f64());
        let allowed = was.abs() * N::EPSILON.to_f64() + times * N::SMALLEST_NORMAL.to_f64();
        assert!(is == was || (is - was).abs() <= allowed, "at {x:?}: {a:?}, and flushed {b:?}");
    }
}

/// No logit, target or weight gives NaN.
fn no_nan<N: Number>() {
    fn check<N: Number, F: Family<N>>(settings: usize) {
        let x: Vec<N> = logits::<N>().into_iter().map(F::input).collect();
        let extreme =
            [N::new(0.0), N::TINIEST, N::SMALLEST_NORMAL, N::new(1e-30), N::new(1.0), N::new(1e30), N::LARGEST];
        let extreme: Vec<N> = (0..x.len()).map(|i| extreme[i % extreme.len()]).collect();
        for t in targets::<N>(x.len()) {
            for (number, backend) in (0..settings).flat_map(|number| backends().map(move |backend| (number, backend))) {
                let plain = F::with(number).on(backend).reduced(Reduction::Sum);
                let weighted = plain.weighted(Weights::per_element(&extreme));
                let balanced = plain.pos_weighted(Weights::per_element(&extreme)).unwrap_or(plain);
                let smoothed = plain.smoothed(N::new(0.1)).unwrap_or(plain);
                for (kind, loss) in [plain, weighted, balanced, smoothed].into_iter().enumerate() {
                    let mut columns: [Vec<N>; 5] = std::array::from_fn(|_| vec![N::new(0.0); x.len()]);
                    let mut sum = LossSum::new();
                    let mut results = [Ok(()); 6];
                    flushing(|| {
                        let [losses, gradient, hessian, backward, by_target] = &mut columns;
                        results = [
                            loss.losses(&x, &t, losses),
                            loss.gradient(&x, &t, gradient),
                            loss.curvature(&x, &t, gradient, hessian).unwrap_or(Ok(())),
                            loss.backward(&x, &t, Weights::uniform(-N::LARGEST), backward),
                            loss.target_gradient_of(&x, &t, by_target).unwrap_or(Ok(())),
                            loss.accumulate(&mut sum, &x, &t),
                        ];
                    });
                    assert_eq!(results, [Ok(()); 6]);
                    assert!(!sum.sum().is_nan());
                    for (method, column) in columns.iter().enumerate() {
                        let nan = column.iter().position(|v| v.is_nan());
                        let x = nan.map(|i| (x[i], t[i]));
                        assert!(nan.is_none(), "{backend}, settings {number}, weights {kind}, result {method}: {x:?}");
                    }
                }
            }
        }
    }
    check::<N, Bce>(1);
    check::<N, Focal>(8);
    check::<N, Asymmetric>(8);
    check::<N, Probabilities>(1);
    for function in Activation::<N>::all() {
        for (_, flushed) in both_of_activation(function, &logits()) {
            assert!(!flushed.iter().any(|v| v.is_nan()), "{function:?}");
        }
    }
}

/// Results keep their bits if they are normal, and else are 0.
fn plain_results_keep_their_bits<N: Number>() {
    #[track_caller]
    fn check<N: Number>(x: &[N], default: &[N], flushed: &[N]) {
        for ((x, &a), &b) in x.iter().zip(default).zip(flushed) {
            let expected = if a.abs() < N::SMALLEST_NORMAL { 0.0 } else { a.to_f64() };
            assert_eq!(b.to_f64(), expected, "at {x:?}");
        }
    }
    let x = logits::<N>();
    for function in [Sigmoid, LogSigmoid, Softplus(N::new(1.0))] {
        for (default, flushed) in both_of_activation(function, &x) {
            check(&x, &default, &flushed);
        }
    }
    for t in targets(x.len()) {
        for backend in backends() {
            let [default, flushed] = both(<Bce as Family<N>>::with(0).on(backend).reduced(Reduction::Sum), &x, &t);
            for (default, flushed) in default.iter().zip(&flushed) {
                check(&x, default, flushed);
            }
        }
    }
}

/// Results are off by at most the smallest normal number times the weights. For focal loss this is for hard targets whose
/// powers are not small.
fn losses_with_weights<N: Number>() {
    fn check<N: Number, F: Family<N>>(settings: usize, targets: &[Vec<N>]) {
        let x: Vec<N> = logits::<N>().into_iter().map(F::input).collect();
        // A subnormal probability is flushed to 0, which has another logarithm.
        let x: Vec<N> = x.into_iter().map(|v| if v.abs() < N::SMALLEST_NORMAL { N::new(0.0) } else { v }).collect();
        for (t, number) in targets.iter().flat_map(|t| (0..settings).map(move |number| (t, number))) {
            for (weight, pos_weight, backend) in [(1.0, 5.0), (3.0, 1.0), (3.0, 5.0)]
                .into_iter()
                .flat_map(|(weight, pos_weight)| backends().map(move |backend| (weight, pos_weight, backend)))
            {
                let [weights, pos_weights] = [weight, pos_weight].map(|w| Weights::uniform(N::new(w)));
                let loss = F::with(number).on(backend).reduced(Reduction::Sum).weighted(weights);
                let [default, flushed] = both(loss.pos_weighted(pos_weights).expect("it has them"), &x, t);
                for (default, flushed) in default.iter().zip(&flushed) {
                    assert_close(&x, default, flushed, weight * pos_weight);
                }
            }
        }
    }
    let all = targets(logits::<N>().len());
    check::<N, Bce>(1, &all);
    check::<N, Probabilities>(1, &all);
    // gamma from 0 to 5
    check::<N, Focal>(6, &all[..2]);
}

fn softplus_with_beta<N: Number>() {
    let x = logits::<N>();
    for beta in [0.7, 2.0, 3e-9, 1.1e11] {
        for (default, flushed) in both_of_activation(Softplus(N::new(beta)), &x) {
            assert_close(&x, &default, &flushed, f64::max(1.0, 1.0 / beta));
        }
    }
}
