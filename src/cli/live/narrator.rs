//! The news of each event, in the order in which it happens.
//!
//! Must never tell a sealed ballot while its stage is open.

use std::collections::BTreeSet;

use crate::app::{self, Notice};
use crate::cli::live::board;
use crate::cli::live::moves::{self, quote};
use crate::cli::live::news::{Aside, News, Opened, Said, Side};
use crate::cli::live::place::Place;
use crate::cli::live::speakers::{name, voice_line};
use crate::cli::live::tally::{Tally, Verdict};
use crate::debate::board::Board;
use crate::debate::event::{Ending, Event, Logged};
use crate::debate::history::History;
use crate::debate::log::ids::{Speaker, TurnId};
use crate::debate::log::limits::Reached;
use crate::debate::log::options::{Frozen, SortingBasis};
use crate::debate::question::OptionId;
use crate::debate::reply::Fault;
use crate::debate::response::Response;
use crate::debate::{agent, fallback, person, protocol, text};
use crate::export::phrases::awaited;
use crate::export::unread;

/// A topic can be a whole document, and a statement can be anything a model sends: longer ones are cut, in characters.
const TOPIC_CHARS_MAX: usize = 400;
const STATEMENT_CHARS_MAX: usize = 1_000;
const LEFT_OUT_CHARS_MAX: usize = 200;

/// Tells a session, and remembers what it must not tell yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Narrator {
    place: Option<Place>,
    /// Turns with ballots whose stage is still open.
    sealed: Vec<TurnId>,
    /// Turns whose words are sealed from a person who has yet to speak.
    withheld: Vec<TurnId>,
}

impl Narrator {
    /// A narrator of a session as it stands.
    pub(super) fn new(history: &History) -> Self {
        let is_open_ballot =
            |id: &TurnId| !history.rounds.iter().any(|closed| closed.phase == id.phase && closed.round == id.round);
        let ballots = history
            .turns
            .iter()
            .filter(|(_, turn)| matches!(turn.response(), Some(Response::Ballot(_))))
            .map(|(id, _)| id);
        let sealed = if history.decision.is_some() {
            Vec::new()
        } else {
            ballots.filter(|id| is_open_ballot(id)).cloned().collect()
        };
        let withheld = person::sealed(history).into_iter().filter(|turn| history.valid_response(turn).is_some());
        Self { place: None, sealed, withheld: withheld.collect() }
    }

    /// Returns the news of a notice; an event in it is part of `history` already.
    pub(super) fn tell(&mut self, history: &History, notice: &Notice) -> Vec<News> {
        match notice {
            Notice::Recorded(logged) => self.event(history, logged),
            Notice::Arriving { .. } | Notice::Sending { .. } | Notice::Attempted { .. } => Vec::new(),
            Notice::Waiting { turn, ahead, reason } => {
                let (place, name) = (Place::of_turn(history, turn), name(history, turn.speaker));
                vec![News::Queued { place, name, reason: board::queued(*ahead, reason) }]
            }
            Notice::Retrying { turn, reason, wait_ms, .. } => {
                let (place, name) = (Place::of_turn(history, turn), name(history, turn.speaker));
                vec![News::Retrying { place, name, reason: text::line(reason), wait_ms: *wait_ms }]
            }
            Notice::Pausing { in_flight } => vec![News::Pausing(*in_flight)],
        }
    }

    fn event(&mut self, history: &History, logged: &Logged) -> Vec<News> {
        match &logged.event {
            Event::SessionOpened(_) => vec![opened(history)],
            Event::PerspectivesChosen { proposed, .. } => {
                let names = history.agents.iter().map(|agent| text::line(&agent.name)).collect();
                vec![News::Perspectives { names, proposed: *proposed }]
            }
            Event::TurnStarted { turn, .. } => self.began(history, turn),
            Event::TurnFinished { turn, response, .. } => self.finished(history, turn, response),
            Event::TurnFailed { turn, fault, .. } => vec![failed(history, turn, fault)],
            Event::OptionsFrozen(frozen) => self.unsealed(history, options(history, frozen)),
            Event::RoundClosed(closed) => self.unsealed(history, News::Counted(Tally::of(history, closed))),
            Event::FactsAwaited { .. } | Event::TurnsAwaited { .. } => vec![waits(history)],
            Event::NeedsAnswered { .. } => answered(history).into_iter().collect(),
            Event::StopRequested { .. } => vec![News::Stopping],
            Event::LimitReached(reached) => vec![News::Limit(limit(reached))],
            Event::Decided { decision } => self.unsealed(history, News::Decided(Verdict::of(history, decision))),
            Event::SessionPaused { .. } => vec![News::Ended("paused: `roundtable resume` goes on from here")],
            // Told with the opening.
            Event::SessionResumed {} | Event::SessionContinued(_) | Event::SynthesisRequested {} => Vec::new(),
            Event::SessionRenamed { .. } | Event::LimitsSet(_) => Vec::new(),
            Event::SessionClosed { ending } => ended(*ending).into_iter().collect(),
        }
    }

    fn began(&mut self, history: &History, turn: &TurnId) -> Vec<News> {
        let place = Place::of_turn(history, turn);
        let began = (self.place.as_ref() != Some(&place)).then(|| News::Began(place.clone()));
        self.place = Some(place);
        began.into_iter().chain(stepped_in(history, turn)).collect()
    }

    fn finished(&mut self, history: &History, turn: &TurnId, response: &Response) -> Vec<News> {
        let (place, name) = (Place::of_turn(history, turn), name(history, turn.speaker));
        let still_sealed = person::sealed(history);
        let mut told = self.released(history, &still_sealed);
        told.push(match response {
            Response::Position(_) | Response::Questions(_) if still_sealed.contains(turn) => {
                self.withheld.push(turn.clone());
                return told;
            }
            Response::Ballot(_) => {
                self.sealed.push(turn.clone());
                News::BallotIn(place, name)
            }
            Response::Position(_) | Response::Questions(_) => said(history, turn, response),
            // The event that follows tells it better.
            Response::Perspectives(_) | Response::Sorting(_) => return told,
            Response::Synthesis(synthesis) => News::Synthesised { dropped: synthesis.dropped.len() },
            Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => {
                let reason = text::line(&response.headline());
                News::Unread { place, name, reason, again: is_asked_again(history, turn, response) }
            }
        });
        told
    }

    /// What had to be withheld from a person who has spoken now.
    fn released(&mut self, history: &History, still_sealed: &BTreeSet<TurnId>) -> Vec<News> {
        let (kept, mut released): (Vec<TurnId>, Vec<TurnId>) =
            std::mem::take(&mut self.withheld).into_iter().partition(|turn| still_sealed.contains(turn));
        self.withheld = kept;
        released.sort_by_key(|turn| turn.speaker);
        let told = released.iter().filter_map(|turn| Some(said(history, turn, history.valid_response(turn)?)));
        told.collect()
    }

    /// The ballots of the stage that has ended, and then `news`.
    fn unsealed(&mut self, history: &History, news: News) -> Vec<News> {
        let mut turns = std::mem::take(&mut self.sealed);
        turns.sort_by_key(|turn| turn.speaker);
        let mut told = self.released(history, &BTreeSet::new());
        told.extend(turns.iter().filter_map(|turn| Some(said(history, turn, history.valid_response(turn)?))));
        told.push(news);
        told
    }
}

/// The news that a session begins, or goes on where it stood.
pub(super) fn opened(history: &History) -> News {
    let seats = history.agents.iter().map(|agent| (agent.seat, text::line(&agent.name), voice_line(&agent.voice)));
    let is_rehearsed = history.agents.iter().any(|agent| agent.voice.provider == app::REHEARSAL);
    let settled = history.turns.values().filter(|turn| turn.settled().next().is_some()).count();
    News::Opened(Opened {
        topic: text::clip(&history.setup.question.topic, TOPIC_CHARS_MAX),
        options: history.options().iter().map(|choice| (choice.id.clone(), text::line(&choice.text))).collect(),
        mode: text::line(&history.setup.mode.title),
        session: history.setup.session.to_string(),
        seats: seats.collect(),
        rehearsal: is_rehearsed.then_some(app::REHEARSAL_NOTE),
        resumed: (history.seq > 1).then_some((history.rounds.len(), settled)),
    })
}

fn is_asked_again(history: &History, turn: &TurnId, response: &Response) -> bool {
    let replies = history.turns.get(turn).map_or(0, |turn| turn.replies().count());
    response.deserves_retry() && replies < history.setup.limits.attempts_max as usize
}

fn stepped_in(history: &History, turn: &TurnId) -> Option<News> {
    let stepped = fallback::stepped_in_for(history, turn)?;
    Some(News::SteppedIn {
        place: Place::of_turn(history, turn),
        name: name(history, turn.speaker),
        voice: voice_line(stepped.voice),
        shared_with: stepped.shared_with.iter().map(|seat| name(history, Speaker::Seat(*seat))).collect(),
    })
}

fn failed(history: &History, turn: &TurnId, fault: &Fault) -> News {
    let fault = Fault { message: text::line(&fault.message), hint: text::line(&fault.hint), ..fault.clone() };
    let replaced = protocol::is_due(history, turn);
    News::Failed { place: Place::of_turn(history, turn), name: name(history, turn.speaker), replaced, fault }
}

fn waits(history: &History) -> News {
    News::Waits(awaited(history).iter().map(|line| text::clip(line, STATEMENT_CHARS_MAX)).collect())
}

fn answered(history: &History) -> Option<News> {
    let answers = history.answers.last()?;
    let supplied = answers.facts.iter().map(|fact| format!("supplied: {}", text::line(&fact.about)));
    let missing = answers.unanswered.iter().map(|need| format!("goes on without {need}"));
    Some(News::Answered(supplied.chain(missing).collect()))
}

fn limit(reached: &Reached) -> String {
    format!("limit on {} reached: {}", reached.limit.title(), reached.numbers())
}

fn ended(ending: Ending) -> Option<News> {
    match ending {
        Ending::Decided => None,
        Ending::QuorumLost => Some(News::Ended("ended: too few seats could be heard")),
        Ending::Stopped => Some(News::Ended("stopped early: the decision rests on the ballots in hand")),
        Ending::LimitReached => Some(News::Ended("ended: a limit was reached, and the record is partial")),
    }
}

fn options(history: &History, frozen: &Frozen) -> News {
    let holders = |option: &OptionId| {
        let seats = frozen.sorted.iter().filter(|(_, sorted)| *sorted == option);
        seats.map(|(seat, _)| name(history, Speaker::Seat(*seat))).collect()
    };
    News::Options {
        options: frozen
            .options
            .iter()
            .map(|choice| (choice.id.clone(), text::line(&choice.text), holders(&choice.id)))
            .collect(),
        basis: match frozen.basis {
            SortingBasis::TwoPasses => "two sortings agree",
            SortingBasis::Majority => "two of three sortings agree",
            SortingBasis::OnePass => "one sorting only",
            SortingBasis::Verbatim => "sorted by their words",
        },
    }
}

fn said(history: &History, turn: &TurnId, response: &Response) -> News {
    let mut asides = Vec::new();
    let board = Board::of(history);
    let ledger = board.ledger();
    if let (Speaker::Seat(seat), Some(stance)) = (turn.speaker, response.stance()) {
        asides.extend(moves::on_landing(&board, seat, turn, stance).map(Aside::Moved));
    }
    match response {
        Response::Position(position) => asides.extend(position.concessions.iter().map(|concession| {
            let entry = ledger.iter().find(|entry| entry.id == concession.claim);
            let words = quote(ledger, &concession.claim);
            match entry {
                Some(entry) if Speaker::Seat(entry.seat) == turn.speaker => {
                    Aside::GivesUp(concession.claim.clone(), words)
                }
                Some(_) | None => Aside::Accepts(concession.claim.clone(), words),
            }
        })),
        Response::Ballot(_) | Response::Questions(_) => {}
        Response::Perspectives(_) | Response::Sorting(_) | Response::Synthesis(_) => {}
        Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => {}
    }
    asides.extend(response.blocking_objection().map(|objection| Aside::Blocks(text::line(objection))));
    asides.extend(left_out(response));
    let text = text::clip(&response.headline(), STATEMENT_CHARS_MAX);
    News::Said(Said {
        place: Place::of_turn(history, turn),
        name: name(history, turn.speaker),
        side: side(history, turn, response),
        text,
        asides,
    })
}

/// The fields of a reply that were left out, cut to what is worth a line or two.
fn left_out(response: &Response) -> Option<Aside> {
    let told = unread::left_out(response.unread())?;
    Some(Aside::LeftOut(text::clip(&told, LEFT_OUT_CHARS_MAX)))
}

fn side(history: &History, turn: &TurnId, response: &Response) -> Side {
    let Speaker::Seat(seat) = turn.speaker else {
        return Side::None;
    };
    let Some(stance) = response.stance() else {
        let assigned = history.agent(seat).and_then(|agent| agent.persona.stance);
        return assigned.map_or(Side::None, |stance| {
            Side::Assigned(match stance {
                agent::Stance::Yes => "for",
                agent::Stance::No => "against",
                agent::Stance::Neutral => "neutral",
            })
        });
    };
    if let Some(reason) = &stance.abstained {
        return Side::Abstains(text::line(reason));
    }
    let held = moves::held(history, turn, seat, stance);
    let at = held.and_then(|held| history.options().iter().position(|choice| choice.id == held));
    at.map_or(Side::None, |at| {
        Side::Choice(at, history.options()[at].id.clone(), text::line(&history.options()[at].text))
    })
}

#[cfg(test)]
mod tests {
    use crate::cli::live::fixture::{Play, TALK, TALK_AND_VOTE, VOTE, ballot, fault, position, reply, seat};
    use crate::cli::live::narrator::{Narrator, opened};
    use crate::cli::live::{Notice, log, plain};
    use crate::cli::style::{Palette, Surface};
    use crate::debate::ask::Ask;
    use crate::debate::history::Outcome;
    use crate::debate::reply::FaultKind;
    use crate::debate::response::{ClaimId, Concession, Response};

    /// Seat 2 moves for a reason, seat 3 without one and then falls silent.
    fn talk(ask: &Ask) -> Outcome {
        let round = if ask.turn.phase == "opening" { 0 } else { ask.turn.round };
        match (round, seat(ask), ask.attempt) {
            (0, 1, _) => reply(position(0, "Split\tit \u{1b}[31mnow.", None), Some(0.0)),
            (0, _, _) => reply(position(1, "Wait.", None), Some(0.0)),
            (1, 1, _) => reply(conceding(position(0, "Split it soon.", None)), Some(0.0)),
            (1, 2, _) => reply(position(0, "議論に納得した。", Some("c1")), Some(0.0)),
            (1, _, 1) => reply(Response::Unclear { reason: "no JSON object".into() }, Some(0.0)),
            (1, _, _) => reply(position(0, "Fine.", None), Some(0.0)),
            (_, 3, _) => fault(FaultKind::RateLimit),
            (_, _, _) => reply(position(0, "As before.", None), Some(0.0)),
        }
    }

    fn conceding(response: Response) -> Response {
        match response {
            Response::Position(mut position) => {
                let concession =
                    |claim: &str| Concession { claim: ClaimId(claim.into()), consequence: "little".into() };
                position.concessions = vec![concession("c1"), concession("c2")];
                Response::Position(position)
            }
            other => other,
        }
    }

    fn play(
        phases: &str,
        seats: u32,
        answer: impl FnMut(&Ask) -> Outcome,
        render: impl Fn(&super::News) -> Vec<String>,
    ) -> String {
        let mut play = Play::open(phases, seats);
        let mut narrator = Narrator::new(&play.history);
        let mut lines = render(&opened(&play.history));
        play.finish(answer, |history, notice| lines.extend(narrator.tell(history, notice).iter().flat_map(&render)));
        lines.join("\n")
    }

    #[test]
    fn a_debate_in_plain_lines() {
        insta::assert_snapshot!(play(TALK, 3, talk, plain::lines), @r"
        session 00000000-0000-0000-0000-000000000000: Trial, 3 seats
        question: Split[2J it?
        option o1: Split the billing service out now
        option o2: Wait
        seat 1: Analyst, anthropic·claude-sonnet-4-5
        seat 2: 分析者, openai·gpt-5.2
        seat 3: Zoë 🦀, anthropic·claude-sonnet-4-5
        -- opening
        [opening] Analyst: o1 - Split it [31mnow.
        [opening] 分析者: o2 - Wait.
        [opening] Zoë 🦀: o2 - Wait.
        [opening] tally: o1 1/3 33%, o2 2/3 67%; agreement 67% (95% interval 21–94%); 3 claims, 2 new
        -- exchange · round 1 of 2
        [exchange 1] Analyst: o1 - Split it soon.; gives up c1; accepts c2
        [exchange 1] 分析者: o1 - 議論に納得した。; moved from o2 to o1, citing c1
        [exchange 1] Zoë 🦀: unreadable reply: no JSON object; asked again
        [exchange 1] Zoë 🦀: o1 - Fine.; moved from o2 to o1, no reason cited
        [exchange 1] tally: o1 3/3 100%, o2 0/3 0%; agreement 100% (95% interval 44–100%); moved: 分析者 o2 to o1, citing c1, Zoë 🦀 o2 to o1, no reason cited; 3 claims, 3 new
        -- exchange · round 2 of 2
        [exchange 2] Analyst: o1 - As before.
        [exchange 2] 分析者: o1 - As before.
        [exchange 2] Zoë 🦀: absent: rate_limit: the vendor said no; hint: wait a minute
        [exchange 2] tally: o1 2/3 67%, o2 0/3 0%; agreement 67% (95% interval 21–94%); 1 absent; nobody moved; 2 claims, 1 new; the phase ends: all rounds held (2 of 2)
        decision: majority: o1 Split the billing service out now; 2 of 3 seats; agreement 67% (95% interval 21–94%); 1 absent
        ");
    }

    #[test]
    fn a_debate_on_a_narrow_terminal() {
        let layout = log::Layout { columns: 40, palette: Palette::new(Surface::NoColor) };
        insta::assert_snapshot!(play(TALK, 3, talk, |news| log::lines(news, layout)), @r"
        Split[2J it?
          o1 Split the billing service out now
          o2 Wait
        Trial · 3 seats · session
        00000000-0000-0000-0000-000000000000

        ── opening ──
        ● Analyst (o1): Split it [31mnow.
        ● 分析者 (o2 Wait): Wait.
        ● Zoë 🦀 (o2 Wait): Wait.

          o1 ███░░░░░░ 1/3  33%  Split the bil…
          o2 ██████░░░ 2/3  67%  Wait
          opening: agreement 67% (95% interval
          21–94%)
          3 claims, 2 of them new

        ── exchange · round 1 of 2 ──
        ● Analyst (o1): Split it soon.
          ↳ gives up c1: “A claim: Split it
            [31mnow.”
          ↳ accepts c2: “A claim: Wait.”
        ● 分析者 (o1): 議論に納得した。
          ↳ moved from o2 to o1, citing c1: “A
            claim: Split it [31mnow.”
        ✗ Zoë 🦀: unreadable reply: no JSON
          object; asked again
        ● Zoë 🦀 (o1): Fine.
          ↳ moved from o2 to o1, no reason
            cited

          o1 █████████ 3/3 100%  Split the bil…
          o2 ░░░░░░░░░ 0/3   0%  Wait
          exchange 1: agreement 100% (95%
          interval 44–100%)
          分析者: o2 → o1, citing c1
          Zoë 🦀: o2 → o1, no reason cited
          3 claims, 3 of them new

        ── exchange · round 2 of 2 ──
        ● Analyst (o1): As before.
        ● 分析者 (o1): As before.
        ✗ Zoë 🦀, absent: rate_limit: the
          vendor said no
          hint: wait a minute

          o1 ██████░░░ 2/3  67%  Split the bil…
          o2 ░░░░░░░░░ 0/3   0%  Wait
          exchange 2: agreement 67% (95%
          interval 21–94%); 1 absent
          nobody moved
          2 claims, 1 of them new
          the phase ends: all rounds held (2 of
          2)

        ■ decision: majority
          o1 Split the billing service out now
          2 of 3 seats; agreement 67% (95%
          interval 21–94%); 1 absent
        ");
    }

    #[test]
    fn a_vote_in_plain_lines() {
        let vote = |ask: &Ask| match seat(ask) {
            1 => reply(ballot(0, None), None),
            2 => reply(ballot(1, Some("the law forbids it")), None),
            _ => reply(Response::Refused, None),
        };
        insta::assert_snapshot!(play(VOTE, 3, vote, plain::lines), @r"
        session 00000000-0000-0000-0000-000000000000: Trial, 3 seats
        question: Split[2J it?
        option o1: Split the billing service out now
        option o2: Wait
        seat 1: Analyst, anthropic·claude-sonnet-4-5
        seat 2: 分析者, openai·gpt-5.2
        seat 3: Zoë 🦀, anthropic·claude-sonnet-4-5
        -- vote
        [vote] Analyst: ballot in
        [vote] 分析者: ballot in
        [vote] Zoë 🦀: the model declined to answer; not counted
        [vote] Analyst: o1 - it can be taken back
        [vote] 分析者: o2 - it can be taken back; blocking objection: the law forbids it
        [vote] tally: o1 1/3 33%, o2 1/3 33%; agreement 33% (95% interval 6–79%); tie: o1, o2; 1 absent
        decision: split: no option wins; agreement 33% (95% interval 6–79%); tie: o1, o2; 1 absent; 2 in dissent; 1 blocking
        ");
    }

    #[test]
    fn a_ballot_that_moves_is_told_as_a_move() {
        let answer = |ask: &Ask| match (ask.turn.phase.as_str(), seat(ask)) {
            ("opening", 2) => reply(position(1, "Wait.", None), None),
            ("opening", _) => reply(position(0, "Split it.", None), None),
            _ => reply(ballot(0, None), None),
        };
        let told = play(TALK_AND_VOTE, 3, answer, plain::lines);
        let moved: Vec<&str> = told.lines().filter(|line| line.contains("moved from")).collect();
        assert_eq!(moved, ["[verdict] 分析者: o1 - it can be taken back; moved from o2 to o1, no reason cited"]);
    }

    #[test]
    fn a_ballot_is_not_told_while_its_stage_is_open() {
        let mut play = Play::open(VOTE, 3);
        let mut narrator = Narrator::new(&play.history);
        let mut told = Vec::new();
        let mut vote = |_: &Ask| reply(ballot(1, None), None);
        play.step(&mut vote, &mut |history, notice| {
            told.extend(narrator.tell(history, notice).iter().flat_map(plain::lines))
        });
        assert_eq!(
            told,
            ["-- vote", "[vote] Analyst: ballot in", "[vote] 分析者: ballot in", "[vote] Zoë 🦀: ballot in"]
        );

        // Nor when the session goes on in another process; there they are told once the stage has ended.
        let mut narrator = Narrator::new(&play.history);
        let mut told = Vec::new();
        play.step(&mut vote, &mut |history, notice| {
            told.extend(narrator.tell(history, notice).iter().flat_map(plain::lines))
        });
        assert_eq!(told.first().map(String::as_str), Some("[vote] Analyst: o2 - it can be taken back"));
        assert_eq!(told.len(), 4);
    }

    #[test]
    fn a_retry_is_told_off_a_terminal_alone() {
        let play = Play::open(VOTE, 3);
        let ask = play.due().remove(0);
        let notice =
            Notice::Retrying { turn: ask.turn, requests: 1, reason: "over\u{1b}loaded".into(), wait_ms: 2_100 };
        let news = Narrator::new(&play.history).tell(&play.history, &notice);
        let layout = log::Layout { columns: 80, palette: Palette::new(Surface::NoColor) };
        assert_eq!(
            news.iter().flat_map(plain::lines).collect::<Vec<_>>(),
            ["[vote] Analyst: retrying in 3 s: overloaded"]
        );
        assert_eq!(news.iter().flat_map(|news| log::lines(news, layout)).count(), 0);
    }

    #[test]
    fn a_wait_for_a_slot_is_told_off_a_terminal_alone() {
        let play = Play::open(VOTE, 3);
        let turn = play.due().remove(0).turn;
        let layout = log::Layout { columns: 80, palette: Palette::new(Surface::NoColor) };
        let rows = [
            (
                Notice::Waiting { turn: turn.clone(), ahead: 0, reason: "4 requests\u{1b} are under way".into() },
                vec!["[vote] Analyst: in the queue: 4 requests are under way"],
            ),
            (
                Notice::Waiting { turn: turn.clone(), ahead: 2, reason: "60 a minute".into() },
                vec!["[vote] Analyst: in the queue: 60 a minute, 2 ahead"],
            ),
            (Notice::Sending { turn }, vec![]),
        ];
        for (notice, expected) in rows {
            let news = Narrator::new(&play.history).tell(&play.history, &notice);
            assert_eq!(news.iter().flat_map(plain::lines).collect::<Vec<_>>(), expected);
            assert_eq!(news.iter().flat_map(|news| log::lines(news, layout)).count(), 0);
        }
    }

    #[test]
    fn who_speaks_through_another_model_is_told_with_whoever_shares_it() {
        let mut play = Play::open(VOTE, 3);
        // Seats 1 and 3 are Anthropic's, which is down.
        play.history.setup.fallbacks = vec![play.history.agents[1].voice.clone()];
        let layout = log::Layout { columns: 100, palette: Palette::new(Surface::NoColor) };
        let mut narrator = Narrator::new(&play.history);
        let (mut plain_lines, mut log_lines) = (Vec::new(), Vec::new());
        play.finish(
            |ask| match ask.voice.provider.as_str() {
                "anthropic" => fault(FaultKind::Overloaded),
                _ => reply(ballot(0, None), Some(0.0)),
            },
            |history, notice| {
                let news = narrator.tell(history, notice);
                plain_lines.extend(news.iter().flat_map(plain::lines));
                log_lines.extend(news.iter().flat_map(|news| log::lines(news, layout)));
            },
        );
        let told: Vec<&String> =
            plain_lines.iter().filter(|line| line.contains("steps in") || line.contains("speaks")).collect();
        assert_eq!(
            told,
            [
                "[vote] Analyst: another model steps in: overloaded: the vendor said no; hint: wait a minute",
                "[vote] Zoë 🦀: another model steps in: overloaded: the vendor said no; hint: wait a minute",
                "[vote] Analyst: speaks through openai·gpt-5.2, as 分析者 does: one model, two seats",
                "[vote] Zoë 🦀: speaks through openai·gpt-5.2, as Analyst and 分析者 do: one model, 3 seats",
            ]
        );
        assert!(
            log_lines.iter().any(|line| line.starts_with("↪ Analyst speaks through openai·gpt-5.2")),
            "{log_lines:?}"
        );
    }
}
