//! The budget of a whole bench: no debate is begun that it might not cover, and each may take no more than is set aside for it.
//!
//! Must never let what debates may take together exceed the budget, whoever runs beside whom.

use std::collections::BTreeMap;

use crate::app::limits;
use crate::app::panel::vendor_keys;
use crate::app::plan::{self, LimitOutlook, Span, Take};
use crate::config::{Config, Flag, Sources, keys};
use crate::debate::agent::Voice;
use crate::debate::amount::Amount;
use crate::debate::log::limits::{Caps, LimitKind};
use crate::error::Failure;
use crate::message::message;

/// How much is set aside for a debate, by the most that its plan counts: the plan leaves out fallbacks and requests whose answer
/// broke off, of which up to four may be billed for one.
const ASIDE: u32 = 4;

/// What a bench may take, earlier runs included.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Budget {
    /// US dollars.
    pub(super) cost_usd: Option<f64>,
    /// Tokens, input and output together.
    pub(super) tokens: Option<u64>,
}

/// What is spent and set aside.
pub(super) struct Book {
    budget: Budget,
    /// What each debate took, or may take while it runs, by its place.
    taken: BTreeMap<usize, Amount>,
}

/// A limit that leaves less than a debate likely takes, with the numbers in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shortage {
    limit: LimitKind,
    max: f64,
    taken: f64,
    needed: f64,
    /// What the next debate takes at most.
    most: f64,
}

impl Budget {
    /// Reads the budget off the flags, and hands back the other sources: what a bench may take is no limit of its debates.
    pub(super) fn taken_from(sources: &Sources) -> Result<(Self, Sources), Failure> {
        let is_budget = |flag: &Flag| flag.name == keys::MAX_COST || flag.name == keys::MAX_TOKENS;
        let (flags, others): (Vec<Flag>, Vec<Flag>) = sources.flags.iter().cloned().partition(is_budget);
        let has = |name: &str| flags.iter().any(|flag| flag.name == name);
        let config = Config::load(sources, &vendor_keys())?;
        let budget = Self {
            cost_usd: config.max_cost_usd().filter(|_| has(keys::MAX_COST)),
            tokens: config.max_tokens().map(u64::from).filter(|_| has(keys::MAX_TOKENS)),
        };
        Ok((budget, Sources { flags: others, ..sources.clone() }))
    }

    /// Fails where a budget in dollars cannot be kept, because a voice has no known price.
    pub(super) fn check_prices<'a>(&self, mut voices: impl Iterator<Item = &'a Voice>) -> Result<(), Failure> {
        match voices.find(|voice| limits::price(voice).is_none()).filter(|_| self.cost_usd.is_some()) {
            Some(voice) => Err(limits::unpriced(voice)),
            None => Ok(()),
        }
    }

    /// What the budget would do to a bench of which `spent` has been taken and which is still to take `total`.
    pub(super) fn outlooks(&self, spent: Amount, total: &Span) -> Vec<LimitOutlook> {
        let left = Caps {
            cost_usd: self.cost_usd.map(|max| max - spent.usd),
            tokens: self.tokens.map(|max| max.saturating_sub(spent.tokens)),
            ..Caps::default()
        };
        let whole =
            |outlook: LimitOutlook| LimitOutlook { max: self.max(outlook.limit).unwrap_or_default(), ..outlook };
        plan::outlooks(&left, total).into_iter().map(whole).collect()
    }

    fn max(&self, limit: LimitKind) -> Option<f64> {
        match limit {
            LimitKind::Cost => self.cost_usd,
            LimitKind::Tokens => self.tokens.map(|tokens| tokens as f64),
            LimitKind::Time => None,
        }
    }
}

impl Book {
    /// Opens the book of a bench of which `taken` has been spent, debate by debate.
    pub(super) fn new(budget: Budget, taken: BTreeMap<usize, Amount>) -> Self {
        Self { budget, taken }
    }

    /// Notes what a debate has come to.
    pub(super) fn settle(&mut self, place: usize, spent: Amount) {
        self.taken.insert(place, spent);
    }

    /// Sets aside what a debate may take, earlier runs of it included. Fails when less is left than it likely takes.
    ///
    /// `caps` are the limits that an earlier run left it with: where there is no such budget now, they are raised out of the way.
    pub(super) fn set_aside(&mut self, place: usize, plan: &Span, caps: &Caps) -> Result<Budget, Shortage> {
        let spent = self.taken.get(&place).copied().unwrap_or_default();
        let cost_usd = self.share(LimitKind::Cost, (place, spent), plan, caps)?;
        let tokens = self.share(LimitKind::Tokens, (place, spent), plan, caps)?.map(|tokens| tokens as u64);
        let aside = Amount { usd: cost_usd.unwrap_or(spent.usd), tokens: tokens.unwrap_or(spent.tokens) };
        self.taken.insert(place, aside);
        Ok(Budget { cost_usd, tokens })
    }

    /// What a debate gets of one limit, in its unit; `None` where there is no such limit, or nothing that counts towards it.
    fn share(
        &self,
        limit: LimitKind,
        (place, spent): (usize, Amount),
        plan: &Span,
        caps: &Caps,
    ) -> Result<Option<f64>, Shortage> {
        let unlimited = caps.max(limit).map(|_| f64::INFINITY);
        let amount = |take: &Take| match limit {
            LimitKind::Cost => take.cost_usd,
            LimitKind::Tokens => Some(take.tokens() as f64),
            LimitKind::Time => None,
        };
        let (Some(max), Some(likely), Some(most)) =
            (self.budget.max(limit).or(unlimited), amount(&plan.likely), amount(&plan.max).filter(|most| *most > 0.0))
        else {
            return Ok(None);
        };
        let others = self.taken.iter().filter(|(other, _)| **other != place);
        let others = others.fold(0.0, |sum, (_, taken)| sum + taken.of(limit));
        let (left, spent) = (max - others, spent.of(limit));
        // Of a debate that was begun it is not known how much is to come.
        let needed = likely.max(spent);
        if left < needed {
            return Err(Shortage { limit, max, taken: others, needed, most: most.max(needed) });
        }
        Ok(Some(left.min(spent + f64::from(ASIDE) * most)))
    }
}

impl Shortage {
    /// It as the end of a bench.
    pub(super) fn failure(&self) -> Failure {
        let Self { limit, max, taken, needed, most } = *self;
        let [max, spent, likely] = [max, taken, needed].map(|amount| limit.worded(amount));
        // What is likely may be too little to begin with: a debate sets aside what its opening takes at most.
        let enough = match limit {
            LimitKind::Cost => format!("{:.4}", ((taken + most) * 10_000.0).ceil() / 10_000.0),
            LimitKind::Tokens | LimitKind::Time => format!("{:.0}", (taken + most).ceil()),
        };
        let field = limits::field(limit);
        Failure::limit(format!("the budget is used up: {spent} of {max} taken, and the next one likely takes {likely}"))
            .with_hint(message![
                "start it again with the same file and ",
                field,
                format!(" {enough}, which is enough for it whatever happens: it goes on from here")
            ])
    }
}

impl Budget {
    /// The flags that limit a debate to its share, and to what the configuration allows every debate.
    pub(super) fn flags(&self, config: &Config) -> Vec<(&'static str, &'static str, String)> {
        let cost = self.cost_usd.map(|share| config.max_cost_usd().map_or(share, |own| own.min(share)));
        let tokens = self.tokens.map(|share| config.max_tokens().map_or(share, |own| u64::from(own).min(share)));
        let tokens = tokens.map(|tokens| tokens.min(u64::from(u32::MAX)));
        let flags = [
            (keys::MAX_COST, keys::MAX_COST, cost.map(|cost| cost.to_string())),
            (keys::MAX_TOKENS, keys::MAX_TOKENS, tokens.map(|tokens| tokens.to_string())),
        ];
        flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?))).collect()
    }
}
