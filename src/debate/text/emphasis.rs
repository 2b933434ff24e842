//! Taking Markdown's marks of emphasis and of code out of a text, where they stand in pairs.
//!
//! Must never touch an arithmetic sign or a name: `2*3*4`, `snake_case` and `**kwargs` stay as they are.

use crate::debate::text::characters::is_unspaced;

/// Longest run of one mark that emphasises.
const RUN_MAX: usize = 3;

/// Several of the same mark in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    mark: char,
    /// Place of the first one, in characters.
    at: usize,
    length: usize,
}

/// Returns `text` without the marks of emphasis, of deletion and of code that stand in pairs.
pub(super) fn without_emphasis(text: &str) -> String {
    if !text.contains(['*', '_', '~', '`']) {
        return text.to_owned();
    }
    let signs: Vec<char> = text.chars().collect();
    let mut is_mark = vec![false; signs.len()];
    let mut opened: Vec<Run> = Vec::new();
    let mut at = 0;
    while let Some(run) = next_run(&signs, at) {
        at = run.at + run.length;
        if run.mark == '`' {
            if let Some(end) = end_of_code(&signs, run) {
                mark_out(&mut is_mark, run);
                mark_out(&mut is_mark, end);
                at = end.at + end.length;
            }
            continue;
        }
        let partner = opened.iter().rposition(|open| (open.mark, open.length) == (run.mark, run.length));
        match partner.filter(|_| closes(&signs, run)) {
            Some(place) => {
                mark_out(&mut is_mark, opened[place]);
                mark_out(&mut is_mark, run);
                opened.truncate(place);
            }
            None if opens(&signs, run) => opened.push(run),
            None => {}
        }
    }
    signs.iter().zip(&is_mark).filter(|(_, is_mark)| !**is_mark).map(|(c, _)| c).collect()
}

fn mark_out(is_mark: &mut [bool], run: Run) {
    is_mark[run.at..run.at + run.length].fill(true);
}

fn next_run(signs: &[char], from: usize) -> Option<Run> {
    let at = from + signs.get(from..)?.iter().position(|c| matches!(c, '*' | '_' | '~' | '`'))?;
    let mark = signs[at];
    let length = signs[at..].iter().take_while(|c| **c == mark).count();
    Some(Run { mark, at, length })
}

/// The run that ends the code which `start` begins.
fn end_of_code(signs: &[char], start: Run) -> Option<Run> {
    let mut at = start.at + start.length;
    while let Some(run) = next_run(signs, at) {
        if (run.mark, run.length) == (start.mark, start.length) {
            return Some(run);
        }
        at = run.at + run.length;
    }
    None
}

/// Whether text can begin to be emphasised here: after no letter of a word, before something that can be emphasised.
fn opens(signs: &[char], run: Run) -> bool {
    let (before, after) = around(signs, run);
    let is_cut_off = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '/' | ')' | ']' | '}');
    emphasises(run) && !before.is_some_and(is_of_word) && after.is_some_and(|c| !is_cut_off(c))
}

/// Whether emphasis can end here. An asterisk may stand before the rest of a word, never before a digit.
fn closes(signs: &[char], run: Run) -> bool {
    let (before, after) = around(signs, run);
    let goes_on = |c: char| if run.mark == '_' { is_of_word(c) } else { c.is_numeric() };
    emphasises(run) && before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(goes_on)
}

fn emphasises(run: Run) -> bool {
    run.length <= RUN_MAX && (run.mark != '~' || run.length == 2)
}

fn around(signs: &[char], run: Run) -> (Option<char>, Option<char>) {
    let before = run.at.checked_sub(1).and_then(|place| signs.get(place));
    (before.copied(), signs.get(run.at + run.length).copied())
}

/// Whether a character is part of a word that spaces set apart and nothing is appended to. Korean appends particles.
fn is_of_word(c: char) -> bool {
    let is_hangul = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}');
    c.is_alphanumeric() && !is_unspaced(c) && !is_hangul
}
