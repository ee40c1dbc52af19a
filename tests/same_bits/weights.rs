//! Weights that are stored once have the bits of the same weights for each element, and so have parts of a batch.

use crate::common::{Number, backends, for_both_types};
use logit_loss::{BceWithLogits, Loss, LossSum, Reduction, Weights};

for_both_types!(maps_of_pixels, parts_anywhere, parts_cut_at_chunks, classes_and_channels, many_classes);

fn numbers<N: Number>(len: usize) -> Vec<N> {
    (0..len).map(|i| N::new((i * 7 % 23) as f64 / 8.0)).collect()
}

/// Logits, and hard, soft and mixed targets.
fn elements<N: Number>(len: usize) -> (Vec<N>, [Vec<N>; 3]) {
    let logits = (0..len).map(|i| N::new((i * 37 % 199) as f64 / 5.0 - 20.0)).collect();
    let target = |soft: bool, i: usize| N::new(if soft { (i % 9) as f64 / 8.0 } else { (i % 2) as f64 });
    let targets = [|_| false, |_| true, |i| i / 1500 % 2 == 1]
        .map(|is_soft: fn(usize) -> bool| (0..len).map(|i| target(is_soft(i), i)).collect());
    (logits, targets)
}

/// Returns the results of all methods, with weights and with positive weights.
fn results<N: Number>(bce: BceWithLogits<'_, N>, weights: Weights<'_, N>, x: &[N], t: &[N]) -> Vec<N> {
    let mut all = Vec::new();
    for loss in [bce.weight(weights), bce.pos_weight(weights), bce.weight(weights).pos_weight(weights)] {
        let mut out = x.to_vec();
        all.push(loss.loss_and_gradient(x, t, &mut out).unwrap());
        all.append(&mut out.clone());
        loss.losses(x, t, &mut out).unwrap();
        all.append(&mut out.clone());
        loss.backward(x, t, weights, &mut out).unwrap();
        all.append(&mut out);
        let mut sum = LossSum::new();
        loss.accumulate(&mut sum, x, t).unwrap();
        all.extend([sum.sum(), sum.weight()]);
    }
    all
}

fn maps_of_pixels<N: Number>() {
    for (samples, channels, pixels) in
        [(1, 1, 1), (2, 3, 5), (3, 2, 32), (7, 3, 31), (2, 5, 200), (1, 3, 3001), (40, 64, 1)]
    {
        let len = samples * channels * pixels;
        let (x, targets) = elements::<N>(len);
        let map = numbers::<N>(samples * pixels);
        let each: Vec<N> = (0..len).map(|i| map[i / (channels * pixels) * pixels + i % pixels]).collect();
        for backend in backends() {
            for reduction in [Reduction::Sum, Reduction::WeightedMean] {
                let bce = BceWithLogits::new().backend(backend).reduction(reduction);
                for t in &targets {
                    if samples == 1 && channels == 1 && reduction == Reduction::WeightedMean {
                        continue;
                    }
                    let found = results(bce, Weights::per_pixel(&map, channels, pixels), &x, t);
                    let expected = results(bce, Weights::per_element(&each), &x, t);
                    assert_eq!(found, expected, "[{samples}, {channels}, {pixels}] on {backend}");
                }
            }
        }
    }
}

/// All kinds of weights, for 2,310 elements.
fn kinds<N: Number>(values: &[N]) -> [Weights<'_, N>; 6] {
    [
        Weights::per_class(&values[..21]),
        Weights::per_class(&values[..77]),
        Weights::per_channel(&values[..3], 11),
        Weights::per_sample(&values[..110], 21),
        Weights::per_pixel(&values[..770], 3, 70),
        Weights::per_element(values),
    ]
}

fn parts_anywhere<N: Number>() {
    let (x, [_, _, t]) = elements::<N>(2310);
    let values = numbers::<N>(2310);
    for backend in backends() {
        for weights in kinds(&values) {
            let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
            let mut whole = x.clone();
            bce.weight(weights).pos_weight(weights).losses(&x, &t, &mut whole).unwrap();
            let mut parts = x.clone();
            for cut in [0, 1, 32, 33, 700, 1999, 2310].windows(2) {
                let part = cut[0]..cut[1];
                let of_part = weights.starting_at(part.start);
                let bce = bce.weight(of_part).pos_weight(of_part);
                bce.losses(&x[part.clone()], &t[part.clone()], &mut parts[part]).unwrap();
            }
            assert_eq!(parts, whole, "{weights:?} on {backend}");
        }
    }
}

/// A chunk of soft targets does not change that of hard ones after it, nor the other way round.
fn parts_cut_at_chunks<N: Number>() {
    let len = 3 * LossSum::<N>::CHUNK;
    let (x, [hard, soft, mixed]) = elements::<N>(len);
    let values = numbers::<N>(3);
    let weights = Weights::per_class(&values);
    let by_turns = [&soft[..len / 3], &hard[len / 3..]].concat();
    for (backend, t) in backends().flat_map(|backend| [&hard, &mixed, &by_turns].map(|t| (backend, t))) {
        let mut sums = [LossSum::<N>::new(); 2];
        for (sum, cuts) in sums.iter_mut().zip([&[0, len][..], &[0, len / 3, len]]) {
            for cut in cuts.windows(2) {
                let part = weights.starting_at(cut[0]);
                let bce = BceWithLogits::new().backend(backend).weight(part).pos_weight(part);
                bce.accumulate(sum, &x[cut[0]..cut[1]], &t[cut[0]..cut[1]]).unwrap();
            }
        }
        assert_eq!(sums[0], sums[1], "{backend}");
    }
}

/// Tells zeros of different signs apart.
fn bits<N: Number>(values: &[N]) -> Vec<u64> {
    values.iter().map(|v| v.bits()).collect()
}

/// Sums use blocks of rows that have the same weights, which changes means and sums by less than is promised.
fn classes_and_channels<N: Number>() {
    let close = |a: N, b: N| (a.to_f64() - b.to_f64()).abs() <= 8.0 * N::EPSILON.to_f64() * b.to_f64();
    for (classes, pixels) in
        [(1, 1), (2, 1), (3, 1), (7, 1), (33, 1), (64, 1), (80, 1), (1000, 1), (3, 1500), (2, 5000)]
    {
        let len = (2 * N::CHUNK + 77) / (classes * pixels) * classes * pixels;
        let (x, targets) = elements::<N>(len);
        let values = numbers::<N>(classes);
        let each: Vec<N> = (0..len).map(|i| values[i / pixels % classes]).collect();
        let few = Weights::per_channel(&values, pixels);
        for t in &targets {
            let mut sums = Vec::new();
            for backend in backends() {
                let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
                let of = |w, p| -> [BceWithLogits<'_, N>; 3] {
                    [bce.weight(w), bce.pos_weight(p), bce.weight(w).pos_weight(p)]
                };
                let all = of(few, few).into_iter().zip(of(Weights::per_element(&each), Weights::per_element(&each)));
                let mut found = Vec::new();
                for (by_class, by_element) in all {
                    let (mut gradient, mut in_place, mut expected) = (x.clone(), x.clone(), x.clone());
                    let sum = by_class.loss_and_gradient(&x, t, &mut gradient).unwrap();
                    let again = by_class.loss_and_gradient_in_place(&mut in_place, t).unwrap();
                    let sum_of_elements = by_element.loss_and_gradient(&x, t, &mut expected).unwrap();
                    let context = format!("[N, {classes}, {pixels}] on {backend}");
                    assert_eq!([again, by_class.loss(&x, t).unwrap()], [sum, sum], "{context}");
                    assert_eq!([bits(&gradient), bits(&in_place)], [bits(&expected), bits(&expected)], "{context}");
                    assert!(close(sum, sum_of_elements), "{context}: {sum:?}, {sum_of_elements:?}");
                    found.push(sum);
                }
                let found = [found[0], found[1], found[2]];
                // The first backend of each kind stands for all.
                let fuses = backend.is_fused();
                if let Some((_, expected)) = sums.iter().find(|(other, _)| *other == fuses) {
                    assert_eq!(&found, expected, "[N, {classes}, {pixels}] on {backend}");
                }
                sums.push((fuses, found));
            }
        }
    }
}

/// There are so many elements that they are read ahead; single chunks are not.
fn many_classes<N: Number>() {
    let values = numbers::<N>(80);
    let (x, [targets, ..]) = elements::<N>((1 << 20) / 80 * 80 + 160);
    let bce = BceWithLogits::new().reduction(Reduction::Sum);
    let with = |start| bce.pos_weight(Weights::per_class(&values).starting_at(start));
    let mut sum = LossSum::new();
    for (i, (x, t)) in x.chunks(N::CHUNK).zip(targets.chunks(N::CHUNK)).enumerate() {
        with(i * N::CHUNK).accumulate(&mut sum, x, t).unwrap();
    }
    let mut gradient = x.clone();
    let whole = [with(0).loss(&x, &targets), with(0).loss_and_gradient(&x, &targets, &mut gradient)];
    assert_eq!(whole, [Ok(sum.sum()); 2]);
}
