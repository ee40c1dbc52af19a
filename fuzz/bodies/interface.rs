//! A loss with any arguments does not panic. It succeeds exactly if all arguments are as its documentation requires. If it
//! fails, no output changes; if it succeeds, nothing beside the output changes.

use logit_loss::{Error, Hessian, Loss, LossSum, Reduction};

use super::factors::{Factors, is_weight};
use super::input::Bytes;
use super::kind::{Asymmetric, Bce, Focal, Kind, Settings};
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    match bytes.below(6) {
        0 => call_all::<f32, Bce<f32>>(bytes),
        1 => call_all::<f64, Bce<f64>>(bytes),
        2 => call_all::<f32, Focal<f32>>(bytes),
        3 => call_all::<f64, Focal<f64>>(bytes),
        4 => call_all::<f32, Asymmetric<f32>>(bytes),
        _ => call_all::<f64, Asymmetric<f64>>(bytes),
    }
}

/// The number of elements around an output in which a write is noticed.
const MARGIN: usize = 70;

pub struct Buffer<T> {
    all: Vec<T>,
    before: Vec<u64>,
}

impl<T: Number> Buffer<T> {
    pub fn new(inside: &[T]) -> Self {
        let margin = [T::of(-7.25); MARGIN];
        let all = [&margin, inside, &margin].concat();
        let before = all.iter().map(|v| v.key()).collect();
        Self { all, before }
    }

    pub fn inside(&mut self) -> &mut [T] {
        let end = self.all.len() - MARGIN;
        &mut self.all[MARGIN..end]
    }

    /// Fails if an element that must not change has changed.
    pub fn check(&self, name: &str, failed: bool) {
        for (i, (v, &before)) in self.all.iter().zip(&self.before).enumerate() {
            let outside = i < MARGIN || i >= self.all.len() - MARGIN;
            let i = i.wrapping_sub(MARGIN) as isize;
            assert!(!outside || v.key() == before, "{name}: wrote {v:?} at {i}, outside of its output");
            assert!(!failed || v.key() == before, "{name}: wrote {v:?} at {i}, but returned Err");
        }
    }
}

/// Whether the arguments of a method are valid.
struct Given<F> {
    parameters: bool,
    describe: F,
}

impl<F: Fn() -> String> Given<F> {
    /// Fails unless the result is `Ok` exactly if the parameters and the rest are valid.
    fn expect<V>(&self, name: &str, result: &Result<V, Error>, rest: bool) {
        let parameters = self.parameters;
        match result {
            Ok(_) => assert!(parameters && rest, "{name}: Ok, but its arguments are not: {}", (self.describe)()),
            Err(error) => {
                let valid = parameters && rest;
                assert!(!valid, "{name}: {error}, but its arguments are valid: {}", (self.describe)());
                let blamed = matches!(error, Error::Parameter { .. });
                let right = if blamed { !parameters } else { !rest };
                assert!(right, "{name}: {error}, but that is not what is wrong: {}", (self.describe)());
                assert!(!error.to_string().is_empty(), "{name}: {error:?} says nothing");
            }
        }
    }
}

fn call_all<T: Number, K: Kind<T>>(mut bytes: Bytes<'_>) {
    let backend = bytes.backend();
    let n = bytes.length::<T>();
    let reduction = bytes.reduction();
    // The lengths of targets and outputs, which are right most of the time.
    let mut other = || match bytes.byte() {
        d @ 1..24 => usize::from(d),
        d @ 24..32 => n.saturating_sub(usize::from(d - 23)),
        d @ 32..40 => n + usize::from(d - 31),
        _ => n,
    };
    let [targets, bools, outputs, hessians] = core::array::from_fn(|_| other());
    let (smoothing, x): (T, _) = (if bytes.flag() { bytes.number() } else { T::of(0.0) }, bytes.numbers(n, |x: T| x));
    let (y, room) = (bytes.numbers(targets, |t: T| t), bytes.numbers(outputs.max(hessians), |v: T| v));
    let weight = Factors::<T>::read_any(&mut bytes, n);
    let kind = K::read_any(&mut bytes, n);
    let upstream = Factors::<T>::read_any(&mut bytes, n);
    // Most of the bytes are labels.
    let bits: Vec<u8> = (0..bools).map(|_| bytes.byte()).map(|byte| if byte < 250 { byte & 1 } else { byte }).collect();

    let loss = kind.loss(Settings { weight: weight.weights(), smoothing, reduction, backend });
    let describe = || {
        format!(
            "{n} logits, {targets} targets, {bools} bits, {outputs} outputs, {hessians} of a Hessian, {reduction:?}, \
                 smoothing {smoothing:?}, weight {weight:?}, {kind:?}, upstream {upstream:?}"
        )
    };
    let parameters = (0.0..=1.0).contains(&smoothing.wide()) && kind.has_valid_parameters();
    let given = Given { parameters, describe };
    let settings = weight.fit(n, is_weight::<T>) && kind.has_valid_weights(n);
    let divisible = settings
        && match reduction {
            Reduction::Sum => true,
            Reduction::Mean => n > 0,
            // Rounding decides whether the sum of large weights or the reciprocal of a tiny one overflows; the target of
            // each loss checks that.
            _ => {
                let sum: f64 = (0..n).map(|i| weight.at(i).wide()).sum();
                if sum > T::LARGEST / 2.0 || (sum > 0.0 && 1.0 / sum > T::LARGEST / 2.0) {
                    return;
                }
                sum > 0.0
            }
        };
    // A weight of 0 excuses a byte that is no label.
    let are_labels = || bits.iter().enumerate().all(|(i, &bit)| bit <= 1 || weight.at(i).wide() == 0.0);
    let (fits, bits_fit) = (targets == n, bools == n && (!settings || are_labels()));

    given.expect("loss", &loss.loss(&x, &y), fits && divisible);
    given.expect("loss of u8", &loss.loss(&x, &bits), bits_fit && divisible);

    let mut out = Buffer::new(&room[..outputs]);
    let result = loss.losses(&x, &y, out.inside());
    given.expect("losses", &result, fits && settings && outputs == n);
    out.check("losses", result.is_err());
    if result.is_ok() {
        nan_where_it_belongs("loss", &x, &y, &weight, out.inside());
        none_is_negative(&x, &y, out.inside());
    }

    let mut out = Buffer::new(&room[..outputs]);
    let result = loss.gradient(&x, &y, out.inside());
    given.expect("gradient", &result, fits && divisible && outputs == n);
    out.check("gradient", result.is_err());

    let mut out = Buffer::new(&room[..outputs]);
    let result = loss.loss_and_gradient(&x, &bits, out.inside());
    given.expect("loss_and_gradient of u8", &result, bits_fit && divisible && outputs == n);
    out.check("loss_and_gradient of u8", result.is_err());

    let mut out = Buffer::new(&x);
    let result = loss.loss_and_gradient_in_place(out.inside(), &y);
    given.expect("loss_and_gradient_in_place", &result, fits && divisible);
    out.check("loss_and_gradient_in_place", result.is_err());

    let (mut out, mut second) = (Buffer::new(&room[..outputs]), Buffer::new(&room[..hessians]));
    let result = loss.gradient_and_hessian(&x, &y, out.inside(), second.inside());
    given.expect("gradient_and_hessian", &result, fits && divisible && outputs == n && hessians == n);
    out.check("gradient_and_hessian: gradient", result.is_err());
    second.check("gradient_and_hessian: Hessian", result.is_err());
    if result.is_ok() {
        nan_where_it_belongs("gradient", &x, &y, &weight, out.inside());
        nan_where_it_belongs("Hessian", &x, &y, &weight, second.inside());
    }

    let mut out = Buffer::new(&room[..outputs]);
    let result = loss.backward(&x, &y, upstream.weights(), out.inside());
    let is_upstream = |v: f64| v.abs() <= T::LARGEST;
    given.expect("backward", &result, fits && settings && outputs == n && upstream.fit(n, is_upstream));
    out.check("backward", result.is_err());

    let mut out = Buffer::new(&room[..outputs]);
    if let Some(result) = K::target_gradient(&loss, &x, &y, out.inside()) {
        given.expect("target_gradient", &result, fits && divisible && outputs == n);
        out.check("target_gradient", result.is_err());
    }

    // A sum of any bytes.
    let mut sum = LossSum::<T>::from_le_bytes(bytes.array());
    let before = sum.to_le_bytes();
    let result = loss.accumulate(&mut sum, &x, &y);
    given.expect("accumulate", &result, fits && settings);
    assert!(result.is_ok() || sum.to_le_bytes() == before, "accumulate: the sum has changed, but returned Err");
    sum.merge(&LossSum::from_le_bytes(bytes.array()));
    let _ = (sum.sum(), sum.weight(), sum.count(), sum.mean(), sum.weighted_mean());
}

/// Checks that a NaN logit or target makes the result NaN or, with a weight of 0, 0.
fn nan_where_it_belongs<T: Number>(name: &str, x: &[T], y: &[T], w: &Factors<T>, results: &[T]) {
    for (i, v) in results.iter().enumerate() {
        let (x, t, w, v) = (x[i].wide(), y[i].wide(), w.at(i).wide(), v.wide());
        let right = if w == 0.0 { v == 0.0 } else { v.is_nan() || !(x.is_nan() || t.is_nan()) };
        assert!(right, "element {i}: {name} {v:e} of logit {x:e}, target {t:e}, weight {w:e}");
    }
}

/// Checks that all other losses are not negative, except for targets outside of [0, 1].
fn none_is_negative<T: Number>(x: &[T], y: &[T], losses: &[T]) {
    for (i, loss) in losses.iter().enumerate() {
        let (x, t, loss) = (x[i].wide(), y[i].wide(), loss.wide());
        let promised = !x.is_nan() && (0.0..=1.0).contains(&t);
        assert!(!promised || loss >= 0.0, "element {i}: loss {loss:e} of logit {x:e}, target {t:e}");
    }
}
