//! Web addresses that models and providers name, made safe to link to.

/// Returns `text` as an address that a report may link to: `http` or `https`, and nothing in it that could end the link early.
pub(crate) fn web(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        text.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| &text[scheme.len()..])
    })?;
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}');
    let opens = rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    (opens && rest.chars().all(is_plain)).then(|| {
        let encoded = |c: char| match c {
            '(' => "%28".to_owned(),
            ')' => "%29".to_owned(),
            '<' => "%3C".to_owned(),
            '>' => "%3E".to_owned(),
            '"' => "%22".to_owned(),
            '\'' => "%27".to_owned(),
            '\\' => "%5C".to_owned(),
            '|' => "%7C".to_owned(),
            '`' => "%60".to_owned(),
            c => c.to_string(),
        };
        text.chars().map(encoded).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::web;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(web(text).as_deref(), expected, "{text:?}");
    }

    #[test]
    fn only_web_addresses_become_links() {
        check("https://example.org/a?b=c&d#e", Some("https://example.org/a?b=c&d#e"));
        check(" HTTP://example.org ", Some("HTTP://example.org"));
        check("https://[::1]/", Some("https://[::1]/"));
        check("https://example.org/a)b<c>|`", Some("https://example.org/a%29b%3Cc%3E%7C%60"));
        for other in [
            "",
            "example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\nb",
            "https://é\u{200b}x",
            "jav\tascript:https://x",
        ] {
            check(other, None);
        }
    }
}
