//! `plan` holds what it says: no debate takes more than its max, and none that goes well less than its low.

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use roundtable::app::plan::{self, Plan, Span, Take};
use roundtable::debate::agent::Voice;
use roundtable::debate::ask::Ask;
use roundtable::debate::log::setup::Setup;
use roundtable::debate::prompt;
use roundtable::debate::question::Question;
use roundtable::debate::reply::{Finish, Usage};
use roundtable::debate::search::{Domains, SearchContext, SearchTerms, WebSearch};
use roundtable::export::usage;
use roundtable::providers::table;
use serde_json::Value;

use crate::support::program::Desk;
use crate::support::replies::{Miss, chance, drawn, missed};
use crate::support::world::{Answer, World, all_built_in, built_in, choice, open, seat_of, setup_with, voice};

/// Three models whose prices are known.
fn priced() -> Vec<Voice> {
    [
        ("anthropic", "claude-sonnet-5-5", "claude"),
        ("openai", "gpt-6.1-terra", "gpt"),
        ("google", "gemini-3.8-flash", "gemini"),
    ]
    .map(voice)
    .to_vec()
}

/// Searches that a turn may make.
const SEARCHES_MAX: u64 = 3;

fn searching() -> WebSearch {
    let (searches_max, domains) = (SEARCHES_MAX as u32, Domains::Any);
    WebSearch::On(SearchTerms { searches_max, context: None, domains, recency: None })
}

/// A panel that answers as it likes, with as many words as it likes, and that is unreadable or cut off at times, at the first
/// attempt.
fn wordy(seed: u64) -> impl Fn(&Ask) -> Answer {
    let said = drawn(seed);
    move |ask| {
        let draw = |purpose: u64, bound: u64| chance(seed + purpose, ask, bound);
        let answer = match draw(1, 6) {
            0 if ask.attempt == 1 => missed(ask, [Miss::Prose, Miss::Cut][draw(2, 2) as usize]),
            _ => said(ask),
        };
        let mut reply = answer?;
        let room = u64::from(ask.prompt.output_tokens_max);
        // Behind the object, up to as much as the room holds at four bytes a token.
        let words = draw(3, 4) * draw(4, room);
        reply.text.push_str(&" a b".repeat(usize::try_from(words / 4).unwrap()));
        let bytes = prompt::bytes(&ask.prompt);
        let written = reply.text.len() as u64;
        reply.usage = Usage {
            input_tokens: bytes / (3 + draw(5, 4)),
            output_tokens: if reply.finish == Finish::Truncated {
                room
            } else {
                (written / (3 + draw(6, 4))).min(room)
            },
            cached_tokens: bytes / 8 * draw(7, 2),
            searches: if ask.search.terms().is_some() { draw(8, SEARCHES_MAX + 1) } else { 0 },
            ..Usage::default()
        };
        // What is found is read, and the prompt is read again after each search.
        reply.usage.input_tokens *= 1 + reply.usage.searches;
        reply.usage.input_tokens += 2_000 * reply.usage.searches;
        let vendor = table::find(&ask.voice.provider).unwrap();
        reply.cost_usd = table::price(vendor, &ask.voice.model, &reply.usage);
        Ok(reply)
    }
}

fn check_span(label: &str, span: &Span, calls: u32, tokens: u64, cost_usd: Option<f64>) {
    let (low, max) = (&span.low, &span.max);
    assert!((low.calls..=max.calls).contains(&calls), "{label}: {calls} calls of {span:?}");
    assert!((low.tokens()..=max.tokens()).contains(&tokens), "{label}: {tokens} tokens of {span:?}");
    if let (Some(cost), Some(low), Some(max)) = (cost_usd, low.cost_usd, max.cost_usd) {
        assert!(low <= cost * (1.0 + 1e-9) && cost <= max * (1.0 + 1e-9), "{label}: ${cost} of {span:?}");
    }
    assert!(low.calls <= span.likely.calls && span.likely.calls <= max.calls, "{label}: {span:?}");
    assert!(low.tokens() <= span.likely.tokens() && span.likely.tokens() <= max.tokens(), "{label}: {span:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_debate_stays_within_its_plan(
        seed in any::<u32>(),
        mode in any::<prop::sample::Index>(),
        count in 2u32..6,
        kind in 0usize..3,
        rounds in prop::option::of(1u32..3),
        searches in any::<bool>(),
    ) {
        let modes = all_built_in();
        let mode = mode.get(&modes);
        let question = match kind {
            0 => open(),
            1 if mode.takes_estimates() => Question::estimate("How long will it take?", "weeks").unwrap(),
            _ => choice(),
        };
        let fits = |rounds: &u32| mode.phases.iter().filter_map(|phase| phase.rounds).all(|range| (range.min..=range.max).contains(rounds));
        let rounds = rounds.filter(fits);
        let held = mode.clone().held_for(&question);
        let web_search = if searches { searching() } else { WebSearch::Unsaid };
        let setup = Setup { rounds, web_search, ..setup_with(&held, count, question, &priced()) };
        let plan = plan::of(&setup, Vec::new()).unwrap();
        let script = wordy(u64::from(seed));
        let world = World::open(setup, &script, u64::from(seed)).finish();
        let spent = usage::usage(&world.history);
        check_span(&mode.mode, &plan.total, spent.total.calls, spent.total.tokens(), spent.total.cost_usd);
        for (speaker, spent) in &spent.by_speaker {
            let part = plan.speakers.iter().find(|part| part.name == *speaker);
            let part = part.unwrap_or_else(|| panic!("{speaker} is not planned for in {}", mode.mode));
            check_span(&format!("{}, {speaker}", mode.mode), &part.span, spent.calls, spent.tokens(), spent.cost_usd);
        }
    }
}

/// Every seat's own model is down, and the dearer one that steps in is cut off at first and uses all the room there is.
#[test]
fn a_plan_has_room_for_the_dearest_fallback() {
    let [dear, _, cheap] = priced().try_into().unwrap_or_else(|voices| panic!("{voices:?}"));
    let script = |ask: &Ask| {
        if ask.voice == cheap && seat_of(ask).is_some() {
            return missed(ask, Miss::Network);
        }
        let mut reply = if ask.attempt == 2 { missed(ask, Miss::Cut)? } else { drawn(1)(ask)? };
        let input_tokens = prompt::bytes(&ask.prompt) / 3;
        reply.usage =
            Usage { input_tokens, output_tokens: u64::from(ask.prompt.output_tokens_max), ..Usage::default() };
        let vendor = table::find(&ask.voice.provider).unwrap();
        reply.cost_usd = table::price(vendor, &ask.voice.model, &reply.usage);
        Ok(reply)
    };
    let alone = setup_with(&built_in("collaborative"), 3, choice(), std::slice::from_ref(&cheap));
    let setup = Setup { fallbacks: vec![dear], ..alone.clone() };
    let most = |setup: &Setup| plan::of(setup, Vec::new()).unwrap().total.max;
    let spent = usage::usage(&World::open(setup.clone(), &script, 1).finish().history).total;
    assert!(spent.cost_usd > most(&alone).cost_usd, "the fallback is dearer: {spent:?}");
    assert!(spent.cost_usd <= most(&setup).cost_usd && spent.calls <= most(&setup).calls, "{spent:?}");
}

fn sum(parts: &[plan::Part], of: impl Fn(&Span) -> Take) -> (u32, u64, String) {
    let takes: Vec<Take> = parts.iter().map(|part| of(&part.span)).collect();
    let cost: Option<f64> = takes.iter().map(|take| take.cost_usd).sum();
    let calls = takes.iter().map(|take| take.calls).sum();
    (calls, takes.iter().map(Take::tokens).sum(), format!("{:.4}", cost.unwrap_or(f64::NAN)))
}

#[test]
fn the_parts_of_a_plan_add_up() {
    for mode in ["collaborative", "socratic", "vote"].map(built_in) {
        let Plan { total, stages, speakers, purposes, .. } =
            plan::of(&setup_with(&mode, 4, open(), &priced()), Vec::new()).unwrap();
        let whole = [plan::Part { name: String::new(), span: total }];
        for parts in [&stages, &speakers, &purposes] {
            for of in [|span: &Span| span.low, |span: &Span| span.likely, |span: &Span| span.max] {
                assert_eq!(sum(parts, of), sum(&whole, of), "{}", mode.mode);
            }
        }
    }
}

/// What searches add to the plan of a session, beside what their tokens cost.
#[test]
fn a_plan_counts_searches() {
    let mode = built_in("collaborative");
    let check = |row: (&str, &str, &str), context, likely_usd: f64, max_usd: f64| {
        let rates = table::rates(table::find(row.0).unwrap(), row.1).unwrap();
        let plan = |web_search| {
            let setup = Setup { rounds: Some(1), web_search, ..setup_with(&mode, 2, choice(), &[voice(row)]) };
            plan::of(&setup, Vec::new()).unwrap()
        };
        let WebSearch::On(terms) = searching() else { panic!() };
        let (with, without) = (plan(WebSearch::On(SearchTerms { context, ..terms })), plan(WebSearch::Off));
        let beside_tokens = |of: fn(&Span) -> Take, input_usd: f64| {
            let (with, without) = (of(&with.total), of(&without.total));
            let read = (with.input_tokens - without.input_tokens) as f64 * input_usd / 1_000_000.0;
            with.cost_usd.unwrap() - without.cost_usd.unwrap() - read
        };
        let likely = beside_tokens(|span| span.likely, rates.input_usd);
        let max = beside_tokens(|span| span.max, rates.input_usd.max(rates.cache_write_usd));
        assert!((likely - likely_usd).abs() < 1e-6 && (max - max_usd).abs() < 1e-6, "{row:?}: {likely}, {max}");
        let low = beside_tokens(|span| span.low, rates.input_usd.min(rates.cached_usd));
        assert!(low.abs() < 1e-6, "{row:?}: {low}");
        assert_eq!(with.notes.len(), without.notes.len() + 1);
    };
    // Two seats state two positions: 2 searches each as likely; at the most 3, at both of two attempts.
    check(("anthropic", "claude-sonnet-5-5", "claude"), None, 0.08, 0.24);
    check(("openai", "gpt-6.1-terra", "gpt"), None, 0.08, 0.24);
    // Whoever keeps to no number is taken to search 20 times.
    check(("google", "gemini-3.8-flash", "gemini"), None, 0.112, 2.24);
    // Its fee for a request holds the searches, and rises with how much is read.
    check(("perplexity", "sonar", "sonar"), None, 0.0, 0.0);
    check(("perplexity", "sonar", "sonar"), Some(SearchContext::High), 0.032, 0.064);
}

/// A span of a plan in JSON, as the rehearsal's record compares with it.
fn check_json(label: &str, span: &Value, spent: &Value) {
    let number = |value: &Value, name: &str| value[name].as_u64().unwrap();
    let tokens = |value: &Value| number(value, "input_tokens") + number(value, "output_tokens");
    let calls = (number(&span["low"], "calls"), number(spent, "calls"), number(&span["max"], "calls"));
    assert!(calls.0 <= calls.1 && calls.1 <= calls.2, "{label}: {calls:?} calls");
    let tokens = (tokens(&span["low"]), tokens(spent), tokens(&span["max"]));
    assert!(tokens.0 <= tokens.1 && tokens.1 <= tokens.2, "{label}: {tokens:?} tokens");
}

#[test]
fn a_rehearsal_of_every_mode_stays_within_the_plan_of_the_command() {
    for mode in all_built_in() {
        let desk = Desk::new();
        let arguments = ["--topic", "Should we move?", "--mode", mode.mode.as_str(), "--rehearse", "--format", "json"];
        let plan = desk.run(&[&["plan"], &arguments[..]].concat()).expect(0).json();
        assert!(!desk.data().exists(), "a plan stores nothing");
        assert_eq!((&plan["schema"], &plan["mode"]), (&"roundtable.plan/1".into(), &mode.mode.as_str().into()));
        let record = desk.run(&[&["start", "--quiet"], &arguments[..]].concat()).expect(0).record();
        check_json(&mode.mode, &plan["total"], &record["usage"]["total"]);
        for part in plan["speakers"].as_array().unwrap() {
            let spent = &record["usage"]["by_speaker"][part["name"].as_str().unwrap()];
            if spent.is_object() {
                check_json(&format!("{}, {}", mode.mode, part["name"]), part, spent);
            }
        }
    }
}

#[test]
fn a_plan_needs_no_key_and_fits_a_terminal() {
    let desk = Desk::new();
    let topic = ["plan", "--topic", "Should we move?"];
    let keyless = desk.run(&topic).expect(7);
    assert!(keyless.stderr.contains("--provider"), "{}", keyless.stderr);
    let more = [
        "--provider",
        "anthropic",
        "--provider",
        "openai=gpt-6.1-terra",
        "--mode",
        "oxford",
        "--max-cost",
        "0.9",
        "-n",
        "5",
    ];
    let told = desk.run(&[&topic[..], &more[..]].concat()).expect(0).stdout;
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    for part in
        ["By stage", "rebuttals 2 opposition", "By speaker", "5 Proposition 3", "By purpose", "limit on cost, $0.9"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    let unknown = desk.run(&[&topic[..], &["--provider", "deepseek"]].concat()).expect(0).stdout;
    assert!(unknown.contains("? / ? / ?"), "{unknown}");
    let refused = desk.run(&[&topic[..], &["--provider", "openai", "--max-tokens", "900"]].concat()).expect(2);
    assert!(refused.stderr.contains("--max-tokens is too low"), "{}", refused.stderr);
    assert!(!desk.data().exists(), "nothing is stored");
}
