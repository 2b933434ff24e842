//! Text in terminal cells: measured, cut, padded and wrapped so that wide characters align.

use console::{Alignment, measure_text_width, pad_str, truncate_str};
use unicode_width::UnicodeWidthChar;

/// Returns how many cells `text` takes.
pub(crate) fn width(text: &str) -> usize {
    measure_text_width(text)
}

/// Returns as much of `text` as fits into `cells`, ending in `…` where something was left out.
pub(crate) fn cut(text: &str, cells: usize) -> String {
    if cells == 0 { String::new() } else { truncate_str(text, cells, "…").into_owned() }
}

/// Returns `text` cut or filled up to exactly `cells`.
pub(crate) fn left(text: &str, cells: usize) -> String {
    pad_str(&cut(text, cells), cells, Alignment::Left, None).into_owned()
}

/// Like [`left`], against the right edge.
pub(crate) fn right(text: &str, cells: usize) -> String {
    pad_str(&cut(text, cells), cells, Alignment::Right, None).into_owned()
}

/// Breaks one line of text into lines of at most `first` cells for the first and `rest` for the others.
///
/// Breaks between words; within a word only where it is longer than a whole line, as text without spaces is.
pub(crate) fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let rest = rest.max(2);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let room = |lines: &Vec<String>| if lines.is_empty() { first } else { rest };
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) > room(&lines) && width(word) <= rest {
            lines.push(std::mem::take(&mut line));
        } else if gap == 1 {
            line.push(' ');
        }
        if width(word) <= rest {
            line.push_str(word);
            continue;
        }
        for c in word.chars() {
            if width(&line) + c.width().unwrap_or(0) > room(&lines) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{cut, left, right, wrap};

    #[test]
    fn cuts_and_pads_by_cells() {
        let cases = [
            (cut("Analyst", 7), "Analyst"),
            (cut("Analyst", 5), "Anal…"),
            (cut("分析者", 5), "分析…"),
            (cut("Analyst", 0), ""),
            (left("分析", 6), "分析  "),
            (left("🦀 crab", 4), "🦀 …"),
            (right("1.9k", 6), "  1.9k"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn wraps_by_cells() {
        let check =
            |text: &str, first, rest, expected: &[&str]| assert_eq!(wrap(text, first, rest), expected, "{text}");
        check("", 10, 10, &[""]);
        check("one two three", 20, 20, &["one two three"]);
        check("one two three", 7, 9, &["one two", "three"]);
        check("one two three", 2, 9, &["", "one two", "three"]);
        check("https://example.org/path", 8, 10, &["https://", "example.or", "g/path"]);
        check("議論は一晩続いた", 6, 8, &["議論は", "一晩続い", "た"]);
        check("see 議論は一晩続いた", 8, 8, &["see 議論", "は一晩続", "いた"]);
        check("a 🦀🦀🦀", 4, 6, &["a", "🦀🦀🦀"]);
    }
}
