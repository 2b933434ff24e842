//! The public test vectors: every case of every statistic that this program computes, each field within its tolerance.

use std::collections::BTreeMap;

use roundtable::stats::adjusted_rand_index::adjusted_rand_index;
use roundtable::stats::bootstrap_ci::{Draw, bootstrap_ci};
use roundtable::stats::claim_ledger::claim_ledger;
use roundtable::stats::effective_n::effective_n;
use roundtable::stats::family_weighted_share::family_weighted_share;
use roundtable::stats::flip_tracking::{Held, flip_tracking};
use roundtable::stats::groupthink_flags::{Course, Level, groupthink_flags};
use roundtable::stats::kendall_w::kendall_w;
use roundtable::stats::krippendorff_alpha::{Metric, krippendorff_alpha};
use roundtable::stats::quantiles::quartiles;
use roundtable::stats::rank_aggregation::rank_aggregation;
use roundtable::stats::shares::Shares;
use roundtable::stats::shuffle::{self, SplitMix64};
use roundtable::stats::stability;
use roundtable::stats::stance_change::stance_change;
use roundtable::stats::undefined::Undefined;
use roundtable::stats::van_der_eijk::{polarization, van_der_eijk_agreement};
use roundtable::stats::vote_share::vote_share;
use roundtable::stats::weighted_share::{Weighting, weighted_share};
use roundtable::stats::wilson::{Z_95, wilson_interval};
use serde_json::{Map, Value, json};

/// Computes what our code yields for a case's input: every field that is expected, but for the optional ones.
type Compute = fn(&Value) -> Value;

const COMPUTED: [(&str, Compute); 21] = [
    ("adjusted_rand_index", |input| json!({ "ari": adjusted_rand_index(&labels(&input["a"]), &labels(&input["b"])) })),
    ("bootstrap_ci", bootstrap),
    ("claim_ledger", claims),
    (
        "effective_n",
        |input| json!({ "effective_n": effective_n(count(&input["n"]), input["rho"].as_f64().unwrap()).ok() }),
    ),
    ("family_weighted_share", family_votes),
    ("fisher_yates", |input| json!({ "permutation": shuffle::permutation(seed(input), count(&input["n"]) as usize) })),
    ("flip_tracking", flips),
    ("groupthink_flags", groupthink),
    ("kendall_w", concordance),
    ("krippendorff_alpha", |input| {
        let metric = match input["level"].as_str().unwrap() {
            "nominal" => Metric::Nominal,
            "ordinal" => Metric::Ordinal,
            "interval" => Metric::Interval,
            "ratio" => Metric::Ratio,
            other => panic!("no metric {other}"),
        };
        let alpha = krippendorff_alpha(&matrix(&input["data"]), metric);
        with_reason(json!({ "alpha": alpha.ok() }), alpha)
    }),
    ("ks_counts", |input| json!({ "d": ks(&spread_out(&input["a"]), &spread_out(&input["b"])) })),
    ("ks_two_sample", |input| json!({ "d": ks(&numbers(&input["a"]), &numbers(&input["b"])) })),
    ("quantile_summary", quantile_summary),
    ("rank_aggregation", ranks),
    ("round_stability", round_stability),
    ("splitmix64", splitmix64),
    ("stance_change", stances),
    ("van_der_eijk_agreement", |input| {
        let agreement = van_der_eijk_agreement(&counts(&input["counts"]));
        with_reason(json!({ "agreement": agreement.ok(), "polarization": agreement.ok().map(polarization) }), agreement)
    }),
    ("vote_share", votes),
    ("weighted_share", weighted_votes),
    ("wilson_interval", |input| {
        let z = match input["level"].as_f64().unwrap() {
            0.95 => Z_95,
            0.9 => 1.644_853_626_951_472_7,
            0.99 => 2.575_829_303_548_900_4,
            level => panic!("no normal quantile at hand for {level}"),
        };
        ends(wilson_interval(count(&input["successes"]), count(&input["n"]), z))
    }),
];

const LEFT_OUT: [(&str, &str); 12] = [
    ("bootstrap_exact", "the seeded bootstrap serves panels of any size; n^n resamples do not"),
    ("cohen_kappa", "agreement between rounds is told by who moved, not by a coefficient"),
    ("entropy_agreement", "depends on the number of options, so no gate may use it"),
    ("fleiss_kappa", "undefined or misleading on panels of a few seats; alpha takes its place"),
    ("gwet_ac1", "undefined or misleading on panels of a few seats; alpha takes its place"),
    ("identity_bias_coefficient", "needs two runs of one debate"),
    ("judge_swap", "no model judges another"),
    ("mean", "medians are shown"),
    ("pairwise_agreement", "the share of the leading option is shown"),
    ("rand_disagreement", "a nine-point scale, ours has five"),
    ("rank_correlation", "rankings are compared over the panel by Kendall's W, not in pairs"),
    ("tastle_wierman_consensus", "not 0 where opinions are spread evenly; van der Eijk's is"),
];

#[test]
fn every_case_of_a_computed_statistic_comes_out() {
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    let file = vectors();
    for case in file["cases"].as_array().unwrap() {
        let name = case["statistic"].as_str().unwrap();
        let Some((statistic, compute)) = COMPUTED.iter().find(|(statistic, _)| *statistic == name) else {
            continue;
        };
        wrong.extend(check(case, compute(&case["input"]).as_object().unwrap()));
        *checked.entry(statistic).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{} fields are wrong:\n{}", wrong.len(), wrong.join("\n"));
    for (statistic, _) in COMPUTED {
        assert_eq!(json!(checked.get(statistic)), file["counts"]["by_statistic"][statistic], "cases of {statistic}");
    }
    assert_eq!(checked.values().sum::<usize>(), 270, "{checked:?}");
}

#[test]
fn every_statistic_of_the_file_is_computed_or_left_out_for_a_reason() {
    let file = vectors();
    for name in file["counts"]["by_statistic"].as_object().unwrap().keys() {
        let is_computed = COMPUTED.iter().any(|(statistic, _)| statistic == name);
        let reason = LEFT_OUT.iter().find(|(statistic, _)| statistic == name).map(|(_, reason)| *reason);
        assert_eq!(is_computed, reason.is_none(), "{name} belongs in exactly one of the two lists");
        assert_ne!(reason, Some(""), "{name} is left out without a reason");
    }
}

/// Compares the fields that our code yields with those of a case, which are the same but for the optional ones.
fn check(case: &Value, found: &Map<String, Value>) -> Vec<String> {
    let tolerance = |field: &str| case["field_tolerance"].get(field).unwrap_or(&case["tolerance"]).as_f64().unwrap();
    let is_optional = |field: &String| case["optional"].as_array().is_some_and(|all| all.contains(&json!(field)));
    let missing = case["expected"].as_object().unwrap().keys();
    let missing = missing.filter(|field| !found.contains_key(*field) && !is_optional(field));
    let mut wrong: Vec<String> = missing.map(|field| format!("{}: {field} is missing", case["name"])).collect();
    for (field, value) in found {
        let Some(expected) = case["expected"].get(field) else {
            wrong.push(format!("{}: {field} is {value}, but not expected at all", case["name"]));
            continue;
        };
        if !is_close(expected, value, tolerance(field)) {
            wrong.push(format!("{}: {field} is {value}, not {expected}", case["name"]));
        }
        let published =
            case.get("published").and_then(|published| published.get(field)).filter(|published| published.is_object());
        if let Some(published) = published
            && !is_close(&published["value"], value, published["tolerance"].as_f64().unwrap())
        {
            wrong.push(format!("{}: {field} is {value}, but {} is in print", case["name"], published["value"]));
        }
    }
    wrong
}

fn is_close(expected: &Value, found: &Value, tolerance: f64) -> bool {
    match (expected, found) {
        (Value::Number(expected), Value::Number(found)) => {
            (expected.as_f64().unwrap() - found.as_f64().unwrap()).abs() <= tolerance
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| is_close(expected, found, tolerance))
        }
        (Value::Object(expected), Value::Object(found)) => {
            let is_there =
                |(key, value): (&String, &Value)| found.get(key).is_some_and(|found| is_close(value, found, tolerance));
            expected.len() == found.len() && expected.iter().all(is_there)
        }
        _ => expected == found,
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../fixtures/vectors/consensus.json")).unwrap()
}

/// Says why a value is undefined, if it is.
fn with_reason<T>(mut found: Value, value: Result<T, Undefined>) -> Value {
    if let Err(undefined) = value {
        found["reason"] = json!(undefined.reason());
    }
    found
}

fn ends(interval: Result<[f64; 2], Undefined>) -> Value {
    with_reason(json!({ "lo": interval.ok().map(|ends| ends[0]), "hi": interval.ok().map(|ends| ends[1]) }), interval)
}

fn shares(shares: Result<Shares<String>, Undefined>) -> Value {
    let known = shares.as_ref().ok();
    let found = json!({
        "shares": known.map(|shares| &shares.shares),
        "top": known.map_or(Vec::new(), |shares| shares.top.clone()),
        "top_share": known.map(|shares| shares.top_share),
    });
    with_reason(found, shares)
}

fn votes(input: &Value) -> Value {
    let share = vote_share(&texts(&input["votes"]));
    let shares: Map<String, Value> = share
        .counts
        .iter()
        .map(|(option, count)| (option.clone(), json!(f64::from(*count) / f64::from(share.n_valid))))
        .collect();
    json!({
        "n": share.n, "n_valid": share.n_valid, "n_abstain": share.n - share.n_valid,
        "participation": share.participation(), "shares": shares, "top": share.top, "top_share": share.top_share,
        "margin": share.margin, "strict_majority": share.has_strict_majority(),
    })
}

fn weighted_votes(input: &Value) -> Value {
    let weighting = match input["weighting"].as_str().unwrap() {
        "linear" => Weighting::Linear,
        "reconcile" => Weighting::Reconcile,
        other => panic!("no weighting {other}"),
    };
    let votes: Vec<_> = texts(&input["votes"]).into_iter().zip(numbers(&input["confidences"])).collect();
    let weighted = weighted_share(&votes, weighting);
    let mut found = shares(weighted.shares);
    found["weights"] = json!(weighted.weights);
    found
}

fn family_votes(input: &Value) -> Value {
    let votes: Vec<_> = texts(&input["votes"]).into_iter().zip(texts(&input["families"])).collect();
    let weighted = family_weighted_share(&votes);
    let n_families = weighted.as_ref().map_or(0, |weighted| weighted.n_families);
    let mut found = shares(weighted.map(|weighted| weighted.shares));
    found["n_families"] = json!(n_families);
    found
}

fn quantile_summary(input: &Value) -> Value {
    let values: Vec<f64> = numbers(&input["values"]).into_iter().flatten().collect();
    let summary = quartiles(&values);
    let known = summary.ok();
    let found = json!({
        "n": known.map_or(0, |summary| summary.n),
        "q1": known.map(|summary| summary.q1), "median": known.map(|summary| summary.median),
        "q3": known.map(|summary| summary.q3), "iqr": known.and_then(|summary| summary.iqr().ok()),
        "relative_iqr": known.and_then(|summary| summary.relative_iqr().ok()),
    });
    with_reason(found, summary)
}

fn round_stability(input: &Value) -> Value {
    let options: Vec<_> = texts(&input["prev_options"]).into_iter().zip(texts(&input["cur_options"])).collect();
    let stances: Vec<_> = numbers(&input["prev_stance"]).into_iter().zip(numbers(&input["cur_stance"])).collect();
    let movement = stability::movement(&options, &stances, count(&input["claims"]), count(&input["new_claims"]));
    let is_stable = movement.is_stable();
    let found = json!({
        "flip_rate": movement.flip_rate, "ks": movement.ks, "novelty": movement.novelty, "stable": is_stable.ok(),
    });
    with_reason(found, is_stable)
}

fn bootstrap(input: &Value) -> Value {
    let values: Vec<f64> = numbers(&input["values"]).into_iter().flatten().collect();
    let statistic: fn(&[f64]) -> Option<f64> = match input["statistic"].as_str().unwrap() {
        "mean" => |values| Some(values.iter().sum::<f64>() / values.len() as f64),
        "median" => |values| quartiles(values).ok().map(|quartiles| quartiles.median),
        other => panic!("no statistic {other}"),
    };
    let draw =
        Draw { seed: seed(input), replicates: count(&input["replicates"]), level: input["level"].as_f64().unwrap() };
    ends(bootstrap_ci(&values, statistic, draw))
}

fn claims(input: &Value) -> Value {
    let rounds: Vec<_> = input["rounds"].as_array().unwrap().iter().map(texts).collect();
    let ledger = claim_ledger(&rounds);
    let rounds: Vec<Value> = ledger
        .rounds
        .iter()
        .map(|round| json!({ "n_claims": round.n_claims, "n_new": round.n_new, "novelty": round.novelty.ok() }))
        .collect();
    json!({
        "rounds": rounds, "cumulative": ledger.cumulative, "retention": ledger.retention.ok(),
        "jaccard_last_two": ledger.jaccard_last_two.ok(),
    })
}

fn flips(input: &Value) -> Value {
    let cited = input["cited"].as_array().unwrap().iter().map(|cited| cited.as_bool().unwrap());
    let pairs = texts(&input["previous"]).into_iter().zip(texts(&input["current"])).zip(cited);
    let panel: Vec<_> = pairs.map(|((before, now), is_cited)| Held { before, now, is_cited }).collect();
    let flips = flip_tracking(&panel);
    let minority = flips.minority.ok();
    json!({
        "previous_plurality": flips.previous_plurality, "n_comparable": flips.n_comparable, "n_flips": flips.n_flips,
        "flip_rate": flips.flip_rate.ok(), "n_opportunities": flips.n_opportunities,
        "flips_to_plurality": flips.flips_to_plurality, "flips_from_plurality": flips.flips_from_plurality,
        "conformity_rate": minority.map(|minority| minority.conformity_rate),
        "obstinacy_rate": minority.map(|minority| minority.obstinacy_rate),
        "conformity_minus_obstinacy": minority.map(|minority| minority.conformity_minus_obstinacy),
        "uncited_flips": flips.uncited_flips, "uncited_to_plurality": flips.uncited_to_plurality,
        "uncited_share": flips.uncited_share.ok(),
    })
}

fn groupthink(input: &Value) -> Value {
    let flags = groupthink_flags(&Course {
        agreement_before: input["agreement_prev"].as_f64(),
        agreement_now: input["agreement_cur"].as_f64(),
        new_evidence: count(&input["new_evidence"]),
        new_claims: count(&input["new_claims"]),
        n_respondents: count(&input["n_respondents"]),
        confidence_before: input["median_conf_prev"].as_f64(),
        confidence_now: input["median_conf_cur"].as_f64(),
        flips_to_plurality: count(&input["flips_to_plurality"]),
        uncited_to_plurality: count(&input["uncited_to_plurality"]),
        minority_before: count(&input["minority_prev"]),
        minority_now: count(&input["minority_cur"]),
        minority_claims_answered: count(&input["minority_claims_rebutted"]),
        is_sealed_unanimous: input["sealed_unanimous"].as_bool().unwrap(),
        n_families: count(&input["n_families"]),
    });
    let level = match flags.level() {
        Level::Unknown => "unknown",
        Level::Low => "low",
        Level::Elevated => "elevated",
        Level::High => "high",
    };
    json!({
        "flags": {
            "agreement_without_evidence": flags.agreement_without_evidence.ok(),
            "confidence_without_claims": flags.confidence_without_claims.ok(),
            "uncited_conformity": flags.uncited_conformity.ok(),
            "minority_extinguished": flags.minority_extinguished.ok(),
            "homogeneous_unanimity": flags.homogeneous_unanimity.ok(),
        },
        "fired": flags.fired(), "evaluable": flags.evaluable(), "score": flags.score().ok(), "level": level,
    })
}

fn concordance(input: &Value) -> Value {
    assert_eq!(input["missing_policy"], "drop_item");
    let kendall = kendall_w(&matrix(&input["scores"]));
    let known = kendall.concordance.ok();
    let found = json!({
        "m": kendall.m, "n": kendall.n, "w": known.map(|known| known.w),
        "w_uncorrected": known.map(|known| known.w_uncorrected),
    });
    with_reason(found, kendall.concordance)
}

fn ranks(input: &Value) -> Value {
    let options = |values: &Value| texts(values).into_iter().flatten().collect::<Vec<String>>();
    let rankings: Vec<_> = input["rankings"].as_array().unwrap().iter().map(options).collect();
    let ranks = rank_aggregation(&rankings, &options(&input["options"]));
    json!({ "borda": ranks.borda, "borda_top": ranks.borda_top, "condorcet_winner": ranks.condorcet_winner })
}

fn stances(input: &Value) -> Value {
    let pairs: Vec<_> = numbers(&input["previous"]).into_iter().zip(numbers(&input["current"])).collect();
    let change = stance_change(&pairs);
    let shift = change.shift.ok();
    let found = json!({
        "n_comparable": change.n_comparable, "n_changed": change.n_changed, "dropouts": change.dropouts,
        "joins": change.joins, "change_rate": shift.map(|shift| shift.change_rate),
        "mean_abs_shift": shift.map(|shift| shift.mean_abs),
        "mean_signed_shift": shift.map(|shift| shift.mean_signed),
    });
    with_reason(found, change.shift)
}

fn splitmix64(input: &Value) -> Value {
    let mut random = SplitMix64::new(seed(input));
    let outputs: Vec<String> = (0..count(&input["n"])).map(|_| random.next_u64().to_string()).collect();
    json!({ "outputs": outputs })
}

/// The distance that the stability of a round rests on.
fn ks(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let at = |values: &[Option<f64>], place: usize| values.get(place).copied().flatten();
    let pairs: Vec<_> = (0..a.len().max(b.len())).map(|place| (at(a, place), at(b, place))).collect();
    stability::movement::<()>(&[], &pairs, 0, 0).ks
}

/// Counts over an ordered scale, as single values.
fn spread_out(counts: &Value) -> Vec<Option<f64>> {
    let points = counts.as_array().unwrap().iter().zip(0u32..);
    points.flat_map(|(number, point)| vec![Some(f64::from(point)); count(number) as usize]).collect()
}

fn seed(input: &Value) -> u64 {
    input["seed"].as_str().unwrap().parse().unwrap()
}

fn count(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn counts(values: &Value) -> Vec<u32> {
    values.as_array().unwrap().iter().map(count).collect()
}

fn matrix(values: &Value) -> Vec<Vec<Option<f64>>> {
    values.as_array().unwrap().iter().map(numbers).collect()
}

fn labels(values: &Value) -> Vec<usize> {
    values.as_array().unwrap().iter().map(|label| count(label) as usize).collect()
}

fn texts(values: &Value) -> Vec<Option<String>> {
    values.as_array().unwrap().iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

fn numbers(values: &Value) -> Vec<Option<f64>> {
    values.as_array().unwrap().iter().map(Value::as_f64).collect()
}
