//! How many personas are asked at once in one process.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use crate::error::Failure;

/// Lets a few personas be asked at once, and the others wait. Clones are the same; whoever comes first sets how many.
#[derive(Debug, Clone, Default)]
pub struct Turnstile(Arc<OnceLock<Semaphore>>);

impl Turnstile {
    pub(super) async fn pass(&self, most: u32) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
        let slots = self.0.get_or_init(|| Semaphore::new(most as usize));
        slots.acquire().await.map_err(|error| Failure::internal(error.to_string()).with_source(error))
    }
}
