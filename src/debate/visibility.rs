//! What of the others' contributions a speaker is shown.

use crate::debate::agent::Seat;
use crate::debate::board::Board;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::mode::{Labels, Order, Sees};
use crate::debate::response::Response;
use crate::debate::schedule::Slot;

/// Something said openly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution<'a> {
    /// In which turn.
    pub turn: &'a TurnId,
    /// What.
    pub response: &'a Response,
    /// How its author is labelled where it is shown.
    pub labels: Labels,
}

/// Returns what `speaker` may see in the slot at index `at`, in the order in which it was said.
///
/// Never the speaker's own words, never a ballot, never what is said at the same time.
pub fn visible<'a>(board: &'a Board<'a>, at: usize, speaker: Speaker) -> Vec<Contribution<'a>> {
    let here = &board.slots()[at];
    let own = here.turns.iter().find(|planned| planned.id.speaker == speaker);
    let begun = own.map_or(u64::MAX, |planned| board.history.begun(&planned.id));
    // Who was asked again after a session had been taken up anew may have spoken after those whose turn comes later.
    let contribution = |turn: &'a TurnId| {
        contribution(board.history, turn, speaker, here.stage.labels).filter(|_| board.history.last_begun(turn) < begun)
    };
    let same_round = |slot: &Slot<'_>| slot.phase.name == here.phase.name && slot.round == here.round;
    let before = |in_scope: &dyn Fn(&Slot<'_>) -> bool| -> Vec<Contribution<'a>> {
        let earlier = board.slots()[..at]
            .iter()
            .filter(|slot| in_scope(slot))
            .flat_map(|slot| &slot.turns)
            .map(|planned| &planned.id);
        earlier.filter_map(contribution).collect()
    };
    let so_far = || {
        let mut all = before(&|_| true);
        all.extend(spoken_just_now(here, speaker).filter_map(contribution));
        all
    };
    match here.stage.sees {
        Sees::Nothing => Vec::new(),
        Sees::Everything => so_far(),
        Sees::PreviousRound => before(&|slot| !same_round(slot)),
        Sees::OwnTeam => {
            so_far().into_iter().filter(|said| are_of_one_team(board.history, speaker, said.turn.speaker)).collect()
        }
        Sees::Predecessor => so_far().pop().into_iter().collect(),
    }
}

/// Returns all that `speaker` has been shown up to and including the slot at index `at`, each contribution once.
pub fn shown<'a>(board: &'a Board<'a>, at: usize, speaker: Speaker) -> Vec<Contribution<'a>> {
    let mut shown: Vec<Contribution<'a>> = Vec::new();
    for index in
        (0..=at).filter(|index| board.slots()[*index].turns.iter().any(|planned| planned.id.speaker == speaker))
    {
        for said in visible(board, index, speaker) {
            if shown.iter().all(|other| other.turn != said.turn) {
                shown.push(said);
            }
        }
    }
    shown
}

/// The turns of a sequential stage that come before the speaker's.
fn spoken_just_now<'a>(here: &'a Slot<'a>, speaker: Speaker) -> impl Iterator<Item = &'a TurnId> {
    let turns: &[_] = match here.stage.order {
        Order::Sequential => &here.turns,
        Order::Parallel => &[],
    };
    turns.iter().map(|planned| &planned.id).take_while(move |turn| turn.speaker != speaker)
}

fn contribution<'a>(
    history: &'a History,
    turn: &'a TurnId,
    reader: Speaker,
    labels: Labels,
) -> Option<Contribution<'a>> {
    let response = history.valid_response(turn)?;
    let is_open = match response {
        Response::Position(_) | Response::Questions(_) => true,
        Response::Ballot(_) | Response::Perspectives(_) | Response::Sorting(_) | Response::Synthesis(_) => false,
        Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => false,
    };
    (is_open && turn.speaker != reader).then_some(Contribution { turn, response, labels })
}

fn are_of_one_team(history: &History, one: Speaker, other: Speaker) -> bool {
    let team = |speaker: Speaker| match speaker {
        Speaker::Seat(seat) => team(history, seat),
        Speaker::Moderator => None,
    };
    team(one).is_some() && team(one) == team(other)
}

fn team(history: &History, seat: Seat) -> Option<&str> {
    history.agent(seat)?.persona.team.as_deref()
}
