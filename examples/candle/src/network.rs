//! The network in candle, and its training.

use crate::op::bce_with_logits;
use crate::wines::{Error, LEARNING_RATE, Network, Part, Start};
use candle_core::{Device, Tensor, Var};
use candle_nn::{Linear, Module, Optimizer, SGD};
use logit_loss::Reduction;

pub struct Mlp {
    layers: Vec<Linear>,
    optimizer: SGD,
    pos_weight: Tensor,
}

impl Mlp {
    /// Returns one column of logits.
    fn forward(&self, part: &Part) -> candle_core::Result<Tensor> {
        let mut flow = Tensor::from_vec(part.feature_values(), part.features.dim(), &Device::Cpu)?;
        for (depth, layer) in self.layers.iter().enumerate() {
            if depth > 0 {
                flow = flow.relu()?;
            }
            flow = layer.forward(&flow)?;
        }
        Ok(flow)
    }
}

impl Network for Mlp {
    fn new(starts: Vec<Start>, pos_weight: f32) -> Result<Self, Error> {
        let (mut layers, mut variables) = (Vec::new(), Vec::new());
        for Start { inputs, outputs, weight } in starts {
            let weight = Var::from_vec(weight, (outputs, inputs), &Device::Cpu)?;
            let bias = Var::from_vec(vec![0.0f32; outputs], outputs, &Device::Cpu)?;
            layers.push(Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone())));
            variables.extend([weight, bias]);
        }
        let optimizer = SGD::new(variables, LEARNING_RATE)?;
        Ok(Self { layers, optimizer, pos_weight: Tensor::new(pos_weight, &Device::Cpu)? })
    }

    fn step(&mut self, batch: &Part) -> Result<f32, Error> {
        let logits = self.forward(batch)?;
        let targets = Tensor::new(batch.targets.as_slice(), &Device::Cpu)?.unsqueeze(1)?;
        let loss = bce_with_logits(&logits, &targets, Some(&self.pos_weight), Some(Reduction::Mean))?;
        self.optimizer.backward_step(&loss)?;
        Ok(loss.to_scalar()?)
    }

    fn logits(&self, part: &Part) -> Result<Vec<f32>, Error> {
        Ok(self.forward(part)?.flatten_all()?.to_vec1()?)
    }
}
