//! Whether somebody who says a name means itself by it.
//!
//! Read from what stands around the name: an introduction ("as", "I am"), the first person, the form of a label or of a
//! signature. The words are those of the languages that panels are held in most.

/// A name within a text.
pub(super) struct Place<'a> {
    /// What stands before it.
    pub(super) before: &'a str,
    /// The name as it is spelled on the panel.
    pub(super) name: &'a str,
    /// The name as it is spelled here.
    pub(super) found: &'a str,
    /// What stands after it.
    pub(super) after: &'a str,
}

/// Says of itself what it is: "as Creative", "als Analyst".
const AS: [&str; 18] = [
    "as",
    "als",
    "comme",
    "en tant que",
    "en tant qu",
    "en qualité de",
    "como",
    "come",
    "in qualità di",
    "na qualidade de",
    "jako",
    "som",
    "как",
    "作为",
    "作為",
    "身为",
    "بصفتي",
    "בתור",
];
/// Says that the speaker speaks as what follows, and cannot be said of others.
const SPEAKS_AS: [&str; 22] = [
    "speaking as",
    "writing as",
    "answering as",
    "responding as",
    "arguing as",
    "replying as",
    "acting as",
    "i speak as",
    "i write as",
    "in my role as",
    "my role as",
    "my role is",
    "in my capacity as",
    "my capacity as",
    "my seat as",
    "from my position as",
    "my view as",
    "wearing my hat as",
    "hier spricht",
    "ich spreche als",
    "je parle en tant que",
    "hablo como",
];
/// Says who the speaker is.
const I_AM: [&str; 27] = [
    "i am",
    "i'm",
    "i’m",
    "my name is",
    "call me",
    "yours",
    "signed",
    "regards",
    "sincerely",
    "ich bin",
    "mein name ist",
    "je suis",
    "je m'appelle",
    "je m’appelle",
    "soy",
    "me llamo",
    "sono",
    "mi chiamo",
    "eu sou",
    "ik ben",
    "я",
    "меня зовут",
    "我是",
    "我叫",
    "私は",
    "저는",
    "나는",
];
/// Stand between an introduction and a name.
const ARTICLES: [&str; 23] = [
    "the",
    "a",
    "an",
    "your",
    "our",
    "this panel's",
    "this panel’s",
    "der",
    "die",
    "das",
    "ein",
    "eine",
    "le",
    "la",
    "l",
    "un",
    "une",
    "el",
    "il",
    "lo",
    "o",
    "de",
    "een",
];
/// The first person, as words.
const FIRST_PERSON: [&str; 42] = [
    "i",
    "i'm",
    "i'd",
    "i've",
    "i'll",
    "i’m",
    "i’d",
    "i’ve",
    "i’ll",
    "my",
    "me",
    "mine",
    "ich",
    "mein",
    "meine",
    "meiner",
    "mir",
    "je",
    "j'ai",
    "j’ai",
    "mon",
    "ma",
    "mes",
    "moi",
    "yo",
    "mi",
    "io",
    "eu",
    "meu",
    "minha",
    "ik",
    "mijn",
    "jag",
    "jeg",
    "я",
    "мой",
    "мне",
    "أنا",
    "אני",
    "मैं",
    "ฉัน",
    "ผม",
];
/// The first person where no space ends a word.
const FIRST_PERSON_UNSPACED: [&str; 9] = ["我", "本人", "私", "わたし", "僕", "俺", "저", "나는", "내"];
/// Says after the name that the one who has it speaks: "Nとして", "N here".
const SPEAKS: [&str; 6] = ["here", "speaking", "として", "로서", "으로서", "です"];
/// Where a speaker's own seat is.
const PANEL: [&str; 12] = [
    "panel",
    "debate",
    "table",
    "discussion",
    "round",
    "council",
    "team",
    "group",
    "session",
    "jury",
    "runde",
    "débat",
];
/// What a model is called behind its maker's name.
const MODEL: [&str; 8] = ["model", "language", "ai", "assistant", "llm", "chatbot", "modell", "sprachmodell"];
/// Begin a sentence in which somebody says what it is.
const OF_ITSELF: [&str; 9] = ["as a", "as an", "as [", "i am", "i'm", "i\u{2019}m", "als ", "ich bin", "speaking as"];
/// Say that somebody made a model.
const MADE: [&str; 14] = [
    "model",
    "assistant",
    "llm",
    "chatbot",
    "made",
    "trained",
    "developed",
    "built",
    "created",
    "modell",
    "trainiert",
    "entwickelt",
    "trainiertes",
    "entwickeltes",
];
/// Introduce a speaker at the start of a sentence, before a colon.
const THIS_IS: [&str; 5] = ["this is", "hier ist", "ici", "aqu\u{ed} habla", "dit is"];
/// The cues for "as" of languages that put the verb between a speaker's role and its first person.
const AS_INVERTED: [&str; 3] = ["als", "som", "jako"];
/// What a seat's role is called after its name: "my Analyst hat".
const ROLE: [&str; 12] = [
    "role",
    "hat",
    "seat",
    "persona",
    "perspective",
    "view",
    "viewpoint",
    "lens",
    "part",
    "position",
    "angle",
    "standpoint",
];
/// Begin what follows a name without making a term of both.
const PARTICLES: [&str; 17] = [
    "on", "in", "at", "of", "for", "with", "to", "here", "and", "but", "now", "who", "whose", "today", "is", "was",
    "remains",
];
/// Others of whom a sentence can say what they are.
const OTHERS: [&str; 14] =
    ["he", "she", "him", "her", "it", "they", "them", "us", "you", "someone", "somebody", "anyone", "who", "such"];
/// Marks that stand around a name without changing what it means.
const WRAPPING: [char; 16] = ['*', '_', '`', '"', '\'', '“', '”', '„', '‘', '’', '«', '»', '「', '」', '『', '』'];
/// End a clause after a name.
const CLAUSE_ENDS: [char; 19] =
    [',', '.', ';', ':', '!', '?', ')', ']', '—', '–', '，', '。', '；', '：', '！', '？', '、', '،', '।'];
/// End a sentence before a name.
const SENTENCE_ENDS: [char; 17] =
    ['.', '!', '?', '…', ':', ';', ')', '"', '”', '’', '»', '」', '。', '！', '？', '；', '।'];

/// Whether the author means itself by the name at this place.
pub(super) fn refers_to_author(place: &Place<'_>) -> bool {
    let before = place.before.trim_end_matches(WRAPPING);
    let after = place.after.trim_start_matches(WRAPPING);
    let around = Around { before, after, is_spelled: place.found == place.name || is_proper(place) };
    around.is_introduced()
        || around.is_apposition()
        || around.is_own_role()
        || around.is_label(place.before)
        || around.is_signature()
        || around.speaks()
}

/// Whether the author says to be the model that is named at this place, or one made by whom it names.
pub(super) fn speaks_as_model(place: &Place<'_>) -> bool {
    let before = place.before.trim_end_matches(WRAPPING);
    let after = place.after.trim_start_matches(WRAPPING);
    let around =
        Around { before, after, is_spelled: place.found.starts_with(char::is_uppercase) || place.name == "xAI" };
    let lead = before.trim_end();
    let bare = without_article(lead);
    let is_kind = bare.len() < lead.len() && around.goes_on_with(&MODEL);
    let is_end = around.ends_clause() || around.goes_on_in_first_person();
    let opens = AS.iter().find_map(|cue| without_end(bare, cue)).is_some_and(begins_sentence);
    let is_named = opens || ends_with_any(bare, &I_AM) || ends_with_any(bare, &SPEAKS_AS);
    let is_own = is_named && (is_end || is_kind) || opens && around.is_inverted(bare);
    let sentence = lead.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default().to_lowercase();
    let opening = sentence.trim_start();
    let says_what_it_is = OF_ITSELF.iter().any(|start| opening.starts_with(start));
    let is_made_by = ["by", "from", "von", "par", "por"].iter().any(|by| without_end(lead, by).is_some());
    let tells_maker = MADE.iter().any(|word| sentence.split(' ').any(|said| bare_word(said) == *word));
    around.is_spelled && (is_own || says_what_it_is && is_made_by && tells_maker && is_end)
}

/// Whether the name is capitalised where it is spelled in small letters on the panel, as those of vendors are.
fn is_proper(place: &Place<'_>) -> bool {
    let is_small = !place.name.contains(char::is_uppercase);
    is_small && (place.found.starts_with(char::is_uppercase) || place.name.contains(|c: char| c.is_ascii_digit()))
}

struct Around<'a> {
    before: &'a str,
    after: &'a str,
    /// Whether the name is spelled as a name, not in small letters as the word is that it is taken from.
    is_spelled: bool,
}

impl Around<'_> {
    /// "As Creative, I …", "speaking as Creative", "I am Creative".
    fn is_introduced(&self) -> bool {
        let lead = without_article(self.before.trim_end());
        let is_first_person = self.goes_on_in_first_person();
        let goes_on = self.ends_clause() || is_first_person;
        if ends_with_any(lead, &SPEAKS_AS) {
            return is_first_person || self.ends_clause() || self.is_spelled && self.goes_on_with(&PARTICLES);
        }
        if ends_with_any(lead, &I_AM) {
            return self.is_spelled && (goes_on || self.goes_on_with(&PARTICLES));
        }
        let introduces = THIS_IS.iter().find_map(|cue| without_end(lead, cue)).is_some_and(begins_sentence);
        if introduces
            && self.is_spelled
            && (self.after.starts_with([':', '.', '\u{2014}']) || self.goes_on_with(&SPEAKS))
        {
            return true;
        }
        let Some(head) = AS.iter().find_map(|cue| without_end(lead, cue)) else { return false };
        if head.trim_end().to_lowercase().ends_with("such") {
            return false;
        }
        let is_of_speaker = begins_clause(head) || speaks_of_itself(head);
        is_first_person
            || self.is_spelled && begins_clause(head) && self.is_inverted(lead)
            || self.is_spelled
                && is_of_speaker
                && (self.ends_clause() || self.is_of_this_panel() || self.is_said_with_as())
    }

    /// "Als Creative würde ich …".
    fn is_inverted(&self, lead: &str) -> bool {
        let mut words = self.after.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let is_verb = self.after.starts_with(' ') && verb.chars().all(char::is_lowercase);
        ends_with_any(lead, &AS_INVERTED) && is_verb && words.next().is_some_and(first_person_begins)
    }

    /// "I, the Analyst, …", or a name beside another that was taken out already.
    fn is_apposition(&self) -> bool {
        let lead = without_article(self.before.trim_end());
        let comma = lead.trim_end().strip_suffix([',', '，', '—', '–']);
        let is_named_twice = ["of", "as", "alias", "aka", "or", "/", ",", "(", ":", "—", "–"]
            .iter()
            .any(|joint| without_end(lead, joint).is_some_and(|head| head.trim_end().ends_with(']')));
        let follows_first_person = comma.is_some_and(|head| ends_with_any(head, &FIRST_PERSON));
        self.is_spelled && self.ends_clause() && (follows_first_person || is_named_twice)
    }

    /// "In my Analyst role".
    fn is_own_role(&self) -> bool {
        ends_with_any(self.before.trim_end(), &["my", "mein", "meine", "meiner", "mon", "ma", "mi", "meu"])
            && self.goes_on_with(&ROLE)
    }

    /// "Analyst: I …", "**[Analyst]** …" at the start of a text or of a sentence.
    fn is_label(&self, written_before: &str) -> bool {
        let (lead, is_bracketed) = match self.before.trim_end().strip_suffix(['[', '(', '<', '【']) {
            Some(lead) => (lead.trim_end_matches(WRAPPING), self.after.starts_with([']', ')', '>', '】'])),
            None => (self.before, false),
        };
        let rest = self.after.trim_start_matches(|c: char| c.is_whitespace() || "])>】*_:：—–-|".contains(c));
        let is_marked = written_before.ends_with("**") || written_before.ends_with("__");
        let is_set_off = self.after.trim_start_matches([']', ')', '>', '】']).trim_start_matches(WRAPPING);
        let is_set_off = is_set_off.trim_start().starts_with([':', '：', '—', '–', '|']);
        let is_labelled =
            is_set_off && (is_marked || is_bracketed) || (is_set_off || is_bracketed) && first_person_begins(rest);
        // A heading goes on in small letters, or with a number.
        let heads_text = is_set_off && lead.trim().is_empty() && rest.starts_with(char::is_uppercase);
        self.is_spelled && (begins_line(lead) && is_labelled || heads_text)
    }

    /// "— Analyst" at the end of a sentence and of a line, or the name alone on the last line.
    fn is_signature(&self) -> bool {
        let tail = self.after.trim_start_matches(['.', ')', ']']);
        let ends_text = tail.trim().is_empty();
        let ends_line = ends_text || tail.trim_start_matches([' ', '\t']).starts_with('\n');
        let lead = self.before.trim_end_matches([' ', '\t']);
        let signed = |mark: &str| {
            let head = lead.strip_suffix(mark).map(str::trim_end);
            head.is_some_and(|head| head.is_empty() || head.ends_with(SENTENCE_ENDS))
        };
        let is_last_line = ends_text && lead.ends_with('\n') && lead.trim_end().ends_with(['.', '!', '?', ',', '。']);
        let is_dashed = ["—", "–", "―"].iter().any(|mark| signed(mark)) && ends_line;
        let is_hyphenated = ["--", "-", "~"].iter().any(|mark| signed(mark)) && ends_text;
        let closes_text = self.after.trim_end() == ")" && lead.ends_with('(');
        let is_in_brackets = signed("(") && self.after.starts_with(')') && ends_text || closes_text;
        self.is_spelled && (is_dashed || is_hyphenated || is_in_brackets || is_last_line)
    }

    /// "Analyst here", "Nとして、", at the start of a sentence.
    fn speaks(&self) -> bool {
        let unspaced = ["として", "로서", "으로서"].iter().any(|word| self.after.starts_with(word));
        let is_said = self.goes_on_with(&SPEAKS) && !self.after.starts_with('-');
        let first_person = self.after.trim_start().trim_start_matches([',', '，', '、']);
        let is_own_sentence = self.is_spelled && begins_clause(self.before);
        is_own_sentence && (unspaced || is_said || first_person_begins(first_person))
    }

    fn ends_clause(&self) -> bool {
        let rest = self.after.trim_start_matches([' ', '\t']);
        rest.is_empty() || rest.starts_with(['\n', '\r']) || rest.starts_with(CLAUSE_ENDS) || rest.starts_with("- ")
    }

    fn goes_on_in_first_person(&self) -> bool {
        let rest = self.after.trim_start();
        first_person_begins(rest.trim_start_matches([',', ':', '—', '–', '-', '，', '：', '、', '،', ' ']))
    }

    /// Whether one of `words` comes next.
    fn goes_on_with(&self, words: &[&str]) -> bool {
        let next = next_word(self.after);
        self.after.starts_with(char::is_whitespace) && words.contains(&next.to_lowercase().as_str())
    }

    /// "As Creative on this panel".
    fn is_of_this_panel(&self) -> bool {
        let next = self.after.split_whitespace().take(4);
        self.goes_on_with(&PARTICLES) && next.map(bare_word).any(|word| PANEL.contains(&word.as_str()))
    }

    /// The Japanese and the Koreans put it behind.
    fn is_said_with_as(&self) -> bool {
        ["として", "로서", "으로서"].iter().any(|word| self.after.starts_with(word))
    }
}

/// Whether the first person is the next word.
fn first_person_begins(rest: &str) -> bool {
    FIRST_PERSON_UNSPACED.iter().any(|word| rest.starts_with(word))
        || FIRST_PERSON.contains(&next_word(rest).to_lowercase().as_str())
}

/// Whether the sentence so far is said by its speaker of itself: it holds the first person, and nobody else.
fn speaks_of_itself(head: &str) -> bool {
    let sentence = head.rsplit(['.', '!', '?', '。', '\n']).next().unwrap_or_default();
    let words: Vec<String> = sentence.split_whitespace().map(bare_word).collect();
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    says(&FIRST_PERSON) && !says(&OTHERS)
}

/// Whether a clause begins after `head`: at the start, after a mark of punctuation, after a word that joins clauses.
fn begins_clause(head: &str) -> bool {
    let head = head.trim_end().trim_end_matches(WRAPPING).trim_end();
    head.is_empty()
        || head.ends_with(SENTENCE_ENDS)
        || head.ends_with([',', '，', '、', '—', '–', '(', '（', '>', '،'])
        || ends_with_any(head, &["and", "but", "so", "then", "und", "aber", "et", "mais", "y", "pero", "и", "но"])
}

/// Whether `lead` ends where a line, a text or a sentence begins.
fn begins_line(lead: &str) -> bool {
    let line =
        lead.trim_end_matches([' ', '\t']).trim_end_matches(WRAPPING).trim_end_matches([' ', '\t', '#', '>', '-']);
    line.is_empty() || line.ends_with(['\n', '.', '!', '?', ':', '。', '！', '？'])
}

/// Whether a sentence begins after `head`.
fn begins_sentence(head: &str) -> bool {
    let head = head.trim_end().trim_end_matches(WRAPPING).trim_end();
    head.is_empty() || head.ends_with(SENTENCE_ENDS)
}

fn without_article(lead: &str) -> &str {
    let lead = lead.trim_end_matches(WRAPPING);
    ARTICLES.iter().find_map(|article| without_end(lead, article)).map_or(lead, str::trim_end)
}

fn ends_with_any(lead: &str, words: &[&str]) -> bool {
    let lead = lead.trim_end().trim_end_matches([',', ':', ' ', '\n']);
    words.iter().any(|word| without_end(lead, word).is_some())
}

/// What stands before `word` at the end of `lead`, where it is a word of its own.
fn without_end<'a>(lead: &'a str, word: &str) -> Option<&'a str> {
    let lead = lead.trim_end().trim_end_matches(WRAPPING);
    let length = word.chars().count();
    let start = lead.char_indices().rev().nth(length.checked_sub(1)?)?.0;
    let (head, tail) = lead.split_at(start);
    let is_same = tail.chars().flat_map(char::to_lowercase).eq(word.chars());
    let is_joined = |c: char| c.is_alphanumeric() && !crate::debate::text::is_unspaced(c);
    let is_cut = head.ends_with(is_joined) && word.starts_with(is_joined);
    (is_same && !is_cut).then_some(head)
}

fn next_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default().trim_matches([',', '.', ';', ':', '!', '?', ')', '*', '_'])
}

fn bare_word(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}
