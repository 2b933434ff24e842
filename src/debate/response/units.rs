//! The unit that stands beside a number.
//!
//! Must never convert: a number in another unit is not read.

use crate::debate::text;

/// Most characters of a symbol of a unit, such as `ms` or `MW`; what is longer is a word.
const SYMBOL_CHARS_MAX: usize = 3;
/// Names of one unit, the way people write it before or after a number.
const NAMES: [&[&str]; 24] = [
    &["usd", "$", "us$", "dollar", "dollars", "us dollar", "us dollars"],
    &["eur", "\u{20ac}", "euro", "euros"],
    &["gbp", "\u{a3}", "pound", "pounds", "pound sterling", "pounds sterling"],
    &["jpy", "\u{a5}", "\u{5186}", "yen"],
    &["cny", "rmb", "\u{a5}", "\u{5143}", "yuan"],
    &["inr", "\u{20b9}", "rs", "rupee", "rupees"],
    &["krw", "\u{20a9}", "\u{c6d0}", "won"],
    &["chf", "fr", "franken", "swiss franc", "swiss francs"],
    &["percent", "%", "per cent", "pct", "percentage"],
    &["ms", "msec", "millisecond", "milliseconds"],
    &["s", "sec", "secs", "second", "seconds"],
    &["min", "mins", "minute", "minutes"],
    &["h", "hr", "hrs", "hour", "hours"],
    &["d", "day", "days"],
    &["w", "wk", "wks", "week", "weeks"],
    &["mo", "mos", "month", "months"],
    &["y", "yr", "yrs", "year", "years"],
    &["kb", "kilobyte", "kilobytes"],
    &["mb", "megabyte", "megabytes"],
    &["gb", "gigabyte", "gigabytes"],
    &["tb", "terabyte", "terabytes"],
    &["km", "kilometre", "kilometres", "kilometer", "kilometers"],
    &["kg", "kilogram", "kilograms"],
    &["qps", "rps", "req/s", "requests per second", "requests/s"],
];

/// Returns what is left of a number as it was written when its unit is taken off, before or after it, and marks of emphasis
/// too; the whole text where another word stands there.
pub(super) fn without_unit<'a>(written: &'a str, unit: &str) -> &'a str {
    let written = written.trim().trim_matches(['*', '_', '`']).trim();
    let is_number = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (written.find(is_number), written.rfind(is_number)) else { return written };
    // A sign belongs to the number, wherever the unit stands.
    let sign = written[..first].find(['-', '+', '\u{2212}', '.']).unwrap_or(first);
    let (before, after) = (&written[..sign], &written[last + 1..]);
    let bare = |words: &str| words.trim_matches(['*', '_', '`', ' ']).to_owned();
    let is_unit = |words: &str| bare(words).is_empty() || is_same(&bare(words), unit);
    // Where the sign stands before the unit, as in -$5, the number alone would lose it.
    let is_whole = written[sign..first].trim_start_matches(['-', '+', '\u{2212}', '.']).trim().is_empty();
    if is_whole && is_unit(before) && is_unit(after) { written[sign..=last].trim() } else { written }
}

/// Whether two names are of one unit: the same words, one of them in the plural, or two names in the table. The letters of a short
/// unit are capital or small for a reason: a `mW` is no `MW`.
fn is_same(one: &str, other: &str) -> bool {
    let written = |words: &str| words.trim().trim_end_matches('.').trim().to_owned();
    let name = |words: &str| written(&text::comparable(words));
    let (first, second) = (name(one), name(other));
    let is_symbol = |name: &str| name.chars().count() <= SYMBOL_CHARS_MAX;
    let listed = |names: &&[&str]| names.contains(&first.as_str()) && names.contains(&second.as_str());
    if is_symbol(&first) && is_symbol(&second) {
        // A symbol is written in capitals or not, as usd is, but never with another prefix: ms and Ms, MB and Mb, mw and MW.
        let is_uniform = |name: &str| name.to_lowercase() == name || name.to_uppercase() == name;
        let may_differ = first.chars().count() > 1 && (first.chars().count() > 2 || !first.starts_with('m'));
        let are_alike = first == second && may_differ && is_uniform(&written(one)) && is_uniform(&written(other));
        return written(one) == written(other) || are_alike || first != second && NAMES.iter().any(listed);
    }
    let plural = |one: &str, other: &str| {
        !is_symbol(one) && ["s", "es", "e", "n", "en"].iter().any(|end| one.strip_suffix(end) == Some(other))
    };
    first == second || plural(&first, &second) || plural(&second, &first) || NAMES.iter().any(listed)
}

#[cfg(test)]
mod tests {
    use super::without_unit;

    #[test]
    fn a_unit_is_taken_off_and_no_other() {
        let rows = [
            ("12 weeks", "weeks", "12"),
            ("12 week", "weeks", "12"),
            ("12 wks", "weeks", "12"),
            ("$1,200", "USD", "1,200"),
            ("1,200 USD", "USD", "1,200"),
            ("US$ 1,200", "usd", "1,200"),
            ("1200 \u{20ac}", "EUR", "1200"),
            ("45 %", "percent", "45"),
            ("**12**", "weeks", "12"),
            ("-12 weeks", "weeks", "-12"),
            ("1e3 hours", "hours", "1e3"),
            ("12 months", "weeks", "12 months"),
            ("$5", "EUR", "$5"),
            ("-$5", "USD", "-$5"),
            ("12 weeks (3 months)", "weeks", "12 weeks (3 months)"),
            ("$1.2k", "USD", "$1.2k"),
            ("about 12 weeks", "weeks", "about 12 weeks"),
            ("12 Wochen", "Wochen", "12"),
            ("12 m", "ms", "12 m"),
            ("12 ms", "m", "12 ms"),
            ("12 M", "m", "12 M"),
            ("12 mW", "MW", "12 mW"),
            ("12 Mb", "MB", "12 Mb"),
            ("12 Gs", "g", "12 Gs"),
            ("12 Ms", "ms", "12 Ms"),
            ("12 usd", "USD", "12"),
            ("12 sec", "s", "12"),
            ("**12** weeks", "weeks", "12"),
        ];
        for (written, unit, left) in rows {
            assert_eq!(without_unit(written, unit), left, "{written} in {unit}");
        }
    }
}
