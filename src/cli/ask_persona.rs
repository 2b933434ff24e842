//! `ask`: a persona alone, or several at once.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::app::{AskRequest, AskedPersonas, Capped, Guard, PersonaAnswer, REHEARSAL_NOTE, Who, ask_failure, names_of};
use crate::cli::args::ask::AskArgs;
use crate::cli::args::setting::SettingFlag;
use crate::cli::args::shared::ListingFormat;
use crate::cli::{given, output, run};
use crate::config::keys;
use crate::debate::reply::Finish;
use crate::debate::text;
use crate::error::Failure;
use crate::export::figures::money;
use crate::export::usage::searches;

/// Format and version of what is printed.
const SCHEMA: &str = "roundtable.answers/1";

pub(crate) fn ask(args: &AskArgs) -> Result<(), Failure> {
    let task = given::read("the task", &args.task)?;
    let app = crate::cli::configured::app(flags(args))?;
    let request = AskRequest {
        personas: names_of(&args.persona),
        task,
        context: args.context.clone(),
        material: None,
        guard: if args.allow_secrets { Guard::Allow } else { Guard::Refuse },
        who: if args.rehearse { Who::Rehearsal(std::time::Duration::ZERO) } else { Who::Providers },
    };
    let leave = CancellationToken::new();
    let asked = run::runtime()?.block_on(run::heeding(&leave, app.ask(&request, &leave)))?;
    for warning in &asked.warnings {
        output::remark(&format!("warning: {}", text::line(warning)));
    }
    match args.format {
        ListingFormat::Text => {
            if args.rehearse {
                output::remark(REHEARSAL_NOTE);
            }
            output::for_reading(&in_words(&asked))?;
            asked.answers.iter().for_each(|answer| output::remark(&footer(answer)));
        }
        ListingFormat::Json => {
            output::json(&format!("{:#}", in_json(&asked, args.rehearse.then_some(REHEARSAL_NOTE))))?
        }
    }
    ask_failure(&asked).map_or(Ok(()), Err)
}

/// The settings that the flags stand for.
fn flags(args: &AskArgs) -> Vec<SettingFlag> {
    let flags = [
        ("--provider", keys::PROVIDERS, (!args.provider.is_empty()).then(|| args.provider.join(","))),
        ("--documents", keys::DOCUMENTS, args.documents.clone()),
        ("--web-search", keys::WEB_SEARCH, args.web_search.then(|| keys::ON.to_owned())),
        ("--no-web-search", keys::WEB_SEARCH, args.no_web_search.then(|| keys::OFF.to_owned())),
        ("--max-cost", keys::MAX_COST, args.max_cost.clone()),
        ("--max-tokens", keys::MAX_TOKENS, args.max_tokens.clone()),
    ];
    flags.into_iter().filter_map(|(flag, setting, text)| Some((flag, setting, text?))).collect()
}

/// The answers; several each under its persona's name.
fn in_words(asked: &AskedPersonas) -> String {
    let spoken = asked.answers.iter().filter_map(|answer| Some((answer, answer.said.as_ref().ok()?)));
    let told = spoken.map(|(answer, said)| {
        let said = text::laid_out(said.in_words().trim());
        if asked.answers.len() == 1 {
            format!("{said}\n")
        } else {
            format!("# {}\n\n{said}\n", text::line(&answer.title))
        }
    });
    told.collect::<Vec<_>>().join("\n")
}

/// What an answer took, on a line.
fn footer(answer: &PersonaAnswer) -> String {
    let taken = &answer.taken;
    let ended = match &answer.said {
        Ok(said) => match said.finish {
            Finish::Complete => "",
            Finish::Truncated => "cut off at its limit; ",
            Finish::Refused => "refused; ",
            Finish::Filtered => "withheld by the provider's filter; ",
        },
        Err(_) => "no answer; ",
    };
    let capped = answer.said.as_ref().ok().and_then(|said| said.capped);
    let capped = capped.map(|capped| format!("looked up no more ({}); ", capped.name())).unwrap_or_default();
    let tokens = taken.input_tokens.saturating_add(taken.output_tokens);
    let calls = if taken.calls == 1 { "1 call".to_owned() } else { format!("{} calls", taken.calls) };
    let searches = searches(taken.searches);
    format!(
        "{}: {ended}{capped}{} · {}, {calls}, {tokens} tokens{searches}, {}",
        answer.persona,
        answer.voice.provider,
        text::line(&answer.voice.model),
        money(taken.cost_usd)
    )
}

fn in_json(asked: &AskedPersonas, note: Option<&str>) -> Value {
    let answers: Vec<Value> = asked.answers.iter().map(entry).collect();
    json!({ "schema": SCHEMA, "note": note, "answers": answers, "warnings": asked.warnings })
}

fn entry(answer: &PersonaAnswer) -> Value {
    let said = answer.said.as_ref().ok();
    let taken = &answer.taken;
    json!({
        "persona": answer.persona,
        "title": answer.title,
        "provider": answer.voice.provider,
        "model": said.map_or(&answer.voice.model, |said| &said.model),
        "key": answer.alias,
        "text": said.map(|said| &said.text),
        "finish": said.map(|said| said.finish),
        "citations": said.map(|said| &said.citations),
        "documents": said.map(|said| &said.documents),
        "tool_calls": said.map(|said| said.tool_calls),
        "capped": answer.capped().map(Capped::name),
        "fault": answer.said.as_ref().err().map(|silence| &silence.fault),
        "calls": taken.calls,
        "requests": taken.requests,
        "unknown": taken.unknown,
        "input_tokens": taken.input_tokens,
        "cached_tokens": taken.cached_tokens,
        "output_tokens": taken.output_tokens,
        "reasoning_tokens": taken.reasoning_tokens,
        "searches": taken.searches,
        "estimated": taken.estimated,
        "cost_usd": taken.cost_usd,
        "elapsed_ms": taken.elapsed_ms,
    })
}
