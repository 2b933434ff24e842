//! Hard limits: whatever a world answers, fails and repeats, and in whatever order, no session takes more than it may.

use std::cell::RefCell;

use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use roundtable::debate::agent::Voice;
use roundtable::debate::ask::Ask;
use roundtable::debate::event::{Ending, Event};
use roundtable::debate::history::Attempt;
use roundtable::debate::log::limits::{Caps, Grant, LimitKind, Price, Reached};
use roundtable::debate::log::setup::Setup;
use roundtable::debate::protocol::{self, Step};
use roundtable::debate::reply::{Loss, Reply, Usage};
use roundtable::debate::search::{Domains, Reading, SearchCost, SearchTerms, WebSearch};
use roundtable::debate::{amount, replay, taken};
use roundtable::export::usage::{paid, usage};
use roundtable::export::{Format, render};

use crate::support::replies::{Miss, by_default, chance, missed};
use crate::support::world::{Answer, Script, World, all_built_in, built_in, choice, open, setup, voices};

/// What somebody pays in the end, and all that is asked for it.
#[derive(Debug, Clone, Copy, Default)]
struct Bill {
    usd: f64,
    tokens: u64,
}

impl Bill {
    fn add(&mut self, price: &Price, input: u64, output: u64, searches_usd: f64) {
        self.usd += price.of(input, output) + searches_usd;
        self.tokens += input + output;
    }
}

/// One provider that reads its prompt after each search, one that bills by request, and others that search for nothing.
fn search_costs() -> Vec<SearchCost> {
    let [first, second, ..] = &voices()[..] else { panic!("too few voices") };
    let cost = |voice: &Voice, reading, found_tokens, request_usd| SearchCost {
        provider: voice.provider.clone(),
        searches_max: 3,
        search_usd: Some(0.25),
        request_usd,
        found_tokens,
        reading,
    };
    vec![cost(first, Reading::AfterEach, 4_000, 0.0), cost(second, Reading::Once, 500, 0.125)]
}

/// US dollars for so many searches of a voice; what is searched for nothing costs nothing.
fn searches_usd(voice: &Voice, searches: u32) -> f64 {
    let cost = search_costs().into_iter().find(|cost| searches > 0 && cost.provider == voice.provider);
    cost.map_or(0.0, |cost| 0.25 * f64::from(searches) + cost.request_usd)
}

fn prices(dearness: f64) -> Vec<Price> {
    let price = |(place, voice): (usize, Voice)| Price {
        provider: voice.provider,
        model: voice.model,
        input_usd: dearness * (1.0 + place as f64),
        output_usd: dearness * 5.0,
        request_usd: 0.001 * place as f64,
        input_tokens_max: None,
    };
    voices().into_iter().enumerate().map(price).collect()
}

fn caps(cost_usd: Option<f64>, tokens: Option<u64>) -> Caps {
    Caps {
        cost_usd,
        tokens,
        time_ms: None,
        prices: cost_usd.map(|_| prices(2.0)).unwrap_or_default(),
        searches: search_costs(),
    }
}

fn price<'a>(prices: &'a [Price], ask: &Ask) -> &'a Price {
    prices.iter().find(|price| price.provider == ask.voice.provider && price.model == ask.voice.model).unwrap()
}

/// A world that takes a share of what it may, drawn from `seed`, of which up to `misses` attempts in 24 come to nothing, and that
/// keeps the bill.
fn billing<'a>(seed: u64, misses: u64, prices: &'a [Price], bill: &'a RefCell<Bill>) -> impl Fn(&Ask) -> Answer + 'a {
    move |ask| {
        let kinds = [Miss::Prose, Miss::Empty, Miss::Cut, Miss::Refusal, Miss::Filter, Miss::Network, Miss::Auth];
        let miss = (chance(seed, ask, 24) < misses).then(|| kinds[chance(seed + 1, ask, 7) as usize]);
        let answer = miss.map_or_else(|| by_default(ask), |miss| missed(ask, miss));
        let Grant { input_tokens, searches, output_tokens, requests, .. } = ask.grant.unwrap();
        assert_eq!(output_tokens, ask.prompt.output_tokens_max);
        let plain = amount::input_tokens(&ask.prompt);
        let is_searching = ask.search.terms().is_some();
        // Three readings more, and what was found 1 + 2 + 3 times; or the prompt once, with all that was found.
        let by_provider = [(3, 4 * plain + 6 * 4_000), (3, plain + 3 * 500)];
        let place = search_costs().iter().position(|cost| is_searching && cost.provider == ask.voice.provider);
        assert_eq!((searches, input_tokens), place.map_or((0, plain), |place| by_provider[place]));
        let share = |most: u64, draw: u64| most * draw.min(10) / 10;
        // Every fifth takes all there is.
        let input = share(input_tokens, chance(seed + 2, ask, 12));
        let output = share(u64::from(output_tokens), chance(seed + 3, ask, 12));
        let made = (searches > 0).then(|| chance(seed + 5, ask, u64::from(searches) + 1) as u32);
        let found_usd = made.filter(|made| *made > 0).map_or(0.0, |made| searches_usd(&ask.voice, made));
        let worst_usd = searches_usd(&ask.voice, searches);
        let price = price(prices, ask);
        // Of every other broken answer something was heard; it may have been billed at its worst all the same.
        let known = |lost: u32| {
            (lost > 0 && chance(seed + 7, ask, 2) == 0).then(|| Loss {
                requests: lost,
                usage: Usage {
                    input_tokens: input * u64::from(lost),
                    output_tokens: output * u64::from(lost),
                    ..Usage::default()
                },
                cost_usd: Some(price.of(input, output) * f64::from(lost)),
            })
        };
        let mut paid = bill.borrow_mut();
        match answer {
            Ok(mut reply) => {
                reply.usage = Usage {
                    input_tokens: input,
                    output_tokens: output,
                    searches: made.unwrap_or(0).into(),
                    ..Usage::default()
                };
                // Every other time the provider's own price is left to be worked out.
                reply.cost_usd = (chance(seed + 6, ask, 2) == 0).then(|| price.of(input, output) + found_usd);
                reply.lost = chance(seed + 4, ask, u64::from(requests)) as u32;
                reply.loss = known(reply.lost).map(Box::new);
                paid.add(price, input, output, found_usd);
                for _ in 0..reply.lost {
                    paid.add(price, input_tokens, u64::from(output_tokens), worst_usd);
                }
                Ok(reply)
            }
            Err(mut fault) => {
                fault.lost = chance(seed + 4, ask, u64::from(requests) + 1) as u32;
                fault.loss = known(fault.lost).map(Box::new);
                for _ in 0..fault.lost {
                    paid.add(price, input_tokens, u64::from(output_tokens), worst_usd);
                }
                Err(fault)
            }
        }
    }
}

fn limited(mode: usize, count: u32, is_open: bool, caps: Caps) -> Setup {
    let modes = all_built_in();
    let mut setup = setup(&modes[mode % modes.len()], count, if is_open { open() } else { choice() });
    setup.caps = caps;
    let terms = SearchTerms { searches_max: 3, context: None, domains: Domains::Any, recency: None };
    setup.web_search = if count.is_multiple_of(2) { WebSearch::On(terms) } else { WebSearch::Unsaid };
    setup
}

/// Checks that a bill keeps to the limits, but for the last digit of a sum.
fn check_paid(label: &str, caps: &Caps, bill: Bill) {
    assert!(caps.cost_usd.is_none_or(|cap| bill.usd <= cap * (1.0 + 1e-9)), "{label}: {bill:?} of {caps:?}");
    assert!(caps.tokens.is_none_or(|cap| bill.tokens <= cap), "{label}: {bill:?} of {caps:?}");
}

fn some_caps() -> impl Strategy<Value = Caps> {
    // From too little for an opening up to more than a debate takes.
    let cost = prop::option::of((-3.0f64..2.0).prop_map(|power| 10.0f64.powf(power)));
    let tokens = prop::option::of((3.5f64..7.0).prop_map(|power| 10.0f64.powf(power) as u64));
    (cost, tokens).prop_map(|(cost, tokens)| caps(cost, tokens.or((cost.is_none()).then_some(100_000))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_session_takes_more_than_it_may(
        seed in any::<u32>(),
        mode in 0usize..20,
        count in 2u32..6,
        is_open in any::<bool>(),
        misses in 0u64..8,
        caps in some_caps(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let seed = u64::from(seed);
        let bill = RefCell::new(Bill::default());
        let prices = prices(2.0);
        let script = billing(seed, misses, &prices, &bill);
        let mut world = World::open(limited(mode, count, is_open, caps.clone()), &script, seed);
        for (number, cut) in cuts.iter().enumerate() {
            let length = 1 + cut.index(60);
            world.run_until(|world| world.log.len() >= length);
            world = killed(world, &script, seed + number as u64, &prices, &bill);
        }
        let world = world.finish();
        check_paid("to the end", &caps, *bill.borrow());
        let spent = taken::counted(&world.history);
        let bill = bill.borrow();
        assert!(spent.tokens >= bill.tokens, "{spent:?} of {bill:?}");
        // What was spent is one number in the limit, in the record and in what is added up over sessions.
        let told = usage(&world.history).total;
        assert_eq!(told.tokens(), taken::spent(&world.history).tokens);
        assert!(told.cost_usd.is_none_or(|usd| (usd - taken::spent(&world.history).usd).abs() < 1e-9));
        assert_eq!(told.tokens(), paid(&world.history).iter().map(|paid| paid.spent.tokens()).sum::<u64>());
        assert!(caps.cost_usd.is_none() || spent.usd >= bill.usd * (1.0 - 1e-9), "{spent:?} of {bill:?}");
        assert!(replay::verify(&world.log).unwrap().is_empty());
        let ended = world.log.iter().any(|logged| matches!(logged.event, Event::LimitReached(_)));
        assert_eq!(world.history.ending == Some(Ending::LimitReached), ended && world.history.limit.is_some());
    }

    #[test]
    fn who_answers_first_makes_no_difference(
        seed in any::<u32>(),
        mode in 0usize..20,
        is_open in any::<bool>(),
        misses in 0u64..6,
        caps in some_caps(),
    ) {
        let seed = u64::from(seed);
        let prices = prices(2.0);
        let run = |order| {
            let bill = RefCell::new(Bill::default());
            let script = billing(seed, misses, &prices, &bill);
            World::open(limited(mode, 4, is_open, caps.clone()), &script, order).finish().outcome()
        };
        assert!(run(1) == run(seed + 2));
    }
}

/// The session after the end of its process: whatever was in flight was billed as dearly as it could be.
fn killed<'a>(
    mut world: World<'_>,
    script: &'a Script<'a>,
    order: u64,
    prices: &[Price],
    bill: &RefCell<Bill>,
) -> World<'a> {
    let mut is_open = false;
    for turn in world.history.turns.values() {
        let is_in_flight = |attempt: &&Attempt| attempt.outcome.is_none() && attempt.seq > world.history.taken_up_seq;
        let Some(attempt) = turn.attempts.last().filter(is_in_flight) else { continue };
        let grant = attempt.grant.unwrap();
        let price = prices.iter().find(|price| price.model == attempt.voice.model).unwrap();
        for _ in 0..grant.requests {
            let searches_usd = searches_usd(&attempt.voice, grant.searches);
            bill.borrow_mut().add(price, grant.input_tokens, u64::from(grant.output_tokens), searches_usd);
        }
        is_open = true;
    }
    world.drop_in_flight();
    let caps = world.history.caps.clone();
    let mut world = World::resume(&world.log, script, order);
    if is_open {
        world.record(Event::LimitsSet(caps));
    }
    world
}

#[test]
fn the_closing_text_is_held_back_and_written() {
    let (mut limited_by, mut written) = (0, 0);
    for mode in all_built_in() {
        for is_open in [false, true] {
            for tenths in (2..30u32).step_by(4) {
                let mut setup = setup(&mode, 4, if is_open { open() } else { choice() });
                setup.caps = caps(Some(f64::from(tenths) / 10.0), None);
                let bill = RefCell::new(Bill::default());
                let prices = prices(2.0);
                let script = billing(u64::from(tenths), 0, &prices, &bill);
                let world = World::open(setup, &script, 1).finish();
                let Some(reached) = world.history.limit else { continue };
                assert_eq!(reached.limit, LimitKind::Cost);
                let has_ballots = !world.history.rounds.is_empty() && !world.history.lacks_options();
                limited_by += u32::from(has_ballots);
                written += u32::from(has_ballots && !world.asked_in("synthesis").is_empty());
            }
        }
    }
    assert!(limited_by > 12, "{limited_by}");
    assert_eq!(written, limited_by, "whoever ran out of money had kept enough for the closing text");
}

/// The first step of a session under limits.
fn first_step(caps: Caps) -> Step {
    let world = World::open(Setup { caps, ..setup(&built_in("vote"), 4, choice()) }, &by_default, 1);
    protocol::next(&world.history)
}

#[test]
fn room_shrinks_before_a_debate_gives_up() {
    let rooms = |tokens| match first_step(caps(None, Some(tokens))) {
        Step::Ask(asks) => asks.iter().map(|ask| (ask.prompt.output_tokens_max, ask.grant.unwrap().requests)).collect(),
        Step::Record(Event::LimitReached(reached)) => {
            assert_eq!(reached.max, tokens as f64);
            assert!(reached.least().unwrap() > tokens as f64, "{}", reached.numbers());
            Vec::new()
        }
        step => panic!("{step:?}"),
    };
    let plenty = rooms(10_000_000);
    assert_eq!(plenty, [(16_000, 4); 4]);
    let mut last = plenty[0];
    for tokens in (10_000..500_000u64).rev().step_by(1_000) {
        let granted = rooms(tokens);
        let Some(first) = granted.first().copied() else { break };
        assert!(granted.iter().all(|each| *each == first), "all seats get the same: {granted:?}");
        assert!(first <= last && first.0 >= 4_000 && (first.1 == 1 || first.0 == 16_000), "{first:?} after {last:?}");
        last = first;
    }
    assert!(last.0 < 4_200, "{last:?} is the least room");
    let Step::Record(Event::LimitReached(reached)) = first_step(caps(None, Some(20_000))) else { panic!() };
    let least = reached.least().unwrap() as u64;
    assert!(rooms(least - 1).is_empty() && !rooms(least).is_empty(), "{least} is the least that does");
}

#[test]
fn a_prompt_too_long_for_its_price_is_not_sent() {
    let mut caps = caps(Some(100.0), None);
    caps.prices.iter_mut().for_each(|price| price.input_tokens_max = Some(500));
    let Step::Record(Event::LimitReached(reached)) = first_step(caps.clone()) else { panic!("it is sent") };
    assert_eq!((reached.limit, reached.next, reached.least()), (LimitKind::Cost, None, None));
    assert!(reached.numbers().contains("no known price"), "{}", reached.numbers());
    caps.prices.iter_mut().for_each(|price| price.input_tokens_max = Some(100_000));
    assert!(matches!(first_step(caps), Step::Ask(_)));
}

#[test]
fn without_a_limit_nothing_is_granted_and_nothing_recorded() {
    let Step::Ask(asks) = first_step(Caps::default()) else { panic!() };
    assert!(asks.iter().all(|ask| ask.grant.is_none() && ask.prompt.output_tokens_max == 16_000));
    let world = World::open(setup(&built_in("vote"), 4, choice()), &by_default, 1).finish();
    let log: String = world.log.iter().map(|logged| serde_json::to_string(logged).unwrap()).collect();
    for word in ["\"caps\"", "\"grant\"", "\"lost\"", "\"limit\""] {
        assert!(!log.contains(word), "{word}");
    }
}

#[test]
fn the_end_of_time_decides_on_the_ballots_in_hand_and_resumes() {
    let reached = roundtable::debate::log::limits::Reached::time(90.0);
    for (rounds, ending) in [(0, "no_quorum"), (1, "limit"), (2, "limit")] {
        let mut world = World::open(setup(&built_in("collaborative"), 4, choice()), &by_default, 1);
        world.run_until(|world| world.history.rounds.len() == rounds && world.is_waiting());
        world.drop_in_flight();
        world.record(Event::LimitReached(reached));
        let world = world.finish();
        assert_eq!(world.history.ending, Some(Ending::LimitReached), "{ending}");
        assert!(world.asked_in("synthesis").is_empty(), "there is no time for a closing text");
        assert!(replay::verify(&world.log).unwrap().is_empty());
        let mut resumed = World::resume(&world.log, &by_default, 2);
        resumed.record(Event::SessionResumed {});
        let resumed = resumed.finish();
        assert_eq!(resumed.history.ending, Some(Ending::Decided));
        assert_eq!(resumed.history.limit, None);
        let whole = World::open(setup(&built_in("collaborative"), 4, choice()), &by_default, 1).finish();
        assert_eq!(resumed.history.decision.as_ref().unwrap(), whole.history.decision.as_ref().unwrap());
    }
}

#[test]
fn time_that_runs_out_over_the_closing_text_leaves_the_verdict() {
    let whole = World::open(setup(&built_in("vote"), 4, choice()), &by_default, 1).finish();
    let begun = whole.log.iter().rposition(|logged| matches!(logged.event, Event::TurnStarted { .. })).unwrap();
    let mut world = World::resume(&whole.log[..=begun], &by_default, 1);
    let decision = world.history.decision.clone();
    world.record(Event::LimitReached(roundtable::debate::log::limits::Reached::time(5.0)));
    let world = world.finish();
    assert_eq!((world.history.ending, &world.history.decision), (Some(Ending::LimitReached), &decision));
}

#[test]
fn every_report_names_the_limit() {
    let setup = Setup { caps: caps(Some(0.9), None), ..setup(&built_in("collaborative"), 4, choice()) };
    let prices = prices(2.0);
    let bill = RefCell::new(Bill::default());
    let script = billing(3, 0, &prices, &bill);
    let world = World::open(setup, &script, 1).finish();
    let reached = world.history.limit.unwrap();
    let numbers = reached.numbers();
    assert!(numbers.contains("of $0.9000 spent"), "{numbers}");
    for format in [Format::Text, Format::Markdown, Format::Adr, Format::Html] {
        let report = render(&world.history, &world.log, format).replace("\\$", "$");
        assert!(report.contains("limit on cost"), "{format:?}: {report}");
    }
    let record: serde_json::Value = serde_json::from_str(&render(&world.history, &world.log, Format::Json)).unwrap();
    assert_eq!((&record["status"], &record["limit"]["limit"]), (&"limit_reached".into(), &"cost".into()));
}

/// The limit that a session reaches in which the first answer of everybody breaks off, after so much of it as `loss` says.
fn broken(format: u32, loss: Option<Loss>) -> Reached {
    let script = |ask: &Ask| -> Answer {
        let reply = by_default(ask)?;
        let usage = Usage { input_tokens: 1_000, output_tokens: 100, ..Usage::default() };
        Ok(Reply { usage, requests: 2, lost: 1, loss: loss.map(Box::new), ..reply })
    };
    let mut setup = Setup { format, ..setup(&built_in("collaborative"), 2, choice()) };
    setup.caps = caps(None, Some(70_000));
    let world = World::open(setup, &script, 1).finish();
    assert!(replay::verify(&world.log).unwrap().is_empty());
    world.history.limit.unwrap()
}

#[test]
fn what_is_only_set_aside_is_not_called_spent() {
    let usage = Usage { input_tokens: 2_000, output_tokens: 1, ..Usage::default() };
    let heard = Some(Loss { requests: 1, usage, cost_usd: None });
    // Both formats word their prompts alike, so that the numbers can be held against each other.
    let (before, silent, told) = (broken(3, heard), broken(4, None), broken(4, heard));
    let counted = |reached: &Reached| reached.spent + reached.set_aside;
    assert!(counted(&told) == before.spent && counted(&silent) == before.spent, "{before:?} {silent:?} {told:?}");
    assert!(told.least() == before.least() && told.least() > Some(told.max), "{told:?}");
    let answers = silent.spent / 1_100.0;
    assert!(before.set_aside == 0.0 && answers >= 2.0, "{silent:?}");
    assert_eq!(told.spent, answers * 3_101.0);
    let numbers = told.numbers();
    let (spent, aside) = (told.spent, told.set_aside);
    let start =
        format!("{spent:.0} of 70000 tokens spent, {aside:.0} set aside for requests whose end was not seen, up to ");
    assert!(numbers.starts_with(&start), "{numbers}");
    assert!(before.numbers().contains(" spent, up to "), "{}", before.numbers());
}
