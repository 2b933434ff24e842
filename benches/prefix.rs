//! How much of what is sent repeats the beginning of something already sent to the same vendor: what prompt caches can hold.
//!
//! `cargo bench --bench prefix` plays every mode with four seats on two vendors and four rounds, or as many as the mode takes,
//! from a script and without a network, and prints a line a round: the share of input bytes in our layout, and beside it in
//! one laid out without this care, which opens with the persona and words the whole transcript anew each turn, behind the task.
//! Only prompts that had been answered count as sent, since a cache holds nothing of those still in flight. It fails when a
//! mode's share is not above the other layout's.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "the tests' own support")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::process::ExitCode;

use roundtable::debate::ask::{Ask, Role};
use roundtable::debate::history::History;
use roundtable::debate::mode::{Mode, Order};
use serde_json::json;
use support::replies::with;
use support::world::{World, all_built_in, choice, setup_with, voice};

const SEATS: u32 = 4;
const ROUNDS: u32 = 4;
/// Words of reasoning in a reply, as many as models use.
const WORDS: usize = 150;

/// Bytes sent, and those that repeat.
#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    bytes: usize,
    ours: usize,
    careless: usize,
    careless_bytes: usize,
}

impl Sent {
    fn and(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            ours: self.ours + other.ours,
            careless: self.careless + other.careless,
            careless_bytes: self.careless_bytes + other.careless_bytes,
        }
    }

    fn shares(self) -> (f64, f64) {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        (percent(self.ours, self.bytes), percent(self.careless, self.careless_bytes))
    }
}

fn main() -> ExitCode {
    println!("{:<20} {:<14} {:>5} {:>9} {:>8} {:>9}", "mode", "round", "calls", "bytes", "repeats", "careless");
    let mut whole = Sent::default();
    let mut is_worth_it = true;
    for mode in all_built_in() {
        let sent = bench(&mode);
        let (ours, careless) = sent.shares();
        is_worth_it &= ours > careless;
        whole = whole.and(sent);
    }
    line("all modes", "", 0, whole);
    if is_worth_it { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bench(mode: &Mode) -> Sent {
    let voices = [("anthropic", "claude-sonnet-5-5", "claude"), ("openai", "gpt-6.1-sol", "gpt")].map(voice);
    let mut setup = setup_with(mode, SEATS, choice(), &voices);
    setup.moderators.truncate(1);
    let ranges = mode.phases.iter().filter_map(|phase| phase.rounds);
    setup.rounds = ranges.map(|range| ROUNDS.min(range.max)).min();
    let reasoning = "because what was measured last year still holds today ".repeat(WORDS / 9);
    let script = |ask: &Ask| with(ask, &json!({ "reasoning": reasoning }));
    let world = World::open(setup, &script, 1).finish();
    let (mut order, mut rounds) = (Vec::new(), BTreeMap::new());
    for (ask, sent) in measured(&world) {
        let round = format!("{} {}", ask.turn.phase, ask.turn.round);
        if !order.contains(&round) {
            order.push(round.clone());
        }
        let (calls, so_far): (usize, Sent) = rounds.get(&round).copied().unwrap_or_default();
        rounds.insert(round, (calls + 1, so_far.and(sent)));
    }
    for round in &order {
        let (calls, sent) = rounds[round];
        line(&mode.mode, round, calls, sent);
    }
    let (calls, sent) =
        rounds.values().fold((0, Sent::default()), |(n, sum), (calls, sent)| (n + calls, sum.and(*sent)));
    line(&mode.mode, "all", calls, sent);
    sent
}

fn line(mode: &str, round: &str, calls: usize, sent: Sent) {
    let (ours, careless) = sent.shares();
    println!("{mode:<20} {round:<14} {calls:>5} {:>9} {ours:>7.1}% {careless:>8.1}%", sent.bytes);
}

/// Every prompt of a session with what of it repeats, in both layouts.
fn measured<'a>(world: &'a World<'_>) -> Vec<(&'a Ask, Sent)> {
    let mut known: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut results = Vec::new();
    for together in batches(world) {
        let texts: Vec<(String, String)> =
            together.iter().map(|ask| (ours(ask), careless(&world.history, ask))).collect();
        for (ask, (own, other)) in together.iter().zip(&texts) {
            let (owns, others) = known.entry(&ask.voice.provider).or_default();
            results.push((
                *ask,
                Sent {
                    bytes: own.len(),
                    ours: repeated(own, owns),
                    careless: repeated(other, others),
                    careless_bytes: other.len(),
                },
            ));
        }
        for (ask, (own, other)) in together.iter().zip(texts) {
            let (owns, others) = known.entry(&ask.voice.provider).or_default();
            owns.push(own);
            others.push(other);
        }
    }
    results
}

/// Prompts that are in flight at the same time: those of a stage, unless its speakers wait for each other.
fn batches<'a>(world: &'a World<'_>) -> Vec<Vec<&'a Ask>> {
    let is_sequential = |ask: &Ask| {
        let phases = world.history.setup.mode.phases.iter().filter(|phase| phase.name == ask.turn.phase);
        let mut stages = phases.flat_map(|phase| &phase.stages).filter(|stage| stage.name == ask.turn.stage);
        stages.next().is_some_and(|stage| stage.order == Order::Sequential)
    };
    let stage = |ask: &Ask| (ask.turn.phase.clone(), ask.turn.round, ask.turn.stage.clone());
    let mut batches: Vec<Vec<&Ask>> = Vec::new();
    for ask in &world.asked {
        match batches.last_mut() {
            Some(batch) if stage(batch[0]) == stage(ask) && !is_sequential(ask) => batch.push(ask),
            Some(_) | None => batches.push(vec![ask]),
        }
    }
    batches
}

/// The longest beginning of `text` that one of the others has too, in bytes.
fn repeated(text: &str, others: &[String]) -> usize {
    let common = |other: &String| text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    others.iter().map(common).max().unwrap_or(0)
}

fn name(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// A prompt as it is sent: the shared block, then the conversation.
fn ours(ask: &Ask) -> String {
    let said = ask.prompt.messages.iter().map(|message| format!("\n<{}>\n{}", name(message.role), message.text));
    std::iter::once(ask.prompt.shared.clone()).chain(said).collect()
}

/// The same words with the persona first, then the rules, then the task of the turn, then all that was said before.
fn careless(history: &History, ask: &Ask) -> String {
    let agent = history.agents.iter().find(|agent| ask.turn.speaker.to_string() == agent.seat.to_string());
    let persona = agent.map_or("the moderator", |agent| &agent.name);
    let (last, before) = ask.prompt.messages.split_last().unwrap();
    let transcript: String = before.iter().map(|message| format!("\n{}", message.text)).collect();
    format!(
        "You are {persona}.\n{}\nRound {} of {}.\n{}\nSo far:{transcript}",
        ask.prompt.shared, ask.turn.round, ask.turn.phase, last.text
    )
}
