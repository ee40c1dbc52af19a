//! Losses of `f16` and `bf16`.

use crate::common::{Random, backends};
use crate::fenced::{End, Fenced, Place, Start};
use crate::losses::{lengths, methods};
use ::half::{bf16, f16};
use logit_loss::{Backend, Bce, BceWithLogits, Element, FocalLoss, Label, Reduction, Weights, sigmoid_in_place};

#[test]
fn f16_within_fences() {
    everywhere(f16::from_f32);
}

#[test]
fn bf16_within_fences() {
    everywhere(bf16::from_f32);
}

/// Runs all checks; `of` rounds a number.
fn everywhere<H: Element<f32> + Label<f32> + Copy + PartialOrd>(of: fn(f32) -> H) {
    let mut fences = Fences::new();
    for len in 0..=70 {
        for (i, place) in Place::all().enumerate() {
            for (j, backend) in backends().enumerate() {
                fences.check(len, place, backend, len + 7 * i + j, of);
            }
        }
    }
    for (i, len) in lengths::<f32>().into_iter().enumerate() {
        for (j, place) in [Start(0), End(0), Start(3), End(3)].into_iter().enumerate() {
            for backend in backends() {
                // All targets, all weights, all losses.
                (0..4).for_each(|kind| fences.check(len, place, backend, 5 * kind + i + j, of));
            }
        }
    }
}

/// One for each slice.
struct Fences {
    inputs: Fenced,
    targets: Fenced,
    weight: Fenced,
    outputs: [Fenced; 2],
}

impl Fences {
    fn new() -> Self {
        let new = || Fenced::new(lengths::<f32>().into_iter().max().unwrap() * size_of::<f32>());
        Self { inputs: new(), targets: new(), weight: new(), outputs: [new(), new()] }
    }

    /// Runs every method of the loss, with the targets and weights, that the number chooses.
    fn check<H: Element<f32> + Label<f32> + Copy + PartialOrd>(
        &mut self,
        len: usize,
        place: Place,
        backend: Backend,
        kind: usize,
        of: fn(f32) -> H,
    ) {
        let mut random = Random((kind * 1_000_003 + len) as u64);
        let hard = random.hard::<f32>(len);
        let positive = hard.iter().map(|&t| t == 1.0);
        match kind % 4 {
            0 => {
                let soft: Vec<H> = random.units::<f32>(len).into_iter().map(of).collect();
                self.with_targets(&soft, place, backend, kind, &mut random, of);
            }
            1 => self.with_targets(&hard, place, backend, kind, &mut random, of),
            2 => self.with_targets(&positive.collect::<Vec<bool>>(), place, backend, kind, &mut random, of),
            _ => self.with_targets(&positive.map(u8::from).collect::<Vec<u8>>(), place, backend, kind, &mut random, of),
        }
    }

    fn with_targets<H: Element<f32> + Copy + PartialOrd, Y: Label<f32> + Copy>(
        &mut self,
        targets: &[Y],
        place: Place,
        backend: Backend,
        kind: usize,
        random: &mut Random,
        of: fn(f32) -> H,
    ) {
        let len = targets.len();
        let scale = [1.0, 30.0][random.below(2)];
        let mut x = random.normals::<f32>(len, scale);
        if kind % 3 == 2 {
            sigmoid_in_place(&mut x);
        }
        let mut weights = if random.below(2) == 0 { random.units(len) } else { random.hard(len) };
        // At least one weight must not be 0.
        weights.first_mut().into_iter().for_each(|first| *first = 1.0);
        let Self { inputs, targets: fenced, weight, outputs } = self;
        let targets = &*fenced.hold(targets, place);
        let [one, five] = [1.0, 5.0].map(Weights::uniform);
        let per_element = if len == 0 { one } else { Weights::per_element(weight.hold(&weights, place)) };
        let (weight_of, pos_weight) = [(one, one), (one, five), (per_element, one), (per_element, five)][kind / 4 % 4];
        // No elements have no mean.
        let reduction = if len == 0 { Reduction::Sum } else { Reduction::Mean };

        let bce = BceWithLogits::new().backend(backend).reduction(reduction).weight(weight_of).pos_weight(pos_weight);
        let focal = FocalLoss::new().backend(backend).reduction(reduction).weight(weight_of).pos_weight(pos_weight);
        let of_probabilities =
            Bce::new().backend(backend).reduction(reduction).weight(weight_of).pos_weight(pos_weight);
        let x: Vec<H> = x.into_iter().map(of).collect();
        let x = &*inputs.hold(&x, place);
        match kind % 3 {
            0 => methods(bce, x, targets, per_element, outputs, place, of),
            1 => methods(focal, x, targets, per_element, outputs, place, of),
            _ => methods(of_probabilities, x, targets, per_element, outputs, place, of),
        }
        for fenced in [inputs, fenced, weight] {
            fenced.assert_kept();
        }
    }
}
