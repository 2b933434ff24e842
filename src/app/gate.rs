//! The gate: from what was asked for to its terms, and from a verdict that does not meet them to a failure.

use crate::app::request::{GateRequest, PolicyUse, Who};
use crate::config::{self, Config, keys};
use crate::debate::history::History;
use crate::debate::log::gate::{Condition, GateTerms, TermOrigin, TermOrigins};
use crate::debate::question::{OptionId, Question};
use crate::error::Failure;
use crate::message::{Action, Field, Message, Target, message};

/// A term as it was asked for.
struct Asked<T> {
    value: T,
    /// The field, or the policy's key.
    spelled: Message,
    /// File, line and column of a policy's term.
    place: Option<String>,
    origin: TermOrigin,
}

impl<T> Asked<T> {
    fn by_request(field: Field, value: T) -> Self {
        Self { value, spelled: field.into(), place: None, origin: TermOrigin::Flag }
    }

    /// The term in words, with the place of one of the policy.
    fn named(&self) -> Message {
        match &self.place {
            Some(place) => self.spelled.clone().and(format!(" (in {place})")),
            None => self.spelled.clone(),
        }
    }
}

/// The terms as they were asked for.
struct Wanted {
    min_agreement: Option<Asked<f64>>,
    expect: Option<Asked<String>>,
    no_blocking_dissent: Option<Asked<()>>,
}

impl Wanted {
    /// What was asked for, in words; `None` when nothing was.
    fn named(&self) -> Option<Message> {
        let terms = [
            self.min_agreement.as_ref().map(Asked::named),
            self.expect.as_ref().map(Asked::named),
            self.no_blocking_dissent.as_ref().map(Asked::named),
        ];
        let named: Vec<Message> = terms.into_iter().flatten().collect();
        (!named.is_empty()).then(|| Message::joined(named, " and "))
    }

    fn origins(&self) -> TermOrigins {
        TermOrigins {
            min_agreement: self.min_agreement.as_ref().map(|asked| asked.origin.clone()),
            expect: self.expect.as_ref().map(|asked| asked.origin.clone()),
            no_blocking_dissent: self.no_blocking_dissent.as_ref().map(|asked| asked.origin.clone()),
        }
    }

    /// What to leave out instead of `other`.
    fn way_out(&self, other: Field) -> Message {
        let origins = self.origins();
        let all = [origins.min_agreement, origins.expect, origins.no_blocking_dissent];
        if all.iter().flatten().any(|origin| *origin != TermOrigin::Flag) {
            message!["leave out ", other, ", or the project's policy with ", Field::NoPolicy]
        } else {
            message!["leave out ", other, ", or the gate"]
        }
    }
}

/// Checks what was asked for; `None` when nothing was. Where a flag and the policy set the same term, the flag stands.
pub(super) fn terms(
    config: &Config,
    request: &GateRequest,
    (question, who): (&Question, Who),
    warnings: &mut Vec<String>,
) -> Result<Option<GateTerms>, Failure> {
    let wanted = wanted(config, request, warnings)?;
    let Some(named) = wanted.named() else {
        return match request.allow_one_option {
            true => Err(Failure::usage(message![Field::AllowOneOption, " opens a gate, and none is set"]).with_hint(
                message!["give ", Field::MinAgreement, " or ", Field::NoBlockingDissent, " with it, or leave it out"],
            )),
            false => Ok(None),
        };
    };
    if request.allow_one_option && !question.is_open() {
        let told = " is for an open question, and the options are given";
        return Err(Failure::usage(message![Field::AllowOneOption, told]).with_hint("leave it out"));
    }
    if question.estimate.is_some() {
        return Err(Failure::usage(message![named, " needs options, and ", Field::Estimate, " asks for a number"])
            .with_hint(wanted.way_out(Field::Estimate)));
    }
    let terms = GateTerms {
        min_agreement: wanted.min_agreement.as_ref().map(|asked| asked.value),
        expect: wanted.expect.as_ref().map(|asked| expected(asked, question)).transpose()?,
        no_blocking_dissent: wanted.no_blocking_dissent.is_some(),
        allow_one_option: request.allow_one_option,
        origins: wanted.origins(),
    };
    match who {
        Who::Providers => Ok(Some(terms)),
        // A script that forgot the flag would pass without a single model having been asked.
        Who::Rehearsal(_) => {
            Err(Failure::usage(message![named, " cannot be met by a rehearsal, in which no model is asked"])
                .with_hint(wanted.way_out(Field::Rehearsal)))
        }
    }
}

fn wanted(config: &Config, request: &GateRequest, warnings: &mut Vec<String>) -> Result<Wanted, Failure> {
    let own = Wanted {
        min_agreement: request.min_agreement.as_deref().map(share).transpose()?,
        expect: request.expect.clone().map(|wanted| Asked::by_request(Field::Expect, wanted)),
        no_blocking_dissent: request.no_blocking_dissent.then(|| Asked::by_request(Field::NoBlockingDissent, ())),
    };
    let policy = policy(config);
    match request.policy {
        PolicyUse::Applied => Ok(Wanted {
            min_agreement: own.min_agreement.or(policy.min_agreement),
            expect: own.expect.or(policy.expect),
            no_blocking_dissent: own.no_blocking_dissent.or(policy.no_blocking_dissent),
        }),
        PolicyUse::LeftOut => {
            warnings.extend(policy.named().map(|named| format!("the project's policy is left out: {named}")));
            Ok(own)
        }
    }
}

/// The terms that the project's file sets.
fn policy(config: &Config) -> Wanted {
    Wanted {
        min_agreement: of_policy(config, keys::POLICY_MIN_AGREEMENT, config.policy_min_agreement()),
        expect: of_policy(config, keys::POLICY_EXPECT, config.text(keys::POLICY_EXPECT).map(str::to_owned)),
        no_blocking_dissent: of_policy(config, keys::POLICY_NO_BLOCKING_DISSENT, Some(())),
    }
}

/// A term of the policy; `None` where the policy does not set it.
fn of_policy<T>(config: &Config, key: &'static str, value: Option<T>) -> Option<Asked<T>> {
    let origin = &config.setting(key)?.origin;
    let place = Some(origin.place());
    Some(Asked { value: value?, spelled: key.into(), place, origin: TermOrigin::Policy(origin.to_string()) })
}

fn share(given: &str) -> Result<Asked<f64>, Failure> {
    config::share(given.trim()).map(|share| Asked::by_request(Field::MinAgreement, share)).ok_or_else(|| {
        Failure::usage(message![Field::MinAgreement, format!(" is `{given}`; {}", config::SHARE_NEEDED)])
    })
}

/// The option that is expected, by its text before its id.
fn expected(asked: &Asked<String>, question: &Question) -> Result<OptionId, Failure> {
    let (named, wanted) = (asked.named(), &asked.value);
    if question.is_open() {
        return Err(Failure::usage(message![
            named,
            format!(" is `{wanted}`, and there are no options to choose from")
        ])
        .with_hint(message!["give them with ", Field::Options, " or ", Field::YesNo]));
    }
    let options = &question.options;
    question.find(wanted).map(|choice| choice.id.clone()).ok_or_else(|| {
        let known: Vec<String> = options.iter().map(|choice| format!("`{}` ({})", choice.text, choice.id)).collect();
        Failure::usage(message![named, format!(" is `{wanted}`, which is none of the options")])
            .with_hint(format!("expect one of {}", known.join(", ")))
    })
}

/// The failure of a decision that does not meet the terms of its session; `None` when it does, or there are none.
pub(super) fn failure(history: &History) -> Option<Failure> {
    let gate = history.decision.as_ref()?.gate.as_ref().filter(|gate| !gate.holds)?;
    let unmet: Vec<String> = gate.unmet().map(Condition::to_string).collect();
    let failure = Failure::gate(format!("decided, but the gate does not hold: {}", unmet.join("; ")));
    let session = history.setup.session;
    let shown = Action::Show(Target::of(session));
    Some(failure.with_hint(message![shown, " prints who dissents and why; its gate stays as it is"]))
}
