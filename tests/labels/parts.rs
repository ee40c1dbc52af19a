//! Losses of samples and of classes, and counts of classes.

use logit_loss::{BceWithLogits, ClassCount, Error, Loss, LossSum, Reduction, Weights, pos_weight, pos_weight_or};

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, Random, for_both_types};

for_all_families!(samples, classes);
for_both_types!(counts, weights_of_counts);

fn elements<N: Number, F: Family<N>>(len: usize) -> (Vec<N>, Vec<i8>, Vec<N>) {
    let mut random = Random(len as u64);
    let x = (0..len).map(|_| F::input(N::new(random.below(601) as f64 / 30.0 - 10.0))).collect();
    let labels = (0..len).map(|_| random.below(3) as i8 - 1).collect();
    let weights = (0..len).map(|_| N::new(random.below(5) as f64 / 2.0)).collect();
    (x, labels, weights)
}

/// Each result has the bits of the loss of the sample alone.
fn samples<N: Number, F: Family<N>>() {
    for (samples, width) in [(1, 1), (5, 1), (7, 3), (3, 32), (4, 33), (2, 100), (3, 1025), (2, 40_000), (300, 120)] {
        let len = samples * width;
        let (x, labels, weights) = elements::<N, F>(len);
        let class_weights: Vec<N> = weights[..width].to_vec();
        let present: Vec<bool> = (0..len).map(|i| i % 5 != 1).collect();
        for (number, reduction) in [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum].into_iter().enumerate() {
            let loss = F::with(number).reduced(reduction).ignoring(N::new(-1.0)).masked(&present);
            let loss = loss.pos_weighted(Weights::uniform(N::new(2.0))).unwrap_or(loss);
            let classes = Weights::per_class(&class_weights);
            let all = loss.weighted(Weights::per_element(&weights)).class_weighted(classes);
            let mut found = vec![N::NAN; samples];
            all.loss_per_sample(&x, &labels, &mut found).unwrap();
            for (sample, &found) in found.iter().enumerate() {
                let range = sample * width..(sample + 1) * width;
                let alone = loss
                    .masked(&present[range.clone()])
                    .weighted(Weights::per_element(&weights[range.clone()]))
                    .class_weighted(classes);
                // All elements of the sample may be absent.
                let expected = match alone.loss(&x[range.clone()], &labels[range]) {
                    Err(Error::EmptyMean) => N::new(0.0),
                    loss => loss.unwrap(),
                };
                assert_eq!(found.bits(), expected.bits(), "sample {sample} of {samples}, {width} each, {reduction:?}");
            }
            #[cfg(feature = "rayon")]
            {
                let mut threads = vec![N::NAN; samples];
                all.on_threads().loss_per_sample(&x, &labels, &mut threads).unwrap();
                assert!(threads.iter().zip(&found).all(|(a, b)| a.bits() == b.bits()));
            }
        }
        // The same, without weights.
        let bits: Vec<bool> = labels.iter().map(|&l| l > 0).collect();
        let mut found = vec![N::NAN; samples];
        F::with(0).loss_per_sample(&x, &bits, &mut found).unwrap();
        for (i, found) in found.iter().enumerate() {
            let range = i * width..(i + 1) * width;
            assert_eq!(found.bits(), F::with(0).loss(&x[range.clone()], &bits[range]).unwrap().bits());
        }
    }
    let mut out = vec![N::new(7.0); 2];
    let found = F::with(0).loss_per_sample(&[F::input(N::new(1.0)); 5], &[true; 5], &mut out);
    assert_eq!((found, &out), (Err(Error::Samples { samples: 2, inputs: 5 }), &vec![N::new(7.0); 2]));
    assert_eq!(F::with(0).loss_per_sample::<N, bool>(&[], &[], &mut out), Ok(()));
    assert_eq!(out, vec![N::new(0.0); 2]);
    assert_eq!(F::with(0).loss_per_sample::<N, bool>(&[], &[], &mut []), Ok(()));
    let found = F::with(0).loss_per_sample(&[F::input(N::new(1.0))], &[true], &mut []);
    assert_eq!(found, Err(Error::Samples { samples: 0, inputs: 1 }));
}

/// Each result is the sum over the elements of the class, within rounding, for any cuts of the batch.
fn classes<N: Number, F: Family<N>>() {
    for (samples, classes, pixels) in [(3, 1, 1), (5, 3, 1), (40, 7, 1), (2, 3, 300), (2, 2, 1031), (700, 1, 2)] {
        let len = samples * classes * pixels;
        let (x, labels, weights) = elements::<N, F>(len);
        let present: Vec<bool> = (0..len).map(|i| i % 5 != 1).collect();
        let loss = F::with(2).ignoring(N::new(-1.0)).masked(&present).weighted(Weights::per_element(&weights));
        let mut sums = vec![LossSum::new(); classes];
        loss.accumulate_per_class(&mut sums, pixels, &x, &labels).unwrap();
        let mut losses = vec![N::NAN; len];
        loss.losses(&x, &labels, &mut losses).unwrap();
        for (class, sum) in sums.iter().enumerate() {
            let is_there = |&i: &usize| i / pixels % classes == class && present[i] && labels[i] >= 0;
            let of_class = || (0..len).filter(is_there);
            assert_eq!(sum.count(), of_class().count() as u64);
            let total = crate::sum(of_class().map(|i| losses[i].to_f64()));
            let weight: f64 = of_class().map(|i| weights[i].to_f64()).sum();
            let off = (sum.sum().to_f64() - total).abs();
            assert!(off <= 2.0 * N::EPSILON.to_f64() * total, "{} {total}", sum.sum());
            assert_eq!(sum.weight().to_f64(), weight);
        }
        let cut = samples / 2 * classes * pixels;
        let mut parts = vec![LossSum::new(); classes];
        for (start, end) in [(0, cut), (cut, len)] {
            let range = start..end;
            let part = loss.masked(&present[range.clone()]).weighted(Weights::per_element(&weights[range.clone()]));
            if !range.is_empty() {
                part.accumulate_per_class(&mut parts, pixels, &x[range.clone()], &labels[range]).unwrap();
            }
        }
        assert_eq!(parts, sums);
    }
    let mut sums = vec![LossSum::new(); 2];
    let found = F::with(0).accumulate_per_class(&mut sums, 3, &[F::input(N::new(1.0)); 9], &[true; 9]);
    assert_eq!(found, Err(Error::Classes { classes: 2, pixels: 3, inputs: 9 }));
    assert_eq!(sums, vec![LossSum::new(); 2]);
}

fn counts<N: Number>() {
    for (samples, classes, pixels) in [(1, 1, 1), (100, 3, 1), (3, 2, 100), (2, 1, 129), (500, 40, 1)] {
        let len = samples * classes * pixels;
        let (_, labels, _) = elements::<N, crate::common::family::Bce>(len);
        let present: Vec<bool> = (0..len).map(|i| i % 5 != 1).collect();
        let bce = BceWithLogits::<N>::new().ignore_target(N::new(-1.0)).mask(&present);
        let mut counts = vec![ClassCount::new(); classes];
        bce.count_classes(&mut counts, pixels, &labels).unwrap();
        for (class, count) in counts.iter().enumerate() {
            let of_class = || (0..len).filter(|&i| i / pixels % classes == class && present[i] && labels[i] >= 0);
            let positives = of_class().filter(|&i| labels[i] == 1).count();
            assert_eq!(count.targets(), of_class().count() as u64);
            assert_eq!(count.positives(), positives as f64);
            assert_eq!(count.negatives(), (of_class().count() - positives) as f64);
        }
        // Float labels, and two parts.
        let floats: Vec<N> = labels.iter().map(|&l| N::new(f64::from(l))).collect();
        let cut = samples / 2 * classes * pixels;
        let mut merged = vec![ClassCount::new(); classes];
        for (start, end) in [(0, cut), (cut, len)] {
            let mut part = vec![ClassCount::new(); classes];
            bce.mask(&present[start..end]).count_classes(&mut part, pixels, &floats[start..end]).unwrap();
            merged.iter_mut().zip(&part).for_each(|(merged, part)| merged.merge(part));
        }
        assert_eq!(merged, counts);
    }
    let bce = BceWithLogits::<N>::new();
    let mut counts = [ClassCount::new()];
    assert_eq!(bce.count_classes(&mut counts, 1, &[0_u8, 1, 2]), Err(Error::Target { index: 2 }));
    assert_eq!(bce.count_classes(&mut counts, 1, &[0.5, 1.5].map(N::new)), Err(Error::Target { index: 1 }));
    assert_eq!(bce.count_classes(&mut counts, 1, &[N::NAN]), Err(Error::Target { index: 0 }));
    // Ignored labels may be any number, and a weight excuses nothing here.
    let ignoring = bce.ignore_target(N::new(2.0)).weight(Weights::uniform(N::new(0.0)));
    assert_eq!(ignoring.count_classes(&mut counts, 1, &[3_i32]), Err(Error::Target { index: 0 }));
    assert_eq!(
        ignoring.count_classes(&mut counts, 2, &[1_u8]),
        Err(Error::Classes { classes: 1, pixels: 2, inputs: 1 })
    );
    assert_eq!(
        bce.mask(&[true]).count_classes(&mut counts, 1, &[true; 2]).unwrap_err().to_string(),
        "mask: expected 2 elements, found 1"
    );
    assert_eq!(counts, [ClassCount::new()]);
    assert_eq!(ignoring.count_classes(&mut counts, 1, &[0.25, 2.0, 1.0].map(N::new)), Ok(()));
    assert_eq!((counts[0].targets(), counts[0].positives(), counts[0].negatives()), (2, 1.25, 0.75));
}

fn weights_of_counts<N: Number>() {
    let bce = BceWithLogits::<N>::new();
    let mut counts = [ClassCount::new(); 3];
    // The second class has no positives, the third no negatives.
    bce.count_classes(&mut counts, 1, &[true, false, true, false, false, true, false, false, true]).unwrap();
    let canary = [N::new(7.0); 3];
    let mut out = canary;
    assert_eq!(pos_weight(&counts, &mut out), Err(Error::NoPositives { class: 1 }));
    assert_eq!(pos_weight(&counts[2..], &mut out[..1]), Err(Error::NoNegatives { class: 0 }));
    assert!(matches!(pos_weight(&counts, &mut out[1..]), Err(Error::Length { expected: 3, found: 2, .. })));
    assert!(matches!(pos_weight_or(&counts, N::new(1.0), &mut out[1..]), Err(Error::Length { .. })));
    for bad in [N::new(-1.0), N::NAN, N::INFINITY] {
        assert!(matches!(pos_weight_or(&counts, bad, &mut out), Err(Error::Weight { .. })));
    }
    assert_eq!(out, canary);
    pos_weight_or(&counts, N::new(0.5), &mut out).unwrap();
    assert_eq!(out, [2.0, 0.5, 0.5].map(N::new));
}
