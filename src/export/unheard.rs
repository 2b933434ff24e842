//! The seats for want of which a quorum was lost, and whether their providers or their replies failed.

use crate::debate::text::line;
use crate::export::record::Record;
use crate::export::record::unheard::{Unheard, UnheardCause};

/// What failed, by cause and with the names of the seats: "2 providers failed (Ann, Bob: auth)"; `None` where nothing did.
pub fn in_words(record: &Record) -> Option<String> {
    let causes = [UnheardCause::Provider, UnheardCause::Reading, UnheardCause::Declined];
    let told: Vec<String> = causes.into_iter().filter_map(|cause| of_cause(record, cause)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The seats that failed for one cause, with the first account of it.
fn of_cause(record: &Record, cause: UnheardCause) -> Option<String> {
    let seats: Vec<&Unheard> = record.unheard.iter().filter(|unheard| unheard.cause == cause).collect();
    let first = seats.first()?;
    let names: Vec<String> = seats.iter().map(|unheard| line(record.name(unheard.seat))).collect();
    let what = match (cause, seats.len()) {
        (UnheardCause::Provider, 1) => "the provider of 1 seat failed".to_owned(),
        (UnheardCause::Provider, n) => format!("the providers of {n} seats failed"),
        (UnheardCause::Reading, 1) => "the reply of 1 seat could not be read".to_owned(),
        (UnheardCause::Reading, n) => format!("the replies of {n} seats could not be read"),
        (UnheardCause::Declined, 1) => "the model of 1 seat declined".to_owned(),
        (UnheardCause::Declined, n) => format!("the models of {n} seats declined"),
    };
    Some(format!("{what} ({}: {})", names.join(", "), first.why))
}
