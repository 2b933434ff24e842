//! Who spoke through which other model than their own: for the record, and in lines that every report shares.
//!
//! Must never leave out that two seats spoke through one model.

use std::collections::{BTreeMap, BTreeSet};

use crate::debate::agent::{Seat, Voice};
use crate::debate::text::line;
use crate::export::record::Record;
use crate::export::record::fallbacks::FallbackRecord;

/// Tells each seat's fallbacks, and then each model that several seats spoke through because of them, a line each.
pub(super) fn lines(record: &Record) -> Vec<String> {
    let mut turns: BTreeMap<(Seat, &Voice), Vec<&FallbackRecord>> = BTreeMap::new();
    for taken in &record.fallbacks {
        turns.entry((taken.seat, &taken.voice)).or_default().push(taken);
    }
    let mut lines: Vec<String> =
        turns.iter().map(|((seat, voice), taken)| spoke(record, *seat, voice, taken)).collect();
    lines.extend(shared(record));
    lines
}

/// The models that several seats spoke through in one round, a warning each.
fn shared(record: &Record) -> Vec<String> {
    let mut seats: BTreeMap<&Voice, BTreeSet<Seat>> = BTreeMap::new();
    for taken in record.fallbacks.iter().filter(|taken| !taken.shared_with.is_empty()) {
        let together = seats.entry(&taken.voice).or_default();
        together.insert(taken.seat);
        together.extend(&taken.shared_with);
    }
    let warning = |(voice, seats): (&Voice, BTreeSet<Seat>)| {
        let names: Vec<String> = seats.iter().map(|seat| line(record.name(*seat))).collect();
        format!("Warning: {} spoke through one model, {}: no independent voices", names.join(" and "), spoken(voice))
    };
    seats.into_iter().map(warning).collect()
}

fn spoke(record: &Record, seat: Seat, voice: &Voice, taken: &[&FallbackRecord]) -> String {
    let turns = if taken.len() == 1 { "turn" } else { "turns" };
    let why =
        taken.iter().find_map(|taken| taken.fault.as_ref()).map(|fault| format!(": {}", line(&fault.to_string())));
    format!(
        "{} spoke through {} in {} {turns}{}",
        line(record.name(seat)),
        spoken(voice),
        taken.len(),
        why.unwrap_or_default()
    )
}

fn spoken(voice: &Voice) -> String {
    line(&format!("{} · {}", voice.provider, voice.model))
}
