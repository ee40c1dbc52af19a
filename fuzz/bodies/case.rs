//! A valid loss with its inputs, read from bytes: every method must succeed.

use std::ops::Range;

use logit_loss::{Backend, Reduction};

use super::factors::Factors;
use super::input::{Bytes, finite, unit, weight};
use super::kind::{Kind, Settings};
use super::number::Number;

/// Checks a condition of element `i` of the case, or of the elements from the last one on.
macro_rules! check {
    ($case:expr, $i:expr, $holds:expr, $($message:tt)+) => {
        assert!($holds, "{}: {}", format_args!($($message)+), $case.describe($i))
    };
}
pub(super) use check;

#[derive(Debug)]
pub struct Case<T, K> {
    pub logits: Vec<T>,
    pub targets: Vec<T>,
    pub weight: Factors<T>,
    pub kind: K,
    /// The upstream derivatives, which may be negative.
    pub upstream: Factors<T>,
    pub smoothing: T,
    pub reduction: Reduction,
    pub backend: Option<Backend>,
}

impl<T: Number, K: Kind<T>> Case<T, K> {
    pub fn read(bytes: &mut Bytes<'_>, logit: impl Fn(T) -> T, target: impl Fn(T) -> T) -> Self {
        let backend = bytes.backend();
        let n = bytes.length::<T>();
        let reduction = bytes.reduction();
        let smoothing = if bytes.flag() { unit(bytes.number()) } else { T::of(0.0) };
        Self {
            logits: bytes.numbers(n, logit),
            targets: bytes.numbers(n, target),
            weight: Factors::read(bytes, n, weight),
            kind: K::read(bytes, n),
            upstream: Factors::read(bytes, n, finite),
            smoothing,
            reduction,
            backend,
        }
    }

    /// Returns the same case with another kind of loss.
    pub fn of<O>(self, kind: O) -> Case<T, O> {
        let Self { logits, targets, weight, kind: _, upstream, smoothing, reduction, backend } = self;
        Case { logits, targets, weight, kind, upstream, smoothing, reduction, backend }
    }

    pub fn len(&self) -> usize {
        self.logits.len()
    }

    pub fn settings(&self) -> Settings<'_, T> {
        let &Self { smoothing, reduction, backend, .. } = self;
        Settings { weight: self.weight.weights(), smoothing, reduction, backend }
    }

    pub fn loss(&self) -> K::Loss<'_> {
        self.kind.loss(self.settings())
    }

    pub fn reduced(&self, reduction: Reduction) -> K::Loss<'_> {
        self.kind.loss(Settings { reduction, ..self.settings() })
    }

    /// Returns the loss on another backend than the case's.
    pub fn on(&self, backend: Option<Backend>) -> K::Loss<'_> {
        self.kind.loss(Settings { backend, ..self.settings() })
    }

    /// Returns the case of these elements alone.
    pub fn part(&self, elements: Range<usize>) -> Self {
        Self {
            logits: self.logits[elements.clone()].to_vec(),
            targets: self.targets[elements.clone()].to_vec(),
            weight: self.weight.part(elements.clone()),
            kind: self.kind.part(elements.clone()),
            upstream: self.upstream.part(elements),
            ..*self
        }
    }

    /// Returns by how many ULP the error may be larger, if the backend does not fuse.
    pub fn more_ulps(&self) -> f64 {
        if self.backend.is_none_or(|b| b.is_fused()) { 0.0 } else { 1.0 }
    }

    /// Describes element `i` for the message of a failed check.
    pub fn describe(&self, i: usize) -> String {
        let all = format!(
            "n = {}, {:?}, smoothing {:e}, backend {}",
            self.len(),
            self.reduction,
            self.smoothing.wide(),
            self.backend.map_or("chosen", Backend::name)
        );
        if i >= self.len() {
            return all;
        }
        let [x, t, w, u] = [self.logits[i], self.targets[i], self.weight.at(i), self.upstream.at(i)].map(T::wide);
        let own = self.kind.describe(i);
        format!("element {i}: logit {x:e}, target {t:e}, weight {w:e}, {own}, upstream {u:e}; {all}")
    }
}
