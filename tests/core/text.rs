//! Texts compared as people read them: which two are one, and which stay two, over scripts and languages.

use crate::support::replies::said;
use roundtable::debate::question::{Choice, OptionId};
use roundtable::debate::response::contract::{Contract, Earlier, Objections, StanceTerms};
use roundtable::debate::response::read::{self, Strictness};
use roundtable::debate::response::reasoning;
use roundtable::debate::text::{Passage, clip, clip_apart, comparable, holds, same};
use serde_json::json;

/// Two texts and why they are one, or why they are two.
type Pair = (&'static str, &'static str, &'static str);

fn check_same(pairs: &[Pair]) {
    for (why, one, other) in pairs {
        assert!(same(one, other), "{why}: {one:?} and {other:?} are two");
        assert!(same(other, one), "{why}: {other:?} and {one:?} are two");
    }
}

fn check_different(pairs: &[Pair]) {
    for (why, one, other) in pairs {
        assert!(!same(one, other), "{why}: {one:?} and {other:?} are one, as {:?}", comparable(one));
    }
}

#[test]
fn a_text_is_one_however_its_language_writes_it() {
    check_same(&[
        ("English, marks and stop", "It\u{2019}s \u{201c}done\u{201d}.", "it's \"done\""),
        ("English, capitals", "NATS JetStream", "nats jetstream"),
        ("English, ligature", "\u{fb01}nal o\u{fb00}er", "Final offer"),
        ("English, ellipsis", "Wait\u{2026} then go", "Wait... then go"),
        ("English, joined dash", "fast\u{2014}and safe", "fast - and safe"),
        ("English, hyphens", "well\u{2010}known, non\u{2011}binding", "well-known, non-binding"),
        ("English, CRLF and tabs", "move it\r\n\tlater", "move it later"),
        ("German, decomposed", "Gro\u{308}\u{df}e u\u{308}ber", "Gr\u{f6}\u{df}e \u{fc}ber"),
        ("German, sharp s", "STRASSE", "Stra\u{df}e"),
        ("German, capital sharp s", "STRA\u{1e9e}E", "stra\u{df}e"),
        ("German, low marks", "Er sagte \u{201e}nein\u{201c} dazu", "Er sagte \"nein\" dazu"),
        ("German, guillemets inwards", "Er sagte \u{bb}nein\u{ab} dazu", "Er sagte \"nein\" dazu"),
        ("French, spaces within marks", "Il dit \u{ab}\u{a0}oui\u{a0}\u{bb} ici", "Il dit \u{201c}oui\u{201d} ici"),
        ("French, plain spaces within marks", "Il dit \u{ab} oui \u{bb} ici", "Il dit \"oui\" ici"),
        (
            "French, space before a sign",
            "Attention\u{202f}! C'est pr\u{ea}t\u{a0}?",
            "attention! c\u{2019}est pre\u{302}t?",
        ),
        ("French, ligature of its own", "\u{152}uvre", "\u{153}uvre"),
        ("Spanish, decomposed", "\u{bf}Man\u{303}ana o el nin\u{303}o?", "\u{bf}Ma\u{f1}ana o el ni\u{f1}o?"),
        ("Spanish, capitals", "M\u{c1}S R\u{c1}PIDO", "m\u{e1}s r\u{e1}pido"),
        (
            "Polish, Czech, Vietnamese",
            "\u{17a}r\u{f3}d\u{142}o \u{159} ti\u{ea}\u{301}ng Vi\u{1ec7}t",
            "z\u{301}ro\u{301}d\u{142}o r\u{30c} ti\u{1ebf}ng Vie\u{323}\u{302}t",
        ),
        ("Greek, final sigma", "\u{39b}\u{39f}\u{393}\u{39f}\u{3a3}", "\u{3bb}\u{3bf}\u{3b3}\u{3bf}\u{3c2}"),
        (
            "Russian, capitals and short i",
            "\u{41f}\u{435}\u{440}\u{435}\u{445}\u{43e}\u{434}\u{418}\u{306}",
            "\u{43f}\u{435}\u{440}\u{435}\u{445}\u{43e}\u{434}\u{439}",
        ),
        (
            "Russian, marks and dash",
            "\u{ab}\u{414}\u{430}\u{bb} \u{2014} \u{43e}\u{442}\u{432}\u{435}\u{442}",
            "\"\u{434}\u{430}\" \u{2013} \u{43e}\u{442}\u{432}\u{435}\u{442}",
        ),
        ("Arabic, composed hamza", "\u{627}\u{654}\u{645}\u{644}", "\u{623}\u{645}\u{644}"),
        ("Arabic, stretched", "\u{645}\u{640}\u{640}\u{62d}\u{645}\u{62f}", "\u{645}\u{62d}\u{645}\u{62f}"),
        ("Arabic, presentation forms", "\u{fefb}", "\u{644}\u{627}"),
        ("Arabic, marks of direction", "\u{200f}\u{646}\u{639}\u{645}\u{200f}", "\u{646}\u{639}\u{645}"),
        ("Urdu, full stop", "\u{6c1}\u{627}\u{6ba}\u{6d4}", "\u{6c1}\u{627}\u{6ba}"),
        (
            "Hebrew, gershayim and maqaf",
            "\u{5e6}\u{5d4}\u{5f4}\u{5dc} \u{5d1}\u{5df}\u{5be}\u{5d2}",
            "\u{5e6}\u{5d4}\"\u{5dc} \u{5d1}\u{5df}-\u{5d2}",
        ),
        ("Hebrew, presentation form", "\u{fb2a}", "\u{5e9}\u{5c1}"),
        ("Hindi, nukta", "\u{958}\u{932}\u{92e}", "\u{915}\u{93c}\u{932}\u{92e}"),
        ("Hindi, danda", "\u{939}\u{93e}\u{901}\u{964}", "\u{939}\u{93e}\u{901}"),
        (
            "Thai, separators of words",
            "\u{e17}\u{e14}\u{200b}\u{e2a}\u{e2d}\u{e1a}",
            "\u{e17}\u{e14}\u{e2a}\u{e2d}\u{e1a}",
        ),
        ("Thai, line break", "\u{e17}\u{e14}\n\u{e2a}\u{e2d}\u{e1a}", "\u{e17}\u{e14}\u{e2a}\u{e2d}\u{e1a}"),
        ("Thai, sara am", "\u{e17}\u{e4d}\u{e32}", "\u{e17}\u{e33}"),
        ("Chinese, line break", "\u{538b}\u{529b}\n  \u{6d4b}\u{8bd5}", "\u{538b}\u{529b}\u{6d4b}\u{8bd5}"),
        (
            "Chinese, corner marks",
            "\u{300c}\u{5907}\u{4efd}\u{300d}\u{5148}",
            "\u{201c}\u{5907}\u{4efd}\u{201d}\u{5148}",
        ),
        ("Chinese, full width", "\u{ff2e}\u{ff21}\u{ff34}\u{ff33}\u{ff1a}\u{ff14}\u{ff10}\u{3002}", "NATS:40"),
        ("Chinese, space beside Latin", "\u{7528} NATS \u{961f}\u{5217}", "\u{7528}NATS\u{961f}\u{5217}"),
        (
            "Chinese, emphasis in a run",
            "\u{4e0a}\u{9650}\u{662f}**400**\u{4e2a}",
            "\u{4e0a}\u{9650}\u{662f}400\u{4e2a}",
        ),
        ("Japanese, half width", "\u{ff76}\u{ff9e}\u{ff72}\u{ff84}\u{ff9e}", "\u{30ac}\u{30a4}\u{30c9}"),
        ("Japanese, marks of two kinds", "\u{300e}\u{306f}\u{3044}\u{300f}", "\u{300c}\u{306f}\u{3044}\u{300d}"),
        (
            "Japanese, line break",
            "\u{306f}\u{3044}\u{3002}\n\u{3067}\u{3059}",
            "\u{306f}\u{3044}\u{3002}\u{3067}\u{3059}",
        ),
        ("Korean, composed of letters", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "\u{d55c}\u{ad6d}"),
        (
            "Korean, a particle after emphasis",
            "**\u{c81c}\u{d55c}**\u{c740} \u{c788}\u{b2e4}",
            "\u{c81c}\u{d55c}\u{c740} \u{c788}\u{b2e4}",
        ),
        ("emoji, variation selector", "\u{2764}\u{fe0f} it", "\u{2764} it"),
        ("invisible, in a name", "NA\u{200b}TS\u{feff}", "NATS"),
        ("invisible, joiners between Latin letters", "NA\u{200d}T\u{200c}S\u{200d}", "NATS"),
        ("invisible, soft hyphens", "con\u{ad}figu\u{ad}ration", "configuration"),
        ("invisible, tags after a letter", "Kafka\u{e0041}\u{e0042}", "Kafka"),
        (
            "emphasis, every mark",
            "**NATS** or __Kafka__ or *Pulsar* or _SQS_ or ~~none~~",
            "NATS or Kafka or Pulsar or SQS or none",
        ),
        ("emphasis, nested, and code", "***NATS*** with `acks`", "NATS with acks"),
        ("emphasis around a number", "**400** requests, *\u{2212}5* points", "400 requests, -5 points"),
        ("marks around it all", "\u{201c}NATS.\u{201d}", "NATS"),
        ("minus and hyphen", "\u{2212}5 \u{b0}C", "-5 \u{b0}C"),
        ("a power, raised or not", "10\u{2079} rows, 10\u{207b}\u{b3} s", "10^9 rows, 10^-3 s"),
        ("a fraction", "1\u{bd} years", "1 1/2 years"),
        ("digits of full width", "\u{ff15}\u{ff10}\u{ff05}", "50%"),
        ("wave dash and tilde", "5\u{301c}10\u{4ef6}", "5\u{ff5e}10\u{4ef6}"),
        ("lowered digit after a letter", "CO\u{2082}", "CO2"),
    ]);
}

#[test]
fn numbers_signs_and_meaning_stay_apart() {
    check_different(&[
        ("another number", "40 ms", "41 ms"),
        ("a sign", "\u{2212}5 points", "5 points"),
        ("a plus", "+5", "5"),
        ("a power", "10\u{b2}", "102"),
        ("a power of minus", "10\u{207b}\u{b3}", "10\u{b3}"),
        ("a fraction after a number", "1\u{bd}", "11/2"),
        ("a number in a circle after a number", "4\u{2460}", "41"),
        ("a lowered digit after a number", "10\u{2082}", "102"),
        ("a product", "2*3*4", "234"),
        ("a power of Python", "2**3**4", "234"),
        ("a factorial", "5!", "5"),
        ("feet and inches", "6\u{2032}", "6\u{2033}"),
        ("a decimal", "1.5", "15"),
        ("a per cent", "5%", "5"),
        ("a range", "5-10", "510"),
        ("spaces between numbers", "1 000", "1000"),
        ("a language", "C", "C++"),
        ("another language", "C#", "C"),
        ("an identifier", "snake_case_name", "snakecasename"),
        ("arguments", "f(**kwargs)", "f(kwargs)"),
        ("a pattern", "src/*.rs and tests/*.rs", "src/.rs and tests/.rs"),
        ("an accent", "r\u{e9}sum\u{e9}", "resume"),
        ("dotless i", "s\u{131}k", "sik"),
        ("Polish l", "\u{142}", "l"),
        ("short i", "\u{43c}\u{43e}\u{439}", "\u{43c}\u{43e}\u{438}"),
        ("Hindi, with a joiner after virama", "\u{915}\u{94d}\u{200c}\u{937}", "\u{915}\u{94d}\u{937}"),
        ("Persian, with a non-joiner", "\u{646}\u{645}\u{6cc}\u{200c}\u{62f}", "\u{646}\u{645}\u{6cc}\u{62f}"),
        ("Japanese, voiced", "\u{304b}", "\u{304c}"),
        ("Japanese, long vowel is no dash", "\u{30d3}\u{30fc}\u{30eb}", "\u{30d3}\u{30eb}"),
        ("Chinese one is no dash", "\u{4e00}", "-"),
        ("Chinese, minus", "\u{4e0b}\u{964d} \u{2212}5 \u{70b9}", "\u{4e0b}\u{964d} 5 \u{70b9}"),
        (
            "Korean words",
            "\u{c544}\u{bc84}\u{c9c0}\u{ac00} \u{bc29}\u{c5d0}",
            "\u{c544}\u{bc84}\u{c9c0} \u{ac00}\u{bc29}\u{c5d0}",
        ),
        ("emoji, joined and beside", "\u{1f469}\u{200d}\u{1f4bb}", "\u{1f469}\u{1f4bb}"),
        ("emoji, tone of skin", "\u{1f44d}\u{1f3fd}", "\u{1f44d}"),
        ("emoji, joined after a tone", "\u{1f469}\u{1f3fd}\u{200d}\u{1f680}", "\u{1f469}\u{1f3fd}\u{1f680}"),
        (
            "flags of regions",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        ),
        ("flags of countries", "\u{1f1e9}\u{1f1ea}", "\u{1f1eb}\u{1f1f7}"),
        ("a question", "Ship?", "Ship"),
        ("only signs", "!", "?"),
    ]);
}

#[test]
fn a_part_is_held_only_with_its_numbers_whole() {
    let check = |whole: &str, part: &str, expected: bool| {
        let is_held = holds(&comparable(whole), &comparable(part));
        assert_eq!(is_held, expected, "{part:?} in {whole:?}");
    };
    check("The margin fell by \u{2212}5 points.", "5 points", false);
    check("The margin fell by \u{2212}5 points.", "fell by -5 points", true);
    check("It took 15 ms.", "5 ms", false);
    check("It took 0.5 ms.", "5 ms", false);
    check("It took 0.5 ms and then 5 ms.", "5 ms", true);
    check("It took 5.25 s.", "took 5", false);
    check("It rose by 5%.", "rose by 5", false);
    check("It rose by 5.", "rose by 5", true);
    check("It rose by 5, then fell.", "rose by 5", true);
    check("about 40 ms", "about 40 m", false);
    check("a limit of <5 ms", "5 ms", false);
    check("10\u{b2} rows", "10", false);
    check("The limits hold.", "limit", true);
    check("\u{c81c}\u{d55c}\u{c740} \u{c788}\u{b2e4}", "\u{c81c}\u{d55c}", true);
    check("anything", "", false);
}

#[test]
fn the_form_of_comparison_is_its_own_form() {
    for text in [
        "**A \u{2014} b**",
        "1\u{bd}\u{b2}",
        "\u{ab} x \u{bb} \u{201e}y\u{201c}",
        "\u{ff76}\u{ff9e} z",
        "6\u{2032} 2\u{2033}",
    ] {
        let once = comparable(text);
        assert_eq!(comparable(&once), once, "of {text:?}");
    }
}

#[test]
fn texts_that_are_clipped_stay_apart() {
    let long = "We should move all customer-facing services in the European region to the new managed message queue before the end of the third quarter, keeping the present broker in parallel for the whole of the migration and ";
    let han = "\u{6211}\u{4eec}\u{5e94}\u{8be5}\u{5148}\u{505a}\u{538b}\u{529b}\u{6d4b}\u{8bd5}".repeat(25);
    let groups: [(&str, &[&str]); 6] = [
        (
            long,
            &["switch it off afterwards.", "keep it for two more years.", "keep it for three more years.", "sell it."],
        ),
        (long, &["", "sell it.", "sell it in the end, and not before we have told all of our customers in writing."]),
        (&han, &["\u{505c}", "\u{8d70}", "\u{505c}\u{8d70}"]),
        ("one-word-without-a-space-".repeat(12).leak(), &["a", "b", "ab"]),
        ("\u{1f469}\u{200d}\u{1f4bb}".repeat(80).leak(), &["\u{1f469}", "\u{1f469}\u{200d}\u{1f680}", "\u{1f468}"]),
        ("short ", &["one", "two"]),
    ];
    for (start, ends) in groups {
        for further in [String::new(), format!(" {}", "and so on ".repeat(40))] {
            let texts: Vec<String> = ends.iter().map(|end| format!("{start}{end}{further}")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let clipped = clip_apart(&texts, 200);
            for (place, text) in clipped.iter().enumerate() {
                assert!(text.chars().count() <= 200, "{text}");
                let others = clipped[place + 1..].iter().filter(|other| same(text, other));
                assert_eq!(others.count(), 0, "{text:?} of {ends:?}");
                let beginning: String = texts[place].chars().take(5).collect();
                assert!(text.starts_with(&beginning), "{text}");
            }
        }
    }
    assert_eq!(clip_apart(&["Kafka", "NATS"], 200), ["Kafka", "NATS"]);
}

#[test]
fn what_is_cut_off_is_cut_between_signs() {
    let rows = [
        ("a family of joined emoji", "ab\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}cd", 6, "ab…"),
        ("a flag", "ab\u{1f1e9}\u{1f1ea}cd", 4, "ab…"),
        ("a skin tone", "ab\u{1f44d}\u{1f3fd}cd", 4, "ab…"),
        ("an accent of its own", "abe\u{301}cd", 4, "ab…"),
        ("a vowel sign of Hindi", "ab\u{915}\u{93f}cd", 4, "ab…"),
        ("one sign that is longer than the room", "e\u{301}\u{302}\u{303}\u{304}", 3, "e\u{301}…"),
        ("what fits", "ab\u{1f1e9}\u{1f1ea}", 4, "ab\u{1f1e9}\u{1f1ea}"),
        ("letters", "abcdef", 4, "abc…"),
        ("no room", "abc", 0, "…"),
    ];
    for (why, text, chars_max, shown) in rows {
        assert_eq!(clip(text, chars_max), shown, "{why}");
    }
}

#[test]
fn a_quote_is_found_however_its_source_presents_the_words() {
    let check = |source: &str, quote: &str, expected: bool| {
        assert_eq!(Passage::of(source).holds(quote), expected, "{quote:?} in {source:?}");
    };
    let same_words = [
        (
            "Die Gro\u{308}\u{df}e der Tabelle wurde u\u{308}berschritten.",
            "Die Gr\u{f6}\u{df}e der Tabelle wurde \u{fc}berschritten.",
        ),
        ("It took 5\u{2013}10 ms at p99 in the test.", "It took 5-10 ms at p99 in the test."),
        ("The con\u{ad}figu\u{ad}ration was not changed.", "The configuration was not changed."),
        ("The limit is **400 requests** a second.", "The limit is 400 requests a second."),
        ("The limit is 400 requests a second.", "The limit is **400 requests** a second."),
        (
            "\u{4ed6}\u{8bf4}\u{ff1a}\u{300c}\u{5fc5}\u{987b}\u{5148}\u{5907}\u{4efd}\u{300d}\u{ff0c}\u{7136}\u{540e}\u{79bb}\u{5f00}\u{3002}",
            "\u{4ed6}\u{8bf4}\u{ff1a}\u{201c}\u{5fc5}\u{987b}\u{5148}\u{5907}\u{4efd}\u{201d}\u{ff0c}\u{7136}\u{540e}\u{79bb}\u{5f00}\u{3002}",
        ),
        ("> The limit is\n> 400 requests\n> a second.", "The limit is 400 requests a second."),
        ("# Limits\n\n- The limit is `400` requests,\n  a second.\n", "The limit is 400 requests, a second."),
        ("The config-\nuration was not changed.", "The configuration was not changed."),
        ("It is a well-\nknown limit.", "It is a well-known limit."),
        ("See the [limit of 400](https://example.com/a_b) requests.", "See the limit of 400 requests."),
        ("| Queue | Limit |\n|---|---|\n| NATS | 400 ms |\n", "400 ms"),
        (
            "The limit is <b>400</b> requests<br>a second &amp; no more.",
            "The limit is 400 requests a second & no more.",
        ),
        ("1. First, measure it.\n2. Then, decide.", "Then, decide."),
        ("The limit\u{a0}is 40\u{202f}% of it.", "The limit is 40% of it."),
        ("A \u{fb01}rm o\u{fb00}er \u{2014} \u{201c}as is\u{201d}\u{2026}", "a firm offer - 'as is'..."),
        ("The margin fell by \u{2212}5 points.", "The margin fell by -5 points."),
        ("The broker answered in time, they said.", "\u{201c}The broker answered in time\u{2026}\u{201d}"),
        ("Price: 40\u{20ac}, 1\u{bd} years, 10\u{b2} rows", "1 1/2 years, 10^2 rows"),
        (
            "\u{646}\u{645}\u{6cc}\u{200c}\u{62f}\u{627}\u{646}\u{645}",
            "\u{646}\u{645}\u{6cc}\u{62f}\u{627}\u{646}\u{645}",
        ),
        (
            "\u{30ac}\u{30a4}\u{30c9}\u{3092}\n\u{8aad}\u{3080}",
            "\u{ff76}\u{ff9e}\u{ff72}\u{ff84}\u{ff9e}\u{3092}\u{8aad}\u{3080}",
        ),
        (
            "\u{5d4}\u{5d5}\u{5d0} \u{5d0}\u{5de}\u{5e8} \u{5f4}\u{5db}\u{5df}\u{5f4}",
            "\u{5d4}\u{5d5}\u{5d0} \u{5d0}\u{5de}\u{5e8} \"\u{5db}\u{5df}\"",
        ),
    ];
    for (source, quote) in same_words {
        check(source, quote, true);
    }
    let other_words = [
        ("The broker answered in 40 ms at the median.", "The broker answered in 41 ms at the median."),
        ("The margin fell by \u{2212}5 points.", "The margin fell by 5 points."),
        ("The margin fell by \u{2212}5 points.", "5 points"),
        ("The margin fell by\n\u{2212}5 points.", "The margin fell by 5 points."),
        ("The area is 10\u{b2} m.", "The area is 102 m."),
        ("It costs 1.50 a month.", "It costs 1"),
        ("It costs 1,500 a month.", "500 a month"),
        ("It is 2*3*4 long.", "It is 234 long."),
        ("The limit is not 400 requests.", "The limit is 400 requests."),
        ("We do [\u{2026}] recommend it.", "We do recommend it."),
        ("It is 6\u{2033} wide.", "It is 6\u{2032} wide."),
        ("It grew by 5% a year.", "It grew by 5"),
    ];
    for (source, quote) in other_words {
        check(source, quote, false);
    }
}

#[test]
fn an_answer_that_speaks_of_tags_or_shows_them_stays_whole() {
    for text in [
        "The parser must look for </think>.\nCut at billing.",
        "It ends (see </think>), and goes on.",
        "[Reasoning] matters. Cut at billing.",
        "[Thought]\nIt is slow.\n\n[Answer]\nCut at billing.",
        "Render <reason>x</reason> in the XML.",
        "The file has <reasons><reason>cost</reason></reasons> in it.",
        "<reasons>\n<reason>cost</reason>\n</reasons>",
        "<decision>\n  <reason>cost</reason>\n</decision>",
        "Set it off as <think>plan</think> in the prompt.",
        "Set it off as `<think>plan</think>`, or so.",
        "So:\n```xml\n<think>plan</think>\nanswer\n```\nCut at billing.",
        "So:\n```\nplan\n</think>\n```\nCut at billing.",
        "I skip the <thinking> part. Cut at billing.",
    ] {
        assert_eq!(reasoning::part(text).answer, text);
    }
    for (text, answer) in [
        ("Hmm. </think> Cut at billing.", "Cut at billing."),
        ("Sure. <thinking>secret</thinking>Cut at billing.", "Sure. Cut at billing."),
        ("<reason>secret</reason>\nCut at billing.", "Cut at billing."),
        ("[Reasoning]secret[/Reasoning]\nCut at billing.", "Cut at billing."),
        ("<think>In a block:\n```\nx\n</think>\nCut at billing.", "Cut at billing."),
        ("[THINK]secret", ""),
    ] {
        assert_eq!(reasoning::part(text).answer, answer, "{text}");
    }
}

/// Checks whether a reply votes; BALLOT stands for a sound ballot, DRAFT for one of another option.
fn check_vote(text: &str, expected: Option<usize>) {
    let ballot = |option: &str| {
        json!({
            "because": "B.", "statement": "S.", "ratings": { "o1": 0, "o2": 1 }, "option": option,
            "abstain_reason": null, "blocking_objection": null, "confidence": 0.8,
        })
        .to_string()
    };
    let choice = |index: usize, text: &str| Choice { id: OptionId::at(index), text: text.to_owned() };
    let contract = Contract::Ballot(StanceTerms {
        options: vec![choice(0, "Kafka"), choice(1, "NATS")],
        estimate: None,
        earlier: Earlier::None,
        objections: Objections::Asked,
    });
    let text = text.replace("BALLOT", &ballot("o2")).replace("DRAFT", &ballot("o1"));
    let response = read::read(&contract, &said(&text), Strictness::AsMeant);
    let found = response.stance().and_then(|stance| stance.option.clone());
    assert_eq!(found, expected.map(OptionId::at), "{text}: {response:?}");
}

#[test]
fn words_about_reasoning_cost_no_vote_and_reasoning_counts_as_none() {
    for text in [
        "[Reasoning]\nKafka is slow.\n\n[Answer]\nBALLOT",
        "[REASONING]\nKafka is slow.\n\n[ANSWER]\nBALLOT",
        "[Thought] Kafka is slow.\nBALLOT",
        "[Reflection]\nok\n```json\nBALLOT\n```",
        "My <reason> is below\nBALLOT",
        "I skip the <thinking> part.\nBALLOT",
        "BALLOT\nI closed it without </think>.",
        "I write `<think>` for nothing.\nBALLOT",
        "<think>\n```json\nDRAFT\n</think>\n```json\nBALLOT\n```",
        "```\n<think>DRAFT, no</think>\nBALLOT\n```",
    ] {
        check_vote(text, Some(1));
    }
    for text in [
        "[Reasoning] I could say BALLOT",
        "[Thought]\nBALLOT",
        "ok <think>maybe BALLOT",
        "ok <think> maybe\nBALLOT",
        "Okay. <thinking> I could say BALLOT, after all.",
        "<reason>\nBALLOT",
        "```\n<think>\nBALLOT\n</think>\n```",
        "`<think>BALLOT</think>`",
        "BALLOT</think>.",
        "BALLOT\n</think>.",
    ] {
        check_vote(text, None);
    }
}

#[test]
fn text_full_of_tags_is_read_in_linear_time() {
    for unit in ["[Reasoning]\n", "<reason>", "x <think> y", "`<think>` x <think>y", "```\n<think>\n", "a <think> b {"]
    {
        let text = unit.repeat(1_000_000 / unit.len());
        let began = std::time::Instant::now();
        let parted = reasoning::part(&text);
        assert!(parted.answer.len() <= text.len());
        assert!(began.elapsed().as_secs() < 20, "{unit:?} took {:?}", began.elapsed());
    }
}
