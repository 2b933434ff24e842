//! Reading Markdown as its readers see it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Returns the words of a Markdown text without what lays them out: marks of headings, lists, quotations and tables, addresses
/// of links, tags. Marks of emphasis stay, for the comparison to judge.
pub(super) fn without_layout(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut out = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(words) => out.push_str(&words),
            Event::Code(words) => out.push_str(&format!("`{words}`")),
            Event::Html(tags) => out.push_str(&without_tags(&tags)),
            Event::InlineHtml(tag) if tag.starts_with("<br") => out.push('\n'),
            Event::SoftBreak | Event::HardBreak | Event::Rule => out.push('\n'),
            Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => out.push('*'),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => out.push_str("**"),
            Event::Start(Tag::Strikethrough) | Event::End(TagEnd::Strikethrough) => out.push_str("~~"),
            Event::Start(_) | Event::End(TagEnd::Link | TagEnd::Image) => {}
            Event::End(_) => out.push('\n'),
            Event::InlineHtml(_)
            | Event::TaskListMarker(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }
    out
}

/// Returns a block of HTML without its tags.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (place, piece) in html.split('<').enumerate() {
        match piece.split_once('>') {
            Some((_, words)) if place > 0 => out.push_str(words),
            Some(_) | None => out.push_str(piece),
        }
    }
    out
}
