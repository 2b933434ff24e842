//! The hard limits of a session, from the configuration: whether they can be kept, and whether they leave room to begin.

use crate::app::search;
use crate::config::{Config, Origin, keys};
use crate::debate::agent::Voice;
use crate::debate::event::{Event, Logged};
use crate::debate::history::History;
use crate::debate::log::limits::{Caps, LimitKind, Price, Reached};
use crate::debate::log::setup::Setup;
use crate::debate::protocol::{self, Step};
use crate::debate::search::WebSearch;
use crate::debate::taken;
use crate::error::Failure;
use crate::message::{Action, Field, Message, message};
use crate::providers::{rehearsal, table};

/// Where a setting must come from to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Anywhere.
    Anywhere,
    /// The command line.
    Flag,
}

/// The limits for a session with these voices. Fails where a limit on cost is set and a voice has no known price.
pub(super) fn caps<'a>(
    config: &Config,
    voices: impl Iterator<Item = &'a Voice>,
    web_search: &WebSearch,
) -> Result<Caps, Failure> {
    priced(read(config, From::Anywhere), voices, web_search)
}

/// Every voice that a session may send a request to.
pub(super) fn voices(setup: &Setup) -> impl Iterator<Item = &Voice> {
    let seated = setup.agents.iter().map(|agent| &agent.voice).filter(|voice| !voice.is_person());
    seated.chain(&setup.moderators).chain(&setup.fallbacks)
}

/// Fails if the limits of a new session leave no room for its opening, naming the least that would do.
pub(super) fn check_start(setup: &Setup) -> Result<(), Failure> {
    let first = Logged { seq: 1, at_ms: 0, event: Event::SessionOpened(Box::new(setup.clone())) };
    let Some(reached) = History::open(&first).ok().and_then(|history| bite(&history)) else { return Ok(()) };
    let told = format!(" is too low for the opening of this debate: {}", reached.numbers());
    let failure = Failure::usage(message![field(reached.limit), told]);
    let fewer = setup.web_search.terms().map(|_| format!(", or allow fewer searches with {}", keys::WEB_SEARCH_MAX));
    let raise = raise(&reached).and(fewer.unwrap_or_default());
    Err(failure.with_hint(message![raise, "; ", Action::Plan, " tells what to expect"]))
}

/// Fails if a stored session would end again at once, once `events` are appended to it.
pub(super) fn check_goes_on(history: &History, events: &[Event]) -> Result<(), Failure> {
    let mut history = history.clone();
    for event in events {
        let logged = Logged { seq: history.seq + 1, at_ms: history.latest_ms, event: event.clone() };
        history.apply(&logged).map_err(super::failures::history_failure)?;
    }
    let Some(reached) = bite(&history) else { return Ok(()) };
    let session = history.setup.session.to_string();
    let failure = Failure::limit(format!("the limit on {} is reached: {}", reached.limit.title(), reached.numbers()));
    Err(failure.with_hint(raise(&reached)).with_session(session))
}

/// A limit that was reached, with what has been taken by now: closing texts come after it.
pub(super) fn standing(history: &History, reached: Reached) -> Reached {
    let limit = reached.limit;
    let (spent, set_aside) = (taken::spent(history).of(limit), taken::set_aside(history).of(limit));
    Reached { spent, set_aside, ..reached }
}

/// What to raise a limit with, and the least that would do.
pub(super) fn raise(reached: &Reached) -> Message {
    let field = field(reached.limit);
    match (reached.limit, reached.least()) {
        (LimitKind::Cost | LimitKind::Tokens, Some(least)) => {
            message!["pass ", field, format!(" {} or more", rounded_up(reached.limit, least))]
        }
        (LimitKind::Cost | LimitKind::Tokens, None) => {
            message!["pass ", Field::MaxTokens, " in place of ", Field::MaxCost]
        }
        (LimitKind::Time, _) => message!["pass ", field, " with more time"],
    }
}

/// The same in plain words, for what is kept with a reply that did not come.
pub(super) fn raise_in_words(reached: &Reached) -> String {
    match reached.least() {
        Some(least) => {
            format!("raise the limit on {} to {} or more", reached.limit.title(), rounded_up(reached.limit, least))
        }
        None => format!("raise the limit on {}", reached.limit.title()),
    }
}

/// A least amount, rounded up so that what is printed does.
fn rounded_up(limit: LimitKind, least: f64) -> String {
    match limit {
        LimitKind::Cost => format!("{:.4}", (least * 10_000.0).ceil() / 10_000.0),
        LimitKind::Tokens | LimitKind::Time => format!("{least:.0}"),
    }
}

/// The field that sets a limit.
pub(super) fn field(limit: LimitKind) -> Field {
    match limit {
        LimitKind::Cost => Field::MaxCost,
        LimitKind::Tokens => Field::MaxTokens,
        LimitKind::Time => Field::Timeout,
    }
}

/// The limit that the next step is to be the end by.
fn bite(history: &History) -> Option<Reached> {
    match protocol::next(history) {
        Step::Record(Event::LimitReached(reached)) => Some(reached),
        Step::Record(_) | Step::Ask(_) | Step::Wait | Step::Done => None,
    }
}

pub(super) fn read(config: &Config, from: From) -> Caps {
    let counts = |name: &str| {
        let origin = config.setting(name).map(|setting| &setting.origin);
        origin.is_some_and(|origin| from == From::Anywhere || *origin == Origin::Flag)
    };
    Caps {
        cost_usd: config.max_cost_usd().filter(|_| counts(keys::MAX_COST)),
        tokens: config.max_tokens().map(u64::from).filter(|_| counts(keys::MAX_TOKENS)),
        time_ms: config
            .timeout()
            .filter(|_| counts(keys::TIMEOUT))
            .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        prices: Vec::new(),
        searches: Vec::new(),
    }
}

pub(super) fn priced<'a>(
    mut caps: Caps,
    voices: impl Iterator<Item = &'a Voice>,
    web_search: &WebSearch,
) -> Result<Caps, Failure> {
    for voice in voices {
        set_aside(&mut caps, voice, web_search)?;
        if caps.cost_usd.is_none() {
            continue;
        }
        let is_known = caps.prices.iter().any(|price| price.provider == voice.provider && price.model == voice.model);
        if !is_known {
            caps.prices.push(price(voice).ok_or_else(|| unpriced(voice))?);
        }
    }
    Ok(caps)
}

/// Notes what the searches of a voice may take, where a limit counts them.
fn set_aside(caps: &mut Caps, voice: &Voice, web_search: &WebSearch) -> Result<(), Failure> {
    let is_known = caps.searches.iter().any(|search| search.provider == voice.provider);
    let terms = web_search.terms().filter(|_| caps.counts() && !is_known);
    let Some(cost) = terms.and_then(|terms| search::cost(terms, &voice.provider)) else { return Ok(()) };
    if caps.cost_usd.is_some() && cost.search_usd.is_none() {
        let told = format!(" cannot be kept: the price of a search at {} is not known", voice.provider);
        let hint = message!["limit tokens with ", Field::MaxTokens, " in its place, or search nothing"];
        return Err(Failure::usage(message![Field::MaxCost, told]).with_hint(hint));
    }
    caps.searches.push(cost);
    Ok(())
}

/// The failure of a limit on cost that cannot be kept.
pub(super) fn unpriced(voice: &Voice) -> Failure {
    let told = format!(" cannot be kept: the price of {} at {} is not known", voice.model, voice.provider);
    Failure::usage(message![Field::MaxCost, told]).with_hint(message![
        "limit tokens with ",
        Field::MaxTokens,
        " in its place, or choose models that ",
        Action::ListProviders,
        " lists a price for"
    ])
}

/// The highest prices of a voice; `None` when they are not known.
pub(super) fn price(voice: &Voice) -> Option<Price> {
    let rates = match voice.provider.as_str() {
        rehearsal::NAME => table::Rates::default(),
        provider => table::rates(table::find(provider)?, &voice.model)?,
    };
    Some(Price {
        provider: voice.provider.clone(),
        model: voice.model.clone(),
        input_usd: rates.input_usd.max(rates.cache_write_usd),
        output_usd: rates.output_usd,
        request_usd: rates.request_usd,
        input_tokens_max: rates.input_tokens_max,
    })
}
