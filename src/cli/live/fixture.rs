//! A debate for the tests: answers come from a closure, everything else from the protocol.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use uuid::Uuid;

use crate::app::Notice;
use crate::debate::agent::Voice;
use crate::debate::ask::Ask;
use crate::debate::event::{Event, FORMAT, Logged};
use crate::debate::history::{History, Outcome};
use crate::debate::log::ids::{PromptMark, SessionId, Speaker};
use crate::debate::log::limits::Caps;
use crate::debate::log::setup::{Limits, Setup};
use crate::debate::mode::Mode;
use crate::debate::personas::{self, Numbering};
use crate::debate::protocol::{self, Step};
use crate::debate::question::{OptionId, Question};
use crate::debate::reply::{Fault, FaultKind, Finish, Reply, Usage};
use crate::debate::response::{
    Ballot, Change, Claim, ClaimId, ClaimKind, Evidence, EvidenceKind, Position, Response, Stance,
};
use crate::debate::search::WebSearch;
use crate::debate::thresholds::Thresholds;

/// A terminal that only remembers what was written to it.
#[derive(Clone, Default)]
pub(super) struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Tape {
    /// What was written since the last look.
    pub(super) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

/// A sealed opening, then up to two rounds of talk.
pub(super) const TALK: &str = "
  - { name: opening, stages: [{ name: opening, speakers: all, sees: nothing, form: position, ask: speak }] }
  - { name: exchange, rounds: { default: 2, max: 3 }, stages: [{ name: exchange, speakers: all, sees: previous_round, form: position, ask: speak }] }";

/// A sealed opening, and a vote on it.
pub(super) const TALK_AND_VOTE: &str = "
  - { name: opening, stages: [{ name: opening, speakers: all, sees: nothing, form: position, ask: speak }] }
  - { name: verdict, stages: [{ name: verdict, speakers: all, sees: everything, form: ballot, ask: vote }] }";

/// Sealed ballots alone.
pub(super) const VOTE: &str = "
  - { name: vote, stages: [{ name: vote, speakers: all, sees: nothing, form: ballot, ask: vote }] }";

/// A debate under way.
pub(super) struct Play {
    pub(super) history: History,
}

impl Play {
    /// A session of three seats, two vendors and two options.
    pub(super) fn open(phases: &str, seats: u32) -> Self {
        let personas = "[{ name: Analyst, trait: t }, { name: 分析者, trait: t }, { name: 'Zoë 🦀', trait: t }]";
        let head = format!(
            "mode: trial\ntitle: Trial\nsummary: s\nbest_for: b\npanel: {{ personas: {personas} }}\ndecision: {{ synthesis: false }}"
        );
        let mode: Mode = serde_yaml::from_str(&format!("{head}\nphases:{phases}\n")).unwrap();
        let voice = |provider: &str, model: &str| Voice {
            provider: provider.into(),
            model: model.into(),
            family: provider.into(),
        };
        let voices = [voice("anthropic", "claude-sonnet-4-5"), voice("openai", "gpt-5.2")];
        let setup = Setup {
            format: FORMAT,
            session: SessionId(Uuid::nil()),
            program: "0".into(),
            question: Question::new("Split\u{1b}[2J it?", &["Split the billing service out now".into(), "Wait".into()])
                .unwrap(),
            agents: personas::seat(&mode.panel.personas, Numbering::Repeated, seats, &voices),
            moderators: voices.to_vec(),
            fallbacks: Vec::new(),
            frames: false,
            rounds: None,
            synthesis: false,
            compact: Vec::new(),
            limits: Limits::for_panel(seats),
            thresholds: Thresholds::default(),
            web_search: WebSearch::Unsaid,
            gate: None,
            needs: None,
            seed: 1,
            name: None,
            tags: BTreeMap::new(),
            parent: None,
            context: Vec::new(),
            assumptions: Vec::new(),
            caps: Caps::default(),
            mode,
        };
        let logged = Logged { seq: 1, at_ms: 0, event: Event::SessionOpened(Box::new(setup)) };
        Self { history: History::open(&logged).unwrap() }
    }

    /// Stamps and folds an event.
    pub(super) fn record(&mut self, event: Event) -> Notice {
        let logged = Logged { seq: self.history.seq + 1, at_ms: 0, event };
        self.history.apply(&logged).unwrap();
        Notice::Recorded(Arc::new(logged))
    }

    /// Takes the next step; every turn that is due is started, and then answered in speaking order.
    ///
    /// Each notice is shown to `watcher` with the history that holds it. Returns whether there was anything to do.
    pub(super) fn step(
        &mut self,
        answer: &mut dyn FnMut(&Ask) -> Outcome,
        watcher: &mut dyn FnMut(&History, &Notice),
    ) -> bool {
        let mut tell = |play: &mut Self, event| {
            let notice = play.record(event);
            watcher(&play.history, &notice);
        };
        match protocol::next(&self.history) {
            Step::Done | Step::Wait => return false,
            Step::Record(event) => tell(self, event),
            Step::Ask(asks) => {
                for ask in &asks {
                    tell(self, started(ask));
                }
                for ask in &asks {
                    tell(self, landed(ask, answer(ask)));
                }
            }
        }
        true
    }

    /// Plays to the end.
    pub(super) fn finish(
        &mut self,
        mut answer: impl FnMut(&Ask) -> Outcome,
        mut watcher: impl FnMut(&History, &Notice),
    ) {
        while self.step(&mut answer, &mut watcher) {}
    }

    /// The turns that are due.
    pub(super) fn due(&self) -> Vec<Ask> {
        match protocol::next(&self.history) {
            Step::Ask(asks) => asks,
            Step::Record(_) | Step::Wait | Step::Done => Vec::new(),
        }
    }
}

/// The event that an ask goes out.
pub(super) fn started(ask: &Ask) -> Event {
    let prompt = PromptMark { sha256: String::new(), bytes: 4_000 };
    Event::TurnStarted { turn: ask.turn.clone(), attempt: ask.attempt, voice: ask.voice.clone(), prompt, grant: None }
}

/// The event that an ask is answered.
pub(super) fn landed(ask: &Ask, outcome: Outcome) -> Event {
    let (turn, attempt) = (ask.turn.clone(), ask.attempt);
    match outcome {
        Outcome::Finished { reply, response } => Event::TurnFinished { turn, attempt, reply, response },
        Outcome::Failed(fault) => Event::TurnFailed { turn, attempt, fault },
    }
}

/// The seat that is asked; 0 for the moderator.
pub(super) fn seat(ask: &Ask) -> u32 {
    match ask.turn.speaker {
        Speaker::Seat(seat) => seat.0,
        Speaker::Moderator => 0,
    }
}

/// A reply that says `response`.
pub(super) fn reply(response: Response, cost_usd: Option<f64>) -> Outcome {
    let usage = Usage { input_tokens: 1_200, output_tokens: 300, ..Usage::default() };
    let (text, model) = (String::new(), String::new());
    let reply = Reply {
        text,
        reasoning: None,
        model,
        finish: Finish::Complete,
        usage,
        cost_usd,
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 1,
        requests: 1,
        lost: 0,
        loss: None,
    };
    Outcome::Finished { reply, response }
}

/// A position for the option at `place`, with one claim of its own; a change of mind names `cause`.
pub(super) fn position(place: usize, statement: &str, cause: Option<&str>) -> Response {
    let option = OptionId::at(place);
    let change =
        cause.map(|cause| Change { because: "it weighs more".into(), decisive_claims: vec![ClaimId(cause.into())] });
    let evidence = vec![Evidence { kind: EvidenceKind::Example, reference: "a case".into(), quote: String::new() }];
    let claim = Claim {
        text: format!("A claim: {statement}"),
        kind: ClaimKind::Inference,
        evidence,
        supports: vec![option.clone()],
        rebuts: Vec::new(),
    };
    Response::Position(Position {
        needs: Vec::new(),
        blocking_objection: None,
        statement: statement.into(),
        reasoning: String::new(),
        confidence: None,
        claims: vec![claim],
        concessions: Vec::new(),
        would_change_my_mind: Vec::new(),
        stance: Some(Stance { option: Some(option), change, ..Stance::default() }),
        unread: Vec::new(),
    })
}

/// A ballot for the option at `place`.
pub(super) fn ballot(place: usize, blocking_objection: Option<&str>) -> Response {
    let stance = Stance { option: Some(OptionId::at(place)), ..Stance::default() };
    let (statement, because) = (String::new(), "it can be taken back".into());
    Response::Ballot(Ballot {
        statement,
        because,
        confidence: None,
        blocking_objection: blocking_objection.map(str::to_owned),
        stance,
        unread: Vec::new(),
    })
}

/// A fault with a hint.
pub(super) fn fault(kind: FaultKind) -> Outcome {
    let (message, hint) = ("the vendor said\r\nno".to_owned(), "wait a minute".to_owned());
    let (provider, model) = ("openai".to_owned(), "gpt-5.2".to_owned());
    Outcome::Failed(Fault {
        kind,
        message,
        provider,
        model,
        status: None,
        request_id: None,
        hint,
        requests: 4,
        lost: 0,
        loss: None,
    })
}
