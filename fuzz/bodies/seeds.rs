//! The seeds: inputs that reach every branch at once, so that neither `cargo test` nor a fuzzer has to find them.
//!
//! Committed under `fuzz/seeds`, and written there by `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

mod asymmetric;
mod no_nan;

use std::collections::BTreeSet;

use super::input::{LONG, RAW};
use super::number::Number;

pub struct Seed {
    pub target: &'static str,
    pub name: String,
    pub bytes: Vec<u8>,
}

pub fn all() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |target, name: &str, bytes: Vec<u8>| seeds.push(Seed { target, name: name.to_owned(), bytes });
    for (i, (a, b)) in cases::<f32>().into_iter().zip(cases::<f64>()).enumerate() {
        // Each of them in one of the types; the offset is odd, so that nothing is aligned.
        let case = if i % 2 == 0 { [&[1, 0][..], &a.1].concat() } else { [&[3, 1][..], &b.1].concat() };
        add("backends", a.0, case);
        add("halves", a.0, [&[1, i as u8 % 2][..], &a.1].concat());
        add("bce_f32", a.0, a.1);
        add("bce_f64", b.0, b.1);
    }
    for (i, (a, b)) in focal_cases::<f32>().into_iter().zip(focal_cases::<f64>()).enumerate() {
        let case = if i % 2 == 0 { [&[1, 2][..], &a.1].concat() } else { [&[3, 3][..], &b.1].concat() };
        add("backends", &format!("focal_{}", a.0), case);
        add("halves", &format!("focal_{}", a.0), [&[1, 2 + i as u8 % 2][..], &a.1].concat());
        add("focal_f32", &a.0, a.1);
        add("focal_f64", &b.0, b.1);
    }
    for (i, (a, b)) in asymmetric::cases::<f32>().into_iter().zip(asymmetric::cases::<f64>()).enumerate() {
        let case = if i % 2 == 0 { [&[1, 4][..], &a.1].concat() } else { [&[3, 5][..], &b.1].concat() };
        add("backends", &format!("asymmetric_{}", a.0), case);
        add("halves", &format!("asymmetric_{}", a.0), [&[1, 4 + i as u8 % 2][..], &a.1].concat());
        add("asymmetric_f32", &a.0, a.1);
        add("asymmetric_f64", &b.0, b.1);
    }
    for (name, bytes) in interface::<f32>(0).into_iter().chain(interface_of_focal::<f32>(2)) {
        add("interface", name, bytes);
    }
    add("interface", "valid_f64", interface::<f64>(1).swap_remove(0).1);
    add("interface", "focal_f64", interface_of_focal::<f64>(3).swap_remove(0).1);
    for (name, bytes) in asymmetric::interface::<f32>(4) {
        add("interface", name, bytes);
    }
    add("interface", "asymmetric_f64", asymmetric::interface::<f64>(5).swap_remove(0).1);
    for (name, bytes) in super::labels::seeds() {
        add("labels", &name, bytes);
    }
    for (name, bytes) in no_nan::seeds() {
        add("no_nan", &name, bytes);
    }
    for (name, single, double) in probabilities() {
        add("probabilities", name, single);
        add("probabilities", &[name, "_f64"].concat(), double);
    }
    for (i, (a, b)) in activations::<f32>(0).into_iter().zip(activations::<f64>(1)).enumerate() {
        add("activations", a.0, if i % 2 == 0 { a.1 } else { b.1 });
    }
    // The largest f16, the least normal and the least of all; then where gradients of either format become subnormal
    // and 0.
    let limits = [65504.0, 6.103_515_625e-5, 5.960_464_477_539_063e-8, 9.7, 17.3, 17.4, 87.5, 92.8];
    let limits: Vec<f64> = limits.iter().flat_map(|&v| [v, -v]).collect();
    for (format, name) in [(0, "limits_of_f16"), (1, "limits_of_bf16")] {
        let case = case::<f32>(48, SUM, &limits, HARD);
        add("halves", name, [&[1, format][..], &case.0].concat());
    }
    let targets: BTreeSet<_> = seeds.iter().map(|seed| seed.target).collect();
    let empty = |target| Seed { target, name: "empty".to_owned(), bytes: Vec::new() };
    seeds.extend(targets.into_iter().map(empty));
    seeds
}

/// A case that is longer than a chunk. Not among the seeds: a fuzzer that starts from it is a hundred times slower.
pub fn long<T: Number>() -> Vec<u8> {
    let head = Writer::default().bytes(&[0, LONG, LONG, 2, MEAN, 0]);
    head.numbers::<T>(0, ORDINARY).numbers::<T>(0, SOFT).0
}

/// The same of focal loss, by way of exponentials.
pub fn long_focal<T: Number>() -> Vec<u8> {
    Writer(long::<T>()).bytes(&[0]).focal::<T>(1.5, Some(0.25)).bytes(&[0]).0
}

/// The same of asymmetric loss.
pub fn long_asymmetric<T: Number>() -> Vec<u8> {
    Writer(long::<T>()).bytes(&[0]).asymmetric::<T>([1.0, 1.5, 0.05]).bytes(&[0]).0
}

/// The inverse of [`Bytes`](super::input::Bytes).
#[derive(Clone, Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn number<T: Number>(mut self, v: T) -> Self {
        self.0.push(RAW);
        v.push(&mut self.0);
        self
    }

    /// Over and over, each for `[1, 1, 1, 2, 7, 64, 256, 512][run]` elements in a row.
    fn numbers<T: Number>(self, run: u8, values: &[f64]) -> Self {
        let choice = self.bytes(&[run << 4 | (values.len() - 1) as u8]);
        values.iter().fold(choice, |writer, &v| writer.number(T::of(v)))
    }

    fn focal<T: Number>(self, gamma: f64, alpha: Option<f64>) -> Self {
        let head = self.number(T::of(gamma));
        match alpha {
            Some(alpha) => head.bytes(&[1]).number(T::of(alpha)),
            None => head.bytes(&[0]),
        }
    }

    /// gamma of positives and of negatives, and the margin.
    fn asymmetric<T: Number>(self, parameters: [f64; 3]) -> Self {
        parameters.into_iter().fold(self, |writer, v| writer.number(T::of(v)))
    }
}

const ORDINARY: &[f64] = &[0.3, -1.7, 4.0, -9.5, 20.0, -30.0, 0.0];
const SUM: u8 = 0;
const MEAN: u8 = 1;
const WEIGHTED_MEAN: u8 = 2;
const HARD: &[f64] = &[0.0, 1.0, 1.0];
const SOFT: &[f64] = &[0.0, 0.25, 1.0, 0.999, 0.5];

/// Of the layout of [`Case`](super::case::Case), up to the targets; the weights, unless more bytes follow, are all 1.
fn case<T: Number>(length: u8, reduction: u8, logits: &[f64], targets: &[f64]) -> Writer {
    let head = Writer::default().bytes(&[0, length, reduction, 0]);
    head.numbers::<T>(0, logits).numbers::<T>(0, targets)
}

fn cases<T: Number>() -> Vec<(&'static str, Vec<u8>)> {
    let special: Vec<f64> = T::SPECIAL.iter().map(|v| v.wide()).collect();
    let (tiny, largest, infinite) = (T::TINY, T::LARGEST, f64::INFINITY);
    let (least_normal, subnormal) = (special[5], special[7]);
    let subnormals = [tiny, -tiny, subnormal, -subnormal, least_normal, -least_normal, 0.0, -0.0];
    // Where the algorithms branch, from either side.
    let ulp = T::ULP_OF_ONE;
    let around = |v: f64| [v * (1.0 - ulp), -v, v * (1.0 + ulp), -v * (1.0 + ulp)];
    let exp = [around(special[14]), around(special[17]), around(special[19]), around(special[20])].concat();
    let log = [around(special[15]), around(special[16])].concat();
    let seeds = vec![
        ("infinities", case::<T>(7, SUM, &[infinite, -infinite], HARD)),
        ("infinities_soft", case::<T>(9, MEAN, &[infinite, -infinite, 1.0], SOFT)),
        ("largest", case::<T>(33, MEAN, &[largest, -largest, 1.0 - largest], SOFT)),
        ("subnormal_logits", case::<T>(17, SUM, &subnormals, HARD)),
        ("subnormal_targets", case::<T>(16, MEAN, ORDINARY, &[tiny, subnormal, 1.0 - ulp / 2.0])),
        ("exp_branches", case::<T>(48, SUM, &exp, HARD)),
        ("log_branches", case::<T>(31, SUM, &log, SOFT)),
        // Weights: of the kind 5, one for each element; then the positive weight, of the kind 1, one for all.
        (
            "weights_for_elements",
            case::<T>(15, WEIGHTED_MEAN, ORDINARY, SOFT)
                .bytes(&[5])
                .numbers::<T>(0, &[0.0, 1.0, 3.0, tiny, 0.5])
                .bytes(&[1])
                .number(T::of(5.0)),
        ),
        ("weights_of_zero", case::<T>(8, WEIGHTED_MEAN, ORDINARY, HARD).bytes(&[1]).number(T::of(0.0))),
        ("weight_large", case::<T>(9, SUM, &exp, HARD).bytes(&[1]).number(T::of(1e9))),
        // A block whose targets are hard, whose weights are 0 and 1, and one more element that is not like that.
        (
            "block_of_hard_targets",
            case::<T>(213, SUM, ORDINARY, HARD).bytes(&[5]).numbers::<T>(7, &[1.0, 0.5]).bytes(&[1]).number(T::of(5.0)),
        ),
        // Classes and channels that are no multiple of a vector, and signed upstream derivatives of samples.
        (
            "classes_and_channels",
            case::<T>(105, MEAN, ORDINARY, HARD)
                .bytes(&[2, 6])
                .numbers::<T>(0, &[1.0, 2.0, 0.0])
                .bytes(&[3, 4, 6])
                .numbers::<T>(0, &[6.4, 1.0])
                .bytes(&[4, 2])
                .numbers::<T>(0, &[-1.0, 0.0, 1e-3]),
        ),
    ];
    let smoothed = Writer::default().bytes(&[0, 65, MEAN, 1]).number(T::of(0.1));
    let smoothed = smoothed.numbers::<T>(0, ORDINARY).numbers::<T>(0, HARD);
    seeds.into_iter().chain([("smoothed", smoothed)]).map(|(name, writer)| (name, writer.0)).collect()
}

/// Probabilities, targets, weights and classes of [`probabilities`](super::probabilities), of either type.
fn probabilities() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    fn of<T: Number>(flag: u8) -> Vec<(&'static str, Vec<u8>)> {
        let (tiny, ulp) = (T::TINY, T::ULP_OF_ONE);
        let ordinary = [0.5, 0.1, 0.9, 0.75, 0.3, 0.01, 0.999];
        let limits = [0.0, 1.0, tiny, 1.0 - ulp / 2.0, -0.0];
        let held = [1e-12, 0.9e-12, 1.1e-12, 4e-44, 3e-44, 1.0 - 1e-12];
        let half = core::f64::consts::FRAC_1_SQRT_2;
        let branches = [half - ulp, half + ulp, 1.0 - half - ulp, 1.0 - half + ulp, 0.5 - ulp, 0.5 + ulp];
        let outside = [0.5, f64::NAN, 1.0 + ulp, -tiny, f64::INFINITY, 0.25];
        // Valid or any numbers, and so many classes.
        let with = |classes: u8, raw: u8, case: Writer| Writer::default().bytes(&[flag, classes, raw]).bytes(&case.0);
        let weighted = |case: Writer, weights: &[f64]| case.bytes(&[5]).numbers::<T>(0, weights);
        let five = |case: Writer| case.bytes(&[1]).number(T::of(5.0));
        vec![
            ("limits", with(1, 0, case::<T>(15, SUM, &limits, HARD))),
            ("limits_soft", with(3, 0, case::<T>(12, MEAN, &limits, SOFT))),
            ("held", with(2, 0, case::<T>(36, SUM, &held, HARD))),
            ("branches", with(5, 0, case::<T>(35, MEAN, &branches, SOFT))),
            ("outside", with(1, 3, case::<T>(33, SUM, &outside, HARD))),
            ("targets_outside", with(4, 3, case::<T>(12, SUM, &ordinary, &[0.5, f64::NAN, 2.0]))),
            (
                "outside_masked",
                with(6, 3, weighted(case::<T>(12, WEIGHTED_MEAN, &outside, HARD), &[1.0, 0.0, 0.0, 0.0, 0.0, 1.0])),
            ),
            (
                "weights_and_pos_weight",
                with(7, 0, five(weighted(case::<T>(70, MEAN, &ordinary, SOFT), &[0.5, 3.0, tiny]))),
            ),
            ("block_of_hard_targets", with(1, 0, case::<T>(213, SUM, &ordinary, HARD))),
            ("more_classes_than_columns", with(40, 0, case::<T>(120, MEAN, &ordinary, HARD))),
            ("no_positives", with(2, 0, case::<T>(8, SUM, &ordinary, &[1.0, 0.0, 0.0, 0.0]))),
            ("no_negatives", with(2, 0, case::<T>(8, SUM, &ordinary, &[1.0, 0.0, 1.0, 1.0]))),
        ]
        .into_iter()
        .map(|(name, writer)| (name, writer.0))
        .collect()
    }
    of::<f32>(0).into_iter().zip(of::<f64>(1)).map(|((name, single), (_, double))| (name, single, double)).collect()
}

fn focal_cases<T: Number>() -> Vec<(String, Vec<u8>)> {
    let (tiny, infinite) = (T::TINY, f64::INFINITY);
    let [least_normal, flat, subnormal, gone] = [5, 16, 17, 19].map(|i| T::SPECIAL[i].wide());
    let mut seeds = Vec::new();
    let mut add = |name: &str, writer: Writer| seeds.push((name.to_owned(), writer.0));

    // Multiplied, exponentiated, and so small that the power is 1. Where e, the power and the product of the two become
    // subnormal and 0, from either side: with targets of three, all of them meet both.
    let gammas = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 64.0, 0.5, 4.5, 1e-19, 1e-40, tiny, least_normal];
    let names = ["0", "1", "2", "3", "4", "5", "64", "half", "beyond_4", "small", "smaller", "tiny", "least_normal"];
    for (gamma, name) in gammas.into_iter().zip(names) {
        let mut logits = vec![0.3, flat, infinite];
        for limit in [subnormal, gone, subnormal / gamma.max(0.1), gone / gamma.max(0.1), subnormal / (1.0 + gamma)] {
            logits.push(limit * 0.999);
        }
        let logits: Vec<f64> = logits.into_iter().flat_map(|x| [x, -x]).collect();
        add(&format!("gamma_{name}"), case::<T>(48, SUM, &logits, HARD).bytes(&[0]).focal::<T>(gamma, Some(0.25)));
        add(&format!("gamma_{name}_soft"), case::<T>(80, MEAN, &logits, SOFT).bytes(&[0]).focal::<T>(gamma, None));
    }

    let ends = [tiny, least_normal, 1e-30, 1.0 - T::ULP_OF_ONE / 2.0, 1.0 - T::ULP_OF_ONE, 0.5];
    let logits = [subnormal, -subnormal, gone, -gone, 30.0, -30.0, 0.0];
    for (gamma, name) in [(2.0, "multiplied"), (0.5, "exponentiated")] {
        let ends = case::<T>(42, SUM, &logits, &ends).bytes(&[0]).focal::<T>(gamma, Some(0.75));
        add(&format!("targets_near_0_and_1_{name}"), ends);
    }
    for (alpha, name) in [(0.0, "0"), (1.0, "1"), (tiny, "tiny"), (T::ULP_OF_ONE, "small")] {
        let logits = [infinite, -infinite, 4.0, -9.5];
        add(&format!("alpha_{name}"), case::<T>(20, SUM, &logits, SOFT).bytes(&[0]).focal::<T>(1.5, Some(alpha)));
    }
    for (s, name) in [(0.1, "smoothed"), (1.0, "smoothed_entirely"), (tiny, "smoothed_a_little")] {
        let head = Writer::default().bytes(&[0, 65, MEAN, 1]).number(T::of(s));
        add(name, head.numbers::<T>(0, ORDINARY).numbers::<T>(0, HARD).bytes(&[0]).focal::<T>(2.5, Some(0.25)));
    }

    // The kinds of weights; then, of the kind 4, upstream derivatives of samples.
    let weights = [0.0, 1.0, 3.0, tiny, 0.5, 1e9, T::LARGEST];
    let kinds = [&[1][..], &[2, 6], &[3, 4, 6], &[4, 2], &[5]];
    for (kind, name) in kinds.into_iter().zip(["all", "classes", "channels", "samples", "elements"]) {
        let head = case::<T>(105, WEIGHTED_MEAN, ORDINARY, SOFT).bytes(kind);
        let weighted = if kind == [1] { head.number(T::of(1e9)) } else { head.numbers::<T>(0, &weights) };
        let whole = weighted.focal::<T>(2.0, Some(0.25)).bytes(&[0, 4, 2]).numbers::<T>(0, &[-1.0, 0.0, 1e-3]);
        add(&format!("weights_of_{name}"), whole);
    }
    // Positive weights: of the kinds 2 and 5, with weights of 1 and of any size; and of the kind 1.
    let logits = [infinite, -infinite, 4.0, -9.5, -0.3, gone, -gone];
    for (gamma, alpha, name) in [(2.0, None, "without_alpha"), (1.5, Some(0.25), "and_alpha"), (0.0, None, "alone")] {
        for (targets, kind) in [(HARD, "hard"), (SOFT, "soft")] {
            let head = case::<T>(105, MEAN, &logits, targets).bytes(&[0]).focal::<T>(gamma, alpha);
            add(&format!("pos_weight_{name}_{kind}"), head.bytes(&[2, 6]).numbers::<T>(0, &[5.0, 0.0, 0.3]));
        }
        let head = case::<T>(105, SUM, &logits, SOFT).bytes(&[5]).numbers::<T>(0, &weights).focal::<T>(gamma, alpha);
        let of_any_size = head.bytes(&[5]).numbers::<T>(3, &[T::LARGEST, 1.0, tiny, 0.0, 1e9]);
        add(&format!("pos_weight_{name}_of_any_size"), of_any_size);
        let head = case::<T>(33, SUM, ORDINARY, HARD).bytes(&[0]).focal::<T>(gamma, alpha);
        add(&format!("pos_weight_{name}_of_all"), head.bytes(&[1]).number(T::of(5.0)));
    }
    let blocks = case::<T>(213, SUM, ORDINARY, HARD).bytes(&[5]).numbers::<T>(7, &[1.0, 0.5]);
    add("block_of_hard_targets", blocks.focal::<T>(5.0, Some(0.25)));
    seeds
}

/// What a call of [`interface`](super::interface) is made of; all of it is valid to begin with.
#[derive(Clone)]
struct Call {
    reduction: u8,
    /// Of targets, bytes, outputs, Hessian: 0 as many as logits, 1..24 so many, 24.. fewer, 32.. more.
    lengths: [u8; 4],
    smoothing: f64,
    logits: f64,
    weight: Part,
    /// gamma and alpha of focal loss; else it is cross-entropy.
    focal: Option<(f64, Option<f64>)>,
    /// The parameters of asymmetric loss, which has no positive weights.
    asymmetric: Option<[f64; 3]>,
    pos_weight: Part,
    upstream: Part,
    /// The high word of the sum that is gone on with.
    sum: f64,
}

/// Kind, repeat, how many values, and those.
#[derive(Clone, Copy)]
struct Part(u8, u8, u8, [f64; 2]);

const LOGITS: u8 = 12;

impl Part {
    fn write<T: Number>(self, writer: Writer) -> Writer {
        let Self(kind, repeat, count, values) = self;
        writer.bytes(&[kind, repeat, count]).numbers::<T>(0, &values)
    }
}

impl Call {
    fn bytes<T: Number>(&self, flag: u8) -> Vec<u8> {
        let head = Writer::default().bytes(&[flag, 0, LOGITS, self.reduction]).bytes(&self.lengths);
        let head = head.bytes(&[1]).number(T::of(self.smoothing));
        let head = head.numbers::<T>(0, &[0.5, self.logits, -3.0]).numbers::<T>(0, HARD).numbers::<T>(0, &[7.5]);
        let head = self.weight.write::<T>(head);
        let head = match self.focal {
            None => head,
            Some((gamma, alpha)) => head.focal::<T>(gamma, alpha),
        };
        let head = match self.asymmetric {
            None => self.pos_weight.write::<T>(head),
            Some(parameters) => head.asymmetric::<T>(parameters),
        };
        let all = self.upstream.write::<T>(head);
        let bits = match self.lengths[1] {
            0 => LOGITS,
            n => n,
        };
        all.bytes(&vec![1; bits.into()]).bytes(&self.sum.to_le_bytes()).0
    }
}

const VALID: Call = Call {
    reduction: WEIGHTED_MEAN,
    lengths: [0; 4],
    smoothing: 0.1,
    logits: 1.0,
    weight: Part(5, 0, LOGITS, [1.0, 0.0]),
    focal: None,
    asymmetric: None,
    pos_weight: Part(3, 2, 3, [5.0, 1.0]),
    upstream: Part(4, 3, 4, [-1.0, 2.0]),
    sum: 1.5,
};

fn interface<T: Number>(flag: u8) -> Vec<(&'static str, Vec<u8>)> {
    let per_element = |values| Part(5, 0, LOGITS, values);
    let variants = [
        ("valid", VALID),
        ("fewer_targets", Call { lengths: [11, 11, 0, 0], ..VALID }),
        ("fewer_outputs", Call { lengths: [0, 0, 11, 11], ..VALID }),
        ("more_outputs", Call { lengths: [0, 0, 33, 0], ..VALID }),
        ("fewer_of_the_hessian", Call { lengths: [0, 0, 0, 3], ..VALID }),
        ("nan_where_the_weight_is_0", Call { logits: f64::NAN, ..VALID }),
        ("negative_weight", Call { weight: per_element([1.0, -1.0]), ..VALID }),
        ("infinite_pos_weight", Call { pos_weight: per_element([1.0, f64::INFINITY]), ..VALID }),
        ("nan_upstream", Call { upstream: per_element([1.0, f64::NAN]), ..VALID }),
        ("weights_of_0", Call { weight: per_element([0.0, 0.0]), ..VALID }),
        ("no_weights", Call { weight: Part(2, 0, 0, [1.0, 1.0]), ..VALID }),
        ("weights_repeated_0_times", Call { weight: Part(3, 0, 3, [1.0, 1.0]), ..VALID }),
        ("classes_that_do_not_tile", Call { weight: Part(2, 0, 5, [1.0, 1.0]), ..VALID }),
        ("smoothing_beyond_1", Call { smoothing: 1.5, ..VALID }),
        ("sum_already_infinite", Call { sum: f64::INFINITY, ..VALID }),
    ];
    variants.into_iter().map(|(name, call)| (name, call.bytes::<T>(flag))).collect()
}

fn interface_of_focal<T: Number>(flag: u8) -> Vec<(&'static str, Vec<u8>)> {
    let (valid, nan) = (Call { focal: Some((2.0, Some(0.25))), ..VALID }, f64::NAN);
    let with = |gamma, alpha| Call { focal: Some((gamma, alpha)), ..VALID };
    let variants = [
        ("focal", valid.clone()),
        ("focal_without_alpha", with(0.0, None)),
        ("focal_alpha_beyond_1", with(2.0, Some(1.0 + T::ULP_OF_ONE))),
        ("focal_negative_alpha", with(2.0, Some(-T::TINY))),
        ("focal_nan_alpha", with(2.0, Some(nan))),
        ("focal_largest_gamma", with(64.0, Some(0.25))),
        ("focal_gamma_beyond_64", with(64.0 * (1.0 + T::ULP_OF_ONE), Some(0.25))),
        ("focal_negative_gamma", with(-T::TINY, None)),
        ("focal_nan_gamma", with(nan, None)),
        ("focal_smoothing_beyond_1", Call { smoothing: 1.5, ..valid.clone() }),
        ("focal_wrong_gamma_and_length", Call { lengths: [11; 4], ..with(65.0, None) }),
        ("focal_negative_pos_weight", Call { pos_weight: Part(5, 0, LOGITS, [1.0, -1.0]), ..valid.clone() }),
        ("focal_pos_weight_that_does_not_tile", Call { pos_weight: Part(2, 0, 5, [1.0, 1.0]), ..valid.clone() }),
        ("focal_nan_where_the_weight_is_0", Call { logits: nan, ..valid }),
    ];
    variants.into_iter().map(|(name, call)| (name, call.bytes::<T>(flag))).collect()
}

/// Of the layout of [`activations`](super::activations).
fn activations<T: Number>(flag: u8) -> Vec<(&'static str, Vec<u8>)> {
    let special: Vec<f64> = T::SPECIAL.iter().map(|v| v.wide()).collect();
    let signed: Vec<f64> = special[..8].iter().flat_map(|&v| [v, -v]).collect();
    let tails: Vec<f64> = special[14..21].iter().flat_map(|&v| [v, -v]).collect();
    let ordinary = [0.3, -1.7, 4.0, -9.5, 20.0, -30.0, 0.0];
    // The function, with its beta if it has any; offset, length, and which length the output has.
    let plain = |function: u8, shape: [u8; 3], logits: &[f64]| {
        Writer::default().bytes(&[flag, function]).bytes(&shape).numbers::<T>(0, logits).0
    };
    let scaled = |beta: f64, shape: [u8; 3], logits: &[f64]| {
        let head = Writer::default().bytes(&[flag, 3]).number(T::of(beta));
        head.bytes(&shape).numbers::<T>(0, logits).0
    };
    let by = |logits: &[f64], beta: f64| logits.iter().map(|x| x / beta).collect::<Vec<_>>();
    vec![
        ("sigmoid_special", plain(0, [1, 33, 0], &signed)),
        ("sigmoid_tails", plain(0, [0, 70, 0], &tails)),
        ("log_sigmoid_special", plain(1, [3, 17, 0], &signed)),
        ("log_sigmoid_tails", plain(1, [0, 64, 0], &tails)),
        ("softplus_special", plain(2, [5, 9, 0], &signed)),
        ("softplus_tails", plain(2, [0, 130, 0], &tails)),
        ("beta_ordinary", scaled(0.7, [1, 40, 0], &ordinary)),
        ("beta_special", scaled(2.0, [0, 32, 0], &signed)),
        ("beta_tails", scaled(0.7, [2, 28, 0], &by(&tails, 0.7))),
        ("beta_small", scaled(1e-20, [0, 31, 0], &by(&tails, 1e-20))),
        ("beta_large", scaled(1e20, [0, 31, 0], &by(&tails, 1e20))),
        ("beta_zero", scaled(0.0, [0, 8, 0], &ordinary)),
        ("beta_nan", scaled(f64::NAN, [0, 8, 0], &ordinary)),
        ("fewer_outputs", plain(0, [0, 12, 24], &ordinary)),
        ("more_outputs", plain(2, [0, 12, 33], &ordinary)),
        ("a_block_and_more", plain(1, [7, 213, 0], &ordinary)),
    ]
}
