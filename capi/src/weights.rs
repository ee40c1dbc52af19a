//! Weights, as C passes them.

use core::ptr;

use logit_loss::Real;

use crate::memory::{Extent, input};
use crate::status::Status;

/// There are no values: all weights are 1. Zeroed memory has this kind.
pub const WEIGHTS_NONE: u32 = 0;
/// One value is the weight of all elements. `len` is 1.
pub const WEIGHTS_UNIFORM: u32 = 1;
/// Each class of logits [samples][classes] has a value. `len` is the number of classes.
pub const WEIGHTS_PER_CLASS: u32 = 2;
/// Each channel of logits [samples][channels][pixels] has a value. `len` is the number of channels, and `repeat` the
/// number of pixels.
pub const WEIGHTS_PER_CHANNEL: u32 = 3;
/// Each sample of logits [samples][classes] has a value. `len` is the number of samples, and `repeat` the number of
/// classes.
pub const WEIGHTS_PER_SAMPLE: u32 = 4;
/// Each element has a value.
pub const WEIGHTS_PER_ELEMENT: u32 = 5;
/// Each pixel of logits [samples][channels][pixels] has a value, the same for all channels. `len` is the number of
/// samples times the number of pixels, and `repeat` the number of pixels. The number of channels follows from the
/// number of logits.
pub const WEIGHTS_PER_PIXEL: u32 = 6;

/// The weights of elements. Each must be finite and not negative. A zeroed struct means that all weights are 1. A
/// weight of 0 ignores the element, even if its logit or target is NaN, or its label is neither 0 nor 1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Weights<T> {
    /// The values, or NULL if there are none.
    pub values: *const T,
    /// The number of values.
    pub len: usize,
    /// The number of consecutive elements that share a value, or the number of pixels. It is used only if `kind` is
    /// LOGIT_LOSS_WEIGHTS_PER_CHANNEL, LOGIT_LOSS_WEIGHTS_PER_SAMPLE or LOGIT_LOSS_WEIGHTS_PER_PIXEL.
    pub repeat: usize,
    /// The kind: one of LOGIT_LOSS_WEIGHTS_...
    pub kind: u32,
}

impl<T: Real> Weights<T> {
    pub const fn none() -> Self {
        Self { values: ptr::null(), len: 0, repeat: 0, kind: WEIGHTS_NONE }
    }

    /// Returns the weights for `logits` logits, and where they are.
    ///
    /// # Safety
    ///
    /// `values` and `len` meet the conditions of [`input`].
    pub unsafe fn read<'a>(&self, logits: usize) -> Result<(Option<logit_loss::Weights<'a, T>>, Extent), Status> {
        // SAFETY: the caller's promise.
        let values = unsafe { input(self.values, self.len) }?;
        let weights = match (self.kind, values) {
            (WEIGHTS_NONE, []) if self.values.is_null() => None,
            (WEIGHTS_UNIFORM, &[value]) => Some(logit_loss::Weights::uniform(value)),
            // A repeat of 0 fits no logits, so the method reports the number of values.
            (WEIGHTS_UNIFORM, _) => Some(logit_loss::Weights::per_sample(values, 0)),
            (WEIGHTS_PER_CLASS, _) => Some(logit_loss::Weights::per_class(values)),
            (WEIGHTS_PER_CHANNEL, _) => Some(logit_loss::Weights::per_channel(values, self.repeat)),
            (WEIGHTS_PER_SAMPLE, _) => Some(logit_loss::Weights::per_sample(values, self.repeat)),
            (WEIGHTS_PER_ELEMENT, _) => Some(logit_loss::Weights::per_element(values)),
            (WEIGHTS_PER_PIXEL, _) => {
                // At least one channel, which still reports a number that does not fit.
                let channels = (logits / self.len.max(1)).max(1);
                Some(logit_loss::Weights::per_pixel(values, channels, self.repeat))
            }
            _ => return Err(Status::Kind),
        };
        Ok((weights, Extent::of(values)))
    }
}
