//! How a decision record stands among the others of its folder: what it replaces, and what has been made of it since.
//!
//! The log knows nothing of a folder, so this is read from the record's file and written into it again. Must never change a line
//! of somebody else's record but the one of its status.

use std::ops::Range;

use crate::export::escaping::escaped;

/// The status of a record that another one replaces.
const SUPERSEDED: &str = "superseded by ";
/// The same as others write it, one widespread tool misspelt.
const SUPERSEDED_STARTS: [&str; 2] = ["superseded by ", "superceded by "];
/// Most words of a status: a line with more is a sentence.
const STATUS_WORDS_MAX: usize = 6;
/// Statuses that a record is given by the state of its session; any other was given by people, and is theirs.
const OWN: [&str; 3] = ["draft", "proposed", "undecided"];

/// Begins the line of the records that this one replaces.
pub(super) const LINKS: &str = "- Supersedes: ";

/// What a record's file says that its session's log does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The status that people gave it, such as "accepted"; `None` while it has the session's.
    pub status: Option<String>,
    /// The records that it replaces: links in Markdown, in order.
    pub supersedes: Vec<String>,
}

impl Standing {
    /// Reads it from a record that the program wrote, and people may have edited.
    pub fn read(text: &str) -> Self {
        let lines = front(text);
        let links = lines.iter().find_map(|line| line.strip_prefix(LINKS));
        let status = in_a_line(&lines).map(|place| place.status).filter(|status| !OWN.contains(&status.as_str()));
        Self {
            status,
            supersedes: links.map(|links| links.split(", ").map(str::to_owned).collect()).unwrap_or_default(),
        }
    }

    /// Adds a record that is replaced, once.
    pub fn supersede(&mut self, link: String) {
        if !self.supersedes.contains(&link) {
            self.supersedes.push(link);
        }
    }
}

/// The lines before the first section.
fn front(text: &str) -> Vec<&str> {
    text.lines().take_while(|line| !line.starts_with("## ")).collect()
}

/// A record without the lines that [`Standing`] reads: two texts of which that is the same differ in nothing else.
pub fn without_standing(text: &str) -> String {
    let front = front(text);
    let status = in_a_line(&front).map(|place| place.lines.start);
    let links = front.iter().position(|line| line.starts_with(LINKS));
    let kept = text.lines().enumerate().filter(|(at, _)| Some(*at) != status && Some(*at) != links);
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// A link to the record in this file of the same folder, under its number.
pub fn link_to(number: &str, file: &str) -> String {
    // Where a name would end the target, it is written as browsers write it.
    let target: String = file
        .chars()
        .map(|c| match c {
            ' ' | '(' | ')' | '<' | '>' | '%' | '\\' => format!("%{:02X}", u32::from(c)),
            _ => c.to_string(),
        })
        .collect();
    format!("[{}]({target})", escaped(number))
}

/// A record, whoever wrote it, with its status changed to say that the linked one replaces it. Every other byte stays. The status
/// is looked for as common tools write it: in front matter, under a heading `Status`, or as an item or line `Status: …`; a record
/// without one gets a line below its title.
pub fn superseded(text: &str, by: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let Some(place) = place(&lines) else {
        return below_the_title(&lines, &format!("- Status: {SUPERSEDED}{by}"), end_of_line);
    };
    let (first, last) = (place.lines.start, place.lines.end);
    let ending = lines[last - 1..last].iter().map(|line| &line[line.trim_end_matches(['\n', '\r']).len()..]);
    let ending: String = ending.collect();
    let status = status_by(&place.status, by);
    let line = format!("{}{status}{}{ending}", place.before, place.after);
    [lines[..first].concat(), line, lines[last..].concat()].concat()
}

/// Where a record's status stands: in these lines, between what stays of them.
struct Place {
    lines: Range<usize>,
    before: String,
    status: String,
    after: String,
}

fn place(lines: &[&str]) -> Option<Place> {
    in_front_matter(lines).or_else(|| under_a_heading(lines)).or_else(|| in_a_line(lines))
}

/// The status with this link: a record may be replaced by several, each for a part.
fn status_by(status: &str, by: &str) -> String {
    let is_superseded = SUPERSEDED_STARTS
        .iter()
        .any(|start| status.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)));
    match (status.contains(by), is_superseded) {
        (true, _) => status.to_owned(),
        (false, true) => format!("{status}, {by}"),
        (false, false) => format!("{SUPERSEDED}{by}"),
    }
}

/// YAML between lines of three dashes at the very beginning.
fn in_front_matter(lines: &[&str]) -> Option<Place> {
    if lines.first()?.trim_end() != "---" {
        return None;
    }
    let end = 1 + lines[1..].iter().position(|line| line.trim_end() == "---")?;
    let at = (1..end).find(|at| lines[*at].starts_with("status:"))?;
    // A value in several lines, or a list, is indented below its key; items of a list may stand at the margin.
    let is_further = |line: &&&str| line.starts_with([' ', '\t', '-']) || line.trim().is_empty();
    let further = lines[at + 1..end].iter().take_while(is_further).count();
    let value = lines[at]["status:".len()..].trim();
    let (value, comment) = value.split_once(" #").map_or((value, ""), |(value, comment)| (value.trim_end(), comment));
    let after = if comment.is_empty() { "\"".to_owned() } else { format!("\"  #{comment}") };
    let status = value.trim_matches(['"', '\'']).to_owned();
    // A link begins with a bracket, which begins a list in YAML unless it is quoted.
    Some(Place { lines: at..at + 1 + further, before: "status: \"".to_owned(), status, after })
}

/// An item or a line such as `- Status: accepted` or `**Status:** accepted`, before the first section.
fn in_a_line(lines: &[&str]) -> Option<Place> {
    let shown = shown(lines);
    let front = lines.iter().enumerate().take_while(|(at, line)| !shown[*at] || !line.starts_with("## "));
    front.filter(|(at, _)| shown[*at]).find_map(|(at, line)| {
        let line = line.trim_end();
        let key = line.trim_start_matches(['-', '*', '_', ' ']);
        key.get(.."status".len()).filter(|key| key.eq_ignore_ascii_case("status"))?;
        let rest = key["status".len()..].trim_start_matches(['*', '_', ' ']);
        let rest = rest.strip_prefix(':')?;
        let value = rest.trim_start_matches(['*', '_', ' ']);
        let before = &line[..line.len() - value.len()];
        let (emphasis, value) = without_emphasis(before, value);
        let is_sentence = value.split_whitespace().count() > STATUS_WORDS_MAX && !value.contains("](");
        (!is_sentence).then(|| Place {
            lines: at..at + 1,
            before: before[..before.len() - emphasis].to_owned(),
            status: value.to_owned(),
            after: String::new(),
        })
    })
}

/// A value without the marks of emphasis around it, and how many bytes of them stand before it.
fn without_emphasis<'a>(before: &str, value: &'a str) -> (usize, &'a str) {
    let bare = value.trim_end_matches(['*', '_']);
    let closing = value.len() - bare.len();
    let opening = before.len() - before.trim_end_matches(['*', '_']).len();
    // `**Status:** **Accepted**`: the marks before the value are its own, and closed behind it.
    if closing > 0 && opening >= closing { (closing, bare) } else { (0, value) }
}

/// The first lines with text below a heading `Status`, before any other heading: what stands there up to an empty line.
fn under_a_heading(lines: &[&str]) -> Option<Place> {
    let shown = shown(lines);
    let is_status = |at: &usize| {
        let line = lines[*at];
        shown[*at] && line.starts_with("##") && line.trim_matches(['#', ' ', '\r', '\n']).eq_ignore_ascii_case("status")
    };
    let heading = (0..lines.len()).find(is_status)?;
    let below = (heading + 1..lines.len()).take_while(|at| !lines[*at].starts_with('#') || !shown[*at]);
    let at = below.into_iter().find(|at| shown[*at] && !lines[*at].trim().is_empty())?;
    let line = lines[at].trim_end();
    let value = line.trim_start_matches(['-', '*', ' ']);
    let before = &line[..line.len() - value.len()];
    let (emphasis, status) = without_emphasis(before, value);
    let before = before[..before.len() - emphasis].to_owned();
    Some(Place { lines: at..at + 1, before, status: status.to_owned(), after: String::new() })
}

/// Which lines are shown as text: those of code and of comments are not.
fn shown(lines: &[&str]) -> Vec<bool> {
    let (mut in_code, mut in_comment) = (false, false);
    let mut shown = Vec::with_capacity(lines.len());
    for line in lines {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        let begins = !in_code && line.trim_start().starts_with("<!--");
        shown.push(!in_code && !is_fence && !in_comment && !begins);
        if is_fence && !in_comment {
            in_code = !in_code;
        }
        in_comment = (in_comment || begins) && !line.contains("-->");
    }
    shown
}

/// The record with a line of its own below the title, or at the very beginning where there is none.
fn below_the_title(lines: &[&str], line: &str, end_of_line: &str) -> String {
    let title = lines.iter().position(|line| line.starts_with("# "));
    let (before, after) = lines.split_at(title.map_or(0, |title| title + 1));
    let gap = if after.first().is_some_and(|next| next.trim().is_empty()) { "" } else { end_of_line };
    match title {
        Some(_) => format!("{}{end_of_line}{line}{end_of_line}{gap}{}", ended(before, end_of_line), after.concat()),
        None => format!("{line}{end_of_line}{gap}{}", after.concat()),
    }
}

/// Lines of which the last one ends.
fn ended(lines: &[&str], end_of_line: &str) -> String {
    let text = lines.concat();
    if text.ends_with('\n') { text } else { text + end_of_line }
}

#[cfg(test)]
mod tests {
    use super::{Standing, link_to, superseded};

    const BY: &str = "[0012](0012-new.md)";

    fn check(before: &str, after: &str) {
        assert_eq!(superseded(before, BY), after);
        assert_eq!(superseded(after, BY), after, "a second time changes nothing");
    }

    #[test]
    fn the_status_changes_where_each_tool_keeps_it() {
        check(
            "# Old\n\n- Status: proposed\n- Date: x\n",
            &format!("# Old\n\n- Status: superseded by {BY}\n- Date: x\n"),
        );
        check("---\nstatus: accepted\n---\n\n# Old\n", &format!("---\nstatus: \"superseded by {BY}\"\n---\n\n# Old\n"));
        check(
            "# 7. Old\r\n\r\n**Status:** Accepted\r\n",
            &format!("# 7. Old\r\n\r\n**Status:** superseded by {BY}\r\n"),
        );
        check(
            "# 7. Old\n\nDate: x\n\n## Status\n\nAccepted\n\n## Context\n",
            &format!("# 7. Old\n\nDate: x\n\n## Status\n\nsuperseded by {BY}\n\n## Context\n"),
        );
        check("# Old\n\nText.\n", &format!("# Old\n\n- Status: superseded by {BY}\n\nText.\n"));
        check("# Old", &format!("# Old\n\n- Status: superseded by {BY}\n\n"));
        check(
            "---\nstatus: >\n  accepted\n  by all\ndate: x\n---\n",
            &format!("---\nstatus: \"superseded by {BY}\"\ndate: x\n---\n"),
        );
        check(
            "---\nstatus: accepted  # by the board\n---\n",
            &format!("---\nstatus: \"superseded by {BY}\"  # by the board\n---\n"),
        );
        check(
            "## Status\n\n<!--\nchoose one\n-->\n\n- **Accepted**\n",
            &format!("## Status\n\n<!--\nchoose one\n-->\n\n- superseded by {BY}\n"),
        );
        check(
            "# Old\n\n```\n## Status\nx\n```\n\n- **Status:** **Accepted**\n",
            &format!("# Old\n\n```\n## Status\nx\n```\n\n- **Status:** superseded by {BY}\n"),
        );
        check(
            "# Old\n\nStatus: 200 is what the health check answers then.\n\n## Status\n\nSuperceded by [9. y](0009-y.md)\n",
            &format!(
                "# Old\n\nStatus: 200 is what the health check answers then.\n\n## Status\n\nSuperceded by [9. y](0009-y.md), {BY}\n"
            ),
        );
        check("Text.\n", &format!("- Status: superseded by {BY}\n\nText.\n"));
    }

    #[test]
    fn a_status_that_names_another_record_keeps_it() {
        check(
            "- Status: superseded by [0010](0010-a.md)\n",
            &format!("- Status: superseded by [0010](0010-a.md), {BY}\n"),
        );
    }

    #[test]
    fn a_word_in_the_text_is_no_status() {
        check(
            "# A\n\n## Context\n\nStatus: on\n",
            &format!("# A\n\n- Status: superseded by {BY}\n\n## Context\n\nStatus: on\n"),
        );
    }

    #[test]
    fn what_people_made_of_a_record_is_read_back() {
        let standing = |front: &str| Standing::read(&format!("# T\n\n{front}\n\n## Decision\n\n- Status: accepted\n"));
        assert_eq!(standing("- Status: proposed"), Standing::default());
        for written in
            ["* Status: accepted", "**Status:** accepted", "- status: accepted", "- **Status:** **accepted**"]
        {
            assert_eq!(standing(written).status.as_deref(), Some("accepted"), "{written}");
        }
        let accepted = standing("- Status: accepted\n- Supersedes: [0001](0001-a.md), [0002](0002-b.md)");
        assert_eq!(accepted.status.as_deref(), Some("accepted"));
        assert_eq!(accepted.supersedes, ["[0001](0001-a.md)", "[0002](0002-b.md)"]);
    }

    #[test]
    fn a_name_cannot_end_the_link() {
        assert_eq!(link_to("0007", "0007-a (b).md"), "[0007](0007-a%20%28b%29.md)");
    }
}
