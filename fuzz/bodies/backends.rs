//! All backends of a kind, fused or not, give the same bits: for each element and summed, at any address, with any
//! neighbours, and for any cut of a batch at chunk boundaries. Logits may be NaN, and targets outside of [0, 1].

use logit_loss::{Backend, Loss, LossSum};

use super::answers::{Answers, answers, compare, words};
use super::case::Case;
use super::input::Bytes;
use super::kind::{Asymmetric, Bce, Focal, Kind};
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let offset = bytes.below(64);
    match bytes.below(6) {
        0 => all_agree::<f32, Bce<f32>>(bytes, offset),
        1 => all_agree::<f64, Bce<f64>>(bytes, offset),
        2 => all_agree::<f32, Focal<f32>>(bytes, offset),
        3 => all_agree::<f64, Focal<f64>>(bytes, offset),
        4 => all_agree::<f32, Asymmetric<f32>>(bytes, offset),
        _ => all_agree::<f64, Asymmetric<f64>>(bytes, offset),
    }
}

fn all_agree<T: Number, K: Kind<T>>(mut bytes: Bytes<'_>, offset: usize) {
    let case = Case::<T, K>::read(&mut bytes, |x| x, |t| t);
    let mut first: [Option<(Backend, Answers)>; 2] = [None, None];
    for backend in Backend::available() {
        let found = answers(&case, &case.on(Some(backend)), 0);
        match &first[usize::from(backend.is_fused())] {
            None => {
                let moved = answers(&case, &case.on(Some(backend)), offset);
                compare(&case, &moved, &found, &format!("{} {offset} elements on", backend.name()), backend.name());
                first[usize::from(backend.is_fused())] = Some((backend, found));
            }
            Some((other, expected)) => compare(&case, &found, expected, backend.name(), other.name()),
        }
        neighbours(&case, backend, offset);
        cut(&case, backend);
    }
    let chosen = answers(&case, &case.on(None), offset);
    if let Some((other, expected)) = &first[usize::from(Backend::best().is_fused())] {
        compare(&case, &chosen, expected, "chosen", other.name());
    }
}

/// Checks that the loss of each element is the same without the elements before it.
fn neighbours<T: Number, K: Kind<T>>(case: &Case<T, K>, backend: Backend, from: usize) {
    let n = case.len();
    if from >= n {
        return;
    }
    let losses = |case: &Case<T, K>| {
        let mut out = vec![T::of(0.0); case.len()];
        case.on(Some(backend)).losses(&case.logits, &case.targets, &mut out).expect("losses");
        out
    };
    for (i, (a, b)) in losses(case)[from..].iter().zip(&losses(&case.part(from..n))).enumerate() {
        let same = a.key() == b.key();
        assert!(same, "loss {a:?} with all, {b:?} from {from} on: {}, {}", backend.name(), case.describe(from + i));
    }
}

/// Checks that a batch cut at a chunk boundary sums to the same bits as the whole.
fn cut<T: Number, K: Kind<T>>(case: &Case<T, K>, backend: Backend) {
    let n = case.len();
    if n <= T::CHUNK {
        return;
    }
    let add = |sum: &mut LossSum<T>, case: &Case<T, K>| {
        case.on(Some(backend)).accumulate(sum, &case.logits, &case.targets).expect("accumulate");
    };
    let (mut whole, mut parts) = (LossSum::new(), LossSum::new());
    add(&mut whole, case);
    add(&mut parts, &case.part(0..T::CHUNK));
    add(&mut parts, &case.part(T::CHUNK..n));
    let same = words(&whole) == words(&parts);
    assert!(same, "{whole:?} whole, {parts:?} in parts: {}, {}", backend.name(), case.describe(n));
}
