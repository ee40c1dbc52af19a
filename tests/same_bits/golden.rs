//! A digest of the bits of each function for fixed inputs, which every backend on every machine must reproduce. The digests
//! are in `golden.txt`; changing a bit of any result is a deliberate act:
//!
//! ```text
//! GOLDEN=write cargo test --test same_bits golden
//! ```
//!
//! The inputs are made with arithmetic alone, since the elementary functions of the standard library differ.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::common::activation::Activation;
use crate::common::family::Tested;
use crate::common::{Number, Random, backends, everything, numbers};
use logit_loss::{AsymmetricLoss, Backend, Bce, BceWithLogits, FocalLoss, Label, Loss, LossSum, Reduction, Weights};

const TABLE: &str = include_str!("golden.txt");
const COLUMNS: [&str; 4] = ["f32, fused", "f32", "f64, fused", "f64"];

/// FNV-1a of 64 bits. The payload and sign of a NaN are not promised.
struct Digest(u64);

impl Digest {
    const NEW: Self = Self(0xcbf2_9ce4_8422_2325);

    fn see<N: Number>(&mut self, values: &[N]) {
        for value in values {
            let bits = if value.is_nan() { u64::MAX } else { value.bits() };
            for byte in bits.to_le_bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}

/// The digests of one backend, by function.
#[derive(Default)]
struct Digests(BTreeMap<String, Digest>);

impl Digests {
    fn see<N: Number>(&mut self, name: String, values: &[N]) {
        self.0.entry(name).or_insert(Digest::NEW).see(values);
    }
}

struct Inputs<N> {
    logits: Vec<N>,
    /// The same numbers in (0, 1).
    probabilities: Vec<N>,
    hard: Vec<N>,
    soft: Vec<N>,
    weights: Vec<N>,
    mask: Vec<N>,
    upstream: Vec<N>,
}

impl<N: Number> Inputs<N> {
    /// Logits of usual sizes, close to 0, and in the tails.
    fn usual(len: usize) -> Self {
        Self::within(len, -1.1 * f64::from(N::LEAST_EXPONENT))
    }

    /// No logits in the tails: the fastest formulas take all blocks, with hard targets and without.
    fn moderate(len: usize) -> Self {
        Self::within(len, 50.0)
    }

    fn within(len: usize, most: f64) -> Self {
        let mut random = Random(len as u64);
        let logits = (0..len).map(|i| N::new([20.0, 2.0, 20.0, most][i % 4] * (2.0 * random.unit() - 1.0))).collect();
        Self::of(logits, random)
    }

    /// All patterns, and infinities. Their sums have no digits left.
    fn any(len: usize) -> Self {
        let mut random = Random(len as u64);
        let mut logits: Vec<N> = (0..len).map(|_| N::from_bits_of(random.bits())).collect();
        logits[len / 2..]
            .iter_mut()
            .step_by(9)
            .zip([N::INFINITY, -N::INFINITY, N::new(0.0), N::new(-0.0)])
            .for_each(|(x, special)| *x = special);
        Self::of(logits, random)
    }

    fn of(logits: Vec<N>, mut random: Random) -> Self {
        let len = logits.len();
        // In (0, 1), close to both ends too; 1/2 for logits that are infinite or NaN.
        let squeezed = |x: &N| {
            let x = x.to_f64();
            if x.is_finite() { N::new(0.5 + 0.5 * x / (1.0 + x.abs())) } else { N::new(0.5) }
        };
        let hard = random.hard(len);
        // Some targets are hard.
        let soft = (0..len).map(|i| if i % 5 == 0 { hard[i] } else { N::new(random.unit()) }).collect();
        Self {
            probabilities: logits.iter().map(squeezed).collect(),
            logits,
            hard,
            soft,
            weights: random.units(len),
            mask: random.hard(len),
            upstream: (0..len).map(|_| N::new(2.0 * random.unit() - 1.0)).collect(),
        }
    }
}

fn digests<N: Number>(backend: Backend) -> Digests {
    let mut digests = Digests::default();
    for len in [1, 2, 7, 33, 1025, 3000] {
        losses(&mut digests, backend, &Inputs::<N>::usual(len), "");
    }
    losses(&mut digests, backend, &Inputs::<N>::moderate(2061), ", moderate logits");
    losses(&mut digests, backend, &Inputs::<N>::any(501), ", any logits");

    // Several chunks, of the losses that are summed in different ways.
    let Inputs { logits, hard, soft, upstream, .. } = Inputs::<N>::usual(2 * N::CHUNK + 77);
    let bce = BceWithLogits::new().on(backend);
    let [five, more, eight] = [5.0, 5.5, 8.0].map(|p| bce.pos_weight(Weights::uniform(N::new(p))));
    for (name, loss, targets) in [
        ("plain", bce, &hard),
        ("p = 5", five, &hard),
        ("soft, p = 5", five, &soft),
        // Around the bound of 6, up to which e may be rounded before it is multiplied.
        ("p = 5.5", more, &hard),
        ("p = 8", eight, &hard),
        ("p = 5, w = 2", five.weight(Weights::uniform(N::new(2.0))), &hard),
    ] {
        let mut sum = LossSum::new();
        for part in [0..N::CHUNK, N::CHUNK..logits.len()] {
            loss.accumulate(&mut sum, &logits[part.clone()], &targets[part]).unwrap();
        }
        digests.see(format!("bce, {name}, chunks: two calls"), &[sum.mean().unwrap()]);
        for (method, found) in everything(loss, &logits, targets, Weights::per_element(&upstream), 0) {
            digests.see(format!("bce, {name}, chunks: {method}"), &found.unwrap());
        }
    }
    for function in Activation::all() {
        digests.see(format!("{function:?}, chunks"), &function.of(backend, &logits));
    }

    let mut inputs = Inputs::<N>::moderate(3 * 2048 + 79);
    let mut see = Seer { digests: &mut digests, backend, upstream: &inputs.upstream, kind: "" };
    // Logits of weight 0 are large: the formulas for moderate logits must give the results of all others.
    let out = |(x, m): (&N, &N)| if *m == N::new(0.0) { *x * N::new(1e6) } else { *x };
    let far: Vec<N> = inputs.logits.iter().zip(&inputs.mask).map(out).collect();
    for (name, loss) in [("bce", bce), ("bce, p = 5", five)] {
        let masked = loss.weight(Weights::per_element(&inputs.mask));
        see.one(&format!("{name}, masked far out"), masked, &far, &inputs.hard);
    }
    // Blocks of soft targets take logarithms, and alternate with blocks of hard ones.
    for (hard, soft) in inputs.hard.chunks_mut(2048).zip(inputs.soft.chunks(2048)).skip(1).step_by(2) {
        hard.copy_from_slice(soft);
    }
    see.one("bce, p = 5, hard and soft by turns", five, &inputs.logits, &inputs.hard);
    // Some registers have room for all of 7 classes, and none for 49.
    for classes in [7, 49] {
        let weight = Weights::per_class(&inputs.weights[..classes]);
        see.one(&format!("bce, weights of {classes} classes"), bce.weight(weight), &inputs.logits, &inputs.soft);
    }

    // Blocks of rows that have the same weights, with blocks of soft targets among them.
    let mut many = Inputs::<N>::moderate(9600);
    let mut see = Seer { digests: &mut digests, backend, upstream: &many.upstream, kind: "" };
    many.hard[4000..5000].copy_from_slice(&many.soft[..1000]);
    for (classes, pixels) in [(3, 1), (64, 1), (80, 1), (2, 1600)] {
        let [weight, pos_weight] = [0, 100].map(|i| Weights::per_channel(&many.weights[i..i + classes], pixels));
        let loss = bce.weight(weight).pos_weight(pos_weight);
        see.one(&format!("bce, w and p of [N, {classes}, {pixels}]"), loss, &many.logits, &many.hard);
    }

    rare_options(&mut digests, backend, &Inputs::<N>::usual(1023));
    means_far_from_one(&mut digests, backend, &inputs);
    missing(&mut digests, backend, &Inputs::<N>::moderate(2500));

    let mut balance = vec![N::new(0.0); 7];
    crate::common::balance(&soft[..7000], &mut balance).unwrap();
    digests.see("pos_weight".into(), &balance);
    digests
}

/// Absent elements, and a second weight; labels of types that no other digest here has.
fn missing<N: Number>(digests: &mut Digests, backend: Backend, inputs: &Inputs<N>) {
    let Inputs { logits, probabilities, hard, soft, weights, mask, upstream, .. } = inputs;
    let is_one = |v: &N| *v == N::new(1.0);
    let words = hard.iter().zip(mask).map(|(t, kept)| if is_one(kept) { i64::from(is_one(t)) } else { -1 });
    let words: Vec<i64> = words.collect();
    let options: Vec<Option<bool>> = words.iter().map(|&word| (word >= 0).then_some(word == 1)).collect();
    let present: Vec<bool> = words.iter().map(|&word| word >= 0).collect();
    let mut see = Seer { digests, backend, upstream, kind: "" };
    let bce = BceWithLogits::new();
    let ignoring = bce.ignore_target(N::new(-1.0));
    let classes = Weights::per_class(&weights[..5]);
    see.one("bce, ignoring", ignoring, logits, &words);
    see.one("bce, p = 5, options", bce.pos_weight(Weights::uniform(N::new(5.0))), logits, &options);
    see.one("bce, smoothed, masked", bce.label_smoothing(N::new(0.1)).mask(&present), logits, soft);
    let two = ignoring.weight(Weights::per_element(weights)).class_weight(classes);
    see.one("bce, two weights, ignoring", two.reduction(Reduction::WeightedMean), logits, &words);
    see.one("focal, class weights, masked", FocalLoss::new().class_weight(classes).mask(&present), logits, hard);
    see.one("probabilities, ignoring", Bce::new().ignore_target(N::new(-1.0)), probabilities, &words);
    let mut samples = vec![N::new(0.0); 20];
    two.backend(backend).loss_per_sample(logits, &words, &mut samples).unwrap();
    see.digests.see("bce, two weights, ignoring: loss_per_sample".into(), &samples);
    let mut sums = [LossSum::new(); 5];
    two.backend(backend).accumulate_per_class(&mut sums, 4, logits, &words).unwrap();
    see.digests.see("bce, two weights, ignoring: accumulate_per_class".into(), &sums.map(|sum| sum.sum()));
}

/// Reductions and focal losses that no other digest here has; merged sums, and their bytes.
fn rare_options<N: Number>(digests: &mut Digests, backend: Backend, inputs: &Inputs<N>) {
    let Inputs { logits, probabilities, hard, soft, weights, upstream, .. } = inputs;
    let weight = Weights::per_element(weights);
    let five = BceWithLogits::new().weight(weight).pos_weight(Weights::uniform(N::new(5.0)));
    let (focal, of_probabilities) = (FocalLoss::new(), Bce::new().weight(weight));
    let mut see = Seer { digests, backend, upstream, kind: "" };
    for (name, reduction) in [("sum", Reduction::Sum), ("weighted mean", Reduction::WeightedMean)] {
        see.one(&format!("bce, weighted, {name}"), five.reduced(reduction), logits, soft);
        see.one(&format!("focal, weighted, {name}"), focal.weight(weight).reduced(reduction), logits, soft);
        see.one(&format!("probabilities, weighted, {name}"), of_probabilities.reduced(reduction), probabilities, soft);
    }
    for gamma in [0.0, 4.0, 64.0] {
        see.both(&format!("focal, gamma {gamma}"), focal.gamma(N::new(gamma)), logits, [hard, soft]);
    }
    see.both("focal, without alpha", focal.without_alpha(), logits, [hard, soft]);
    // The inputs have three classes.
    let classes = numbers(&[0.5, 4.0, 1.0]);
    let per_class = focal.pos_weight(Weights::per_class(&classes));
    see.both("focal, p per class", per_class, logits, [hard, soft]);
    see.both("focal, p per class, smoothed", per_class.label_smoothing(N::new(0.1)), logits, [hard, soft]);
    let half = per_class.gamma(N::new(0.5)).without_alpha();
    see.both("focal, p per class, gamma 0.5, without alpha", half.weight(weight), logits, [hard, soft]);
    see.both("focal, smoothed", focal.alpha(N::new(0.75)).label_smoothing(N::new(0.1)), logits, [hard, soft]);

    let asymmetric = AsymmetricLoss::new();
    let other = asymmetric.gamma_pos(N::new(5.0)).gamma_neg(N::new(64.0));
    see.both("asymmetric, gammas 5 and 64", other, logits, [hard, soft]);
    let other = asymmetric.gamma_pos(N::new(0.0)).margin(N::new(0.0));
    see.both("asymmetric, gamma 0, without margin", other, logits, [hard, soft]);
    let other = asymmetric.gamma_neg(N::new(1.5)).margin(N::new(0.5)).label_smoothing(N::new(0.1));
    see.both("asymmetric, smoothed", other, logits, [hard, soft]);

    let mut all = LossSum::new();
    for (x, t) in logits.chunks(100).zip(soft.chunks(100)) {
        let mut sum = LossSum::new();
        BceWithLogits::new().on(backend).accumulate(&mut sum, x, t).unwrap();
        all.merge(&sum);
    }
    let bytes = all.to_le_bytes();
    let words: Vec<f64> = bytes.as_chunks().0[..4].iter().map(|&word| f64::from_le_bytes(word)).collect();
    digests.see("merged sums: bytes".into(), &words);
}

/// Means where products in two words would not be exact, and where only the divisor is far from 1.
fn means_far_from_one<N: Number>(digests: &mut Digests, backend: Backend, inputs: &Inputs<N>) {
    let [extreme, confident] = if N::PRECISION == 24 { [2f64.powi(118), -70.0] } else { [2f64.powi(1000), -600.0] };
    let (far, all_negative) = ([N::new(confident); 63], [N::new(0.0); 63]);
    let [logits, soft, units] = [&inputs.logits, &inputs.soft, &inputs.weights].map(|values| &values[..63]);
    for (name, size, logits, targets) in [
        ("small weights", 1.0 / extreme, logits, soft),
        // Their sums are hardly above the subnormal numbers.
        ("tiny weights", 16.0 * N::SMALLEST_NORMAL.to_f64(), logits, soft),
        ("large weights", extreme, logits, soft),
        ("large weights, small losses", extreme, &far, &all_negative),
    ] {
        let weights: Vec<N> = units.iter().map(|w| N::new(w.to_f64() * size)).collect();
        for len in 1..=63 {
            let loss = BceWithLogits::new().on(backend).weight(Weights::per_element(&weights[..len]));
            let mut sum = LossSum::new();
            loss.accumulate(&mut sum, &logits[..len], &targets[..len]).unwrap();
            digests.see(format!("bce, {name}: means"), &[sum.mean().unwrap(), sum.weighted_mean().unwrap()]);
        }
    }
}

fn losses<N: Number>(digests: &mut Digests, backend: Backend, inputs: &Inputs<N>, kind: &str) {
    let Inputs { logits, probabilities, hard, soft, weights, mask, upstream } = inputs;
    let one = Weights::uniform(N::new(1.0));
    let classes = numbers(&[0.5, 4.0, 1.0]);
    let bce = BceWithLogits::new();
    let five = bce.pos_weight(Weights::uniform(N::new(5.0)));
    let has_classes = logits.len().is_multiple_of(3);
    let per_class = if has_classes { bce.pos_weight(Weights::per_class(&classes)) } else { bce };
    let per_sample = if has_classes { Weights::per_sample(&weights[..logits.len() / 3], 3) } else { one };
    let per_channel = if logits.len().is_multiple_of(9) { Weights::per_channel(&weights[..3], 3) } else { one };
    // Some weights are too large or too small for the fastest formulas.
    let extreme = if N::PRECISION == 24 { 2f64.powi(40) } else { 2f64.powi(120) };
    let any_size = |(i, w): (usize, &N)| N::new(w.to_f64() * [1.0, extreme, 1.0, 1.0, 1.0 / extreme][i % 5]);
    let any_size: Vec<N> = weights.iter().enumerate().map(any_size).collect();
    let mut see = Seer { digests, backend, upstream, kind };
    for (name, loss, weight) in [
        ("plain", bce, one),
        ("smoothed", bce.label_smoothing(N::new(0.1)), one),
        ("p = 5", five, one),
        ("p = 5, smoothed", five.label_smoothing(N::new(0.1)), one),
        ("p per class", per_class, one),
        ("weights per sample", bce, per_sample),
        ("weights per channel", bce, per_channel),
        ("weights per element", bce, Weights::per_element(weights)),
        ("weights of any size", bce, Weights::per_element(&any_size)),
        ("p = 5, masked", five, Weights::per_element(mask)),
    ] {
        see.both(&format!("bce, {name}"), loss.weight(weight), logits, [hard, soft]);
    }
    for gamma in [0.5, 1.0, 1.5, 2.0, 3.0, 5.0] {
        see.both(&format!("focal, gamma {gamma}"), FocalLoss::new().gamma(N::new(gamma)), logits, [hard, soft]);
    }
    let labels: Vec<bool> = hard.iter().map(|&t| t != N::new(0.0)).collect();
    see.one("bce, p = 5, masked, labels", five.weight(Weights::per_element(mask)), logits, &labels);
    see.one("focal, labels", FocalLoss::new(), logits, &labels);
    let asymmetric = AsymmetricLoss::new();
    see.both("asymmetric", asymmetric, logits, [hard, soft]);
    let half = asymmetric.gamma_pos(N::new(2.0)).gamma_neg(N::new(0.5)).margin(N::new(0.2));
    see.both(
        "asymmetric, gammas 2 and 0.5, weighted",
        half.weight(Weights::per_element(weights)),
        logits,
        [hard, soft],
    );
    let probability = Bce::new();
    see.both("probabilities", probability, probabilities, [hard, soft]);
    let weighted = probability.pos_weight(Weights::uniform(N::new(5.0))).weight(Weights::per_element(weights));
    see.both("probabilities, weighted", weighted, probabilities, [hard, soft]);
    for function in Activation::all() {
        digests.see(format!("{function:?}{kind}"), &function.of(backend, logits));
    }
}

struct Seer<'a, N> {
    digests: &'a mut Digests,
    backend: Backend,
    upstream: &'a [N],
    kind: &'a str,
}

impl<'w, N: Number> Seer<'_, N> {
    /// Digests a loss of hard and of soft targets.
    fn both(&mut self, name: &str, loss: impl Tested<'w, N>, inputs: &[N], [hard, soft]: [&Vec<N>; 2]) {
        self.one(name, loss, inputs, hard);
        self.one(&format!("{name}, soft"), loss, inputs, soft);
    }

    fn one(&mut self, name: &str, loss: impl Tested<'w, N>, inputs: &[N], targets: &[impl Label<N>]) {
        for (method, found) in
            everything(loss.on(self.backend), inputs, targets, Weights::per_element(self.upstream), 0)
        {
            self.digests.see(format!("{name}{}: {method}", self.kind), &found.unwrap());
        }
    }
}

/// Returns the column of each backend's results, and the results.
fn found<N: Number>() -> Vec<(usize, Backend, Digests)> {
    let column = |backend: Backend| usize::from(N::PRECISION != 24) * 2 + usize::from(!backend.is_fused());
    backends().map(|backend| (column(backend), backend, digests::<N>(backend))).collect()
}

#[test]
fn golden() {
    let all: Vec<_> = if cfg!(target_family = "wasm") {
        // This target has no threads.
        found::<f32>().into_iter().chain(found::<f64>()).collect()
    } else {
        std::thread::scope(|scope| {
            let single = scope.spawn(found::<f32>);
            let mut all = found::<f64>();
            all.extend(single.join().unwrap());
            all
        })
    };
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        return write(&all);
    }
    let expected: BTreeMap<&str, Vec<&str>> = TABLE
        .lines()
        .filter_map(|line| line.split_once(" | "))
        .map(|(name, all)| (name.trim(), all.split(' ').collect()))
        .collect();
    let mut wrong = String::new();
    for (column, backend, digests) in &all {
        assert_eq!(digests.0.len(), expected.len(), "as many functions as in the table");
        for (name, digest) in &digests.0 {
            let found = format!("{:016x}", digest.0);
            if expected.get(&name[..]).and_then(|all| all.get(*column)) != Some(&&found[..]) {
                writeln!(wrong, "{name}, {}, {}: {found}", COLUMNS[*column], backend.name()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "bits have changed:\n{wrong}");
}

fn write(all: &[(usize, Backend, Digests)]) {
    let mut table = format!("# What each function gives for the inputs of golden.rs: {}.\n", COLUMNS.join("; "));
    for name in all[0].2.0.keys() {
        write!(table, "{name:<60} |").unwrap();
        for column in 0..COLUMNS.len() {
            let digest = all.iter().find(|(of, ..)| *of == column).map(|(.., digests)| digests.0[name].0);
            write!(table, " {:016x}", digest.expect("a backend of each kind")).unwrap();
        }
        table.push('\n');
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/same_bits/golden.txt"), table).unwrap();
}
