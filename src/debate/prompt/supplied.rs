//! What comes with the question, as every speaker of a session is shown it: the same bytes for all of them.

use crate::debate::log::material::Origin;
use crate::debate::log::setup::Setup;
use crate::debate::material::{self, Matter, Premise};
use crate::debate::prompt::quote;

/// Words the premises of a session; nothing where there are none.
pub(super) fn block(setup: &Setup, mark: &quote::Mark) -> String {
    let (texts, assumptions): (Vec<Premise<'_>>, Vec<Premise<'_>>) =
        material::premises(setup).into_iter().partition(|premise| matches!(premise.matter, Matter::Material(_)));
    let mut parts = Vec::new();
    if !assumptions.is_empty() {
        let lines: Vec<String> =
            assumptions.iter().map(|premise| format!("{}: {}", premise.id, premise.text())).collect();
        parts.push(format!("# Taken as given\n\n{GIVEN}\n{}", quote::fence_supplied(mark, &lines.join("\n"))));
    }
    if !texts.is_empty() {
        let quoted: Vec<String> = texts.iter().map(|premise| text(premise, mark)).collect();
        parts.push(format!("# Material\n\n{MATERIAL}\n\n{}", quoted.join("\n\n")));
    }
    parts.iter().map(|part| format!("{part}\n\n")).collect()
}

const GIVEN: &str = "Whoever asks takes this as given. Reason from it; where something speaks against it, say so. Evidence that rests on it is of type \
     material, with its id as ref.";
const MATERIAL: &str = "Supplied with the question. Evidence from it is of type material: ref is the id of the text, such as m1, and quote holds words \
     that stand there.";

fn text(premise: &Premise<'_>, mark: &quote::Mark) -> String {
    let origin = match premise.matter {
        Matter::Material(material) => match material.origin {
            Origin::File | Origin::Outside => "a file",
            Origin::Input => "from standard input",
            Origin::Diff => "changes",
        },
        Matter::Assumption(_) => "an assumption",
    };
    let name = quote::inline(mark, premise.name().unwrap_or_default());
    format!("{}, {origin}, {name}:\n{}", premise.id, quote::fence_supplied(mark, premise.text()))
}
