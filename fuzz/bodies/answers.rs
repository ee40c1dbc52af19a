//! The results of all methods of a loss, as bits, so that two losses that should be the same can be compared.

use logit_loss::{Error, Hessian, Loss, LossSum};

use super::case::Case;
use super::kind::Kind;
use super::number::Number;

/// The results, by name.
pub type Answers = Vec<(&'static str, Result<Vec<u64>, Error>)>;

/// Returns the results of a loss with the case's settings, or nearly the same, for the case's logits and targets. Every
/// slice starts `offset` elements into its allocation.
pub fn answers<T: Number, K: Kind<T>>(case: &Case<T, K>, tested: &K::Loss<'_>, offset: usize) -> Answers {
    let n = case.len();
    let moved = |values: &[T]| [&vec![T::of(0.5); offset], values].concat();
    let (logits, targets) = (moved(&case.logits), moved(&case.targets));
    let (x, y) = (&logits[offset..], &targets[offset..]);
    let hard: Vec<bool> = y.iter().map(|t| t.wide() >= 0.5).collect();
    let room = || vec![T::of(0.0); offset + n];
    let [mut losses, mut gradient, mut hessian, mut back, mut by_target, mut by_bool] = [(); 6].map(|()| room());
    let mut in_place = logits.clone();
    let mut running = LossSum::new();

    let loss = tested.loss(x, y);
    let done = [
        tested.losses(x, y, &mut losses[offset..]),
        tested.gradient_and_hessian(x, y, &mut gradient[offset..], &mut hessian[offset..]),
        tested.backward(x, y, case.upstream.weights(), &mut back[offset..]),
        tested.accumulate(&mut running, x, y),
    ];
    let target_gradient = K::target_gradient(tested, x, y, &mut by_target[offset..]);
    let sum_in_place = tested.loss_and_gradient_in_place(&mut in_place[offset..], y);
    let sum_by_bool = tested.loss_and_gradient(x, &hard, &mut by_bool[offset..]);

    let keys = |values: &[T]| values[offset..].iter().map(|v| v.key()).collect::<Vec<_>>();
    let one = |v: T| vec![v.key()];
    let mut all = vec![
        ("loss", loss.map(one)),
        ("losses", done[0].map(|()| keys(&losses))),
        ("gradient", done[1].map(|()| keys(&gradient))),
        ("hessian", done[1].map(|()| keys(&hessian))),
        ("backward", done[2].map(|()| keys(&back))),
        ("accumulate", done[3].map(|()| words(&running))),
        ("loss_and_gradient_in_place", sum_in_place.map(one)),
        ("gradient in place", sum_in_place.map(|_| keys(&in_place))),
        ("loss_and_gradient of bool", sum_by_bool.map(one)),
        ("gradient of bool", sum_by_bool.map(|_| keys(&by_bool))),
    ];
    all.extend(target_gradient.map(|result| ("target_gradient", result.map(|()| keys(&by_target)))));
    all
}

/// Returns the five words of a sum; the low word means nothing if the high word is not finite.
pub fn words<T: Number>(sum: &LossSum<T>) -> Vec<u64> {
    let bytes = sum.to_le_bytes();
    let word = |i: usize| u64::from_le_bytes(core::array::from_fn(|j| bytes[8 * i + j]));
    let pair = |i: usize| {
        let high = f64::from_bits(word(i));
        if high.is_finite() { [high.key(), word(i + 1)] } else { [high.key(), 0] }
    };
    [&pair(0)[..], &pair(2), &[word(4)]].concat()
}

/// Fails where both results differ; results that only one of the two has are left out.
pub fn compare<T: Number, K: Kind<T>>(
    case: &Case<T, K>,
    found: &Answers,
    expected: &Answers,
    of_found: &str,
    of_expected: &str,
) {
    for ((name, found), (_, expected)) in found.iter().zip(expected) {
        let (Ok(values), Ok(others)) = (found, expected) else {
            assert_eq!(found, expected, "{name}: {of_found} against {of_expected}: {}", case.describe(case.len()));
            continue;
        };
        for (i, (a, b)) in values.iter().zip(others).enumerate() {
            let i = if values.len() == case.len() { i } else { case.len() };
            assert!(a == b, "{name}: {of_found} has bits {a:#x}, {of_expected} has {b:#x}: {}", case.describe(i));
        }
    }
}
