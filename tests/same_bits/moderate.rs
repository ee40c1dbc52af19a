//! The formulas for blocks of moderate logits and weights give the results of those for any block.

use crate::common::{Number, backends, everything, for_both_types, numbers, same};
use logit_loss::{BceWithLogits, Loss, Reduction, Weights};

for_both_types!(like_the_formula_for_any_block);

/// Returns the largest moderate logit and weight.
fn limits<N: Number>() -> [f64; 2] {
    if N::EPSILON.to_f64() < 1e-10 { [600.0, 2f64.powi(100)] } else { [60.0, 2f64.powi(30)] }
}

#[derive(Default)]
struct Elements<N> {
    logits: Vec<N>,
    targets: Vec<N>,
    pos_weights: Vec<N>,
    weights: Vec<N>,
}

impl<N: Number> Elements<N> {
    /// Elements up to the limits of moderate numbers, and a little beyond.
    fn all() -> Self {
        let [logit, weight] = limits::<N>();
        let beyond = 1.0 + N::EPSILON.to_f64();
        let logits = [0.0, 1e-30, 0.3, 1.0, 17.0, logit / beyond, logit, logit * beyond, logit + 30.0];
        let weights = [0.0, 1.0 / weight / beyond, 1.0 / weight, 0.7, 1.0, 3.3, weight, weight * beyond];
        let mut all = Self::default();
        for x in logits.into_iter().chain(logits.map(|x| -x)) {
            for t in [0.0, 0.3, 1.0] {
                for (i, p) in weights.into_iter().enumerate() {
                    for w in [1.0, weights[(i + 3) % weights.len()], weights[(7 * i + 1) % weights.len()]] {
                        all.push([x, t, p, w]);
                    }
                }
            }
        }
        all
    }

    fn push(&mut self, element: [f64; 4]) {
        let [x, t, p, w] = element.map(N::new);
        self.logits.push(x);
        self.targets.push(t);
        self.pos_weights.push(p);
        self.weights.push(w);
    }

    fn at(&self, i: usize) -> [N; 4] {
        [self.logits[i], self.targets[i], self.pos_weights[i], self.weights[i]]
    }

    /// Returns the elements with moderate weights.
    fn moderate(self) -> Self {
        let [_, limit] = limits::<N>();
        let moderate = |v: N| v.to_f64() == 0.0 || (1.0 / limit..=limit).contains(&v.to_f64());
        let mut some = Self::default();
        for i in 0..self.logits.len() {
            if moderate(self.pos_weights[i]) && moderate(self.weights[i]) {
                some.push(self.at(i).map(N::to_f64));
            }
        }
        some
    }

    /// Inserts another element before every seventh, so that every block has one.
    fn among(&self, other: [f64; 4]) -> Self {
        let mut all = Self::default();
        for i in 0..self.logits.len() {
            if i % 7 == 0 {
                all.push(other);
            }
            all.push(self.at(i).map(N::to_f64));
        }
        all
    }

    fn results(&self, bce: BceWithLogits<'_, N>) -> Vec<(&'static str, Vec<N>)> {
        let bce = bce.pos_weight(Weights::per_element(&self.pos_weights)).weight(Weights::per_element(&self.weights));
        let upstream: Vec<N> =
            self.logits.iter().map(|&x| N::new(if x.to_f64() > 0.5 { -1.5 } else { 0.75 })).collect();
        let all = everything(bce, &self.logits, &self.targets, Weights::per_element(&upstream), 0);
        all.into_iter().map(|(name, values)| (name, values.unwrap())).collect()
    }
}

fn like_the_formula_for_any_block<N: Number>() {
    let largest = N::LARGEST.to_f64();
    let elements = [Elements::<N>::all(), Elements::all().moderate()];
    for backend in backends() {
        let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
        for some in &elements {
            let alone = some.results(bce);
            // A large logit affects its block, and a large weight all blocks.
            for other in [[largest, 1.0, 1.0, 1.0], [0.0, 1.0, largest / 4.0, 1.0], [0.0, 0.0, 1.0, largest / 4.0]] {
                let among = some.among(other).results(bce);
                for ((name, alone), (_, among)) in alone.iter().zip(&among) {
                    if alone.len() < some.logits.len() {
                        continue;
                    }
                    let rest = among.iter().enumerate().filter(|(i, _)| i % 8 != 0);
                    for (i, (&a, (_, &b))) in alone.iter().zip(rest).enumerate() {
                        assert!(same(a, b), "{name} on {}: {a:?}, {b:?}: {:?}", backend.name(), some.at(i));
                    }
                }
            }
        }
    }
    // A weight of 0 excuses its logit, so masked elements leave a block moderate.
    let masked = elements[1].among([f64::NAN, 1.0, 1.0, 0.0]);
    let mut loss = numbers::<N>(&vec![0.0; masked.logits.len()]);
    let bce = BceWithLogits::new().weight(Weights::per_element(&masked.weights));
    bce.losses(&masked.logits, &masked.targets, &mut loss).unwrap();
    assert!(loss.iter().all(|loss| !loss.is_nan()));
}
