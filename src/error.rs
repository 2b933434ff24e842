//! The failure a person, a script or a CI job meets: one line, what to do next, an exit code.
//!
//! Must never hold a key or a token, and never decide what a front-end prints around it.

use std::error::Error;
use std::fmt;

use serde_json::{Value, json};

use crate::message::{Message, Wording};

/// The class of a failure. It alone decides the exit code and whether the same command may succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Our own defect.
    Internal,
    /// Wrong usage or configuration.
    Usage,
    /// Decided, but the gate does not hold.
    Gate,
    /// Waits for a human: a required fact is missing.
    Waiting,
    /// Providers failed until the quorum was lost.
    Providers,
    /// A limit on cost, tokens or time was reached.
    Limit,
    /// No usable credentials.
    Credentials,
    /// Replay, import or diff found a mismatch.
    Mismatch,
    /// Interrupted; the session can be resumed.
    Interrupted,
}

impl FailureKind {
    /// Every kind, by exit code.
    pub const ALL: [Self; 9] = [
        Self::Internal,
        Self::Usage,
        Self::Gate,
        Self::Waiting,
        Self::Providers,
        Self::Limit,
        Self::Credentials,
        Self::Mismatch,
        Self::Interrupted,
    ];

    /// Returns the name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Gate => "gate",
            Self::Waiting => "waiting",
            Self::Providers => "providers",
            Self::Limit => "limit",
            Self::Credentials => "credentials",
            Self::Mismatch => "mismatch",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns the exit code of the process, 1–8 or 130.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Gate => 3,
            Self::Waiting => 4,
            Self::Providers => 5,
            Self::Limit => 6,
            Self::Credentials => 7,
            Self::Mismatch => 8,
            Self::Interrupted => 130,
        }
    }

    /// Tells whether trying again, with nothing changed, may succeed.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::Providers | Self::Interrupted => true,
            Self::Internal
            | Self::Usage
            | Self::Gate
            | Self::Waiting
            | Self::Limit
            | Self::Credentials
            | Self::Mismatch => false,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A failure as it leaves the program. Displays as one line, the message alone, in plain words.
#[derive(Debug)]
pub struct Failure {
    /// The class, and with it the exit code.
    pub kind: FailureKind,
    /// What happened, in one line.
    pub message: Message,
    /// What to do next, in one line.
    pub hint: Option<Message>,
    /// Id of the session it happened in, if one was stored.
    pub session: Option<String>,
    /// Whether trying again, with nothing changed, may succeed; at first what the kind says.
    pub retryable: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Makes a failure of the given kind. Line breaks and control characters in `message` become spaces where it is worded.
    pub fn new(kind: FailureKind, message: impl Into<Message>) -> Self {
        Self { kind, message: message.into(), hint: None, session: None, retryable: kind.is_retryable(), source: None }
    }

    /// Makes a failure that is our own defect.
    pub fn internal(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Internal, message)
    }

    /// Makes a failure of usage or configuration.
    pub fn usage(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// Makes a failure for a gate that does not hold.
    pub fn gate(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Gate, message)
    }

    /// Makes a failure for a session that waits for a human.
    pub fn waiting(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Waiting, message)
    }

    /// Makes a failure for a lost quorum.
    pub fn providers(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Providers, message)
    }

    /// Makes a failure for a reached limit.
    pub fn limit(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Limit, message)
    }

    /// Makes a failure for missing credentials.
    pub fn credentials(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Credentials, message)
    }

    /// Makes a failure for a mismatch in a replay, an import or a diff.
    pub fn mismatch(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Mismatch, message)
    }

    /// Makes a failure for an interrupted session.
    pub fn interrupted(message: impl Into<Message>) -> Self {
        Self::new(FailureKind::Interrupted, message)
    }

    /// Says where it happened, before what happened.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        let message = Message::from(place).and(": ").and(self.message);
        Self { message, ..self }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Message>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the id of the session.
    #[must_use]
    pub fn with_session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Says that trying again will not help until something is changed.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.retryable = false;
        self
    }

    /// Says that trying again later, with nothing changed, may succeed.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Adds the error behind it, for `Error::source`; it is not displayed.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Renders the object that programs are given, in the words of a front-end: `error` with `kind`, `message`, `hint`, `retryable`,
    /// `session`.
    pub fn to_json(&self, wording: &dyn Wording) -> Value {
        json!({
            "error": {
                "kind": self.kind.name(),
                "message": self.message.worded(wording),
                "hint": self.hint.as_ref().map(|hint| hint.worded(wording)),
                "retryable": self.retryable,
                "session": self.session,
            }
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
