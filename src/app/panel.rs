//! Which vendors can be asked, and with which voices.

use crate::app::request::Needs;
use crate::app::search;
use crate::config::keys::{self, VendorField, VendorKey};
use crate::config::{Choice, Config, aliases};
use crate::debate::agent::{Persona, Voice};
use crate::debate::text;
use crate::error::Failure;
use crate::message::{Action, Field, message};
use crate::providers::gateway::{Endpoint, Limits};
use crate::providers::table::{self, Key, PRICES_AS_OF, VENDORS, Vendor};

/// The most fallbacks: a turn takes all of them before its seat counts as absent.
const FALLBACKS_MAX: usize = 8;

const REQUESTS_PER_MINUTE: &str = "_REQUESTS_PER_MINUTE";
const TOKENS_PER_MINUTE: &str = "_TOKENS_PER_MINUTE";
const CONCURRENCY: &str = "_CONCURRENCY";

/// Alias of the keys that all personas are asked with.
const PERSONA_ALIAS: &str = "persona";
/// What the ledger calls a vendor's own key.
pub(super) const OWN_ALIAS: &str = "own";

/// The limits of a vendor's account: how their variables end, what they count, and what holds without them.
const LIMITS: [(VendorField, &str, &str, &str); 3] = [
    (VendorField::RequestsPerMinute, REQUESTS_PER_MINUTE, "requests a minute that", "no limit"),
    (VendorField::TokensPerMinute, TOKENS_PER_MINUTE, "tokens a minute, in and out, that", "no limit"),
    (VendorField::Concurrency, CONCURRENCY, "requests at once that", "4"),
];

/// Longest name of a persona that a user brings, in characters.
const NAME_CHARS_MAX: usize = 60;

/// A vendor with what is set for it.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorStatus {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether it can be asked.
    pub usable: bool,
    /// What makes it usable: a variable to set.
    pub variable: &'static str,
    /// The model it would be asked for.
    pub model: String,
    /// US dollars for a million input and output tokens of that model; `None` when not known.
    pub prices: Option<(f64, f64)>,
    /// How it searches the web: `no`, `on request` or `by nature`.
    pub search: &'static str,
    /// US dollars for one search; `None` when not known, or when it does not search.
    pub search_usd: Option<f64>,
    /// The day on which prices were last checked.
    pub prices_as_of: &'static str,
}

/// The settings that the vendor table brings into the configuration.
pub fn vendor_keys() -> Vec<VendorKey> {
    VENDORS.iter().flat_map(vendor_rows).collect()
}

fn vendor_rows(vendor: &Vendor) -> Vec<VendorKey> {
    let row = |names: &[&str], field, about: String| VendorKey {
        vendor: vendor.name.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        field,
        about,
    };
    let mut rows = Vec::new();
    if !vendor.key_variables.is_empty() {
        rows.push(row(vendor.key_variables, VendorField::ApiKey, format!("key of {}", vendor.title)));
    }
    rows.push(row(
        &[vendor.model_variable],
        VendorField::Model,
        format!("model of {}, else {}", vendor.title, vendor.default_model),
    ));
    if let Some(variable) = vendor.base_url_variable {
        let field = match vendor.key {
            Key::Required => VendorField::BaseUrl,
            Key::Optional => VendorField::Host { port: port(vendor.base_url) },
        };
        rows.push(row(&[variable], field, format!("where {} is reached, else {}", vendor.title, vendor.base_url)));
    }
    rows.extend(LIMITS.map(|(field, ending, what, otherwise)| {
        let about = format!("{what} {} allows, else {otherwise}", vendor.title);
        row(&[&limit_variable(vendor, ending)], field, about)
    }));
    rows
}

/// The variable that sets a limit of a vendor's account: that of its model, with another ending.
fn limit_variable(vendor: &Vendor, ending: &str) -> String {
    format!("{}{ending}", vendor.model_variable.trim_end_matches("_MODEL"))
}

/// What is set for a vendor's account.
fn limits(config: &Config, vendor: &Vendor) -> Limits {
    let set = |ending| config.number(&limit_variable(vendor, ending));
    Limits {
        requests_per_minute: set(REQUESTS_PER_MINUTE),
        tokens_per_minute: set(TOKENS_PER_MINUTE),
        concurrency: set(CONCURRENCY).unwrap_or(Limits::default().concurrency.min(config.max_concurrency())),
    }
}

/// The port in a base URL such as `http://127.0.0.1:11434/v1`; 80 when it names none.
fn port(base_url: &str) -> u16 {
    let authority = base_url.split("://").nth(1).unwrap_or(base_url).split('/').next().unwrap_or_default();
    authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(80)
}

/// Every vendor, in the order of the table.
pub(super) fn vendors(config: &Config) -> Vec<VendorStatus> {
    VENDORS.iter().map(|vendor| status(config, vendor, None)).collect()
}

/// A vendor that was chosen, with the model that was chosen for it.
pub(super) fn chosen_vendor(config: &Config, choice: &Choice) -> Option<VendorStatus> {
    table::find(&choice.provider).map(|vendor| status(config, vendor, choice.model.as_deref()))
}

fn status(config: &Config, vendor: &'static Vendor, chosen: Option<&str>) -> VendorStatus {
    let model = model(config, vendor, chosen);
    let row = vendor.models.iter().find(|row| row.name == model);
    VendorStatus {
        name: vendor.name,
        title: vendor.title,
        usable: is_usable(config, vendor),
        variable: variable(vendor),
        prices: row.and_then(|row| row.input_usd.zip(row.output_usd)),
        search: search::offer(vendor),
        search_usd: vendor.search.as_ref().and_then(|search| search.search_usd),
        prices_as_of: PRICES_AS_OF,
        model,
    }
}

/// The voices that can be had, in seating order: those that were chosen, else every usable vendor's in the order of the
/// table.
pub(super) fn voices(config: &Config, needs: Needs) -> Result<Vec<Voice>, Failure> {
    let voices: Vec<Voice> = match config.providers() {
        [] => VENDORS
            .iter()
            .filter(|vendor| is_usable(config, vendor))
            .map(|vendor| voice(config, vendor, None))
            .collect(),
        chosen => chosen.iter().map(|choice| chosen_voice(config, choice, needs)).collect::<Result<_, _>>()?,
    };
    if voices.is_empty() {
        return Err(match needs {
            Needs::Access => nothing_usable(),
            Needs::Nothing => nothing_usable().with_hint(message![
                "name the providers with ",
                Field::Providers,
                ", or add ",
                Field::Rehearsal
            ]),
        });
    }
    Ok(voices)
}

/// A viewpoint that a user brings to the panel; `None` when the name cannot be shown on it: it must have 1 to 60 characters and
/// not be the moderator's.
pub fn persona(name: &str, cares_about: &str) -> Option<Persona> {
    let (name, cares_about) = (text::line(name), text::line(cares_about));
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.eq_ignore_ascii_case("moderator") {
        return None;
    }
    let character = if cares_about.is_empty() {
        format!("looking at the question as {name} would")
    } else {
        format!("what matters to you is {cares_about}")
    };
    Some(Persona { name, character, team: None, stance: None })
}

/// Who may moderate: the one that was chosen, then each of the panel's voices, then the fallbacks.
pub(super) fn moderators(
    config: &Config,
    panel: &[Voice],
    fallbacks: &[Voice],
    needs: Needs,
) -> Result<Vec<Voice>, Failure> {
    let chosen = config.moderator().map(|choice| chosen_voice(config, choice, needs)).transpose()?;
    Ok(distinct(chosen.iter().chain(panel).chain(fallbacks)))
}

/// Who takes a seat's turn when its own voice fails, in order of preference.
pub(super) fn fallbacks(config: &Config, needs: Needs) -> Result<Vec<Voice>, Failure> {
    let chosen: Vec<Voice> =
        config.fallbacks().iter().map(|choice| chosen_voice(config, choice, needs)).collect::<Result<_, _>>()?;
    let fallbacks = distinct(chosen.iter());
    if fallbacks.len() > FALLBACKS_MAX {
        return Err(Failure::usage(format!("{} names {} models", keys::FALLBACK, fallbacks.len()))
            .with_hint(format!("name at most {FALLBACKS_MAX}: each of them is tried in turn while a seat waits")));
    }
    Ok(fallbacks)
}

fn distinct<'a>(voices: impl Iterator<Item = &'a Voice>) -> Vec<Voice> {
    let mut distinct: Vec<Voice> = Vec::new();
    for voice in voices {
        if !distinct.contains(voice) {
            distinct.push(voice.clone());
        }
    }
    distinct
}

/// Fails if one of the named vendors cannot be asked.
pub(super) fn check_usable(config: &Config, names: &[&str]) -> Result<(), Failure> {
    match VENDORS.iter().find(|vendor| names.contains(&vendor.name) && !is_usable(config, vendor)) {
        Some(vendor) => Err(not_set_up(vendor)),
        None => Ok(()),
    }
}

/// Where the named vendors are reached. One that is no longer set up has no endpoint: its turns fail, and say what to
/// set.
pub(super) fn endpoints(config: &Config, names: &[&str]) -> Vec<Endpoint> {
    VENDORS
        .iter()
        .filter(|vendor| names.contains(&vendor.name) && is_usable(config, vendor))
        .map(|vendor| endpoint(config, vendor))
        .collect()
}

fn endpoint(config: &Config, vendor: &'static Vendor) -> Endpoint {
    let key_variable = vendor.key_variables.first().copied().unwrap_or_default();
    let base_url = vendor.base_url_variable.and_then(|variable| config.text(variable)).unwrap_or(vendor.base_url);
    Endpoint {
        vendor,
        base_url: base_url.to_owned(),
        key: config.secret(key_variable).cloned(),
        key_variable: key_variable.to_owned(),
        limits: limits(config, vendor),
    }
}

/// Where a vendor is reached for a persona, and under which alias its key is counted: the one that the persona's file names, else
/// that of all personas where it is set, else the vendor's own.
pub(super) fn persona_endpoint(
    config: &Config,
    vendor: &'static Vendor,
    alias: Option<&str>,
) -> Result<(Endpoint, String), Failure> {
    let variable = aliases::variable(alias.unwrap_or(PERSONA_ALIAS), vendor.name);
    let endpoint = endpoint(config, vendor);
    match (config.secret(&variable), alias) {
        (Some(key), _) => {
            let alias = alias.unwrap_or(PERSONA_ALIAS).to_owned();
            Ok((Endpoint { key: Some(key.clone()), key_variable: variable, ..endpoint }, alias))
        }
        (None, Some(alias)) => Err(Failure::credentials(format!("key {alias} of {} is not set", vendor.name))
            .with_hint(format!("set {variable} in the environment or in .env"))),
        (None, None) if is_usable(config, vendor) => Ok((endpoint, OWN_ALIAS.to_owned())),
        (None, None) => Err(not_set_up(vendor)),
    }
}

/// The voices that a persona can have, in order of preference: those that were chosen, else every vendor's that opens to its key.
pub(super) fn persona_voices(config: &Config, alias: Option<&str>) -> Result<Vec<Voice>, Failure> {
    let opens = |vendor: &&'static Vendor| persona_endpoint(config, vendor, alias).is_ok();
    let voices: Vec<Voice> = match config.providers() {
        [] => VENDORS.iter().filter(opens).map(|vendor| voice(config, vendor, None)).collect(),
        chosen => chosen.iter().map(|choice| chosen_voice(config, choice, Needs::Nothing)).collect::<Result<_, _>>()?,
    };
    if voices.is_empty() {
        let failure = nothing_usable();
        return Err(match alias {
            Some(alias) => failure.with_hint(format!(
                "set {} or its like for another provider",
                aliases::variable(alias, VENDORS[0].name)
            )),
            None => failure,
        });
    }
    Ok(voices)
}

/// The voice that a persona's file names. Fails for a vendor that is not known.
pub(super) fn named_voice(config: &Config, provider: &str, model: Option<&str>) -> Result<Voice, Failure> {
    let choice = Choice { provider: provider.to_owned(), model: model.map(str::to_owned) };
    chosen_voice(config, &choice, Needs::Nothing).map_err(|failure| {
        let names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
        failure.with_hint(format!("use one of {}", names.join(", ")))
    })
}

/// Where a vendor of that name is reached; `None` for what is no vendor.
pub(super) fn address(config: &Config, name: &str) -> Option<String> {
    table::find(name).map(|vendor| endpoint(config, vendor).base_url)
}

/// Where a vendor is reached, if that is set; otherwise it is the vendor's own address.
pub(super) fn address_set<'a>(config: &'a Config, name: &str) -> Option<&'a str> {
    table::find(name).and_then(|vendor| vendor.base_url_variable).and_then(|variable| config.text(variable))
}

fn is_usable(config: &Config, vendor: &Vendor) -> bool {
    match vendor.key {
        Key::Required => vendor.key_variables.first().is_some_and(|name| config.secret(name).is_some()),
        Key::Optional => vendor.base_url_variable.is_some_and(|name| config.setting(name).is_some()),
    }
}

/// The variable that makes a vendor usable.
fn variable(vendor: &Vendor) -> &'static str {
    match vendor.key {
        Key::Required => vendor.key_variables.first().copied().unwrap_or_default(),
        Key::Optional => vendor.base_url_variable.unwrap_or_default(),
    }
}

fn chosen_voice(config: &Config, choice: &Choice, needs: Needs) -> Result<Voice, Failure> {
    let vendor = table::find(&choice.provider)
        .ok_or_else(|| Failure::usage(format!("unknown provider `{}`", choice.provider)))?;
    if needs == Needs::Access && !is_usable(config, vendor) {
        return Err(not_set_up(vendor));
    }
    Ok(voice(config, vendor, choice.model.as_deref()))
}

fn not_set_up(vendor: &Vendor) -> Failure {
    let variable = variable(vendor);
    Failure::credentials(format!("provider {} is not set up: {variable} is not set", vendor.name))
        .with_hint(format!("set {variable} in the environment or in .env"))
}

fn voice(config: &Config, vendor: &Vendor, chosen: Option<&str>) -> Voice {
    let model = model(config, vendor, chosen);
    Voice { provider: vendor.name.to_owned(), family: table::family(vendor, &model), model }
}

fn model(config: &Config, vendor: &Vendor, chosen: Option<&str>) -> String {
    chosen.or_else(|| config.text(vendor.model_variable)).unwrap_or(vendor.default_model).to_owned()
}

pub(super) fn nothing_usable() -> Failure {
    let keys: Vec<&str> = VENDORS.iter().filter(|vendor| vendor.key == Key::Required).take(4).map(variable).collect();
    Failure::credentials("no provider is set up: there is no API key in the environment or in .env").with_hint(
        message![
            format!("set one of {} (", keys.join(", ")),
            Action::ListProviders,
            " lists more), or OLLAMA_HOST for models on your own machine, or add ",
            Field::Rehearsal,
            " to try it without a key"
        ],
    )
}
