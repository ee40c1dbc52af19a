//! All backends of a kind, fused or not, give the same bits: for each element and summed, at any address, whatever
//! stands beside an element, and however a batch is cut at chunk boundaries. NaN and targets beyond [0, 1] included.

use logit_loss::{Backend, BceWithLogits, Error, LogitLoss, LossSum};

use super::case::Case;
use super::input::Bytes;
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let offset = bytes.below(64);
    if bytes.flag() { all_agree::<f64>(bytes, offset) } else { all_agree::<f32>(bytes, offset) }
}

/// Everything that a loss can be asked for, by name.
type Answers = Vec<(&'static str, Result<Vec<u64>, Error>)>;

fn all_agree<T: Number>(mut bytes: Bytes<'_>, offset: usize) {
    let case = Case::<T>::read(&mut bytes, |x| x, |t| t);
    let mut first: [Option<(Backend, Answers)>; 2] = [None, None];
    for backend in Backend::available() {
        let found = answers(&case, case.loss().backend(backend), 0);
        match &first[usize::from(backend.fused::<T>())] {
            None => {
                let moved = answers(&case, case.loss().backend(backend), offset);
                compare(&case, &moved, &found, &format!("{} {offset} elements on", backend.name()), backend.name());
                first[usize::from(backend.fused::<T>())] = Some((backend, found));
            }
            Some((other, expected)) => compare(&case, &found, expected, backend.name(), other.name()),
        }
        neighbours(&case, backend, offset);
        cut(&case, backend);
    }
    let chosen = answers(&case, case.unpinned(), offset);
    if let Some((other, expected)) = &first[usize::from(Backend::best().fused::<T>())] {
        compare(&case, &chosen, expected, "chosen", other.name());
    }
}

fn compare<T: Number>(case: &Case<T>, found: &Answers, expected: &Answers, backend: &str, other: &str) {
    for ((name, found), (_, expected)) in found.iter().zip(expected) {
        let (Ok(values), Ok(others)) = (found, expected) else {
            assert_eq!(found, expected, "{name}: {backend} against {other}: {}", case.describe(case.len()));
            continue;
        };
        for (i, (a, b)) in values.iter().zip(others).enumerate() {
            let i = if values.len() == case.len() { i } else { case.len() };
            assert!(a == b, "{name}: {backend} has bits {a:#x}, {other} has {b:#x}: {}", case.describe(i));
        }
    }
}

/// With every slice `offset` elements into its allocation.
fn answers<T: Number>(case: &Case<T>, bce: BceWithLogits<'_, T>, offset: usize) -> Answers {
    let n = case.len();
    let moved = |values: &[T]| [&vec![T::of(0.5); offset], values].concat();
    let (logits, targets) = (moved(&case.logits), moved(&case.targets));
    let (x, y) = (&logits[offset..], &targets[offset..]);
    let hard: Vec<bool> = y.iter().map(|t| t.wide() >= 0.5).collect();
    let room = || vec![T::of(0.0); offset + n];
    let [mut losses, mut gradient, mut hessian, mut back, mut by_target, mut by_bool] = [(); 6].map(|()| room());
    let mut in_place = logits.clone();
    let mut running = LossSum::new();

    let loss = bce.loss(x, y);
    let done = [
        bce.losses(x, y, &mut losses[offset..]),
        bce.gradient_and_hessian(x, y, &mut gradient[offset..], &mut hessian[offset..]),
        bce.backward(x, y, case.upstream.weights(), &mut back[offset..]),
        bce.target_gradient(x, y, &mut by_target[offset..]),
        bce.accumulate(&mut running, x, y),
    ];
    let sum_in_place = bce.loss_and_gradient_in_place(&mut in_place[offset..], y);
    let sum_by_bool = bce.loss_and_gradient(x, &hard, &mut by_bool[offset..]);

    let keys = |values: &[T]| values[offset..].iter().map(|v| v.key()).collect::<Vec<_>>();
    let one = |v: T| vec![v.key()];
    vec![
        ("loss", loss.map(one)),
        ("losses", done[0].map(|()| keys(&losses))),
        ("gradient", done[1].map(|()| keys(&gradient))),
        ("hessian", done[1].map(|()| keys(&hessian))),
        ("backward", done[2].map(|()| keys(&back))),
        ("target_gradient", done[3].map(|()| keys(&by_target))),
        ("accumulate", done[4].map(|()| words(&running))),
        ("loss_and_gradient_in_place", sum_in_place.map(one)),
        ("gradient in place", sum_in_place.map(|_| keys(&in_place))),
        ("loss_and_gradient of bool", sum_by_bool.map(one)),
        ("gradient of bool", sum_by_bool.map(|_| keys(&by_bool))),
    ]
}

/// The five words of a sum; a low one beside a high one that is not finite means nothing.
fn words<T: Number>(sum: &LossSum<T>) -> Vec<u64> {
    let bytes = sum.to_le_bytes();
    let word = |i: usize| u64::from_le_bytes(core::array::from_fn(|j| bytes[8 * i + j]));
    let pair = |i: usize| {
        let high = f64::from_bits(word(i));
        if high.is_finite() { [high.key(), word(i + 1)] } else { [high.key(), 0] }
    };
    [&pair(0)[..], &pair(2), &[word(4)]].concat()
}

/// The loss of each element is the same when those before it are not there.
fn neighbours<T: Number>(case: &Case<T>, backend: Backend, from: usize) {
    let n = case.len();
    let from = from.min(n);
    let weight: Vec<T> = (0..n).map(|i| case.weight.at(i)).collect();
    let pos_weight: Vec<T> = (0..n).map(|i| case.pos_weight.at(i)).collect();
    if from == n {
        return;
    }
    let losses = |from: usize| {
        let bce = BceWithLogits::new()
            .weight(logit_loss::Weights::per_element(&weight[from..]))
            .pos_weight(logit_loss::Weights::per_element(&pos_weight[from..]))
            .label_smoothing(case.smoothing)
            .backend(backend);
        let mut out = vec![T::of(0.0); n - from];
        bce.losses(&case.logits[from..], &case.targets[from..], &mut out).expect("losses");
        out
    };
    for (i, (a, b)) in losses(0)[from..].iter().zip(&losses(from)).enumerate() {
        let same = a.key() == b.key();
        assert!(same, "loss {a:?} with all, {b:?} from {from} on: {}, {}", backend.name(), case.describe(from + i));
    }
}

/// A batch cut at a chunk boundary sums to the same bits as the whole.
fn cut<T: Number>(case: &Case<T>, backend: Backend) {
    use super::case::Factors::Uniform;
    let (&Uniform(_), &Uniform(_), true) = (&case.weight, &case.pos_weight, case.len() > T::CHUNK) else {
        return;
    };
    let bce = case.loss().backend(backend);
    let (mut whole, mut parts) = (LossSum::new(), LossSum::new());
    bce.accumulate(&mut whole, &case.logits, &case.targets).expect("accumulate");
    for (x, y) in case.logits.chunks(T::CHUNK).zip(case.targets.chunks(T::CHUNK)) {
        bce.accumulate(&mut parts, x, y).expect("accumulate");
    }
    let same = words(&whole) == words(&parts);
    assert!(same, "{whole:?} whole, {parts:?} in parts: {}, {}", backend.name(), case.describe(case.len()));
}
