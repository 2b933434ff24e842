//! Setting a debate up: from what was asked for to the first event.

use uuid::Uuid;

use crate::app::connect::gateway;
use crate::app::failures::mode_failure;
use crate::app::program::App;
use crate::app::request::{Needs, OnNeeds, Rounds, SEED_MAX, StartRequest, Who};
use crate::app::seating::{self, Guest};
use crate::app::{forms, gate, limits, naming, panel, search, supplied, thresholds};
use crate::config::{Config, Origin, keys};
use crate::debate::agent::{Agent, Persona, Voice};
use crate::debate::log::ids::SessionId;
use crate::debate::log::setup::{NeedTerms, Setup};
use crate::debate::mode::{Mode, Perspectives};
use crate::debate::personas::{self, Numbering};
use crate::debate::question::{Question, QuestionError};
use crate::error::Failure;
use crate::message::{Field, Message, message};
use crate::modes::ModeError;
use crate::providers::Provider;
use crate::providers::rehearsal::{self, Rehearsal};

/// A debate that can be opened.
pub(super) struct SetUp {
    pub(super) setup: Setup,
    pub(super) provider: Box<dyn Provider>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn set_up(app: &App, request: &StartRequest) -> Result<SetUp, Failure> {
    let (setup, warnings) = draw_up(app, request, Needs::Access)?;
    let provider: Box<dyn Provider> = match request.who {
        Who::Rehearsal(pace) => Box::new(Rehearsal::new(pace)),
        Who::Providers => {
            let names: Vec<&str> = limits::voices(&setup).map(|voice| voice.provider.as_str()).collect();
            gateway(panel::endpoints(&app.config, &names), &app.accounts)?
        }
    };
    Ok(SetUp { setup, provider, warnings })
}

/// The first event of a debate, and what is odd about it.
pub(super) fn draw_up(app: &App, request: &StartRequest, needs: Needs) -> Result<(Setup, Vec<String>), Failure> {
    let config = &app.config;
    // First of all: an error may repeat what it is about.
    supplied::check_secrets(config, words(request), request.supplied.guard)?;
    let question = match &request.estimate {
        Some(unit) => Question::estimate(&request.topic, unit),
        None => Question::new(&request.topic, &request.options),
    };
    let question = question.map_err(question_failure)?;
    let name = request.name.as_deref().map(|name| naming::check_name(Field::Name, name)).transpose()?;
    request.tags.iter().try_for_each(|(key, value)| naming::check_tag(key, value))?;
    let mode = app.mode(config.mode()).map_err(|error| asked_mode_failure(config, error))?.mode;
    check_estimate(app, &mode, &question)?;
    let mode = mode.held_for(&question);
    let rounds = rounds(&mode, request.rounds)?;
    check_perspectives(app, &mode, &request.perspectives)?;
    let guests = seating::guests(app, request, needs)?;
    supplied::check_secrets(config, seating::words(&guests), request.supplied.guard)?;
    let perspectives = perspectives(&mode, request, &guests);
    let mut warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    warnings.extend(seating::unplayed(&mode, &guests));
    warnings.extend(seating::without_documents(config, &guests));
    let gate = gate::terms(config, &request.gate, (&question, request.who), &mut warnings)?;
    let thresholds = thresholds::thresholds(config, (&mode, &question), rounds, &mut warnings)?;
    let count = seats(config, perspectives.len(), request.people.len(), &mut warnings)?;
    let premises = supplied::premises(config, &request.supplied, &mut warnings)?;
    supplied::check_secrets(config, premises.texts(), request.supplied.guard)?;
    let cast = cast(config, request.who, needs)?;
    let agents = agents(config, (&mode, request), (&perspectives, &guests), &cast.panel, (count, &mut warnings))?;
    let web_search = search::web_search(config, (&mode, &agents, request.who), &mut warnings)?;
    let session = Uuid::now_v7();
    let seed = request.seed.unwrap_or_else(|| drawn_seed(session));
    let voices = cast.panel.iter().chain(&cast.moderators).chain(&cast.fallbacks).chain(seating::voices(&guests));
    let setup = Setup {
        frames: is_open(&mode) && perspectives.is_empty(),
        synthesis: request.synthesis && mode.decision.synthesis,
        compact: forms::compact(config, &agents, &cast.moderators),
        caps: limits::caps(config, voices, &web_search)?,
        thresholds,
        web_search,
        gate,
        context: premises.context,
        assumptions: premises.assumptions,
        moderators: cast.moderators,
        fallbacks: cast.fallbacks,
        rounds,
        needs: Some(NeedTerms { waits: request.on_needs == OnNeeds::Wait, ..NeedTerms::default() }),
        seed,
        name,
        tags: request.tags.clone(),
        ..Setup::new(SessionId(session), question, mode, agents)
    };
    Ok((setup, warnings))
}

/// Who sits on the panel: personas of the mode or of the user, `count` of them with the guests, and then the people.
fn agents(
    config: &Config,
    (mode, request): (&Mode, &StartRequest),
    (perspectives, guests): (&[Persona], &[Guest]),
    panel: &[Voice],
    (count, warnings): (u32, &mut Vec<String>),
) -> Result<Vec<Agent>, Failure> {
    let (personas, numbering) = personas(mode, perspectives, count, warnings);
    let mut agents = if is_open(mode) {
        let mut agents = personas::seat(personas, numbering, count, panel);
        seating::voice_guests(&mut agents, guests);
        agents
    } else {
        let own = seating::own_seats(config, count, guests.len(), request.people.len())?;
        let mut agents = personas::seat(personas, numbering, own, panel);
        seating::seat(&mut agents, guests, panel)?;
        agents
    };
    seating::seat_people(&mut agents, &request.people)?;
    Ok(agents)
}

/// The user's own words that go into prompts, with the field they came in.
fn words(request: &StartRequest) -> Vec<(Message, &str)> {
    let personas = request.perspectives.iter().flat_map(|persona| [&persona.name, &persona.character]);
    let topic = [(Field::Topic, &request.topic)].into_iter();
    topic
        .chain(request.options.iter().map(|option| (Field::Options, option)))
        .chain(request.estimate.iter().map(|unit| (Field::Estimate, unit)))
        .chain(personas.map(|words| (Field::Perspectives, words)))
        .chain(request.supplied.assume.iter().map(|given| (Field::Assumptions, given)))
        .map(|(field, words)| (field.into(), words.as_str()))
        .collect()
}

/// The random bits of a version 7 UUID, down to those that JSON readers keep.
fn drawn_seed(session: Uuid) -> u64 {
    let (_, low) = session.as_u64_pair();
    low & SEED_MAX
}

/// Who can be asked.
struct Cast {
    panel: Vec<Voice>,
    moderators: Vec<Voice>,
    fallbacks: Vec<Voice>,
}

fn cast(config: &Config, who: Who, needs: Needs) -> Result<Cast, Failure> {
    match who {
        Who::Rehearsal(_) => {
            let voice = || vec![rehearsal::voice()];
            Ok(Cast { panel: voice(), moderators: voice(), fallbacks: Vec::new() })
        }
        Who::Providers => {
            let panel = panel::voices(config, needs)?;
            let fallbacks = panel::fallbacks(config, needs)?;
            let moderators = panel::moderators(config, &panel, &fallbacks, needs)?;
            Ok(Cast { panel, moderators, fallbacks })
        }
    }
}

fn rounds(mode: &Mode, rounds: Rounds) -> Result<Option<u32>, Failure> {
    let Rounds::Exactly(count) = rounds else { return Ok(None) };
    let mut ranges = mode.phases.iter().filter_map(|phase| phase.rounds).peekable();
    if ranges.peek().is_none() {
        let told = format!(" is `{count}`, but mode {} has no rounds to set", mode.mode);
        return Err(Failure::usage(message![Field::Rounds, told]).with_hint(message!["leave ", Field::Rounds, " out"]));
    }
    let (min, max) = ranges.fold((1, u32::MAX), |(min, max), range| (min.max(range.min), max.min(range.max)));
    if count < min || count > max {
        let told = format!(" is `{count}`; mode {} takes {min} to {max}", mode.mode);
        return Err(Failure::usage(message![Field::Rounds, told]));
    }
    Ok(Some(count))
}

fn check_perspectives(app: &App, mode: &Mode, perspectives: &[Persona]) -> Result<(), Failure> {
    if perspectives.is_empty() || is_open(mode) {
        return Ok(());
    }
    let listed = app.modes();
    let modes = listed.iter().filter_map(|listed| listed.result.as_ref().ok());
    let open: Vec<&str> =
        modes.filter(|mode| mode.panel.perspectives == Perspectives::Open).map(|mode| mode.mode.as_str()).collect();
    let told = format!(" does not fit mode {}, which brings its own personas", mode.mode);
    let failure = Failure::usage(message![Field::Perspectives, told]);
    Err(failure.with_hint(format!("modes that take perspectives: {}", open.join(", "))))
}

/// Whether the personas of a mode give way to those that are brought.
fn is_open(mode: &Mode) -> bool {
    mode.panel.perspectives == Perspectives::Open
}

/// Who replaces the mode's own personas: perspectives, and in such a mode personas of the library too.
fn perspectives(mode: &Mode, request: &StartRequest, guests: &[Guest]) -> Vec<Persona> {
    let guests = guests.iter().filter(|_| is_open(mode)).map(|guest| guest.persona.clone());
    request.perspectives.iter().cloned().chain(guests).collect()
}

fn check_estimate(app: &App, mode: &Mode, question: &Question) -> Result<(), Failure> {
    if question.estimate.is_none() || mode.takes_estimates() {
        return Ok(());
    }
    let listed = app.modes();
    let modes = listed.iter().filter_map(|listed| listed.result.as_ref().ok());
    let fitting: Vec<&str> = modes.filter(|mode| mode.takes_estimates()).map(|mode| mode.mode.as_str()).collect();
    let told = format!(" does not fit mode {}, which debates a proposal", mode.mode);
    let failure = Failure::usage(message![Field::Estimate, told]);
    Err(failure.with_hint(format!("modes that take estimates: {}", fitting.join(", "))))
}

/// How many agents there are: what was asked for, else one a perspective, else the default; with the people never more than
/// the cap.
fn seats(config: &Config, perspectives: usize, people: usize, warnings: &mut Vec<String>) -> Result<u32, Failure> {
    let setting = config.setting(keys::DEFAULT_AGENT_COUNT);
    let was_asked = setting.is_some_and(|setting| setting.origin == Origin::Flag);
    let wanted = match u32::try_from(perspectives) {
        Ok(given) if given > 0 && !was_asked => given.max(2),
        _ => config.default_agent_count(),
    };
    let (cap, people) = (config.max_agents(), u32::try_from(people).unwrap_or(u32::MAX));
    let left = cap.saturating_sub(people);
    if left == 0 {
        let told = format!(" is given {people} times, which leaves no seat for an agent");
        return Err(Failure::usage(message![Field::Seats, told])
            .with_hint(format!("{} caps a panel at {cap} seats", keys::MAX_AGENTS)));
    }
    if wanted > left {
        let besides = if people == 0 { String::new() } else { format!(", of whom {people} are people") };
        warnings.push(format!("{wanted} agents were asked for; {} caps them at {cap}{besides}", keys::MAX_AGENTS));
    }
    Ok(wanted.min(left))
}

fn personas<'a>(
    mode: &'a Mode,
    given: &'a [Persona],
    count: u32,
    warnings: &mut Vec<String>,
) -> (&'a [Persona], Numbering) {
    if given.is_empty() {
        return (&mode.panel.personas, if mode.panel.numbered { Numbering::Every } else { Numbering::Repeated });
    }
    let left_out: Vec<&str> = given.iter().skip(count as usize).map(|persona| persona.name.as_str()).collect();
    if !left_out.is_empty() {
        warnings.push(format!("there are {count} seats, so these perspectives are left out: {}", left_out.join(", ")));
    }
    (given, Numbering::Repeated)
}

fn question_failure(error: QuestionError) -> Failure {
    let field = match &error {
        QuestionError::Empty | QuestionError::TooLong { .. } => Field::Topic,
        QuestionError::OptionCount { .. } | QuestionError::OptionLength { .. } | QuestionError::OptionTwice(_) => {
            Field::Options
        }
        QuestionError::Unit { .. } => Field::Estimate,
    };
    Failure::usage(message![field, format!(": {error}")]).with_source(error)
}

/// Names the setting that asked for the mode; a mode file that is wrong in itself is named by its own place.
fn asked_mode_failure(config: &Config, error: ModeError) -> Failure {
    let asked = config.setting(keys::MODE).map(|setting| match &setting.origin {
        Origin::Flag => setting.spelled.clone(),
        Origin::Environment => format!("{} (in the environment)", setting.spelled),
        origin @ (Origin::DotEnv { .. } | Origin::Project { .. } | Origin::User { .. } | Origin::Default) => {
            format!("{} (in {origin})", setting.spelled)
        }
    });
    match (&error, asked) {
        (ModeError::Unknown { .. } | ModeError::Unreadable { .. }, Some(asked)) => mode_failure(error).within(&asked),
        (ModeError::Invalid { .. }, _) | (_, None) => mode_failure(error),
    }
}
