//! Binary cross-entropy from logits as an operation of candle, computed by `logit-loss`. This file needs no other one: copy
//! it.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, DType, Error, Layout, Result, Shape, Tensor, WithDType, bail};
use logit_loss::{BceWithLogits, Label, Loss, Real, Reduction, Weights};

const NAME: &str = "bce-with-logits";

/// Returns the loss of `logits` and `targets`, PyTorch's `binary_cross_entropy_with_logits`. The formula is that of
/// [`BceWithLogits`].
///
/// Logits are `f32` or `f64`, on the CPU. Targets are in [0, 1] and have the type and shape of the logits. `pos_weight` has
/// one value for all logits, or one for each class, which is the last dimension. With a `reduction` of `None` the result has
/// the shape of the logits; otherwise it is a scalar. There are no other weights, so both means are the same.
///
/// Only the logits have a derivative.
///
/// # Errors
///
/// Other types, shapes and devices; targets that depend on a variable (detach them); weights that are negative or not
/// finite; the mean of no elements. In the backward pass: an upstream derivative that is not finite.
pub fn bce_with_logits(
    logits: &Tensor,
    targets: &Tensor,
    pos_weight: Option<&Tensor>,
    reduction: Option<Reduction>,
) -> Result<Tensor> {
    match logits.dtype() {
        DType::F32 => apply::<f32>(logits, targets, pos_weight, reduction),
        DType::F64 => apply::<f64>(logits, targets, pos_weight, reduction),
        other => Err(Error::UnsupportedDTypeForOp(other, NAME).bt()),
    }
}

fn apply<T: Float>(
    logits: &Tensor,
    targets: &Tensor,
    pos_weight: Option<&Tensor>,
    reduction: Option<Reduction>,
) -> Result<Tensor> {
    if logits.shape() != targets.shape() {
        let (lhs, rhs) = (logits.shape().clone(), targets.shape().clone());
        return Err(Error::ShapeMismatchBinaryOp { lhs, rhs, op: NAME }.bt());
    }
    if targets.track_op() {
        bail!(
            "{NAME}: the targets depend on a variable, and this operation does not compute their gradient; detach them"
        );
    }
    let pos_weight = match pos_weight {
        Some(weights) => weights.flatten_all()?.to_vec1()?,
        None => vec![T::one()],
    };
    if pos_weight.len() != 1 && logits.dims().last() != Some(&pos_weight.len()) {
        bail!("{NAME}: {} positive weights for logits of shape {:?}", pos_weight.len(), logits.shape());
    }
    // A copy, where one is needed, is an operation too, so the gradient passes through it.
    logits.contiguous()?.apply_op2(&targets.contiguous()?, Bce { pos_weight, reduction })
}

/// The types with which both crates compute.
trait Float: WithDType + Real + Label<Self> {}

impl Float for f32 {}
impl Float for f64 {}

struct Bce<T> {
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
}

impl<T: Float> CustomOp2 for Bce<T> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        targets: &CpuStorage,
        targets_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (logits, targets) = (slice::<T>(logits, logits_layout)?, slice::<T>(targets, targets_layout)?);
        if self.reduction.is_some() {
            let loss = self.kernels().loss(logits, targets).map_err(Error::wrap)?;
            return Ok((T::to_cpu_storage_owned(vec![loss]), Shape::from(())));
        }
        let mut losses = vec![T::zero(); logits.len()];
        self.kernels().losses(logits, targets, &mut losses).map_err(Error::wrap)?;
        Ok((T::to_cpu_storage_owned(losses), logits_layout.shape().clone()))
    }

    fn bwd(
        &self,
        logits: &Tensor,
        targets: &Tensor,
        _loss: &Tensor,
        upstream: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        // candle passes a sum, which is contiguous.
        let gradient = logits.apply_op3_no_bwd(targets, upstream, &Backward(self))?;
        Ok((Some(gradient), None))
    }
}

/// Computes the gradient with respect to the logits from logits, targets and upstream derivatives.
struct Backward<'a, T>(&'a Bce<T>);

impl<T: Float> CustomOp3 for Backward<'_, T> {
    fn name(&self) -> &'static str {
        "bce-with-logits-backward"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        targets: &CpuStorage,
        targets_layout: &Layout,
        upstream: &CpuStorage,
        upstream_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (logits, targets) = (slice::<T>(logits, logits_layout)?, slice::<T>(targets, targets_layout)?);
        let upstream = slice::<T>(upstream, upstream_layout)?;
        let mean;
        let upstream = match self.0.reduction {
            None => Weights::per_element(upstream),
            // The upstream derivative is a single value.
            Some(Reduction::Sum) => Weights::per_class(upstream),
            Some(_) => {
                mean = upstream.iter().map(|&u| T::from_f64(u.to_f64() / logits.len() as f64)).collect::<Vec<T>>();
                Weights::per_class(&mean)
            }
        };
        let mut gradient = vec![T::zero(); logits.len()];
        self.0.kernels().backward(logits, targets, upstream, &mut gradient).map_err(Error::wrap)?;
        Ok((T::to_cpu_storage_owned(gradient), logits_layout.shape().clone()))
    }
}

fn slice<'a, T: Float>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice()?[start..end]),
        None => Err(Error::RequiresContiguous { op: NAME }.bt()),
    }
}
