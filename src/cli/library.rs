//! `rename`, `delete`, `import`, `pause`, `stop`: what is done to stored sessions without asking a model.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::Path;

use crate::app::{Answered, App};
use crate::cli::args::sessions::{DeleteArgs, ImportArgs, RenameArgs, SessionArgs};
use crate::cli::{output, run};
use crate::debate::log::ids::SessionId;
use crate::debate::text;
use crate::error::Failure;
use crate::export::{ndjson, record};

/// Longest topic in a question, in characters.
const TOPIC_CHARS_MAX: usize = 60;

pub(crate) fn rename(app: &App, args: &RenameArgs) -> Result<(), Failure> {
    let session = run::runtime()?.block_on(app.rename(&args.id, args.name.as_deref()))?;
    match &args.name {
        Some(name) => output::remark(&format!("session {session} is now named {name}")),
        None => output::remark(&format!("session {session} has no name any more")),
    }
    Ok(())
}

pub(crate) fn delete(app: &App, args: &DeleteArgs) -> Result<(), Failure> {
    // All of them are found before the first one goes, so that `@~1` means the same throughout.
    let sessions: Vec<(SessionId, Option<String>)> =
        args.ids.iter().map(|id| app.topic(id)).collect::<Result<_, Failure>>()?;
    let runtime = run::runtime()?;
    for (session, topic) in sessions {
        if !args.yes && !confirmed(session, topic.as_deref())? {
            output::remark(&format!("session {session} is kept"));
            continue;
        }
        runtime.block_on(app.delete(session))?;
        output::remark(&format!("session {session} is deleted"));
    }
    Ok(())
}

fn confirmed(session: SessionId, topic: Option<&str>) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("delete needs a yes, and there is no terminal to ask at").with_hint("add --yes"));
    }
    let topic =
        topic.map_or("which cannot be read".to_owned(), |topic| format!("\"{}\"", text::clip(topic, TOPIC_CHARS_MAX)));
    output::remark(&format!("Delete session {session}, {topic}, for good? [y/N]"));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::usage(format!("cannot read the answer: {error}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

pub(crate) fn import(app: &App, args: &ImportArgs) -> Result<(), Failure> {
    let log = ndjson::read(&whole(&args.file)?).map_err(|error| {
        Failure::mismatch(format!("{}: {error}", args.file.display()))
            .with_hint("nothing was stored")
            .with_source(error)
    })?;
    let (session, is_new) = run::runtime()?.block_on(app.import(log))?;
    match is_new {
        true => output::remark(&format!("session {session} is stored; `roundtable replay {session}` verifies it")),
        false => output::remark(&format!("session {session} is stored already, with this very log")),
    }
    Ok(())
}

/// Reads a whole file, or standard input; one byte more than a log may have, so that what is too long is seen to be.
fn whole(file: &Path) -> Result<String, Failure> {
    let cannot = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", file.display()));
    let mut source: Box<dyn Read> = match file.to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(File::open(file).map_err(cannot)?),
    };
    let mut text = String::new();
    source.by_ref().take(ndjson::FILE_BYTES_MAX as u64 + 1).read_to_string(&mut text).map_err(cannot)?;
    Ok(text)
}

pub(crate) fn pause(app: &App, args: &SessionArgs) -> Result<(), Failure> {
    let (session, answered) = run::runtime()?.block_on(app.pause(&args.id))?;
    output::remark(&match answered {
        Answered::ByRunner => format!("session {session} pauses; `roundtable resume {session}` goes on from there"),
        Answered::Here => format!("session {session} is not running, so there is nothing to pause"),
        Answered::NotYet => format!("session {session} has been asked to pause and has not answered yet"),
    });
    Ok(())
}

pub(crate) fn stop(app: &App, args: &SessionArgs) -> Result<(), Failure> {
    let (session, answered) = run::runtime()?.block_on(app.stop(&args.id))?;
    output::remark(&match answered {
        Answered::ByRunner => format!("session {session} stops; `roundtable show {session}` prints what was decided"),
        Answered::Here => {
            let history = app.load(&session.to_string())?;
            format!("session {session} has ended: {}", crate::export::phrases::headline(&record::record(&history)))
        }
        Answered::NotYet => format!("session {session} has been asked to stop and has not answered yet"),
    });
    Ok(())
}
