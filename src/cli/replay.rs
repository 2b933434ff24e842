//! `replay`: runs the core anew over stored logs and tells what differs, or plays a log on the live view.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::app::{App, Filter, Notice, Signals, Verification};
use crate::cli::args::sessions::ReplayArgs;
use crate::cli::args::shared::{FormatArg, ListingFormat};
use crate::cli::files::Outputs;
use crate::cli::live::{Beginning, View};
use crate::cli::{output, run};
use crate::debate::event::Logged;
use crate::debate::history::History;
use crate::debate::replay::Miss;
use crate::debate::text;
use crate::error::Failure;

/// Longest time between two events on the screen, in milliseconds.
const GAP_MS_MAX: u64 = 600;
/// Longest time for a whole session on the screen, in milliseconds.
const PLAY_MS_MAX: u64 = 20_000;

pub(crate) fn replay(app: &App, args: &ReplayArgs) -> Result<(), Failure> {
    match (args.watch, &args.record, args.ids.as_slice()) {
        (true, _, [id]) => watch(app, id, args.format),
        (true, _, _) => Err(Failure::usage("--watch takes one session")),
        (false, Some(record), [id]) => {
            let verification = app.verify_record(id, &read(record)?)?;
            report(vec![Ok(verification)], args.format)
        }
        (false, Some(_), _) => Err(Failure::usage("--record takes one session")),
        (false, None, ids) => {
            let all = if args.all { app.list(&Filter::default(), u32::MAX)? } else { Vec::new() };
            let names = ids.iter().cloned().chain(all.iter().map(|listed| listed.session.to_string()));
            report(names.map(|name| app.verify(&name)).collect(), args.format)
        }
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

/// Prints what was found in every session, and fails with the first session that differs or cannot be read.
fn report(outcomes: Vec<Result<Verification, Failure>>, format: ListingFormat) -> Result<(), Failure> {
    let found: Vec<&Verification> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    let printed = match format {
        _ if found.is_empty() => Ok(()),
        ListingFormat::Text => {
            output::listing(&found.iter().map(|verification| lines(verification)).collect::<String>())
        }
        ListingFormat::Json => {
            let sessions: Vec<Value> = found.iter().map(|verification| entry(verification)).collect();
            output::json(&format!("{:#}", json!({ "sessions": sessions })))
        }
    };
    let failures = outcomes.into_iter().filter_map(|outcome| match outcome {
        Ok(verification) => verification.failure(),
        Err(failure) => Some(failure),
    });
    let mut failures = failures.chain(printed.err());
    let Some(first) = failures.next() else { return Ok(()) };
    failures.for_each(|failure| output::remark(&format!("error: {failure}")));
    Err(first)
}

fn lines(verification: &Verification) -> String {
    let Verification { session, events, prompts, misses } = verification;
    if misses.is_empty() {
        return format!("{session}: {events} events, {prompts} prompts, same bytes\n");
    }
    let line = |miss: &Miss| {
        let Miss { seq, event, field, recorded, recomputed } = miss;
        let line = format!("{session}: event {seq} {event}: {field}: recorded {recorded}, recomputed {recomputed}");
        text::line(&line) + "\n"
    };
    misses.iter().map(line).collect()
}

fn entry(verification: &Verification) -> Value {
    json!({
        "session": verification.session,
        "events": verification.events,
        "prompts": verification.prompts,
        "misses": verification.misses,
    })
}

/// Plays a session, prints its record, and fails if the log does not replay.
fn watch(app: &App, id: &str, format: ListingFormat) -> Result<(), Failure> {
    let log = app.log(id)?;
    let history = app.load(id)?;
    run::runtime()?.block_on(play(app, &log))?;
    let format = match format {
        ListingFormat::Text => FormatArg::Text,
        ListingFormat::Json => FormatArg::Json,
    };
    output::session(app, &history, Some(format), &Outputs::none(app), &|_| ())?;
    app.verify(id)?.failure().map_or(Ok(()), Err)
}

/// Tells the live view of every event in turn. A signal ends it at once, with the terminal in order.
async fn play(app: &App, log: &[Logged]) -> Result<(), Failure> {
    let Some((first, rest)) = log.split_first() else { return Ok(()) };
    let opened = History::open(first).map_err(|error| Failure::internal(error.to_string()).with_source(error))?;
    let view = run::fitting();
    let (notices, watched) = mpsc::channel(run::NOTICES_MAX);
    let watching = run::spawn_view((view, Beginning::Told), run::palette(app), opened, watched)?;
    let telling = async move {
        for (gap, logged) in gaps(log).into_iter().zip(rest) {
            match view {
                View::Bar => tokio::time::sleep(gap).await,
                View::Plain | View::Ndjson | View::None => {}
            }
            // A view that broke is no reason to stop: the record follows.
            notices.send(Notice::Recorded(Arc::new(logged.clone()))).await.ok();
        }
    };
    let interrupted = async {
        match Signals::new() {
            Some(mut signals) => signals.next().await,
            None => std::future::pending().await,
        }
    };
    // Whichever ends first, the notices end with it, and then the view.
    let is_whole = tokio::select! {
        () = telling => true,
        _ = interrupted => false,
    };
    watching.await.ok();
    if is_whole { Ok(()) } else { Err(Failure::interrupted("interrupted").lasting()) }
}

/// The time before every event but the first: as recorded, but no gap longer than 600 ms, and all of them together at most
/// 20 s.
fn gaps(log: &[Logged]) -> Vec<Duration> {
    let recorded = log.windows(2).map(|pair| pair[1].at_ms.saturating_sub(pair[0].at_ms).min(GAP_MS_MAX));
    let recorded: Vec<u64> = recorded.collect();
    let whole = recorded.iter().sum::<u64>().max(PLAY_MS_MAX);
    recorded.into_iter().map(|gap| Duration::from_micros(gap * 1_000 * PLAY_MS_MAX / whole)).collect()
}

#[cfg(test)]
mod tests {
    use super::gaps;
    use crate::debate::event::{Event, Logged};

    /// A log in which nothing but time passes, by its gaps in milliseconds.
    fn log(gaps: &[u64]) -> Vec<Logged> {
        let mut at_ms = 1_795_230_157_966;
        let mut log = vec![Logged { seq: 1, at_ms, event: Event::SessionResumed {} }];
        for (seq, gap) in (2..).zip(gaps) {
            at_ms += gap;
            log.push(Logged { seq, at_ms, event: Event::SessionResumed {} });
        }
        log
    }

    #[test]
    fn time_passes_as_it_was_recorded_but_nobody_waits_for_long() {
        let cases: [(&[u64], &[u128]); 4] = [
            (&[], &[]),
            (&[0, 120, 600], &[0, 120, 600]),
            // A night in the middle.
            (&[10, 36_000_000, 10], &[10, 600, 10]),
            (&[600; 100], &[200; 100]),
        ];
        for (recorded, expected) in cases {
            let played: Vec<u128> = gaps(&log(recorded)).iter().map(std::time::Duration::as_millis).collect();
            assert_eq!(played, expected, "{recorded:?}");
        }
        let long = gaps(&log(&vec![599; 10_000]));
        assert!(long.iter().sum::<std::time::Duration>().as_millis() <= 20_000);
    }
}
