//! The network in burn, and its training.

use crate::op::bce_with_logits;
use crate::wines::{Error, LEARNING_RATE, Network, Part, Start};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use logit_loss::Reduction;

/// Plain tensors, since burn's modules and optimizers would take longer to build than all of this.
pub struct Mlp {
    device: Device,
    layers: Vec<Layer>,
    pos_weight: f64,
}

struct Layer {
    /// One column for each output.
    weight: Tensor<2>,
    bias: Tensor<2>,
}

impl Mlp {
    /// Returns one column of logits.
    fn forward(&self, part: &Part) -> Tensor<2> {
        let features = TensorData::new(part.feature_values(), [part.features.nrows(), part.features.ncols()]);
        let mut flow = Tensor::from_data(features, &self.device);
        for (depth, Layer { weight, bias }) in self.layers.iter().enumerate() {
            if depth > 0 {
                flow = relu(flow);
            }
            flow = flow.matmul(weight.clone()) + bias.clone();
        }
        flow
    }
}

impl Network for Mlp {
    fn new(starts: Vec<Start>, pos_weight: f32) -> Result<Self, Error> {
        let device = Device::flex().autodiff();
        let layer = |Start { inputs, outputs, weight }| {
            let weight = Tensor::from_data(TensorData::new(weight, [outputs, inputs]), &device);
            let bias = Tensor::zeros([1, outputs], &device);
            Layer { weight: weight.transpose().require_grad(), bias: bias.require_grad() }
        };
        let layers = starts.into_iter().map(layer).collect();
        Ok(Self { device, layers, pos_weight: pos_weight.into() })
    }

    fn step(&mut self, batch: &Part) -> Result<f32, Error> {
        let targets = TensorData::new(batch.targets.clone(), [batch.targets.len(), 1]);
        let targets = Tensor::from_data(targets, &self.device);
        let loss = bce_with_logits(self.forward(batch), targets, &[self.pos_weight], Reduction::Mean)?;
        let gradients = loss.backward();
        for parameter in self.layers.iter_mut().flat_map(|Layer { weight, bias }| [weight, bias]) {
            let gradient = parameter.grad(&gradients).ok_or("a parameter without a gradient")?;
            let stepped = parameter.clone().inner() - gradient * LEARNING_RATE;
            *parameter = stepped.autodiff().require_grad();
        }
        Ok(loss.into_scalar())
    }

    fn logits(&self, part: &Part) -> Result<Vec<f32>, Error> {
        Ok(self.forward(part).into_data().try_to_vec()?)
    }
}
