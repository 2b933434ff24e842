//! Who spoke through which other model than their own: for the record, and in lines that every report shares.
//!
//! Must never leave out that two seats spoke through one model.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::debate::agent::{Seat, Voice};
use crate::debate::ask::TurnId;
use crate::debate::fallback::{self, SteppedIn};
use crate::debate::history::History;
use crate::debate::reply::Fault;
use crate::debate::text::line;
use crate::export::record::Record;

/// A turn that a fallback took.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FallbackRecord {
    /// Which.
    #[serde(flatten)]
    pub turn: TurnId,
    /// Whose.
    pub seat: Seat,
    /// Who spoke: what was said counts as this model's.
    pub voice: Voice,
    /// How the seat's own model had failed; `None` when the log does not tell.
    pub fault: Option<Fault>,
    /// Other seats that spoke through the same model in the same round.
    pub shared_with: Vec<Seat>,
}

/// The turns that fallbacks took. Where nobody was heard, nobody stepped in.
pub(super) fn taken(history: &History) -> Vec<FallbackRecord> {
    let heard = fallback::stepped_in(history).into_iter().filter(|stepped| history.response(stepped.turn).is_some());
    let record = |stepped: SteppedIn<'_>| FallbackRecord {
        turn: stepped.turn.clone(),
        seat: stepped.seat,
        voice: stepped.voice.clone(),
        fault: stepped.fault.cloned(),
        shared_with: stepped.shared_with,
    };
    heard.map(record).collect()
}

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
