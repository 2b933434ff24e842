//! Telling words that say nothing but that there is no objection.
//!
//! A reason has a word that names something. An absence has none: it denies, and speaks of objections and of nothing else.

use crate::debate::text;

/// Beginnings of the nouns for an objection.
pub(super) const SUBJECTS: [&str; 47] = [
    "objection",
    "objeci",
    "objeccion",
    "objeç",
    "obiez",
    "obiec",
    "objeks",
    "keberatan",
    "einwand",
    "einwänd",
    "bedenken",
    "bezwa",
    "bezwar",
    "invänd",
    "innvend",
    "indvend",
    "возражен",
    "заперечен",
    "sprzeciw",
    "zastrze",
    "námit",
    "primjedb",
    "kifogás",
    "vastalaus",
    "itiraz",
    "ένσταση",
    "ενστάσεις",
    "αντίρρ",
    "اعتراض",
    "התנגד",
    "आपत्ति",
    "คัดค้าน",
    "phản đối",
    "phản",
    "反对",
    "反對",
    "异议",
    "異議",
    "反対",
    "異存",
    "이의",
    "반대",
    "concern",
    "blocker",
    "dissent",
    "veto",
    "issue",
];
/// Beginnings of adjectives for what blocks; alone at the end of a clause they stand for the objection.
pub(super) const ADJECTIVES: [&str; 8] =
    ["blocking", "blockierend", "bloquant", "bloqueant", "bloccant", "блокир", "阻", "blokk"];
/// What denies, as a word or at the beginning of one.
const DENIALS: [&str; 47] = [
    "no",
    "none",
    "not",
    "nothing",
    "without",
    "kein",
    "nicht",
    "ohne",
    "non",
    "nessun",
    "nulla",
    "senza",
    "sin",
    "ning",
    "nada",
    "sans",
    "pas",
    "aucun",
    "rien",
    "nenhum",
    "não",
    "sem",
    "geen",
    "niet",
    "zonder",
    "ing",
    "ikke",
    "inte",
    "нет",
    "не",
    "без",
    "nie",
    "brak",
    "bez",
    "žád",
    "nem",
    "nincs",
    "yok",
    "ei",
    "nu",
    "tidak",
    "δεν",
    "لا",
    "ليس",
    "אין",
    "नहीं",
    "không",
];
/// What denies in scripts without spaces.
const UNSPACED_DENIALS: [&str; 11] = ["没", "沒", "无", "無", "不", "非", "ない", "なし", "ません", "없", "ไม่"];
/// Whole answers in scripts without spaces that say no more than no.
const UNSPACED_ABSENCES: [&str; 22] = [
    "なし",
    "無し",
    "ない",
    "特になし",
    "特に無し",
    "特にない",
    "ありません",
    "特にありません",
    "存在しません",
    "无",
    "無",
    "没有",
    "沒有",
    "暂无",
    "不存在",
    "没有意见",
    "没有问题",
    "問題なし",
    "問題ありません",
    "없음",
    "없습니다",
    "ไม่มี",
];
/// Words of a language's frame that name nothing, which an absence may be made of.
const FRAME: [&str; 169] = [
    "i",
    "we",
    "is",
    "are",
    "was",
    "am",
    "there",
    "it",
    "see",
    "have",
    "has",
    "had",
    "do",
    "does",
    "did",
    "can",
    "could",
    "would",
    "any",
    "at",
    "all",
    "that",
    "this",
    "to",
    "of",
    "on",
    "for",
    "with",
    "from",
    "my",
    "our",
    "side",
    "part",
    "the",
    "a",
    "an",
    "so",
    "far",
    "now",
    "currently",
    "time",
    "moment",
    "option",
    "proposal",
    "proposed",
    "find",
    "found",
    "identify",
    "identified",
    "raise",
    "raised",
    "know",
    "known",
    "aware",
    "whatsoever",
    "really",
    "serious",
    "major",
    "further",
    "fundamental",
    "significant",
    "strong",
    "nope",
    "never",
    "nil",
    "null",
    "n/a",
    "na",
    "nothing",
    "comes",
    "mind",
    "block",
    "applicable",
    "ich",
    "wir",
    "sehe",
    "habe",
    "haben",
    "es",
    "gibt",
    "gegen",
    "von",
    "meiner",
    "seite",
    "zur",
    "zu",
    "dieser",
    "diese",
    "derzeit",
    "bisher",
    "weiteren",
    "weitere",
    "grundsätzlichen",
    "meinerseits",
    "entfällt",
    "zutreffend",
    "sind",
    "bekannt",
    "nichts",
    "nein",
    "je",
    "j'en",
    "n'ai",
    "n'en",
    "ne",
    "vois",
    "ai",
    "d'objection",
    "d'objections",
    "de",
    "ma",
    "il",
    "y",
    "n'y",
    "en",
    "à",
    "cette",
    "yo",
    "tengo",
    "ninguna",
    "ninguno",
    "ningún",
    "hay",
    "mi",
    "parte",
    "por",
    "ahora",
    "ho",
    "ci",
    "sono",
    "da",
    "mia",
    "alla",
    "tenho",
    "há",
    "minha",
    "ik",
    "heb",
    "er",
    "zijn",
    "mijn",
    "jag",
    "har",
    "jeg",
    "det",
    "finns",
    "inga",
    "inget",
    "ingen",
    "у",
    "меня",
    "нас",
    "по",
    "моей",
    "стороны",
    "с",
    "нету",
    "никаких",
    "nie",
    "mam",
    "brak",
    "žádné",
    "nemám",
    "benim",
    "hiçbir",
    "yok",
    "có",
    "tidak",
    "ada",
];
/// Words that say of how many; after a denial they leave some.
const ALL: [&str; 18] = [
    "all", "every", "each", "even", "alle", "jeder", "jede", "toutes", "tous", "todas", "todos", "tutti", "tutte",
    "все", "всех", "所有", "全部", "都",
];

/// Whether every word of a text belongs to saying that there is no objection, and one of them denies.
pub(super) fn is_said(words: &str) -> bool {
    let lower = words.to_lowercase().replace('\u{2019}', "'");
    let said = tokens(&lower);
    said.iter().any(|word| denies(word)) && said.iter().all(|word| is_of_frame(word))
}

/// Whether a word names nothing but an objection, or its absence.
pub(super) fn is_of_frame(word: &str) -> bool {
    let begins = |stem: &&str| word.starts_with(*stem);
    match is_unspaced(word) {
        true => is_unspaced_absence(word),
        false => {
            FRAME.contains(&word)
                || refuses_by_itself(word)
                || SUBJECTS.iter().any(begins)
                || ADJECTIVES.iter().any(begins)
        }
    }
}

/// Whether a word of a frame denies, or stands for an answer that does.
fn denies(word: &str) -> bool {
    matches!(word, "n/a" | "na" | "nil" | "null" | "nope" | "never" | "entfällt" | "нету" | "hiçbir")
        || is_unspaced(word)
        || refuses(word)
}

/// A run of a script without spaces that is an absence: a word for none, or one denial beside the noun and little else.
fn is_unspaced_absence(run: &str) -> bool {
    const REST_CHARS_MAX: usize = 3;
    if UNSPACED_ABSENCES.contains(&run) {
        return true;
    }
    let Some(subject) = SUBJECTS.iter().find(|subject| run.contains(**subject)) else { return false };
    let rest = run.replacen(subject, "", 1);
    let denials: Vec<&&str> = UNSPACED_DENIALS.iter().filter(|denial| rest.contains(**denial)).collect();
    let [denial] = denials.as_slice() else { return false };
    rest.matches(**denial).count() == 1 && rest.replacen(**denial, "", 1).chars().count() <= REST_CHARS_MAX
}

/// Whether a text leaves some: "not all", "nicht alle".
pub(super) fn leaves_some(said: &[&str]) -> bool {
    said.iter().any(|word| ALL.contains(word))
        || said.iter().any(|word| is_unspaced(word) && ALL.iter().any(|all| is_unspaced(all) && word.contains(all)))
}

/// Whether a word denies.
pub(super) fn refuses(word: &str) -> bool {
    let begins = |denial: &str| word == denial || denial.chars().count() > 2 && word.starts_with(denial);
    word.ends_with("n't")
        || DENIALS.iter().any(|denial| begins(denial))
        || is_unspaced(word) && UNSPACED_DENIALS.iter().any(|denial| word.contains(denial))
}

/// Whether a word is a denial and nothing more, with the endings that its language gives it.
fn refuses_by_itself(word: &str) -> bool {
    const STEMS: [&str; 7] = ["kein", "aucun", "nessun", "nenhum", "ningun", "žád", "żad"];
    const ENDING_CHARS_MAX: usize = 3;
    word.ends_with("n't")
        || DENIALS.contains(&word)
        || STEMS.iter().any(|stem| word.strip_prefix(stem).is_some_and(|end| end.chars().count() <= ENDING_CHARS_MAX))
}

/// Whether a text denies more than once, in a script without spaces.
pub(super) fn denies_twice(run: &str) -> bool {
    let denials = ["没", "沒", "无", "無", "不", "非"];
    denials.iter().map(|denial| run.matches(denial).count()).sum::<usize>() > 1
}

/// Whether a run of a script without spaces holds a denial.
pub(super) fn holds_denial(run: &str) -> bool {
    UNSPACED_DENIALS.iter().any(|denial| run.contains(denial))
}

/// The words of a text, with apostrophes and strokes in them.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let is_apart = |c: char| !text::is_in_word(c) && c != '\'' && c != '/';
    text.split(is_apart).filter(|token| token.chars().any(char::is_alphanumeric)).collect()
}

/// Whether a word is written in a script without spaces.
pub(super) fn is_unspaced(word: &str) -> bool {
    word.chars().any(text::is_unspaced)
}
