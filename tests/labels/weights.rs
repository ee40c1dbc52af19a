//! Two weights for each element, and wrong weights.

use logit_loss::{Argument, Error, Loss, Reduction, Weights};

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, Random, backends, everything};

for_all_families!(products, of_any_size, errors, one_of_many_is_wrong);

/// Two weights give the bits of their products as one weight.
fn products<N: Number, F: Family<N>>() {
    for len in [6, 30, 96, 1200, 4800] {
        let mut random = Random(len as u64);
        let x: Vec<N> = (0..len).map(|_| F::input(N::new(random.below(601) as f64 / 30.0 - 10.0))).collect();
        let labels: Vec<u8> = (0..len).map(|_| random.below(2) as u8).collect();
        // Powers of two make the products exact.
        let mut power =
            |n: usize| -> Vec<N> { (0..n).map(|_| N::new([0.0, 0.5, 1.0, 2.0, 4.0][random.below(5)])).collect() };
        let (classes, samples, pixels, each) = (power(3), power(len / 3), power(len / 3), power(len));
        let kinds = [
            Weights::uniform(N::new(2.0)),
            Weights::per_class(&classes),
            Weights::per_sample(&samples, 3),
            Weights::per_pixel(&pixels, 3, len / 6),
            Weights::per_channel(&classes, 2),
            Weights::per_element(&each),
        ];
        let upstream = Weights::per_element(&each);
        for (i, first) in kinds.into_iter().enumerate() {
            for (j, second) in kinds.into_iter().enumerate() {
                let product = |k: usize| {
                    let of = |kind: usize| match kind {
                        0 => N::new(2.0),
                        1 => classes[k % 3],
                        2 => samples[k / 3],
                        3 => pixels[k / (len / 2) * (len / 6) + k % (len / 6)],
                        4 => classes[k / 2 % 3],
                        _ => each[k],
                    };
                    of(i) * of(j)
                };
                let written_out: Vec<N> = (0..len).map(product).collect();
                let reduction = [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum][(i + j) % 3];
                for backend in backends() {
                    let loss = F::with(j).on(backend).reduced(reduction);
                    let loss =
                        if i == 2 { loss.pos_weighted(Weights::uniform(N::new(3.0))).unwrap_or(loss) } else { loss };
                    let two = everything(loss.weighted(first).class_weighted(second), &x, &labels, upstream, 1);
                    let one = everything(loss.weighted(Weights::per_element(&written_out)), &x, &labels, upstream, 1);
                    // Uniform weights multiply at the end, so the results have the promised error.
                    let is_uniform = i == 0 && j == 0;
                    assert!(is_uniform || two == one, "{}: {len} elements, weights {i} and {j}", backend.name());
                }
            }
        }
    }
}

/// No two weights give NaN, and only a weight of 0 ignores an element.
fn of_any_size<N: Number, F: Family<N>>() {
    let sizes = [N::new(0.0), N::TINIEST, N::new(1e-30), N::new(1.0), N::new(1e30), N::LARGEST];
    let logits: Vec<N> = [0.0, 1.0, -20.0, 200.0].map(N::new).into_iter().chain([N::INFINITY, -N::INFINITY]).collect();
    for a in sizes {
        for b in sizes {
            for logit in &logits {
                let (x, a_row, b_row) = ([F::input(*logit); 40], [a; 40], [b; 40]);
                let labels: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
                for (first, second) in [
                    (Weights::uniform(a), Weights::uniform(b)),
                    (Weights::uniform(a), Weights::per_element(&b_row)),
                    (Weights::per_element(&a_row), Weights::per_element(&b_row)),
                ] {
                    let loss = F::with(1).weighted(first).class_weighted(second).reduced(Reduction::Sum);
                    let all = everything(loss, &x, &labels, Weights::uniform(N::new(1.0)), 0);
                    for (method, values) in all {
                        let values = values.unwrap();
                        assert!(values.iter().all(|v| !v.is_nan()), "{method} of {logit}, weights {a} and {b}");
                    }
                    let nan = loss.loss(&[N::NAN], &[true]);
                    let is_absent = a == N::new(0.0) || b == N::new(0.0);
                    // Weights for each element cover forty elements.
                    if let Ok(nan) = nan {
                        assert_eq!(nan.is_nan(), !is_absent, "weights {a} and {b}");
                    }
                }
            }
        }
    }
}

fn errors<N: Number, F: Family<N>>() {
    let x = vec![F::input(N::new(0.5)); 6];
    let labels = [true; 6];
    for bad in [N::new(-1.0), N::NAN, N::INFINITY] {
        let weights = [N::new(1.0), bad, N::new(1.0)];
        let argument = Argument::ClassWeight;
        let uniform = F::with(0).class_weighted(Weights::uniform(bad));
        assert_eq!(uniform.loss(&x, &labels), Err(Error::Weight { argument, index: 0 }));
        let classes = F::with(0).class_weighted(Weights::per_class(&weights));
        assert_eq!(classes.loss(&x, &labels), Err(Error::Weight { argument, index: 1 }));
    }
    let four = [N::new(1.0); 4];
    let found = F::with(0).class_weighted(Weights::per_class(&four)).loss(&x, &labels);
    assert!(matches!(found, Err(Error::Tiling { argument: Argument::ClassWeight, values: 4, .. })), "{found:?}");
}

/// In any part that a thread looks at.
fn one_of_many_is_wrong<N: Number, F: Family<N>>() {
    let len = 3 * N::CHUNK + 5;
    let (x, labels) = (vec![F::input(N::new(0.25)); len], vec![true; len]);
    for index in [0, len / 4, len / 2 - 1, len / 2, len - 1] {
        let mut weights = vec![N::new(1.0); len];
        weights[index] = N::new(-1.0);
        let loss = F::with(0).weighted(Weights::per_element(&weights));
        let error = Err(Error::Weight { argument: Argument::Weight, index });
        assert_eq!(loss.loss(&x, &labels), error);
        #[cfg(feature = "rayon")]
        assert_eq!(loss.on_threads().loss(&x, &labels), error);
    }
}
