//! How a decision record stands among the others of its folder: what it replaces, and what has been made of it since.
//!
//! The log knows nothing of a folder, so this is read from the record's file and written into it again. Must never change a line
//! of somebody else's record but the one of its status.

use crate::export::markdown::escaped;

/// The status of a record that another one replaces.
const SUPERSEDED: &str = "superseded by ";
/// Statuses that a record is given by the state of its session; any other was given by people, and is theirs.
const OWN: [&str; 3] = ["draft", "proposed", "undecided"];

/// What a record's file says that its session's log does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The status that people gave it, such as "accepted"; `None` while it has the session's.
    pub status: Option<String>,
    /// The records that it replaces: links in Markdown, in order.
    pub supersedes: Vec<String>,
}

impl Standing {
    /// Reads it from a record that the program wrote.
    pub fn read(text: &str) -> Self {
        let front = || text.lines().take_while(|line| !line.starts_with("## "));
        let of = |key: &str| front().find_map(|line| line.strip_prefix("- ")?.strip_prefix(key)?.strip_prefix(": "));
        let links = of("Supersedes").map(|links| links.split(", ").map(str::to_owned).collect());
        Self {
            status: of("Status").filter(|status| !OWN.contains(status)).map(str::to_owned),
            supersedes: links.unwrap_or_default(),
        }
    }

    /// Adds a record that is replaced, once.
    pub fn supersede(&mut self, link: String) {
        if !self.supersedes.contains(&link) {
            self.supersedes.push(link);
        }
    }
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
/// is looked for as common tools write it: in front matter, as an item or line `Status: …`, or under a heading `Status`; a record
/// without one gets a line below its title.
pub fn superseded(text: &str, by: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let place = in_front_matter(&lines).or_else(|| in_a_line(&lines)).or_else(|| under_a_heading(&lines));
    let (at, line) = match place {
        Some(Place { at, before, status, after }) => (at, format!("{before}{}{after}", status_by(status, by))),
        None => return below_the_title(&lines, &format!("- Status: {SUPERSEDED}{by}"), end_of_line),
    };
    let ending = &lines[at][lines[at].trim_end_matches(['\n', '\r']).len()..];
    let replaced = lines.iter().enumerate().map(|(place, kept)| match place == at {
        true => format!("{line}{ending}"),
        false => (*kept).to_owned(),
    });
    replaced.collect()
}

/// A status in a line.
struct Place<'a> {
    at: usize,
    before: &'a str,
    status: &'a str,
    after: &'a str,
}

/// The status with this link: a record may be replaced by several, each for a part.
fn status_by(status: &str, by: &str) -> String {
    let is_superseded = status.get(..SUPERSEDED.len()).is_some_and(|start| start.eq_ignore_ascii_case(SUPERSEDED));
    match (status.contains(by), is_superseded) {
        (true, _) => status.to_owned(),
        (false, true) => format!("{status}, {by}"),
        (false, false) => format!("{SUPERSEDED}{by}"),
    }
}

/// YAML between lines of three dashes at the very beginning.
fn in_front_matter<'a>(lines: &[&'a str]) -> Option<Place<'a>> {
    if lines.first()?.trim_end() != "---" {
        return None;
    }
    let body = lines.iter().enumerate().skip(1).take_while(|(_, line)| line.trim_end() != "---");
    body.into_iter().find_map(|(at, line)| {
        let line = line.trim_end();
        let value = line.strip_prefix("status:")?;
        let quoted = value.trim().trim_matches(['"', '\'']);
        // A link begins with a bracket, which begins a list in YAML unless it is quoted.
        Some(Place { at, before: "status: \"", status: quoted, after: "\"" })
    })
}

/// A line such as `- Status: accepted` or `**Status:** accepted`, before the first section.
fn in_a_line<'a>(lines: &[&'a str]) -> Option<Place<'a>> {
    let front = lines.iter().enumerate().take_while(|(_, line)| !line.starts_with("## "));
    front.into_iter().find_map(|(at, line)| {
        let line = line.trim_end();
        let key = line.trim_start_matches(['-', '*', '_', ' ']);
        key.get(.."status".len()).filter(|key| key.eq_ignore_ascii_case("status"))?;
        let rest = key["status".len()..].trim_start_matches(['*', '_', ' ']);
        let status = rest.strip_prefix(':')?.trim_start_matches(['*', '_', ' ']);
        let before = &line[..line.len() - status.len()];
        Some(Place { at, before, status, after: "" })
    })
}

/// The first line with text below a heading `Status`, as long as no other heading comes before it.
fn under_a_heading<'a>(lines: &[&'a str]) -> Option<Place<'a>> {
    let is_status = |line: &&str| {
        line.starts_with("##") && line.trim_matches(['#', ' ', '\r', '\n']).eq_ignore_ascii_case("status")
    };
    let heading = lines.iter().position(is_status)?;
    let below = lines.iter().enumerate().skip(heading + 1).take_while(|(_, line)| !line.starts_with('#'));
    let (at, line) = below.into_iter().find(|(_, line)| !line.trim().is_empty())?;
    Some(Place { at, before: "", status: line.trim_end(), after: "" })
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
        let accepted = standing("- Status: accepted\n- Supersedes: [0001](0001-a.md), [0002](0002-b.md)");
        assert_eq!(accepted.status.as_deref(), Some("accepted"));
        assert_eq!(accepted.supersedes, ["[0001](0001-a.md)", "[0002](0002-b.md)"]);
    }

    #[test]
    fn a_name_cannot_end_the_link() {
        assert_eq!(link_to("0007", "0007-a (b).md"), "[0007](0007-a%20%28b%29.md)");
    }
}
