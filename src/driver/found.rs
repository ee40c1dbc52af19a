//! What a pass over targets is given, and what it finds.

/// Targets of any type, and what takes some of them away.
pub struct Labels<T> {
    pub first: *const u8,
    pub len: usize,
    pub ignored: Option<T>,
    /// As many as targets; or null.
    pub mask: *const bool,
}

/// What a pass over targets finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// How many are there.
    pub present: usize,
    /// Whether all that are there are labels.
    pub are_labels: bool,
}

impl Found {
    /// What a pass over both finds.
    pub fn and(self, other: Self) -> Self {
        Self { present: self.present + other.present, are_labels: self.are_labels && other.are_labels }
    }
}
