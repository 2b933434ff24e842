//! What differs between vendors that speak the same wire.

/// What a vendor makes of its wire, where the wire leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The name of the output limit, where the wire has two.
    pub output_limit: OutputLimit,
    /// How to be told the usage, where the wire has two ways.
    pub usage_report: UsageReport,
    /// What becomes of bounds on lengths in a schema.
    pub bounds: Bounds,
}

/// What becomes of `minLength`, `maxLength`, `minItems` and `maxItems` in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// They move to `description`: strict modes refuse them, or differ in which they take.
    InWords,
    /// They go out: the server turns them into a grammar.
    Enforced,
}

/// What the limit on output tokens is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputLimit {
    /// `max_tokens`.
    MaxTokens,
    /// `max_completion_tokens`.
    MaxCompletionTokens,
}

/// Whether usage has to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageReport {
    /// By `stream_options`.
    OnRequest,
    /// It comes unasked, and asking is refused.
    Unasked,
}
