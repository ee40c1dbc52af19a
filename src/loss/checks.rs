//! Settings and targets that have been checked, and the factors of the results.

use core::ops::Range;

use crate::driver::{Combined, Exclusion, Factors, Found, Pass, Streams, Threads, Values, weight_product};
use crate::error::{Argument, Error};
use crate::math::DoubleWord;
use crate::real::Real;
use crate::reduction::{Reduction, quotient};
use crate::simd::Backend;

/// The number of targets that are looked at together, where one is known to be wrong.
const PART: usize = 128;

/// Settings that fit the number of inputs, with the targets of the call.
pub struct Checked<'a, T: 'static> {
    pub threads: Threads,
    pub targets: Values<'a, T>,
    /// The number of elements that are not excluded.
    pub present: usize,
    pub weight: Factors<'a, T>,
    pub combined: Option<Combined<'a, T>>,
    pub pos_weight: Factors<'a, T>,
    pub reduction: Reduction,
    pub backend: Backend,
}

/// The factors and the divisor that turn what a kernel computes into the result.
#[derive(Clone, Copy)]
pub struct Scales<'a, T> {
    /// The kernel multiplies each element by it. A weight that is the same for all elements, and neither tiny nor above 4, is
    /// in `sum` instead.
    pub weight: Factors<'a, T>,
    /// The kernel multiplies the sum by it.
    pub sum: T,
    /// The kernel multiplies derivatives by it. It is 1 before [`with_derivative`](Self::with_derivative).
    pub derivative: T,
    /// The sum is divided by it at the end.
    pub divisor: DoubleWord<T>,
}

impl<'a, T: Real> Scales<'a, T> {
    /// Returns scales that change nothing.
    #[inline]
    pub fn none(weight: Factors<'a, T>) -> Self {
        Self { weight, sum: T::ONE, derivative: T::ONE, divisor: DoubleWord::ONE }
    }

    /// Returns the scales of a sum. That of derivatives is 1.
    #[inline]
    pub fn new(weight: Factors<'a, T>, divisor: DoubleWord<T>) -> Self {
        let [least, _] = T::MODERATE_WEIGHTS;
        let (weight, sum) = match weight {
            // A weight of 0 must reach the elements: it ignores them. So must a tiny one: 1e-38 keeps a loss finite under a
            // positive weight of 1e38. So must a large one: where losses are subnormal, it multiplies them before they are
            // rounded. Up to 4, what is lost is within what is promised.
            Factors::Uniform(w) if least <= w && w <= T::ONE + T::ONE + T::ONE + T::ONE => (Factors::ONE, w),
            weight => (weight, T::ONE),
        };
        Self { weight, sum, divisor, derivative: T::ONE }
    }

    /// Sets the scale of derivatives, which sums do not need. Fails if no element is left.
    #[inline]
    pub fn with_derivative(self) -> Result<Self, Error> {
        let derivative = self.reduced(DoubleWord { hi: self.sum, lo: T::ZERO })?;
        Ok(Self { derivative, ..self })
    }

    #[inline]
    pub fn reduced(&self, sum: DoubleWord<T>) -> Result<T, Error> {
        quotient(sum, self.divisor).ok_or(Error::EmptyMean)
    }
}

impl<'a, T: Real> Checked<'a, T> {
    /// Returns the streams with targets and weights.
    #[inline]
    pub fn streams<'s>(&'s self, streams: Streams<'s, T>, weight: Factors<'s, T>) -> Streams<'s, T> {
        streams.targets(self.targets).weighted(self.pos_weight, weight).combined(self.combined.as_ref())
    }

    /// Counts the targets that are not excluded. Fails if one of them is no label, unless a weight of 0 excuses it.
    #[inline]
    pub fn check_targets(&mut self) -> Result<(), Error> {
        let exclusion = match &self.combined {
            Some(combined) if combined.excludes => combined.exclusion,
            _ if self.targets.column.storage.is_checked => Exclusion::NONE,
            _ => return Ok(()),
        };
        self.present = self.count_targets(exclusion)?;
        Ok(())
    }

    #[inline(never)]
    fn count_targets(&self, exclusion: Exclusion<'_, T>) -> Result<usize, Error> {
        let len = self.targets.len();
        let find = |range| exclusion.find(self.backend, self.targets, range);
        let found = self.threads.over(0..len, find, Found::and);
        if found.are_labels {
            return Ok(found.present);
        }
        // Each part is checked as a whole, and the targets of a part with an invalid one are checked one by one.
        let is_wrong = |range| !find(range).are_labels;
        let mut wrong =
            (0..len).step_by(PART).map(|start| start..len.min(start + PART)).filter(|part| is_wrong(part.clone()));
        match wrong.find_map(|mut part| part.find(|&i| is_wrong(i..i + 1) && self.weight_of(i) != T::ZERO)) {
            Some(index) => Err(Error::Target { index }),
            None => Ok(found.present),
        }
    }

    /// The weight of an element, whether it is excluded or not.
    pub fn weight_of(&self, index: usize) -> T {
        let class_weight = self.combined.as_ref().map_or(T::ONE, |combined| combined.class_weight.of(index));
        weight_product(self.weight.of(index), class_weight)
    }

    /// The number of elements of a range that are not excluded.
    pub fn count(&self, range: Range<usize>) -> usize {
        match &self.combined {
            Some(combined) if combined.excludes => combined.exclusion.find(self.backend, self.targets, range).present,
            _ => range.len(),
        }
    }

    /// Returns whether an element is excluded or has weight 0.
    pub fn is_excused(&self, index: usize) -> bool {
        self.weight_of(index) == T::ZERO || self.count(index..index + 1) == 0
    }

    /// Returns `onto` plus the sum of the weights of a range, added chunk by chunk as losses are.
    pub fn weight_sum(&self, inputs: Values<'_, T>, range: Range<usize>, onto: DoubleWord<T>) -> DoubleWord<T> {
        // The inputs only give the number of elements: the formula reads the weights alone.
        let streams = self.streams(Streams::new(inputs), self.weight).within(range);
        T::weight_sum(&self.pass(Scales::none(self.weight), onto), streams)
    }

    #[inline]
    pub fn pass(&self, scales: Scales<'_, T>, onto: DoubleWord<T>) -> Pass<T> {
        let &Self { backend, threads, .. } = self;
        Pass { backend, threads, scale: scales.derivative, sum_scale: scales.sum, onto }
    }

    #[inline]
    pub fn scales(&self, inputs: Values<'_, T>) -> Scales<'a, T> {
        Scales::new(self.weight, self.divisor(self.present, inputs, 0..inputs.len()))
    }

    /// Returns the divisor of the sum over a range in which `present` elements are not excluded.
    #[inline]
    pub fn divisor(&self, present: usize, inputs: Values<'_, T>, range: Range<usize>) -> DoubleWord<T> {
        match self.reduction {
            Reduction::Sum => DoubleWord::ONE,
            Reduction::Mean => DoubleWord::from_count(present as u64),
            Reduction::WeightedMean => self.weight_sum(inputs, range, DoubleWord::ZERO),
        }
    }
}

/// Fails if a parameter is outside [0, most].
pub fn expect_up_to<T: Real>(most: T, found: T, argument: Argument) -> Result<(), Error> {
    if T::ZERO <= found && found <= most { Ok(()) } else { Err(Error::Parameter { argument }) }
}
