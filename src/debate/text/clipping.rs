//! Shortening several texts so that those that differ stay apart.

use unicode_segmentation::UnicodeSegmentation;

use crate::debate::text::display::{clip, line};
use crate::debate::text::wording::identity;

/// Stands between the beginning and the end that are kept.
const GAP: &str = " … ";

/// Returns each text on one line of at most `chars_max` characters, as [`clip`] does. Where texts would be one to a reader that
/// are not, each keeps its beginning and the place from which on it differs.
pub fn clip_apart(texts: &[&str], chars_max: usize) -> Vec<String> {
    let lines: Vec<String> = texts.iter().map(|text| line(text)).collect();
    let mut clipped: Vec<String> = lines.iter().map(|line| clip(line, chars_max)).collect();
    // Each pass splits a group at a later place than the one before it.
    for _ in 1..texts.len() {
        for group in alike(&clipped) {
            let whole: Vec<&str> = group.iter().map(|place| lines[*place].as_str()).collect();
            let from = start_of_difference(&whole);
            for place in group.into_iter().filter(|place| lines[*place].chars().count() > chars_max) {
                clipped[place] = around_gap(&lines[place], from, chars_max);
            }
        }
    }
    clipped
}

/// The places of texts that are one to a reader, for every such group of more than one.
fn alike(texts: &[String]) -> Vec<Vec<usize>> {
    let identities: Vec<String> = texts.iter().map(|text| identity(text)).collect();
    let group = |first: usize| -> Vec<usize> {
        (first..identities.len()).filter(|place| identities[*place] == identities[first]).collect()
    };
    let is_first = |place: &usize| !identities[..*place].contains(&identities[*place]);
    (0..identities.len()).filter(is_first).map(group).filter(|group| group.len() > 1).collect()
}

/// Where the word or the sign begins at which the texts differ first, in bytes; the same in all of them.
fn start_of_difference(texts: &[&str]) -> usize {
    let Some((first, others)) = texts.split_first() else { return 0 };
    let is_shared = |(at, sign): &(usize, &str)| {
        let end = at + sign.len();
        others.iter().all(|other| other.get(*at..end) == Some(sign))
    };
    let end = first.grapheme_indices(true).take_while(is_shared).last().map_or(0, |(at, sign)| at + sign.len());
    let word = first[..end].rfind(' ').map_or(0, |space| space + 1);
    // Without spaces near, some signs before the difference tell where it stands.
    let near = first[..end].grapheme_indices(true).rev().nth(CONTEXT_SIGNS).map_or(0, |(at, _)| at);
    word.max(near)
}

/// Signs that are kept before a difference where no word begins.
const CONTEXT_SIGNS: usize = 20;

/// The beginning of a text, and what stands from a place on, as much of both as there is room for.
fn around_gap(text: &str, from: usize, chars_max: usize) -> String {
    let room = chars_max.saturating_sub(GAP.chars().count());
    let rest = clip(&text[from..], room.saturating_sub(room / 3));
    let head_max = room.saturating_sub(rest.chars().count());
    let mut head = String::new();
    for (at, sign) in text.grapheme_indices(true) {
        if at + sign.len() > from || head.chars().count() + sign.chars().count() > head_max {
            break;
        }
        head.push_str(sign);
    }
    if head.is_empty() { rest } else { format!("{}{GAP}{rest}", head.trim_end()) }
}
