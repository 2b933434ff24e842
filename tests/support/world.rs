//! A scripted world around the core: it answers what `protocol::next` asks, in memory, in any order.
//!
//! It keeps to the engine's terms: a turn is recorded as started before it is answered, and what is in flight is not in
//! the log.

use std::collections::BTreeMap;

use roundtable::debate::agent::{Agent, Persona, Seat, Voice};
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Continued, Event, FORMAT, Fact, Logged};
use roundtable::debate::history::{History, Outcome};
use roundtable::debate::log::ids::{SessionId, Speaker, TurnId};
use roundtable::debate::log::limits::Caps;
use roundtable::debate::log::setup::{Branch, Limits, NeedTerms, Setup};
use roundtable::debate::mode::{Mode, Perspectives};
use roundtable::debate::protocol::{self, Step};
use roundtable::debate::question::{OptionId, Question};
use roundtable::debate::reply::{Fault, Reply};
use roundtable::debate::response::{NeedId, Response};
use roundtable::debate::thresholds::Thresholds;
use roundtable::debate::{personas, prompt, schedule};
use roundtable::modes::{self, Folders};
use roundtable::stats::shuffle::SplitMix64;
use uuid::Uuid;

/// What comes of an ask.
pub(crate) type Answer = Result<Reply, Box<Fault>>;

/// Answers asks. Must depend on nothing but the ask, so that a resumed session meets the same world.
pub(crate) type Script<'a> = dyn Fn(&Ask) -> Answer + 'a;

/// A protocol that has not ended after this many steps never will.
const STEPS_MAX: usize = 10_000;

/// A session and the world around it.
pub(crate) struct World<'a> {
    pub(crate) history: History,
    pub(crate) log: Vec<Logged>,
    /// Every ask that was started, in order.
    pub(crate) asked: Vec<Ask>,
    script: &'a Script<'a>,
    chance: SplitMix64,
    in_flight: BTreeMap<TurnId, Ask>,
}

impl<'a> World<'a> {
    /// Opens a session; `order` decides how many turns are started at once and which of them is answered first.
    pub(crate) fn open(setup: Setup, script: &'a Script<'a>, order: u64) -> Self {
        let first = Logged { seq: 1, at_ms: 1_000, event: Event::SessionOpened(Box::new(setup)) };
        Self::resume(&[first], script, order)
    }

    /// Goes on from a log, with nothing in flight.
    pub(crate) fn resume(log: &[Logged], script: &'a Script<'a>, order: u64) -> Self {
        let history = History::replay(log).unwrap();
        Self {
            history,
            log: log.to_vec(),
            asked: Vec::new(),
            script,
            chance: SplitMix64::new(order),
            in_flight: BTreeMap::new(),
        }
    }

    /// Runs to the end.
    pub(crate) fn finish(mut self) -> Self {
        self.run_until(|_| false);
        self
    }

    /// Runs to the end, and answers all that is due before it looks what is due next.
    pub(crate) fn finish_in_waves(mut self) -> Self {
        for _ in 0..STEPS_MAX {
            match protocol::next(&self.history) {
                Step::Done | Step::Wait => return self,
                Step::Record(event) => self.record(event),
                Step::Ask(asks) => {
                    asks.into_iter().for_each(|ask| self.start(ask));
                    while self.is_waiting() {
                        self.answer_one();
                    }
                }
            }
        }
        panic!("the protocol does not end: {:?}", protocol::next(&self.history));
    }

    /// Runs until `is_enough` holds for the log, or to the end.
    pub(crate) fn run_until(&mut self, is_enough: impl Fn(&Self) -> bool) {
        for _ in 0..STEPS_MAX {
            if is_enough(self) || !self.step() {
                return;
            }
        }
        panic!("the protocol does not end: {:?}", protocol::next(&self.history));
    }

    /// Runs to the end of `plan`: the events of the outside world, each at its time. Those that the log holds are not
    /// repeated.
    pub(crate) fn finish_with(mut self, plan: &[(When, Event)]) -> Self {
        for _ in 0..STEPS_MAX {
            let told = self.log.iter().filter(|logged| is_from_outside(&logged.event)).count();
            let step = protocol::next(&self.history);
            let (is_over, waits) = (step == Step::Done, step == Step::Wait);
            match plan.get(told) {
                Some((When::Waiting, event)) if waits => self.record(event.clone()),
                Some((When::Ended, event)) if is_over => self.record(event.clone()),
                Some((When::Closed(rounds), event))
                    if self.history.rounds.len() == *rounds && self.in_flight.is_empty() =>
                {
                    self.record(event.clone())
                }
                Some((When::AtOnce, event)) => self.record(event.clone()),
                Some(_) => assert!(self.step(), "the plan is not kept: {plan:?}"),
                None if is_over || waits => return self,
                None => assert!(self.step()),
            }
        }
        panic!("the protocol does not end: {:?}", protocol::next(&self.history));
    }

    /// Forgets what is in flight, as the end of the process does.
    pub(crate) fn drop_in_flight(&mut self) {
        self.in_flight.clear();
    }

    /// Whether something is in flight.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Takes one step; `false` when the session is over.
    pub(crate) fn step(&mut self) -> bool {
        match protocol::next(&self.history) {
            Step::Done | Step::Wait => return false,
            Step::Record(event) => self.record(event),
            Step::Ask(asks) => self.answer_one_of(asks),
        }
        true
    }

    /// Appends an event as the store would.
    pub(crate) fn record(&mut self, event: Event) {
        let seq = self.history.seq + 1;
        let logged = Logged { seq, at_ms: 1_000 + seq * 10 + self.chance.next_u64() % 10, event };
        self.history.apply(&logged).unwrap();
        self.log.push(logged);
    }

    fn answer_one_of(&mut self, asks: Vec<Ask>) {
        assert!(!asks.is_empty(), "an empty step leads nowhere");
        for (turn, started) in &self.in_flight {
            let again = asks.iter().find(|ask| ask.turn == *turn);
            assert!(again == Some(started), "the ask in flight for {turn} changed");
        }
        let idle: Vec<Ask> = asks.into_iter().filter(|ask| !self.in_flight.contains_key(&ask.turn)).collect();
        // At least one turn is in flight after this, and at most all that are due.
        let lanes = if idle.is_empty() {
            0
        } else {
            self.chance.below(idle.len() + 1).max(usize::from(self.in_flight.is_empty()))
        };
        for ask in idle.into_iter().take(lanes) {
            self.start(ask);
        }
        self.answer_one();
    }

    fn start(&mut self, ask: Ask) {
        let (turn, attempt, voice) = (ask.turn.clone(), ask.attempt, ask.voice.clone());
        self.record(Event::TurnStarted { turn, attempt, voice, prompt: prompt::mark(&ask.prompt), grant: ask.grant });
        self.asked.push(ask.clone());
        self.in_flight.insert(ask.turn.clone(), ask);
    }

    /// Takes up a session that is paused, and runs to the end.
    pub(crate) fn finish_with_resume(mut self) -> Self {
        self.record(Event::SessionResumed {});
        self.finish()
    }

    /// Answers one of the turns in flight.
    pub(crate) fn answer_one(&mut self) {
        let first = self.chance.below(self.in_flight.len());
        let turn = self.in_flight.keys().nth(first).unwrap().clone();
        let ask = self.in_flight.remove(&turn).unwrap();
        let event = match (self.script)(&ask) {
            Ok(reply) => {
                let response = protocol::read(&self.history, &turn, &reply);
                Event::TurnFinished { turn, attempt: ask.attempt, reply, response }
            }
            Err(fault) => Event::TurnFailed { turn, attempt: ask.attempt, fault: *fault },
        };
        self.record(event);
    }

    /// The asks of one phase, in order.
    pub(crate) fn asked_in(&self, phase: &str) -> Vec<&Ask> {
        self.asked.iter().filter(|ask| ask.turn.phase == phase).collect()
    }

    /// The asks to one seat, in order.
    pub(crate) fn asked_of(&self, seat: u32) -> Vec<&Ask> {
        self.asked.iter().filter(|ask| ask.turn.speaker == Speaker::Seat(Seat(seat))).collect()
    }

    /// The turns that were started, each once, in order.
    pub(crate) fn turns(&self) -> Vec<String> {
        let mut turns: Vec<String> = Vec::new();
        for ask in &self.asked {
            let turn = ask.turn.to_string();
            if !turns.contains(&turn) {
                turns.push(turn);
            }
        }
        turns
    }

    /// What the session came to, without places and times: everything that a resumed session must come to as well.
    pub(crate) fn outcome(&self) -> History {
        let mut outcome =
            History { opened_ms: 0, latest_ms: 0, seq: 0, reopened_seq: 0, taken_up_seq: 0, ..self.history.clone() };
        outcome.reopenings.iter_mut().for_each(|reopening| reopening.seq = 0);
        outcome.answers.iter_mut().for_each(|answers| answers.seq = 0);
        outcome.continuations.iter_mut().for_each(|continuation| continuation.seq = 0);
        // How often the program was interrupted is no part of what the debate came to.
        for turn in outcome.turns.values_mut() {
            (turn.started_over, turn.forgiven) = (0, 0);
            turn.lost.clear();
            turn.attempts.iter_mut().for_each(|attempt| attempt.seq = 0);
        }
        outcome
    }

    /// The response of a turn, written as `phase/round/stage/speaker`.
    pub(crate) fn response(&self, turn: &str) -> Option<&Response> {
        self.history.turns.iter().find(|(id, _)| id.to_string() == turn).and_then(|(_, turn)| turn.response())
    }

    /// The closed rounds as `phase/round`, with the reason where the phase ended there.
    pub(crate) fn rounds(&self) -> Vec<String> {
        let worded = self.history.rounds.iter().map(|closed| match &closed.stop {
            Some(stop) => format!("{}/{} {}", closed.phase, closed.round, stop.reason.title()),
            None => format!("{}/{}", closed.phase, closed.round),
        });
        worded.collect()
    }

    /// How often a turn came to nothing: faults and unreadable replies.
    pub(crate) fn misses(&self) -> usize {
        let settled = self.history.turns.values().flat_map(|turn| turn.settled());
        settled
            .filter(|(_, outcome)| !matches!(outcome, Outcome::Finished { response, .. } if response.is_valid()))
            .count()
    }
}

/// When the outside world tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Once the session is over.
    Ended,
    /// Once so many rounds are closed.
    Closed(usize),
    /// Once it waits for facts.
    Waiting,
    /// Right after what was told before.
    AtOnce,
}

/// Whether an event follows from nothing in the log.
pub(crate) fn is_from_outside(event: &Event) -> bool {
    let tags = [
        "needs_answered",
        "stop_requested",
        "session_paused",
        "session_resumed",
        "session_continued",
        "synthesis_requested",
        "session_renamed",
    ];
    tags.contains(&event.tag())
}

/// More rounds, on a focus and with a fact.
pub(crate) fn more(rounds: u32) -> Event {
    let fact = Fact { need: None, about: "the budget".to_owned(), text: "It was doubled.".to_owned() };
    Event::SessionContinued(Continued { rounds, focus: Some("what it costs to go back".to_owned()), facts: vec![fact] })
}

/// The log of a session that branches off another after so many of its rounds.
pub(crate) fn branch(log: &[Logged], rounds: u32) -> Vec<Logged> {
    let closed = log.iter().filter(|logged| matches!(logged.event, Event::RoundClosed(_)));
    let seq = closed.map(|logged| logged.seq).nth(rounds as usize - 1).unwrap();
    let mut branched = log[..usize::try_from(seq).unwrap()].to_vec();
    let Event::SessionOpened(setup) = &mut branched[0].event else { panic!("no session") };
    setup.parent = Some(Branch { session: setup.session, round: rounds, seq });
    setup.session = SessionId(Uuid::from_u128(setup.session.0.as_u128() + 1));
    setup.name = Some("the other way".to_owned());
    branched[0].at_ms += 1_000_000;
    branched
}

/// A mode that comes with the program.
pub(crate) fn built_in(name: &str) -> Mode {
    modes::find(name, &Folders::default()).unwrap().mode
}

/// Every mode that comes with the program.
pub(crate) fn all_built_in() -> Vec<Mode> {
    modes::list(&Folders::default()).into_iter().map(|listed| listed.result.unwrap()).collect()
}

/// A mode from YAML.
pub(crate) fn mode(yaml: &str) -> Mode {
    modes::parse(yaml, "test.yaml").unwrap()
}

/// Three voices of three families.
pub(crate) fn voices() -> Vec<Voice> {
    [("anthropic", "claude-large", "claude"), ("openai", "gpt-large", "gpt"), ("google", "gemini-large", "gemini")]
        .map(voice)
        .to_vec()
}

/// A voice from provider, model and family.
pub(crate) fn voice((provider, model, family): (&str, &str, &str)) -> Voice {
    Voice { provider: provider.to_owned(), model: model.to_owned(), family: family.to_owned() }
}

/// A question with options, or an open one without.
pub(crate) fn question(options: &[&str]) -> Question {
    let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
    Question::new("Should the team move to a monorepo?", &options).unwrap()
}

/// A question with two options.
pub(crate) fn choice() -> Question {
    question(&["move now", "stay as we are"])
}

/// A question without options.
pub(crate) fn open() -> Question {
    question(&[])
}

/// A session of `count` seats over three voices.
pub(crate) fn setup(mode: &Mode, count: u32, question: Question) -> Setup {
    setup_with(mode, count, question, &voices())
}

/// A session of `count` seats over the given voices.
pub(crate) fn setup_with(mode: &Mode, count: u32, question: Question, voices: &[Voice]) -> Setup {
    Setup {
        format: FORMAT,
        session: SessionId(Uuid::nil()),
        program: "test".to_owned(),
        question,
        mode: mode.clone(),
        agents: personas::seat(&mode.panel.personas, mode.panel.numbering(), count, voices),
        moderators: voices.to_vec(),
        fallbacks: Vec::new(),
        frames: mode.panel.perspectives == Perspectives::Open,
        rounds: None,
        needs: Some(NeedTerms::default()),
        synthesis: mode.decision.synthesis,
        compact: Vec::new(),
        limits: Limits::for_panel(count),
        thresholds: Thresholds::default(),
        web_search: roundtable::debate::search::WebSearch::Unsaid,
        gate: None,
        seed: 7,
        name: None,
        tags: std::collections::BTreeMap::new(),
        parent: None,
        context: Vec::new(),
        assumptions: Vec::new(),
        caps: Caps::default(),
    }
}

/// The seat that has a turn.
pub(crate) fn seat_of(ask: &Ask) -> Option<u32> {
    match ask.turn.speaker {
        Speaker::Seat(seat) => Some(seat.0),
        Speaker::Moderator => None,
    }
}

/// An option id such as `o1`.
pub(crate) fn option(id: &str) -> OptionId {
    OptionId(id.to_owned())
}

/// Whether an ask belongs to one of the program's own phases.
pub(crate) fn is_own_phase(ask: &Ask) -> bool {
    [schedule::FRAMING, schedule::OPTIONS, schedule::SYNTHESIS].contains(&ask.turn.phase.as_str())
}

/// Gives people seats after those of the agents.
pub(crate) fn with_people(mut setup: Setup, names: &[&str]) -> Setup {
    for name in names {
        let seat = Seat(u32::try_from(setup.agents.len()).unwrap() + 1);
        let persona = Persona { name: (*name).to_owned(), character: "a person".to_owned(), team: None, stance: None };
        let (id, name, voice) = (format!("human-persona-{seat}"), (*name).to_owned(), Voice::of_person());
        setup.agents.push(Agent { seat, id, name, persona, voice });
    }
    setup.limits = Limits::for_panel(u32::try_from(setup.agents.len()).unwrap());
    setup
}

/// What a person supplies for a need.
pub(crate) fn supplied(facts: &[(&str, &str)]) -> Event {
    let fact = |(need, text): &(&str, &str)| Fact {
        need: Some(NeedId((*need).to_owned())),
        about: format!("what {need} asks"),
        text: (*text).to_owned(),
    };
    Event::NeedsAnswered { facts: facts.iter().map(fact).collect() }
}
