//! The made-up worlds: each answers whatever the core asks, and counts it.

use crate::app::plan::case::Case;
use crate::app::plan::speech;
use crate::app::search;
use crate::debate::agent::Voice;
use crate::debate::ask::Ask;
use crate::debate::event::{Event, Logged};
use crate::debate::fold::HistoryError;
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::limits::Caps;
use crate::debate::log::setup::Setup;
use crate::debate::mode::StopRule;
use crate::debate::protocol::{self, Step};
use crate::debate::reply::{Finish, Reply, Usage};
use crate::debate::search::SearchCost;
use crate::debate::{amount, prompt};
use crate::providers::rehearsal;
use crate::providers::table::{self, Rates};

/// Bytes of text to a token: the fewest that is ever counted in a whole text, and the vendors' own rule of thumb. No token is
/// shorter than a byte.
const BYTES_MOST: u64 = 8;
const BYTES_TYPICAL: u64 = 4;
/// Searches of a turn that may search.
const SEARCHES_TYPICAL: u32 = 2;

/// A reply that was paid for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) turn: TurnId,
    /// The form that was asked for.
    pub(super) purpose: String,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cost_usd: Option<f64>,
}

/// Runs the debate of `setup` to its end, without its limits.
pub(super) fn calls(setup: &Setup, case: Case) -> Result<Vec<Call>, HistoryError> {
    let first = Event::SessionOpened(Box::new(held(setup, case)));
    let mut history = History::open(&Logged { seq: 1, at_ms: 0, event: first })?;
    let mut calls = Vec::new();
    loop {
        match protocol::next(&history) {
            Step::Done | Step::Wait => return Ok(calls),
            Step::Record(event) => record(&mut history, event)?,
            Step::Ask(asks) => {
                for ask in asks {
                    let reply = reply(&history, &ask, case);
                    if !ask.voice.is_person() {
                        let own = call(setup, &ask, &reply.usage, case);
                        calls.push(stand_ins(&history, &ask, case).into_iter().fold(own, Call::most));
                    }
                    answer(&mut history, ask, reply)?;
                }
            }
        }
    }
}

/// The calls that fallbacks would make of an ask, where all that may happen does. As many replies are paid for at most: one that
/// failed is none.
fn stand_ins(history: &History, ask: &Ask, case: Case) -> Vec<Call> {
    if case != Case::Max || ask.turn.speaker == Speaker::Moderator {
        return Vec::new();
    }
    let stepping_in = |voice: &Voice| {
        let ask = Ask { voice: voice.clone(), ..ask.clone() };
        call(&history.setup, &ask, &reply(history, &ask, case).usage, case)
    };
    history.setup.fallbacks.iter().map(stepping_in).collect()
}

impl Call {
    /// The more of each. No price is known where one of the two is not.
    fn most(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.max(other.input_tokens),
            output_tokens: self.output_tokens.max(other.output_tokens),
            cost_usd: self.cost_usd.zip(other.cost_usd).map(|(one, another)| one.max(another)),
            ..self
        }
    }
}

/// The session as a case holds it: with no limit and no rule that could end it by chance; at the least with the fewest rounds
/// that its rules may end it after.
fn held(setup: &Setup, case: Case) -> Setup {
    let mut setup = Setup { caps: Caps::default(), gate: None, ..setup.clone() };
    let confidence = setup.thresholds.confidence.take().is_some();
    for phase in &mut setup.mode.phases {
        let may_end_early = confidence || phase.until.iter().any(|rule| *rule != StopRule::MaxRounds);
        phase.until.clear();
        if let (Case::Low, true, Some(rounds)) = (case, may_end_early, &mut phase.rounds) {
            rounds.default = rounds.min;
        }
    }
    setup
}

fn record(history: &mut History, event: Event) -> Result<(), HistoryError> {
    history.apply(&Logged { seq: history.seq + 1, at_ms: 0, event })
}

fn answer(history: &mut History, ask: Ask, reply: Reply) -> Result<(), HistoryError> {
    let (turn, attempt, prompt) = (ask.turn, ask.attempt, prompt::mark(&ask.prompt));
    let response = protocol::read(history, &turn, &reply);
    record(history, Event::TurnStarted { turn: turn.clone(), attempt, voice: ask.voice, prompt, grant: None })?;
    record(history, Event::TurnFinished { turn, attempt, reply, response })
}

fn reply(history: &History, ask: &Ask, case: Case) -> Reply {
    let room = u64::from(ask.prompt.output_tokens_max);
    let (text, finish) = match case {
        Case::Max if ask.attempt < history.setup.limits.attempts_max => (speech::cut_off(room), Finish::Truncated),
        Case::Low | Case::Likely | Case::Max => (speech::speech(history, ask, case), Finish::Complete),
    };
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let schema = u64::try_from(ask.prompt.schema.json.to_string().len()).unwrap_or(u64::MAX);
    let input = prompt::bytes(&ask.prompt);
    let search = searching(ask);
    let (input_tokens, output_tokens, searches) = match case {
        Case::Low => (input / BYTES_MOST, bytes / BYTES_MOST, 0),
        // As much again for the reasoning that is not shown.
        Case::Likely => ((input + schema) / BYTES_TYPICAL, (2 * bytes / BYTES_TYPICAL).min(room), SEARCHES_TYPICAL),
        Case::Max => (amount::input_tokens(&ask.prompt), room, u32::MAX),
    };
    let searches = search.as_ref().map_or(0, |search| searches.min(search.searches_max));
    let input_tokens = search.map_or(input_tokens, |search| search.input_tokens(input_tokens, searches));
    Reply {
        text,
        reasoning: None,
        model: ask.voice.model.clone(),
        finish,
        usage: Usage { input_tokens, output_tokens, searches: searches.into(), estimated: true, ..Usage::default() },
        cost_usd: None,
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 0,
        requests: 1,
        lost: 0,
        loss: None,
    }
}

fn call(setup: &Setup, ask: &Ask, usage: &Usage, case: Case) -> Call {
    let of = |voice: &Voice| cost(voice, usage, case);
    let cost_usd = match (ask.turn.speaker, case) {
        // Another one may have to step in.
        (Speaker::Moderator, Case::Max) => {
            let costs: Option<Vec<f64>> = setup.moderators.iter().map(of).collect();
            costs.map(|costs| costs.into_iter().fold(0.0, f64::max))
        }
        (Speaker::Moderator, Case::Low) => {
            let costs: Option<Vec<f64>> = setup.moderators.iter().map(of).collect();
            costs.and_then(|costs| costs.into_iter().reduce(f64::min))
        }
        (Speaker::Moderator, Case::Likely) => of(&ask.voice),
        (Speaker::Seat(_), _) => {
            of(&ask.voice).zip(searches_usd(ask, usage)).map(|(tokens, searches)| tokens + searches)
        }
    };
    Call {
        turn: ask.turn.clone(),
        purpose: ask.prompt.schema.name.clone(),
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cost_usd,
    }
}

/// What a search in this turn may take; `None` where it makes none.
fn searching(ask: &Ask) -> Option<SearchCost> {
    search::cost(ask.search.terms()?, &ask.voice.provider)
}

fn searches_usd(ask: &Ask, usage: &Usage) -> Option<f64> {
    let searches = u32::try_from(usage.searches).unwrap_or(u32::MAX);
    searching(ask).filter(|_| searches > 0).map_or(Some(0.0), |search| search.usd(searches))
}

fn cost(voice: &Voice, usage: &Usage, case: Case) -> Option<f64> {
    let rates = match voice.provider.as_str() {
        rehearsal::NAME => Rates::default(),
        provider => table::rates(table::find(provider)?, &voice.model)?,
    };
    let input_usd = match case {
        Case::Low => rates.input_usd.min(rates.cached_usd),
        Case::Likely => rates.input_usd,
        Case::Max => rates.input_usd.max(rates.cache_write_usd),
    };
    let tokens = usage.input_tokens as f64 * input_usd + usage.output_tokens as f64 * rates.output_usd;
    Some(tokens / 1_000_000.0 + rates.request_usd)
}
