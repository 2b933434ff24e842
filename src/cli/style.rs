//! Terminal style: the one place that decides about colour.
//!
//! Must never read the environment or ask a stream what it is: the caller brings what it found.

use std::fmt::Display;

use console::Style;

/// What speaks for or against colour on a stream, as the caller found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// A terminal that takes colour.
    Terminal,
    /// A terminal whose user set `NO_COLOR`.
    NoColor,
    /// A terminal that can only print, `TERM=dumb`.
    Dumb,
    /// A file, a pipe or nothing.
    Stream,
}

/// What a piece of text is, which decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Names and headings.
    Strong,
    /// What can be skipped when reading.
    Faint,
    /// Work under way.
    Busy,
    /// What went well.
    Good,
    /// What to know.
    Warn,
    /// What failed.
    Bad,
    /// The option at this place in the list, from 0.
    Choice(usize),
}

/// How text looks on one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    is_coloured: bool,
}

impl Palette {
    /// The palette that fits a stream.
    pub(crate) fn new(surface: Surface) -> Self {
        let is_coloured = match surface {
            Surface::Terminal => true,
            Surface::NoColor | Surface::Dumb | Surface::Stream => false,
        };
        Self { is_coloured }
    }

    /// Returns `text` as it looks in `tone`; just the text on a stream without colour.
    pub(crate) fn paint(self, tone: Tone, text: impl Display) -> String {
        style(tone).force_styling(self.is_coloured).apply_to(text).to_string()
    }
}

fn style(tone: Tone) -> Style {
    let plain = Style::new();
    match tone {
        Tone::Strong => plain.bold(),
        Tone::Faint => plain.dim(),
        Tone::Busy => plain.cyan(),
        Tone::Good => plain.green(),
        Tone::Warn => plain.yellow(),
        Tone::Bad => plain.red(),
        Tone::Choice(place) => choice(place),
    }
}

/// Seven options at most; red stays with faults.
fn choice(place: usize) -> Style {
    let plain = Style::new();
    match place % 7 {
        0 => plain.cyan(),
        1 => plain.magenta(),
        2 => plain.yellow(),
        3 => plain.green(),
        4 => plain.blue(),
        5 => plain.cyan().bright(),
        _ => plain.magenta().bright(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Palette, Surface, Tone};

    #[test]
    fn only_a_willing_terminal_is_coloured() {
        let cases = [
            (Surface::Terminal, "\u{1b}[31mno\u{1b}[0m"),
            (Surface::NoColor, "no"),
            (Surface::Dumb, "no"),
            (Surface::Stream, "no"),
        ];
        for (surface, expected) in cases {
            assert_eq!(Palette::new(surface).paint(Tone::Bad, "no"), expected, "{surface:?}");
        }
    }
}
