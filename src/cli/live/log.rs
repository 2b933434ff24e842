//! The log that stays on a terminal: news as wrapped, coloured lines.

use std::iter::once;

use crate::cli::cells::{cut, left, width, wrap};
use crate::cli::live::moves::Move;
use crate::cli::live::news::{self, Aside, News, Opened, Said, Side};
use crate::cli::live::tally::{Count, Tally, Verdict};
use crate::cli::style::{Palette, Tone};
use crate::debate::question::OptionId;
use crate::export::figures::percent;

/// Lines longer than this are hard to read, however wide the terminal is.
const LINE_MAX: usize = 100;
/// Option texts up to this width stand beside their ids.
const SHORT_OPTION: usize = 16;
/// Cells of a full tally bar, at most and at least.
const BAR: std::ops::RangeInclusive<usize> = 6..=24;

/// How the log is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// Columns of the terminal.
    pub(super) columns: usize,
    /// Its colours.
    pub(super) palette: Palette,
}

/// Returns the lines that tell `news`; none for what the board shows well enough.
pub(super) fn lines(news: &News, layout: Layout) -> Vec<String> {
    match news {
        News::Opened(opened) => layout.opened(opened),
        News::Perspectives { names, proposed } => {
            let whose = if *proposed {
                "perspectives for this topic: "
            } else {
                "no perspectives proposed, so the mode's own: "
            };
            layout.hanging("  ", Tone::Faint, &format!("{whose}{}", names.join(", ")))
        }
        News::Began(place) => {
            once(String::new()).chain(layout.hanging("── ", Tone::Strong, &format!("{place} ──"))).collect()
        }
        News::Said(said) => layout.said(said),
        News::BallotIn(..) | News::Queued { .. } | News::Retrying { .. } => Vec::new(),
        News::Unread { name, reason, again, .. } => {
            let outlook = if *again { "; asked again" } else { "; not counted" };
            layout.hanging("✗ ", if *again { Tone::Warn } else { Tone::Bad }, &format!("{name}: {reason}{outlook}"))
        }
        News::Failed { name, replaced, fault, .. } => {
            let outlook = if *replaced { "another model steps in" } else { "absent" };
            let mut lines =
                layout.hanging("✗ ", Tone::Bad, &format!("{name}, {outlook}: {}: {}", fault.kind, fault.message));
            if !fault.hint.is_empty() {
                lines.extend(layout.hanging("  ", Tone::Warn, &format!("hint: {}", fault.hint)));
            }
            lines
        }
        News::SteppedIn { name, voice, shared_with, .. } => {
            let tone = if shared_with.is_empty() { Tone::Faint } else { Tone::Warn };
            layout.hanging("↪ ", tone, &format!("{name} {}", news::speaks_through(voice, shared_with)))
        }
        News::Options { options, basis } => {
            layout.options(options.iter().map(|(id, text, names)| (id.0.as_str(), text, names)), basis)
        }
        News::Synthesised { dropped: 0 } => layout.hanging("● ", Tone::Faint, "the closing text is written"),
        News::Synthesised { dropped } => layout.hanging(
            "● ",
            Tone::Faint,
            &format!("the closing text is written; {dropped} points without claims left out"),
        ),
        News::Counted(tally) => layout.tally(tally),
        News::Waits(lines) => {
            let lines = lines.iter().flat_map(|line| layout.hanging("? ", Tone::Warn, line));
            once(String::new()).chain(layout.hanging("■ ", Tone::Strong, "waits for people")).chain(lines).collect()
        }
        News::Answered(lines) => lines.iter().flat_map(|line| layout.hanging("● ", Tone::Faint, line)).collect(),
        News::Pausing(in_flight) => layout.hanging("■ ", Tone::Warn, &news::pausing(*in_flight)),
        News::Stopping => {
            layout.hanging("■ ", Tone::Warn, "stopping: the ballots in hand decide; once more to stop at once")
        }
        News::Decided(verdict) => layout.verdict(verdict),
        News::Limit(limit) => layout.hanging("■ ", Tone::Warn, limit),
        News::Ended(how) => layout.hanging("■ ", Tone::Warn, how),
    }
}

impl Layout {
    /// The last column stays free: some terminals wrap when it is written to.
    fn line_max(self) -> usize {
        self.columns.saturating_sub(1).clamp(8, LINE_MAX)
    }

    fn paint(self, tone: Tone, text: impl std::fmt::Display) -> String {
        self.palette.paint(tone, text)
    }

    /// `text` behind `mark`, with its further lines under the first.
    fn hanging(self, mark: &str, tone: Tone, text: &str) -> Vec<String> {
        let indent = width(mark);
        let room = self.line_max().saturating_sub(indent);
        let painted = wrap(text, room, room).into_iter().map(|line| self.paint(tone, line));
        painted
            .enumerate()
            .map(
                |(at, line)| {
                    if at == 0 { format!("{}{line}", self.paint(tone, mark)) } else { format!("{:indent$}{line}", "") }
                },
            )
            .collect()
    }

    fn opened(self, opened: &Opened) -> Vec<String> {
        let mut lines = self.hanging("", Tone::Strong, &opened.topic);
        for (at, (id, text)) in opened.options.iter().enumerate() {
            lines.extend(self.hanging(&format!("  {id} "), Tone::Choice(at), text));
        }
        let facts = format!("{} · {} seats · session {}", opened.mode, opened.seats.len(), opened.session);
        lines.extend(self.hanging("", Tone::Faint, &facts));
        lines.extend(opened.rehearsal.iter().flat_map(|note| self.hanging("", Tone::Warn, note)));
        if let Some((rounds, turns)) = opened.resumed {
            lines.extend(self.hanging(
                "",
                Tone::Warn,
                &format!("resumed after {rounds} closed rounds and {turns} turns"),
            ));
        }
        lines
    }

    fn said(self, said: &Said) -> Vec<String> {
        let (tone, side) = match &said.side {
            Side::None => (Tone::Faint, String::new()),
            Side::Choice(at, id, text) if width(text) > SHORT_OPTION => (Tone::Choice(*at), format!(" ({id})")),
            Side::Choice(at, id, text) => (Tone::Choice(*at), format!(" ({id} {text})")),
            Side::Abstains(_) => (Tone::Faint, " (abstains)".to_owned()),
            Side::Assigned(role) => (Tone::Faint, format!(" (assigned: {role})")),
        };
        let name = cut(&said.name, self.line_max() / 2);
        let taken = 2 + width(&name) + width(&side) + 2;
        let text = match &said.side {
            Side::Abstains(reason) if !reason.is_empty() => reason,
            Side::None | Side::Choice(..) | Side::Abstains(_) | Side::Assigned(_) => &said.text,
        };
        let wrapped = wrap(text, self.line_max().saturating_sub(taken), self.line_max() - 2);
        let head = format!("{} {}{}:", self.paint(tone, "●"), self.paint(Tone::Strong, name), self.paint(tone, side));
        let body = wrapped.into_iter().enumerate().map(|(at, line)| match at {
            0 if line.is_empty() => head.clone(),
            0 => format!("{head} {line}"),
            _ => format!("  {line}"),
        });
        let asides = said.asides.iter().flat_map(|aside| {
            let (tone, text) = self.aside(aside);
            self.hanging("  ↳ ", tone, &text)
        });
        body.chain(asides).collect()
    }

    fn aside(self, aside: &Aside) -> (Tone, String) {
        match aside {
            Aside::Moved(moved) if moved.cited => (Tone::Good, moved.to_string()),
            Aside::Moved(moved) => (Tone::Warn, moved.to_string()),
            Aside::Accepts(claim, words) => (Tone::Faint, format!("accepts {claim}: “{words}”")),
            Aside::GivesUp(claim, words) => (Tone::Faint, format!("gives up {claim}: “{words}”")),
            Aside::Blocks(objection) => (Tone::Bad, format!("blocking objection: {objection}")),
            Aside::LeftOut(fields) => (Tone::Faint, format!("not read: {fields}")),
        }
    }

    fn options<'a>(
        self,
        options: impl Iterator<Item = (&'a str, &'a String, &'a Vec<String>)>,
        basis: &str,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, (id, text, names)) in options.enumerate() {
            let room = self.line_max().saturating_sub(5);
            let text = wrap(text, room, room).into_iter().enumerate();
            lines.extend(text.map(|(line, words)| {
                if line == 0 {
                    format!("  {} {words}", self.paint(Tone::Choice(at), left(id, 2)))
                } else {
                    format!("     {words}")
                }
            }));
            lines.extend(
                self.hanging("     ", Tone::Faint, &names.join(", ")).into_iter().filter(|_| !names.is_empty()),
            );
        }
        lines.extend(self.hanging("  ", Tone::Faint, basis));
        lines
    }

    fn tally(self, tally: &Tally) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(count) = &tally.count {
            lines.push(String::new());
            lines.extend(self.bars(count));
            lines.extend(self.hanging("  ", Tone::Strong, &format!("{}: {}", tally.place.short(), count.agreement)));
        }
        match tally.moves.as_deref() {
            None => {}
            Some([]) => lines.extend(self.hanging("  ", Tone::Faint, "nobody moved")),
            Some(moves) => lines.extend(moves.iter().flat_map(|moved| self.moved(moved))),
        }
        if tally.claims.0 > 0 {
            lines.extend(self.hanging(
                "  ",
                Tone::Faint,
                &format!("{} claims, {} of them new", tally.claims.0, tally.claims.1),
            ));
        }
        lines.extend(
            tally.stop.iter().flat_map(|stop| self.hanging("  ", Tone::Faint, &format!("the phase ends: {stop}"))),
        );
        lines
    }

    fn moved(self, moved: &Move) -> Vec<String> {
        let tone = if moved.cited { Tone::Good } else { Tone::Warn };
        self.hanging("  ", tone, &format!("{}: {} → {}, {}", moved.name, moved.from, moved.to, moved.grounds()))
    }

    fn bars(self, count: &Count) -> Vec<String> {
        let full = (self.line_max() / 4).clamp(*BAR.start(), *BAR.end());
        let panel = usize::try_from(count.panel).unwrap_or(usize::MAX).max(1);
        let bar = |(at, (id, text, seats)): (usize, &(OptionId, String, u32))| {
            let held = usize::try_from(*seats).unwrap_or(usize::MAX);
            let blocks = ((held * full + panel / 2) / panel).clamp(usize::from(held > 0), full);
            let share = f64::from(*seats) / f64::from(count.panel.max(1));
            let head = format!("  {id} ");
            let numbers = format!(" {seats}/{} {:>4}  ", count.panel, percent(share));
            let room = self.line_max().saturating_sub(width(&head) + full + width(&numbers));
            let blocks = format!(
                "{}{}",
                self.paint(Tone::Choice(at), "█".repeat(blocks)),
                self.paint(Tone::Faint, "░".repeat(full - blocks))
            );
            format!("{head}{blocks}{numbers}{}", cut(text, room)).trim_end().to_owned()
        };
        count.options.iter().enumerate().map(bar).collect()
    }

    fn verdict(self, verdict: &Verdict) -> Vec<String> {
        let tone = match (&verdict.option, &verdict.estimate) {
            (Some((at, ..)), _) => Tone::Choice(*at),
            (None, Some(_)) => Tone::Strong,
            (None, None) => Tone::Warn,
        };
        let won = verdict.won();
        let head = self.hanging("■ ", Tone::Strong, &format!("decision: {}", verdict.label));
        let rest = self.hanging("  ", tone, &won).into_iter().chain(self.hanging("  ", Tone::Faint, &verdict.numbers));
        once(String::new()).chain(head).chain(rest).collect()
    }
}
