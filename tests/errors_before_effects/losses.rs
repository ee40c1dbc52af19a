//! All losses.

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, backends, numbers};
use logit_loss::{Argument, BceWithLogits, Error, Loss, LossSum, Reduction, Weights};

for_all_families!(
    lengths,
    tiling,
    invalid_weights,
    invalid_in_a_later_chunk,
    invalid_upstream,
    invalid_smoothing,
    means_of_nothing,
    empty_is_not_an_error_elsewhere,
    batches_need_not_divide,
    pixels_and_parts,
);

/// The lengths of gradients, Hessians and other outputs, and the upstream derivative: all fit `n` logits.
struct Call<'a, N> {
    targets: usize,
    first: usize,
    second: usize,
    upstream: Weights<'a, N>,
}

impl<N: Number> Call<'_, N> {
    fn fitting(n: usize) -> Self {
        Call { targets: n, first: n, second: n, upstream: Weights::uniform(N::new(1.0)) }
    }
}

/// Returns the result of each method, on one thread and on several.
fn results<'w, N: Number>(
    loss: impl Tested<'w, N>,
    n: usize,
    call: &Call<'_, N>,
) -> Vec<(&'static str, Option<Error>)> {
    #[cfg_attr(not(feature = "rayon"), expect(unused_mut, reason = "nothing more"))]
    let mut all = results_of(loss, n, call);
    #[cfg(feature = "rayon")]
    all.extend(results_of(loss.on_threads(), n, call));
    all
}

/// Panics if a method that returns an error has written anything.
fn results_of<'w, N: Number>(
    loss: impl Tested<'w, N>,
    n: usize,
    call: &Call<'_, N>,
) -> Vec<(&'static str, Option<Error>)> {
    let canary = N::new(-77.5);
    let logits = vec![N::new(0.5); n];
    let targets = vec![N::new(1.0); call.targets];
    let (mut first, mut second) = (vec![canary; call.first], vec![canary; call.second]);
    let mut in_place = logits.clone();
    let mut sum = LossSum::new();
    bce_of_one(&mut sum);
    let before = sum;
    let mut all = Vec::new();
    macro_rules! call {
        ($name:expr, $result:expr) => {
            let error = $result.err();
            if error.is_some() {
                assert!(first.iter().chain(&second).all(|&v| v == canary), "{} wrote: {error:?}", $name);
                assert!(in_place == logits, "{} wrote: {error:?}", $name);
                assert!(sum == before, "{} changed the sum: {error:?}", $name);
            }
            first.fill(canary);
            second.fill(canary);
            in_place.copy_from_slice(&logits);
            all.push(($name, error));
        };
    }
    call!("loss", loss.loss(&logits, &targets));
    call!("losses", loss.losses(&logits, &targets, &mut first));
    call!("gradient", loss.gradient(&logits, &targets, &mut first));
    call!("loss_and_gradient", loss.loss_and_gradient(&logits, &targets, &mut first));
    call!("in_place", loss.loss_and_gradient_in_place(&mut in_place, &targets));
    if let Some(result) = loss.curvature(&logits, &targets, &mut first, &mut second) {
        call!("hessian", result);
    }
    call!("backward", loss.backward(&logits, &targets, call.upstream, &mut first));
    if let Some(result) = loss.target_gradient_of(&logits, &targets, &mut first) {
        call!("target_gradient", result);
    }
    call!("accumulate", loss.accumulate(&mut sum, &logits, &targets));
    all
}

/// Makes a sum that is not empty.
fn bce_of_one<N: Number>(sum: &mut LossSum<N>) {
    BceWithLogits::new().accumulate(sum, &[N::new(1.25)], &[N::new(0.0)]).unwrap();
}

/// Checks that on every backend exactly the named methods fail, all with this error.
#[track_caller]
fn expect<'w, N: Number>(loss: impl Tested<'w, N>, n: usize, call: &Call<'_, N>, expected: Error, failing: &[&str]) {
    for backend in backends() {
        for (name, error) in results(loss.on(backend), n, call) {
            let expected = failing.contains(&name).then_some(expected);
            assert_eq!(error, expected, "{name} of {n} on {}", backend.name());
        }
    }
}

const ALL: [&str; 9] = [
    "loss",
    "losses",
    "gradient",
    "loss_and_gradient",
    "in_place",
    "hessian",
    "backward",
    "target_gradient",
    "accumulate",
];
const DIVIDING: [&str; 6] = ["loss", "gradient", "loss_and_gradient", "in_place", "hessian", "target_gradient"];

fn lengths<N: Number, F: Family<N>>() {
    let loss = F::with(0);
    // Lengths from one element to more than all vectors.
    for n in [1, 8, 33, 70] {
        for found in [0, n - 1, n + 1, 2 * n].into_iter().filter(|&found| found != n) {
            let error = |argument| Error::Length { argument, expected: n, found };
            let targets = Call { targets: found, ..Call::fitting(n) };
            expect(loss, n, &targets, error(Argument::Targets), &ALL);
            let first = Call { first: found, ..Call::fitting(n) };
            let gradients = ["gradient", "loss_and_gradient", "hessian", "backward"];
            for backend in backends() {
                for (name, result) in results(loss.on(backend), n, &first) {
                    let expected = match name {
                        "losses" | "target_gradient" => Some(error(Argument::Output)),
                        _ => gradients.contains(&name).then_some(error(Argument::Gradient)),
                    };
                    assert_eq!(result, expected, "{name} of {n} on {}", backend.name());
                }
            }
            let second = Call { second: found, ..Call::fitting(n) };
            expect(loss, n, &second, error(Argument::Hessian), &["hessian"]);
        }
    }
}

fn tiling<N: Number, F: Family<N>>() {
    let values = vec![N::new(1.0); 100];
    // Six logits, and triples of the number of values, repeat, cycles.
    for (count, repeat, cycles) in [
        (4, 1, true),
        (12, 1, true),
        (2, 2, true),
        (0, 1, true),
        (3, 0, true),
        (0, 0, true),
        (2, usize::MAX, true),
        (3, 1, false),
        (7, 1, false),
        (0, 1, false),
        (1, 3, false),
        (2, 4, false),
        (6, 0, false),
        (2, usize::MAX / 2 + 1, false),
    ] {
        let values = &values[..count];
        let weights = match (cycles, repeat) {
            (true, 1) => Weights::per_class(values),
            (true, pixels) => Weights::per_channel(values, pixels),
            (false, 1) => Weights::per_element(values),
            (false, classes) => Weights::per_sample(values, classes),
        };
        let covered = count.saturating_mul(repeat);
        let error = |argument| Error::Tiling { argument, values: count, covered, cycles, inputs: 6 };
        let loss = F::with(0);
        let call = Call::fitting(6);
        expect(loss.weighted(weights), 6, &call, error(Argument::Weight), &ALL);
        if let Some(loss) = loss.pos_weighted(weights) {
            expect(loss, 6, &call, error(Argument::PosWeight), &ALL);
        }
        let call = Call { upstream: weights, ..Call::fitting(6) };
        expect(loss, 6, &call, error(Argument::Upstream), &["backward"]);
    }
    // The weights of another batch, of half or twice the size, do not fit.
    for n in [50, 200] {
        let weights = F::with(0).weighted(Weights::per_element(&values));
        let argument = Argument::Weight;
        let error = Error::Tiling { argument, values: 100, covered: 100, cycles: false, inputs: n };
        expect(weights, n, &Call::fitting(n), error, &ALL);
    }
}

fn pixels_and_parts<N: Number, F: Family<N>>() {
    let values = vec![N::new(0.5); 100];
    // Pixels that are not whole images, too many or too few images, and no pixels.
    for (count, channels, pixels, covered) in [
        (7, 2, 3, 12),
        (9, 2, 3, 18),
        (3, 2, 3, 6),
        (12, 0, 3, 0),
        (12, 1, 0, 0),
        (0, 2, 3, 0),
        (4, usize::MAX, 2, usize::MAX),
    ] {
        let weights = F::with(0).weighted(Weights::per_pixel(&values[..count], channels, pixels));
        let error = Error::Tiling { argument: Argument::Weight, values: count, covered, cycles: false, inputs: 12 };
        expect(weights, 12, &Call::fitting(12), error, &ALL);
    }
    // A part that ends after the last element.
    for (start, inputs) in [(89, 101), (100, 112), (usize::MAX - 3, usize::MAX)] {
        let weights = F::with(0).weighted(Weights::per_element(&values).starting_at(start));
        let error = Error::Tiling { argument: Argument::Weight, values: 100, covered: 100, cycles: false, inputs };
        expect(weights, 12, &Call::fitting(12), error, &ALL);
    }
    // A part may start anywhere, and need not have whole samples.
    for start in [0, 1, 88] {
        let part = |weights: Weights<'_, N>| {
            F::with(0).weighted(weights.starting_at(start)).loss(&[N::new(0.5); 12], &[true; 12]).is_ok()
        };
        assert!(part(Weights::per_element(&values)) && part(Weights::per_class(&values[..7])));
        assert!(part(Weights::per_channel(&values[..5], 4)) && part(Weights::per_pixel(&values[..50], 2, 25)));
    }
}

/// Puts numbers that are no weights at every place of a vector and in a tail.
fn invalid<N: Number>(bad: &[N], mut check: impl FnMut(Weights<'_, N>, usize)) {
    for &bad in bad {
        check(Weights::uniform(bad), 0);
        for index in [0, 1, 7, 31, 32, 68] {
            let mut values = vec![N::new(0.5); 69];
            values[index] = bad;
            for weights in [Weights::per_element(&values), Weights::per_class(&values)] {
                check(weights, index);
            }
            // The error names the first of several.
            values[68] = bad;
            check(Weights::per_sample(&values, 1), index);
        }
    }
}

fn invalid_weights<N: Number, F: Family<N>>() {
    let bad = [N::new(-1.0), -N::TINIEST, -N::LARGEST, N::INFINITY, -N::INFINITY, N::NAN, -N::NAN];
    invalid(&bad, |weights, index| {
        let call = Call::fitting(69);
        let loss = F::with(0);
        expect(loss.weighted(weights), 69, &call, Error::Weight { argument: Argument::Weight, index }, &ALL);
        if let Some(loss) = loss.pos_weighted(weights) {
            expect(loss, 69, &call, Error::Weight { argument: Argument::PosWeight, index }, &ALL);
        }
    });
    // Few elements take a path of their own; the last loss is focal loss that is cross-entropy.
    for bad in bad {
        for (n, number) in [(1, 0), (20, 0), (1, 10), (20, 10)] {
            let (call, bad) = (Call::fitting(n), Weights::uniform(bad));
            let error = |argument| Error::Weight { argument, index: 0 };
            expect(F::with(number).weighted(bad), n, &call, error(Argument::Weight), &ALL);
            if let Some(loss) = F::with(number).pos_weighted(bad) {
                expect(loss, n, &call, error(Argument::PosWeight), &ALL);
            }
        }
    }
}

fn invalid_in_a_later_chunk<N: Number, F: Family<N>>() {
    let n = 3 * N::CHUNK + 20;
    for index in [N::CHUNK, 2 * N::CHUNK + 1, n - 1] {
        let mut weights = vec![N::new(0.5); n];
        // The error names the first of several.
        (weights[index], weights[n - 1]) = (N::new(-1.0), N::NAN);
        let weights = Weights::per_element(&weights);
        let error = |argument| Error::Weight { argument, index };
        expect(F::with(0).weighted(weights), n, &Call::fitting(n), error(Argument::Weight), &ALL);
        if let Some(loss) = F::with(0).pos_weighted(weights) {
            expect(loss, n, &Call::fitting(n), error(Argument::PosWeight), &ALL);
        }
    }
}

fn invalid_upstream<N: Number, F: Family<N>>() {
    invalid(&[N::INFINITY, -N::INFINITY, N::NAN], |upstream, index| {
        let call = Call { upstream, ..Call::fitting(69) };
        let error = Error::Weight { argument: Argument::Upstream, index };
        expect(F::with(0), 69, &call, error, &["backward"]);
    });
    // Upstream derivatives may be negative.
    let signed = numbers::<N>(&[-1.0, 2.0, -0.0]);
    let mut gradient = [N::NAN; 3];
    let result = F::with(0).backward(&[N::new(0.0); 3], &[true; 3], Weights::per_class(&signed), &mut gradient);
    let [first, second, third] = gradient;
    assert_eq!((result, second, third), (Ok(()), N::new(-2.0) * first, N::new(0.0)));
    assert!(first > N::new(0.0));
}

fn invalid_smoothing<N: Number, F: Family<N>>() {
    let one = N::new(1.0);
    for bad in [N::new(-0.1), -N::TINIEST, one + N::EPSILON, N::INFINITY, -N::INFINITY, N::NAN] {
        let error = Error::Parameter { argument: Argument::LabelSmoothing };
        for n in [1, 40] {
            if let Some(loss) = F::with(0).smoothed(bad) {
                expect(loss, n, &Call::fitting(n), error, &ALL);
            }
        }
    }
    for good in [N::new(0.0), N::new(-0.0), N::TINIEST, one] {
        let loss = F::with(0).smoothed(good);
        assert!(loss.is_none_or(|loss| results(loss, 3, &Call::fitting(3)).iter().all(|r| r.1.is_none())));
    }
}

fn means_of_nothing<N: Number, F: Family<N>>() {
    let (zeros, large) = (vec![N::new(0.0); 40], vec![N::LARGEST; 40]);
    for n in [0, 1, 3, 40] {
        let weighted = F::with(0).reduced(Reduction::WeightedMean);
        let zero = [Weights::uniform(N::new(0.0)), Weights::per_element(&zeros[..n])];
        for weights in if n == 0 { &zero[..1] } else { &zero[..] } {
            expect(weighted.weighted(*weights), n, &Call::fitting(n), Error::EmptyMean, &DIVIDING);
        }
        if n > 1 {
            // Weights whose sum is above the largest number.
            for weights in [Weights::uniform(N::LARGEST), Weights::per_element(&large[..n])] {
                expect(weighted.weighted(weights), n, &Call::fitting(n), Error::EmptyMean, &DIVIDING);
            }
        }
    }
    for reduction in [Reduction::Mean, Reduction::WeightedMean] {
        let loss = F::with(0).reduced(reduction);
        expect(loss, 0, &Call::fitting(0), Error::EmptyMean, &DIVIDING);
    }
    // Elements of weight 0 still count for a mean that divides by the number of elements.
    let loss = F::with(0).weighted(Weights::uniform(N::new(0.0)));
    assert_eq!(loss.loss(&[N::new(1.0)], &[true]), Ok(N::new(0.0)));
}

fn empty_is_not_an_error_elsewhere<N: Number, F: Family<N>>() {
    let three = vec![N::new(1.0); 3];
    for weights in [Weights::uniform(N::new(2.0)), Weights::per_class(&three), Weights::per_channel(&three, 5)] {
        for backend in backends() {
            let loss = F::with(0).reduced(Reduction::Sum).weighted(weights);
            let loss = loss.pos_weighted(weights).unwrap_or(loss);
            let call = Call { upstream: weights, ..Call::fitting(0) };
            assert!(results(loss.on(backend), 0, &call).iter().all(|r| r.1.is_none()));
            assert_eq!(loss.on(backend).loss(&[N::NAN; 0], &[true; 0]), Ok(N::new(0.0)));
        }
    }
    let sum = LossSum::<N>::new();
    assert_eq!((sum.sum(), sum.weight(), sum.count()), (N::new(0.0), N::new(0.0), 0));
    assert_eq!((sum.mean(), sum.weighted_mean()), (None, None));
    assert_eq!(sum, LossSum::default());
}

fn batches_need_not_divide<N: Number, F: Family<N>>() {
    // `accumulate` neither divides nor differentiates, so the reduction does not matter.
    for reduction in [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum] {
        let loss = F::with(0).reduced(reduction);
        let (mut sum, mut twice) = (LossSum::new(), LossSum::new());
        bce_of_one::<N>(&mut sum);
        bce_of_one(&mut twice);
        loss.accumulate(&mut sum, &[N::NAN; 0], &[false; 0]).unwrap();
        assert_eq!(sum, twice);
        loss.weighted(Weights::uniform(N::new(0.0))).accumulate(&mut sum, &[N::NAN], &[false]).unwrap();
        assert_eq!((sum.sum(), sum.weight(), sum.count()), (twice.sum(), twice.weight(), 2));
    }
}

#[test]
fn display() {
    let length = Error::Length { argument: Argument::Targets, expected: 3, found: 4 };
    assert_eq!(length.to_string(), "targets: expected 3 elements, found 4");
    let tiling = |argument, cycles| Error::Tiling { argument, values: 5, covered: 10, cycles, inputs: 12 };
    assert_eq!(
        tiling(Argument::PosWeight, true).to_string(),
        "positive weight: 5 values are for any multiple of 10 inputs, not for 12"
    );
    assert_eq!(tiling(Argument::Weight, false).to_string(), "weight: 5 values are for 10 inputs, not for 12");
    let weight = |argument| Error::Weight { argument, index: 7 }.to_string();
    assert_eq!(weight(Argument::Weight), "weight: the value at 7 is negative or not finite");
    // An upstream derivative may be negative.
    assert_eq!(weight(Argument::Upstream), "upstream derivative: the value at 7 is not finite");
    let smoothing = Error::Parameter { argument: Argument::LabelSmoothing };
    assert_eq!(smoothing.to_string(), "label smoothing: outside of [0, 1]");
    assert!(Error::EmptyMean.to_string().starts_with("a mean of nothing"));
    // Each argument has a name of its own in the message.
    let names = [Argument::Output, Argument::Gradient, Argument::Hessian].map(|a| a.to_string());
    assert_eq!(names, ["output", "gradient", "Hessian"]);
    let error: &dyn core::error::Error = &length;
    assert!(error.source().is_none());
}
