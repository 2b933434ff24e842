//! What somebody can do next, whatever a front-end calls it.

use std::fmt;

/// A thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Begin a first debate.
    Start,
    /// See beforehand what a debate will take.
    Plan,
    /// Finish a session that was cut off or paused.
    Resume(Target),
    /// Pause a session that runs.
    Pause(Target),
    /// Stop a session that runs.
    Stop(Target),
    /// Have the closing text written.
    Synthesize(Target),
    /// Look at a session.
    Show(Target),
    /// Look at the rounds of a session.
    ShowRounds(Target),
    /// See the form for the turn that is waited for.
    ShowBallot(Target),
    /// Hand in that form, filled in.
    HandInBallot(Target),
    /// Supply facts on these needs.
    SupplyFacts(Target, Vec<String>),
    /// Begin a new session from the opening of this one.
    BranchFromOpening(Target),
    /// Give a session another name.
    Rename(Target),
    /// Remove a session.
    Delete(Target),
    /// Write a session's record or log out.
    Export(Target),
    /// List the sessions.
    ListSessions,
    /// List the providers.
    ListProviders,
    /// List the modes.
    ListModes,
    /// Check a mode's file.
    CheckMode(String),
    /// List the personas.
    ListPersonas,
    /// See what was paid.
    CountUsage,
    /// See every setting.
    ShowConfiguration,
    /// Look at the set-up.
    Examine,
}

/// Which session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one with this id.
    Session(String),
    /// The latest.
    Latest,
    /// The one in question, which whoever reads this knows.
    Known,
}

impl Target {
    /// The session of this id.
    pub fn of(session: impl fmt::Display) -> Self {
        Self::Session(session.to_string())
    }
}

impl Action {
    /// Every action, on this session where it is on one.
    pub fn all(target: &Target) -> Vec<Self> {
        let on = || target.clone();
        vec![
            Self::Start,
            Self::Plan,
            Self::Resume(on()),
            Self::Pause(on()),
            Self::Stop(on()),
            Self::Synthesize(on()),
            Self::Show(on()),
            Self::ShowRounds(on()),
            Self::ShowBallot(on()),
            Self::HandInBallot(on()),
            Self::SupplyFacts(on(), vec!["n1".to_owned(), "n2".to_owned()]),
            Self::BranchFromOpening(on()),
            Self::Rename(on()),
            Self::Delete(on()),
            Self::Export(on()),
            Self::ListSessions,
            Self::ListProviders,
            Self::ListModes,
            Self::CheckMode("board-review".to_owned()),
            Self::ListPersonas,
            Self::CountUsage,
            Self::ShowConfiguration,
            Self::Examine,
        ]
    }

    /// What it is, in plain words.
    pub(super) fn meaning(&self) -> String {
        match self {
            Self::Start => "starting a debate".to_owned(),
            Self::Plan => "a plan".to_owned(),
            Self::Resume(target) => format!("resuming {target}"),
            Self::Pause(target) => format!("pausing {target}"),
            Self::Stop(target) => format!("stopping {target}"),
            Self::Synthesize(target) => format!("asking for the closing text of {target}"),
            Self::Show(target) => format!("showing {target}"),
            Self::ShowRounds(target) => format!("showing the rounds of {target}"),
            Self::ShowBallot(target) => format!("showing the ballot of {target}"),
            Self::HandInBallot(target) => format!("handing in a ballot for {target}"),
            Self::SupplyFacts(target, needs) => format!("supplying {target} with facts on {}", needs.join(", ")),
            Self::BranchFromOpening(target) => format!("branching off the opening of {target}"),
            Self::Rename(target) => format!("renaming {target}"),
            Self::Delete(target) => format!("deleting {target}"),
            Self::Export(target) => format!("exporting {target}"),
            Self::ListSessions => "the list of sessions".to_owned(),
            Self::ListProviders => "the list of providers".to_owned(),
            Self::ListModes => "the list of modes".to_owned(),
            Self::CheckMode(name) => format!("a check of mode {name}"),
            Self::ListPersonas => "the list of personas".to_owned(),
            Self::CountUsage => "the count of what was paid".to_owned(),
            Self::ShowConfiguration => "the list of settings".to_owned(),
            Self::Examine => "an examination of the set-up".to_owned(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session {id}"),
            Self::Latest => f.write_str("the latest session"),
            Self::Known => f.write_str("the session"),
        }
    }
}
