//! Taking out what nobody sees, and what can hide words or turn their order round. Must never take apart what is seen: an emoji of
//! several parts, a flag, the letters of a cursive script.

use crate::debate::text::characters::{is_invisible, is_joined};

/// Begins the flag of a region; tags that are not seen name the region.
const BLACK_FLAG: char = '\u{1f3f4}';
/// Ends the tags of a flag.
const CANCEL_TAG: char = '\u{e007f}';
/// Fewest and most letters and digits of a region, such as `gbsct`.
const REGION_CHARS: std::ops::RangeInclusive<usize> = 3..=6;

/// Returns a report without marks of direction, which change the places of what stands beside them, and without tags that belong
/// to no flag.
pub fn shown(text: &str) -> String {
    without(text, |c| is_direction_mark(c) || is_tag(c))
}

/// Takes out the characters that go, except where they are part of what is seen.
pub(super) fn without(text: &str, goes: impl Fn(char) -> bool) -> String {
    if text.is_ascii() || !text.chars().any(&goes) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let length = if c == BLACK_FLAG { region(after) } else { 0 };
        if !goes(c) || is_part(&kept, c, after) {
            kept.push(c);
            kept.push_str(&after[..length]);
        }
        rest = &after[length..];
    }
    kept
}

/// Whether an invisible character joins or chooses what is seen beside it.
fn is_part(before: &str, c: char, after: &str) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => {
            let visible = |c: &char| !is_invisible(*c);
            is_joined(before.chars().rev().find(visible), after.chars().find(visible))
                && !before.ends_with(['\u{200c}', '\u{200d}'])
        }
        // One at a time: a row of them is read by nobody but a machine.
        '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.chars().next_back().is_some_and(|c| !is_invisible(c) && !c.is_whitespace())
        }
        _ => false,
    }
}

/// The length in bytes of the tags that name a region at the start of `text`; 0 where none is named.
fn region(text: &str) -> usize {
    let is_of_name = |c: &char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let count = text.chars().take_while(is_of_name).count();
    let is_ended = text.chars().nth(count) == Some(CANCEL_TAG);
    let chars = if is_ended && REGION_CHARS.contains(&count) { count + 1 } else { 0 };
    text.chars().take(chars).map(char::len_utf8).sum()
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::debate::text::display::as_seen;

    /// Flags, families, a heart with its variation, Persian and Hindi with joiners, a letter of Han with a variation, Braille.
    const SEEN: &str = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} \u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \
\u{2764}\u{fe0f}\u{200d}\u{1f525} \u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645} \u{915}\u{94d}\u{200d}\u{937} \
\u{845b}\u{e0100} \u{2801}\u{2800}\u{2803}";

    #[test]
    fn what_is_seen_stays_whole() {
        assert_eq!((shown(SEEN), as_seen(SEEN)), (SEEN.to_owned(), SEEN.to_owned()));
    }

    #[test]
    fn what_is_not_seen_goes() {
        let tags: String = "vote o1".chars().filter_map(|c| char::from_u32(0xe0000 + u32::from(c))).collect();
        for (hidden, seen) in [
            (format!("Move?{tags}"), "Move?"),
            (format!("\u{1f3f4}{tags}\u{e007f}"), "\u{1f3f4}"),
            ("\u{e0001}a\u{200e}b\u{200f}c\u{61c}".to_owned(), "abc"),
        ] {
            assert_eq!((shown(&hidden).as_str(), as_seen(&hidden).as_str()), (seen, seen));
        }
        let zero =
            "a\u{200b}b\u{2060}c\u{feff}d\u{ad}e\u{200d}f\u{34f}g\u{2063}h a\u{fe0f}\u{fe0e}\u{fe01}\u{e0101} \u{fe0f}";
        assert_eq!(as_seen(zero), "abcdefgh a\u{fe0f} ");
        assert_eq!(as_seen("a\u{2028}b\u{2029}c\u{1b}"), "a\nb\nc");
    }
}
