//! A valid call of a loss with a few elements, without an allocation.

use logit_loss::{Backend, Error, Reduction};

use super::factors::divisor;
use super::few_factors::{Few, MOST};
use super::input::{Bytes, finite, unit, weight};
use super::limits::Element;
use super::number::Number;

pub struct Case<T> {
    pub len: usize,
    pub reduction: Reduction,
    pub backend: Option<Backend>,
    /// Divisors of the length, whose product is a divisor too: samples, or classes and pixels.
    pub parts: [usize; 2],
    pub smoothing: T,
    /// The target that is ignored.
    pub ignored: Option<T>,
    /// The mask, if it is used.
    pub mask: [bool; MOST],
    pub is_masked: bool,
    /// Whether an element must have no effect: it is ignored, masked, or has weight 0.
    pub is_absent: [bool; MOST],
    /// The divisor of a reduced loss and its derivatives.
    pub divisor: f64,
    pub logits: [T; MOST],
    pub targets: [T; MOST],
    pub weight: Few<T>,
    pub class_weight: Few<T>,
    pub pos_weight: Few<T>,
    /// The upstream derivatives, which may be negative.
    pub upstream: Few<T>,
}

impl<T: Number> Case<T> {
    /// Reads a case. Logits and targets of absent elements stay as they are read; the others are made valid.
    pub fn read(bytes: &mut Bytes<'_>, logit: impl Fn(T) -> T) -> Self {
        let (backend, len, reduction) = (bytes.backend(), bytes.below(MOST + 1), bytes.reduction());
        let classes = divisor(bytes, len);
        let parts = [classes, divisor(bytes, len / classes)];
        let has = bytes.byte();
        let smoothing = if has & 1 != 0 { unit(bytes.number()) } else { T::of(0.0) };
        let ignored = if has & 2 != 0 { Some(bytes.number()) } else { None };
        let is_masked = has & 4 != 0;
        let keeps = if is_masked { bytes.array::<8>() } else { [0; 8] };
        let mut case = Self {
            len,
            reduction,
            backend,
            parts,
            smoothing,
            ignored,
            mask: core::array::from_fn(|i| keeps[i % 8] >> (i / 8) & 1 == 0),
            is_masked,
            is_absent: [false; MOST],
            divisor: 1.0,
            logits: [T::of(0.0); MOST],
            targets: [T::of(0.0); MOST],
            weight: Few::read(bytes, len, weight),
            class_weight: Few::read(bytes, len, weight),
            pos_weight: Few::read(bytes, len, weight),
            upstream: Few::read(bytes, len, finite),
        };
        bytes.fill(&mut case.targets[..len], |t| t);
        bytes.fill(&mut case.logits[..len], |x| x);
        for i in 0..len {
            let has_no_weight = case.weight.at(i) == 0.0 || case.class_weight.at(i) == 0.0;
            if !has_no_weight && !case.is_excluded(i) {
                // The valid target may be the ignored one.
                case.targets[i] = unit(case.targets[i]);
            }
            case.is_absent[i] = has_no_weight || case.is_excluded(i);
            if !case.is_absent[i] {
                case.logits[i] = logit(case.logits[i]);
            }
        }
        let present = (0..len).filter(|&i| !case.is_excluded(i));
        case.divisor = match reduction {
            Reduction::Sum => 1.0,
            Reduction::Mean => present.count() as f64,
            _ => exact_sum(present.map(|i| case.weight_of(i))),
        };
        case
    }

    /// Whether a mean does not count the element.
    pub fn is_excluded(&self, i: usize) -> bool {
        let t = self.targets[i].wide();
        let is_target = |v: T| t == v.wide() || t.is_nan() && v.wide().is_nan();
        !self.mask[i] || self.ignored.is_some_and(is_target)
    }

    /// Returns the product of both weights. It is 0 only for a weight of 0.
    fn weight_of(&self, i: usize) -> f64 {
        let weights = [self.weight.at(i), self.class_weight.at(i)];
        let product = T::of(weights[0] * weights[1]).wide().min(T::LARGEST);
        if product == 0.0 && !weights.contains(&0.0) { T::TINY } else { product }
    }

    /// Whether a method that takes a mean succeeded; it must, if there is a mean.
    pub fn has_mean(&self, result: Result<(), Error>) -> bool {
        let divisor = self.divisor;
        // Close to the limits an error is right too.
        let most = T::LARGEST * 0.999_999;
        let is_sure = 1.0 / most <= divisor && divisor <= most;
        match result {
            Ok(()) => assert!(divisor > 0.0, "a mean over nothing: {}", self.describe(self.len)),
            Err(Error::EmptyMean) => assert!(!is_sure, "no mean over {divisor:e}: {}", self.describe(self.len)),
            Err(error) => panic!("{error}: {}", self.describe(self.len)),
        }
        result.is_ok()
    }

    /// Returns the parts of an element from which the limits of a derivative follow.
    pub fn element(&self, i: usize, upstream: f64, divisor: f64) -> Element<T> {
        Element {
            target: self.targets[i].wide(),
            weight: self.weight_of(i),
            pos_weight: self.pos_weight.at(i),
            smoothing: self.smoothing.wide(),
            upstream,
            divisor,
            of: core::marker::PhantomData,
        }
    }

    /// Describes element `i` for the message of a failed check.
    pub fn describe(&self, i: usize) -> String {
        let name = self.backend.map_or("the backend chosen", Backend::name);
        let s = self.smoothing.wide();
        let all = format!("{} elements, {:?}, smoothing {s:e}, {name}, {:?}", self.len, self.reduction, self.ignored);
        if i >= self.len {
            let (x, t) = (&self.logits[..self.len], &self.targets[..self.len]);
            return format!("logits {x:?}, targets {t:?}; {all}");
        }
        let [w, p, u] = [self.weight_of(i), self.pos_weight.at(i), self.upstream.at(i)];
        let [x, t] = [self.logits[i], self.targets[i]].map(T::wide);
        format!("element {i}: logit {x:e}, target {t:e}, weight {w:e}, pos_weight {p:e}, upstream {u:e}; {all}")
    }
}

/// Returns the sum of numbers that are not negative, rounded once, so that it can be compared to the last bit.
fn exact_sum(values: impl Iterator<Item = f64>) -> f64 {
    let [sum, lost] = values.fold([0.0, 0.0], |[sum, lost], v| {
        let next: f64 = sum + v;
        let error = if sum >= v { (sum - next) + v } else { (v - next) + sum };
        [next, lost + error]
    });
    if sum.is_finite() { sum + lost } else { sum }
}
