//! Learns on the board which red wines are good: a logistic regression on 1,279 wines. Flash holds them and the 320 held-out
//! ones, which are every fifth wine. The gradient overwrites the logits, so that one buffer is enough.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use libm::sqrtf;
use logit_loss::{BceWithLogits, ClassCount, Loss, Weights, pos_weight, sigmoid_in_place};
use logit_loss_firmware::{exit, hprintln};

struct Wine {
    features: [f32; FEATURES],
    good: bool,
}

const FEATURES: usize = 11;
const WINES: usize = 1599;
const HELD_OUT: usize = WINES.div_ceil(5);
const TRAINED: usize = WINES - HELD_OUT;
const EPOCHS: usize = 60;
const RATE: f32 = 1.0;

static DATA: [Wine; WINES] = include!(concat!(env!("OUT_DIR"), "/wines.rs"));

fn held_out() -> impl Iterator<Item = &'static Wine> {
    DATA.iter().step_by(5)
}

fn trained() -> impl Iterator<Item = &'static Wine> {
    DATA.iter().enumerate().filter(|(i, _)| i % 5 != 0).map(|(_, wine)| wine)
}

/// Logistic regression on standardised features.
struct Model {
    mean: [f32; FEATURES],
    deviation: [f32; FEATURES],
    weights: [f32; FEATURES],
    bias: f32,
}

impl Model {
    fn new() -> Self {
        let (mut mean, mut deviation) = ([0.0; FEATURES], [0.0; FEATURES]);
        for wine in trained() {
            for (mean, v) in mean.iter_mut().zip(wine.features) {
                *mean += v / TRAINED as f32;
            }
        }
        for wine in trained() {
            for ((deviation, v), mean) in deviation.iter_mut().zip(wine.features).zip(mean) {
                *deviation += (v - mean) * (v - mean) / TRAINED as f32;
            }
        }
        Self { mean, deviation: deviation.map(sqrtf), weights: [0.0; FEATURES], bias: 0.0 }
    }

    fn standardised(&self, wine: &Wine) -> [f32; FEATURES] {
        core::array::from_fn(|k| (wine.features[k] - self.mean[k]) / self.deviation[k])
    }

    fn logit(&self, wine: &Wine) -> f32 {
        self.standardised(wine).iter().zip(self.weights).fold(self.bias, |sum, (x, w)| sum + x * w)
    }
}

#[entry]
fn main() -> ! {
    let mut targets = [false; TRAINED];
    for (target, wine) in targets.iter_mut().zip(trained()) {
        *target = wine.good;
    }
    let (mut counts, mut balance) = ([ClassCount::new()], [0.0]);
    BceWithLogits::<f32>::new().count_classes(&mut counts, 1, &targets).expect("one class");
    pos_weight(&counts, &mut balance).expect("good and other wines");
    let bce = BceWithLogits::new().pos_weight(Weights::uniform(balance[0]));

    let mut model = Model::new();
    let mut buffer = [0.0; TRAINED];
    let (mut first, mut last) = (0.0, f32::INFINITY);
    let mut falls = true;
    for epoch in 0..=EPOCHS {
        for (logit, wine) in buffer.iter_mut().zip(trained()) {
            *logit = model.logit(wine);
        }
        let loss = bce.loss_and_gradient_in_place(&mut buffer, &targets).expect("as many targets as logits");
        for (slope, wine) in buffer.iter().zip(trained()) {
            let x = model.standardised(wine);
            for (w, x) in model.weights.iter_mut().zip(x) {
                *w -= RATE * slope * x;
            }
            model.bias -= RATE * slope;
        }
        falls &= loss <= last;
        last = loss;
        if epoch == 0 {
            first = loss;
        }
        if epoch % 20 == 0 {
            hprintln!("epoch {:>3}: loss {:.4}", epoch, loss);
        }
    }

    let mut probability = [0.0; HELD_OUT];
    for (logit, wine) in probability.iter_mut().zip(held_out()) {
        *logit = model.logit(wine);
    }
    sigmoid_in_place(&mut probability);
    let right = probability.iter().zip(held_out()).filter(|(p, wine)| (**p >= 0.5) == wine.good).count();
    let found = probability.iter().zip(held_out()).filter(|(p, wine)| **p >= 0.5 && wine.good).count();
    let good = held_out().filter(|wine| wine.good).count();
    hprintln!("held out: {} of {} right; {} of {} good wines found", right, HELD_OUT, found, good);
    exit(falls && last < 0.75 * first && right * 3 > HELD_OUT * 2 && found * 3 > good * 2)
}
