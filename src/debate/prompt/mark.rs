//! What identifies a prompt without repeating it.

use sha2::{Digest, Sha256};

use crate::debate::ask::Prompt;
use crate::debate::log::ids::PromptMark;

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
