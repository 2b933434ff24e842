//! The debates of a bench, set up.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use uuid::Uuid;

use crate::app::bench::budget::Budget;
use crate::app::failures::mode_failure;
use crate::app::plan::{self, Span};
use crate::app::program::App;
use crate::app::request::{GateRequest, Needs, OnNeeds, PolicyUse, Rounds, StartRequest, Who};
use crate::app::supplied::Supplied;
use crate::app::{limits, start};
use crate::bench::{Bench, Cell};
use crate::config::{Sources, keys};
use crate::debate::log::ids::SessionId;
use crate::debate::log::limits::Caps;
use crate::debate::log::material::sha256;
use crate::debate::log::setup::Setup;
use crate::error::Failure;

/// Hexadecimal digits of a session's name: enough that no two debates ever share one.
const NAME_DIGITS: usize = 32;

/// A debate that can be opened.
pub(super) struct Prepared {
    pub(super) cell: Cell,
    pub(super) request: StartRequest,
    /// How it would be opened, but for its session's id and its limits.
    pub(super) setup: Setup,
}

impl Prepared {
    /// Its session's name.
    pub(super) fn name(&self) -> &str {
        self.setup.name.as_deref().unwrap_or_default()
    }

    /// What it will take without its limits.
    pub(super) fn span(&self) -> Result<Span, Failure> {
        Ok(plan::of(&self.setup, Vec::new())?.total)
    }
}

/// Sets every debate up, and collects what is odd about them, each thing once.
pub(super) fn prepared(
    bench: &Bench,
    sources: &Sources,
    who: Who,
    needs: Needs,
    budget: &Budget,
) -> Result<(Vec<Prepared>, Vec<String>), Failure> {
    let mut prepared: Vec<Prepared> = Vec::new();
    let mut warnings: Vec<String> = Vec::new();
    let mut known: BTreeMap<String, Cell> = BTreeMap::new();
    let mut apps: BTreeMap<(usize, usize), App> = BTreeMap::new();
    for cell in bench.cells() {
        let in_file = |failure: Failure| failure.within(&format!("{}: {}", bench.mode_place(cell), bench.label(cell)));
        let app = match apps.entry((cell.mode, cell.panel)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(configured(bench, sources, cell)?),
        };
        let mut request = request(bench, app, cell, who).map_err(in_file)?;
        let (mut setup, odd) = start::draw_up(app, &request, needs).map_err(in_file)?;
        warnings.extend(odd.into_iter().filter(|warning| !warnings.contains(warning)).collect::<Vec<_>>());
        budget.check_prices(limits::voices(&setup)).map_err(in_file)?;
        let name = name(bench, &setup, cell)?;
        if let Some(same) = known.insert(name.clone(), cell) {
            return Err(in_file(Failure::usage(format!("is the same debate as {}; keep one", bench.label(same)))));
        }
        setup.name = Some(name.clone());
        request.name = Some(name);
        prepared.push(Prepared { cell, request, setup });
    }
    Ok((prepared, warnings))
}

/// The program as a debate's mode and panel want it.
fn configured(bench: &Bench, sources: &Sources, cell: Cell) -> Result<App, Failure> {
    App::configured(&with_flags(sources, bench, cell)).map_err(|failure| failure.within(&bench.panel_place(cell)))
}

/// The settings of a debate's mode and panel, on top of the others.
pub(super) fn with_flags(sources: &Sources, bench: &Bench, cell: Cell) -> Sources {
    let mut sources = sources.clone();
    let (mode, panel) = (&bench.modes[cell.mode], &bench.panels[cell.panel]);
    let listed = |names: &[String]| (!names.is_empty()).then(|| names.join(","));
    let settings = [
        ("modes", keys::MODE, Some(mode.mode.clone())),
        ("agents", keys::DEFAULT_AGENT_COUNT, panel.agents.map(|agents| agents.to_string())),
        ("providers", keys::PROVIDERS, listed(&panel.providers)),
        ("moderator", keys::MODERATOR, panel.moderator.clone()),
        ("fallbacks", keys::FALLBACK, listed(&panel.fallbacks)),
    ];
    for (key, setting, text) in settings {
        if let Some(text) = text {
            sources.flag(key, setting, text);
        }
    }
    sources
}

fn request(bench: &Bench, app: &App, cell: Cell, who: Who) -> Result<StartRequest, Failure> {
    let topic = &bench.topics[cell.topic];
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Ok(StartRequest {
        topic: topic.question.topic.clone(),
        options: topic.options.clone(),
        estimate: topic.question.estimate.as_ref().map(|unit| unit.0.clone()),
        perspectives: Vec::new(),
        people: Vec::new(),
        seated: Vec::new(),
        // Nobody stands by to supply facts.
        on_needs: OnNeeds::GoOn,
        rounds: rounds(bench, app, cell)?,
        who,
        synthesis: bench.synthesis,
        gate: GateRequest { policy: PolicyUse::LeftOut, ..GateRequest::default() },
        seed: Some(bench.seed(cell)),
        name: None,
        tags: BTreeMap::from([
            label("bench", &bench.name),
            label("topic", &topic.id),
            label("panel", &bench.panels[cell.panel].name),
            label("repeat", &cell.repeat.to_string()),
        ]),
        supplied: Supplied::default(),
    })
}

/// The bench's rounds hold for the modes that have rounds to set; a mode's own must fit it.
fn rounds(bench: &Bench, app: &App, cell: Cell) -> Result<Rounds, Failure> {
    if let Some(rounds) = bench.modes[cell.mode].rounds {
        return Ok(Rounds::Exactly(rounds));
    }
    let Some(rounds) = bench.rounds else { return Ok(Rounds::AsTheModeSays) };
    let mode = app.mode(app.config.mode()).map_err(mode_failure)?.mode;
    let has_rounds = mode.phases.iter().any(|phase| phase.rounds.is_some());
    Ok(if has_rounds { Rounds::Exactly(rounds) } else { Rounds::AsTheModeSays })
}

/// The name of a debate's session, drawn from all that it is opened with and from the panel's name, by which panels differ that a
/// rehearsal plays alike. The session's id, its limits and labels, and the program's version do not belong to the debate.
fn name(bench: &Bench, setup: &Setup, cell: Cell) -> Result<String, Failure> {
    let debate = Setup {
        session: SessionId(Uuid::nil()),
        program: String::new(),
        caps: Caps::default(),
        tags: BTreeMap::new(),
        name: Some(bench.panels[cell.panel].name.clone()),
        ..setup.clone()
    };
    let text = serde_json::to_string(&debate)
        .map_err(|error| Failure::internal(format!("a debate cannot be written down: {error}")))?;
    Ok(format!("bench:{}", sha256(&text).get(..NAME_DIGITS).unwrap_or_default()))
}
