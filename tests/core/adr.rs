//! The decision record for a folder of them: the same for the same log, and closed to what models write.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::told;
use roundtable::debate::history::History;
use roundtable::export::{Format, record, render};

/// Headings in their order; some are left out where there is nothing to say.
const HEADINGS: [&str; 16] = [
    "## Context and question",
    "## Premises",
    "## Options considered",
    "## Decision",
    "## Consequences",
    "### Why",
    "### Risks",
    "### Next steps",
    "## Dissent",
    "## Needed from outside",
    "## Not heard",
    "## Fallbacks",
    "## What would change the decision",
    "## Evidence",
    "### Sources",
    "## Provenance",
];

/// Lines that Markdown would read as something other than words: none of them may come from a model.
fn headings(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with('#')).collect()
}

#[test]
fn its_shape_is_its_own_whatever_is_written_in_it() {
    for told in told::sessions() {
        let (title, text) = (&told.title, render(&told.history, &[], Format::Adr));
        let found = headings(&text);
        assert!(found[0].starts_with("# "), "{title}");
        let mut due = HEADINGS.iter();
        for heading in &found[1..] {
            assert!(due.any(|known| known == heading), "{title}: {heading} is out of place in\n{text}");
        }
        assert_eq!(text.lines().filter(|line| line.starts_with("- Status: ")).count(), 1, "{title}\n{text}");
        let options = record::record(&told.history).question.options.len();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), if options == 0 { 0 } else { options + 2 }, "{title}\n{text}");
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{title}: {row}");
        }
        for line in text.lines() {
            let is_list = line.starts_with("- ") || line.starts_with("  - ");
            let is_quiet = !line.starts_with([' ', '\t', '>', '=', '~', '`', '<', '+', '-']);
            assert!(is_list || is_quiet, "{title}: {line:?}");
            assert!(!line.contains(['<', '>']), "{title}: {line:?}");
            assert!(!line.chars().any(char::is_control) && !line.contains('\u{202e}'), "{title}: {line:?}");
        }
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{title}");
    }
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    for told in told::sessions() {
        let again: History = told.history.clone();
        assert_eq!(render(&told.history, &[], Format::Adr), render(&again, &[], Format::Adr), "{}", told.title);
    }
}

#[test]
fn its_status_follows_from_the_decision() {
    let status = |title: &str| {
        let text = render(&told::session(title).history, &[], Format::Adr);
        text.lines().find_map(|line| line.strip_prefix("- Status: ")).unwrap().to_owned()
    };
    assert_eq!(status("under way"), "draft");
    assert_eq!(status("quorum lost"), "undecided");
    assert_eq!(status("continued"), "proposed");
}

#[test]
fn only_web_addresses_become_links() {
    let text = render(&told::session("hostile").history, &[], Format::Adr).replace("\\]", "");
    let targets: BTreeSet<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let due = ["https://evil.example/%29]%28x%29%7C%3Cb%3E%27", "https://example.org/a?b=c&d=%20"];
    assert_eq!(targets.into_iter().collect::<Vec<_>>(), due);
}

#[test]
fn a_format_is_known_by_the_ending_of_a_file() {
    let check = |name: &str, expected: Option<Format>| assert_eq!(Format::of(Path::new(name)), expected, "{name}");
    check("0007-queue.adr.md", Some(Format::Adr));
    check("docs/decisions/0007.ADR.MD", Some(Format::Adr));
    check("decision.md", Some(Format::Markdown));
    check("radr.md", Some(Format::Markdown));
    check(".adr.md", Some(Format::Markdown));
    check("report.html", Some(Format::Html));
    check("report.v2.htm", Some(Format::Html));
    check("decision.txt", Some(Format::Text));
    check("decision.json", Some(Format::Json));
    check(".md", None);
    check("html", None);
    check("report.pdf", None);
    check("report.html/", Some(Format::Html));
}
