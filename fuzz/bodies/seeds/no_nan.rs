//! Of [`no_nan`](super::super::no_nan): each method of each function, plain, with weights, and with what is not there.

use super::super::number::Number;
use super::{HARD, SOFT, SUM, WEIGHTED_MEAN, Writer};

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let of_losses = [("bce_with_logits", 11), ("focal", 10), ("asymmetric", 10), ("bce", 9)];
    let mut seeds = Vec::new();
    for (function, (name, methods)) in (0..).zip(of_losses) {
        for method in 0..methods {
            for call in Calls::ALL {
                // Types and backends in turn: which meets which does not matter to a fuzzer.
                let i = seeds.len();
                let bytes = if i % 2 == 0 {
                    call.of::<f32>(function, method, i as u8)
                } else {
                    call.of::<f64>(function, method, i as u8)
                };
                seeds.push((format!("{name}_{method}_{}", call.name()), bytes));
            }
        }
    }
    for (function, name) in (0..).zip(["sigmoid", "log_sigmoid", "softplus"]) {
        for method in 0..2 {
            seeds.push((format!("{name}_{method}"), activation::<f32>(0, function, method)));
            seeds.push((format!("{name}_{method}_f64"), activation::<f64>(1, function, method)));
        }
    }
    seeds
}

#[derive(Clone, Copy)]
enum Calls {
    /// A row, or less, without weights.
    Short,
    /// More than a row, positive weights of classes, and smoothed, perhaps to the full.
    Classes,
    /// Weights of any size, some of them 0, an ignored target and a mask.
    Absent,
    /// A class of weight 0, whose logits are NaN.
    AbsentClass,
    /// One weight for all, the least there is, beside class weights of which one is the largest.
    Pair,
}

impl Calls {
    const ALL: [Self; 5] = [Self::Short, Self::Classes, Self::Absent, Self::AbsentClass, Self::Pair];

    fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Classes => "classes",
            Self::Absent => "absent",
            Self::AbsentClass => "absent_class",
            Self::Pair => "pair",
        }
    }

    fn of<T: Number>(self, function: u8, method: u8, i: u8) -> Vec<u8> {
        let head = Writer::default().bytes(&[i % 2, function, method]);
        let head = match function {
            1 => head
                .focal::<T>([2.0, 0.5, 0.0][usize::from(i) % 3], if i.is_multiple_of(4) { Some(0.25) } else { None }),
            2 => head.asymmetric::<T>([1.0, [4.0, 0.5][usize::from(i) % 2], 0.05]),
            _ => head,
        };
        let head = head.bytes(&[i % 7]);
        let logits = if function == 3 { probabilities::<T>() } else { logits::<T>() };
        // Length and reduction, the parts, what there is; then the weights, each of a kind.
        match self {
            Self::Short => {
                let head = head.bytes(&[16, i % 3, 3, 1, 0]).bytes(&[0, 0, 0, 0]);
                head.numbers::<T>(0, HARD).numbers::<T>(0, &logits).0
            }
            Self::Classes => {
                let smoothing = T::of([0.1, 1.0][usize::from(i) % 2]);
                let head = head.bytes(&[63, SUM, 6, 2, 1]).number(smoothing);
                let head = head.bytes(&[0, 0, 2, 6]).numbers::<T>(0, &[5.0, 1.0, 0.0]);
                head.bytes(&[5]).numbers::<T>(0, &[-1.0, 0.0, 1e-3]).numbers::<T>(0, SOFT).numbers::<T>(0, &logits).0
            }
            Self::Absent => {
                let head = head.bytes(&[60, WEIGHTED_MEAN, 5, 3, 6]).number(T::of(0.5));
                let head = head.bytes(&[0, 0, 0, 8, 0, 0, 0, 0]);
                let head = head.bytes(&[5]).numbers::<T>(0, &[1.0, 0.0, T::LARGEST, T::TINY, 1e9, 0.3]);
                let head = head.bytes(&[2, 4]).numbers::<T>(0, &[2.0, 1e-9, 1.0]);
                let head = head.bytes(&[5]).numbers::<T>(0, &[1.0, T::TINY, 3.0, 0.0, T::LARGEST]);
                let head = head.bytes(&[5]).numbers::<T>(0, &[-T::LARGEST, 1.0, T::TINY]);
                let logits: Vec<f64> = logits.into_iter().chain([f64::NAN]).collect();
                head.numbers::<T>(0, &[0.0, 1.0, 0.5, 1.0, f64::NAN, 0.25]).numbers::<T>(0, &logits).0
            }
            Self::AbsentClass => {
                let head = head.bytes(&[60, i % 3, 5, 3, 0]).bytes(&[2, 2]).numbers::<T>(0, &[1.0, 0.0, 3.0]);
                let head = head.bytes(&[0, 0, 0]).numbers::<T>(0, HARD);
                head.numbers::<T>(0, &[0.3, f64::NAN, 0.9]).0
            }
            Self::Pair => {
                let head = head.bytes(&[60, i % 3, 5, 3, 0]).bytes(&[1]).numbers::<T>(0, &[T::TINY]);
                let head = head.bytes(&[2, 2]).numbers::<T>(0, &[T::LARGEST, 1.0, 0.1]);
                head.bytes(&[0, 0]).numbers::<T>(0, HARD).numbers::<T>(0, &logits).0
            }
        }
    }
}

/// Where exponentials and logarithms change. Not a multiple of three, so that each meets either hard target.
fn logits<T: Number>() -> Vec<f64> {
    let [most, log, flat, subnormal, gone] = [4, 15, 16, 17, 19].map(|i| T::SPECIAL[i].wide());
    let tails = [f64::INFINITY, most, gone, subnormal, flat, log, 0.0];
    tails.into_iter().flat_map(|v| [v, -v]).collect()
}

fn probabilities<T: Number>() -> Vec<f64> {
    vec![0.0, 1.0, T::TINY, 1.0 - T::ULP_OF_ONE / 2.0, 1e-12, 0.5, 0.3, 0.99]
}

fn activation<T: Number>(flag: u8, function: u8, method: u8) -> Vec<u8> {
    let head = Writer::default().bytes(&[flag, 4, method, function]);
    let head = if function == 2 { head.number(T::of(0.7)) } else { head };
    head.bytes(&[method, 40]).numbers::<T>(0, &logits::<T>()).0
}
