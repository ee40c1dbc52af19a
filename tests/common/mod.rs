//! Shared by the tests: both element types behind one trait, the backends, reproducible random numbers.

#![allow(dead_code, unused_macros, unused_imports, reason = "every test file takes only what it needs")]

pub mod activation;
pub mod exact;
pub mod family;
pub mod twofold;

use std::fmt::Debug;

use logit_loss::{Backend, BceWithLogits, ClassCount, Error, Label, Loss, Real, Weights, pos_weight};

use family::Tested;

/// `f32` or `f64`.
pub trait Number: Real + Label<Self> {
    /// The number of bits of the significand, including the hidden one.
    const PRECISION: i32;
    /// The smallest subnormal number is 2 to this power.
    const LEAST_EXPONENT: i32;
    const TINIEST: Self;
    const SMALLEST_NORMAL: Self;
    const EPSILON: Self;
    const LARGEST: Self;
    const INFINITY: Self;
    const NAN: Self;
    /// The number of elements of a vector of the widest backend.
    const WIDEST: usize;
    /// The number of elements of a chunk, at whose multiples a batch may be cut without changing a bit.
    const CHUNK: usize;

    fn new(v: f64) -> Self;
    fn to_f64(self) -> f64;
    fn bits(self) -> u64;
    /// Makes a number from the lowest bits.
    fn from_bits_of(bits: u64) -> Self;
    fn is_nan(self) -> bool;
    fn abs(self) -> Self;
}

macro_rules! number {
    ($t:ident, $bits:ident, $least:expr, $widest:expr, $chunk:expr) => {
        impl Number for $t {
            const PRECISION: i32 = $t::MANTISSA_DIGITS as i32;
            const LEAST_EXPONENT: i32 = $least;
            const TINIEST: $t = $t::from_bits(1);
            const SMALLEST_NORMAL: $t = $t::MIN_POSITIVE;
            const EPSILON: $t = $t::EPSILON;
            const LARGEST: $t = $t::MAX;
            const INFINITY: $t = $t::INFINITY;
            const NAN: $t = $t::NAN;
            const WIDEST: usize = $widest;
            const CHUNK: usize = $chunk;

            fn new(v: f64) -> $t {
                v as $t
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }
            fn from_bits_of(bits: u64) -> $t {
                $t::from_bits(bits as $bits)
            }
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            fn abs(self) -> $t {
                self.abs()
            }
        }
    };
}

number!(f32, u32, -149, 16, 32_768);
number!(f64, u64, -1074, 8, 16_384);

/// Makes a `#[test]` of each generic function for both types.
macro_rules! for_both_types {
    ($($name:ident),* $(,)?) => {
        mod single {
            $(#[test] fn $name() { super::$name::<f32>(); })*
        }
        mod double {
            $(#[test] fn $name() { super::$name::<f64>(); })*
        }
    };
}
pub(crate) use for_both_types;

/// Evaluates the expression once for each type of label that can hold the values, which are 0 or 1.
macro_rules! each_label {
    ($values:expr, $labels:ident => $body:expr) => {{
        let values: &[_] = $values;
        {
            let $labels = values;
            $body
        }
        let positive: Vec<bool> = values.iter().map(|t| crate::common::Number::to_f64(*t) != 0.0).collect();
        {
            let $labels = &positive[..];
            $body
        }
        let bytes: Vec<u8> = positive.iter().map(|&t| u8::from(t)).collect();
        {
            let $labels = &bytes[..];
            $body
        }
        let words: Vec<i64> = positive.iter().map(|&t| t.into()).collect();
        {
            let $labels = &words[..];
            $body
        }
        let options: Vec<Option<bool>> = positive.iter().map(|&t| Some(t)).collect();
        {
            let $labels = &options[..];
            $body
        }
    }};
}
pub(crate) use each_label;

pub fn numbers<T: Number>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&v| T::new(v)).collect()
}

/// Computes negatives / positives of each class.
pub fn balance<N: Number, Y: Label<N>>(targets: &[Y], out: &mut [N]) -> Result<(), Error> {
    let mut counts = vec![ClassCount::new(); out.len()];
    BceWithLogits::<N>::new().count_classes(&mut counts, 1, targets)?;
    pos_weight(&counts, out)
}

pub fn backends() -> impl Iterator<Item = Backend> {
    Backend::available()
}

/// Returns the slowest backend that must give the same bits: the one with the fewest lanes.
pub fn slowest_of<T: Number>(backend: Backend) -> Backend {
    Backend::available().filter(|b| b.is_fused() == backend.is_fused()).last().expect("`backend` is one")
}

/// Whether the bits are equal; the payload and sign of a NaN are not promised.
pub fn same<T: Number>(a: T, b: T) -> bool {
    a.bits() == b.bits() || (a.is_nan() && b.is_nan())
}

/// The results of all methods.
pub type Everything<T> = Vec<(&'static str, Result<Vec<T>, Error>)>;

/// The value around every output, which must not change.
const CANARY: f64 = 12_345.0;

/// Runs a method on an output that starts `offset` elements into its buffer; nothing beside the output may change.
pub fn written<T: Number>(len: usize, offset: usize, write: impl FnOnce(&mut [T]) -> Result<(), Error>) -> Vec<T> {
    let mut buffer = vec![T::new(CANARY); len + offset + 17];
    write(&mut buffer[offset..offset + len]).unwrap();
    let outside = buffer[..offset].iter().chain(&buffer[offset + len..]);
    assert!(outside.clone().all(|&v| v == T::new(CANARY)), "written outside of the slice: {len} from {offset} on");
    buffer[offset..offset + len].to_vec()
}

/// Runs every method on slices that start `offset` elements into their buffers, each at another address.
pub fn everything<'w, T: Number, Y: Label<T>>(
    tested: impl Tested<'w, T>,
    logits: &[T],
    targets: &[Y],
    upstream: Weights<'_, T>,
    offset: usize,
) -> Everything<T> {
    let n = logits.len();
    let loss = tested.loss(logits, targets).map(|v| vec![v]);
    let losses = written(n, offset, |out| tested.losses(logits, targets, out));
    let mut by_target = true;
    let target_gradient = reduced(&loss, || {
        written(n, offset, |out| {
            let result = tested.target_gradient_of(logits, targets, out);
            by_target = result.is_some();
            result.unwrap_or(Ok(()))
        })
    });
    let gradient = reduced(&loss, || written(n, offset, |out| tested.gradient(logits, targets, out)));
    let mut both = Vec::new();
    let with_loss = reduced(&loss, || {
        written(n, offset, |out| tested.loss_and_gradient(logits, targets, out).map(|loss| both.push(loss)))
    });
    let in_place = reduced(&loss, || {
        written(n, offset, |out| {
            out.copy_from_slice(logits);
            tested.loss_and_gradient_in_place(out, targets).map(|loss| both.push(loss))
        })
    });
    let (mut boosting, mut curved) = (gradient.clone(), true);
    let hessian = reduced(&loss, || {
        written(n, offset, |hessian| {
            let mut result = None;
            let with_hessian = written(n, offset / 2, |gradient| {
                result = tested.curvature(logits, targets, gradient, hessian);
                result.unwrap_or(Ok(()))
            });
            curved = result.is_some();
            if curved {
                boosting = Ok(with_hessian);
            }
            Ok(())
        })
    });
    let backward = written(n, offset, |out| tested.backward(logits, targets, upstream, out));
    let mut sum = logit_loss::LossSum::new();
    tested.accumulate(&mut sum, logits, targets).unwrap();

    // One backend promises the same bits for these methods, so this checks it for every backend.
    for (name, other) in [("loss_and_gradient", &with_loss), ("in place", &in_place)] {
        agree("gradient", &gradient, name, other);
    }
    for other in both {
        agree("loss", &loss, "loss with gradient", &Ok(vec![other]));
    }
    agree("gradient", &gradient, "gradient with Hessian", &boosting);
    let total = vec![sum.sum(), sum.weight(), T::new(sum.count() as f64)];
    let mut all = vec![
        ("loss", loss),
        ("losses", Ok(losses)),
        ("gradient", gradient),
        ("backward", Ok(backward)),
        ("accumulate", Ok(total)),
    ];
    if curved {
        all.push(("hessian", hessian));
    }
    if by_target {
        all.push(("target_gradient", target_gradient));
    }
    all
}

/// A derivative of the reduced loss exists exactly if the loss does.
fn reduced<T: Number>(loss: &Result<Vec<T>, Error>, values: impl FnOnce() -> Vec<T>) -> Result<Vec<T>, Error> {
    loss.as_ref().map_err(|&e| e)?;
    Ok(values())
}

#[track_caller]
fn agree<T: Number>(name: &str, a: &Result<Vec<T>, Error>, other_name: &str, b: &Result<Vec<T>, Error>) {
    if let Some(difference) = difference(a, b) {
        panic!("{name} and {other_name} differ: {difference}");
    }
}

/// Returns where two results differ in a bit.
pub fn difference<T: Number>(a: &Result<Vec<T>, Error>, b: &Result<Vec<T>, Error>) -> Option<String> {
    match (a, b) {
        (Ok(a), Ok(b)) if a.len() == b.len() => {
            let at = a.iter().zip(b).position(|(&a, &b)| !same(a, b))?;
            Some(format!("at {at}: {:?} and {:?}", a[at], b[at]))
        }
        (Err(a), Err(b)) if a == b => None,
        _ => Some(format!("{a:?} and {b:?}")),
    }
}

/// Checks that every method gave the same bits.
#[track_caller]
pub fn assert_same<T: Number>(a: &Everything<T>, b: &Everything<T>, context: &dyn Fn() -> String) {
    for ((name, a), (_, b)) in a.iter().zip(b) {
        if let Some(difference) = difference(a, b) {
            panic!("{name}, {}: {difference}", context());
        }
    }
}

/// SplitMix64, which gives the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// Returns a number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    pub fn normals<T: Number>(&mut self, n: usize, scale: f64) -> Vec<T> {
        (0..n).map(|_| T::new(self.normal() * scale)).collect()
    }

    /// Returns zeros and ones.
    pub fn hard<T: Number>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| T::new((self.bits() >> 63) as f64)).collect()
    }

    pub fn units<T: Number>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| T::new(self.unit())).collect()
    }
}
