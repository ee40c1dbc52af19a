//! A plain ReLU network with one logit as output, trained by gradient descent with momentum.

use crate::data::Part;
use ndarray::{Array1, Array2, Axis, Zip};

pub const EPOCHS: usize = 60;
pub const BATCH: usize = 64;
const HIDDEN: [usize; 3] = [64, 64, 32];
const LEARNING_RATE: f32 = 0.01;
const MOMENTUM: f32 = 0.9;

#[derive(Clone)]
pub struct Network {
    layers: Vec<Layer>,
}

#[derive(Clone)]
struct Layer {
    weight: Parameter,
    bias: Parameter,
}

#[derive(Clone)]
struct Parameter {
    value: Array2<f32>,
    velocity: Array2<f32>,
}

/// The part of a forward pass that the backward pass needs: the input of each layer.
pub struct Trace {
    inputs: Vec<Array2<f32>>,
}

impl Network {
    /// Initialises weights as He et al. do (uniform), and biases with 0.
    pub fn new(features: usize, rng: &mut fastrand::Rng) -> Network {
        let inputs = [features].into_iter().chain(HIDDEN);
        let outputs = HIDDEN.into_iter().chain([1]);
        let layers = inputs
            .zip(outputs)
            .map(|(input, output)| {
                let bound = (6.0 / input as f32).sqrt();
                let weight = Array2::from_shape_simple_fn((input, output), || bound * (2.0 * rng.f32() - 1.0));
                Layer { weight: Parameter::new(weight), bias: Parameter::new(Array2::zeros((1, output))) }
            })
            .collect();
        Network { layers }
    }

    /// Takes one step for each batch of rows in `order`, and returns the mean of the losses. `objective` returns the mean
    /// loss of a batch from its logits and targets, and writes the gradient.
    pub fn epoch<E>(
        &mut self,
        part: &Part,
        order: &[usize],
        mut objective: impl FnMut(&[f32], &[f32], &mut [f32]) -> Result<f32, E>,
    ) -> Result<f64, E> {
        let mut sum = 0.0;
        for rows in order.chunks(BATCH) {
            let batch = part.rows(rows);
            let (logits, trace) = self.forward(&batch.features);
            let mut gradient = vec![0.0; logits.len()];
            sum += f64::from(objective(&logits, &batch.targets, &mut gradient)?) * rows.len() as f64;
            self.backward(trace, gradient);
        }
        Ok(sum / order.len() as f64)
    }

    pub fn forward(&self, features: &Array2<f32>) -> (Vec<f32>, Trace) {
        let mut inputs = Vec::with_capacity(self.layers.len());
        let mut flow = features.clone();
        for (depth, layer) in self.layers.iter().enumerate() {
            if depth > 0 {
                // Not `max`, which would turn NaN into 0 and hide it.
                flow.mapv_inplace(|x| if x < 0.0 { 0.0 } else { x });
            }
            let output = flow.dot(&layer.weight.value) + &layer.bias.value;
            inputs.push(std::mem::replace(&mut flow, output));
        }
        (flow.into_iter().collect(), Trace { inputs })
    }

    /// Takes one step down the gradient, given the gradient with respect to the logits.
    fn backward(&mut self, trace: Trace, by_logit: Vec<f32>) {
        let mut flow = Array1::from_vec(by_logit).insert_axis(Axis(1));
        for (layer, input) in self.layers.iter_mut().zip(trace.inputs).rev() {
            let by_weight = input.t().dot(&flow);
            let by_bias = flow.sum_axis(Axis(0)).insert_axis(Axis(0));
            let mut by_input = flow.dot(&layer.weight.value.t());
            // The input of a layer is 0 exactly where the ReLU before it returned 0.
            Zip::from(&mut by_input).and(&input).for_each(|g, &x| {
                if x == 0.0 {
                    *g = 0.0;
                }
            });
            layer.weight.step(&by_weight);
            layer.bias.step(&by_bias);
            flow = by_input;
        }
    }
}

impl Parameter {
    fn new(value: Array2<f32>) -> Parameter {
        let velocity = Array2::zeros(value.raw_dim());
        Parameter { value, velocity }
    }

    fn step(&mut self, gradient: &Array2<f32>) {
        self.velocity *= MOMENTUM;
        self.velocity += gradient;
        self.value.scaled_add(-LEARNING_RATE, &self.velocity);
    }
}
