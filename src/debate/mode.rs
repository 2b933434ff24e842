//! A mode: who sits on the panel, how the debate runs, how it ends. The types here *are* the YAML format.
//!
//! Must never read a file: `crate::modes` finds, parses and checks mode files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Persona;
use crate::debate::question::Question;
use crate::debate::template::{self, Name};

/// The recipe of a debate, as written in one `modes/*.yaml` file.
///
/// A checked mode upholds: names are unique; every speaker exists; the first phase is one sealed round of the whole
/// panel; `until` names only rules whose inputs the phase produces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Name on the command line: lower-case letters, digits and dashes, as the file is named.
    pub mode: String,
    /// Name for people.
    pub title: String,
    /// What happens in this mode, in one sentence.
    pub summary: String,
    /// The kind of question it fits.
    pub best_for: String,
    /// Who debates.
    pub panel: Panel,
    /// How it runs, phase by phase. The first phase is the sealed opening.
    pub phases: Vec<Phase>,
    /// How it ends.
    #[serde(default)]
    pub decision: Ending,
}

/// Who debates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// The personas in seating order; they repeat, numbered, when there are more seats than personas.
    pub personas: Vec<Persona>,
    /// Whether the user, or else the moderator, may replace the personas.
    #[serde(default)]
    pub perspectives: Perspectives,
    /// Number every persona from 1 ("Participant 1") instead of only the repeated ones.
    #[serde(default)]
    pub numbered: bool,
}

/// Whether a panel's personas can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Perspectives {
    /// The mode's own personas, always.
    #[default]
    Fixed,
    /// `--perspective` replaces them; without it the moderator proposes some that fit the topic.
    Open,
}

/// A list of stages, repeated for some rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Name in the transcript; unique within the mode.
    pub name: String,
    /// How often the stages run. A phase without it runs once, and `--rounds` leaves it alone.
    #[serde(default)]
    pub rounds: Option<Rounds>,
    /// Rules that may end the phase before its last round.
    #[serde(default)]
    pub until: Vec<StopRule>,
    /// Who speaks when; one stage ends before the next begins.
    pub stages: Vec<Stage>,
}

/// How many rounds a phase takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rounds {
    /// Rounds without `--rounds`.
    pub default: u32,
    /// The fewest that `--rounds` may ask for, and the fewest before a rule in `until` may end the phase.
    #[serde(default = "one")]
    pub min: u32,
    /// The most that `--rounds` may ask for; at most 10.
    pub max: u32,
}

fn one() -> u32 {
    1
}

/// A rule that ends a phase early. Checked in the order of this list, whatever the order in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = add_other_names)]
pub enum StopRule {
    /// All rounds were held, which ends every phase: the rule may be listed, and adds nothing.
    MaxRounds,
    /// Unanimous (or the share that the session's threshold asks for) over at least two model families, and nobody
    /// changed without citing a reason in this round. Also written `consensus`.
    #[serde(alias = "consensus")]
    Agreed,
    /// Agreed, and the median stated confidence of those who agree is at least 0.8, or the session's threshold.
    Confidence,
    /// Positions no longer move: at most 15% (or the session's threshold) changed and next to nothing new was claimed,
    /// two rounds in a row, or one in which nothing changed. Also written `convergence`.
    #[serde(alias = "convergence")]
    Stable,
    /// A round brought no new claim and no new evidence.
    Saturated,
    /// An agent went back to the option it had left two rounds ago.
    Oscillating,
}

impl StopRule {
    /// Whether it looks at how many hold one option; such a rule never fires where a number is asked for.
    fn needs_options(self) -> bool {
        match self {
            Self::Agreed | Self::Confidence => true,
            Self::MaxRounds | Self::Stable | Self::Saturated | Self::Oscillating => false,
        }
    }
}

/// Lets editors take a rule's other name as well.
fn add_other_names(schema: &mut schemars::Schema) {
    if let Some(rules) = schema.get_mut("oneOf").and_then(serde_json::Value::as_array_mut) {
        for (name, other) in [("agreed", "consensus"), ("stable", "convergence")] {
            rules.push(serde_json::json!({
                "description": format!("Another name for `{name}`."), "type": "string", "const": other,
            }));
        }
    }
}

/// A set of speakers, and the terms on which they speak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Name in the transcript; unique within the phase. May be left out when the phase has one stage.
    #[serde(default)]
    pub name: String,
    /// Who speaks.
    pub speakers: Speakers,
    /// At the same time, or one after another.
    #[serde(default)]
    pub order: Order,
    /// What of the others' contributions a speaker is shown.
    pub sees: Sees,
    /// How the others are labelled in what a speaker is shown.
    #[serde(default, rename = "as")]
    pub labels: Labels,
    /// Show the panel's ratings so far as median, quartiles and count.
    #[serde(default)]
    pub statistics: bool,
    /// Whether the speaker speaks as its persona (the default) or for itself.
    #[serde(default = "yes")]
    pub in_role: bool,
    /// The shape of the response.
    pub form: Form,
    /// What this stage asks for; may use `{{ round }}`, `{{ rounds }}`, `{{ persona }}`, `{{ team }}` and `{{ proposal
    /// }}`.
    pub ask: String,
    /// What it asks for instead where the question asks for a number; the same as ever when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_estimate: Option<String>,
}

fn yes() -> bool {
    true
}

/// Who speaks in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speakers {
    /// Every seat.
    All,
    /// The neutral moderator. Its contributions are shown to all seats and count in no number.
    Moderator,
    /// The seats of one team.
    Team(String),
    /// The seats of one persona, numbered duplicates included.
    Persona(String),
}

/// How the speakers of a stage take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// All at the same time; none sees another's contribution to the stage.
    #[default]
    Parallel,
    /// One after another; whoever opens moves on by one seat each round.
    Sequential,
}

/// What of the others' contributions a speaker is shown. Ballots are never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sees {
    /// Nothing: a sealed turn.
    Nothing,
    /// What the speaker's own team has said.
    OwnTeam,
    /// What was said last before this turn, by whoever said it.
    Predecessor,
    /// All earlier rounds and phases, and nothing of this round.
    PreviousRound,
    /// All that has been said so far.
    Everything,
}

/// How others are labelled in what a speaker is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Labels {
    /// By persona. Providers and models are never named.
    #[default]
    Named,
    /// By a neutral label that is dealt afresh for every reader and turn.
    Anonymous,
}

/// The shape of a response that a mode can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A statement with claims and evidence. In a mode without ballots it also takes a stance.
    Position,
    /// Up to three typed questions to the panel.
    Questions,
    /// A sealed rating of every option.
    Ballot,
}

/// How a debate ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ModeEnding")]
pub struct Ending {
    /// Whether the moderator writes a closing text from the claim ledger.
    #[serde(default = "yes")]
    pub synthesis: bool,
}

impl Default for Ending {
    fn default() -> Self {
        Self { synthesis: true }
    }
}

impl Mode {
    /// Whether stances come from ballots alone. In a mode without a ballot stage, positions carry them.
    pub fn has_ballots(&self) -> bool {
        self.stages().any(|stage| stage.form == Form::Ballot)
    }

    /// Whether a question that a number answers can be debated: not where sides, teams or a proposal are what it is about.
    pub fn takes_estimates(&self) -> bool {
        let takes_side = |persona: &Persona| persona.stance.is_some() || persona.team.is_some();
        let is_about_proposal = |stage: &Stage| {
            let ask = stage.ask_estimate.as_ref().unwrap_or(&stage.ask);
            template::first_use(ask, Name::Proposal).is_some()
        };
        !self.panel.personas.iter().any(takes_side) && !self.stages().any(is_about_proposal)
    }

    /// Returns the mode as it is held for `question`: with the asks for such a question, and for a number without the rules
    /// that need options.
    pub fn held_for(mut self, question: &Question) -> Self {
        for phase in &mut self.phases {
            if question.estimate.is_some() {
                phase.until.retain(|rule| !rule.needs_options());
            }
            for stage in &mut phase.stages {
                let ask = stage.ask_estimate.take().filter(|_| question.estimate.is_some());
                stage.ask = ask.unwrap_or_else(|| std::mem::take(&mut stage.ask));
            }
        }
        self
    }

    /// Every stage of every phase, in order.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.phases.iter().flat_map(|phase| &phase.stages)
    }
}

impl Phase {
    /// Whether responses to `stage` carry a stance that is tallied, in a mode that has ballots or has none.
    pub fn counts(&self, has_ballots: bool) -> bool {
        self.stages.iter().any(|stage| stage.counts(has_ballots))
    }
}

impl Stage {
    /// Whether a response to this stage is tallied, given whether its mode has ballots.
    pub fn counts(&self, has_ballots: bool) -> bool {
        match self.form {
            Form::Ballot => true,
            Form::Position => !has_ballots,
            Form::Questions => false,
        }
    }
}
