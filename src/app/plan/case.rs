//! How much the calls of a debate may take: the least, the usual, the most.

/// How a world answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// As little as can be read.
    Low,
    /// As is usual.
    Likely,
    /// All that is allowed, at the second attempt.
    Max,
}
