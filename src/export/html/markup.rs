//! HTML as a value. Only this file makes markup out of text, and it escapes all of it.
//!
//! Every element is closed and every attribute has a value, so that the document is well-formed XML too.

use std::fmt::Display;

use crate::debate::text as clean;
use crate::export::address;

/// A piece of HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Html(String);

/// Attributes of an element, each name once.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a dyn Display)];

/// Elements that hold nothing.
const VOID: [&str; 6] = ["meta", "link", "rect", "line", "path", "circle"];
/// Elements that stand on a line of their own, so that two reports can be compared line by line.
const BLOCKS: [&str; 32] = [
    "html",
    "head",
    "body",
    "title",
    "header",
    "main",
    "footer",
    "section",
    "article",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "details",
    "summary",
    "svg",
    "desc",
    "blockquote",
    "text",
];

/// An element.
pub(super) fn el(name: &'static str, attributes: Attributes<'_>, children: impl IntoIterator<Item = Html>) -> Html {
    let mut out = format!("<{name}");
    for (attribute, value) in attributes {
        out.push_str(&format!(" {attribute}=\"{}\"", escaped(&clean::line(&value.to_string()))));
    }
    if VOID.contains(&name) {
        out.push_str(" />");
    } else {
        out.push('>');
        children.into_iter().for_each(|child| out.push_str(&child.0));
        out.push_str(&format!("</{name}>"));
    }
    if BLOCKS.contains(&name) || VOID.contains(&name) {
        out.push('\n');
    }
    Html(out)
}

/// An element with a class.
pub(super) fn of(name: &'static str, class: &str, children: impl IntoIterator<Item = Html>) -> Html {
    el(name, &[("class", &class)], children)
}

/// A list.
pub(super) fn list(entries: impl IntoIterator<Item = Html>) -> Html {
    el("ul", &[], entries)
}

/// Text on one line. A space at its ends stays, so that it can stand between elements.
pub(super) fn text(text: &str) -> Html {
    let line = clean::line(text);
    let space = |is_there: bool| if is_there { " " } else { "" };
    let (start, end) = (text.starts_with(' '), text.ends_with(' ') && !line.is_empty());
    Html(format!("{}{}{}", space(start), escaped(&line), space(end)))
}

/// An element that holds one line of text.
pub(super) fn line(name: &'static str, words: &str) -> Html {
    el(name, &[], [text(words)])
}

/// What a model or the asker wrote, on one line. Its language is not known, and its direction is its own.
pub(super) fn words(words: &str) -> Html {
    el("span", &[("lang", &"und"), ("dir", &"auto")], [text(words.trim())])
}

/// What a model or the asker wrote, as a paragraph that keeps its lines.
pub(super) fn said(words: &str) -> Html {
    let kept = clean::laid_out(words);
    let lines: Vec<String> = kept.trim().lines().map(|line| escaped(line.trim_end())).collect();
    el("p", &[("class", &"said"), ("lang", &"und"), ("dir", &"auto")], [Html(lines.join("\n"))])
}

/// What a model wrote, as a link where it is a web address.
pub(super) fn reference(written: &str) -> Html {
    link(written, written)
}

/// A link to a web address; without one, only the label. What it leads to learns nothing of the reader.
pub(super) fn link(target: &str, label: &str) -> Html {
    match address::web(target) {
        Some(url) => el("a", &[("href", &url), ("rel", &"noreferrer noopener nofollow")], [words(label)]),
        None => words(label),
    }
}

/// A link within the document.
pub(super) fn jump(id: &str, label: &str) -> Html {
    el("a", &[("href", &format_args!("#{id}"))], [text(label)])
}

/// Several pieces as one.
pub(super) fn all(parts: impl IntoIterator<Item = Html>) -> Html {
    Html(parts.into_iter().map(|part| part.0).collect())
}

/// Several pieces with `between` between them.
pub(super) fn joined(parts: impl IntoIterator<Item = Html>, between: &str) -> Html {
    let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
    Html(parts.join(&escaped(between)))
}

/// The style sheet; holds nothing that was not written with the program.
pub(super) fn style(sheet: &'static str) -> Html {
    Html(format!("<style>\n{sheet}</style>\n"))
}

/// A number of pixels to a tenth.
pub(super) fn px(value: f64) -> f64 {
    // Adding zero makes a negative zero a plain one.
    (value * 10.0).round() / 10.0 + 0.0
}

/// The whole document.
pub(super) fn document(root: Html) -> String {
    format!("<!DOCTYPE html>\n{}", root.0)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character shows nothing and can hide text or its order. Joiners stay: scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'..='\u{2064}'
        | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}
