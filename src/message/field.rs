//! What somebody can set or give, whatever a front-end calls it.

/// A thing that is set or given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The question.
    Topic,
    /// The options of a question.
    Options,
    /// That the options are Yes and No.
    YesNo,
    /// The unit of the number that is asked for.
    Estimate,
    /// The mode.
    Mode,
    /// Viewpoints that replace a mode's personas.
    Perspectives,
    /// Who takes a seat by name: personas and people.
    Seats,
    /// The providers that are asked.
    Providers,
    /// Files and folders put before the panel.
    Context,
    /// The range of changes put before the panel.
    Diff,
    /// What is taken as given.
    Assumptions,
    /// The folder that personas look things up in.
    Documents,
    /// Rounds of the exchange.
    Rounds,
    /// The round that a branch begins after.
    FromRound,
    /// What further rounds are about.
    Focus,
    /// What was found out since.
    Facts,
    /// The form that a person filled in.
    Ballot,
    /// The session's name.
    Name,
    /// The session's labels.
    Tags,
    /// The limit on cost.
    MaxCost,
    /// The limit on tokens.
    MaxTokens,
    /// The limit on time.
    Timeout,
    /// The share of the panel that a gate asks for.
    MinAgreement,
    /// The option that a gate asks for.
    Expect,
    /// That a blocking objection closes the gate.
    NoBlockingDissent,
    /// That an opening sorted under one option may pass a gate.
    AllowOneOption,
    /// That the project's policy is left out.
    NoPolicy,
    /// That what looks like a secret is sent all the same.
    AllowSecrets,
    /// That every seat is played from a script.
    Rehearsal,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 29] = [
        Self::Topic,
        Self::Options,
        Self::YesNo,
        Self::Estimate,
        Self::Mode,
        Self::Perspectives,
        Self::Seats,
        Self::Providers,
        Self::Context,
        Self::Diff,
        Self::Assumptions,
        Self::Documents,
        Self::Rounds,
        Self::FromRound,
        Self::Focus,
        Self::Facts,
        Self::Ballot,
        Self::Name,
        Self::Tags,
        Self::MaxCost,
        Self::MaxTokens,
        Self::Timeout,
        Self::MinAgreement,
        Self::Expect,
        Self::NoBlockingDissent,
        Self::AllowOneOption,
        Self::NoPolicy,
        Self::AllowSecrets,
        Self::Rehearsal,
    ];

    /// What it is, in plain words.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Topic => "the topic",
            Self::Options => "the options",
            Self::YesNo => "the options Yes and No",
            Self::Estimate => "the unit of the estimate",
            Self::Mode => "the mode",
            Self::Perspectives => "the perspectives",
            Self::Seats => "the seat",
            Self::Providers => "the providers",
            Self::Context => "the context",
            Self::Diff => "the range of changes",
            Self::Assumptions => "the assumptions",
            Self::Documents => "the folder of documents",
            Self::Rounds => "the number of rounds",
            Self::FromRound => "the round to branch off after",
            Self::Focus => "the focus",
            Self::Facts => "the facts",
            Self::Ballot => "the ballot",
            Self::Name => "the name",
            Self::Tags => "the labels",
            Self::MaxCost => "the limit on cost",
            Self::MaxTokens => "the limit on tokens",
            Self::Timeout => "the limit on time",
            Self::MinAgreement => "the least agreement",
            Self::Expect => "the expected option",
            Self::NoBlockingDissent => "the term that no objection blocks",
            Self::AllowOneOption => "the leave to pass with one option",
            Self::NoPolicy => "the leave to do without the policy",
            Self::AllowSecrets => "the leave to send secrets",
            Self::Rehearsal => "a rehearsal",
        }
    }
}
