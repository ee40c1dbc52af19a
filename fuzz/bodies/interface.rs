//! Whatever a loss is given, it does not panic; it succeeds if and only if all is as its documentation asks; where it
//! fails, no output changes, and where it succeeds, nothing beside the output does.

use logit_loss::{BceWithLogits, Error, LogitLoss, LossSum, Reduction, Weights};

use super::input::Bytes;
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.flag() { call_all::<f64>(bytes) } else { call_all::<f32>(bytes) }
}

/// Weights that may be anything.
#[derive(Debug)]
struct Any<T> {
    kind: usize,
    values: Vec<T>,
    repeat: usize,
}

impl<T: Number> Any<T> {
    /// Such that the number of elements is right more often than chance would have it.
    fn read(bytes: &mut Bytes<'_>, n: usize) -> Self {
        let kind = bytes.below(6);
        let repeat = match bytes.byte() {
            250.. => usize::MAX - bytes.below(4),
            r => usize::from(r % 8),
        };
        let count = match (bytes.byte(), kind) {
            (0, _) => 0,
            (r @ 1..40, _) => usize::from(r),
            (_, 4) => n / repeat.max(1),
            (_, 5) => n,
            (r, _) => 1 + usize::from(r % 5),
        };
        let values = bytes.numbers(count, |v| v);
        Self { kind, values, repeat }
    }

    fn weights(&self) -> Weights<'_, T> {
        let first = self.values.first().copied().unwrap_or(T::of(1.0));
        match self.kind {
            0 => Weights::uniform(T::of(1.0)),
            1 => Weights::uniform(first),
            2 => Weights::per_class(&self.values),
            3 => Weights::per_channel(&self.values, self.repeat),
            4 => Weights::per_sample(&self.values, self.repeat),
            _ => Weights::per_element(&self.values),
        }
    }

    fn values(&self) -> Vec<f64> {
        match self.kind {
            0 => vec![1.0],
            1 => vec![self.values.first().map_or(1.0, |v| v.wide())],
            _ => self.values.iter().map(|v| v.wide()).collect(),
        }
    }

    fn repeat(&self) -> usize {
        if matches!(self.kind, 3 | 4) { self.repeat } else { 1 }
    }

    /// Whether they cover `n` elements, and each is as it must be.
    fn fit(&self, n: usize, valid: impl Fn(f64) -> bool) -> bool {
        let period = self.values().len() as u128 * self.repeat() as u128;
        let covers = match self.kind {
            0 | 1 => true,
            2 | 3 => period > 0 && (n as u128).is_multiple_of(period),
            _ => period > 0 && n as u128 == period,
        };
        covers && self.values().into_iter().all(valid)
    }

    /// Of each element, if they fit.
    fn of_all(&self, n: usize) -> Vec<f64> {
        let values = self.values();
        (0..n).map(|i| values[i / self.repeat() % values.len()]).collect()
    }
}

/// Around an output, so that a write beside it is seen.
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

    /// Fails where what must not have changed has.
    pub fn check(&self, name: &str, failed: bool) {
        for (i, (v, &before)) in self.all.iter().zip(&self.before).enumerate() {
            let outside = i < MARGIN || i >= self.all.len() - MARGIN;
            let i = i.wrapping_sub(MARGIN) as isize;
            assert!(!outside || v.key() == before, "{name}: wrote {v:?} at {i}, outside of its output");
            assert!(!failed || v.key() == before, "{name}: wrote {v:?} at {i}, but returned Err");
        }
    }
}

fn expect<V>(name: &str, result: &Result<V, Error>, valid: bool, describe: impl Fn() -> String) {
    match result {
        Ok(_) => assert!(valid, "{name}: Ok, but its arguments are not: {}", describe()),
        Err(error) => {
            assert!(!valid, "{name}: {error}, but its arguments are valid: {}", describe());
            assert!(!error.to_string().is_empty(), "{name}: {error:?} says nothing");
        }
    }
}

fn call_all<T: Number>(mut bytes: Bytes<'_>) {
    let backend = bytes.backend();
    let n = bytes.length::<T>();
    let reduction = bytes.reduction();
    // Lengths of targets and outputs, which are as they should be most of the time.
    let mut other = || match bytes.byte() {
        d @ 1..24 => usize::from(d),
        d @ 24..32 => n.saturating_sub(usize::from(d - 23)),
        d @ 32..40 => n + usize::from(d - 31),
        _ => n,
    };
    let [targets, bools, outputs, hessians] = core::array::from_fn(|_| other());
    let (smoothing, x): (T, _) = (if bytes.flag() { bytes.number() } else { T::of(0.0) }, bytes.numbers(n, |x: T| x));
    let (y, room) = (bytes.numbers(targets, |t: T| t), bytes.numbers(outputs.max(hessians), |v: T| v));
    let [weight, pos_weight, upstream] = core::array::from_fn(|_| Any::<T>::read(&mut bytes, n));
    let bits: Vec<u8> = (0..bools).map(|_| bytes.byte() & 3).collect();

    let mut bce = BceWithLogits::new()
        .weight(weight.weights())
        .pos_weight(pos_weight.weights())
        .label_smoothing(smoothing)
        .reduction(reduction);
    if let Some(backend) = backend {
        bce = bce.backend(backend);
    }

    let describe = || {
        format!(
            "{n} logits, {targets} targets, {bools} bits, {outputs} outputs, {hessians} of a Hessian, {reduction:?}, \
                 smoothing {smoothing:?}, weight {weight:?}, pos_weight {pos_weight:?}, upstream {upstream:?}"
        )
    };
    let is_weight = |v: f64| (0.0..=T::LARGEST).contains(&v);
    let settings = (0.0..=1.0).contains(&smoothing.wide()) && weight.fit(n, is_weight) && pos_weight.fit(n, is_weight);
    let divisible = settings
        && match reduction {
            Reduction::Sum => true,
            Reduction::Mean => n > 0,
            // Whether the sum of large weights overflows, or the reciprocal of a tiny one, is a matter of rounding; `bce_f32` and `bce_f64` look there.
            Reduction::WeightedMean => {
                let sum: f64 = weight.of_all(n).iter().sum();
                if sum > T::LARGEST / 2.0 || (sum > 0.0 && 1.0 / sum > T::LARGEST / 2.0) {
                    return;
                }
                sum > 0.0
            }
        };
    let (fits, bits_fit) = (targets == n, bools == n);

    expect("loss", &bce.loss(&x, &y), fits && divisible, describe);
    expect("loss of u8", &bce.loss(&x, &bits), bits_fit && divisible, describe);

    let mut out = Buffer::new(&room[..outputs]);
    let result = bce.losses(&x, &y, out.inside());
    expect("losses", &result, fits && settings && outputs == n, describe);
    out.check("losses", result.is_err());
    if result.is_ok() {
        nan_where_it_belongs(&x, &y, &weight.of_all(n), out.inside());
    }

    let mut out = Buffer::new(&room[..outputs]);
    let result = bce.gradient(&x, &y, out.inside());
    expect("gradient", &result, fits && divisible && outputs == n, describe);
    out.check("gradient", result.is_err());

    let mut out = Buffer::new(&room[..outputs]);
    let result = bce.loss_and_gradient(&x, &bits, out.inside());
    expect("loss_and_gradient of u8", &result, bits_fit && divisible && outputs == n, describe);
    out.check("loss_and_gradient of u8", result.is_err());

    let mut out = Buffer::new(&x);
    let result = bce.loss_and_gradient_in_place(out.inside(), &y);
    expect("loss_and_gradient_in_place", &result, fits && divisible, describe);
    out.check("loss_and_gradient_in_place", result.is_err());

    let (mut out, mut second) = (Buffer::new(&room[..outputs]), Buffer::new(&room[..hessians]));
    let result = bce.gradient_and_hessian(&x, &y, out.inside(), second.inside());
    expect("gradient_and_hessian", &result, fits && divisible && outputs == n && hessians == n, describe);
    out.check("gradient_and_hessian: gradient", result.is_err());
    second.check("gradient_and_hessian: Hessian", result.is_err());

    let mut out = Buffer::new(&room[..outputs]);
    let result = bce.backward(&x, &y, upstream.weights(), out.inside());
    let is_upstream = |v: f64| v.abs() <= T::LARGEST;
    expect("backward", &result, fits && settings && outputs == n && upstream.fit(n, is_upstream), describe);
    out.check("backward", result.is_err());

    let mut out = Buffer::new(&room[..outputs]);
    let result = bce.target_gradient(&x, &y, out.inside());
    expect("target_gradient", &result, fits && divisible && outputs == n, describe);
    out.check("target_gradient", result.is_err());

    // A sum that came from anywhere.
    let mut sum = LossSum::<T>::from_le_bytes(bytes.array());
    let before = sum.to_le_bytes();
    let result = bce.accumulate(&mut sum, &x, &y);
    expect("accumulate", &result, fits && settings, describe);
    assert!(result.is_ok() || sum.to_le_bytes() == before, "accumulate: the sum has changed, but returned Err");
    sum.merge(&LossSum::from_le_bytes(bytes.array()));
    let _ = (sum.sum(), sum.weight(), sum.count(), sum.mean(), sum.weighted_mean());
}

/// A NaN logit or target makes the loss NaN, unless its weight is 0, which makes it 0; targets beyond [0, 1] may too.
fn nan_where_it_belongs<T: Number>(x: &[T], y: &[T], w: &[f64], losses: &[T]) {
    for (i, loss) in losses.iter().enumerate() {
        let (x, t, w, loss) = (x[i].wide(), y[i].wide(), w[i], loss.wide());
        if w == 0.0 {
            assert!(loss == 0.0, "element {i}: loss {loss:e} of weight 0, logit {x:e}, target {t:e}");
        } else if x.is_nan() || t.is_nan() {
            assert!(loss.is_nan(), "element {i}: loss {loss:e} of logit {x:e}, target {t:e}, weight {w:e}");
        } else if (0.0..=1.0).contains(&t) {
            assert!(loss >= 0.0, "element {i}: loss {loss:e} of logit {x:e}, target {t:e}, weight {w:e}");
        }
    }
}
