//! `ask_persona`: one viewpoint, or a few side by side, without a debate.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::{AskRequest, AskedPersonas, Capped, Guard, PersonaAnswer, Who, ask_failure, names_of};
use crate::debate::reply::{Citation, Finish};
use crate::error::Failure;
use crate::export::figures::money;
use crate::mcp::answer::{Answer, Problem, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::tools::budget::{self, PersonaBudget};
use crate::mcp::tools::start::check_context;
use crate::mcp::tools::{Effect, Row, answering, check_personas};

pub(super) const TOOL: Row = Row {
    name: "ask_persona",
    title: "Ask a persona",
    about: "\
Asks a persona alone, such as architect, engineer, security, sre, qa or data, and returns its answer in Markdown. Several names, \
separated by commas, are asked at once and see nothing of one another. Use it for a review or an opinion from one field; for a \
decision between alternatives, start_roundtable lets them debate. The persona sees the task and the material given here, and \
nothing of this conversation or its files, so put in what it needs. Nothing of it is stored but what it took. list_agents tells \
which personas there are.",
    effect: Effect::Asks,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Answers>,
    run: |call, arguments| answering(call, arguments, ask),
};

/// Who is asked what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Arguments {
    /// The persona's name; several separated by commas.
    persona: String,
    /// What it is asked.
    task: String,
    /// Material to go by: files, or folders by the rules of .gitignore, as paths below the server's working folder.
    #[serde(default)]
    context: Vec<String>,
    /// More material, as text: code, a draft, a log.
    material: Option<String>,
    /// Whether it may search the web, which costs more, where its file and its provider allow it. Default: as the server is
    /// configured.
    web_search: Option<bool>,
    /// What it may take.
    budget: Option<PersonaBudget>,
    /// Answer from a script, without a key or a cost, to try things out. Default: false.
    #[serde(default)]
    rehearse: bool,
}

/// What was answered.
#[derive(Debug, Serialize, JsonSchema)]
struct Answers {
    /// One for each persona.
    answers: Vec<Spoken>,
    /// What went wrong, where a persona gave no answer.
    problem: Option<Problem>,
    /// What else there is to know.
    warnings: Vec<String>,
}

/// A persona's answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Spoken {
    persona: String,
    provider: String,
    model: String,
    /// The answer in Markdown; null where there is none.
    text: Option<String>,
    /// Whether the answer is whole; false where it was cut off, refused or withheld, or there is none.
    is_whole: bool,
    /// Reference documents it was shown, by path.
    documents: Vec<String>,
    /// Web pages that it points at, or was shown.
    citations: Vec<Citation>,
    /// The limit that kept it from looking up more, if one did: tool_rounds, document_bytes, max_cost or max_tokens. Without an
    /// answer, the one that left no room for it.
    capped: Option<&'static str>,
    /// Why there is no answer.
    fault: Option<String>,
    /// Tokens it took, in and out.
    tokens: u64,
    /// Searches of the web that it made.
    searches: u64,
    /// What it cost in US dollars; null where the price is not known.
    cost_usd: Option<f64>,
}

async fn ask(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let [cost, tokens, _] = budget::settings(given.budget.map(Into::into).as_ref());
    let app = call.app(&[cost, tokens, budget::web_search(given.web_search)])?;
    let personas = names_of(&given.persona);
    check_personas(&app, "persona", &personas)?;
    check_context(app.config().working_folder(), &given.context)?;
    let request = AskRequest {
        personas,
        task: given.task,
        context: given.context,
        material: given.material,
        guard: Guard::Refuse,
        who: if given.rehearse { Who::Rehearsal(Duration::ZERO) } else { Who::Providers },
    };
    let asked = app.ask(&request, call.leave()).await?;
    let problem = ask_failure(&asked).as_ref().map(Problem::of);
    let success = if problem.is_some() { Success::No } else { Success::Yes };
    let AskedPersonas { answers, warnings } = asked;
    let answers = Answers { answers: answers.into_iter().map(spoken).collect(), problem, warnings };
    Answer::new(&answers, answers.in_words(), success)
}

fn spoken(answer: PersonaAnswer) -> Spoken {
    let (taken, capped) = (answer.taken, answer.capped().map(Capped::name));
    let (said, fault) = match answer.said {
        Ok(said) => (Some(said), None),
        Err(silence) => (None, Some(silence.fault.to_string())),
    };
    Spoken {
        is_whole: said.as_ref().is_some_and(|said| said.finish == Finish::Complete),
        capped,
        documents: said.as_ref().map(|said| said.documents.clone()).unwrap_or_default(),
        citations: said.as_ref().map(|said| said.citations.clone()).unwrap_or_default(),
        text: said.map(|said| said.in_words()),
        persona: answer.persona,
        provider: answer.voice.provider,
        model: answer.voice.model,
        fault,
        tokens: taken.input_tokens.saturating_add(taken.output_tokens),
        searches: taken.searches,
        cost_usd: taken.cost_usd,
    }
}

impl Answers {
    fn in_words(&self) -> String {
        let answers = self.answers.iter().map(|answer| {
            let cut = if answer.is_whole || answer.text.is_none() { "" } else { "\n\n(The answer is not whole.)" };
            let said = answer
                .text
                .clone()
                .unwrap_or_else(|| format!("No answer: {}", answer.fault.as_deref().unwrap_or("nothing came")));
            let (persona, model) = (&answer.persona, &answer.model);
            format!("# {persona} ({model}, {})\n\n{said}{cut}", money(answer.cost_usd))
        });
        let problem = self.problem.iter().map(Problem::in_words);
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        answers.chain(problem).chain(warnings).collect::<Vec<_>>().join("\n\n")
    }
}
