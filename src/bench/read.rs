//! From YAML to a checked bench. The first thing that is wrong is told, with its place.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::bench::layout::{Bench, Topic};
use crate::bench::spec::{Key, ModeRow, PanelRow, Spec, TopicRow};
use crate::debate::question::{Question, QuestionError};
use crate::debate::text;
use crate::modes::{self, FileKind, ModeError, NAME_CHARS_MAX, Source};

/// The most repeats, modes, topics, panels and debates of a bench.
const REPEATS_MAX: u32 = 100;
const MODES_MAX: usize = 20;
const TOPICS_MAX: usize = 200;
const PANELS_MAX: usize = 20;
const CELLS_MAX: usize = 5_000;
/// The seats that `start` takes as well.
const SEATS: RangeInclusive<u32> = 2..=50;

/// What is wrong: the path of a value, the words, and the name that was most likely meant.
type Flaw = (String, String, Option<String>);

/// Reads and checks a bench file.
///
/// # Errors
/// [`ModeError::Unreadable`] when the file cannot be read or is too large. [`ModeError::Invalid`], with the place, when
/// it holds no valid bench.
pub fn read(path: &Path) -> Result<Bench, ModeError> {
    parse(&modes::read(path, FileKind::Bench)?, &modes::label(path))
}

/// Reads and checks a bench; `file` names the text in errors.
///
/// # Errors
/// [`ModeError::Invalid`], with the place, for what is no valid bench. [`ModeError::Unreadable`] for a text that is too
/// large.
pub fn parse(text: &str, file: &str) -> Result<Bench, ModeError> {
    let source = Source::new(text, file, FileKind::Bench)?;
    let spec: Spec = source.read()?;
    let places = |list: &str, count: usize| (0..count).map(|index| source.place(&format!("{list}.{index}"))).collect();
    let (mode_places, panel_places) = (places("modes", spec.modes.len()), places("panels", spec.panels.len()));
    let bench = checked(spec).map_err(|(path, message, meant)| source.complaint(&path, message, meant.as_deref()))?;
    Ok(Bench { file: file.to_owned(), mode_places, panel_places, ..bench })
}

fn checked(spec: Spec) -> Result<Bench, Flaw> {
    slug("bench", &spec.bench)?;
    if !(1..=REPEATS_MAX).contains(&spec.repeats) {
        return Err(flaw("repeats", format!("`repeats` is {}; 1 to {REPEATS_MAX} are allowed", spec.repeats)));
    }
    let counts = [
        ("modes", spec.modes.len(), 1..=MODES_MAX),
        ("topics", spec.topics.len(), 1..=TOPICS_MAX),
        ("panels", spec.panels.len(), 0..=PANELS_MAX),
    ];
    for (name, count, allowed) in counts {
        if !allowed.contains(&count) {
            let (least, most) = allowed.into_inner();
            return Err(flaw(name, format!("`{name}` holds {count}; {least} to {most} are allowed")));
        }
    }
    distinct("modes", spec.modes.iter().map(ModeRow::label))?;
    let topics = topics(&spec.topics)?;
    let panels = panels(spec.panels)?;
    let repeats = usize::try_from(spec.repeats).unwrap_or(usize::MAX);
    let cells = spec.modes.len().saturating_mul(topics.len()).saturating_mul(panels.len()).saturating_mul(repeats);
    if cells > CELLS_MAX {
        return Err(flaw("repeats", format!("the matrix has {cells} debates; at most {CELLS_MAX} are allowed")));
    }
    Ok(Bench {
        file: String::new(),
        mode_places: Vec::new(),
        panel_places: Vec::new(),
        name: spec.bench,
        repeats: spec.repeats,
        seed: spec.seed,
        rounds: spec.rounds,
        synthesis: spec.synthesis,
        modes: spec.modes,
        topics,
        panels,
    })
}

fn topics(rows: &[TopicRow]) -> Result<Vec<Topic>, Flaw> {
    let mut topics = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let path = format!("topics.{index}");
        if let Some(name) = &row.name {
            slug(&format!("{path}.name"), name)?;
        }
        let question = question(&path, row)?;
        let key = row.answer.as_deref().map(|answer| key(&format!("{path}.answer"), answer, &question)).transpose()?;
        topics.push(Topic {
            id: row.name.clone().unwrap_or_else(|| format!("t{}", index + 1)),
            options: given_options(row),
            question,
            key,
        });
    }
    distinct("topics", topics.iter().map(|topic| topic.id.clone()))?;
    let same = |index: usize| topics[..index].iter().find(|other| other.question == topics[index].question);
    if let Some((index, other)) = (0..topics.len()).find_map(|index| Some((index, same(index)?))) {
        return Err(flaw(format!("topics.{index}"), format!("topic {} asks the same; keep one", other.id)));
    }
    Ok(topics)
}

fn given_options(row: &TopicRow) -> Vec<String> {
    if row.yes_no { vec!["Yes".to_owned(), "No".to_owned()] } else { row.options.clone() }
}

fn question(path: &str, row: &TopicRow) -> Result<Question, Flaw> {
    let kinds = [!row.options.is_empty(), row.yes_no, row.estimate.is_some()];
    if kinds.into_iter().filter(|is_it| *is_it).count() > 1 {
        return Err(flaw(path, "only one of `options`, `yes_no` and `estimate` can be given"));
    }
    if row.text.trim_start().starts_with('@') {
        return Err(flaw(format!("{path}.text"), "a topic is written out here: `@` reads no file"));
    }
    let question = match &row.estimate {
        Some(unit) => Question::estimate(&row.text, unit),
        None => Question::new(&row.text, &given_options(row)),
    };
    question.map_err(|error| {
        let key = match &error {
            QuestionError::Empty | QuestionError::TooLong { .. } => "text",
            QuestionError::OptionCount { .. } | QuestionError::OptionLength { .. } | QuestionError::OptionTwice(_) => {
                "options"
            }
            QuestionError::Unit { .. } => "estimate",
        };
        flaw(format!("{path}.{key}"), error.to_string())
    })
}

fn key(path: &str, answer: &str, question: &Question) -> Result<Key, Flaw> {
    if question.estimate.is_some() {
        let number = answer.trim().parse().ok().filter(|value: &f64| value.is_finite());
        return number.map(Key::Value).ok_or_else(|| flaw(path, "the answer to an estimate is a number"));
    }
    if question.is_open() {
        return Err(flaw(path, "an open question has no options that an answer could be held against"));
    }
    let found = question.find(answer).map(|choice| Key::Option(choice.id.clone()));
    found.ok_or_else(|| {
        let texts = question.options.iter().map(|choice| choice.text.as_str());
        let message = format!("the answer `{}` is none of the options", text::clip(answer, 60));
        (path.to_owned(), message, modes::nearest(answer, texts).map(str::to_owned))
    })
}

fn panels(rows: Vec<PanelRow>) -> Result<Vec<PanelRow>, Flaw> {
    for (index, row) in rows.iter().enumerate() {
        slug(&format!("panels.{index}.name"), &row.name)?;
        if let Some(agents) = row.agents.filter(|agents| !SEATS.contains(agents)) {
            let message = format!("`agents` is {agents}; {} to {} are allowed", SEATS.start(), SEATS.end());
            return Err(flaw(format!("panels.{index}.agents"), message));
        }
    }
    distinct("panels", rows.iter().map(|row| row.name.clone()))?;
    Ok(if rows.is_empty() { vec![PanelRow::of_the_configuration()] } else { rows })
}

/// Refuses a list in which two rows have one name.
fn distinct(list: &str, names: impl Iterator<Item = String>) -> Result<(), Flaw> {
    let mut known = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if known.contains(&name) {
            return Err(flaw(format!("{list}.{index}"), format!("`{}` is listed twice", text::clip(&name, 60))));
        }
        known.insert(name);
    }
    Ok(())
}

fn slug(path: &str, name: &str) -> Result<(), Flaw> {
    if modes::is_name(name) {
        return Ok(());
    }
    let named = text::clip(&text::line(name), NAME_CHARS_MAX);
    let needed = "is not a name of lower-case letters, digits and single dashes, a letter first";
    Err(flaw(path, format!("`{named}` {needed}, at most {NAME_CHARS_MAX} characters")))
}

fn flaw(path: impl Into<String>, message: impl Into<String>) -> Flaw {
    (path.into(), message.into(), None)
}
