//! What a person can pick from a menu: one prompt a mode, which asks the assistant to hold a debate in it.

use rmcp::model::{ErrorData, GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::{Value, json};

use crate::app::App;
use crate::debate::mode::Mode;
use crate::debate::text;

/// Lists one prompt a mode.
pub(super) fn list(app: &App) -> Vec<Prompt> {
    modes(app)
        .map(|mode| {
            let arguments = vec![
                PromptArgument::new("topic").with_description("the question to debate").with_required(true),
                PromptArgument::new("options")
                    .with_description("the options to choose from, one a line; without any, the panel forms them")
                    .with_required(false),
            ];
            let about = format!("{} Best for {}", mode.summary, mode.best_for);
            Prompt::new(&mode.mode, Some(about), Some(arguments)).with_title(format!("Debate: {}", mode.title))
        })
        .collect()
}

/// Words a prompt. Fails when there is none of that name, or without a topic.
pub(super) fn get(app: &App, name: &str, arguments: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let mode = modes(app)
        .find(|mode| mode.mode == name)
        .ok_or_else(|| ErrorData::invalid_params(format!("there is no prompt `{name}`"), None))?;
    let given = |name: &str| arguments.get(name).and_then(Value::as_str).filter(|text| !text::is_blank(text));
    let topic = given("topic").ok_or_else(|| ErrorData::invalid_params("argument `topic` is needed", None))?;
    let options: Vec<String> =
        given("options").into_iter().flat_map(str::lines).map(text::line).filter(|option| !option.is_empty()).collect();
    let mut call = json!({ "topic": topic.trim(), "mode": mode.mode });
    if !options.is_empty() {
        call["options"] = json!(options);
    }
    let asked = format!(
        "Call start_roundtable with these arguments:\n\n{call:#}\n\nThen tell me the decision, its agreement and who dissents and \
         why. If the advice is not `proceed`, use get_session to look at what it names, and say what should be checked before \
         anybody acts on it."
    );
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, asked)]).with_description(mode.summary))
}

fn modes(app: &App) -> impl Iterator<Item = Mode> {
    app.modes().into_iter().filter_map(|listed| listed.result.ok())
}
