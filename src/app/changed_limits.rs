//! Limits that a session gets when it is taken further, and what they change.

use crate::app::limits::{From, priced, read, voices};
use crate::app::taken::Taken;
use crate::config::Config;
use crate::debate::event::Event;
use crate::debate::history::History;
use crate::debate::log::limits::Caps;
use crate::error::Failure;

/// The limits that flags give a stored session in place of its own; `None` without such a flag.
pub(super) fn changed(config: &Config, history: &History) -> Result<Option<Caps>, Failure> {
    let given = read(config, From::Flag);
    if given.is_none() {
        return Ok(None);
    }
    replaced(&history.caps, given, history).map(Some)
}

/// The limits of a stored session with those that are given in their place.
pub(super) fn replaced(caps: &Caps, given: Caps, history: &History) -> Result<Caps, Failure> {
    let together = Caps {
        cost_usd: given.cost_usd.or(caps.cost_usd),
        tokens: given.tokens.or(caps.tokens),
        time_ms: given.time_ms.or(caps.time_ms),
        // A session that is under way keeps the prices it began with.
        prices: caps.prices.clone(),
        searches: caps.searches.clone(),
    };
    priced(together, voices(&history.setup), &history.setup.web_search)
}

/// The events that give a stored session the limits that flags ask for, and count as lost what an ended process had in flight.
pub(super) fn set(config: &Config, taken: &Taken) -> Result<Vec<Event>, Failure> {
    let given = changed(config, &taken.history)?.filter(|caps| *caps != taken.history.caps);
    Ok(given.map(Event::LimitsSet).or_else(|| lost_in_flight(taken)).into_iter().collect())
}

/// The event by which what an ended process had in flight is counted as lost; `None` where nothing has to be.
pub(super) fn lost_in_flight(taken: &Taken) -> Option<Event> {
    let history = &taken.history;
    let is_open =
        history.turns.values().any(|turn| turn.attempts.last().is_some_and(|attempt| attempt.outcome.is_none()));
    (history.caps.counts() && is_open).then(|| Event::LimitsSet(history.caps.clone()))
}
