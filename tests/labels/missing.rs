//! Absent elements: they have no loss and no derivative, and are not counted, for any logits and targets.

use logit_loss::{Error, Label, Loss, LossSum, Reduction, Weights};

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, Random, backends};

for_all_families!(as_if_they_were_not, other_nans, all_taken_away);

/// Elements with targets in one type of label, some of them absent.
struct Case<N> {
    x: Vec<N>,
    soft: Vec<N>,
    hard: Vec<i64>,
    present: Vec<bool>,
}

impl<N: Number> Case<N> {
    fn new<F: Family<N>>(len: usize, seed: u64) -> Self {
        let mut random = Random(seed);
        let present: Vec<bool> = (0..len).map(|_| random.below(4) > 0).collect();
        let worst = [f64::NAN, f64::INFINITY, -f64::INFINITY, 1e30, -3.0];
        let x = |i: usize| {
            let logit = (random.below(4001) as f64 - 2000.0) / 97.0;
            let x = F::input(N::new(logit));
            // An absent element may have a number that is no probability.
            if present[i] { x } else { N::new(worst[i % worst.len()]) }
        };
        let x = (0..len).map(x).collect();
        let hard: Vec<i64> = (0..len).map(|i| if present[i] { random.below(2) as i64 } else { -1 }).collect();
        let soft = |i: usize| if present[i] { N::new(random.below(101) as f64 / 100.0) } else { N::NAN };
        Self { x, soft: (0..len).map(soft).collect(), hard, present }
    }
}

fn as_if_they_were_not<N: Number, F: Family<N>>() {
    for (number, len) in [1, 3, 7, 16, 31, 32, 33, 64, 100, 255, 300, 1100, 3000, 40_000].into_iter().enumerate() {
        let case = Case::<N>::new::<F>(len, 7 + number as u64);
        let floats: Vec<N> = case.hard.iter().map(|&t| N::new(t as f64)).collect();
        let options: Vec<Option<bool>> = case.hard.iter().map(|&t| (t >= 0).then_some(t == 1)).collect();
        let words: Vec<i32> = case.hard.iter().map(|&t| t as i32).collect();
        let bools: Vec<bool> = case.hard.iter().map(|&t| t == 1).collect();
        let class_weights: Vec<N> = [0.5, 2.0, 0.0].map(N::new).to_vec();
        // Slices of several chunks take long, so they have a third of the settings.
        let step = if len > 10_000 { 3 } else { 1 };
        for backend in backends() {
            for setting in (0..12).step_by(step) {
                let mut loss = F::with(number + setting).on(backend);
                if setting & 1 > 0 {
                    loss = loss.pos_weighted(Weights::uniform(N::new(5.0))).unwrap_or(loss);
                }
                if setting & 2 > 0 {
                    loss = loss.smoothed(N::new(0.1)).unwrap_or(loss);
                }
                if setting & 4 > 0 {
                    loss = loss.class_weighted(Weights::per_class(&class_weights).starting_at(1));
                }
                if setting & 8 > 0 {
                    loss = loss.reduced([Reduction::Sum, Reduction::WeightedMean][setting % 2]);
                }
                let context = || format!("{}, {len} elements, setting {setting}", backend.name());
                let minus_one = loss.ignoring(N::new(-1.0));
                let expected = check(minus_one, &case, &case.hard, &context);
                // Each type of label and each way to exclude elements gives the same bits.
                assert!(expected == check(minus_one, &case, &words, &context), "i32, {}", context());
                assert!(expected == check(minus_one, &case, &floats, &context), "floats, {}", context());
                assert!(expected == check(loss, &case, &options, &context), "Option, {}", context());
                assert!(expected == check(loss.masked(&case.present), &case, &bools, &context), "mask, {}", context());
                #[cfg(feature = "rayon")]
                assert!(expected == check(minus_one.on_threads(), &case, &words, &context), "threads, {}", context());
                check(loss.ignoring(N::NAN), &case, &case.soft, &context);
            }
        }
    }
}

/// Compares all results with those of the present elements alone; returns their bits.
fn check<'w, N: Number, Y: Label<N> + Copy>(
    loss: impl Tested<'w, N>,
    case: &Case<N>,
    targets: &[Y],
    context: &dyn Fn() -> String,
) -> Vec<u64> {
    let Case { x, present, .. } = case;
    let len = x.len();
    let zeros = || vec![N::new(7.0); len];
    let upstream: Vec<N> = (0..len).map(|i| N::new(if i % 3 == 0 { -2.0 } else { 0.5 })).collect();

    let mean = loss.loss(x, targets);
    let mut sum = LossSum::new();
    loss.accumulate(&mut sum, x, targets).unwrap();
    let count = present.iter().filter(|&&is| is).count();
    assert_eq!(sum.count(), count as u64, "{}", context());

    let (mut losses, mut gradient, mut second, mut hessian, mut back) = (zeros(), zeros(), zeros(), zeros(), zeros());
    loss.losses(x, targets, &mut losses).unwrap();
    loss.backward(x, targets, Weights::per_element(&upstream), &mut back).unwrap();
    let mut by_target = zeros();
    let mut in_place = x.clone();
    let mut all = vec![&losses, &back];
    if mean.is_ok() {
        loss.gradient(x, targets, &mut gradient).unwrap();
        assert_eq!(loss.loss_and_gradient(x, targets, &mut second), mean, "{}", context());
        assert_eq!(loss.loss_and_gradient_in_place(&mut in_place, targets), mean, "{}", context());
        assert!(second == gradient && in_place == gradient, "{}", context());
        all.push(&gradient);
        if let Some(result) = loss.curvature(x, targets, &mut second, &mut hessian) {
            result.unwrap();
            all.push(&hessian);
        }
        if let Some(result) = loss.target_gradient_of(x, targets, &mut by_target) {
            result.unwrap();
            all.push(&by_target);
        }
    }
    for (i, &is_present) in present.iter().enumerate() {
        for values in &all {
            assert!(!values[i].is_nan(), "NaN at {i}, {}", context());
            assert!(is_present || values[i].bits() == 0, "{:?} at {i}, {}", values[i], context());
        }
    }

    // The sum of the losses, and the mean over the present elements.
    let total = crate::sum(losses.iter().map(|v| v.to_f64()));
    let close = |found: N, expected: f64| (found.to_f64() - expected).abs() <= 40.0 * N::EPSILON.to_f64() * expected;
    assert!(close(sum.sum(), total), "{} {total}, {}", sum.sum(), context());
    if let Ok(mean) = mean {
        let expected = [Some(sum.sum()), sum.mean(), sum.weighted_mean()];
        assert!(expected.iter().flatten().any(|v| v.bits() == mean.bits()), "{mean} {expected:?}, {}", context());
    }
    let reduced = [mean.unwrap_or(N::NAN), sum.sum(), sum.weight()];
    all.into_iter().flatten().chain(&reduced).map(|v| v.bits()).collect()
}

/// A NaN that nothing takes away stays a NaN, and makes no other element one.
fn other_nans<N: Number, F: Family<N>>() {
    let len = 70;
    let x: Vec<N> = (0..len).map(|i| F::input(N::new(i as f64 / 10.0))).collect();
    let targets: Vec<N> = (0..len).map(|i| N::new([f64::NAN, -1.0, 1.0, 0.25][i % 4])).collect();
    let mask: Vec<bool> = (0..len).map(|i| i % 4 != 1).collect();
    let options: Vec<Option<bool>> = (0..len).map(|i| (i % 4 != 1).then_some(i % 4 == 2)).collect();
    for backend in backends() {
        let loss = F::with(0).on(backend);
        let weighted = loss.class_weighted(Weights::uniform(N::new(2.0)));
        for loss in [loss, weighted] {
            for loss in [loss.ignoring(N::new(-1.0)), loss.masked(&mask)] {
                let mut losses = vec![N::new(7.0); len];
                loss.losses(&x, &targets, &mut losses).unwrap();
                for (i, value) in losses.iter().enumerate() {
                    assert_eq!(value.is_nan(), i % 4 == 0, "{i}, {}", backend.name());
                    assert_eq!(value.bits() == 0, i % 4 == 1, "{i}, {}", backend.name());
                }
                assert!(loss.loss(&x, &targets).unwrap().is_nan(), "{}", backend.name());
            }
            // No label is NaN, so this ignores nothing, and what is missing stays so.
            assert_eq!(loss.ignoring(N::NAN).loss(&x, &options), loss.loss(&x, &options), "{}", backend.name());
            assert!(!loss.loss(&x, &options).unwrap().is_nan(), "{}", backend.name());
        }
    }
}

fn all_taken_away<N: Number, F: Family<N>>() {
    for len in [1, 40, 3000] {
        let x = vec![N::NAN; len];
        let (absent, labels) = (vec![false; len], vec![1_u8; len]);
        let loss = F::with(0).masked(&absent);
        for reduction in [Reduction::Mean, Reduction::WeightedMean] {
            let mut out = vec![N::new(7.0); len];
            let loss = loss.reduced(reduction);
            assert_eq!(loss.loss(&x, &labels), Err(Error::EmptyMean));
            assert_eq!(loss.gradient(&x, &labels, &mut out), Err(Error::EmptyMean));
            assert!(out.iter().all(|&v| v == N::new(7.0)));
        }
        let mut out = vec![N::new(7.0); len];
        assert_eq!(loss.reduced(Reduction::Sum).loss_and_gradient(&x, &labels, &mut out), Ok(N::new(0.0)));
        assert!(out.iter().all(|v| v.bits() == 0));
        // The mask has another length.
        let error = Error::Length { argument: logit_loss::Argument::Mask, expected: len, found: len - 1 };
        assert_eq!(F::with(0).masked(&absent[1..]).loss(&x, &labels), Err(error));
    }
}
