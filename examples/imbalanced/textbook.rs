//! Cross-entropy as the textbook writes it, `-(t ln p + (1 - t) ln(1 - p))` with `p = sigmoid(x)`, in `f32`.
//!
//! The gradients are those of automatic differentiation: one factor for each operation. Written by hand they would shrink to
//! `p - t`, which nobody gets who types the loss into a framework.

/// Has no safeguards.
pub fn bare(logits: &[f32], targets: &[f32], gradient: &mut [f32]) -> f32 {
    mean(logits, targets, gradient, |p| (p, 1.0))
}

/// Keeps the probabilities within `[1e-9, 0.99]`, a usual remedy. Outside of this range the derivative of a clamp is 0.
pub fn clamped(logits: &[f32], targets: &[f32], gradient: &mut [f32]) -> f32 {
    const LOW: f32 = 1e-9;
    const HIGH: f32 = 0.99;
    mean(logits, targets, gradient, |p| {
        let inside = (LOW..=HIGH).contains(&p);
        (p.clamp(LOW, HIGH), f32::from(inside))
    })
}

/// Returns the mean loss. `guard` maps a probability to the one that enters the logarithms, and returns the derivative of
/// that map.
fn mean(logits: &[f32], targets: &[f32], gradient: &mut [f32], guard: impl Fn(f32) -> (f32, f32)) -> f32 {
    let n = logits.len() as f32;
    let mut sum = 0.0;
    for ((&x, &t), g) in logits.iter().zip(targets).zip(gradient) {
        let p = 1.0 / (1.0 + (-x).exp());
        let (q, q_by_p) = guard(p);
        sum += -(t * q.ln() + (1.0 - t) * (1.0 - q).ln());
        let loss_by_q = -(t * (1.0 / q) - (1.0 - t) * (1.0 / (1.0 - q)));
        let p_by_x = p * (1.0 - p);
        *g = loss_by_q / n * q_by_p * p_by_x;
    }
    sum / n
}
