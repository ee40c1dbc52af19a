//! What a pass reads and writes, while it is still slices: these can be cut, and sent to other threads.

use super::memory::Streams;
#[cfg(feature = "rayon")]
use super::reduce::chunk_len;
use super::source::{Factors, Targets};
use super::values::{Values, ValuesMut};
use crate::math::Constants;

/// The slices of a pass that writes one result for each element, or none.
pub struct Slices<'a, T> {
    elements: Elements<'a, T>,
    targets: Targets<'a, T>,
    pos_weight: Factors<'a, T>,
    weight: Factors<'a, T>,
}

enum Elements<'a, T> {
    Read(Values<'a, T>),
    Written(Values<'a, T>, ValuesMut<'a, T>),
    InPlace(ValuesMut<'a, T>),
}

impl<'a, T: Constants> Slices<'a, T> {
    #[inline]
    pub fn new(inputs: Values<'a, T>, targets: Targets<'a, T>) -> Self {
        Self::of(Elements::Read(inputs), targets)
    }

    /// With an output.
    #[inline]
    pub fn writing(inputs: Values<'a, T>, targets: Targets<'a, T>, out: ValuesMut<'a, T>) -> Self {
        Self::of(Elements::Written(inputs, out), targets)
    }

    /// The output takes the inputs' place.
    #[inline]
    pub fn in_place(inputs: ValuesMut<'a, T>, targets: Targets<'a, T>) -> Self {
        Self::of(Elements::InPlace(inputs), targets)
    }

    #[inline]
    fn of(elements: Elements<'a, T>, targets: Targets<'a, T>) -> Self {
        Self { elements, targets, pos_weight: Factors::Uniform(T::ONE), weight: Factors::Uniform(T::ONE) }
    }

    #[inline]
    pub fn weighted(self, pos_weight: Factors<'a, T>, weight: Factors<'a, T>) -> Self {
        Self { pos_weight, weight, ..self }
    }

    /// For a kernel.
    #[inline]
    pub fn streams(self) -> Streams<'a, T> {
        let streams = match self.elements {
            Elements::Read(inputs) => Streams::new(inputs, self.targets),
            Elements::Written(inputs, out) => Streams::new(inputs, self.targets).writing(out),
            Elements::InPlace(inputs) => Streams::in_place(inputs, self.targets),
        };
        streams.weighted(self.pos_weight, self.weight)
    }
}

#[cfg(feature = "rayon")]
impl<T: Constants> Slices<'_, T> {
    /// Of how many chunks a sum over these is made.
    pub fn chunks(&self) -> usize {
        let len = match &self.elements {
            Elements::Read(inputs) | Elements::Written(inputs, _) => inputs.len(),
            Elements::InPlace(inputs) => inputs.len(),
        };
        len.div_ceil(chunk_len::<T>())
    }

    /// The first chunks, and the rest.
    pub fn split_at(self, chunks: usize) -> (Self, Self) {
        let at = chunks * chunk_len::<T>();
        let (elements, other_elements) = match self.elements {
            Elements::Read(inputs) => {
                let (inputs, others) = inputs.split_at(at);
                (Elements::Read(inputs), Elements::Read(others))
            }
            Elements::Written(inputs, out) => {
                let ((inputs, others), (out, other_out)) = (inputs.split_at(at), out.split_at(at));
                (Elements::Written(inputs, out), Elements::Written(others, other_out))
            }
            Elements::InPlace(inputs) => {
                let (inputs, others) = inputs.split_at(at);
                (Elements::InPlace(inputs), Elements::InPlace(others))
            }
        };
        let (targets, other_targets) = self.targets.split_at(at);
        let others = Self {
            elements: other_elements,
            targets: other_targets,
            pos_weight: self.pos_weight.from(at),
            weight: self.weight.from(at),
        };
        (Self { elements, targets, ..self }, others)
    }
}
