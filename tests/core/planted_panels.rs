//! Planted runs: scripted panels of which it is known what happened. The numbers are worked out by hand.

use roundtable::debate::analysis::groupthink::{Alarm, Inputs, SignName};
use roundtable::debate::analysis::number::Number;
use roundtable::debate::analysis::persuasion::Direction;
use roundtable::debate::analysis::sensitivity::Reweighted;
use roundtable::debate::analysis::{ChoiceAnalysis, analyse};
use roundtable::debate::ask::Ask;
use roundtable::debate::board::Board;
use roundtable::debate::history::History;
use roundtable::debate::log::decision::{Caveat, Label};
use roundtable::debate::log::material::{Assumption, Material, Origin};
use roundtable::debate::log::setup::Setup;
use roundtable::debate::mode::Mode;
use roundtable::debate::reply::Citation;
use roundtable::export::record::record;
use roundtable::export::story::{story, warning};
use roundtable::export::{Format, markdown, premises, text};
use serde_json::{Value, json};

use crate::support::replies::{Miss, by_default, claims_in, holding, missed, with};
use crate::support::world::{Answer, When, World, mode, more, option, question, seat_of, setup};

/// An opening and `rounds` rounds of exchange in which all is seen; every round takes stances.
fn planted(rounds: u32) -> Mode {
    mode(&format!(
        "mode: planted
title: Planted
summary: An opening and an exchange.
best_for: tests
panel: {{ numbered: true, personas: [{{ name: Seat, trait: anything }}] }}
phases:
  - {{ name: opening, stages: [{{ speakers: all, sees: nothing, form: position, ask: Open. }}] }}
  - name: exchange
    rounds: {{ default: {rounds}, max: {rounds} }}
    stages: [{{ speakers: all, sees: everything, form: position, ask: Go on. }}]
"
    ))
}

/// What the panel does: rounds of one letter a seat, an option's digit; whose claim movers cite, by the claim's words.
struct Plot<'a> {
    rounds: &'static [&'static str],
    families: &'static str,
    /// Confidence in percent, by round.
    confidence: &'static [u32],
    /// Claims: who makes them in which round, in what words, with a quote as evidence or without evidence.
    claims: &'a [(u32, u32, &'static str, Option<&'static str>)],
    /// Who cites which claim for its move, in which round.
    cites: &'a [(u32, u32, &'static str)],
    /// Who concedes which claim of its own, in which round.
    concedes: &'a [(u32, u32, &'static str)],
}

const PLOT: Plot<'static> =
    Plot { rounds: &[], families: "abcd", confidence: &[70, 70, 70, 70], claims: &[], cites: &[], concedes: &[] };

/// The round as the plot counts them: the opening is the first.
fn round_of(ask: &Ask) -> u32 {
    if ask.turn.phase == "opening" { 1 } else { ask.turn.round + 1 }
}

/// The id of a claim that a seat was shown, by its words.
fn claim_id(ask: &Ask, words: &str) -> String {
    let text: String = ask.prompt.messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>().join("\n");
    let line =
        text.lines().find(|line| line.contains(&format!("): {words}"))).unwrap_or_else(|| panic!("{words}: {text}"));
    claims_in(line).pop().unwrap()
}

fn act(plot: &Plot<'_>, ask: &Ask) -> Answer {
    let Some(seat) = seat_of(ask) else { return by_default(ask) };
    let round = round_of(ask);
    let place = seat as usize - 1;
    if &plot.rounds[round as usize - 1][place..=place] == "x" {
        return missed(ask, Miss::Network);
    }
    let mut fields = holding(ask, &format!("o{}", &plot.rounds[round as usize - 1][place..=place]));
    for rating in fields["ratings"].as_object_mut().unwrap().values_mut() {
        *rating = json!(if *rating == json!(2) { 2 } else { -2 });
    }
    fields["confidence"] = json!(f64::from(plot.confidence[round as usize - 1]) / 100.0);
    let made = plot.claims.iter().filter(|(when, who, ..)| (*when, *who) == (round, seat));
    fields["claims"] = made
        .map(|(_, _, words, quote)| {
            let evidence: Vec<Value> =
                quote.iter().map(|quote| json!({ "type": "example", "ref": "a case", "quote": quote })).collect();
            json!({ "text": words, "kind": "fact", "evidence": evidence, "supports": [], "rebuts": [] })
        })
        .collect();
    if let Some((.., words)) = plot.cites.iter().find(|(when, who, _)| (*when, *who) == (round, seat)) {
        fields["change"] = json!({ "because": "it convinced me", "decisive_claims": [claim_id(ask, words)] });
    }
    let conceded = plot.concedes.iter().filter(|(when, who, _)| (*when, *who) == (round, seat));
    // Its own claims a seat knows by their numbers alone; here there is one.
    fields["concessions"] = conceded.map(|_| json!({ "claim": "c1", "consequence": "it is gone" })).collect();
    with(ask, &fields)
}

fn table(plot: &Plot<'_>, rounds: u32) -> Setup {
    let seats = u32::try_from(plot.families.len()).unwrap();
    let mut setup = setup(&planted(rounds), seats, question(&["move", "stay"]));
    (setup.rounds, setup.synthesis) = (Some(rounds), false);
    for (agent, family) in setup.agents.iter_mut().zip(plot.families.chars()) {
        agent.voice.family = family.to_string();
    }
    setup
}

fn run(plot: &Plot<'_>) -> (History, ChoiceAnalysis) {
    let rounds = u32::try_from(plot.rounds.len()).unwrap() - 1;
    let script = |ask: &Ask| act(plot, ask);
    let history = World::open(table(plot, rounds), &script, 1).finish().history;
    let analysis = analyse(&history).choice().unwrap().clone();
    (history, analysis)
}

fn near(found: Number, expected: f64) {
    assert!(found.value.is_some_and(|value| (value - expected).abs() < 1e-9), "{found:?}, {expected} expected");
    assert_eq!(found.reason, None);
}

/// What the reports say happened, and the warning above the decision.
fn told(history: &History) -> (Vec<String>, Option<String>) {
    let record = record(history);
    let (text, markdown) = (text::render(&record), markdown::render(&record));
    for sentence in story(&record) {
        assert!(text.contains(&format!("  {sentence}\n")), "{sentence}: {text}");
        assert!(markdown.contains(&format!("- {sentence}\n")), "{sentence}: {markdown}");
    }
    let first = warning(&record);
    assert_eq!(text.lines().next().filter(|line| line.starts_with("Warning")).map(str::to_owned), first, "{text}");
    assert_eq!(markdown.contains("> **Warning"), first.is_some(), "{markdown}");
    (story(&record), first)
}

fn undefined(reason: &'static str) -> Number {
    Number { value: None, reason: Some(reason) }
}

/// Each sign in a letter: `+` shows, `-` does not, `?` cannot be evaluated.
fn signs(analysis: &ChoiceAnalysis) -> String {
    let letter = |shows| match shows {
        Some(true) => '+',
        Some(false) => '-',
        None => '?',
    };
    analysis.groupthink.signs.iter().map(|sign| letter(sign.shows)).collect()
}

/// The seats without which another option would win, and those without which only the label would be another.
fn hinges(analysis: &ChoiceAnalysis) -> (Vec<u32>, Vec<u32>) {
    let all = &analysis.sensitivity.without_seat;
    let outcome = all.iter().filter(|without| without.option_differs).map(|without| without.seat.0);
    let label = all.iter().filter(|without| !without.option_differs && without.label_differs);
    (outcome.collect(), label.map(|without| without.seat.0).collect())
}

/// Who moved from the sealed opening to the end, from where to where, and whether for a reason that holds.
fn delta(history: &History) -> Vec<String> {
    let moved = history.decision.as_ref().unwrap().moved.iter();
    moved.map(|moved| format!("{} {}>{} {}", moved.seat, moved.from, moved.to, moved.cited)).collect()
}

fn shares(reweighted: &Reweighted) -> Vec<(&str, f64)> {
    let rounded = |share: f64| (share * 1e9).round() / 1e9;
    reweighted.shares.iter().map(|(option, share)| (option.0.as_str(), rounded(*share))).collect()
}

#[test]
fn a_minority_with_evidence_stands_its_ground_against_a_majority() {
    let claims = &[(2, 4, "The trial failed in two teams", Some("it broke every build"))];
    let (history, analysis) = run(&Plot { rounds: &["1112", "1112"], claims, ..PLOT });
    let decision = history.decision.as_ref().unwrap();
    assert_eq!((decision.option.clone(), decision.label), (Some(option("o1")), Label::Majority));
    assert_eq!(delta(&history), [""; 0]);
    assert_eq!(signs(&analysis), "--?--");
    let groupthink = &analysis.groupthink;
    assert_eq!((groupthink.level, groupthink.fired, groupthink.evaluable), (Alarm::Low, 0, 4));
    near(groupthink.score, 0.0);
    assert_eq!(groupthink.signs[2].reason, Some("no_flips"));
    let expected = Inputs {
        agreement_before: Some(0.0),
        agreement_now: Some(0.0),
        new_evidence: 1,
        new_claims: 1,
        respondents: 4,
        confidence_before: Some(0.7),
        confidence_now: Some(0.7),
        flips_to_plurality: 0,
        uncited_to_plurality: 0,
        minority_before: 1,
        minority_now: 1,
        minority_claims_answered: 0,
        sealed_unanimous: false,
        families: 4,
    };
    assert_eq!(groupthink.inputs, expected);
    // Without the dissenter, three of three families agree.
    assert_eq!(hinges(&analysis), (vec![], vec![4]));
    let without = &analysis.sensitivity.without_seat[3];
    assert_eq!((without.option.clone(), without.label), (Some(option("o1")), Label::Unanimous));
    assert_eq!(shares(&analysis.sensitivity.by_family), [("o1", 0.75), ("o2", 0.25)]);
    assert_eq!(shares(&analysis.sensitivity.by_confidence), [("o1", 0.75), ("o2", 0.25)]);
    assert_eq!(analysis.sensitivity.by_family.differs, Some(false));
    // Each option is rated 2, 2, 2 and -2: observed 64, expected 512/7.
    near(analysis.panel.krippendorff_alpha, 0.125);
    near(analysis.panel.kendall_w, 0.25);
    near(analysis.panel.rating_agreement, 0.0);
    near(analysis.panel.polarization, 0.5);
    assert_eq!(analysis.panel.borda, [(option("o1"), 3.0), (option("o2"), 1.0)].into());
    assert_eq!(analysis.panel.condorcet_winner, Some(option("o1")));
    let changes = &analysis.changes;
    assert_eq!((changes.comparable, changes.changed, changes.toward, changes.away), (4, 0, 0, 0));
    near(changes.conformity_rate, 0.0);
    near(changes.obstinacy_rate, 1.0);
    assert_eq!(changes.uncited_share, undefined("no_flips"));
    assert_eq!(changes.confidence_of_changed, undefined("no_comparable"));
    let opportunities: Vec<u32> = analysis.influence.iter().map(|influence| influence.opportunities).collect();
    assert_eq!(opportunities, [0, 0, 0, 1]);
    let quotes = analyse(&history).quotes;
    let quotes: Vec<(&str, bool)> = quotes.iter().map(|quote| (quote.claim.0.as_str(), quote.verified)).collect();
    assert_eq!(quotes, [("c1", false)]);
    let (story, warning) = told(&history);
    let expected = [
        "The panel kept its mind: sealed 3-1 for o1, final 3-1 for o1.",
        "Nobody moved.",
        "No single seat decides the outcome; the label on Seat 4.",
        "No sign of groupthink among the 4 that could be evaluated.",
        "0 of 1 quote found in what was shown or cited; unverified: c1.",
    ];
    assert_eq!((story, warning), (expected.map(str::to_owned).to_vec(), None));
    assert!(markdown::render(&record(&history)).contains("| a case (quote unverified) |"));
}

#[test]
fn conformity_without_a_reason_is_told() {
    let plot = Plot { rounds: &["1112", "1111"], confidence: &[70, 80], ..PLOT };
    let (history, analysis) = run(&plot);
    let decision = history.decision.as_ref().unwrap();
    assert_eq!((decision.option.clone(), decision.label), (Some(option("o1")), Label::Unanimous));
    assert_eq!(delta(&history), ["4 o2>o1 false"]);
    assert_eq!(signs(&analysis), "++++-");
    let groupthink = &analysis.groupthink;
    assert_eq!((groupthink.level, groupthink.fired, groupthink.evaluable), (Alarm::High, 4, 5));
    near(groupthink.score, 0.8);
    let inputs = &groupthink.inputs;
    assert_eq!((inputs.agreement_before, inputs.agreement_now), (Some(0.0), Some(1.0)));
    assert_eq!((inputs.confidence_before, inputs.confidence_now), (Some(0.7), Some(0.8)));
    assert_eq!((inputs.flips_to_plurality, inputs.uncited_to_plurality), (1, 1));
    assert_eq!((inputs.minority_before, inputs.minority_now), (1, 0));
    let changes = &analysis.changes;
    assert_eq!((changes.changed, changes.toward, changes.away, changes.uncited, changes.returns), (1, 1, 0, 1, 0));
    near(changes.change_rate, 0.25);
    near(changes.uncited_share, 1.0);
    near(changes.conformity_rate, 1.0);
    near(changes.obstinacy_rate, 0.0);
    near(changes.confidence_of_changed, 0.1);
    near(changes.confidence_of_stayed, 0.1);
    // One rating of four went from -2 to 2.
    near(changes.rating_shift, 1.0);
    near(changes.rating_drift, 1.0);
    assert_eq!(hinges(&analysis), (vec![], vec![]));
    near(analysis.panel.krippendorff_alpha, 1.0);
    near(analysis.panel.kendall_w, 1.0);
    let [step] = analysis.influence[3].moves.as_slice() else { panic!("{:?}", analysis.influence) };
    assert_eq!((step.direction, step.cited, step.returns), (Some(Direction::Toward), false, false));
    assert!(analysis.influence.iter().all(|influence| influence.persuaded.is_empty()));
    let (story, warning) = told(&history);
    let signs = "agreement rose without new evidence; confidence rose without new claims; changes to the majority \
                 named no reason that holds; the minority is gone and nobody answered it";
    let expected = [
        "The panel kept its mind: sealed 3-1 for o1, final 4-0 for o1.".to_owned(),
        "1 move for no reason that holds.".to_owned(),
        "No single seat decides the outcome.".to_owned(),
        format!("Groupthink high, 4 of 5 signs: {signs}."),
    ];
    assert_eq!(story, expected);
    assert_eq!(warning, Some(format!("Warning: Groupthink high, 4 of 5 signs: {signs}")));
}

#[test]
fn a_reversal_led_by_evidence_names_whose_claim_it_was() {
    let plot = Plot {
        rounds: &["1112", "1112", "2222"],
        claims: &[
            (2, 4, "The trial cut build times", Some("Move to a\n MONOREPO")),
            (2, 4, "The teams asked to keep it", Some("“never again without it”")),
        ],
        cites: &[
            (3, 1, "The trial cut build times"),
            (3, 2, "The trial cut build times"),
            (3, 3, "The teams asked to keep it"),
        ],
        ..PLOT
    };
    let (history, analysis) = run(&plot);
    let decision = history.decision.as_ref().unwrap();
    assert_eq!((decision.option.clone(), decision.label), (Some(option("o2")), Label::Unanimous));
    assert_eq!(decision.caveats, []);
    assert_eq!(delta(&history), ["1 o1>o2 true", "2 o1>o2 true", "3 o1>o2 true"]);
    // Agreement rose from 0 to 1, on two pieces of evidence for four seats.
    assert_eq!(signs(&analysis), "--?--");
    assert_eq!(analysis.groupthink.inputs.new_evidence, 2);
    assert_eq!((analysis.groupthink.inputs.minority_before, analysis.groupthink.inputs.minority_now), (1, 4));
    let changes = &analysis.changes;
    assert_eq!((changes.changed, changes.toward, changes.away, changes.uncited), (3, 0, 3, 0));
    near(changes.change_rate, 0.75);
    near(changes.uncited_share, 0.0);
    let persuader = &analysis.influence[3];
    let persuaded: Vec<u32> = persuader.persuaded.iter().map(|seat| seat.0).collect();
    let decisive: Vec<&str> = persuader.decisive.iter().map(|claim| claim.0.as_str()).collect();
    assert_eq!((persuaded, decisive), (vec![1, 2, 3], vec!["c1", "c2"]));
    let step = &analysis.influence[2].moves[0];
    assert_eq!((step.phase.as_str(), step.round, step.direction), ("exchange", 2, Some(Direction::Away)));
    assert_eq!(step.claims[0].0, "c2");
    let quotes: Vec<bool> = analyse(&history).quotes.iter().map(|quote| quote.verified).collect();
    assert_eq!(quotes, [true, false], "the first stands in the topic");
    let (story, warning) = told(&history);
    assert_eq!(story[0], "The panel changed its mind: sealed 3-1 for o1, final 4-0 for o2.");
    assert_eq!(story[1], "3 moves for a reason that holds: c1 of Seat 4, c2 of Seat 4.");
    assert_eq!(story[4], "1 of 2 quotes found in what was shown or cited; unverified: c2.");
    assert_eq!(warning, None);
}

#[test]
fn a_reversal_without_reasons_is_pressure() {
    let (history, analysis) = run(&Plot { rounds: &["1112", "2222"], ..PLOT });
    assert_eq!(history.decision.as_ref().unwrap().caveats, [Caveat::PressureDependent]);
    assert_eq!(delta(&history), ["1 o1>o2 false", "2 o1>o2 false", "3 o1>o2 false"]);
    // They went away from what had led: no conformity, but agreement out of nothing.
    assert_eq!(signs(&analysis), "+-?--");
    assert_eq!(analysis.groupthink.level, Alarm::Elevated);
    near(analysis.changes.uncited_share, 1.0);
}

#[test]
fn oscillation_is_told_though_nothing_differs_at_the_end() {
    let (history, analysis) = run(&Plot { rounds: &["112", "122", "112"], families: "abc", ..PLOT });
    assert_eq!(history.decision.as_ref().unwrap().label, Label::Majority);
    assert_eq!(delta(&history), [""; 0]);
    assert_eq!((analysis.changes.changed, analysis.changes.returns), (0, 1));
    let moves: Vec<(Option<Direction>, bool)> =
        analysis.influence[1].moves.iter().map(|step| (step.direction, step.returns)).collect();
    assert_eq!(moves, [(Some(Direction::Away), false), (Some(Direction::Away), true)]);
    let opportunities: Vec<u32> = analysis.influence.iter().map(|influence| influence.opportunities).collect();
    assert_eq!(opportunities, [1, 0, 1]);
    // Without either holder of the winner it is a tie; without the dissenter two agree.
    assert_eq!(hinges(&analysis), (vec![1, 2], vec![3]));
    assert_eq!(analysis.sensitivity.without_seat[2].label, Label::Strong);
    near(analysis.panel.rating_agreement, -1.0 / 3.0);
    let (story, _) = told(&history);
    assert_eq!(story[1], "2 moves for no reason that holds; Seat 2 went back to what it had left.");
    assert_eq!(story[2], "The outcome hangs on Seat 1, Seat 2; the label on Seat 3.");
}

#[test]
fn a_unanimous_opening_of_one_family_is_a_sign() {
    let (history, analysis) = run(&Plot { rounds: &["1111", "1111"], families: "aaaa", ..PLOT });
    assert_eq!(history.decision.as_ref().unwrap().caveats, [Caveat::SingleFamily]);
    assert_eq!(signs(&analysis), "--??+");
    assert_eq!(analysis.groupthink.signs[4].name, SignName::HomogeneousUnanimity);
    assert_eq!(analysis.groupthink.level, Alarm::Elevated);
    near(analysis.groupthink.score, 1.0 / 3.0);
    assert_eq!(analysis.groupthink.signs[3].reason, Some("no_minority"));
    assert_eq!(analysis.changes.conformity_rate, undefined("no_minority"));
    assert_eq!(shares(&analysis.sensitivity.by_family), [("o1", 1.0)]);
    let (story, _) = told(&history);
    assert_eq!(story[3], "Groupthink elevated, 1 of 3 signs: one model family, agreed from the start.");
}

#[test]
fn clones_do_not_outvote_families() {
    let (history, analysis) = run(&Plot { rounds: &["11122", "11122"], families: "aaabc", ..PLOT });
    assert_eq!(history.decision.as_ref().unwrap().option, Some(option("o1")));
    let by_family = &analysis.sensitivity.by_family;
    assert_eq!(shares(by_family), [("o1", 0.333333333), ("o2", 0.666666667)]);
    assert_eq!((by_family.leading.clone(), by_family.differs), (vec![option("o2")], Some(true)));
    let (story, _) = told(&history);
    assert_eq!(
        story[2],
        "The outcome hangs on Seat 1, Seat 2, Seat 3; with one vote for each model family o2 would lead."
    );
}

#[test]
fn a_minority_is_extinguished_only_where_it_gave_in_unanswered() {
    // The dissenter could not be heard at the end.
    let (_, analysis) = run(&Plot { rounds: &["1112", "111x"], ..PLOT });
    assert_eq!(signs(&analysis), "+-?--");
    assert_eq!((analysis.groupthink.inputs.minority_before, analysis.groupthink.inputs.minority_now), (1, 1));
    // It gave up a claim of its own.
    let plot = Plot {
        rounds: &["1112", "1111"],
        claims: &[(1, 4, "The trial failed", Some("it failed"))],
        concedes: &[(2, 4, "The trial failed")],
        ..PLOT
    };
    let (_, analysis) = run(&plot);
    assert_eq!(analysis.groupthink.inputs.minority_claims_answered, 1);
    assert_eq!(signs(&analysis), "+-+--");
    // A tie has no minority.
    let (_, analysis) = run(&Plot { rounds: &["1122", "1111"], ..PLOT });
    assert_eq!(signs(&analysis), "+-??-");
    assert_eq!(analysis.changes.sealed_plurality, None);
    assert_eq!(analysis.changes.conformity_rate, undefined("no_plurality"));
}

#[test]
fn a_quote_is_verified_by_what_its_author_could_have_read() {
    let rows = [
        ((1, 4, "Builds got faster", Some("builds GOT")), false, "its own words"),
        ((2, 1, "A page says so", Some("“Ten  minutes”, not an hour")), true, "a passage of a source of this turn"),
        ((2, 2, "A page says so as well", Some("\"ten minutes\", not an hour")), false, "a source of another's turn"),
        ((2, 3, "Another said so", Some("Builds got faster")), true, "a contribution it was shown"),
        ((2, 4, "I said so", Some("builds got faster")), false, "its own words again"),
        ((2, 1, "An option says so", Some("STAY")), true, "an option"),
        ((2, 2, "The budget helps", Some("it was doubled")), false, "a fact not yet supplied"),
        ((3, 2, "The budget does help", Some("It was doubled.")), true, "a supplied fact"),
        ((3, 4, "A book says so", Some("an hour is nothing")), false, "nothing it was shown"),
        ((3, 3, "A page said so", Some("ten minutes")), true, "another's quotation, as it was shown"),
    ];
    let claims: Vec<_> = rows.iter().map(|(claim, ..)| *claim).collect();
    let plot = Plot { rounds: &["1112", "1112", "1112"], claims: &claims, ..PLOT };
    let script = |ask: &Ask| {
        let mut reply = act(&plot, ask)?;
        if seat_of(ask) == Some(1) && round_of(ask) == 2 {
            let quote = Some("It took \"ten minutes\", not an hour.".to_owned());
            let url = "https://example.org/builds".to_owned();
            reply.citations = vec![Citation { url, title: None, quote, cited: true }];
        }
        Ok(reply)
    };
    let history = World::open(table(&plot, 1), &script, 1).finish_with(&[(When::Ended, more(1))]).history;
    let (quotes, board) = (analyse(&history).quotes, Board::of(&history));
    for ((_, _, words, _), expected, why) in rows {
        let id = &board.ledger().iter().find(|entry| entry.claim.text == words).unwrap().id;
        let quote = quotes.iter().find(|quote| quote.claim == *id).unwrap();
        assert_eq!((quote.verified, quote.evidence), (expected, 1), "{words}: {why}");
    }
    assert_eq!(quotes.len(), rows.len());
}

/// What evidence of type material refers to, it must quote; and the claims that refer to a premise lean on it.
#[test]
fn a_quote_from_material_is_verified_by_that_material() {
    let rows = [
        ((1, 1, "The queue is full", Some("it   holds TEN")), "m1", true),
        ((1, 2, "The plan says so", Some("it holds ten")), "docs/plan.md, line 1", true),
        ((1, 3, "The limits say so", Some("it holds ten")), "m2", false),
        ((1, 4, "Traffic grows", Some("“Traffic doubles.”")), "a1", true),
        ((2, 1, "Something says so", Some("a hundred a second")), "the limits", true),
        ((2, 2, "Nothing says so", Some("a thousand a second")), "m1 and m2", false),
        ((2, 3, "Either says so", Some("a hundred a second")), "m1 and m2", true),
    ];
    let claims: Vec<_> = rows.iter().map(|(claim, ..)| *claim).collect();
    let plot = Plot { rounds: &["1112", "1112"], claims: &claims, ..PLOT };
    let script = |ask: &Ask| {
        let mut reply = act(&plot, ask)?;
        let mut said: Value = serde_json::from_str(&reply.text).unwrap();
        for claim in said["claims"].as_array_mut().into_iter().flatten() {
            let row = rows.iter().find(|((_, _, words, _), ..)| claim["text"] == *words).unwrap();
            claim["evidence"][0]["type"] = json!("material");
            claim["evidence"][0]["ref"] = json!(row.1);
        }
        reply.text = said.to_string();
        Ok(reply)
    };
    let mut setup = table(&plot, 1);
    setup.context = vec![
        Material::new("docs/plan.md".to_owned(), Origin::File, "The queue:\r\nit holds ten.\n"),
        Material::new("limits".to_owned(), Origin::Outside, "A hundred a second.\n"),
    ];
    setup.assumptions = vec![Assumption::new(Some("traffic".to_owned()), "Traffic doubles.")];
    let history = World::open(setup, &script, 1).finish().history;
    let (quotes, board) = (analyse(&history).quotes, Board::of(&history));
    for ((_, _, words, _), reference, expected) in rows {
        let id = &board.ledger().iter().find(|entry| entry.claim.text == words).unwrap().id;
        let quote = quotes.iter().find(|quote| quote.claim == *id).unwrap();
        assert_eq!(quote.verified, expected, "{words}, {reference}");
    }
    let named = |words: &[&str]| -> Vec<&str> {
        let leans = |text: &str| words.contains(&text);
        board.ledger().iter().filter(|entry| leans(&entry.claim.text)).map(|entry| entry.id.0.as_str()).collect()
    };
    let record = record(&history);
    let leaning: Vec<Vec<&str>> =
        record.premises.iter().map(|one| one.claims.iter().map(|claim| claim.0.as_str()).collect()).collect();
    let plan = named(&["The queue is full", "The plan says so", "Nothing says so", "Either says so"]);
    let limits = named(&["The limits say so", "Something says so", "Nothing says so", "Either says so"]);
    assert_eq!(leaning, [plan, limits, named(&["Traffic grows"])]);
    let adr = roundtable::export::adr::render(&record);
    let read = premises::read(&adr, Format::Adr).unwrap();
    let told: Vec<Vec<&str>> =
        read.premises.iter().map(|one| one.claims.iter().map(|claim| claim.0.as_str()).collect()).collect();
    assert_eq!(told, leaning, "{adr}");
}
