//! Numbers as they lie in memory: as they are computed with, or in half the bits.

#[cfg(feature = "half")]
use crate::backend::Format;

/// One number for each element, to be read.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a, T> {
    Reals(&'a [T]),
    #[cfg(feature = "half")]
    Halves(&'a [u16], Format),
}

impl<T> Values<'_, T> {
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Reals(values) => values.len(),
            #[cfg(feature = "half")]
            Self::Halves(values, _) => values.len(),
        }
    }

    /// Those of the elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Reals(values) => {
                let (before, rest) = values.split_at(at);
                (Self::Reals(before), Self::Reals(rest))
            }
            #[cfg(feature = "half")]
            Self::Halves(values, format) => {
                let (before, rest) = values.split_at(at);
                (Self::Halves(before, format), Self::Halves(rest, format))
            }
        }
    }
}

/// Room for one number for each element.
#[derive(Debug)]
pub enum ValuesMut<'a, T> {
    Reals(&'a mut [T]),
    #[cfg(feature = "half")]
    Halves(&'a mut [u16], Format),
}

impl<T> ValuesMut<'_, T> {
    #[inline]
    pub fn len(&self) -> usize {
        self.values().len()
    }

    #[inline]
    pub fn values(&self) -> Values<'_, T> {
        match self {
            Self::Reals(values) => Values::Reals(values),
            #[cfg(feature = "half")]
            Self::Halves(values, format) => Values::Halves(values, *format),
        }
    }

    /// That of the elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Reals(values) => {
                let (before, rest) = values.split_at_mut(at);
                (Self::Reals(before), Self::Reals(rest))
            }
            #[cfg(feature = "half")]
            Self::Halves(values, format) => {
                let (before, rest) = values.split_at_mut(at);
                (Self::Halves(before, format), Self::Halves(rest, format))
            }
        }
    }
}

impl<'a, T> From<&'a [T]> for Values<'a, T> {
    #[inline]
    fn from(values: &'a [T]) -> Self {
        Self::Reals(values)
    }
}

impl<'a, T> From<&'a mut [T]> for ValuesMut<'a, T> {
    #[inline]
    fn from(values: &'a mut [T]) -> Self {
        Self::Reals(values)
    }
}
