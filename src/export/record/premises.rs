//! What a decision rests on, and which of it was sent to whom.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::board::Board;
use crate::debate::history::{History, Turn};
use crate::debate::log::material::Origin;
use crate::debate::material::{self, Matter, Premise};
use crate::debate::response::ClaimId;
use crate::export::record::rehearsal::REHEARSAL;

/// A premise of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PremiseRecord {
    /// The id by which agents cite it: `m1`, `m2`, … for material, `a1`, `a2`, … for assumptions.
    pub id: String,
    /// What it is.
    pub kind: PremiseKind,
    /// A file's path, of `file` from the project's folder; an assumption's name in `roundtable.yaml`. Left out for an assumption
    /// that was given in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What an assumption says; left out for material, which stands in the session's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// SHA-256 of its text as UTF-8 with line feeds as line ends, in hexadecimal.
    pub sha256: String,
    /// Length of its text in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// The claims whose evidence refers to it.
    #[serde(default)]
    pub claims: Vec<ClaimId>,
}

/// What a premise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PremiseKind {
    /// A file in the project's folder. Can be checked later.
    File,
    /// A file elsewhere.
    Outside,
    /// What came on standard input.
    Input,
    /// Changes that git told.
    Diff,
    /// Something taken as given. One with a name can be checked later.
    Assumption,
}

/// What a provider was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sent {
    /// Which provider.
    pub provider: String,
    /// Prompts, each of which opens with the question and all premises; those sent again are counted again.
    pub prompts: u32,
    /// Length of all of them in bytes.
    pub bytes: u64,
}

impl PremiseKind {
    /// Every kind; of two whose titles begin alike, the longer first.
    pub(in crate::export) const ALL: [Self; 5] = [Self::Outside, Self::File, Self::Input, Self::Diff, Self::Assumption];

    /// The kind in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Outside => "file elsewhere",
            Self::Input => "standard input",
            Self::Diff => "changes",
            Self::Assumption => "assumption",
        }
    }

    fn of(premise: &Premise<'_>) -> Self {
        match premise.matter {
            Matter::Assumption(_) => Self::Assumption,
            Matter::Material(material) => match material.origin {
                Origin::File => Self::File,
                Origin::Outside => Self::Outside,
                Origin::Input => Self::Input,
                Origin::Diff => Self::Diff,
            },
        }
    }
}

impl PremiseRecord {
    /// What it is called: its name, else what it says.
    pub fn title(&self) -> &str {
        self.name.as_deref().or(self.text.as_deref()).unwrap_or(&self.id)
    }
}

/// The premises of a session, with the claims that lean on them.
pub fn premises(history: &History) -> Vec<PremiseRecord> {
    let premises = material::premises(&history.setup);
    if premises.is_empty() {
        return Vec::new();
    }
    let board = Board::of(history);
    let ledger = board.ledger();
    let record = |premise: &Premise<'_>| {
        let (sha256, text) = match premise.matter {
            Matter::Material(material) => (&material.sha256, None),
            Matter::Assumption(assumption) => (&assumption.sha256, Some(assumption.text.clone())),
        };
        PremiseRecord {
            id: premise.id.clone(),
            kind: PremiseKind::of(premise),
            name: premise.name().map(str::to_owned),
            text,
            sha256: sha256.clone(),
            bytes: premise.text().len() as u64,
            claims: premise.claims(ledger),
        }
    };
    premises.iter().map(record).collect()
}

/// What each provider was sent, the session that this one branched off included. Empty for a session without premises, whose
/// record is as it was before they were kept, and for a rehearsal, which sends nothing.
pub fn sent(history: &History) -> Vec<Sent> {
    let mut sent: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
    if !material::premises(&history.setup).is_empty() {
        let attempts = history.turns.values().flat_map(|turn: &Turn| &turn.attempts);
        for attempt in attempts.filter(|attempt| attempt.voice.provider != REHEARSAL) {
            let (prompts, bytes) = sent.entry(&attempt.voice.provider).or_default();
            *prompts = prompts.saturating_add(1);
            *bytes = bytes.saturating_add(attempt.prompt.bytes);
        }
    }
    sent.into_iter()
        .map(|(provider, (prompts, bytes))| Sent { provider: provider.to_owned(), prompts, bytes })
        .collect()
}
