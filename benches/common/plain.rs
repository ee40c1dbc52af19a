//! The plain loop, and the inputs of all measurements.

use logit_loss::{Label, Real};

/// A plain loss: stable, and as exact as the difference of two close numbers.
pub trait Plain: Real + Label<Self> {
    const NAME: &'static str;
    fn number(v: f64) -> Self;
    fn loss(logits: &[Self], targets: &[Self]) -> Self;
    fn loss_and_gradient(logits: &[Self], targets: &[Self], gradient: &mut [Self]) -> Self;
}

macro_rules! plain {
    ($type:ident) => {
        impl Plain for $type {
            const NAME: &'static str = stringify!($type);

            fn number(v: f64) -> $type {
                v as $type
            }

            fn loss(logits: &[$type], targets: &[$type]) -> $type {
                let terms = logits.iter().zip(targets).map(|(&x, &t)| x.max(0.0) - x * t + (-x.abs()).exp().ln_1p());
                terms.sum()
            }

            fn loss_and_gradient(logits: &[$type], targets: &[$type], gradient: &mut [$type]) -> $type {
                let mut sum = 0.0;
                for ((&x, &t), gradient) in logits.iter().zip(targets).zip(gradient) {
                    let e = (-x.abs()).exp();
                    let sigmoid = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
                    *gradient = sigmoid - t;
                    sum += x.max(0.0) - x * t + e.ln_1p();
                }
                sum
            }
        }
    };
}

plain!(f32);
plain!(f64);

/// Logits from -8 to 8 and targets of 0 and 1, the same in every run.
pub fn inputs<T: Plain>(n: usize) -> (Vec<T>, Vec<T>) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let logits = (0..n).map(|_| T::number(random() * 16.0 - 8.0)).collect();
    (logits, (0..n).map(|_| T::number(f64::from(u8::from(random() < 0.25)))).collect())
}
