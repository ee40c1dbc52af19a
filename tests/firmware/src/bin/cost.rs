//! Measures the cost of one function, which the build chooses, on the board: see `cost.sh`.

#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
#[allow(unused_imports, reason = "each function takes some")]
use logit_loss::{Backend, BceWithLogits, FocalLoss, Loss, Weights, sigmoid, softplus};
use logit_loss_firmware::{Counter, exit, hprintln, stack};

const N: usize = 256;

#[cfg(part = "f64_loss_and_gradient")]
type Real = f64;
#[cfg(not(part = "f64_loss_and_gradient"))]
type Real = f32;

/// The function that is measured. It returns the mean loss, if there is one.
#[inline(never)]
#[allow(unused_variables, reason = "each function takes some")]
fn work(x: &[Real], t: &[Real], out: &mut [Real]) -> Real {
    #[cfg(part = "sigmoid")]
    let mean = sigmoid(x, out).map(|()| 0.0);
    #[cfg(part = "softplus")]
    let mean = softplus(1.0, x, out).map(|()| 0.0);
    #[cfg(part = "loss")]
    let mean = BceWithLogits::new().loss(x, t);
    #[cfg(any(part = "loss_and_gradient", part = "f64_loss_and_gradient"))]
    let mean = BceWithLogits::new().loss_and_gradient(x, t, out);
    #[cfg(part = "fused_loss_and_gradient")]
    let mean = {
        let fused = Backend::reproducible();
        BceWithLogits::new().backend(fused).loss_and_gradient(x, t, out)
    };
    #[cfg(part = "balanced_loss_and_gradient")]
    let mean = BceWithLogits::new().pos_weight(Weights::uniform(5.0)).loss_and_gradient(x, t, out);
    #[cfg(part = "focal_loss_and_gradient")]
    let mean = FocalLoss::new().loss_and_gradient(x, t, out);
    #[cfg(part = "libm_sigmoid")]
    let mean = Ok::<_, ()>(plain::sigmoid(x, out));
    #[cfg(part = "libm_loss")]
    let mean = Ok::<_, ()>(plain::loss(x, t));
    #[cfg(part = "libm_loss_and_gradient")]
    let mean = Ok::<_, ()>(plain::loss_and_gradient(x, t, out));
    #[cfg(part = "nothing")]
    let mean = Ok::<_, ()>(0.0);
    mean.unwrap_or(-1.0)
}

/// The usual loops without this crate.
#[allow(dead_code, reason = "each function takes one")]
mod plain {
    use libm::{expf, log1pf};

    pub fn sigmoid(x: &[f32], out: &mut [f32]) -> f32 {
        for (&x, out) in x.iter().zip(out) {
            *out = 1.0 / (1.0 + expf(-x));
        }
        0.0
    }

    pub fn loss(x: &[f32], t: &[f32]) -> f32 {
        let mut sum = 0.0;
        for (&x, &t) in x.iter().zip(t) {
            sum += x.max(0.0) - x * t + log1pf(expf(-x.abs()));
        }
        sum / x.len() as f32
    }

    pub fn loss_and_gradient(x: &[f32], t: &[f32], out: &mut [f32]) -> f32 {
        let n = x.len() as f32;
        let mut sum = 0.0;
        for ((&x, &t), out) in x.iter().zip(t).zip(out) {
            let e = expf(-x.abs());
            sum += x.max(0.0) - x * t + log1pf(e);
            *out = (if x >= 0.0 { 1.0 } else { e } / (1.0 + e) - t) / n;
        }
        sum / n
    }
}

#[entry]
fn main() -> ! {
    let counter = Counter::new();
    // Logits in (-8, 8), a third of them positives.
    let mut state = 1u32;
    let x: [Real; N] = core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as Real / (1 << 20) as Real - 8.0
    });
    let t: [Real; N] = core::array::from_fn(|i| if i % 3 == 0 { 1.0 } else { 0.0 });
    let mut out = [0.0; N];

    let mut mean = 0.0;
    let all = counter.instructions(|| mean = work(black_box(&x), black_box(&t), black_box(&mut out)));
    let half = counter.instructions(|| {
        black_box(work(black_box(&x[..N / 2]), black_box(&t[..N / 2]), black_box(&mut out[..N / 2])));
    });
    let one = counter.instructions(|| {
        black_box(work(black_box(&x[..1]), black_box(&t[..1]), black_box(&mut out[..1])));
    });
    let depth = stack(|| {
        black_box(work(black_box(&x), black_box(&t), black_box(&mut out)));
    });
    // Prints integers, since floats need additional code to be printed.
    hprintln!("instructions {} for each element, {} for one; stack {}", (all - half) / (N / 2) as u32, one, depth);
    exit(mean >= 0.0)
}
