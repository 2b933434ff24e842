//! A gate, what it asks for, and how a decision stood it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::question::OptionId;
use crate::debate::thresholds::{given, measured};

/// An objection that its holder calls blocking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocking {
    /// Whose.
    pub seat: Seat,
    /// What it says.
    pub objection: String,
}

/// What a verdict must meet. An option must win, whatever else is asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct GateTerms {
    /// Share of the panel that must hold the winning option, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_agreement: Option<f64>,
    /// The option that must win.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<OptionId>,
    /// Whether an objection that its holder calls blocking closes the gate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_blocking_dissent: bool,
    /// Whether the only option that the opening was sorted under may pass, though its statements may contradict each other.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_one_option: bool,
    /// Where each of them came from; nothing in a log that was written before this was told.
    #[serde(skip_serializing_if = "TermOrigins::is_untold")]
    pub origins: TermOrigins,
}

/// Where the terms of a gate came from, term by term.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TermOrigins {
    /// Of the least agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_agreement: Option<TermOrigin>,
    /// Of the expected option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<TermOrigin>,
    /// Of the ban on blocking objections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_blocking_dissent: Option<TermOrigin>,
}

/// Where a term came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermOrigin {
    /// A flag of the command.
    Flag,
    /// The project's policy: file and line, as seen from the working folder.
    Policy(String),
}

impl TermOrigins {
    fn is_untold(&self) -> bool {
        *self == Self::default()
    }
}

impl GateTerms {
    /// The terms themselves: a policy's line may move without the terms being others.
    pub fn without_origins(&self) -> Self {
        Self { origins: TermOrigins::default(), ..self.clone() }
    }
}

/// What the terms came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether every condition holds.
    pub holds: bool,
    /// The conditions, in this order of theirs.
    pub conditions: Vec<Condition>,
}

/// One condition: what is required, what was found, and whether that is enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Condition {
    /// An option wins. Listed only where none does.
    Winner {
        /// Winning options: 1.
        required: u32,
        /// Winning options: 0.
        found: u32,
        /// Whether they are as many.
        holds: bool,
    },
    /// There was more than one option to choose from. Listed only where the only one that was found is in doubt.
    SeveralOptions {
        /// Options: 2.
        required: u32,
        /// Options: 1.
        found: u32,
        /// Whether there are as many.
        holds: bool,
    },
    /// Enough of the panel hold the winning option.
    MinAgreement {
        /// The least share, 0 to 1.
        required: f64,
        /// The share, the absent and those who abstained in its denominator; `None` when no option wins.
        found: Option<f64>,
        /// Whether it is at least the required one.
        holds: bool,
        /// Where the term came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<TermOrigin>,
    },
    /// The expected option wins.
    Expect {
        /// The expected one.
        required: OptionId,
        /// The winning one; `None` when no option wins.
        found: Option<OptionId>,
        /// Whether they are the same.
        holds: bool,
        /// Where the term came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<TermOrigin>,
    },
    /// Nobody's last ballot carries an objection that its holder calls blocking.
    NoBlockingDissent {
        /// Objections that are let pass: 0.
        required: u32,
        /// Objections.
        found: u32,
        /// Whose they are, in seat order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        objections: Vec<Blocking>,
        /// Whether there is none.
        holds: bool,
        /// Where the term came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<TermOrigin>,
    },
}

impl Gate {
    /// The conditions that do not hold.
    pub fn unmet(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(|condition| !condition.holds())
    }

    /// The blocking objections that it found.
    pub fn objections(&self) -> &[Blocking] {
        let listed = self.conditions.iter().find_map(|condition| match condition {
            Condition::NoBlockingDissent { objections, .. } => Some(objections.as_slice()),
            Condition::Winner { .. }
            | Condition::SeveralOptions { .. }
            | Condition::MinAgreement { .. }
            | Condition::Expect { .. } => None,
        });
        listed.unwrap_or_default()
    }
}

impl Condition {
    /// Whether it is met.
    pub fn holds(&self) -> bool {
        match self {
            Self::Winner { holds, .. }
            | Self::SeveralOptions { holds, .. }
            | Self::MinAgreement { holds, .. }
            | Self::Expect { holds, .. }
            | Self::NoBlockingDissent { holds, .. } => *holds,
        }
    }

    /// Where its term came from; `None` where that is not told.
    pub fn origin(&self) -> Option<&TermOrigin> {
        match self {
            Self::Winner { .. } | Self::SeveralOptions { .. } => None,
            Self::MinAgreement { origin, .. }
            | Self::Expect { origin, .. }
            | Self::NoBlockingDissent { origin, .. } => origin.as_ref(),
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<String> = self.conditions.iter().map(Condition::to_string).collect();
        let verb = if self.holds { "holds" } else { "does not hold" };
        write!(f, "{verb}: {}", conditions.join("; "))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Winner { .. } => f.write_str("no option won")?,
            Self::SeveralOptions { .. } => {
                f.write_str("only one option was found, in statements that may contradict each other")?;
            }
            Self::MinAgreement { required, found, .. } => {
                let found = found.map_or_else(|| "none".to_owned(), measured);
                write!(f, "agreement {found}, at least {} required", given(*required))?;
            }
            Self::Expect { required, holds: true, .. } => write!(f, "{required} won, as expected")?,
            Self::Expect { required, found: Some(found), .. } => write!(f, "{found} won, {required} expected")?,
            Self::Expect { required, found: None, .. } => write!(f, "{required} expected")?,
            Self::NoBlockingDissent { found: 0, .. } => f.write_str("no blocking objection")?,
            Self::NoBlockingDissent { found: 1, .. } => f.write_str("1 blocking objection")?,
            Self::NoBlockingDissent { found, .. } => write!(f, "{found} blocking objections")?,
        }
        match self.origin() {
            Some(TermOrigin::Policy(place)) => write!(f, " ({place})"),
            Some(TermOrigin::Flag) | None => Ok(()),
        }
    }
}
