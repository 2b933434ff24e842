//! What identifies a prompt without repeating it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::debate::ask::Prompt;

/// What a prompt was, without repeating it: it can be rebuilt from the log and compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptMark {
    /// SHA-256 of the shared block and the messages, in hexadecimal.
    pub sha256: String,
    /// Their length in bytes.
    pub bytes: u64,
}

/// The length of a prompt in bytes, shared block and messages.
pub fn bytes(prompt: &Prompt) -> u64 {
    texts(prompt).map(|text| text.len() as u64).sum()
}

fn texts(prompt: &Prompt) -> impl Iterator<Item = &String> {
    std::iter::once(&prompt.shared).chain(prompt.messages.iter().map(|message| &message.text))
}

/// Returns what identifies a prompt without repeating it.
pub fn mark(prompt: &Prompt) -> PromptMark {
    let mut digest = Sha256::new();
    for text in texts(prompt) {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    PromptMark { sha256, bytes: bytes(prompt) }
}
