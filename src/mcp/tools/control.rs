//! `control_session`: pause, resume, stop.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use crate::app::{App, Opened};
use crate::debate::log::ids::SessionId;
use crate::error::Failure;
use crate::mcp::answer::Answer;
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::outcome::{Activity, Outcome};
use crate::mcp::tools::budget::{self, Budget};
use crate::mcp::tools::{Effect, Row, Wait, activity, answering, run_to_answer};

/// How long a session that was told to end may take to, before it is shown as it stands.
const REST_MAX: Duration = Duration::from_secs(2);
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) const TOOL: Row = Row {
    name: "control_session",
    title: "Pause, resume or stop a debate",
    about: "\
Steers a session, whichever process runs it. pause: what is in flight is waited for, nothing more is asked; resume takes it up. \
resume: finishes a session that was paused, stopped or cut off, or that lost its quorum; nothing that arrived is asked again, and \
what is missing is paid for; one that was decided is told as it ended. stop: the ballots in hand decide, at once. Answers with the session as it then stands.",
    effect: Effect::Asks,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Outcome>,
    run: |call, arguments| answering(call, arguments, control),
};

/// What a session is to do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// The session: its id, a unique prefix, its name, or @ for the latest.
    session: String,
    /// What it is to do.
    action: Action,
    /// With resume: what the debate may take from now on, in place of what it was started with.
    budget: Option<Budget>,
    /// With resume: false answers at once and lets the debate go on. Default: true, answers at its end.
    wait: Option<bool>,
}

/// What a session can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    Pause,
    Resume,
    Stop,
}

async fn control(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&budget::settings(given.budget.as_ref()))?;
    let (session, _) = match given.action {
        Action::Pause => app.pause(&given.session).await?,
        Action::Stop => app.stop(&given.session).await?,
        Action::Resume => {
            let admission = call.runs().admit()?;
            return match app.resume(&given.session, Duration::ZERO).await? {
                Opened::Running(session) => run_to_answer(&call, admission, *session, Wait::of(given.wait)).await,
                Opened::Stored(history) => Outcome::of(&history, Vec::new(), Activity::AtRest).answer(&history),
                Opened::Elsewhere(history) => Outcome::of(&history, Vec::new(), Activity::Running).answer(&history),
            };
        }
    };
    let activity = at_rest(&app, session).await?;
    let history = app.load(&session.to_string())?;
    Outcome::of(&history, Vec::new(), activity).answer(&history)
}

/// Waits until nobody runs a session any more, for as long as that may take.
async fn at_rest(app: &App, session: SessionId) -> Result<Activity, Failure> {
    let resting = async {
        while activity(app, session)? == Activity::Running {
            sleep(LOOK_EVERY).await;
        }
        Ok(Activity::AtRest)
    };
    timeout(REST_MAX, resting).await.unwrap_or(Ok(Activity::Running))
}
