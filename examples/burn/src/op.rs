//! Binary cross-entropy from logits as an operation of burn's backend flex, computed by `logit-loss`. This file needs no
//! other one: copy it.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::{BalancedCheckpointing, CheckpointStrategy, NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, DispatchKindConversion, DispatchTensor, Flex, GradientCheckpointingStrategy};
use burn::tensor::{DType, Element, ElementConversion, PrimitiveConversionError, Tensor, TensorData};
use bytemuck::Pod;
use logit_loss::{BceWithLogits, Label, Loss, Real, Reduction, Weights};
use std::marker::PhantomData;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Returns the loss of `logits` and `targets`, PyTorch's `binary_cross_entropy_with_logits`. The formula is that of
/// [`BceWithLogits`].
///
/// Tensors are of `f32` or `f64`, on flex, with or without automatic differentiation. Targets are in [0, 1] and have the
/// type and shape of the logits. `pos_weight` has one value for all logits (1 for no weight), or one for each class, which
/// is the last dimension. There are no other weights, so both means are the same.
///
/// Only the logits have a derivative. An upstream derivative that is not finite makes it NaN.
///
/// # Errors
///
/// Other types, shapes and devices; targets that depend on a tensor with a gradient (detach them); weights that are negative
/// or not finite; the mean of no elements.
pub fn bce_with_logits<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: &[f64],
    reduction: Reduction,
) -> Result<Tensor<1>, Error> {
    apply(logits, targets, pos_weight, Some(reduction))
}

/// Returns the loss of each element: PyTorch's `reduction='none'`.
///
/// # Errors
///
/// The errors of [`bce_with_logits`].
pub fn bce_with_logits_unreduced<const D: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: &[f64],
) -> Result<Tensor<D>, Error> {
    apply(logits, targets, pos_weight, None)
}

fn apply<const D: usize, const OUT: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: &[f64],
    reduction: Option<Reduction>,
) -> Result<Tensor<OUT>, Error> {
    let dims = logits.dims();
    if dims != targets.dims() {
        return Err(format!("logits of shape {dims:?}, targets of {:?}", targets.dims()).into());
    }
    if pos_weight.len() != 1 && dims.last() != Some(&pos_weight.len()) {
        return Err(format!("{} positive weights for logits of shape {dims:?}", pos_weight.len()).into());
    }
    if targets.is_tracked() {
        return Err("the targets require a gradient, which this operation does not compute; detach them".into());
    }
    match logits.dtype() {
        DType::F32 => apply_to::<f32, D, OUT>(logits, targets, pos_weight, reduction),
        DType::F64 => apply_to::<f64, D, OUT>(logits, targets, pos_weight, reduction),
        other => Err(format!("logits of type {other:?}").into()),
    }
}

fn apply_to<T: Float, const D: usize, const OUT: usize>(
    logits: Tensor<D>,
    targets: Tensor<D>,
    pos_weight: &[f64],
    reduction: Option<Reduction>,
) -> Result<Tensor<OUT>, Error> {
    let targets = targets.inner().try_into_primitive::<Flex>().map_err(elsewhere)?.to_contiguous();
    let pos_weight = pos_weight.iter().map(|w| w.elem()).collect();
    let bce = Bce::<T> { targets, pos_weight, reduction };
    match logits.gradient_checkpointing_strategy() {
        None => {
            let logits = logits.try_into_primitive::<Flex>().map_err(elsewhere)?.to_contiguous();
            Ok(Tensor::from_primitive::<Flex>(bce.forward(&logits)?))
        }
        Some(GradientCheckpointingStrategy::Disabled) => recorded::<T, NoCheckpointing, D, OUT>(logits, bce),
        Some(GradientCheckpointingStrategy::Balanced) => recorded::<T, BalancedCheckpointing, D, OUT>(logits, bce),
    }
}

/// Records the backward pass, if the logits need a gradient.
fn recorded<T: Float, C: CheckpointStrategy, const D: usize, const OUT: usize>(
    logits: Tensor<D>,
    bce: Bce<T>,
) -> Result<Tensor<OUT>, Error>
where
    DispatchTensor: DispatchKindConversion<Autodiff<Flex, C>>,
{
    let (logits, node) = logits.try_into_primitive::<Autodiff<Flex, C>>().map_err(elsewhere)?.into_parts();
    let logits = logits.to_contiguous();
    let loss = bce.forward(&logits)?;
    let loss = match ByLogits(PhantomData).prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(operation) => operation.finish((logits, bce), loss),
        OpsKind::UnTracked(operation) => operation.finish(loss),
    };
    Ok(Tensor::from_primitive::<Autodiff<Flex, C>>(loss))
}

fn elsewhere(error: PrimitiveConversionError) -> Error {
    format!("{error:?}").into()
}

/// The types with which both crates compute.
trait Float: Real + Label<Self> + Element + Pod {}

impl Float for f32 {}
impl Float for f64 {}

/// The loss, without its logits.
#[derive(Clone, Debug)]
struct Bce<T> {
    targets: FlexTensor,
    /// One value, or one for each class.
    pos_weight: Vec<T>,
    reduction: Option<Reduction>,
}

impl<T: Float> Bce<T> {
    fn kernels(&self) -> BceWithLogits<'_, T> {
        BceWithLogits::new()
            .pos_weight(Weights::per_class(&self.pos_weight))
            .reduction(self.reduction.unwrap_or_default())
    }

    fn forward(&self, logits: &FlexTensor) -> Result<FlexTensor, Error> {
        let (values, targets) = (slice::<T>(logits)?, slice::<T>(&self.targets)?);
        if self.reduction.is_some() {
            let loss = self.kernels().loss(values, targets)?;
            return Ok(FlexTensor::from_data(TensorData::new(vec![loss], [1])));
        }
        let mut losses = vec![T::zeroed(); values.len()];
        self.kernels().losses(values, targets, &mut losses)?;
        Ok(FlexTensor::from_data(TensorData::new(losses, logits.layout().shape().clone())))
    }

    /// Returns the gradient with respect to the logits.
    fn gradient(&self, logits: &FlexTensor, upstream: &FlexTensor) -> Result<FlexTensor, Error> {
        let (values, targets, upstream) = (slice::<T>(logits)?, slice::<T>(&self.targets)?, slice::<T>(upstream)?);
        let mean: Vec<T>;
        let weights = match self.reduction {
            None => Weights::per_element(upstream),
            // The upstream derivative is a single value.
            Some(Reduction::Sum) => Weights::per_class(upstream),
            Some(_) => {
                mean = upstream.iter().map(|u| (u.to_f64() / values.len() as f64).elem()).collect();
                Weights::per_class(&mean)
            }
        };
        let mut gradient = vec![T::zeroed(); values.len()];
        if self.kernels().backward(values, targets, weights, &mut gradient).is_err() {
            // The forward pass has checked all else, so an upstream derivative is not finite. burn has no way to return an
            // error here; and code that scales the loss looks for NaN.
            gradient.fill(f64::NAN.elem());
        }
        Ok(FlexTensor::from_data(TensorData::new(gradient, logits.layout().shape().clone())))
    }
}

/// The backward pass. burn requires it to have no fields.
#[derive(Debug)]
struct ByLogits<T>(PhantomData<T>);

impl<T: Float> Backward<Flex, 1> for ByLogits<T> {
    type State = (FlexTensor, Bce<T>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (logits, bce) = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, grads, |upstream| {
            bce.gradient(&logits, &upstream.to_contiguous())
                .expect("the upstream derivative has the type of the loss, and is contiguous")
        });
    }
}

fn slice<T: Float>(tensor: &FlexTensor) -> Result<&[T], Error> {
    tensor.as_slice().ok_or_else(|| format!("{:?} and {:?} together", T::dtype(), tensor.dtype()).into())
}
