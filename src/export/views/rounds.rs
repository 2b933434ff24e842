//! The rounds: who said what, how far the panel agreed, what moved and why the round was the last.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::debate::agent::Seat;
use crate::debate::event::{Continued, Fact};
use crate::debate::history::History;
use crate::debate::log::decision::Moved;
use crate::debate::log::estimates::Estimates;
use crate::debate::log::ids::Speaker;
use crate::debate::log::options::{Frozen, SortingBasis};
use crate::debate::log::round::{ClosedRound, Consensus, Movement, Stop};
use crate::debate::question::{OptionId, Unit};
use crate::debate::schedule::PassedOver;
use crate::debate::{change, consensus, estimate};
use crate::export::figures::percent;
use crate::export::phrases::terms;
use crate::export::views::page::Block::{self, Section};
use crate::export::views::page::{named, says, under, under_named};
use crate::export::views::said::{NamesStage, Said, said, standings};
use crate::export::views::scope::{Place, Scope, State};
use crate::export::wording;

/// The rounds in scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rounds {
    rounds: Vec<Round>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Round {
    #[serde(flatten)]
    place: Place,
    /// Terms on which the debate went on with this round.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    continued: Vec<Continued>,
    /// What was supplied, when the debate had waited for facts before this round.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplied: Vec<Fact>,
    turns: Vec<Said>,
    not_asked: Vec<NotAsked>,
    /// The options of an open question, where they were found in this round.
    options: Option<Frozen>,
    consensus: Option<Consensus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimates: Option<Given>,
    movement: Option<Movement>,
    moved: Vec<Change>,
    claims: u32,
    claims_new: u32,
    stop: Option<Stop>,
}

/// A seat that a stage passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NotAsked {
    pub(crate) seat: Seat,
    pub(crate) name: String,
    pub(crate) why: &'static str,
}

/// What the panel estimates in a round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Given {
    unit: Unit,
    #[serde(flatten)]
    estimates: Estimates,
}

impl Given {
    /// The estimates of a closed round; `None` where no number is asked for.
    pub(crate) fn of(history: &History, closed: Option<&ClosedRound>) -> Option<Self> {
        let estimates = closed?.estimates.clone()?;
        Some(Self { unit: estimate::counted(history)?.clone(), estimates })
    }

    /// As the tally of the round.
    pub(crate) fn tally(&self) -> Block {
        named("tally", self.estimates.in_words(&self.unit))
    }
}

/// A change of mind since the last round that took stances.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Change {
    name: String,
    #[serde(flatten)]
    moved: Moved,
}

/// Draws up the rounds.
pub fn view(scope: &Scope<'_>) -> Rounds {
    Rounds { rounds: scope.rounds().map(|place| round(scope, place)).collect() }
}

fn round(scope: &Scope<'_>, place: &Place) -> Round {
    let history = scope.history;
    let index = place.number as usize - 1;
    let closed = history.rounds.get(index);
    let standings = standings(scope, place);
    let continued = history.continuations.iter().filter(|continuation| continuation.after == index);
    let supplied = history.answers.iter().filter(|answers| answers.after == index);
    Round {
        continued: continued.map(|continuation| continuation.terms.clone()).collect(),
        supplied: supplied.flat_map(|answers| answers.facts.clone()).collect(),
        turns: scope.turns(place).into_iter().map(|turn| said(scope, turn, &standings)).collect(),
        not_asked: not_asked(scope, place),
        options: history.frozen.clone().filter(|_| place.number == 1),
        consensus: closed.and_then(|closed| closed.consensus.clone()),
        estimates: Given::of(history, closed),
        movement: closed.and_then(|closed| closed.movement),
        moved: moved(scope, place),
        claims: closed.map_or(0, |closed| closed.claims),
        claims_new: closed.map_or(0, |closed| closed.claims_new),
        stop: closed.and_then(|closed| closed.stop.clone()),
        place: place.clone(),
    }
}

/// The seats in scope that a round passed over, each with every reason once.
pub(crate) fn not_asked(scope: &Scope<'_>, place: &Place) -> Vec<NotAsked> {
    let slots = scope.board.slots().iter().filter(|slot| place.is_of(slot));
    let mut entries: Vec<NotAsked> = Vec::new();
    for (seat, why) in slots.flat_map(|slot| &slot.passed_over) {
        let why = match why {
            PassedOver::ProviderLost => "not asked: its provider had failed for good",
            PassedOver::NothingNew => "not asked: has rated these options already, and has seen nothing since",
        };
        let entry = NotAsked { seat: *seat, name: scope.name(Speaker::Seat(*seat)), why };
        if scope.shows(Speaker::Seat(*seat)) && !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// Who holds another option than in the last round that took stances, judged by what was known when this one closed.
fn moved(scope: &Scope<'_>, place: &Place) -> Vec<Change> {
    changes(scope, place)
        .into_iter()
        .filter(|moved| scope.shows(Speaker::Seat(moved.seat)))
        .map(|moved| Change { name: scope.name(Speaker::Seat(moved.seat)), moved })
        .collect()
}

/// Every seat's change of mind in a round.
pub(crate) fn changes(scope: &Scope<'_>, place: &Place) -> Vec<Moved> {
    let history = scope.history;
    let index = place.number as usize - 1;
    if history.rounds.get(index).is_none_or(|closed| closed.movement.is_none()) {
        return Vec::new();
    }
    let Some(before) = history.rounds[..index].iter().rfind(|closed| closed.consensus.is_some()) else {
        return Vec::new();
    };
    let board = scope.board_until(place);
    let before = consensus::corrected(&board, &before.phase, before.round);
    let now = consensus::standings(&board, &place.phase, place.round);
    change::moved(&board, &before, &now)
}

/// Lays the rounds out.
pub fn page(rounds: &Rounds) -> Vec<Block> {
    if rounds.rounds.is_empty() {
        return vec![says("No round has begun.")];
    }
    rounds.rounds.iter().flat_map(stanza).collect()
}

fn stanza(round: &Round) -> Vec<Block> {
    let mut blocks = vec![Section(round.place.title())];
    blocks.extend(round.continued.iter().flat_map(continued));
    blocks.extend(round.supplied.iter().map(|fact| named(format!("supplied, {}", fact.about), fact.text.as_str())));
    let of_mode = |said: &&Said| round.place.holds(&said.turn);
    let stages: BTreeSet<&str> = round.turns.iter().filter(of_mode).map(|said| said.turn.stage.as_str()).collect();
    for said in &round.turns {
        let names_stage = if stages.len() > 1 || !of_mode(&said) { NamesStage::Yes } else { NamesStage::No };
        blocks.push(named(said.label(names_stage), said.words()));
        blocks.extend(said.left_out().map(|fields| under_named("not read", fields)));
    }
    blocks.extend(round.not_asked.iter().map(|entry| named(entry.name.as_str(), entry.why)));
    blocks.extend(round.options.iter().flat_map(options));
    blocks.extend(round.consensus.as_ref().map(|consensus| named("tally", tally(consensus))));
    blocks.extend(round.estimates.as_ref().map(Given::tally));
    blocks.extend(round.movement.map(|movement| named("moved", movement_line(&movement))));
    blocks.extend(round.moved.iter().map(|change| under_named(change.name.as_str(), move_line(&change.moved))));
    if round.claims > 0 {
        blocks.push(named("claims", format!("{}, of them {} new", round.claims, round.claims_new)));
    }
    blocks.push(match (&round.stop, round.place.state) {
        (Some(stop), _) => named("ended the phase", format!("{} ({})", stop.reason.title(), stop.numbers)),
        (None, State::Closed) => says("closed: everybody who could speak in it has"),
        (None, State::Open) => says("open: not everybody who has a turn has taken it"),
        (None, State::Unfinished) => says("unfinished: the session ended within it"),
    });
    blocks
}

/// The terms on which a debate went on.
fn continued(terms_given: &Continued) -> Vec<Block> {
    let mut blocks = vec![named("continued", terms(terms_given))];
    blocks
        .extend(terms_given.facts.iter().map(|fact| under_named(format!("fact, {}", fact.about), fact.text.as_str())));
    blocks
}

fn options(frozen: &Frozen) -> Vec<Block> {
    let basis = match frozen.basis {
        SortingBasis::TwoPasses => "two sortings in opposite orders agree",
        SortingBasis::Majority => "two sortings differ; two of three decide",
        SortingBasis::OnePass => "only one sorting could be read",
        SortingBasis::Verbatim => "statements in the same words stand together",
    };
    let reliability: String =
        frozen.reliability.iter().map(|index| format!(" (adjusted Rand index {})", wording::rand(*index))).collect();
    let mut blocks = vec![named("options found", format!("{basis}{reliability}"))];
    blocks.extend(frozen.options.iter().map(|choice| under_named(choice.id.to_string(), choice.text.as_str())));
    if frozen.options.is_empty() {
        blocks.push(under("none: nobody stated anything"));
    }
    blocks
}

/// The seats by option, the agreement with its interval, and who is not in it.
pub(crate) fn tally(consensus: &Consensus) -> String {
    let held = |(option, seats): (&OptionId, &u32)| format!("{option} {seats}");
    let held: Vec<String> = consensus.tally.iter().map(held).collect();
    let mut parts = vec![if held.is_empty() { "nobody chose".to_owned() } else { held.join(", ") }];
    if let (Some(agreement), Some([low, high])) = (consensus.agreement, consensus.interval) {
        let (low, high) = (percent(low), percent(high));
        parts.push(format!("agreement {} (95% interval {low} to {high})", percent(agreement)));
    }
    parts.push(format!("{} of {} chose", consensus.valid, consensus.panel));
    parts.extend((consensus.abstained > 0).then(|| format!("{} abstained", consensus.abstained)));
    parts.extend((consensus.absent > 0).then(|| format!("{} absent", consensus.absent)));
    parts.join("; ")
}

fn movement_line(movement: &Movement) -> String {
    let stood = if movement.frozen { ", positions stood still" } else { "" };
    let uncited = match (movement.changed, movement.uncited) {
        (0, _) => String::new(),
        (_, uncited) => format!(", {uncited} without a reason that holds"),
    };
    format!("{} of {} changed{uncited}{stood}", movement.changed, movement.comparable)
}

/// One change of mind.
pub(crate) fn move_line(moved: &Moved) -> String {
    let claims: Vec<&str> = moved.claims.iter().map(|claim| claim.0.as_str()).collect();
    let claims = if claims.is_empty() { "no claim".to_owned() } else { claims.join(", ") };
    let cited = if moved.cited { "cited" } else { "uncited" };
    let because = if moved.because.is_empty() { String::new() } else { format!(": {}", moved.because) };
    format!("{} to {}, {cited} ({claims}){because}", moved.from, moved.to)
}
