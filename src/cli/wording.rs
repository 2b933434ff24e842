//! What the command line calls the things that a message speaks of: flags and commands.

use crate::error::Failure;
use crate::message::{Action, Field, Message, Target, Wording};

/// The command line's words.
pub(crate) struct CommandLine;

impl Wording for CommandLine {
    fn field(&self, field: Field) -> String {
        let flag = match field {
            Field::Topic => "--topic",
            Field::Options => "--option",
            Field::YesNo => "--yes-no",
            Field::Estimate => "--estimate",
            Field::Mode => "--mode",
            Field::Perspectives => "--perspective",
            Field::Seats => "--seat",
            Field::Providers => "--provider",
            Field::Context => "--context",
            Field::Diff => "--diff",
            Field::Assumptions => "--assume",
            Field::Documents => "--documents",
            Field::Rounds => "--rounds",
            Field::FromRound => "--from-round",
            Field::Focus => "--focus",
            Field::Facts => "--fact",
            Field::Ballot => "--ballot",
            Field::Name => "--name",
            Field::Tags => "--tag",
            Field::MaxCost => "--max-cost",
            Field::MaxTokens => "--max-tokens",
            Field::Timeout => "--timeout",
            Field::MinAgreement => "--min-agreement",
            Field::Expect => "--expect",
            Field::NoBlockingDissent => "--no-blocking-dissent",
            Field::AllowOneOption => "--allow-one-option",
            Field::NoPolicy => "--no-policy",
            Field::AllowSecrets => "--allow-secrets",
            Field::Rehearsal => "--rehearse",
        };
        flag.to_owned()
    }

    fn action(&self, action: &Action) -> String {
        format!("`roundtable {}`", arguments(action))
    }
}

/// The command and its arguments.
fn arguments(action: &Action) -> String {
    match action {
        Action::Start => "start --topic \"Should we split the monolith?\"".to_owned(),
        Action::Plan => "plan".to_owned(),
        Action::Resume(target) => format!("resume {}", id(target)),
        Action::Pause(target) => format!("pause {}", id(target)),
        Action::Stop(target) => format!("stop {}", id(target)),
        Action::Synthesize(target) => format!("synthesize {}", id(target)),
        Action::Show(target) => format!("show {}", id(target)),
        Action::ShowRounds(target) => format!("show {} --view rounds", id(target)),
        Action::ShowBallot(target) => format!("show {} --view ballot", id(target)),
        Action::HandInBallot(target) => format!("continue {} --ballot @FILE", id(target)),
        Action::SupplyFacts(target, needs) => {
            let facts: String = needs.iter().map(|need| format!(" --fact {need}=@FILE")).collect();
            format!("continue {}{facts}", id(target))
        }
        Action::BranchFromOpening(target) => format!("continue {} --from-round 1", id(target)),
        Action::Rename(target) => format!("rename {} NAME", id(target)),
        Action::Delete(target) => format!("delete {}", id(target)),
        Action::Export(target) => format!("export {}", id(target)),
        Action::ListSessions => "list".to_owned(),
        Action::ListProviders => "providers".to_owned(),
        Action::ListModes => "modes list".to_owned(),
        Action::CheckMode(name) => format!("modes check {name}"),
        Action::ListPersonas => "personas list".to_owned(),
        Action::CountUsage => "usage".to_owned(),
        Action::ShowConfiguration => "config show".to_owned(),
        Action::Examine => "doctor".to_owned(),
    }
}

fn id(target: &Target) -> &str {
    match target {
        Target::Session(id) => id,
        Target::Latest => "@",
        Target::Known => "ID",
    }
}

/// A message in the command line's words.
pub(crate) fn worded(message: &Message) -> String {
    message.worded(&CommandLine)
}

/// What to do about a failure, in the command line's words.
pub(crate) fn hint(failure: &Failure) -> Option<String> {
    failure.hint.as_ref().map(worded)
}

#[cfg(test)]
mod tests {
    use super::CommandLine;
    use crate::message::{Action, Field, Target, Wording};

    #[test]
    fn every_field_and_action_has_its_words() {
        let fields = Field::ALL.iter().map(|field| format!("{field:?}: {}", CommandLine.field(*field)));
        let actions = Action::all(&Target::of("0198")).into_iter();
        let actions = actions.map(|action| format!("{action:?}: {}", CommandLine.action(&action)));
        let targets = [Target::Latest, Target::Known].map(|target| CommandLine.action(&Action::Resume(target)));
        let told = fields.chain(actions).chain(targets).collect::<Vec<_>>().join("\n");
        insta::with_settings!({ snapshot_path => "../../tests/snapshots/wording", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("cli", told);
        });
    }
}
