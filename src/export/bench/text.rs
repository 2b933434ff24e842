//! The report for a terminal: tables of at most 80 columns.

use unicode_width::UnicodeWidthStr;

use crate::debate::text::{clip, line};
use crate::export::bench::report::{Group, Report};
use crate::export::bench::table::{TABLES, Table};
use crate::export::bench::words;
use crate::export::figures::{money, short};

/// The last line.
pub const FOOT: &str = "by topic and debate, and what each number means: the report as JSON or HTML";
/// The longest line.
const LINE_MAX: usize = 80;

/// Renders the report. Holds no control characters but line feeds.
pub fn render(report: &Report) -> String {
    let mut lines = vec![format!("Bench {}: {}", report.bench, words::headline(report)), words::matrix(report)];
    lines.extend(report.note.map(str::to_owned));
    for table in &TABLES {
        lines.extend(section(table, report));
    }
    lines.push(String::new());
    let unfinished: Vec<String> = unfinished(report);
    if !unfinished.is_empty() {
        lines.push("Not decided".to_owned());
        lines.extend(unfinished);
        lines.push(String::new());
    }
    let taken = &report.total.taken;
    lines.push(format!("all: {} calls, {} tokens, {}", taken.calls, short(taken.tokens()), money(taken.cost_usd)));
    lines.push(FOOT.to_owned());
    lines.join("\n") + "\n"
}

fn section(table: &Table, report: &Report) -> Vec<String> {
    let groups: Vec<&Group> = report.groups.iter().filter(|group| (table.is_for)(group)).collect();
    if groups.is_empty() {
        return Vec::new();
    }
    let heads: String = table.columns.iter().map(|column| right(column.head, column.width)).collect();
    let name_width = LINE_MAX.saturating_sub(table.columns.iter().map(|column| column.width).sum());
    let mut lines = vec![String::new(), left(table.title, name_width) + &heads];
    let mut mode = None;
    for group in groups {
        let mut name = words::name(report, group);
        // With several modes and panels a mode heads its panels.
        if report.modes.len() > 1 && report.panels.len() > 1 {
            if mode != Some(&group.mode) {
                lines.push(clip(&group.mode, LINE_MAX));
            }
            mode = Some(&group.mode);
            name = format!("  {}", group.panel);
        }
        let cells: String = table.columns.iter().map(|column| right(&(column.cell)(group), column.width)).collect();
        lines.push(left(&name, name_width) + &cells);
    }
    lines
}

/// The debates that were begun and not decided, one a line; those that were not begun are in the headline.
fn unfinished(report: &Report) -> Vec<String> {
    let open = report.cells.iter().filter(|cell| cell.status.is_some() && cell.found.is_none());
    open.map(|cell| clip(&format!("{}: {}", cell.label(), words::status(cell.status)), LINE_MAX)).collect()
}

fn left(words: &str, width: usize) -> String {
    let indent = words.len() - words.trim_start().len();
    let words = fitted(words, width.saturating_sub(indent + 1));
    let gap = width.saturating_sub(indent + words.width());
    " ".repeat(indent) + &words + &" ".repeat(gap)
}

fn right(words: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(words.width())) + words
}

/// As much of `words` as fits into `width` cells.
fn fitted(words: &str, width: usize) -> String {
    let words = line(words);
    let fitting =
        (0..=words.chars().count()).rev().map(|chars| clip(&words, chars)).find(|words| words.width() <= width);
    fitting.unwrap_or_default()
}
