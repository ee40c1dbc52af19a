//! Losses of `f16` and `bf16`: each result is that of `f32`, rounded once, and each sum has exactly the bits of the sum of
//! `f32`. This holds for any logits and targets, NaN included, on any backend and at any address, and nothing beside an
//! output is written.

use half::{bf16, f16};
use logit_loss::{Element, Error, Label, Loss, LossSum};

use super::answers::words;
use super::case::Case;
use super::input::Bytes;
use super::kind::{Asymmetric, Bce, Focal, Kind};
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let offset = bytes.below(64);
    match bytes.below(6) {
        0 => as_f32::<f16, Bce<f32>>(bytes, offset),
        1 => as_f32::<bf16, Bce<f32>>(bytes, offset),
        2 => as_f32::<f16, Focal<f32>>(bytes, offset),
        3 => as_f32::<bf16, Focal<f32>>(bytes, offset),
        4 => as_f32::<f16, Asymmetric<f32>>(bytes, offset),
        _ => as_f32::<bf16, Asymmetric<f32>>(bytes, offset),
    }
}

/// The functions of both formats that the checks need. They do not use the processor's conversions, which are under test.
trait Format: Element<f32> + Label<f32> + Copy {
    const OF_BITS: fn(u16) -> Self;
    const ROUNDED: fn(f32) -> Self;
    const WIDE: fn(Self) -> f32;

    fn rounded(v: f32) -> Self {
        (Self::ROUNDED)(v)
    }

    fn wide(self) -> f32 {
        (Self::WIDE)(self)
    }

    /// Rounds `v`; beyond the range of the format it takes the pattern of the last bits of `v`, so that all patterns occur.
    fn of(v: f32) -> Self {
        let near = Self::rounded(v);
        let beyond = v.is_finite() && v != 0.0 && (near.wide() == 0.0 || near.wide().is_infinite());
        if beyond { (Self::OF_BITS)(v.to_bits() as u16) } else { near }
    }
}

impl Format for f16 {
    const OF_BITS: fn(u16) -> Self = Self::from_bits;
    const ROUNDED: fn(f32) -> Self = Self::from_f32_const;
    const WIDE: fn(Self) -> f32 = Self::to_f32_const;
}

impl Format for bf16 {
    const OF_BITS: fn(u16) -> Self = Self::from_bits;
    const ROUNDED: fn(f32) -> Self = Self::from_f32_const;
    const WIDE: fn(Self) -> f32 = Self::to_f32_const;
}

fn as_f32<H: Format, K: Kind<f32>>(mut bytes: Bytes<'_>, offset: usize) {
    let number = |v| H::of(v).wide();
    let case = Case::<f32, K>::read(&mut bytes, number, number);
    let pair = Pair { case: &case, logits: kept::<H>(&case.logits), offset };
    pair.compare(&kept::<H>(&case.targets), &case.targets);
    pair.compare(&case.targets, &case.targets);
    let hard: Vec<bool> = case.targets.iter().map(|&t| t >= 0.5).collect();
    pair.compare(&hard, &hard);
}

fn kept<H: Format>(values: &[f32]) -> Vec<H> {
    values.iter().map(|&v| H::rounded(v)).collect()
}

/// A case, and its logits as `f16` or `bf16`.
struct Pair<'a, H, K> {
    case: &'a Case<f32, K>,
    logits: Vec<H>,
    offset: usize,
}

impl<H: Format, K: Kind<f32>> Pair<'_, H, K> {
    /// Compares all methods, with the same targets in two types.
    fn compare<Y: Label<f32>, Z: Label<f32>>(&self, y: &[Y], z: &[Z]) {
        let (h, x, loss, upstream) = (&self.logits[..], &self.case.logits[..], self.case.loss(), &self.case.upstream);
        self.one("loss", |_| loss.loss(h, y), |_| loss.loss(x, z));
        self.one("losses", |out| loss.losses(h, y, out).map(|()| 0.0), |out| loss.losses(x, z, out).map(|()| 0.0));
        self.one(
            "gradient",
            |out| loss.gradient(h, y, out).map(|()| 0.0),
            |out| loss.gradient(x, z, out).map(|()| 0.0),
        );
        self.one("loss_and_gradient", |out| loss.loss_and_gradient(h, y, out), |out| loss.loss_and_gradient(x, z, out));
        self.one(
            "loss_and_gradient_in_place",
            |inputs| loss.loss_and_gradient_in_place(inputs, y),
            |inputs| loss.loss_and_gradient_in_place(inputs, z),
        );
        self.one(
            "backward",
            |out| loss.backward(h, y, upstream.weights(), out).map(|()| 0.0),
            |out| loss.backward(x, z, upstream.weights(), out).map(|()| 0.0),
        );
        let (mut found, mut expected) = (LossSum::new(), LossSum::new());
        let done = [loss.accumulate(&mut found, h, y), loss.accumulate(&mut expected, x, z)];
        let same = done[0] == done[1] && words(&found) == words(&expected);
        assert!(same, "accumulate: {found:?}, of f32 {expected:?}: {}", self.case.describe(self.case.len()));
    }

    /// Compares one method of both, which may overwrite the logits.
    fn one(
        &self,
        name: &str,
        half: impl FnOnce(&mut [H]) -> Result<f32, Error>,
        wide: impl FnOnce(&mut [f32]) -> Result<f32, Error>,
    ) {
        let (case, n, offset) = (self.case, self.case.len(), self.offset);
        let canary = H::rounded(7.25);
        let mut found = [&vec![canary; offset], &self.logits[..], &[canary]].concat();
        let mut expected = case.logits.clone();
        let results = [half(&mut found[offset..offset + n]), wide(&mut expected)];
        let [a, b] = results.map(|result| result.map(f32::key));
        assert!(a == b, "{name}: {:?}, of f32 {:?}: {}", results[0], results[1], case.describe(n));
        for (i, (found, &expected)) in found[offset..].iter().zip(&expected).enumerate() {
            let (found, rounded) = (found.wide(), H::rounded(expected).wide());
            let same = found.key() == rounded.key();
            assert!(same, "{name}: {found:e}, of f32 {expected:e}, which is {rounded:e}: {}", case.describe(i));
        }
        let beside = found[..offset].iter().chain(&found[offset + n..]);
        assert!(beside.copied().all(|v| v.wide() == canary.wide()), "{name} writes beside: {}", case.describe(n));
    }
}
