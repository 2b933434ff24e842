//! The first event of a session: everything that it was set up with.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::{Agent, Voice};
use crate::debate::log::gate::GateTerms;
use crate::debate::log::ids::{SessionId, Speaker};
use crate::debate::log::limits::Caps;
use crate::debate::log::material::{Assumption, Material};
use crate::debate::mode::Mode;
use crate::debate::question::Question;
use crate::debate::search::WebSearch;
use crate::debate::thresholds::Thresholds;

/// On which terms seats may say that they need facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NeedTerms {
    /// Most new needs that one round brings; those that are required come first.
    pub per_round_max: u32,
    /// Whether the debate waits for what is required.
    pub waits: bool,
}

impl Default for NeedTerms {
    /// Five a round, and the debate waits.
    fn default() -> Self {
        Self { per_round_max: 5, waits: true }
    }
}

/// All that a debate depends on, copied at its start so that no later edit of a file or a variable can change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setup {
    /// Event format that the log was begun in.
    pub format: u32,
    /// Which session this is.
    pub session: SessionId,
    /// The program's version.
    pub program: String,
    /// What is debated.
    pub question: Question,
    /// Material that was supplied with the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Material>,
    /// What the panel is told to take as given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<Assumption>,
    /// How.
    pub mode: Mode,
    /// By whom.
    pub agents: Vec<Agent>,
    /// Who may moderate, in order of preference; the next one steps in when one cannot be reached.
    pub moderators: Vec<Voice>,
    /// Who takes a seat's turn, in order of preference, when its own voice fails; none leaves the seat absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Voice>,
    /// Whether the moderator is to propose personas that fit the topic.
    #[serde(default)]
    pub frames: bool,
    /// Rounds of every phase that has rounds to set, when the user fixed them.
    #[serde(default)]
    pub rounds: Option<u32>,
    /// Whether a closing text is written.
    pub synthesis: bool,
    /// Who is asked for the compact forms, besides those whose reply was cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compact: Vec<Speaker>,
    /// The bounds.
    pub limits: Limits,
    /// The hard limits on cost, tokens and time.
    #[serde(default, skip_serializing_if = "Caps::is_none")]
    pub caps: Caps,
    /// When the exchange may end early.
    #[serde(default, skip_serializing_if = "Thresholds::is_default")]
    pub thresholds: Thresholds,
    /// Whether agents may search the web when they state a position.
    #[serde(default, skip_serializing_if = "WebSearch::is_unsaid")]
    pub web_search: WebSearch,
    /// What the verdict must meet for the command to succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateTerms>,
    /// On which terms seats may say that they need facts; `None` where they are not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<NeedTerms>,
    /// Seed of every shuffle.
    pub seed: u64,
    /// Name given by the user; no two sessions of a store share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Labels given by the user.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The session that this one branched off; its log up to the branch opens this one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Branch>,
}

/// Where a session branched off another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// The other one.
    pub session: SessionId,
    /// How many of its closed rounds are kept, the opening included.
    pub round: u32,
    /// Place of the last event that both share. What came up to there was paid for in the other session.
    pub seq: u64,
}

/// The bounds of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Replies read for one turn: after this many that cannot be read, the turn is over.
    pub attempts_max: u32,
    /// Output tokens of one reply, reasoning included.
    pub output_tokens_max: u32,
    /// Seats that must be heard in a round.
    pub quorum: u32,
}

impl Limits {
    /// The bounds for a panel of `seats`: two attempts, 16,000 output tokens, more than half of the seats and at least
    /// two.
    pub fn for_panel(seats: u32) -> Self {
        Self { attempts_max: 2, output_tokens_max: 16_000, quorum: quorum(seats) }
    }
}

/// More than half of `seats`, and at least two.
pub fn quorum(seats: u32) -> u32 {
    (seats / 2 + 1).max(2)
}
