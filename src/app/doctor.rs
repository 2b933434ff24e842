//! Looking at the set-up: what is set, where sessions live, which modes there are, and what to do next.
//!
//! Must never call anybody, never show a key, and never change what it looks at.

use std::path::Path;

use crate::app::failures::store_failure;
use crate::app::panel::{self, VendorStatus, vendor_keys};
use crate::app::program::App;
use crate::app::request::Needs;
use crate::config::{Config, ConfigError, KnownFile, Reason, Sources, Survey, keys};
use crate::error::Failure;
use crate::message::{Action, Message, Target, message};
use crate::modes::{self, Listed, Origin as ModeOrigin};
use crate::providers::gateway::Certificates;
use crate::store::{self, Health, Soundness};

/// Less free space than this is worth a word, in bytes: a long debate takes about one mebibyte.
const ROOM_SCARCE: u64 = 256 << 20;
/// With less free space than this a debate may not find room, in bytes.
const ROOM_LACKING: u64 = 16 << 20;
/// Variables that move the system's certificates.
const CERTIFICATE_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// Variables that send requests through a proxy.
const PROXY_VARIABLES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// What brings the rest of the findings.
const AGAIN: Action = Action::Examine;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Files and variables that settings come from.
    Configuration,
    /// Who can be asked.
    Providers,
    /// How they are reached.
    Network,
    /// Where sessions live.
    Sessions,
    /// The recipes.
    Modes,
    /// Where it is all shown.
    Terminal,
}

impl Area {
    /// Its name for people; in lower case, for programs.
    pub fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Providers => "Providers",
            Self::Network => "Network",
            Self::Sessions => "Sessions",
            Self::Modes => "Modes",
            Self::Terminal => "Terminal",
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Fine,
    /// Worth knowing; a debate can be held all the same.
    Note,
    /// It keeps a debate from being held, or loses something.
    Problem,
}

impl State {
    /// Its name, for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// How serious it is.
    pub state: State,
    /// What was found.
    pub what: Message,
    /// Where: a file, a variable, an address.
    pub place: Option<String>,
    /// What to do about it.
    pub next: Option<Message>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn fine(area: Area, what: impl Into<Message>) -> Self {
        Self { area, state: State::Fine, what: what.into(), place: None, next: None }
    }

    /// Something to know.
    pub fn note(area: Area, what: impl Into<Message>, next: impl Into<Message>) -> Self {
        Self { state: State::Note, next: Some(next.into()), ..Self::fine(area, what) }
    }

    fn problem(area: Area, failure: &Failure) -> Self {
        Self { state: State::Problem, next: failure.hint.clone(), ..Self::fine(area, failure.message.clone()) }
    }

    fn at(self, place: impl Into<String>) -> Self {
        Self { place: Some(place.into()), ..self }
    }
}

/// Whether a debate can be held with what was found.
pub fn healthy(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.state != State::Problem)
}

/// Looks at everything but the terminal, and sends nothing. What a setting that is wrong stands in the way of is left out and said
/// to be; nobody must be asked with the program that comes with it unless [`can_ask`] says so.
pub fn examine(sources: &Sources) -> (App, Vec<Finding>) {
    let mut findings = files(sources);
    let survey = Config::survey(sources, &vendor_keys());
    findings.extend(survey.faults.iter().map(wrong_setting));
    let app = App::new(survey.config.clone());
    findings.extend(odd_settings(&app.config));
    findings.extend(providers(&app, &survey));
    findings.extend(network(&app, &survey, sources));
    findings.extend(if survey.knows(keys::DATA_DIR) {
        sessions(app.config.data_dir())
    } else {
        vec![left_out(Area::Sessions, "where sessions live")]
    });
    findings.extend(modes(&app, &survey));
    (app, findings)
}

/// Whether the configuration is one that somebody can be asked with.
pub fn can_ask(findings: &[Finding]) -> bool {
    !findings.iter().any(|finding| finding.area == Area::Configuration && finding.state == State::Problem)
}

fn wrong_setting(error: &ConfigError) -> Finding {
    let mended = || message!["mend it, then ", AGAIN, " again"];
    let next = error.hint().map_or_else(mended, |hint| message![hint, "; or ", mended()]);
    let finding = Finding::problem(Area::Configuration, &Failure::usage(error.to_string()).with_hint(next));
    match error.place() {
        Some(place) => finding.at(place),
        None => finding,
    }
}

/// What a setting that is wrong stands in the way of.
fn left_out(area: Area, what: &str) -> Finding {
    Finding::note(
        area,
        format!("{what}: not looked at, for a setting is wrong"),
        message!["mend the setting, then ", AGAIN, " again"],
    )
}

fn files(sources: &Sources) -> Vec<Finding> {
    let finding = |file: KnownFile| match file.is_there {
        true => Finding::fine(Area::Configuration, format!("{} is read", file.shown)).at(file.shown),
        false => Finding::fine(Area::Configuration, format!("no {}, and none is needed", file.shown)).at(file.shown),
    };
    sources.files().into_iter().map(finding).collect()
}

fn odd_settings(config: &Config) -> Vec<Finding> {
    let area = Area::Configuration;
    let warnings = config.warnings().iter().map(|warning| {
        Finding::note(area, warning.to_string(), "correct the name or take it out: nothing reads it as it stands")
    });
    let ignored = config.entries().iter().flat_map(|entry| entry.ignored.iter()).map(|ignored| {
        let next = match ignored.reason {
            Reason::Blank => format!("give {} a value, or take it out", ignored.spelled),
            Reason::Placeholder => format!("put the real key in its place, or take {} out", ignored.spelled),
        };
        let what = format!("{} is a {} and counts as not set", ignored.spelled, ignored.reason);
        Finding::note(area, what, next).at(ignored.origin.to_string())
    });
    warnings.chain(ignored).collect()
}

fn providers(app: &App, survey: &Survey) -> Vec<Finding> {
    let area = Area::Providers;
    let (known, doubted): (Vec<VendorStatus>, Vec<VendorStatus>) =
        app.vendors().into_iter().partition(|vendor| survey.knows_vendor(vendor.name));
    let (usable, others): (Vec<VendorStatus>, Vec<VendorStatus>) = known.into_iter().partition(|vendor| vendor.usable);
    let mut findings: Vec<Finding> = usable.iter().map(|vendor| set_up(&app.config, vendor)).collect();
    let is_panel_known = [keys::PROVIDERS, keys::MODERATOR, keys::FALLBACK].iter().all(|name| survey.knows(name));
    if !doubted.is_empty() {
        findings.push(left_out(area, &names(&doubted)));
    } else if !is_panel_known {
        findings.push(left_out(area, "who would be asked"));
    } else {
        findings.extend(panel_problem(app));
    }
    if !others.is_empty() {
        let next = message![Action::ListProviders, " tells the variable of each"];
        let what = format!("not set up: {}", names(&others));
        findings.push(Finding { next: Some(next), ..Finding::fine(area, what) });
    }
    findings
}

fn names(vendors: &[VendorStatus]) -> String {
    vendors.iter().map(|vendor| vendor.name).collect::<Vec<_>>().join(", ")
}

/// What keeps a panel from being seated.
fn panel_problem(app: &App) -> Option<Finding> {
    let panel = panel::voices(&app.config, Needs::Access).and_then(|voices| {
        let fallbacks = panel::fallbacks(&app.config, Needs::Access)?;
        panel::moderators(&app.config, &voices, &fallbacks, Needs::Access)
    });
    panel.err().map(|failure| Finding::problem(Area::Providers, &failure))
}

/// A provider with what makes it usable and where that comes from; the key itself stays where it is.
fn set_up(config: &Config, vendor: &VendorStatus) -> Finding {
    let origin = |name: &str| config.setting(name).map(|setting| setting.origin.to_string());
    let from = origin(vendor.variable).unwrap_or_default();
    let price = match vendor.prices {
        Some((input, output)) => format!("${input} / ${output} for a million tokens"),
        None => "price not known".to_owned(),
    };
    let address = panel::address_set(config, vendor.name).map(|url| format!(", at {url}")).unwrap_or_default();
    let what = format!("{} is set up: model {}, {price}{address}", vendor.name, vendor.model);
    Finding::fine(Area::Providers, what).at(format!("{} ({from})", vendor.variable))
}

fn network(app: &App, survey: &Survey, sources: &Sources) -> Vec<Finding> {
    let set = |names: &[&'static str]| {
        let names = names.iter().filter(|name| sources.environment.get(**name).is_some_and(|value| !value.is_empty()));
        names.copied().collect::<Vec<_>>().join(", ")
    };
    let mut findings = vec![if app.vendors().iter().all(|vendor| survey.knows_vendor(vendor.name)) {
        certificates(app, &set(&CERTIFICATE_VARIABLES))
    } else {
        left_out(Area::Network, "whether certificates are needed")
    }];
    let proxies = set(&PROXY_VARIABLES);
    if !proxies.is_empty() {
        findings.push(Finding::fine(Area::Network, "requests go through a proxy").at(proxies));
    }
    findings
}

fn certificates(app: &App, variables: &str) -> Finding {
    let area = Area::Network;
    let is_needed = app
        .vendors()
        .iter()
        .filter(|vendor| vendor.usable)
        .any(|vendor| panel::address_set(&app.config, vendor.name).is_none_or(|url| url.starts_with("https://")));
    let finding = match Certificates::find() {
        _ if !is_needed => Finding::fine(area, "no certificates are needed: no provider is reached over https"),
        Certificates::System => Finding::fine(area, "certificates are the system's"),
        Certificates::BuiltIn => Finding::note(
            area,
            "certificates are those that come with the program: the system has none that can be read",
            "to trust a proxy of your own, install the system's certificates, `ca-certificates` on most",
        ),
    };
    if variables.is_empty() { finding } else { finding.at(variables) }
}

fn sessions(folder: &Path) -> Vec<Finding> {
    let health = match store::examine(folder) {
        Ok(health) => health,
        Err(error) => {
            let place = folder.display().to_string();
            return vec![Finding::problem(Area::Sessions, &store_failure(error)).at(place)];
        }
    };
    let place = health.path.display().to_string();
    let mut findings = vec![stored(&health).at(&place)];
    if let Some(Some(faults)) = health.found.as_ref().map(|found| found.faults.as_ref()) {
        findings.extend(faults.iter().map(|fault| unsound(fault).at(&place)));
    }
    findings.extend(health.free_bytes.map(room));
    findings.extend(health.unwritable.map(|error| Finding::problem(Area::Sessions, &store_failure(error)).at(place)));
    findings
}

fn stored(health: &Health) -> Finding {
    let area = Area::Sessions;
    let Some(Soundness { version, bytes, sessions, faults }) = &health.found else {
        return Finding::fine(area, "no session yet: the first debate makes the store");
    };
    let noun = if *sessions == 1 { "session" } else { "sessions" };
    let what = format!("{sessions} {noun} in {}, version {version}", size(*bytes));
    match faults {
        Some(faults) if faults.is_empty() => Finding::fine(area, format!("{what}; every event was read, all is sound")),
        Some(_) => Finding::fine(area, format!("{what}; every event was read, and something is wrong")),
        None => Finding::fine(area, format!("{what}; too large to be read through here")),
    }
}

fn unsound(fault: &str) -> Finding {
    let export = Action::Export(Target::Known);
    let next = message!["copy the folder, then ", export, " what can be read, for another ROUNDTABLE_DATA_DIR"];
    Finding::problem(Area::Sessions, &Failure::internal(fault).with_hint(next))
}

fn room(free_bytes: u64) -> Finding {
    let (area, what) = (Area::Sessions, format!("{} are free on their disk", size(free_bytes)));
    let next = "free some space, or set ROUNDTABLE_DATA_DIR to a folder on another disk";
    match free_bytes {
        0..ROOM_LACKING => Finding::problem(area, &Failure::usage(format!("only {what}")).with_hint(next)),
        ROOM_LACKING..ROOM_SCARCE => Finding::note(area, what, next),
        ROOM_SCARCE.. => Finding::fine(area, what),
    }
}

/// A size for people, in binary units.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{value:.1} {}", units[unit]) }
}

fn modes(app: &App, survey: &Survey) -> Vec<Finding> {
    let area = Area::Modes;
    let listed = app.modes();
    let usable = listed.iter().filter(|mode| mode.result.is_ok()).count();
    let mut findings = vec![match app.mode(app.config.mode()) {
        _ if !survey.knows(keys::MODE) => left_out(area, &format!("{usable} modes can be used; which is the default")),
        Ok(_) => Finding::fine(area, format!("{usable} modes can be used; `{}` is the default", app.config.mode())),
        Err(error) => Finding::problem(
            area,
            &Failure::usage(error.to_string())
                .with_hint(message!["set ROUNDTABLE_MODE, or `mode` in a file, to one of ", Action::ListModes]),
        ),
    }];
    findings.extend(listed.iter().filter(|mode| mode.origin != ModeOrigin::BuiltIn).map(own_mode));
    findings
}

fn own_mode(mode: &Listed) -> Finding {
    let area = Area::Modes;
    let place = mode.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let whose = match mode.origin {
        ModeOrigin::Project => "the project's",
        ModeOrigin::User => "your own",
        ModeOrigin::BuiltIn | ModeOrigin::File => "a",
    };
    let finding = match &mode.result {
        Ok(_) if modes::is_built_in(&mode.name) => {
            let what = format!("`{}` is {whose} file, in place of the one that comes with the program", mode.name);
            Finding::note(area, what, "rename the file to have the built-in one back")
        }
        Ok(_) => Finding::fine(area, format!("`{}` is {whose} file", mode.name)),
        Err(error) => {
            let next = message!["correct it, then ", Action::CheckMode(mode.name.clone())];
            Finding::problem(area, &Failure::usage(format!("`{}` cannot be used: {error}", mode.name)).with_hint(next))
        }
    };
    finding.at(place)
}

/// What to do next: about the first problem, else the first debate.
pub fn next_step(findings: &[Finding]) -> Message {
    let problem = findings.iter().find(|finding| finding.state == State::Problem);
    problem.and_then(|problem| problem.next.clone()).unwrap_or_else(|| Action::Start.into())
}
