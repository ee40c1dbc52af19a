//! Labels of every type, some of them ignored, masked, or no labels at all. An absent element must have the same effect as a
//! weight of 0, and the error must name the first element that is no label.

use logit_loss::{Backend, BceWithLogits, ClassCount, Error, Label, Loss, LossSum, Reduction, Weights};

use super::input::Bytes;
use super::number::Number;

/// The number of types of labels.
const KINDS: u8 = 6;
/// Mostly 0 and 1.
const VALUES: [i64; 16] = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, -1, 255, -100, i64::MIN];
/// The targets that may be ignored.
const IGNORED: [Option<f64>; 8] = [
    None,
    Some(-1.0),
    Some(255.0),
    Some(-100.0),
    Some(1.0),
    Some(f64::NAN),
    Some(0.5),
    Some(-9_223_372_036_854_775_808.0),
];

/// The arguments of a call, except for the labels in their own type.
struct Case<'a, T> {
    x: &'a [T],
    /// The labels as numbers; NaN for a missing one.
    values: Vec<f64>,
    ignored: Option<f64>,
    mask: Option<&'a [bool]>,
    /// Whether only 0 and 1 are labels.
    is_integer: bool,
    /// Whether NaN stands for a missing label.
    is_optional: bool,
    backend: Option<Backend>,
    loss: BceWithLogits<'a, T>,
}

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.flag() { labels::<f64>(bytes) } else { labels::<f32>(bytes) }
}

fn labels<T: Number>(mut bytes: Bytes<'_>) {
    let (kind, ignored, backend) = (bytes.below(KINDS.into()), IGNORED[bytes.below(IGNORED.len())], bytes.backend());
    let reduction = bytes.reduction();
    // At least one element, since no weights cover none.
    let n = bytes.length::<T>().clamp(1, 2000);
    let x = bytes.numbers(n, |x: T| x);
    let choices = bytes.array::<16>();
    let raw: Vec<i64> = (0..n).map(|i| VALUES[usize::from(choices[i % 16].wrapping_add(i as u8 / 16) % 16)]).collect();
    let (is_masked, keeps) = (bytes.flag(), bytes.array::<8>());
    let mask: Option<Vec<bool>> = is_masked.then(|| (0..n).map(|i| keeps[i % 8] >> (i / 8 % 8) & 1 == 0).collect());
    let mut loss = BceWithLogits::new().reduction(reduction);
    loss = backend.map_or(loss, |backend| loss.backend(backend));
    loss = ignored.map_or(loss, |value| loss.ignore_target(T::of(value)));
    if let Some(mask) = &mask {
        loss = loss.mask(mask);
    }

    let mask = mask.as_deref();
    let case =
        |is_integer, values| Case { x: &x, values, ignored, mask, is_integer, is_optional: false, backend, loss };
    match kind {
        0 => check(case(true, wide(&raw, |v| v as u8)), &narrow(&raw, |v| v as u8)),
        1 => check(case(true, wide(&raw, |v| v as i8)), &narrow(&raw, |v| v as i8)),
        2 => check(case(true, wide(&raw, |v| v as i32)), &narrow(&raw, |v| v as i32)),
        3 => check(case(true, raw.iter().map(|&v| v as f64).collect()), &raw),
        4 => {
            let options = narrow(&raw, |v| (v == 0 || v == 1).then_some(v == 1));
            let values = options.iter().map(|label| label.map_or(f64::NAN, |label| f64::from(u8::from(label))));
            check(Case { is_optional: true, ..case(false, values.collect()) }, &options);
        }
        _ => {
            let floats: Vec<T> = narrow(&raw, |v| T::of(if v == 255 { f64::NAN } else { v as f64 }));
            check(case(false, floats.iter().map(|t| t.wide()).collect()), &floats);
        }
    }
}

fn narrow<L>(raw: &[i64], label: impl Fn(i64) -> L) -> Vec<L> {
    raw.iter().map(|&v| label(v)).collect()
}

fn wide<L: Into<f64>>(raw: &[i64], label: impl Fn(i64) -> L) -> Vec<f64> {
    raw.iter().map(|&v| label(v).into()).collect()
}

fn check<T: Number, Y: Label<T>>(case: Case<'_, T>, targets: &[Y]) {
    let Case { x, values, ignored, mask, is_integer, is_optional, backend, loss } = case;
    let n = x.len();
    let is_same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    let is_ignored = |v: f64| ignored.is_some_and(|ignored| is_same(v, ignored)) || is_optional && v.is_nan();
    let present: Vec<bool> = (0..n).map(|i| mask.is_none_or(|mask| mask[i]) && !is_ignored(values[i])).collect();
    let unset = || vec![T::of(-7.25); n];
    let context = || format!("{}, {ignored:?}, {mask:?}, {values:?}, {x:?}", std::any::type_name::<Y>());

    let mut losses = unset();
    let result = loss.losses(x, targets, &mut losses);
    let is_wrong = |i: &usize| is_integer && present[*i] && values[*i] != 0.0 && values[*i] != 1.0;
    if let Some(index) = (0..n).find(is_wrong) {
        assert_eq!(result, Err(Error::Target { index }), "{}", context());
        assert_eq!(loss.loss(x, targets), Err(Error::Target { index }), "{}", context());
        assert!(losses.iter().all(|v| v.wide() == -7.25), "written on an error: {}", context());
        return;
    }
    assert_eq!(result, Ok(()), "{}", context());

    // The same elements with weights of 0 and 1.
    let weights: Vec<T> = present.iter().map(|&is| T::of(f64::from(u8::from(is)))).collect();
    let floats: Vec<T> = values.iter().map(|&v| T::of(v)).collect();
    let weighted = BceWithLogits::new().weight(Weights::per_element(&weights));
    let weighted = backend.map_or(weighted, |backend| weighted.backend(backend));
    let sum = loss.reduction(Reduction::Sum);
    let [mut expected, mut gradient, mut other] = [unset(), unset(), unset()];
    weighted.losses(x, &floats, &mut expected).expect("losses");
    let same = losses.iter().zip(&expected).all(|(a, b)| a.key() == b.key());
    assert!(same, "{losses:?}, {expected:?}: {}", context());
    sum.gradient(x, targets, &mut gradient).expect("a gradient");
    let with_loss = sum.loss_and_gradient(x, targets, &mut other).expect("a loss");
    assert!(gradient.iter().zip(&other).all(|(a, b)| a.key() == b.key()), "{}", context());
    for i in 0..n {
        let is_zero = losses[i].wide() == 0.0 && gradient[i].wide() == 0.0;
        assert!(
            present[i] || is_zero,
            "{i} is not there, but has {:?} and {:?}: {}",
            losses[i],
            gradient[i],
            context()
        );
    }

    let count = present.iter().filter(|&&is| is).count() as u64;
    let mut running = LossSum::new();
    loss.accumulate(&mut running, x, targets).expect("a sum");
    assert_eq!(running.count(), count, "{}", context());
    assert_eq!(running.sum().key(), with_loss.key(), "{}", context());
    let reduced = loss.loss(x, targets).ok().map(T::key);
    let all = [Some(running.sum()), running.mean(), running.weighted_mean()].map(|v| v.map(T::key));
    assert!(all.contains(&reduced), "{reduced:?}, {all:?}: {}", context());

    let mut counts = [ClassCount::new()];
    let is_fraction = |i: usize| !present[i] || (0.0..=1.0).contains(&values[i]);
    match loss.count_classes(&mut counts, 1, targets) {
        Ok(()) => assert_eq!(counts[0].targets(), count, "{}", context()),
        Err(error) => {
            let index = (0..n).find(|&i| !is_fraction(i)).expect("all targets are from 0 to 1");
            assert_eq!(error, Error::Target { index }, "{}", context());
        }
    }
    let mut samples = vec![T::of(-7.25); 1];
    if loss.loss_per_sample(x, targets, &mut samples).is_ok() {
        assert_eq!(samples[0].key(), reduced.unwrap_or(T::of(0.0).key()), "{}", context());
    }
}

/// Returns seeds with each type of label and each way to exclude elements.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let types = ["u8", "i8", "i32", "i64", "option", "float"];
    let choices = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 0, 1_u8];
    let mut seeds = Vec::new();
    for (kind, name) in types.iter().enumerate() {
        // All labels are valid; -1 or 255 is ignored; a label is invalid; all elements but this one are masked.
        for (what, ignored, last, is_masked) in [
            ("labels", 0, 0, 0),
            ("ignored", if kind % 5 == 0 { 2 } else { 1 }, 12, 0),
            ("wrong", 0, 13, 0),
            ("masked", 5, 13, 1),
        ] {
            let last = if what == "ignored" && kind % 5 == 0 { 13 } else { last };
            let mut bytes = vec![kind as u8 & 1, kind as u8, ignored, 0, 1, 40, 3];
            // Four logits: two special ones, and two of fixed point.
            bytes.extend([2, 3, 0x60, 0x80, 1, 0x60, 0, 0xfd]);
            bytes.extend(choices);
            let at = bytes.len() - 1;
            bytes[at] = last;
            bytes.push(is_masked);
            bytes.extend([1, 2, 4, 8, 0, 0, 0, 0x55]);
            seeds.push((format!("{name}_{what}"), bytes));
        }
    }
    seeds
}
