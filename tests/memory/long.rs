//! Batches of so many elements that they are read ahead of the formula.

use crate::common::{Number, for_both_types};
use crate::fenced::{End, Fenced, Start};
use logit_loss::{BceWithLogits, Loss, Weights};

for_both_types!(weights_by_class);

/// Five rows of either type have the weights of 80 classes, and then they repeat: rows with the same weights lie far apart.
const CLASSES: usize = 80;
const LEN: usize = (1usize << 20).next_multiple_of(CLASSES);

fn weights_by_class<N: Number>() {
    let cycle = |period: usize| -> Vec<N> { (0..LEN).map(|i| N::new((i % period) as f64 / 4.0)).collect() };
    let (logits, targets) = (cycle(7), cycle(5));
    let weights: Vec<N> = (1..=CLASSES).map(|i| N::new(i as f64)).collect();
    let bce = BceWithLogits::new().pos_weight(Weights::per_class(&weights));
    let [mut x, mut t, mut gradient] = [(); 3].map(|()| Fenced::new(LEN * size_of::<N>()));
    for place in [Start(0), End(0)] {
        let out = gradient.hold(&logits, place);
        bce.loss_and_gradient(x.hold(&logits, place), t.hold(&targets, place), out).unwrap();
        gradient.assert_kept();
    }
}
