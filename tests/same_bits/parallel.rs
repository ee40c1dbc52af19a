//! Losses on several threads.

use rayon_core::{ThreadPool, ThreadPoolBuilder};

use super::losses::{Case, KINDS_OF_TARGETS, REDUCTIONS, bits};
use crate::common::activation::Activation;
use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, assert_same, backends, everything};
use logit_loss::{Label, Loss, LossSum, Weights};

for_all_families!(few_elements, around_chunks, every_backend, sums_that_go_on);

/// The number of a case of hard, soft or mixed targets without masks, and of mixed targets with masks.
const HARD: usize = 0;
const SOFT: usize = 1;
const MIXED: usize = 2;
const MASKED: usize = 7 * KINDS_OF_TARGETS + MIXED;

/// The numbers of kinds of weights, targets and reductions have no common divisor, so these are all combinations.
const SETTINGS: usize = 8 * 5 * 3;

fn pools() -> Vec<ThreadPool> {
    [1, 2, 3, 7].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
}

/// Returns a number of classes for this number of elements: the smallest one that does not divide a chunk, if there is one.
fn classes(len: usize) -> usize {
    (3..100).find(|&classes| len.is_multiple_of(classes) && !classes.is_power_of_two()).unwrap_or(1)
}

/// Compares one thread with as many as each pool has.
fn check<N: Number, F: Family<N>>(len: usize, setting: usize, pools: &[ThreadPool]) {
    let classes = classes(len);
    let samples = len / classes;
    let pixels = (2..=12).find(|pixels| samples.is_multiple_of(*pixels)).unwrap_or(1);
    let number = if setting % 8 == 7 { MASKED } else { [HARD, SOFT, MIXED, HARD, HARD][setting % 5] };
    let case = Case::<N>::new::<F>(len, number);
    let kinds = |kind: usize| match kind {
        0 => Weights::uniform(N::new(1.0)),
        1 => Weights::uniform(N::new(2.5)),
        2 => Weights::per_class(&case.weights[..classes]),
        3 if len > 0 => Weights::per_channel(&case.weights[..classes], pixels),
        4 if len > 0 => Weights::per_sample(&case.weights[..samples], classes),
        // A few long runs, which end anywhere in a chunk.
        5 if len > 0 => Weights::per_sample(&case.weights[..classes], samples),
        6 | 7 if len > 0 => Weights::per_element(&case.weights[..len]),
        _ => Weights::uniform(N::new(17.0)),
    };
    let loss = F::with(setting).weighted(kinds(setting % 8)).reduced(REDUCTIONS[setting % 3]);
    let loss = loss.pos_weighted(kinds([0, 1, 2, 5, 6, 4, 3][(setting / 8 + setting) % 7])).unwrap_or(loss);
    let loss = loss.smoothed(N::new([0.0, 0.1][setting / 5 % 2])).unwrap_or(loss);
    let context = format!("{len} elements of {classes} classes, setting {setting}");
    match setting % 5 {
        3 if setting % 8 != 7 => {
            let targets: Vec<bool> = case.targets.iter().map(|t| t.to_f64() != 0.0).collect();
            compare(loss, &case.inputs, &targets, pools, &context);
        }
        4 if setting % 8 != 7 => {
            let targets: Vec<u8> = case.targets.iter().map(|t| t.to_f64() as u8).collect();
            compare(loss, &case.inputs, &targets, pools, &context);
        }
        _ => compare(loss, &case.inputs, &case.targets, pools, &context),
    }
}

fn compare<'w, N: Number, Y: Label<N> + Sync>(
    loss: impl Tested<'w, N>,
    inputs: &[N],
    targets: &[Y],
    pools: &[ThreadPool],
    context: &str,
) {
    let upstream = Weights::uniform(N::new(1.0));
    let expected = everything(loss, inputs, targets, upstream, 0);
    for pool in pools {
        let found = pool.install(|| everything(loss.on_threads(), inputs, targets, upstream, 1));
        assert_same(&expected, &found, &|| format!("{} threads, {context}", pool.current_num_threads()));
    }
    // The call is outside of a pool.
    let found = everything(loss.on_threads(), inputs, targets, upstream, 0);
    assert_same(&expected, &found, &|| format!("global pool, {context}"));
}

/// Activations, which are cut as losses are.
#[test]
fn activations() {
    fn check<N: Number>() {
        let logits: Vec<N> = (0..4 * N::CHUNK + 77).map(|i| N::new((i % 199) as f64 / 5.0 - 20.0)).collect();
        for activation in Activation::all() {
            for backend in backends() {
                let activation = activation.pinned(backend);
                let [mut one, mut many, mut in_place] = [(); 3].map(|()| logits.clone());
                activation.apply(&logits, &mut one).unwrap();
                for pool in pools() {
                    many.fill(N::NAN);
                    pool.install(|| activation.parallel().apply(&logits, &mut many)).unwrap();
                    assert_eq!(many, one, "{activation:?}, {} threads", pool.current_num_threads());
                }
                activation.parallel().apply_in_place(&mut in_place).unwrap();
                assert_eq!(in_place, one, "{activation:?} in place");
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

fn few_elements<N: Number, F: Family<N>>() {
    let pools = pools();
    for len in [0, 1, 35] {
        for setting in 0..SETTINGS {
            check::<N, F>(len, setting, &pools);
        }
    }
}

fn around_chunks<N: Number, F: Family<N>>() {
    let pools = pools();
    let mut setting = 0;
    for len in [N::CHUNK - 1, N::CHUNK, N::CHUNK + 1, 2 * N::CHUNK + 1, 7 * N::CHUNK / 2] {
        // Each kind occurs, but not in every combination.
        for _ in 0..SETTINGS.div_ceil(7) {
            setting = (setting + 7) % SETTINGS;
            check::<N, F>(len, setting, &pools);
        }
    }
}

fn every_backend<N: Number, F: Family<N>>() {
    let pools = &pools()[1..2];
    let len = 5 * N::CHUNK + 15;
    let classes = classes(len);
    let case = Case::<N>::new::<F>(len, MIXED);
    for backend in backends() {
        let loss = F::with(3).on(backend).weighted(Weights::per_class(&case.weights[..classes]));
        compare(loss, &case.inputs, &case.targets, pools, backend.name());
    }
}

fn sums_that_go_on<N: Number, F: Family<N>>() {
    // The low words are compared to the last bit, and chunks differ so much in size that no other order gives the same.
    let len = 9 * N::CHUNK + 3;
    for number in [HARD, SOFT, MIXED, MASKED] {
        let mut case = Case::<N>::new::<F>(len, number);
        // Infinite sums have no last bits.
        case.inputs.iter_mut().filter(|x| x.abs() > N::new(1e3)).for_each(|x| *x = N::new(-2.0));
        for (chunk, weights) in case.weights.chunks_mut(N::CHUNK).enumerate() {
            let size = N::new(10f64.powi((chunk * 7 % 5) as i32 * 8 - 16));
            weights.iter_mut().for_each(|w| *w = *w * size);
        }
        let loss = F::with(number).weighted(Weights::per_element(&case.weights[..len]));
        let mut one = LossSum::new();
        loss.accumulate(&mut one, &case.inputs, &case.targets).unwrap();
        loss.accumulate(&mut one, &case.inputs, &case.targets).unwrap();
        for pool in pools() {
            let mut many = LossSum::new();
            loss.accumulate(&mut many, &case.inputs, &case.targets).unwrap();
            let result = pool.install(|| loss.on_threads().accumulate(&mut many, &case.inputs, &case.targets));
            assert_eq!((bits(&many), result), (bits(&one), Ok(())), "{} threads", pool.current_num_threads());
        }
    }
}
