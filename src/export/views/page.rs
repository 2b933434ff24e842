//! What a view looks like to a person: stanzas of short lines, and tables that become stanzas where they do not fit.
//!
//! Whatever is put on a page is made harmless here, and nowhere else: it may all have been written by a model.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::debate::text::{laid_out, line};
use crate::export::escaping::escaped;

/// Widest cell of a table.
const CELL_WIDTH_MAX: usize = 24;

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Begins a stanza.
    Section(String),
    /// Begins a stanza within one.
    Part(String),
    /// One line of a stanza.
    Line(Line),
    /// A line that belongs to the one before it.
    Under(Line),
    /// Numbers side by side.
    Table(Table),
    /// Text whose lines are kept as they are.
    Verbatim(String),
}

/// A line, which may have a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    label: Option<String>,
    text: String,
}

/// Rows under a head. The first column names the row; an empty cell is one that has nothing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What stands over the columns.
    pub head: Vec<String>,
    /// As many cells in each as in the head.
    pub rows: Vec<Vec<String>>,
}

/// A line of a stanza.
pub fn says(text: impl Into<String>) -> Block {
    Block::Line(Line { label: None, text: text.into() })
}

/// A line of a stanza that begins with a label.
pub fn named(label: impl Into<String>, text: impl Into<String>) -> Block {
    Block::Line(Line { label: Some(label.into()), text: text.into() })
}

/// A line below the one before it, without a label.
pub fn under(text: impl Into<String>) -> Block {
    Block::Under(Line { label: None, text: text.into() })
}

/// A line below the one before it, with a label.
pub fn under_named(label: impl Into<String>, text: impl Into<String>) -> Block {
    Block::Under(Line { label: Some(label.into()), text: text.into() })
}

/// Draws a page for a terminal of that many columns. Lines of a table fit; others are left whole.
pub fn text(head: &[String], blocks: &[Block], foot: &str, columns: Option<usize>) -> String {
    let mut out: Vec<String> = head.iter().map(|text| line(text)).collect();
    let mut indent = 0;
    if !matches!(blocks.first(), Some(Block::Section(_))) {
        out.push(String::new());
    }
    for block in blocks {
        match block {
            Block::Section(title) => {
                indent = 2;
                out.extend([String::new(), line(title)]);
            }
            Block::Part(title) => {
                indent = 4;
                out.push(format!("  {}", line(title)));
            }
            Block::Line(said) => out.push(indented(indent, &said.text())),
            Block::Under(said) => out.push(indented(indent + 2, &said.text())),
            Block::Table(table) => out.extend(table.text(indent, columns)),
            // The bar keeps what is quoted from passing for a line of ours.
            Block::Verbatim(text) => {
                out.extend(laid_out(text).lines().map(|text| indented(indent, &format!("| {text}"))))
            }
        }
    }
    out.extend([String::new(), line(foot)]);
    out.join("\n") + "\n"
}

/// Draws a page in Markdown.
pub fn markdown(head: &[String], blocks: &[Block], foot: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (place, text) in head.iter().enumerate() {
        parts.push(if place == 0 { format!("# {}", escaped(text)) } else { format!("> {}", escaped(text)) });
    }
    let mut was_listed = false;
    for block in blocks {
        let (part, is_listed) = match block {
            Block::Section(title) => (format!("## {}", escaped(title)), false),
            Block::Part(title) => (format!("### {}", escaped(title)), false),
            Block::Line(said) => (format!("- {}", said.markdown()), true),
            Block::Under(said) => (format!("  - {}", said.markdown()), true),
            Block::Table(table) => (table.markdown(), false),
            Block::Verbatim(text) => (fenced(&laid_out(text)), false),
        };
        match parts.last_mut().filter(|_| was_listed && is_listed) {
            Some(list) => *list = format!("{list}\n{part}"),
            None => parts.push(part),
        }
        was_listed = is_listed;
    }
    parts.push(format!("<sub>{}</sub>", escaped(foot)));
    parts.join("\n\n") + "\n"
}

/// A code block that its content cannot end: the fence is longer than any run of backticks in it.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

fn indented(indent: usize, text: &str) -> String {
    format!("{}{text}", " ".repeat(indent)).trim_end().to_owned()
}

impl Line {
    fn text(&self) -> String {
        match self.label.as_deref().map(line).filter(|label| !label.is_empty()) {
            Some(label) => format!("{label}: {}", line(&self.text)),
            None => line(&self.text),
        }
    }

    fn markdown(&self) -> String {
        match self.label.as_deref().map(escaped).filter(|label| !label.is_empty()) {
            Some(label) => format!("**{label}**: {}", escaped(&self.text)),
            None => escaped(&self.text),
        }
    }
}

impl Table {
    fn text(&self, indent: usize, columns: Option<usize>) -> Vec<String> {
        let cells: Vec<Vec<String>> = std::iter::once(&self.head)
            .chain(&self.rows)
            .map(|row| row.iter().map(|cell| cut(&line(cell), CELL_WIDTH_MAX)).collect())
            .collect();
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0))
            .collect();
        let needed = indent + widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        if columns.is_some_and(|columns| needed > columns) {
            return self.stanzas().iter().map(|said| indented(indent, &said.text())).collect();
        }
        let aligned = |row: &Vec<String>| {
            let padded = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                if column == 0 { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
            });
            indented(indent, &padded.collect::<Vec<_>>().join("  "))
        };
        cells.iter().map(aligned).collect()
    }

    /// Row by row, each number with the name of its column.
    fn stanzas(&self) -> Vec<Line> {
        let row = |cells: &Vec<String>| {
            let told = self.head.iter().zip(cells).skip(1).filter(|(_, cell)| !cell.is_empty());
            let told: Vec<String> = told.map(|(title, cell)| format!("{title} {cell}")).collect();
            Line { label: cells.first().map(|name| cut(&line(name), CELL_WIDTH_MAX)), text: told.join(", ") }
        };
        self.rows.iter().map(row).collect()
    }

    fn markdown(&self) -> String {
        let row = |cells: &Vec<String>| {
            format!("| {} |", cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>().join(" | "))
        };
        let rule: Vec<&str> =
            self.head.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" }).collect();
        let rows: Vec<String> = self.rows.iter().map(row).collect();
        format!("{}\n|{}|\n{}", row(&self.head), rule.join("|"), rows.join("\n"))
    }
}

/// As much of `text` as fits into `cells`, ending in `…` where something was left out.
fn cut(text: &str, cells: usize) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.width().unwrap_or(0) >= cells {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}
