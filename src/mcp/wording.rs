//! What assistants are told to pass and to call where a message speaks of a thing to set or to do: arguments and tools.

use crate::message::{Action, Field, Target, Wording};

/// The words of the tools.
pub(super) struct Tools;

impl Wording for Tools {
    fn field(&self, field: Field) -> String {
        let argument = match field {
            Field::Topic => "topic",
            Field::Options => "options",
            Field::YesNo => "options of Yes and No",
            Field::Estimate => "estimate",
            Field::Mode => "mode",
            Field::Perspectives => "perspectives",
            Field::Seats => "seats",
            Field::Providers => "providers",
            Field::Context => "context",
            Field::Diff => "the changes, as context,",
            Field::Assumptions => "assume",
            Field::Documents => "ROUNDTABLE_DOCUMENTS",
            Field::Rounds => "rounds",
            Field::FromRound => "fromRound",
            Field::Focus => "focus",
            Field::Facts => "facts",
            Field::Ballot => "the ballot",
            Field::Name => "name",
            Field::Tags => "tags",
            Field::MaxCost => "budget.maxCostUsd",
            Field::MaxTokens => "budget.maxTokens",
            Field::Timeout => "budget.timeoutSeconds",
            Field::MinAgreement => "gate.minAgreement",
            Field::Expect => "gate.expect",
            Field::NoBlockingDissent => "gate.noBlockingDissent",
            Field::AllowOneOption => "gate.allowOneOption",
            Field::NoPolicy => "noPolicy: true",
            Field::AllowSecrets => "the command line, where a person may allow it",
            Field::Rehearsal => "rehearse: true",
        };
        argument.to_owned()
    }

    fn action(&self, action: &Action) -> String {
        match action {
            Action::Start => tool("start_roundtable"),
            Action::Plan => command("plan"),
            Action::Resume(target) => control("resume", target),
            Action::Pause(target) => control("pause", target),
            Action::Stop(target) => control("stop", target),
            Action::Synthesize(target) => tool(&format!("synthesize_debate {}", id(target))),
            Action::Show(target) => tool(&format!("get_session {}", id(target))),
            Action::ShowRounds(target) => tool(&format!("get_session {} view: round", id(target))),
            Action::ShowBallot(target) => command(&format!("show {} --view ballot", id(target))),
            Action::HandInBallot(target) => command(&format!("continue {} --ballot @FILE", id(target))),
            Action::SupplyFacts(target, needs) => {
                tool(&format!("continue_roundtable {} facts: {}", id(target), needs.join(", ")))
            }
            Action::BranchFromOpening(target) => tool(&format!("continue_roundtable {} fromRound: 1", id(target))),
            Action::Rename(target) => command(&format!("rename {} NAME", id(target))),
            Action::Delete(target) => command(&format!("delete {}", id(target))),
            Action::Export(target) => tool(&format!("export_session {}", id(target))),
            Action::ListSessions => tool("list_sessions"),
            Action::ListProviders | Action::ListModes | Action::ListPersonas => tool("list_agents"),
            Action::CheckMode(name) => command(&format!("modes check {name}")),
            Action::CountUsage => command("usage"),
            Action::ShowConfiguration => command("config show"),
            Action::Examine => command("doctor"),
        }
    }
}

fn tool(call: &str) -> String {
    format!("`{call}`")
}

/// What no tool does, and a person at the machine can.
fn command(arguments: &str) -> String {
    format!("`roundtable {arguments}` on the command line")
}

fn control(action: &str, target: &Target) -> String {
    tool(&format!("control_session {action} {}", id(target)))
}

fn id(target: &Target) -> &str {
    match target {
        Target::Session(id) => id,
        Target::Latest => "@",
        Target::Known => "SESSION",
    }
}

#[cfg(test)]
mod tests {
    use super::Tools;
    use crate::message::{Action, Field, Target, Wording};

    #[test]
    fn every_field_and_action_has_its_words() {
        let fields = Field::ALL.iter().map(|field| format!("{field:?}: {}", Tools.field(*field)));
        let actions = Action::all(&Target::of("0198")).into_iter();
        let actions = actions.map(|action| format!("{action:?}: {}", Tools.action(&action)));
        let targets = [Target::Latest, Target::Known].map(|target| Tools.action(&Action::Resume(target)));
        let told = fields.chain(actions).chain(targets).collect::<Vec<_>>().join("\n");
        insta::with_settings!({ snapshot_path => "../../tests/snapshots/wording", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("mcp", told);
        });
    }
}
