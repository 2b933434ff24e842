//! `start` and `resume`: run a session, show it meanwhile, print its result.

use std::io::IsTerminal;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use console::is_dumb;
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::app::{
    self, Answer, App, Asked, ContinueRequest, Control, Elsewhere, GateRequest, Guard, Notice, OnNeeds, Opened,
    PolicyUse, Rounds, SEED_MAX, Session, Signals, StartRequest, Supplied, Who,
};
use crate::cli::args::debate::{ContinueArgs, DebateArgs, ResumeArgs, StartArgs};
use crate::cli::args::setting::SettingFlag;
use crate::cli::args::shared::{ProgressArg, ResultArgs, ViewArgs};
use crate::cli::files::Outputs;
use crate::cli::live::{self, Beginning, View};
use crate::cli::output::{self, ErrorFormat};
use crate::cli::style::{Palette, Surface};
use crate::cli::{ask, egress, given, limits};
use crate::config::keys;
use crate::debate::agent::{HUMAN, Persona};
use crate::debate::event::{Fact, StoppedBy};
use crate::debate::history::History;
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::error::Failure;
use crate::export::progress::{self, Told};

/// How long a rehearsed reply takes to arrive when somebody watches.
const REHEARSAL_PACE: Duration = Duration::from_millis(120);
/// How long a view may take to leave the terminal in order after a failure.
const VIEW_PATIENCE: Duration = Duration::from_millis(100);
/// How long a process that was asked to terminate may take to end cheaply: well below the 10 seconds after which container
/// runtimes kill.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// Notices that wait for the view; beyond that the run waits for it.
pub(super) const NOTICES_MAX: usize = 1_024;

pub(crate) fn start(args: &StartArgs) -> Result<(), Failure> {
    let app = crate::cli::configured::app(setting_flags(&args.debate))?;
    let outputs = Outputs::checked(&app, &args.result.output)?;
    let request = request(&args.debate, pace(&app, &args.view))?;
    if args.show_egress {
        return egress::show(&app, &request, args.result.format);
    }
    runtime()?.block_on(async {
        let tell = |session: SessionId| tell_of_wait(&app, session, &args.view);
        let elsewhere = if args.debate.no_wait { Elsewhere::Return } else { Elsewhere::Wait(&tell) };
        let opened = app.open(&request, elsewhere).await?;
        let history = run_or_known(&app, opened, &args.view).await?;
        conclude(&app, &history, (&args.result, &args.view), &outputs)
    })
}

pub(crate) fn resume(args: &ResumeArgs) -> Result<(), Failure> {
    let app = crate::cli::configured::app(limits::flags(&args.limits))?;
    let outputs = Outputs::checked(&app, &args.result.output)?;
    runtime()?.block_on(async {
        let opened = app.resume(&args.id, pace(&app, &args.view)).await?;
        let history = run_or_known(&app, opened, &args.view).await?;
        conclude(&app, &history, (&args.result, &args.view), &outputs)
    })
}

/// Runs what goes on, and tells of what has ended or waits.
async fn run_or_known(app: &App, opened: Opened, view: &ViewArgs) -> Result<History, Failure> {
    match opened {
        Opened::Running(session) => attended(app, *session, view).await,
        Opened::Elsewhere(history) => Err(app::run_elsewhere(&history)),
        Opened::Stored(history) => {
            known(app, &history, view);
            answered(app, *history, view).await
        }
    }
}

pub(crate) fn go_on(args: &ContinueArgs) -> Result<(), Failure> {
    let app = crate::cli::configured::app(limits::flags(&args.limits))?;
    let outputs = Outputs::checked(&app, &args.result.output)?;
    let focus = args.focus.as_deref().map(|focus| given::read("--focus", focus)).transpose()?;
    if focus.as_deref().is_some_and(text::is_blank) {
        return Err(Failure::usage("--focus says nothing").with_hint("leave it out, or say what the rounds are about"));
    }
    let request = ContinueRequest {
        rounds: args.rounds,
        focus: focus.map(|focus| focus.trim().to_owned()),
        facts: args.facts.iter().map(|given| fact(given)).collect::<Result<_, _>>()?,
        from_round: args.from_round,
        name: args.name.clone(),
        guard: guard(args.allow_secrets),
    };
    let form = args.ballot.as_deref().map(|given| app::form(&given::read("--ballot", given)?)).transpose()?;
    runtime()?.block_on(async {
        let session = match form {
            Some(form) => {
                let answer = Answer::Turn { seat: args.seat.clone(), form };
                app.answer(&args.id, answer, guard(args.allow_secrets), pace(&app, &args.view)).await?
            }
            None => app.go_on(&args.id, request, pace(&app, &args.view)).await?,
        };
        let history = attended(&app, session, &args.view).await?;
        conclude(&app, &history, (&args.result, &args.view), &outputs)
    })
}

pub(crate) fn synthesize(args: &ResumeArgs) -> Result<(), Failure> {
    let app = crate::cli::configured::app(limits::flags(&args.limits))?;
    let outputs = Outputs::checked(&app, &args.result.output)?;
    runtime()?.block_on(async {
        let session = app.synthesize(&args.id, pace(&app, &args.view)).await?;
        let history = attended(&app, session, &args.view).await?;
        conclude_with(&app, &history, app::synthesis_failure(&history), (&args.result, &args.view), &outputs)
    })
}

/// Prints the result. How the session ended outweighs what went wrong in printing it, which is told all the same.
fn conclude(app: &App, history: &History, shown: (&ResultArgs, &ViewArgs), outputs: &Outputs) -> Result<(), Failure> {
    conclude_with(app, history, app::ending_failure(history), shown, outputs)
}

/// Like [`conclude`], for a command whose end is another than the session's.
fn conclude_with(
    app: &App,
    history: &History,
    ending: Option<Failure>,
    (result, view): (&ResultArgs, &ViewArgs),
    outputs: &Outputs,
) -> Result<(), Failure> {
    let printed = output::session(app, history, Some(result.format), outputs, &|told| {
        aside(app, history.setup.session, told, view)
    });
    match (ending, printed) {
        (None, printed) => printed,
        (Some(ending), Ok(())) => Err(ending),
        (Some(ending), Err(failure)) => {
            output::failure(&failure, ErrorFormat::of(result.format, view.progress));
            Err(ending)
        }
    }
}

pub(super) fn runtime() -> Result<runtime::Runtime, Failure> {
    // Waiting for providers is all there is to do, so one thread does it.
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("cannot start: {error}")))
}

/// Does work to its end, and cancels `leave` when a signal comes meanwhile.
pub(super) async fn heeding<T>(leave: &CancellationToken, work: impl Future<Output = T>) -> T {
    let mut signals = Signals::new();
    let mut work = std::pin::pin!(work);
    let signalled = async {
        match &mut signals {
            Some(signals) => drop(signals.next().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        done = &mut work => return done,
        () = signalled => leave.cancel(),
    }
    work.await
}

pub(super) fn setting_flags(args: &DebateArgs) -> Vec<SettingFlag> {
    let listed = |names: &[String]| (!names.is_empty()).then(|| names.join(","));
    let on = args.web_search.then(|| keys::ON.to_owned());
    let off = args.no_web_search.then(|| keys::OFF.to_owned());
    let flags = [
        ("--mode", keys::MODE, args.mode.clone()),
        ("--agent-count", keys::DEFAULT_AGENT_COUNT, args.agent_count.clone()),
        ("--provider", keys::PROVIDERS, listed(&args.provider)),
        ("--moderator", keys::MODERATOR, args.moderator.clone()),
        ("--fallback", keys::FALLBACK, listed(&args.fallback)),
        ("--web-search", keys::WEB_SEARCH, on),
        ("--no-web-search", keys::WEB_SEARCH, off),
    ];
    let settings = flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?)));
    settings.chain(limits::flags(&args.limits)).collect()
}

pub(super) fn request(args: &DebateArgs, pace: Duration) -> Result<StartRequest, Failure> {
    if let Some(seed) = args.seed.filter(|seed| *seed > SEED_MAX) {
        return Err(Failure::usage(format!("--seed is `{seed}`; a whole number from 0 to {SEED_MAX} is needed")));
    }
    let options = if args.yes_no { vec!["Yes".to_owned(), "No".to_owned()] } else { args.options.clone() };
    Ok(StartRequest {
        topic: given::read("--topic", &args.topic)?,
        options,
        estimate: args.estimate.clone(),
        people: args
            .seats
            .iter()
            .filter(|given| given.contains(':'))
            .map(|given| person(given))
            .collect::<Result<_, _>>()?,
        seated: args.seats.iter().filter(|given| !given.contains(':')).cloned().collect(),
        on_needs: if args.no_wait { OnNeeds::GoOn } else { OnNeeds::Wait },
        perspectives: args.perspective.iter().map(|given| perspective(given)).collect::<Result<_, _>>()?,
        rounds: args.rounds.map_or(Rounds::AsTheModeSays, Rounds::Exactly),
        who: if args.rehearse { Who::Rehearsal(pace) } else { Who::Providers },
        synthesis: !args.no_synthesis,
        gate: GateRequest {
            min_agreement: args.min_agreement.clone(),
            expect: args.expect.clone(),
            no_blocking_dissent: args.no_blocking_dissent,
            allow_one_option: args.allow_one_option,
            policy: if args.no_policy { PolicyUse::LeftOut } else { PolicyUse::Applied },
        },
        seed: args.seed,
        name: args.name.clone(),
        tags: args.tags.iter().map(|given| tag(given)).collect::<Result<_, _>>()?,
        supplied: supplied(args)?,
    })
}

fn supplied(args: &DebateArgs) -> Result<Supplied, Failure> {
    let inputs = args.context.iter().filter(|path| *path == "-").count() + usize::from(args.topic == "-");
    if inputs > 1 {
        return Err(Failure::usage("standard input is asked for more than once")
            .with_hint("give the rest as files: standard input can be read only once"));
    }
    Ok(Supplied {
        context: args.context.clone(),
        diff: args.diff.clone(),
        assume: args.assume.clone(),
        guard: guard(args.allow_secrets),
    })
}

/// What the flag asks for.
fn guard(allow_secrets: bool) -> Guard {
    if allow_secrets { Guard::Allow } else { Guard::Refuse }
}

/// Reads `KEY=VALUE`.
fn tag(given: &str) -> Result<(String, String), Failure> {
    let (key, value) = given.split_once('=').ok_or_else(|| {
        Failure::usage(format!("--tag is `{given}`, which has no value")).with_hint("write --tag KEY=VALUE")
    })?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Reads `ABOUT=TEXT` or `ABOUT=@FILE`.
fn fact(given: &str) -> Result<Fact, Failure> {
    let unusable = || {
        Failure::usage(format!("--fact is `{}`, which is no fact", text::clip(given, 60)))
            .with_hint("write --fact \"what it is about=what it says\", or =@FILE")
    };
    let (about, told) = given.split_once('=').ok_or_else(unusable)?;
    let (about, told) = (text::line(about), given::read("--fact", told)?);
    if text::is_blank(&about) || text::is_blank(&told) {
        return Err(unusable());
    }
    Ok(Fact { need: None, about, text: told.trim().to_owned() })
}

/// Reads `human:NAME`.
fn person(given: &str) -> Result<String, Failure> {
    let name = given.split_once(':').filter(|(kind, name)| kind.trim() == HUMAN && !text::is_blank(name));
    let persona = name.and_then(|(_, name)| app::persona(name, ""));
    persona.map(|persona| persona.name).ok_or_else(|| {
        Failure::usage(format!("--seat is `{}`, which is nobody's seat", text::clip(given, 60)))
            .with_hint("write --seat human:NAME, with a name of 1 to 60 characters that is not Moderator, or the name of a persona")
    })
}

/// Reads `Name: what it cares about`.
fn perspective(given: &str) -> Result<Persona, Failure> {
    let (name, cares_about) = given.split_once(':').unwrap_or((given, ""));
    app::persona(name, cares_about).ok_or_else(|| {
        Failure::usage(format!(
            "--perspective is `{given}`, and its name must have 1 to 60 characters and not be Moderator"
        ))
        .with_hint("write --perspective \"Name: what it cares about\"")
    })
}

/// Rehearsed replies take their time only where somebody watches them arrive.
fn pace(app: &App, view: &ViewArgs) -> Duration {
    match chosen(app, view) {
        View::Bar => REHEARSAL_PACE,
        View::Plain | View::Ndjson | View::None => Duration::ZERO,
    }
}

/// Tells that there is nothing to run: a session of this name has been decided, or waits.
fn known(app: &App, history: &History, view: &ViewArgs) {
    match chosen(app, view) {
        _ if view.quiet => {}
        View::Ndjson => output::progress(&progress::opened(history)),
        // What is waited for is told, or asked for, next.
        View::Bar | View::Plain | View::None if history.waiting.is_some() => {}
        View::Bar | View::Plain | View::None => {
            let session = history.setup.session;
            output::remark(&format!("session {session} is decided; nothing is asked again"));
        }
    }
}

/// Tells that another process runs the session of the given name, and that its decision is waited for.
fn tell_of_wait(app: &App, session: SessionId, view: &ViewArgs) {
    let message = format!("session {session} of this name is being run elsewhere; its decision is waited for");
    aside(app, session, message, view);
}

/// Tells something about a session beside its result.
fn aside(app: &App, session: SessionId, message: String, view: &ViewArgs) {
    match chosen(app, view) {
        _ if view.quiet => {}
        View::Ndjson => output::progress(&progress::aside(Some(session.to_string()), Told::Warning { message })),
        View::Bar | View::Plain | View::None => output::remark(&message),
    }
}

fn chosen(app: &App, view: &ViewArgs) -> View {
    let view = match view.progress {
        _ if view.quiet => View::None,
        ProgressArg::None => View::None,
        ProgressArg::Plain => View::Plain,
        ProgressArg::Ndjson => View::Ndjson,
        ProgressArg::Bar => View::Bar,
        ProgressArg::Auto => fitting(),
    };
    match view {
        // Log lines would tear what is redrawn.
        View::Bar if app.telemetry().writes_lines() => View::Plain,
        View::Bar | View::Plain | View::Ndjson | View::None => view,
    }
}

/// The view that fits what standard error is.
pub(super) fn fitting() -> View {
    if std::io::stderr().is_terminal() && !is_dumb() { View::Bar } else { View::Plain }
}

pub(super) fn palette(app: &App) -> Palette {
    let surface = match (std::io::stderr().is_terminal(), is_dumb(), app.config().no_color()) {
        (false, _, _) => Surface::Stream,
        (true, true, _) => Surface::Dumb,
        (true, false, true) => Surface::NoColor,
        (true, false, false) => Surface::Terminal,
    };
    Palette::new(surface)
}

/// Runs a session, and asks the person at the terminal, if there is one, for what it waits for.
async fn attended(app: &App, session: Session, view: &ViewArgs) -> Result<History, Failure> {
    let history = watched(app, session, view, Beginning::Told).await?;
    answered(app, history, view).await
}

/// Goes on with a session for as long as it waits and somebody answers.
async fn answered(app: &App, mut history: History, view: &ViewArgs) -> Result<History, Failure> {
    while history.waiting.is_some() && ask::is_somebody_there(view) {
        let id = history.setup.session.to_string();
        let hint = |failure: Failure| match app::ending_failure(&history).and_then(|waiting| waiting.hint) {
            Some(hint) => failure.with_hint(hint).with_session(id.clone()),
            None => failure,
        };
        let Some(answer) = ask::ask(&history).await.map_err(hint)? else { break };
        let session = app.answer(&id, answer, Guard::Refuse, pace(app, view)).await?;
        history = watched(app, session, view, Beginning::Known).await?;
    }
    Ok(history)
}

/// Runs a session under the chosen view and under the user's control.
async fn watched(app: &App, session: Session, view: &ViewArgs, beginning: Beginning) -> Result<History, Failure> {
    for warning in session.warnings.iter().filter(|_| !view.quiet) {
        match chosen(app, view) {
            View::Ndjson => {
                let id = session.history.setup.session.to_string();
                output::progress(&progress::aside(Some(id), Told::Warning { message: warning.clone() }));
            }
            View::Bar | View::Plain | View::None => output::remark(&format!("warning: {warning}")),
        }
    }
    let (notices, watched) = mpsc::channel(NOTICES_MAX);
    let control = Control::default();
    let shown = session.begun.as_ref().map_or(&session.history, |begun| &begun.before).clone();
    let watching = spawn_view((chosen(app, view), beginning), palette(app), shown, watched)?;
    for logged in session.begun.iter().flat_map(|begun| &begun.events) {
        // Few, and the channel is empty; who does not watch misses nothing.
        notices.try_send(Notice::Recorded(Arc::new(logged.clone()))).ok();
    }
    let signals = tokio::spawn(obey_signals(control.clone()));
    let result = session.run(notices, control).await;
    signals.abort();
    // The view ends by itself once nobody sends notices; if it broke, the result stands all the same. Who leaves at once does
    // not wait for a terminal that takes no more.
    match &result {
        Ok(_) => watching.await.ok(),
        Err(_) => tokio::time::timeout(VIEW_PATIENCE, watching).await.ok().and_then(Result::ok),
    };
    result
}

/// Shows a session on a thread of its own, so that a terminal that stands still holds nothing up. Resolves when the view is over.
pub(super) fn spawn_view(
    (view, beginning): (View, Beginning),
    palette: Palette,
    history: History,
    notices: mpsc::Receiver<Notice>,
) -> Result<oneshot::Receiver<()>, Failure> {
    let runtime = runtime()?;
    let (done, over) = oneshot::channel();
    thread::spawn(move || {
        runtime.block_on(live::watch(view, beginning, palette, history, notices));
        done.send(()).ok();
    });
    Ok(over)
}

/// The first signal asks for a cheap end, the second for an end at once. Whoever asks the process to terminate will not
/// ask twice, so after a while that counts as the second.
async fn obey_signals(control: Control) {
    // Both are waited for from the start, so that a second signal right after the first is not lost.
    let Some(mut signals) = Signals::new() else { return };
    let first = signals.next().await;
    control.stop(StoppedBy::Interrupt);
    match first {
        Asked::Interrupt => drop(signals.next().await),
        Asked::Terminate => drop(tokio::time::timeout(GRACE, signals.next()).await),
    }
    control.abort();
}
