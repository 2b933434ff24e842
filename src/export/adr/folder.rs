//! How the files of a folder of decision records are named: a number, and the question in a few words.

use uuid::Uuid;

use crate::debate::text::{comparable, is_in_word, is_unspaced};
use crate::export::origin;

/// Fewest digits of a number.
const DIGITS: usize = 4;
/// Most digits that are read as one: a longer row is a date or an id.
const DIGITS_MAX: usize = 6;
/// Most characters of the question in a name, and of one in a script that takes three bytes for each.
const NAME_CHARS: usize = 60;
const NAME_CHARS_UNSPACED: usize = 24;

/// The number that a file of a folder has, with its zeros, if its name is that of a decision record: `0007-queue.md`.
pub fn number(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".md").filter(|name| !name.contains(char::is_control))?;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &name[digits..];
    let is_number = (1..=DIGITS_MAX).contains(&digits) && (rest.is_empty() || rest.starts_with(['-', '_', '.', ' ']));
    is_number.then(|| &name[..digits])
}

/// The next free number of a folder with these files: one more than the highest, as long as the longest; `None` where there is no
/// higher one.
pub fn next_number<'a>(files: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let numbers: Vec<&str> = files.into_iter().filter_map(number).collect();
    let highest = numbers.iter().filter_map(|number| number.parse::<u32>().ok()).max().unwrap_or(0);
    let digits = numbers.iter().map(|number| number.len()).max().unwrap_or(0).max(DIGITS);
    let next = format!("{:0digits$}", highest + 1);
    (next.len() <= DIGITS_MAX).then_some(next)
}

/// The name of the file of a record with this number and question. Letters and digits of any script, and hyphens.
pub fn file(number: &str, topic: &str) -> String {
    let topic = comparable(topic);
    let words = topic.split(|c: char| !is_in_word(c)).filter(|word| !word.is_empty());
    let chars_max = if topic.chars().any(is_unspaced) { NAME_CHARS_UNSPACED } else { NAME_CHARS };
    let mut name = String::new();
    let mut chars = 0;
    for word in words {
        let room = chars_max.saturating_sub(chars);
        let length = word.chars().count();
        if length >= room && chars > 0 {
            break;
        }
        name.push('-');
        name.extend(word.chars().take(room));
        chars += length + 1;
    }
    if name.is_empty() { format!("{number}-decision.md") } else { format!("{number}{name}.md") }
}

/// The session of which a text is the decision record, whatever people added below.
pub fn session(text: &str) -> Option<Uuid> {
    text.lines().rev().find_map(origin::signed_record)
}

#[cfg(test)]
mod tests {
    use super::{file, next_number, number};

    #[test]
    fn a_number_begins_the_name_and_is_none_elsewhere() {
        assert_eq!(number("0007-queue.md"), Some("0007"));
        assert_eq!(number("12.md"), Some("12"));
        assert_eq!(number("2026-plans.md"), Some("2026"));
        for other in ["README.md", "20261130120000-a.md", "0007-queue.txt", "7up.md", "-1.md", ".md", "0007-a\n.md"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn the_next_number_is_past_the_highest() {
        assert_eq!(next_number([]).as_deref(), Some("0001"));
        assert_eq!(next_number(["0002-b.md", "0009-i.md", "README.md"]).as_deref(), Some("0010"));
        assert_eq!(next_number(["00041-x.md", "7-y.md"]).as_deref(), Some("00042"));
        assert_eq!(next_number(["9999-z.md"]).as_deref(), Some("10000"));
        assert_eq!(next_number(["999999-z.md"]), None);
    }

    #[test]
    fn a_name_tells_the_question() {
        let name = |topic: &str| file("0001", topic);
        assert_eq!(name("Which queue, Kafka or NATS?"), "0001-which-queue-kafka-or-nats.md");
        assert_eq!(name("../../etc/passwd"), "0001-etc-passwd.md");
        assert_eq!(name("¿?"), "0001-decision.md");
        assert_eq!(name("数据库应该迁移吗？"), "0001-数据库应该迁移吗.md");
        assert_eq!(name("क्या हमें जाना चाहिए?"), "0001-क्या-हमें-जाना-चाहिए.md");
        let long = name(&"many words ".repeat(40));
        assert!(long.chars().count() <= 70 && long.ends_with("-many.md"), "{long}");
        assert!(name(&"x".repeat(500)).chars().count() <= 70);
        assert!(name(&"漢".repeat(500)).len() <= 120);
    }
}
