//! The hard limits of a session: what was spent, what comes next at its worst, and whether both fit.
//!
//! Pure: prices and limits are in the log. Asks are admitted in waves, all first attempts of a stage before any second
//! one, and what a wave is granted depends on nothing that comes of it, so that it does not matter who answers first.

use crate::debate::agent::Voice;
use crate::debate::amount::{Amount, Need, OVERHEAD_TOKENS, input_tokens, sum};
use crate::debate::ask::Ask;
use crate::debate::board::Board;
use crate::debate::history::SynthesisDue;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::limits::{Caps, Grant, LimitKind, Reached};
use crate::debate::prompt::{self, moderator};
use crate::debate::rules::Rule;
use crate::debate::schedule::{self, FRAMING, OPTIONS, SYNTHESIS};
use crate::debate::{decision, taken};

/// Output tokens below which a reply is not worth asking for; a session with a lower bound of its own keeps to that.
const ROOM_MIN: u32 = 4_000;
/// Most requests that may be billed for one attempt: the first, and one for each whose answer broke off.
const REQUESTS_MAX: u32 = 4;
/// Bytes by which one reply is taken to lengthen the prompt of the closing text.
const GROWTH_BYTES: u64 = 4_000;
/// Bytes of an opening statement, and of a persona with what an opening asks.
const STATEMENT_BYTES: u64 = 1_000;
const OPENING_BYTES: u64 = 2_500;

/// What one request of an ask may take at its worst, with an input of so many tokens before anything is searched for; `None`
/// where so long an input has no known price.
pub fn worst(caps: &Caps, ask: &Ask, input_tokens: u64) -> Option<Amount> {
    let need = Need::of_ask(caps, ask, input_tokens);
    let is_unpriced = caps.cost_usd.is_some() && need.is_unpriced();
    (!is_unpriced).then(|| need.worst(u32::MAX))
}

/// Grants `asks` what the limits leave for them, or says which limit leaves too little. `group` are the turns that are asked at
/// the same time, over or not; only the wave that is due is returned.
pub(crate) fn admit(board: &Board<'_>, group: &[TurnId], asks: Vec<Ask>) -> Result<Vec<Ask>, Reached> {
    let history = board.history;
    // People cost nothing, and wait for nobody's attempts.
    let agents = asks.iter().filter(|ask| !ask.voice.is_person());
    let Some(wave) = agents.map(|ask| ask.attempt).min().filter(|_| history.caps.counts()) else { return Ok(asks) };
    let (people, asks): (Vec<Ask>, Vec<Ask>) = asks.into_iter().partition(|ask| ask.voice.is_person());
    let mut due: Vec<Ask> = asks.into_iter().filter(|ask| ask.attempt == wave).collect();
    let place = wave.saturating_sub(1) as usize;
    let begun = |turn: &TurnId| {
        let attempt = history.turns.get(turn).and_then(|known| known.attempts.get(place));
        attempt.filter(|attempt| attempt.seq > history.taken_up_seq).and_then(|attempt| attempt.grant)
    };
    // A wave that is under way goes on as it was admitted: what has come of it by now depends on who answered first.
    let (room, requests) = match group.iter().find_map(begun) {
        Some(grant) => (grant.room, grant.requests),
        None => Terms::of(board, &due).granted()?,
    };
    for ask in &mut due {
        let output_tokens = ask.prompt.output_tokens_max.min(room);
        let Need { input_tokens, searches, .. } = Need::of_ask(&history.caps, ask, input_tokens(&ask.prompt));
        ask.grant = Some(Grant { input_tokens, searches, output_tokens, requests, room });
        ask.prompt.output_tokens_max = output_tokens;
    }
    Ok(due.into_iter().chain(people).collect())
}

/// The terms of a wave.
struct Terms<'a> {
    caps: &'a Caps,
    spent: Amount,
    set_aside: Amount,
    needs: Vec<Need>,
    held: Vec<Need>,
}

impl<'a> Terms<'a> {
    fn of(board: &Board<'a>, due: &[Ask]) -> Self {
        let history = board.history;
        let needs = due.iter().map(|ask| Need::of_ask(&history.caps, ask, input_tokens(&ask.prompt))).collect();
        let (spent, set_aside) = match Rule::SetAside.holds_in(history.setup.format) {
            true => (taken::spent(history), taken::set_aside(history)),
            false => (taken::counted(history), Amount::default()),
        };
        Self { caps: &history.caps, spent, set_aside, needs, held: held(board, due) }
    }

    /// Room and requests for every ask: all requests with all the room if that fits, or else one request with as much room as
    /// does.
    fn granted(&self) -> Result<(u32, u32), Reached> {
        let most = self.needs.iter().map(|need| need.output_tokens_max).max().unwrap_or(ROOM_MIN);
        let least = ROOM_MIN.min(most);
        if let Some(requests) = (1..=REQUESTS_MAX).rev().find(|requests| self.exceeded(most, *requests).is_none()) {
            return Ok((most, requests));
        }
        if let Some(reached) = self.exceeded(least, 1) {
            return Err(reached);
        }
        let (mut fits, mut exceeds) = (least, most);
        while exceeds - fits > 1 {
            let between = fits + (exceeds - fits) / 2;
            *(if self.exceeded(between, 1).is_none() { &mut fits } else { &mut exceeds }) = between;
        }
        Ok((fits, 1))
    }

    /// The limit that asking with so much room, as often, may exceed.
    fn exceeded(&self, room: u32, requests: u32) -> Option<Reached> {
        let next = sum(self.needs.iter().map(|need| need.worst(room))).times(requests);
        let held = sum(self.held.iter().map(|need| need.worst(ROOM_MIN)));
        [LimitKind::Cost, LimitKind::Tokens].into_iter().find_map(|limit| {
            let max = self.caps.max(limit)?;
            let is_unpriced = limit == LimitKind::Cost && self.needs.iter().any(Need::is_unpriced);
            let (spent, set_aside) = (self.spent.of(limit), self.set_aside.of(limit));
            let (next, held) = (next.of(limit), held.of(limit));
            let reached = Reached { limit, max, spent, set_aside, next: (!is_unpriced).then_some(next), held };
            (is_unpriced || spent + set_aside + next + held > max).then_some(reached)
        })
    }
}

/// What is held back for the moderator's turns that come after `due` whatever happens: the sorting of an open question, and the
/// closing text; before the panel has its personas, the opening too.
fn held(board: &Board<'_>, due: &[Ask]) -> Vec<Need> {
    let phase = due.first().map_or(SYNTHESIS, |ask| ask.turn.phase.as_str());
    let mut held = Vec::new();
    let history = board.history;
    let shared = u64::try_from(prompt::shared(history).len()).unwrap_or(u64::MAX);
    let output_tokens_max = history.setup.limits.output_tokens_max;
    let need = |voice: &Voice, bytes: u64| {
        Need::new(&history.caps, voice, bytes.saturating_add(2 * OVERHEAD_TOKENS), output_tokens_max)
    };
    if phase == FRAMING {
        let agents = history.agents.iter().filter(|agent| !agent.voice.is_person());
        let opening = |voice| need(voice, shared.saturating_add(OPENING_BYTES));
        let search = &history.setup.web_search;
        held.extend(agents.map(|agent| opening(&agent.voice).searching(&history.caps, &agent.voice, search)));
    }
    if history.awaits_options() && phase != OPTIONS {
        let listed = u64::from(history.panel()).saturating_mul(STATEMENT_BYTES).saturating_add(shared);
        let voice = schedule::moderator_turn(history, OPTIONS, "").voices.into_iter().next();
        held.extend(voice.iter().flat_map(|voice| [need(voice, listed), need(voice, listed)]));
    }
    let wants_closing = match history.synthesis {
        SynthesisDue::AsSetUp => history.setup.synthesis,
        SynthesisDue::Requested => true,
        SynthesisDue::Waived => false,
    };
    if wants_closing && phase != SYNTHESIS {
        let seats = due.iter().filter(|ask| matches!(ask.turn.speaker, Speaker::Seat(_))).count();
        let growth = u64::try_from(seats).unwrap_or(u64::MAX).saturating_mul(GROWTH_BYTES);
        let turn = schedule::synthesis_turn(history);
        let so_far = moderator::synthesis(board, &turn.id, &decision::decide(board));
        held.extend(turn.voices.first().map(|voice| need(voice, prompt::bytes(&so_far).saturating_add(growth))));
    }
    held
}
