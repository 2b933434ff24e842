//! Quoting what others wrote, so that none of it can pass for the program's own words.

use std::fmt;

use crate::debate::board::Board;
use crate::debate::claims::Entry;
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;
use crate::debate::log::setup::Setup;
use crate::debate::mode::Labels;
use crate::debate::prompt::anonymity;
use crate::debate::response::{Claim, ClaimKind, EvidenceKind, Response};
use crate::debate::rules::Rule;
use crate::debate::text;
use crate::debate::visibility::Contribution;
use crate::stats::shuffle;

/// Returns the mark of this session's fences.
pub fn nonce(seed: u64) -> String {
    format!("{:08x}", shuffle::seed_for(seed, "fence") >> 32)
}

/// The mark of a session's fences, and how what stands between them is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    nonce: String,
    is_as_seen: bool,
}

impl Mark {
    /// That of a session.
    pub fn of(setup: &Setup) -> Self {
        Self { nonce: nonce(setup.seed), is_as_seen: Rule::QuotedAsSeen.holds_in(setup.format) }
    }

    /// What people supplied, without anything that they do not see.
    fn seen(&self, text: &str) -> String {
        if self.is_as_seen { text::as_seen(text) } else { text::plain(text) }
    }

    /// What a model wrote, in lines as they are seen, and without an order that nobody sees.
    fn plain(&self, text: &str) -> String {
        if self.is_as_seen { text::laid_out(text) } else { text::plain(text) }
    }
}

/// This mark, under the rules of today.
impl From<&str> for Mark {
    fn from(nonce: &str) -> Self {
        Self { nonce: nonce.to_owned(), is_as_seen: true }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.nonce)
    }
}

/// Fences `text`: every line is marked as quoted, control characters are gone, and the fence's own mark cannot occur
/// inside.
pub fn fence(mark: &Mark, text: &str) -> String {
    let nonce = &mark.nonce;
    let plain = unmarked(nonce, &mark.plain(text));
    let lines: Vec<String> = plain.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
    format!("quoted {nonce}\n{}\nend of quote {nonce}", lines.join("\n"))
}

/// Fences what people supplied, as they see it: nothing is hidden in it.
pub fn fence_supplied(mark: &Mark, text: &str) -> String {
    fence(mark, &mark.seen(text))
}

/// Quotes `text` within a sentence of the program's, between the same marks.
pub fn inline(mark: &Mark, text: &str) -> String {
    let nonce = &mark.nonce;
    format!("quoted {nonce} \"{}\" end of quote {nonce}", unmarked(nonce, &text::line(&mark.seen(text))))
}

/// Words a name in front of what its holder said: a plain one as it stands, one that could pass for an order or a sentence as a
/// quotation. A plain name is of a few words in letters alone, with a number at its end at most, so it names no option's id.
pub fn label(mark: impl Into<Mark>, name: &str) -> String {
    let is_letter = |c: char| c.is_alphabetic() && text::look_alike(c) == Some(c.to_ascii_lowercase());
    let is_word =
        |word: &str| word.chars().all(|c| is_letter(c) || matches!(c, '-' | '\'' | '\u{2019}' | '&' | '/' | '.'));
    let mut words: Vec<&str> = name.split_whitespace().collect();
    words.pop_if(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let is_plain = words.len() <= LABEL_WORDS_MAX && words.iter().all(|word| is_word(word));
    if is_plain { name.to_owned() } else { inline(&mark.into(), name) }
}

/// Most words of a plain name.
const LABEL_WORDS_MAX: usize = 4;

/// Takes the mark out, also where it is written in look-alikes, or with characters between that nobody sees.
fn unmarked(nonce: &str, text: &str) -> String {
    // Prompts are worded anew at every step, and most of what they quote is plain.
    if text.is_ascii() && !text.to_ascii_lowercase().contains(nonce) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = marked(nonce, rest);
        if length > 0 {
            out.push_str("[mark removed]");
        } else {
            out.push(c);
        }
        rest = &rest[length.max(c.len_utf8())..];
    }
    out
}

/// The length in bytes of the mark at the start of `text`; 0 when it does not stand there.
fn marked(nonce: &str, text: &str) -> usize {
    let mut left = nonce.chars().peekable();
    for (at, c) in text.char_indices() {
        match text::look_alike(c) {
            // The mark begins with something that is seen.
            None if at > 0 => {}
            seen if seen == left.peek().copied() => {
                left.next();
            }
            None | Some(_) => return 0,
        }
        if left.peek().is_none() {
            return at + c.len_utf8();
        }
    }
    0
}

/// Words a contribution: statement, claims by ledger id, concessions; or the questions posed. Never reasoning, stance
/// or confidence.
fn contribution(said: &Contribution<'_>, ledger: &[Entry]) -> String {
    let mut lines: Vec<String> = Vec::new();
    match said.response {
        Response::Position(position) => {
            lines.push(position.statement.clone());
            let own = ledger.iter().filter(|entry| entry.turn == *said.turn);
            lines.extend(own.flat_map(|entry| claim(&entry.id.0, &entry.claim)));
            lines.extend(
                position.concessions.iter().map(|concession| {
                    format!("Concedes {}: {}", concession.claim, text::line(&concession.consequence))
                }),
            );
        }
        Response::Questions(questions) => {
            let about = |id: &Option<_>| id.as_ref().map(|id| format!(", about {id}")).unwrap_or_default();
            lines.extend(
                questions
                    .iter()
                    .map(|q| format!("Asks ({}{}): {}", q.kind.name(), about(&q.about), text::line(&q.text))),
            );
        }
        Response::Ballot(_) | Response::Perspectives(_) | Response::Sorting(_) | Response::Synthesis(_) => {}
        Response::Unclear { .. } | Response::Truncated | Response::Refused | Response::Filtered => {}
    }
    lines.join("\n")
}

/// Words one claim with its evidence.
pub fn claim(id: &str, claim: &Claim) -> Vec<String> {
    let supports: Vec<&str> = claim.supports.iter().map(|option| option.0.as_str()).collect();
    let rebuts: Vec<&str> = claim.rebuts.iter().map(|claim| claim.0.as_str()).collect();
    let mut head = format!("{id} ({}): {}", kind_of_claim(claim.kind), text::line(&claim.text));
    if !supports.is_empty() {
        head.push_str(&format!(" [for {}]", supports.join(", ")));
    }
    if !rebuts.is_empty() {
        head.push_str(&format!(" [against {}]", rebuts.join(", ")));
    }
    let evidence = claim.evidence.iter().map(|item| {
        let quote = if item.quote.is_empty() { String::new() } else { format!(": \"{}\"", text::line(&item.quote)) };
        format!("   {} {}{quote}", kind_of_evidence(item.kind), text::line(&item.reference))
    });
    std::iter::once(head).chain(evidence).collect()
}

/// Words a contribution as its reader is shown it: without its author's names where the labels are neutral.
pub fn shown(said: &Contribution<'_>, board: &Board<'_>) -> String {
    let text = contribution(said, board.ledger());
    match said.labels {
        Labels::Named => text,
        Labels::Anonymous => scrubbed(&text, board.history, said.turn.speaker),
    }
}

/// Returns `text` without the names by which its author could be known.
fn scrubbed(text: &str, history: &History, author: Speaker) -> String {
    let agent = match author {
        Speaker::Seat(seat) => history.agent(seat),
        Speaker::Moderator => None,
    };
    let Some(agent) = agent else { return text.to_owned() };
    if Rule::NamesAreRoles.holds_in(history.setup.format) {
        return anonymity::without_author(text, agent, &history.setup);
    }
    let names = [&agent.id, &agent.name, &agent.persona.name];
    names.into_iter().fold(text.to_owned(), |text, name| without_word(&text, name))
}

/// Replaces `word` where it stands alone.
fn without_word(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word).filter(|_| !word.is_empty()) {
        let end = at + word.len();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        let stands_alone = !joined(rest[..at].chars().next_back()) && !joined(rest[end..].chars().next());
        out.push_str(&rest[..at]);
        out.push_str(if stands_alone { "[a participant]" } else { word });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn kind_of_claim(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Fact => "fact",
        ClaimKind::Inference => "inference",
        ClaimKind::Value => "value",
        ClaimKind::Assumption => "assumption",
    }
}

fn kind_of_evidence(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Citation => "citation",
        EvidenceKind::Calculation => "calculation",
        EvidenceKind::Example => "example",
        EvidenceKind::Material => "material",
    }
}
