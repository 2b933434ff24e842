//! Web search of a session, and of personas asked alone, from the configuration: its terms, and who will not keep to them.

use std::net::IpAddr;

use crate::app::request::Who;
use crate::config::{Config, Origin, Setting, keys};
use crate::debate::agent::{Agent, Voice};
use crate::debate::mode::Mode;
use crate::debate::search::{self, Domains, Recency, SearchContext, SearchCost, SearchTerms, WebSearch};
use crate::error::Failure;
use crate::providers::table::{self, Offer, Term, Vendor};

/// Most domains that can be named.
const DOMAINS_MAX: usize = 20;
/// Searches in one turn that are set aside for where a provider keeps to no number of them: the most that can be asked for.
const SEARCHES_UNBOUND: u32 = 20;

/// Whether and how the agents of a session may search the web. Warns of seats that cannot, or that do not keep to a term that
/// somebody set.
pub(super) fn web_search(
    config: &Config,
    (mode, agents, who): (&Mode, &[Agent], Who),
    warnings: &mut Vec<String>,
) -> Result<WebSearch, Failure> {
    let wanted = wanted(config)?;
    if wanted.terms().is_some() && !search::is_of_use(mode) {
        warnings.push(format!("mode {} has no turn in which the web is searched: its seats cast ballots", mode.mode));
    }
    let seats: Vec<Searcher<'_>> = agents.iter().map(|agent| (agent.name.as_str(), &agent.voice)).collect();
    warn(config, &wanted, (&seats, who), warnings);
    Ok(wanted)
}

/// Whether and how the web may be searched, by the settings.
pub(super) fn wanted(config: &Config) -> Result<WebSearch, Failure> {
    let domains = domains(config)?;
    match config.text(keys::WEB_SEARCH) {
        None => return Ok(WebSearch::Unsaid),
        Some(word) if word == keys::OFF => return Ok(WebSearch::Off),
        Some(_) => {}
    }
    let word = |name| config.text(name).unwrap_or_default();
    Ok(WebSearch::On(SearchTerms {
        searches_max: config.web_searches_max(),
        context: SearchContext::ALL.into_iter().find(|size| size.name() == word(keys::WEB_SEARCH_CONTEXT)),
        domains,
        recency: Recency::ALL.into_iter().find(|age| age.name() == word(keys::WEB_SEARCH_RECENCY)),
    }))
}

/// Somebody who may search: a name, and whose voice it speaks with.
pub(super) type Searcher<'a> = (&'a str, &'a Voice);

/// Warns of what a search cannot do that was asked for.
pub(super) fn warn(
    config: &Config,
    wanted: &WebSearch,
    (searchers, who): (&[Searcher<'_>], Who),
    warnings: &mut Vec<String>,
) {
    let Some(terms) = wanted.terms() else { return };
    if [keys::MAX_COST, keys::MAX_TOKENS].into_iter().any(|limit| config.setting(limit).is_some()) {
        let unbound = "no provider bounds what it reads of a page: what is set aside for searches is a guess, and very long pages may exceed the limits";
        warnings.push(unbound.to_owned());
    }
    match who {
        Who::Rehearsal(_) => warnings.push("nothing is searched for in a rehearsal".to_owned()),
        Who::Providers => warnings.extend(shortcomings(config, searchers, terms)),
    }
}

/// What they cannot do that was asked for: one line a vendor.
fn shortcomings(config: &Config, searchers: &[Searcher<'_>], terms: &SearchTerms) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (_, voice) in searchers {
        let Some(vendor) = table::find(&voice.provider) else { continue };
        let line = match &vendor.search {
            None => {
                let with = |(_, other): &&Searcher<'_>| other.provider == vendor.name;
                let names: Vec<&str> = searchers.iter().filter(with).map(|(name, _)| *name).collect();
                Some(format!("{} cannot search the web here: {}", vendor.name, names.join(", ")))
            }
            Some(search) => {
                let mut ignored = ignored(config, vendor, terms);
                let too_many = search.domains_max.filter(|most| domain_count(&terms.domains) > *most);
                ignored
                    .extend(too_many.map(|most| format!("all but the first {most} of {}", keys::WEB_SEARCH_DOMAINS)));
                (!ignored.is_empty()).then(|| format!("{} searches without {}", vendor.name, ignored.join(", ")))
            }
        };
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}

/// The settings that somebody set and that a vendor does not keep to.
fn ignored(config: &Config, vendor: &Vendor, terms: &SearchTerms) -> Vec<String> {
    let was_set = |name| config.setting(name).is_some_and(|setting| setting.origin != Origin::Default);
    let domains = match &terms.domains {
        Domains::Any => None,
        Domains::Only(_) => Some(Term::OnlyDomains),
        Domains::Except(_) => Some(Term::ExceptDomains),
    };
    let asked = [
        (keys::WEB_SEARCH_MAX, Some(Term::SearchesMax)),
        (keys::WEB_SEARCH_CONTEXT, Some(Term::Context)),
        (keys::WEB_SEARCH_DOMAINS, domains),
        (keys::WEB_SEARCH_RECENCY, Some(Term::Recency)),
    ];
    let honoured = |term: Term| vendor.search.as_ref().is_some_and(|search| search.honours.contains(&term));
    let lost = asked.into_iter().filter(|(name, term)| was_set(name) && term.is_some_and(|term| !honoured(term)));
    lost.map(|(name, _)| name.to_owned()).collect()
}

fn domain_count(domains: &Domains) -> usize {
    match domains {
        Domains::Any => 0,
        Domains::Only(domains) | Domains::Except(domains) => domains.len(),
    }
}

/// Reads domains separated by commas: all to be searched alone, or all, each with a minus before it, to be left out.
fn domains(config: &Config) -> Result<Domains, Failure> {
    let (Some(text), Some(setting)) = (config.text(keys::WEB_SEARCH_DOMAINS), config.setting(keys::WEB_SEARCH_DOMAINS))
    else {
        return Ok(Domains::Any);
    };
    let parts: Vec<String> = text.split(',').map(|part| part.trim().to_ascii_lowercase()).collect();
    let (left_out, alone): (Vec<String>, Vec<String>) = parts.into_iter().partition(|part| part.starts_with('-'));
    let left_out: Vec<String> = left_out.iter().map(|part| part[1..].to_owned()).collect();
    let bad = alone.iter().chain(&left_out).find(|domain| !is_domain(domain));
    match bad {
        Some(bad) => Err(unusable(setting, &format!("which names `{bad}`, no domain"))),
        None if alone.len() + left_out.len() > DOMAINS_MAX => {
            Err(unusable(setting, &format!("more than {DOMAINS_MAX} domains")))
        }
        None if left_out.is_empty() => Ok(Domains::Only(alone)),
        None if alone.is_empty() => Ok(Domains::Except(left_out)),
        None => Err(unusable(setting, "which both picks domains and leaves some out; no provider does both")),
    }
}

fn unusable(setting: &Setting, reason: &str) -> Failure {
    Failure::usage(format!("{} is `{}` (in {}), {reason}", setting.spelled, setting.value, setting.origin)).with_hint(
        "write example.org,docs.example.com to search these alone, or -example.org to leave it out, without scheme and path",
    )
}

/// Whether a text is a host name with a dot in it.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label) && text.parse::<IpAddr>().is_err()
}

/// Whether a provider may search the web in some turn of a session.
pub(super) fn may_search(wanted: &WebSearch, provider: &str) -> bool {
    let offer = table::find(provider).and_then(|vendor| vendor.search.as_ref()).map(|search| search.offer);
    match (wanted, offer) {
        (_, None) | (WebSearch::Off, _) | (WebSearch::Unsaid, Some(Offer::OnRequest)) => false,
        (WebSearch::On(_), Some(_)) | (WebSearch::Unsaid, Some(Offer::ByNature)) => true,
    }
}

/// What the searches of one request may take of a provider; `None` where it has none to offer.
pub(super) fn cost(terms: &SearchTerms, provider: &str) -> Option<SearchCost> {
    let search = table::find(provider)?.search.as_ref()?;
    let bounded = search.honours.contains(&Term::SearchesMax) || search.offer == Offer::ByNature;
    Some(SearchCost {
        provider: provider.to_owned(),
        searches_max: if bounded { terms.searches_max } else { SEARCHES_UNBOUND },
        search_usd: search.search_usd,
        request_usd: match terms.context {
            None | Some(SearchContext::Low) => 0.0,
            Some(SearchContext::Medium) => search.context_usd.0,
            Some(SearchContext::High) => search.context_usd.1,
        },
        found_tokens: search.found_tokens,
        reading: search.reading,
    })
}

/// How a vendor searches, for people: `no`, `on request` or `by nature`.
pub(super) fn offer(vendor: &Vendor) -> &'static str {
    match vendor.search.as_ref().map(|search| search.offer) {
        None => "no",
        Some(Offer::OnRequest) => "on request",
        Some(Offer::ByNature) => "by nature",
    }
}
