//! The hard limits of a session: what was spent, what comes next at its worst, and whether both fit.
//!
//! Pure: prices and limits are in the log. Asks are admitted in waves, all first attempts of a stage before any second
//! one, and what a wave is granted depends on nothing that comes of it, so that it does not matter who answers first.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt, Speaker, TurnId};
use crate::debate::history::{Attempt, History, SynthesisDue};
use crate::debate::prompt::{self, moderator};
use crate::debate::rules::Rule;
use crate::debate::schedule::{FRAMING, OPTIONS, SYNTHESIS};
use crate::debate::search::{SearchCost, WebSearch};
use crate::debate::{claims, decision, schedule, taken};

/// Output tokens below which a reply is not worth asking for; a session with a lower bound of its own keeps to that.
const ROOM_MIN: u32 = 4_000;
/// Most requests that may be billed for one attempt: the first, and one for each whose answer broke off.
const REQUESTS_MAX: u32 = 4;
/// Tokens that a provider may add to a prompt of its own accord.
const OVERHEAD_TOKENS: u64 = 1_000;
/// Tokens that mark off a message.
const MESSAGE_TOKENS: u64 = 16;
/// Bytes by which one reply is taken to lengthen the prompt of the closing text.
const GROWTH_BYTES: u64 = 4_000;
/// Bytes of an opening statement, and of a persona with what an opening asks.
const STATEMENT_BYTES: u64 = 1_000;
const OPENING_BYTES: u64 = 2_500;

/// The hard limits of a session. What was paid in the session that it branched off does not count.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Caps {
    /// US dollars, above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens, input and output together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Milliseconds that one run of the session may take; every resumption is a new run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
    /// What the session's voices cost; empty without a limit on cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// What searches may take; empty without a limit on cost or tokens, and where nobody may search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<SearchCost>,
}

/// The highest prices of a voice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Price {
    /// Vendor name.
    pub provider: String,
    /// Model name.
    pub model: String,
    /// US dollars for a million input tokens, written to a cache or not.
    pub input_usd: f64,
    /// US dollars for a million output tokens.
    pub output_usd: f64,
    /// US dollars for a request, whatever its tokens.
    #[serde(default)]
    pub request_usd: f64,
    /// The longest input, in tokens, that these prices hold for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens_max: Option<u64>,
}

/// What an attempt may take at most. Recorded where a limit on cost or tokens is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Input tokens of one request; bounded by the bytes of the prompt, and by what its searches are taken to find.
    pub input_tokens: u64,
    /// Searches of one request.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub searches: u32,
    /// Output tokens of one request.
    pub output_tokens: u32,
    /// Requests that may be billed, at least 1: another is sent after one whose answer broke off.
    pub requests: u32,
    /// Output tokens that any attempt of the wave may take.
    pub room: u32,
}

/// What is nothing is not said.
fn is_zero<N: Default + PartialEq>(amount: &N) -> bool {
    *amount == N::default()
}

/// A kind of limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// On US dollars.
    Cost,
    /// On tokens.
    Tokens,
    /// On time.
    Time,
}

/// A limit that leaves no room for what would come next, with the numbers in its unit: US dollars, tokens or seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Which limit.
    pub limit: LimitKind,
    /// The limit itself.
    pub max: f64,
    /// What had been spent; up to format 3, with what was set aside.
    pub spent: f64,
    /// What more the requests may have taken whose end was not seen: they count at their worst.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub set_aside: f64,
    /// What would have come next, at its worst with the least room; `None` when a prompt that long has no known price, and
    /// for time.
    pub next: Option<f64>,
    /// What was held back for the moderator's turns to come.
    pub held: f64,
}

impl Caps {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what is asked has to be counted beforehand.
    pub fn counts(&self) -> bool {
        self.cost_usd.is_some() || self.tokens.is_some()
    }

    /// A limit in its unit: US dollars, tokens or seconds.
    pub fn max(&self, limit: LimitKind) -> Option<f64> {
        match limit {
            LimitKind::Cost => self.cost_usd,
            LimitKind::Tokens => self.tokens.map(|tokens| tokens as f64),
            LimitKind::Time => self.time_ms.map(|ms| ms as f64 / 1_000.0),
        }
    }

    pub(super) fn price(&self, voice: &Voice) -> Option<&Price> {
        self.prices.iter().find(|price| price.provider == voice.provider && price.model == voice.model)
    }

    /// What the searches of a voice may take; `None` where it makes none, or nothing is counted.
    pub fn search(&self, voice: &Voice) -> Option<&SearchCost> {
        self.searches.iter().find(|search| search.provider == voice.provider)
    }

    /// US dollars for the searches of one request.
    pub(super) fn searches_usd(&self, voice: &Voice, searches: u32) -> f64 {
        let search = self.search(voice).filter(|_| searches > 0);
        search.and_then(|search| search.usd(searches)).unwrap_or(0.0)
    }
}

impl fmt::Display for Caps {
    /// The limits, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [LimitKind::Cost, LimitKind::Tokens, LimitKind::Time].into_iter();
        let set = kinds.filter_map(|limit| Some(limit.worded(self.max(limit)?)));
        let set: Vec<String> = set.collect();
        f.write_str(&if set.is_empty() { "none".to_owned() } else { set.join(", ") })
    }
}

impl Reached {
    /// The limit of a run that took so many seconds.
    pub fn time(max: f64) -> Self {
        Self { limit: LimitKind::Time, max, spent: max, set_aside: 0.0, next: None, held: 0.0 }
    }

    /// The lowest limit under which the debate would go on, in the limit's unit; `None` when none is known.
    pub fn least(&self) -> Option<f64> {
        self.next.map(|next| self.spent + self.set_aside + next + self.held)
    }

    /// The numbers, for people.
    pub fn numbers(&self) -> String {
        let amount = |value: f64| match self.limit {
            LimitKind::Cost => self.limit.worded(value),
            LimitKind::Tokens | LimitKind::Time => format!("{value:.0}"),
        };
        let max = self.limit.worded(self.max);
        let aside = match self.set_aside {
            0.0 => String::new(),
            aside => format!(", {} set aside for requests whose end was not seen", amount(aside)),
        };
        match (self.limit, self.next) {
            (LimitKind::Time, _) => format!("the limit of {max} for one run is over"),
            (LimitKind::Cost | LimitKind::Tokens, None) => {
                let spent = amount(self.spent);
                format!("{spent} of {max} spent{aside}, and a prompt as long as the next has no known price")
            }
            (LimitKind::Cost | LimitKind::Tokens, Some(next)) => {
                let held = if self.held > 0.0 {
                    format!(", {} held back for the moderator", amount(self.held))
                } else {
                    String::new()
                };
                format!("{} of {max} spent{aside}, up to {} needed next{held}", amount(self.spent), amount(next))
            }
        }
    }
}

impl LimitKind {
    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Time => "time",
        }
    }

    /// An amount in its unit.
    pub fn worded(self, value: f64) -> String {
        match self {
            Self::Cost => format!("${value:.4}"),
            Self::Tokens => format!("{value:.0} tokens"),
            Self::Time => format!("{value} s"),
        }
    }
}

/// An amount in both units that are counted beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amount {
    /// US dollars.
    pub usd: f64,
    /// Tokens.
    pub tokens: u64,
}

impl Amount {
    /// The amount in the unit of a limit; nothing for time, which is not counted.
    pub fn of(self, limit: LimitKind) -> f64 {
        match limit {
            LimitKind::Cost => self.usd,
            LimitKind::Tokens => self.tokens as f64,
            LimitKind::Time => 0.0,
        }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { usd: self.usd + other.usd, tokens: self.tokens.saturating_add(other.tokens) }
    }

    /// What is left of it above the other.
    pub(super) fn beyond(self, other: Self) -> Self {
        Self { usd: (self.usd - other.usd).max(0.0), tokens: self.tokens.saturating_sub(other.tokens) }
    }

    /// So many of it.
    pub fn times(self, count: u32) -> Self {
        Self { usd: self.usd * f64::from(count), tokens: self.tokens.saturating_mul(u64::from(count)) }
    }
}

pub(super) fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::default(), Amount::plus)
}

/// The most input tokens that a prompt may be counted as: no token is shorter than a byte.
pub fn input_tokens(prompt: &Prompt) -> u64 {
    let schema = u64::try_from(prompt.schema.json.to_string().len()).unwrap_or(u64::MAX);
    let messages = u64::try_from(prompt.messages.len()).unwrap_or(u64::MAX);
    let bytes = prompt::bytes(prompt).saturating_add(schema);
    bytes.saturating_add(OVERHEAD_TOKENS).saturating_add(messages.saturating_mul(MESSAGE_TOKENS))
}

/// What one request of an ask may take at its worst, with an input of so many tokens before anything is searched for; `None`
/// where so long an input has no known price.
pub fn worst(caps: &Caps, ask: &Ask, input_tokens: u64) -> Option<Amount> {
    let need = Need::of_ask(caps, ask, input_tokens);
    let is_unpriced = caps.cost_usd.is_some() && need.is_unpriced();
    (!is_unpriced).then(|| need.worst(u32::MAX))
}

/// Grants `asks` what the limits leave for them, or says which limit leaves too little. `group` are the turns that are asked at
/// the same time, over or not; only the wave that is due is returned.
pub(crate) fn admit(history: &History, group: &[TurnId], asks: Vec<Ask>) -> Result<Vec<Ask>, Reached> {
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
        None => Terms::of(history, &due).granted()?,
    };
    for ask in &mut due {
        let output_tokens = ask.prompt.output_tokens_max.min(room);
        let Need { input_tokens, searches, .. } = Need::of_ask(&history.caps, ask, input_tokens(&ask.prompt));
        ask.grant = Some(Grant { input_tokens, searches, output_tokens, requests, room });
        ask.prompt.output_tokens_max = output_tokens;
    }
    Ok(due.into_iter().chain(people).collect())
}

/// What one request may take, but for its output.
pub(super) struct Need {
    price: Option<Price>,
    input_tokens: u64,
    /// Of those, the most that are read at once.
    longest_tokens: u64,
    output_tokens_max: u32,
    searches: u32,
    searches_usd: f64,
}

impl Need {
    fn new(caps: &Caps, voice: &Voice, input_tokens: u64, output_tokens_max: u32) -> Self {
        let price = caps.price(voice).cloned();
        Self { price, input_tokens, longest_tokens: input_tokens, output_tokens_max, searches: 0, searches_usd: 0.0 }
    }

    fn of_ask(caps: &Caps, ask: &Ask, input_tokens: u64) -> Self {
        let need = Self::new(caps, &ask.voice, input_tokens, ask.prompt.output_tokens_max);
        need.searching(caps, &ask.voice, &ask.search)
    }

    /// The same request with all the searches that it may make.
    fn searching(self, caps: &Caps, voice: &Voice, search: &WebSearch) -> Self {
        let Some(cost) = search.terms().and_then(|_| caps.search(voice)) else { return self };
        let searches = cost.searches_max;
        Self {
            input_tokens: cost.input_tokens(self.input_tokens, searches),
            longest_tokens: cost.longest(self.input_tokens),
            searches,
            searches_usd: caps.searches_usd(voice, searches),
            ..self
        }
    }

    /// What was asked before there was a limit has no grant, and is bounded by what all prompts are.
    pub(super) fn of_attempt(history: &History, attempt: &Attempt) -> Self {
        let without = || (attempt.prompt.bytes.saturating_add(OVERHEAD_TOKENS), history.setup.limits.output_tokens_max);
        let (input, output) = attempt.grant.map_or_else(without, |grant| (grant.input_tokens, grant.output_tokens));
        let searches = attempt.grant.map_or(0, |grant| grant.searches);
        let searches_usd = history.caps.searches_usd(&attempt.voice, searches);
        Self { searches, searches_usd, ..Self::new(&history.caps, &attempt.voice, input, output) }
    }

    /// Whether the prompt may be longer than its price holds for.
    fn is_unpriced(&self) -> bool {
        let longest = self.price.as_ref().and_then(|price| price.input_tokens_max);
        longest.is_some_and(|max| self.longest_tokens > max)
    }

    /// The worst case of one request with so much room.
    pub(super) fn worst(&self, room: u32) -> Amount {
        let output_tokens = u64::from(self.output_tokens_max.min(room));
        Amount {
            usd: self.price.as_ref().map_or(0.0, |price| price.of(self.input_tokens, output_tokens))
                + self.searches_usd,
            tokens: self.input_tokens.saturating_add(output_tokens),
        }
    }
}

impl Price {
    /// US dollars for one request.
    pub fn of(&self, input_tokens: u64, output_tokens: u64) -> f64 {
        let (input, output) = (input_tokens as f64 * self.input_usd, output_tokens as f64 * self.output_usd);
        (input + output) / 1_000_000.0 + self.request_usd
    }
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
    fn of(history: &'a History, due: &[Ask]) -> Self {
        let needs = due.iter().map(|ask| Need::of_ask(&history.caps, ask, input_tokens(&ask.prompt))).collect();
        let (spent, set_aside) = match Rule::SetAside.holds_in(history.setup.format) {
            true => (taken::spent(history), taken::set_aside(history)),
            false => (taken::counted(history), Amount::default()),
        };
        Self { caps: &history.caps, spent, set_aside, needs, held: held(history, due) }
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
fn held(history: &History, due: &[Ask]) -> Vec<Need> {
    let phase = due.first().map_or(SYNTHESIS, |ask| ask.turn.phase.as_str());
    let mut held = Vec::new();
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
        let so_far = moderator::synthesis(history, &turn.id, &decision::decide(history), &claims::ledger(history));
        held.extend(turn.voices.first().map(|voice| need(voice, prompt::bytes(&so_far).saturating_add(growth))));
    }
    held
}
