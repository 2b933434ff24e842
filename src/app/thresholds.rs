//! The thresholds of a session, from the configuration: whether mode and flags can keep to them, and whether they act.

use crate::config::{Config, Origin, Setting, keys};
use crate::debate::mode::{Mode, Phase, StopRule};
use crate::debate::question::Question;
use crate::debate::thresholds::Thresholds;
use crate::error::Failure;
use crate::message::{Field, message};

/// Returns the thresholds for a session of `mode`, with `rounds` when somebody fixed them. Warns of those that are set
/// and cannot act.
pub(super) fn thresholds(
    config: &Config,
    (mode, question): (&Mode, &Question),
    rounds: Option<u32>,
    warnings: &mut Vec<String>,
) -> Result<Thresholds, Failure> {
    let thresholds = Thresholds {
        consensus: config.exit_consensus(),
        convergence: config.exit_convergence(),
        confidence: config.exit_confidence(),
        max_rounds: config.exit_max_rounds(),
    };
    if let (Some(most), Some(setting)) = (thresholds.max_rounds, config.setting(keys::EXIT_MAX_ROUNDS)) {
        check_rounds(mode, rounds, most, setting)?;
    }
    // Rounds that were fixed end by no rule, and whoever fixed them knows.
    if rounds.is_none() {
        warnings.extend(idle(config, (mode, question), &thresholds).map(|setting| {
            format!(
                "{} (in {}) has no say in mode {}: no rule of it acts on that",
                setting.spelled, setting.origin, mode.mode
            )
        }));
    }
    Ok(thresholds)
}

fn check_rounds(mode: &Mode, rounds: Option<u32>, most: u32, setting: &Setting) -> Result<(), Failure> {
    let named = format!("{} is `{most}` (in {})", setting.spelled, setting.origin);
    if let Some(rounds) = rounds.filter(|rounds| *rounds > most) {
        let failure = Failure::usage(message![Field::Rounds, format!(" is `{rounds}`, and {named}")]);
        return Err(failure.with_hint(format!("ask for at most {most}, or raise {}", setting.spelled)));
    }
    match mode.phases.iter().filter_map(|phase| phase.rounds).find(|range| range.min > most) {
        Some(range) => Err(Failure::usage(format!("{named}; mode {} takes at least {}", mode.mode, range.min))
            .with_hint(format!("raise {}, or choose another mode", setting.spelled))),
        None => Ok(()),
    }
}

/// Settings that somebody set and that no rule of the mode looks at.
fn idle<'a>(
    config: &'a Config,
    (mode, question): (&Mode, &Question),
    thresholds: &Thresholds,
) -> impl Iterator<Item = &'a Setting> {
    let exchange = mode.phases.iter().find(|phase| phase.rounds.is_some());
    let has = |rule: StopRule| exchange.is_some_and(|phase| phase.until.contains(&rule));
    let counts = exchange.is_some_and(|phase: &Phase| phase.counts(mode.has_ballots()));
    let is_added = counts && question.estimate.is_none() && thresholds.confidence.is_some();
    let acts = [
        (keys::EXIT_CONSENSUS, has(StopRule::Agreed) || has(StopRule::Confidence) || is_added),
        (keys::EXIT_CONVERGENCE, has(StopRule::Stable)),
        (keys::EXIT_CONFIDENCE, is_added),
        (keys::EXIT_MAX_ROUNDS, exchange.is_some()),
    ];
    let idle = acts.into_iter().filter(|(_, acts)| !acts).filter_map(|(name, _)| config.setting(name));
    idle.filter(|setting| setting.origin != Origin::Default)
}
