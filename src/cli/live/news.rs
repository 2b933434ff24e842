//! What is worth telling of a session: owned, safe to show, and without any layout.

use crate::cli::live::moves::Move;
use crate::cli::live::place::Place;
use crate::cli::live::tally::{Tally, Verdict};
use crate::debate::agent::Seat;
use crate::debate::question::OptionId;
use crate::debate::reply::Fault;
use crate::debate::response::ClaimId;

/// Something worth telling.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum News {
    /// The session begins, or goes on.
    Opened(Opened),
    /// The panel got its personas.
    Perspectives {
        /// Their names by seat.
        names: Vec<String>,
        /// Whether the moderator proposed them.
        proposed: bool,
    },
    /// A stage begins.
    Began(Place),
    /// Somebody spoke.
    Said(Said),
    /// Somebody voted.
    BallotIn(Place, String),
    /// Somebody's reply cannot be used.
    Unread {
        /// Where.
        place: Place,
        /// Whose.
        name: String,
        /// What is wrong with it.
        reason: String,
        /// Whether it is asked again.
        again: bool,
    },
    /// A request has to wait for its slot.
    Queued {
        /// Where.
        place: Place,
        /// Whose.
        name: String,
        /// What for.
        reason: String,
    },
    /// A request failed and is sent again.
    Retrying {
        /// Where.
        place: Place,
        /// Whose.
        name: String,
        /// Why it failed.
        reason: String,
        /// Milliseconds until the next one.
        wait_ms: u64,
    },
    /// Somebody could not be asked.
    Failed {
        /// Where.
        place: Place,
        /// Who; the moderator has no seat.
        name: String,
        /// Whether another model steps in.
        replaced: bool,
        /// Why.
        fault: Fault,
    },
    /// Somebody is asked through another model than their own.
    SteppedIn {
        /// Where.
        place: Place,
        /// Who.
        name: String,
        /// Provider and model.
        voice: String,
        /// Who else speaks through that model in the round.
        shared_with: Vec<String>,
    },
    /// The options of an open question stand.
    Options {
        /// Id, text, and the names of those whose opening was counted for it.
        options: Vec<(OptionId, String, Vec<String>)>,
        /// How the sorting came about.
        basis: &'static str,
    },
    /// The closing text is written.
    Synthesised {
        /// Points left out because they lean on claims that do not exist.
        dropped: usize,
    },
    /// A round was counted.
    Counted(Tally),
    /// Somebody asked for a pause; so many turns are still waited for.
    Pausing(usize),
    /// The session waits for people: what it waits for, each on one line.
    Waits(Vec<String>),
    /// What was supplied, or not, after a wait for facts; each on one line.
    Answered(Vec<String>),
    /// Somebody asked for an early end.
    Stopping,
    /// The verdict.
    Decided(Verdict),
    /// A limit was reached.
    Limit(String),
    /// The session ended otherwise than by its protocol.
    Ended(&'static str),
}

/// A session at its start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opened {
    /// The question.
    pub(super) topic: String,
    /// Its options, as far as they stand.
    pub(super) options: Vec<(OptionId, String)>,
    /// The mode's name for people.
    pub(super) mode: String,
    /// The session's id.
    pub(super) session: String,
    /// Name and voice of every seat.
    pub(super) seats: Vec<(Seat, String, String)>,
    /// The announcement that no model is asked, where none is.
    pub(super) rehearsal: Option<&'static str>,
    /// Closed rounds and settled turns of a session that goes on.
    pub(super) resumed: Option<(usize, usize)>,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Where.
    pub(super) place: Place,
    /// Who.
    pub(super) name: String,
    /// For which side.
    pub(super) side: Side,
    /// What, on one line.
    pub(super) text: String,
    /// What to know about it, each on one line.
    pub(super) asides: Vec<Aside>,
}

/// The side that a contribution takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// None.
    None,
    /// An option: its place in the list from 0, id and text.
    Choice(usize, OptionId, String),
    /// None, for this reason.
    Abstains(String),
    /// One that was dealt to the speaker: for the proposal, against it, or neutral.
    Assigned(&'static str),
}

/// A remark on a contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aside {
    /// A change of mind.
    Moved(Move),
    /// Another's claim is accepted.
    Accepts(ClaimId, String),
    /// An own claim is given up.
    GivesUp(ClaimId, String),
    /// An objection that its holder calls blocking.
    Blocks(String),
    /// Fields left out, for they could not be read, each with the reason.
    LeftOut(String),
}

/// Through which model somebody is asked instead of their own, in words.
pub(super) fn speaks_through(voice: &str, shared_with: &[String]) -> String {
    match shared_with {
        [] => format!("speaks through {voice}"),
        [other] => format!("speaks through {voice}, as {other} does: one model, two seats"),
        others => {
            format!("speaks through {voice}, as {} do: one model, {} seats", others.join(" and "), others.len() + 1)
        }
    }
}

/// What a pause waits for, in words.
pub(super) fn pausing(in_flight: usize) -> String {
    let turns = if in_flight == 1 { "turn" } else { "turns" };
    format!("pausing: {in_flight} {turns} in flight, nothing more is asked")
}
