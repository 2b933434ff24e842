//! The template of an `ask`: what it accepts, what it refuses and where, and that values stay data.

use roundtable::debate::template::{Name, TemplateError, Values, check, expand, first_use};

const VALUES: Values<'static> =
    Values { persona: "Red Team 2", proposal: "use {{ round }} or {% raw %}", round: 3, rounds: 5, team: "red" };

#[test]
fn values_are_filled_in_once() {
    for (source, expected) in [
        ("", ""),
        ("no tags, but { single } braces }} and {", "no tags, but { single } braces }} and {"),
        ("{{ round }}/{{rounds}}", "3/5"),
        ("{{\n  persona }} of {{\tteam }}", "Red Team 2 of red"),
        ("ö{{ round }}ö{{ round }}ö", "ö3ö3ö"),
        // What a value holds is never read as a template.
        ("now: {{ proposal }}{{ round }}", "now: use {{ round }} or {% raw %}3"),
        ("{ {{ round }} }", "{ 3 }"),
    ] {
        assert_eq!(check(source), Ok(()), "{source}");
        assert_eq!(expand(source, &VALUES), expected, "{source}");
    }
}

#[test]
fn every_name_expands() {
    for name in Name::ALL {
        let source = format!("{{{{{}}}}}", name.as_str());
        assert_eq!(check(&source), Ok(()), "{source}");
        assert_ne!(expand(&source, &VALUES), source);
    }
}

#[test]
fn what_is_not_a_template_is_refused_where_it_stands() {
    let unknown = |offset, name: &str| TemplateError::UnknownName { offset, name: name.to_owned() };
    for (source, expected) in [
        ("{{ ruond }}", unknown(0, "ruond")),
        ("{{}}", unknown(0, "")),
        ("ö {{ Round }}", unknown(3, "Round")),
        ("{{ round | upper }}", unknown(0, "round | upper")),
        ("{{{ round }}}", unknown(0, "{ round")),
        ("{{ rou\u{1b}nd }}", unknown(0, "rou\\u{1b}nd")),
        ("{{ round", TemplateError::Unclosed { offset: 0 }),
        ("{{ round }", TemplateError::Unclosed { offset: 0 }),
        ("{{ round {{ team }}", TemplateError::Unclosed { offset: 0 }),
        ("ok {{ round }} {% if x %}", TemplateError::Unsupported { offset: 15, opener: "{%" }),
        ("{# note #}", TemplateError::Unsupported { offset: 0, opener: "{#" }),
    ] {
        assert_eq!(check(source), Err(expected.clone()), "{source}");
        assert_eq!(check(source).map_err(|error| error.offset()), Err(expected.offset()), "{source}");
    }
}

#[test]
fn what_would_be_refused_stays_as_written() {
    assert_eq!(expand("{{ x }} {{ round }} {% y %} {{ round", &VALUES), "{{ x }} 3 {% y %} {{ round");
}

#[test]
fn a_use_is_found_by_name() {
    assert_eq!(first_use("a {{ rounds }} b {{ round }} {{ round }}", Name::Round), Some(17));
    assert_eq!(first_use("a {{ rounds }} round", Name::Round), None);
}
