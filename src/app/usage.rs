//! What was paid: over the logs of the sessions, and the ledger of personas asked alone.

use std::collections::BTreeMap;

use crate::app::failures::store_failure;
use crate::app::panel::OWN_ALIAS;
use crate::app::program::App;
use crate::app::rehearsal::REHEARSAL;
use crate::debate::history::History;
use crate::debate::log::ids::Speaker;
use crate::error::Failure;
use crate::export::record::timestamp;
use crate::export::usage::{Paid, Spent, paid};
use crate::store::{AskOutcome, Filter, LedgerRow, Store};

/// What the lines of a usage table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageBy {
    /// Personas.
    Persona,
    /// Providers.
    Provider,
    /// Aliases of keys.
    Key,
    /// Days, in UTC.
    Day,
}

/// What is to be counted: what was begun from a time on, and before another one, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageFilter {
    /// The earliest.
    pub from_ms: u64,
    /// The first that is too late.
    pub before_ms: u64,
}

/// What was paid, line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageTable {
    /// By name.
    pub lines: Vec<UsageLine>,
    /// All of it.
    pub total: Spent,
    /// Calls of personas that are under way or broke off: what the last request of each took is in no number here.
    pub broken_off: u32,
    /// Sessions whose logs cannot be read; what they took is in no number here.
    pub unreadable: u32,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageLine {
    /// What it is for.
    pub name: String,
    /// What was paid.
    pub spent: Spent,
}

/// One thing that was paid, under all the names by which it may be counted.
struct Item {
    persona: String,
    provider: String,
    key: String,
    at_ms: u64,
    spent: Spent,
}

impl App {
    /// Tells what was paid. Reads every session's log.
    ///
    /// # Errors
    /// The store cannot be opened or queried. A session whose log cannot be read is counted as unreadable instead.
    pub fn usage(&self, by: UsageBy, filter: UsageFilter) -> Result<UsageTable, Failure> {
        let mut table = UsageTable { lines: Vec::new(), total: Spent::NOTHING, broken_off: 0, unreadable: 0 };
        let Some(store) = Store::open_existing(self.config.data_dir()).map_err(store_failure)? else {
            return Ok(table);
        };
        let mut lines: BTreeMap<String, Spent> = BTreeMap::new();
        let mut count = |item: Item| {
            if item.at_ms >= filter.from_ms && item.at_ms < filter.before_ms {
                lines.entry(item.name(by)).or_insert(Spent::NOTHING).join(&item.spent);
                table.total.join(&item.spent);
            }
        };
        for listed in store.list(&Filter::default(), u32::MAX).map_err(store_failure)? {
            let log = store.load(listed.session).ok();
            let history = log.as_ref().and_then(|log| History::replay(log).ok());
            let (Some(log), Some(history)) = (log, history) else {
                table.unreadable += 1;
                continue;
            };
            let began =
                |seq: u64| log.binary_search_by_key(&seq, |logged| logged.seq).map_or(0, |place| log[place].at_ms);
            paid(&history).iter().for_each(|paid| count(of_session(&history, paid, began(paid.seq))));
        }
        for row in store.asks(filter.from_ms, filter.before_ms).map_err(store_failure)? {
            table.broken_off += u32::from(row.taken.outcome == AskOutcome::UnderWay);
            count(of_ledger(row));
        }
        table.lines = lines.into_iter().map(|(name, spent)| UsageLine { name, spent }).collect();
        Ok(table)
    }
}

impl Item {
    fn name(&self, by: UsageBy) -> String {
        match by {
            UsageBy::Persona => self.persona.clone(),
            UsageBy::Provider => self.provider.clone(),
            UsageBy::Key => self.key.clone(),
            UsageBy::Day => timestamp(self.at_ms).get(..10).unwrap_or_default().to_owned(),
        }
    }
}

fn of_session(history: &History, paid: &Paid<'_>, at_ms: u64) -> Item {
    let persona = match paid.speaker {
        Speaker::Seat(seat) => {
            history.agents.iter().find(|agent| agent.seat == seat).map(|agent| agent.persona.name.clone())
        }
        Speaker::Moderator => Some("Moderator".to_owned()),
    };
    let provider = paid.voice.provider.clone();
    let key = if provider == REHEARSAL { REHEARSAL } else { OWN_ALIAS };
    Item { persona: persona.unwrap_or_default(), provider, key: key.to_owned(), at_ms, spent: paid.spent }
}

fn of_ledger(row: LedgerRow) -> Item {
    let taken = row.taken;
    let spent = Spent {
        calls: taken.calls,
        requests: taken.requests,
        input_tokens: taken.input_tokens,
        cached_tokens: taken.cached_tokens,
        output_tokens: taken.output_tokens,
        reasoning_tokens: taken.reasoning_tokens,
        searches: taken.searches,
        cost_usd: taken.cost_usd.or((taken.requests == 0).then_some(0.0)),
        unknown: taken.unknown,
        estimated: taken.estimated,
    };
    Item { persona: row.entry.persona, provider: row.entry.provider, key: row.entry.alias, at_ms: row.at_ms, spent }
}
