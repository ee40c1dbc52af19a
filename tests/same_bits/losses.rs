//! All losses.

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Everything, Number, Random, assert_same, backends, everything, numbers, slowest_of};
use logit_loss::{Backend, BceWithLogits, Loss, LossSum, Reduction, Weights};

for_all_families!(
    every_length,
    every_offset,
    around_blocks_and_chunks,
    types_of_labels,
    neighbours,
    automatic_backend,
    cut_at_chunks,
    merged_chunks,
    one_weight_in_every_form,
);

/// The settings of one run, and its elements.
pub struct Case<N> {
    /// Inputs made of logits.
    pub inputs: Vec<N>,
    pub targets: Vec<N>,
    /// Weights of elements, samples, classes or channels.
    pub weights: Vec<N>,
    upstream: Vec<N>,
    number: usize,
}

const KINDS_OF_WEIGHTS: usize = 8;
pub const KINDS_OF_TARGETS: usize = 3;
const KINDS_OF_POS_WEIGHT: usize = 3;
pub const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::Sum, Reduction::WeightedMean];

impl<N: Number> Case<N> {
    /// Makes a case; the remainders of its number choose the kinds.
    pub fn new<F: Family<N>>(len: usize, number: usize) -> Self {
        let mut random = Random((number * 1_000_003 + len) as u64);
        let mut logits = random.normals::<N>(len, 8.0);
        // Tails, and numbers close to NaN or to 0. Half of all cases also have NaN and infinities, with which a sum has no
        // digits left that could differ.
        let special = [0.0, -0.0, 90.0, -100.0, 740.0, -720.0, 1e-30, 1e30, f64::INFINITY, f64::NEG_INFINITY];
        let special = if random.below(2) == 0 { &special } else { &special[..7] };
        for _ in 0..len / 16 {
            logits[random.below(len)] = N::new(special[random.below(special.len())]);
        }
        let targets = match number % KINDS_OF_TARGETS {
            0 => random.hard(len),
            1 => random.units(len),
            // Hard targets except for a few: whole blocks of either, and mixed ones.
            _ => {
                let mut targets = random.hard(len);
                for _ in 0..len / 400 + usize::from(len > 0) {
                    targets[random.below(len)] = N::new(random.unit());
                }
                targets
            }
        };
        let mut weights = random.units::<N>(len.max(3));
        if Self::masked(number) {
            weights.iter_mut().for_each(|w| *w = N::new(f64::from(w.to_f64() < 0.7)));
            // A masked element may have any input.
            for (x, w) in logits.iter_mut().zip(&weights) {
                if *w == N::new(0.0) && random.below(3) == 0 {
                    *x = N::NAN;
                }
            }
        }
        let upstream = random.normals(len.max(3), 1.0);
        let inputs = logits.into_iter().map(F::input).collect();
        Self { inputs, targets, weights, upstream, number }
    }

    fn masked(number: usize) -> bool {
        matches!(number / KINDS_OF_TARGETS % KINDS_OF_WEIGHTS, 7)
    }

    fn run<F: Family<N>>(&self, backend: Option<Backend>, offset: usize) -> Everything<N> {
        let len = self.inputs.len();
        // Weights that do not fit the length are tested elsewhere.
        let fit = |weights: Weights<'_, N>| {
            BceWithLogits::new().weighted(weights).reduced(Reduction::Sum).loss(&self.inputs, &self.targets).is_ok()
        };
        let mut rest = self.number / KINDS_OF_TARGETS;
        let weight = match rest % KINDS_OF_WEIGHTS {
            0 => Weights::uniform(N::new(1.0)),
            1 => Weights::uniform(N::new(2.3)),
            2 => Weights::uniform(N::new(17.0)),
            3 => Weights::per_class(&self.weights[..3]),
            4 => Weights::per_channel(&self.weights[..2], 5),
            5 => Weights::per_sample(&self.weights[..len / 3], 3),
            _ => Weights::per_element(&self.weights[..len]),
        };
        let weight = if fit(weight) { weight } else { Weights::uniform(N::new(0.75)) };
        rest /= KINDS_OF_WEIGHTS;
        let per_class = numbers::<N>(&[0.5, 4.0, 1.0]);
        let pos_weight = match rest % KINDS_OF_POS_WEIGHT {
            0 => Weights::uniform(N::new(1.0)),
            1 => Weights::uniform(N::new(5.0)),
            _ if len.is_multiple_of(3) => Weights::per_class(&per_class),
            _ => Weights::per_class(&per_class[..1]),
        };
        rest /= KINDS_OF_POS_WEIGHT;
        let mut loss = F::with(self.number).weighted(weight).reduced(REDUCTIONS[rest / 2 % REDUCTIONS.len()]);
        loss = loss.smoothed(N::new([0.0, 0.1][rest % 2])).unwrap_or(loss);
        loss = loss.pos_weighted(pos_weight).unwrap_or(loss);
        if let Some(backend) = backend {
            loss = loss.on(backend);
        }
        let upstream = if fit(Weights::per_class(&self.weights[..3])) && self.number.is_multiple_of(2) {
            Weights::per_class(&self.upstream[..3])
        } else if len > 0 {
            Weights::per_element(&self.upstream[..len])
        } else {
            Weights::uniform(N::new(-2.0))
        };
        // The inputs start elsewhere too, each at another offset.
        let at = |values: &[N], offset: usize| {
            let mut buffer = vec![N::NAN; offset];
            buffer.extend(values);
            buffer.extend([N::NAN; 3]);
            buffer
        };
        let (inputs, targets) = (at(&self.inputs, offset), at(&self.targets, (offset * 5 + 3) % 17));
        let targets = &targets[(offset * 5 + 3) % 17..][..len];
        everything(loss, &inputs[offset..][..len], targets, upstream, offset)
    }

    /// Compares all backends with the slowest of their kind, at these offsets.
    fn check<F: Family<N>>(&self, offsets: &[usize]) {
        for backend in backends().filter(|&b| slowest_of::<N>(b) == b) {
            let expected = self.run::<F>(Some(backend), 0);
            for other in backends().filter(|&b| slowest_of::<N>(b) == backend) {
                for &offset in offsets {
                    assert_same(&expected, &self.run::<F>(Some(other), offset), &|| {
                        let len = self.inputs.len();
                        format!("{} from {offset} on, {len} elements, case {}", other.name(), self.number)
                    });
                }
            }
        }
    }
}

/// A step through the cases after which neighbouring lengths differ in everything.
const CASES: usize = KINDS_OF_TARGETS * KINDS_OF_WEIGHTS * KINDS_OF_POS_WEIGHT * 2 * 3;
const STEP: usize = 173;

fn every_length<N: Number, F: Family<N>>() {
    for len in 0..=200 {
        for variant in 0..4 {
            let number = (len * 4 + variant) * STEP % CASES;
            Case::<N>::new::<F>(len, number).check::<F>(&[(len + variant) % 17]);
        }
    }
}

fn every_offset<N: Number, F: Family<N>>() {
    let offsets: Vec<usize> = (0..=16).collect();
    for (i, len) in [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 130].into_iter().enumerate() {
        for variant in 0..2 {
            Case::<N>::new::<F>(len, (2 * i + variant + 5) * STEP % CASES).check::<F>(&offsets);
        }
    }
}

fn around_blocks_and_chunks<N: Number, F: Family<N>>() {
    let mut number = 11;
    for around in [256, 512, 1024, 2048] {
        for len in around - 1..=around + 1 {
            for _ in 0..6 {
                number += STEP;
                Case::<N>::new::<F>(len, number % CASES).check::<F>(&[number % 17]);
            }
        }
    }
    for len in [N::CHUNK - 1, N::CHUNK, N::CHUNK + 1, 3 * N::CHUNK + 77] {
        for _ in 0..if len > 2 * N::CHUNK { 1 } else { 2 } {
            number += STEP;
            Case::<N>::new::<F>(len, number % CASES).check::<F>(&[number % 17]);
        }
    }
}

fn types_of_labels<N: Number, F: Family<N>>() {
    for len in [1, 5, 8, 33, 100, 600] {
        for number in (0..CASES).step_by(KINDS_OF_TARGETS * 7) {
            let case = Case::<N>::new::<F>(len, number);
            let weight = Weights::per_element(&case.weights[..len]);
            let upstream = Weights::per_element(&case.upstream[..len]);
            let bits: Vec<bool> = case.targets.iter().map(|t| *t == N::new(1.0)).collect();
            let bytes: Vec<u8> = bits.iter().map(|&b| u8::from(b)).collect();
            let words: Vec<i64> = bits.iter().map(|&b| b.into()).collect();
            for backend in backends() {
                for p in [1.0, 5.0] {
                    let weighted = F::with(number).weighted(weight);
                    // A masked element may have a number that is no probability.
                    let plain = if Case::<N>::masked(number) { weighted } else { F::with(number) };
                    for loss in [plain, weighted] {
                        let loss = loss.on(backend);
                        let loss = loss.pos_weighted(Weights::uniform(N::new(p))).unwrap_or(loss);
                        let expected = everything(loss, &case.inputs, &case.targets, upstream, 0);
                        let context = || format!("{} of {len}, case {number}", backend.name());
                        assert_same(&expected, &everything(loss, &case.inputs, &bits, upstream, 3), &context);
                        assert_same(&expected, &everything(loss, &case.inputs, &bytes, upstream, 1), &context);
                        assert_same(&expected, &everything(loss, &case.inputs, &words, upstream, 1), &context);
                    }
                }
            }
        }
    }
}

fn neighbours<N: Number, F: Family<N>>() {
    // An element gives the same results alone as among any others, even NaN.
    let case = Case::<N>::new::<F>(70, 1);
    for backend in backends() {
        for p in [1.0, 5.0] {
            let loss = F::with(p as usize).reduced(Reduction::Sum).on(backend);
            let loss = loss.pos_weighted(Weights::uniform(N::new(p))).unwrap_or(loss);
            let upstream = Weights::uniform(N::new(-1.5));
            let within = everything(loss, &case.inputs, &case.targets, upstream, 0);
            for i in 0..case.inputs.len() {
                let alone = everything(loss, &case.inputs[i..=i], &case.targets[i..=i], upstream, 0);
                let mut inputs = vec![F::neighbour(); 70];
                inputs[i] = case.inputs[i];
                let among_others = everything(loss, &inputs, &case.targets, upstream, 0);
                for ((within, alone), among_others) in within.iter().zip(&alone).zip(&among_others) {
                    let (name, Ok(values)) = within else { panic!("{within:?}") };
                    // The methods that write a result for each element.
                    if values.len() == 70 {
                        let others = [&alone.1, &among_others.1].map(|r| r.as_ref().unwrap());
                        let others = [others[0][0], others[1][i]];
                        let context = format!("{name} on {} at {i}: {:?}, {others:?}", backend.name(), values[i]);
                        assert!(others.iter().all(|&v| crate::common::same(v, values[i])), "{context}");
                    }
                }
            }
        }
    }
}

fn automatic_backend<N: Number, F: Family<N>>() {
    // Short slices take another path, with the same results.
    for len in 0..=40 {
        for variant in 0..4 {
            let case = Case::<N>::new::<F>(len, (4 * len + variant) * STEP % CASES);
            let context = || format!("{len} elements, case {}", case.number);
            assert_same(&case.run::<F>(Some(Backend::best()), 1), &case.run::<F>(None, 1), &context);
        }
    }
}

fn cut_at_chunks<N: Number, F: Family<N>>() {
    assert_eq!(LossSum::<N>::CHUNK, N::CHUNK);
    let len = 3 * N::CHUNK + 77;
    for number in [0, 1, 2, 5] {
        let case = Case::<N>::new::<F>(len, number);
        let weight =
            if number.is_multiple_of(2) { Weights::uniform(N::new(1.3)) } else { Weights::uniform(N::new(1.0)) };
        let p = Weights::uniform(N::new([1.0, 5.0][number / 2 % 2]));
        for backend in backends() {
            let loss = F::with(number).weighted(weight).on(backend);
            let loss = loss.pos_weighted(p).unwrap_or(loss);
            let mut whole = LossSum::new();
            loss.accumulate(&mut whole, &case.inputs, &case.targets).unwrap();
            for cuts in [&[1][..], &[1, 2, 3]] {
                let mut sum = LossSum::new();
                let mut start = 0;
                for end in cuts.iter().map(|cut| cut * N::CHUNK).chain([len]) {
                    loss.accumulate(&mut sum, &case.inputs[start..end], &case.targets[start..end]).unwrap();
                    start = end;
                }
                assert_eq!(bits(&sum), bits(&whole), "{} cut at {cuts:?}, case {number}", backend.name());
            }
            // One call of `accumulate` has the sum from which the reduced loss is made.
            let sum = loss.reduced(Reduction::Sum).loss(&case.inputs, &case.targets).unwrap();
            let mean = loss.loss(&case.inputs, &case.targets).unwrap();
            let weighted = loss.reduced(Reduction::WeightedMean).loss(&case.inputs, &case.targets).unwrap();
            let found = [whole.sum(), whole.mean().unwrap(), whole.weighted_mean().unwrap()];
            let equal = found.iter().zip([sum, mean, weighted]).all(|(&a, b)| crate::common::same(a, b));
            assert!(equal, "{}, case {number}: {found:?}, {:?}", backend.name(), [sum, mean, weighted]);
        }
    }
    // Weights of elements are cut along with them.
    let case = Case::<N>::new::<F>(len, 18);
    for backend in backends() {
        let (mut whole, mut sum) = (LossSum::new(), LossSum::new());
        let loss = F::with(18).on(backend);
        for (sum, cuts) in [(&mut whole, vec![0, len]), (&mut sum, vec![0, N::CHUNK, 3 * N::CHUNK, len])] {
            for cut in cuts.windows(2) {
                let range = cut[0]..cut[1];
                let loss = loss.weighted(Weights::per_element(&case.weights[range.clone()]));
                loss.accumulate(sum, &case.inputs[range.clone()], &case.targets[range]).unwrap();
            }
        }
        assert_eq!(bits(&sum), bits(&whole), "{}", backend.name());
    }
}

fn merged_chunks<N: Number, F: Family<N>>() {
    // The sum of one chunk is what a longer sum adds, so threads can sum one chunk each. The last chunk has few elements,
    // most often one.
    for (number, rest) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 1), (5, 77)] {
        let mut case = Case::<N>::new::<F>(2 * N::CHUNK + rest, number);
        if number == 4 {
            // Sums that cancel, and one that is infinite.
            case.targets.iter_mut().for_each(|t| *t = N::new(40.0 * t.to_f64() - 19.5));
            case.inputs[N::CHUNK] = F::input(N::INFINITY);
        }
        let weight = Weights::uniform(N::new([1.0, 1.0, 0.3, 3.7, 1.0, 1.0][number]));
        for backend in backends() {
            let loss = F::with(number).weighted(weight).on(backend);
            let (mut whole, mut merged) = (LossSum::new(), LossSum::new());
            loss.accumulate(&mut whole, &case.inputs, &case.targets).unwrap();
            for (inputs, targets) in case.inputs.chunks(N::CHUNK).zip(case.targets.chunks(N::CHUNK)) {
                let mut sum = LossSum::new();
                loss.accumulate(&mut sum, inputs, targets).unwrap();
                merged.merge(&sum);
            }
            assert_eq!(bits(&merged), bits(&whole), "{}, case {number}", backend.name());
        }
    }
    // Chunks of one element, to whose sum no other lane's was added.
    let case = Case::<N>::new::<F>(20_000, 1);
    let loss = F::with(0);
    let (mut whole, mut merged) = (LossSum::new(), LossSum::new());
    for (inputs, targets) in case.inputs.chunks(1).zip(case.targets.chunks(1)) {
        let mut sum = LossSum::new();
        loss.accumulate(&mut whole, inputs, targets).unwrap();
        loss.accumulate(&mut sum, inputs, targets).unwrap();
        merged.merge(&sum);
        assert_eq!(bits(&merged), bits(&whole), "{inputs:?}, {targets:?}");
        if whole.sum().to_f64() > 1e3 {
            (whole, merged) = (LossSum::new(), LossSum::new());
        }
    }
}

/// Returns the bits of all words; any NaN has the same.
pub fn bits<N: Number>(sum: &LossSum<N>) -> Vec<u64> {
    let bytes = sum.to_le_bytes();
    let words = bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
    words.enumerate().map(|(i, w)| if i < 4 && f64::from_bits(w).is_nan() { u64::MAX } else { w }).collect()
}

fn one_weight_in_every_form<N: Number, F: Family<N>>() {
    // Weights that only differ in their form; a uniform one has its own formula.
    let n = 60;
    let case = Case::<N>::new::<F>(n, 2);
    let (three, w) = (numbers::<N>(&[0.5, 2.0, 3.0]), |i: usize| [0.5, 2.0, 3.0][i]);
    let by_class: Vec<N> = (0..n).map(|i| N::new(w(i % 3))).collect();
    let by_channel: Vec<N> = (0..n).map(|i| N::new(w(i / 5 % 3))).collect();
    let by_sample: Vec<N> = (0..n).map(|i| N::new(w(i / 20))).collect();
    for backend in backends() {
        for (short, long) in [
            (Weights::per_class(&three), &by_class),
            (Weights::per_channel(&three, 5), &by_channel),
            (Weights::per_sample(&three, 20), &by_sample),
        ] {
            let run = |w| {
                let loss = F::with(2).on(backend).weighted(w);
                let loss = loss.pos_weighted(w).unwrap_or(loss);
                everything(loss, &case.inputs, &case.targets, w, 0)
            };
            let context = || format!("{short:?} on {}", backend.name());
            assert_same(&run(short), &run(Weights::per_element(long)), &context);
        }
    }
}
