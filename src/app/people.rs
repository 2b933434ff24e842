//! What people bring into a session that waits for them: facts, and their own turns.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::app::program::App;
use crate::app::session::{Begun, Session};
use crate::app::{changed_limits, supplied};
use crate::debate::agent::Seat;
use crate::debate::event::{Event, Fact};
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;
use crate::debate::person::{self, Due};
use crate::debate::waiting::Waiting;
use crate::debate::{needs, text};
use crate::error::Failure;
use crate::export::phrases::awaited;
use crate::export::{ballot, record};
use crate::material::Guard;
use crate::message::{Action, Field, Message, Target, Wording, message};

/// Longest need in a message, in characters.
const QUERY_CHARS_MAX: usize = 120;

/// What people answer to a session that waits for them.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Facts; what has none is gone on without.
    Facts(Vec<Fact>),
    /// A turn.
    Turn {
        /// Whose: a seat's number, id or name; `None` where only one is waited for.
        seat: Option<String>,
        /// What was filled in.
        form: Map<String, Value>,
    },
}

impl App {
    /// Answers a session that waits for people, which can then be run. Sends no request.
    ///
    /// # Errors
    /// The session does not wait for this answer, a form cannot be read, or a text looks like a secret. Also fails when
    /// the session is being run, has no provider, or is at a limit.
    pub async fn answer(&self, name: &str, answer: Answer, guard: Guard, pace: Duration) -> Result<Session, Failure> {
        match &answer {
            Answer::Facts(facts) => supplied::check_secrets(&self.config, outgoing(facts), guard)?,
            Answer::Turn { form, .. } => {
                let written = written(form);
                let texts = written.iter().map(|(place, text)| (place.clone(), text.as_str()));
                supplied::check_secrets(&self.config, texts, guard)?;
            }
        }
        let mut taken = self.take(name)?;
        let answered = match answer {
            Answer::Facts(facts) => vec![Event::NeedsAnswered { facts: answering(&taken.history, facts)? }],
            Answer::Turn { seat, form } => turn(&taken.history, seat.as_deref(), &form)?,
        };
        let mut events = changed_limits::set(&self.config, &taken)?;
        events.extend(answered);
        let provider = self.provider_of(&taken.history, pace)?;
        let before = taken.history.clone();
        let begun = Some(Begun { before, events: taken.append_within_limits(events).await? });
        Ok(Session { begun, ..taken.session(provider, &self.telemetry) })
    }

    /// The papers that a session waits for people to fill in, each with the front-end's way to hand it in.
    ///
    /// # Errors
    /// No session fits the name, or it waits for nobody's turn.
    pub fn papers(&self, name: &str, wording: &dyn Wording) -> Result<String, Failure> {
        let history = self.load(name)?;
        let due = person::due(&history);
        if due.is_empty() {
            return Err(no_turn(&history));
        }
        let hand_in = wording.action(&Action::HandInBallot(Target::of(history.setup.session)));
        Ok(due.iter().map(|due| ballot::paper(&history, due, &hand_in)).collect::<Vec<_>>().join("\n"))
    }
}

/// Reads a form that a person has filled in: YAML or JSON, one map of fields.
///
/// # Errors
/// A usage failure, with the place, for what is neither YAML nor JSON; and for what is no map.
pub fn form(given: &str) -> Result<Map<String, Value>, Failure> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_yaml::budget! { max_nodes: 2_000, max_depth: 8, max_aliases: 0, max_documents: 1 },
    };
    let form: Value = serde_yaml::from_str_with_options(given, options).map_err(|error| {
        let place = error.location().map(|at| format!(" at line {}, column {}", at.line(), at.column()));
        let place = place.unwrap_or_default();
        Failure::usage(message![Field::Ballot, format!(" cannot be read{place}")])
            .with_hint("write YAML or JSON: option, because, confidence")
    })?;
    match form {
        Value::Object(form) => Ok(form),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Failure::usage(message![Field::Ballot, " is no map of fields"])
                .with_hint("write `option: 1` and `because: why`, a line each"))
        }
    }
}

/// Every text of the facts that goes into prompts, with the place it comes from.
pub(super) fn outgoing(facts: &[Fact]) -> Vec<(Message, &str)> {
    let told = |fact: &Fact| message![Field::Facts, format!(" \"{}\"", text::clip(&fact.about, 60))];
    facts
        .iter()
        .flat_map(|fact| [(Field::Facts.into(), fact.about.as_str()), (told(fact), fact.text.as_str())])
        .collect()
}

/// What a person wrote into a form, with the place it comes from.
fn written(form: &Map<String, Value>) -> Vec<(Message, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    form.iter().map(|(field, value)| (message![Field::Ballot, format!(" {field}")], text(value))).collect()
}

/// The facts with the needs that they answer: a fact about `n1` answers the need of that id.
pub(super) fn resolved(history: &History, facts: Vec<Fact>) -> Vec<Fact> {
    let entries = needs::needs(history);
    let resolve = |fact: Fact| {
        let meant = entries.iter().find(|entry| entry.id.0.eq_ignore_ascii_case(&fact.about));
        meant.map_or(fact.clone(), |entry| Fact { need: Some(entry.id.clone()), about: entry.query.clone(), ..fact })
    };
    facts.into_iter().map(resolve).collect()
}

fn answering(history: &History, facts: Vec<Fact>) -> Result<Vec<Fact>, Failure> {
    let session = history.setup.session.to_string();
    let Some(Waiting::Facts(waited)) = &history.waiting else {
        let failure = Failure::usage(format!("session {session} does not wait for facts"));
        return Err(failure
            .with_hint(message![Action::Show(Target::of(&session)), " tells how it stands"])
            .with_session(session));
    };
    let facts = resolved(history, facts);
    let answers = |fact: &Fact| fact.need.as_ref().is_some_and(|need| waited.contains(need));
    if !facts.is_empty() && !facts.iter().any(answers) {
        let ids: Vec<&str> = waited.iter().map(|need| need.0.as_str()).collect();
        let failure = Failure::usage(format!("none of the facts is about {}, which is waited for", ids.join(" or ")));
        return Err(failure.with_hint(how_to_answer(history).unwrap_or_default()).with_session(session));
    }
    Ok(facts)
}

fn turn(history: &History, seat: Option<&str>, form: &Map<String, Value>) -> Result<Vec<Event>, Failure> {
    let session = history.setup.session.to_string();
    let due = person::due(history);
    let is_meant = |due: &&Due| seat.is_none_or(|seat| is_called(history, due.ask.turn.speaker, seat));
    let meant: Vec<&Due> = due.iter().filter(is_meant).collect();
    let names = || due.iter().map(|due| text::line(&record::name(history, due.ask.turn.speaker))).collect::<Vec<_>>();
    match (meant.as_slice(), seat) {
        ([one], _) => person::taken(history, one, form).map_err(|problem| {
            Failure::usage(message![Field::Ballot, format!(": {problem}")])
                .with_hint(message![Action::ShowBallot(Target::of(&session)), " prints what to fill in"])
                .with_session(session.clone())
        }),
        ([], Some(seat)) if !due.is_empty() => {
            Err(Failure::usage(message![Field::Seats, format!(" is `{seat}`, whose turn it is not")])
                .with_hint(format!("it is waited for {}", names().join(", ")))
                .with_session(session))
        }
        ([], _) => Err(no_turn(history)),
        (_, _) => Err(Failure::usage("several people are waited for, and the ballot does not say whose it is")
            .with_hint(message!["add ", Field::Seats, format!(" with one of {}", names().join(", "))])
            .with_session(session)),
    }
}

fn is_called(history: &History, speaker: Speaker, called: &str) -> bool {
    let Speaker::Seat(Seat(number)) = speaker else { return false };
    let agent = history.agent(Seat(number));
    let by_name = |name: &str| text::same(name, called);
    called.trim() == number.to_string() || agent.is_some_and(|agent| by_name(&agent.id) || by_name(&agent.name))
}

fn no_turn(history: &History) -> Failure {
    let session = history.setup.session.to_string();
    let failure = Failure::usage(format!("session {session} does not wait for anybody's turn"));
    let hint =
        how_to_answer(history).unwrap_or_else(|| message![Action::Show(Target::of(&session)), " tells how it stands"]);
    failure.with_hint(hint).with_session(session)
}

/// How a session that waits is answered; `None` for one that does not wait.
pub(super) fn how_to_answer(history: &History) -> Option<Message> {
    let session = || Target::of(history.setup.session);
    Some(match history.waiting.as_ref()? {
        Waiting::Facts(waited) => {
            let needs = waited.iter().map(ToString::to_string).collect();
            let (supply, resume) = (Action::SupplyFacts(session(), needs), Action::Resume(session()));
            message![supply, " supplies it, ", resume, " goes on without"]
        }
        Waiting::Turns(_) => message![
            Action::ShowBallot(session()),
            " prints what to fill in, ",
            Action::HandInBallot(session()),
            " hands it in"
        ],
    })
}

/// The failure of a session that waits for people; `None` for one that does not.
pub(super) fn waiting(history: &History) -> Option<Failure> {
    let hint = how_to_answer(history)?;
    let awaited: Vec<String> = awaited(history).iter().map(|line| text::clip(line, QUERY_CHARS_MAX)).collect();
    Some(Failure::waiting(format!("the debate waits for people: {}", awaited.join("; "))).with_hint(hint))
}
