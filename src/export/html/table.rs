//! Tables that say what they hold, and that scroll by themselves where they are wider than the page.

use crate::export::html::markup::{Html, all, el, line, of, text};

/// A table: a caption, the heads of its columns, and rows that each begin with a head of their own.
pub(super) fn table(caption: &str, heads: &[Html], rows: impl IntoIterator<Item = Html>) -> Html {
    let heads = heads.iter().map(|head| el("th", &[("scope", &"col")], [head.clone()]));
    let table = el(
        "table",
        &[],
        [
            line("caption", caption),
            el("thead", &[], [el("tr", &[], heads.collect::<Vec<_>>())]),
            el("tbody", &[], rows.into_iter().collect::<Vec<_>>()),
        ],
    );
    el("div", &[("class", &"scroll"), ("role", &"region"), ("aria-label", &caption), ("tabindex", &"0")], [table])
}

/// A row.
pub(super) fn row(head: Html, cells: impl IntoIterator<Item = Html>) -> Html {
    let head = el("th", &[("scope", &"row")], [head]);
    el("tr", &[], std::iter::once(head).chain(cells))
}

/// A cell.
pub(super) fn cell(content: Html) -> Html {
    el("td", &[], [content])
}

/// A cell with a number, or with what stands for one.
pub(super) fn number(words: &str) -> Html {
    of("td", "number", [text(words)])
}

/// A folded table: the numbers of a chart, for those who would rather read them.
pub(super) fn folded(table: Html) -> Html {
    of("details", "numbers", [line("summary", "As a table"), table])
}

/// The name of an option with its colour.
pub(super) fn option_key(index: usize, id: &str) -> Html {
    all([of("span", &format!("key o{}", index % 7 + 1), []), of("span", "id", [text(id)])])
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A rating with its sign.
pub(super) fn signed(value: f64) -> String {
    if value > 0.0 {
        format!("+{value}")
    } else if value < 0.0 {
        format!("−{}", -value)
    } else {
        "0".to_owned()
    }
}
