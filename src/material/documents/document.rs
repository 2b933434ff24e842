//! One reference document.

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Path from the folder, with `/` between its parts.
    pub path: String,
    /// Its text, or why it is not shown to anybody.
    pub text: Result<String, String>,
}
