//! Laws that every statistic keeps, whatever the panel: no order matters, nothing is NaN, shares are shares. And panels
//! simulated with known skill and correlation, whose numbers can be worked out beforehand.

use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::RngSeed;
use roundtable::stats::adjusted_rand_index::adjusted_rand_index;
use roundtable::stats::bootstrap_ci::{Draw, bootstrap_ci};
use roundtable::stats::claim_ledger::claim_ledger;
use roundtable::stats::effective_n::effective_n;
use roundtable::stats::family_weighted_share::family_weighted_share;
use roundtable::stats::flip_tracking::{Held, flip_tracking};
use roundtable::stats::groupthink_flags::{Course, groupthink_flags};
use roundtable::stats::kendall_w::kendall_w;
use roundtable::stats::krippendorff_alpha::{Metric, krippendorff_alpha};
use roundtable::stats::mean::mean;
use roundtable::stats::outcome_flips::outcome_flips;
use roundtable::stats::quantiles::{quantile, quartiles};
use roundtable::stats::rank_aggregation::rank_aggregation;
use roundtable::stats::shares::Shares;
use roundtable::stats::shuffle::{SplitMix64, permutation};
use roundtable::stats::stability::movement;
use roundtable::stats::stance_change::stance_change;
use roundtable::stats::undefined::Undefined;
use roundtable::stats::van_der_eijk::{polarization, van_der_eijk_agreement};
use roundtable::stats::vote_share::vote_share;
use roundtable::stats::weighted_share::{Weighting, weighted_share};
use roundtable::stats::wilson::{Z_95, wilson_interval};

const OPTIONS: usize = 4;

/// One participant, with anything in it that a statistic takes.
#[derive(Debug, Clone)]
struct Member {
    before: Option<usize>,
    now: Option<usize>,
    is_cited: bool,
    confidence: Option<f64>,
    family: usize,
    stances: (Option<f64>, Option<f64>),
    ratings: Vec<Option<f64>>,
    ranking: Vec<usize>,
    claims: Vec<usize>,
}

/// A number, what it is, and the range that it must keep to.
type Measured = (String, Option<f64>, [f64; 2]);

const SHARE: [f64; 2] = [0.0, 1.0];
const POSITIVE: [f64; 2] = [0.0, f64::MAX];
const ANY: [f64; 2] = [f64::MIN, f64::MAX];

/// Ordinary ratings mostly, and every kind of number that breaks arithmetic.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-2i8..=2).prop_map(f64::from),
        3 => (0u8..=20).prop_map(|twentieths| f64::from(twentieths) / 20.0),
        1 => any::<f64>(),
        1 => proptest::sample::select(vec![f64::NAN, f64::INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, -0.0]),
    ]
}

fn member() -> impl Strategy<Value = Member> {
    let number = || proptest::option::weighted(0.9, number());
    let option = || proptest::option::weighted(0.8, 0..OPTIONS);
    let ranking = proptest::collection::vec(0..=OPTIONS, 0..6);
    (
        (option(), option(), any::<bool>(), number(), 0usize..3),
        (number(), number()),
        proptest::collection::vec(number(), OPTIONS),
        ranking,
        proptest::collection::vec(0usize..9, 0..4),
    )
        .prop_map(|((before, now, is_cited, confidence, family), stances, ratings, ranking, claims)| Member {
            before,
            now,
            is_cited,
            confidence,
            family,
            stances,
            ratings,
            ranking,
            claims,
        })
}

fn panel() -> impl Strategy<Value = Vec<Member>> {
    proptest::collection::vec(member(), 0..9)
}

/// Every number over a panel that must not depend on the order of participants or on the names of options.
fn measure(panel: &[Member]) -> Vec<Measured> {
    let mut all = shares_of(panel);
    all.extend(coefficients(panel));
    all.extend(changes(panel));
    all
}

fn entry<E>(name: &str, value: Result<f64, E>, range: [f64; 2]) -> Measured {
    (name.to_owned(), value.ok(), range)
}

fn maybe(name: &str, value: Option<f64>, range: [f64; 2]) -> Measured {
    (name.to_owned(), value, range)
}

/// The shares by size, so that the names of options do not matter.
fn by_size<K>(name: &str, shares: Result<Shares<K>, Undefined>) -> Vec<Measured> {
    let Ok(shares) = shares else {
        return vec![maybe(name, None, SHARE)];
    };
    let mut sizes: Vec<f64> = shares.shares.into_values().collect();
    sizes.sort_by(f64::total_cmp);
    let mut all: Vec<Measured> = sizes.into_iter().map(|size| maybe(name, Some(size), SHARE)).collect();
    all.push(maybe(name, Some(shares.top_share), SHARE));
    all.push(maybe("tied", Some(shares.top.len() as f64), [1.0, OPTIONS as f64]));
    all
}

fn votes(panel: &[Member]) -> Vec<Option<usize>> {
    panel.iter().map(|member| member.now).collect()
}

fn shares_of(panel: &[Member]) -> Vec<Measured> {
    let votes = votes(panel);
    let plain = vote_share(&votes);
    let counts: Vec<u32> = (0..OPTIONS).map(|option| plain.counts.get(&option).copied().unwrap_or(0)).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let interval = wilson_interval(most, plain.n, Z_95);
    let confident: Vec<_> = panel.iter().map(|member| (member.now, member.confidence)).collect();
    let families: Vec<_> = panel.iter().map(|member| (member.now, member.family)).collect();
    let mut all = vec![
        maybe("participation", plain.participation(), SHARE),
        maybe("top_share", plain.top_share, SHARE),
        maybe("margin", plain.margin, SHARE),
        entry("wilson lo", interval.map(|ends| ends[0]), SHARE),
        entry("wilson hi", interval.map(|ends| ends[1]), SHARE),
        entry("effective_n", effective_n(plain.n, 0.3), [1.0, POSITIVE[1]]),
    ];
    all.extend(by_size("linear", weighted_share(&confident, Weighting::Linear).shares));
    all.extend(by_size("reconcile", weighted_share(&confident, Weighting::Reconcile).shares));
    all.extend(by_size("family", family_weighted_share(&families).map(|families| families.shares)));
    all
}

fn coefficients(panel: &[Member]) -> Vec<Measured> {
    let ratings: Vec<_> = panel.iter().map(|member| member.ratings.clone()).collect();
    let metrics = [Metric::Nominal, Metric::Ordinal, Metric::Interval, Metric::Ratio];
    let alphas = metrics
        .map(|metric| entry(&format!("alpha {metric:?}"), krippendorff_alpha(&ratings, metric), [f64::MIN, 1.0]));
    let kendall = kendall_w(&ratings).concordance;
    let points: Vec<u32> = [-2.0, -1.0, 0.0, 1.0, 2.0]
        .map(|point| panel.iter().filter(|member| member.stances.1 == Some(point)).count() as u32)
        .to_vec();
    let agreement = van_der_eijk_agreement(&points);
    let (families, claims): (Vec<usize>, Vec<usize>) =
        panel.iter().map(|member| (member.family, member.claims.len())).unzip();
    let rankings: Vec<_> = panel.iter().map(|member| member.ranking.clone()).collect();
    let ranks = rank_aggregation(&rankings, &(0..OPTIONS).collect::<Vec<_>>());
    let mut borda: Vec<u64> = ranks.borda.into_values().collect();
    borda.sort_unstable();
    let mut all = vec![
        entry("w", kendall.map(|kendall| kendall.w), SHARE),
        entry("w_uncorrected", kendall.map(|kendall| kendall.w_uncorrected), SHARE),
        entry("van_der_eijk", agreement, [-1.0, 1.0]),
        entry("polarization", agreement.map(polarization), SHARE),
        maybe("ari", adjusted_rand_index(&families, &claims), [-1.0, 1.0]),
        maybe("condorcet", Some(f64::from(u8::from(ranks.condorcet_winner.is_some()))), SHARE),
        maybe("borda tied", Some(ranks.borda_top.len() as f64), [0.0, OPTIONS as f64]),
    ];
    all.extend(alphas);
    all.extend(borda.into_iter().map(|points| maybe("borda", Some(points as f64), [0.0, 3.0 * panel.len() as f64])));
    all
}

fn changes(panel: &[Member]) -> Vec<Measured> {
    let held: Vec<_> =
        panel.iter().map(|member| Held { before: member.before, now: member.now, is_cited: member.is_cited }).collect();
    let flips = flip_tracking(&held);
    let stances: Vec<_> = panel.iter().map(|member| member.stances).collect();
    let shift = stance_change(&stances).shift;
    let now: Vec<f64> = stances.iter().filter_map(|stances| stances.1).collect();
    let quartiles = quartiles(&now);
    let options: Vec<_> = panel.iter().map(|member| (member.before, member.now)).collect();
    let moved = movement(&options, &stances, 7, panel.len() as u32);
    let claims = |early: bool| {
        panel
            .iter()
            .flat_map(|member| &member.claims)
            .copied()
            .filter(|claim| (*claim < 6) == early || *claim > 3)
            .collect::<Vec<_>>()
    };
    let ledger = claim_ledger(&[claims(true), claims(false)]);
    let conformity = flips.minority.map(|minority| minority.conformity_rate);
    let mut all = vec![
        entry("flip_rate", flips.flip_rate, SHARE),
        entry("uncited_share", flips.uncited_share, SHARE),
        entry("conformity", conformity, SHARE),
        entry("obstinacy", flips.minority.map(|minority| minority.obstinacy_rate), SHARE),
        entry("delta", flips.minority.map(|minority| minority.conformity_minus_obstinacy), [-1.0, 1.0]),
        entry("change_rate", shift.map(|shift| shift.change_rate), SHARE),
        entry("mean_abs", shift.map(|shift| shift.mean_abs), POSITIVE),
        entry("mean_signed", shift.map(|shift| shift.mean_signed), ANY),
        entry("median", quartiles.map(|quartiles| quartiles.median), ANY),
        entry("iqr", quartiles.and_then(|quartiles| quartiles.iqr()), POSITIVE),
        entry("relative_iqr", quartiles.and_then(|quartiles| quartiles.relative_iqr()), POSITIVE),
        maybe("stability flip_rate", moved.flip_rate, SHARE),
        maybe("ks", moved.ks, SHARE),
        maybe("novelty", Some(moved.novelty), SHARE),
        entry("retention", ledger.retention, SHARE),
        entry("jaccard", ledger.jaccard_last_two, SHARE),
    ];
    all.extend(ledger.rounds.iter().map(|round| entry("claim novelty", round.novelty, SHARE)));
    all
}

/// Fails with the name of the first number that is not finite or beyond its range.
fn check(measured: &[Measured]) {
    for (name, value, [least, most]) in measured {
        if let Some(value) = value {
            assert!(value.is_finite() && value >= least && value <= most, "{name} is {value}");
        }
    }
}

/// Gives every option another name, and puts the columns of ratings in another order.
fn renamed(panel: &[Member], names: &[usize]) -> Vec<Member> {
    let name = |option: usize| names.get(option).copied().unwrap_or(option);
    let rename = |member: &Member| Member {
        before: member.before.map(name),
        now: member.now.map(name),
        ratings: names.iter().map(|option| member.ratings[*option]).collect(),
        ranking: member.ranking.iter().copied().map(name).collect(),
        ..member.clone()
    };
    panel.iter().map(rename).collect()
}

fn course(numbers: &[Option<f64>], counts: &[u32], is_sealed_unanimous: bool) -> Course {
    Course {
        agreement_before: numbers[0],
        agreement_now: numbers[1],
        confidence_before: numbers[2],
        confidence_now: numbers[3],
        new_evidence: counts[0],
        new_claims: counts[1],
        n_respondents: counts[2],
        flips_to_plurality: counts[3],
        uncited_to_plurality: counts[4],
        minority_before: counts[5],
        minority_now: counts[6],
        minority_claims_answered: counts[7],
        is_sealed_unanimous,
        n_families: counts[8],
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 192,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_panel_yields_nan_or_a_number_beyond_its_range(panel in panel()) {
        check(&measure(&panel));
    }

    #[test]
    fn the_order_of_participants_changes_no_number(panel in panel(), seed in any::<u64>()) {
        let shuffled: Vec<Member> =
            permutation(seed, panel.len()).into_iter().map(|place| panel[place].clone()).collect();
        assert_eq!(measure(&panel), measure(&shuffled));
        assert_eq!(vote_share(&votes(&panel)), vote_share(&votes(&shuffled)), "who leads must not change either");
    }

    #[test]
    fn the_order_of_options_changes_no_number(panel in panel(), seed in any::<u64>()) {
        assert_eq!(measure(&panel), measure(&renamed(&panel, &permutation(seed, OPTIONS))));
    }

    #[test]
    fn whoever_says_nothing_counts_for_participation_and_for_no_share(panel in panel(), silent in 1usize..5) {
        let absent =
            Member { before: None, now: None, stances: (None, None), ratings: vec![None; OPTIONS], ..absentee() };
        let larger: Vec<Member> = panel.iter().cloned().chain(vec![absent; silent]).collect();
        let (plain, with) = (vote_share(&votes(&panel)), vote_share(&votes(&larger)));
        assert_eq!((with.n as usize, with.n_valid), (panel.len() + silent, plain.n_valid));
        assert_eq!(with.participation(), Some(f64::from(plain.n_valid) / larger.len() as f64));
        assert_eq!((with.counts, with.top_share, with.margin), (plain.counts, plain.top_share, plain.margin));
        let most = plain.top_share.map_or(0, |_| plain.n_valid);
        let lowest = |n: u32| wilson_interval(most, n, Z_95).map_or(0.0, |ends| ends[0]);
        assert!(most == 0 || lowest(with.n) < lowest(plain.n), "over the whole panel, silence weakens agreement");
        // Raters who scored nothing leave no item to rank in common; all else is over those who spoke.
        let spoke = |panel: &[Member]| -> Vec<Measured> {
            let over_all = ["participation", "wilson lo", "wilson hi", "effective_n", "w", "w_uncorrected", "ari"];
            let over_all = |name: &str| over_all.contains(&name) || name.starts_with("borda") || name == "condorcet";
            let measured = measure(panel).into_iter().filter(|(name, _, _)| !over_all(name));
            measured.filter(|(name, _, _)| name != "novelty").collect()
        };
        assert_eq!(spoke(&panel), spoke(&larger));
    }

    #[test]
    fn no_counts_however_absurd_yield_nan_or_a_panic(
        counts in proptest::collection::vec(prop_oneof![0u32..4, any::<u32>()], 9),
        points in 0usize..9,
        numbers in proptest::collection::vec(proptest::option::of(number()), 4),
        is_sealed_unanimous in any::<bool>(),
    ) {
        let wild = numbers[0].unwrap_or(0.5);
        let interval = wilson_interval(counts[0], counts[1], wild);
        let agreement = van_der_eijk_agreement(&counts[..points]);
        let all = vec![
            entry("wilson lo", interval.map(|ends| ends[0]), SHARE),
            entry("wilson hi", interval.map(|ends| ends[1]), SHARE),
            entry("van_der_eijk", agreement, [-1.0, 1.0]),
            entry("effective_n", effective_n(counts[0], wild), POSITIVE),
            entry("score", groupthink_flags(&course(&numbers, &counts, is_sealed_unanimous)).score(), SHARE),
            maybe("novelty", Some(movement::<u8>(&[], &[], counts[0], counts[1]).novelty), SHARE),
        ];
        check(&all);
    }

    #[test]
    fn a_bootstrap_interval_lies_within_the_values(
        values in proptest::collection::vec(-10i8..10, 0..9),
        wild in proptest::collection::vec(number(), 0..5),
        seed in any::<u64>(),
        level in number(),
    ) {
        let draw = Draw { seed, replicates: 60, level: 0.9 };
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let median = |sample: &[f64]| quartiles(sample).ok().map(|quartiles| quartiles.median);
        match bootstrap_ci(&values, median, draw) {
            Ok([low, high]) => {
                let (least, most) = (quantile(&values, 0.0), quantile(&values, 1.0));
                assert!(least <= Ok(low) && low <= high && Ok(high) <= most, "{low} to {high}");
                assert_eq!(bootstrap_ci(&values, median, draw), Ok([low, high]), "the same seed, the same interval");
            }
            Err(why) => assert_eq!((why, values.len() < 2), (Undefined::FewerThanTwoValues, true)),
        }
        let sum = |sample: &[f64]| Some(sample.iter().sum());
        if let Ok(ends) = bootstrap_ci(&wild, sum, Draw { level, ..draw }) {
            assert!(ends.iter().all(|end| end.is_finite()), "{ends:?}");
        }
    }
}

fn absentee() -> Member {
    Member {
        before: None,
        now: None,
        is_cited: false,
        confidence: Some(0.9),
        family: 0,
        stances: (None, None),
        ratings: Vec::new(),
        ranking: Vec::new(),
        claims: Vec::new(),
    }
}

#[test]
fn each_reason_has_words_of_its_own() {
    let reasons = [
        krippendorff_alpha(&[vec![Some(1.0)]], Metric::Interval).err(),
        krippendorff_alpha(&[vec![Some(1.0)], vec![Some(1.0)]], Metric::Interval).err(),
        krippendorff_alpha(&[vec![Some(-1.0)], vec![Some(1.0)]], Metric::Ratio).err(),
        effective_n(0, 0.0).err(),
        flip_tracking::<u8>(&[]).minority.err(),
        flip_tracking::<u8>(&[]).flip_rate.err(),
        flip_tracking::<u8>(&[]).uncited_share.err(),
        claim_ledger::<u8>(&[]).retention.err(),
        claim_ledger::<u8>(&[]).jaccard_last_two.err(),
        quartiles(&[-1.0, 0.0, 1.0]).and_then(|quartiles| quartiles.relative_iqr()).err(),
    ];
    let words: Vec<&str> = reasons.iter().flatten().map(|undefined| undefined.reason()).collect();
    assert_eq!(
        words,
        [
            "insufficient_pairs",
            "no_variation",
            "out_of_range",
            "n_is_zero",
            "no_plurality",
            "no_comparable",
            "no_flips",
            "no_claims",
            "fewer_than_two_rounds",
            "median_is_zero",
        ]
    );
}

#[test]
fn corners_that_the_vectors_leave_open_are_as_documented() {
    let linear = |votes: &[(Option<char>, Option<f64>)]| weighted_share(votes, Weighting::Linear).shares;
    let tie = linear(&[(Some('A'), Some(0.1)), (Some('A'), Some(0.2)), (Some('B'), Some(0.3))]);
    assert_eq!(tie.map(|shares| shares.top), Ok(vec!['A', 'B']), "sums of decimals tie");
    let unstated = linear(&[(Some('A'), Some(f64::NAN)), (Some('B'), Some(0.5))]);
    assert_eq!(
        unstated.map(|shares| shares.top),
        Ok(vec!['A', 'B']),
        "a confidence that is not a number is not stated"
    );

    assert_eq!(quantile(&[1.0, 2.0, f64::NAN], 0.0), Err(Undefined::OutOfRange));
    assert_eq!(quantile(&[1.0], 1.1), Err(Undefined::OutOfRange));
    assert_eq!(wilson_interval(3, 2, Z_95), Err(Undefined::OutOfRange));
    assert_eq!(wilson_interval(1, 2, -1.0), Err(Undefined::OutOfRange));
    assert_eq!(effective_n(3, -0.5), Err(Undefined::OutOfRange), "three cannot all oppose each other so much");
    let level = Draw { seed: 1, replicates: 10, level: 1.0 };
    assert_eq!(bootstrap_ci(&[1, 2], |_| Some(0.0), level), Err(Undefined::OutOfRange));
    assert_eq!(bootstrap_ci(&[1, 2], |_| None, Draw { level: 0.9, ..level }), Err(Undefined::NoValues));

    let partial = rank_aggregation(&[vec!['B'], vec!['B', 'X', 'B', 'A'], vec!['A']], &['A', 'B', 'B', 'C']);
    assert_eq!(partial.borda, [('A', 3), ('B', 4), ('C', 0)].into(), "a stranger or a repetition takes no place");
    assert_eq!(partial.condorcet_winner, Some('B'), "whoever is named stands before whoever is not");

    let unheard = kendall_w(&[vec![Some(1.0), Some(2.0), Some(f64::NAN)], vec![Some(3.0), Some(4.0), Some(5.0)]]);
    assert_eq!((unheard.n, unheard.concordance.map(|found| found.w)), (2, Ok(1.0)));
    let lost = stance_change(&[(Some(1.0), Some(f64::INFINITY)), (Some(0.0), Some(1.0))]);
    assert_eq!((lost.n_comparable, lost.dropouts), (1, 1), "what is not finite is missing");
    let far = stance_change(&[(Some(f64::MIN), Some(f64::MAX))]);
    assert_eq!((far.n_changed, far.shift), (1, Err(Undefined::OutOfRange)));
    let repeated = claim_ledger(&[vec!["c1", "c1"], vec![]]);
    assert_eq!((repeated.cumulative, repeated.rounds[0].n_claims), (1, 1), "a claim made twice in a round counts once");
    let gone = claim_ledger(&[vec!["c1"], vec![], vec![]]);
    assert_eq!(gone.jaccard_last_two, Err(Undefined::NoClaims));

    let risen = |now: f64| groupthink_flags(&course(&[Some(0.8), Some(now), None, None], &[0; 9], false));
    assert_eq!(risen(0.95).agreement_without_evidence, Ok(false), "nobody answered, so there is no little evidence");
    let answered = |now: f64| {
        let numbers = [Some(0.8), Some(now), Some(0.8), Some(0.85)];
        groupthink_flags(&course(&numbers, &[1, 0, 4, 0, 0, 0, 0, 0, 2], false))
    };
    assert_eq!(answered(0.95).agreement_without_evidence, Ok(true), "0.80 to 0.95 is a rise of 0.15");
    assert_eq!(answered(0.94).agreement_without_evidence, Ok(false));
    assert_eq!(answered(0.95).confidence_without_claims, Ok(false), "there is new evidence");
    assert_eq!(answered(f64::NAN).agreement_without_evidence, Err(Undefined::AgreementMissing));
}

/// How the errors of a simulated panel hang together. Each seat is right with the same chance, each two seats are
/// correlated by `rho`.
#[derive(Debug, Clone, Copy)]
enum Model {
    /// Beta-binomial, drawn from Polya's urn: who is right makes the next one likelier to be.
    Urn,
    /// With the chance `rho`, one cause decides for all.
    CommonCause,
}

/// Draws whether each of `n` seats is right.
fn simulated(random: &mut SplitMix64, model: Model, n: u32, skill: f64, rho: f64) -> Vec<bool> {
    let mut happens = |chance: f64| ((random.next_u64() >> 11) as f64 / (1u64 << 53) as f64) < chance;
    match model {
        Model::CommonCause if happens(rho) => vec![happens(skill); n as usize],
        Model::CommonCause => (0..n).map(|_| happens(skill)).collect(),
        Model::Urn => {
            let mut right = 0.0;
            let mut draw = |before: u32| {
                // The urn is empty only before the first draw at rho = 1.
                let balls = 1.0 - rho + rho * f64::from(before);
                let is_right = happens(if balls > 0.0 { (skill * (1.0 - rho) + rho * right) / balls } else { skill });
                right += f64::from(u8::from(is_right));
                is_right
            };
            (0..n).map(&mut draw).collect()
        }
    }
}

fn majority_is_right(answers: &[bool]) -> bool {
    let votes: Vec<Option<bool>> = answers.iter().copied().map(Some).collect();
    vote_share(&votes).top == [true]
}

/// The chance of each number of successes out of `n`, by logarithms.
fn binomial(n: u32, chance: f64) -> Vec<f64> {
    let mut ways = 0.0;
    let of = |successes: u32| {
        if successes > 0 {
            ways += f64::from(n - successes + 1).ln() - f64::from(successes).ln();
        }
        (ways + f64::from(successes) * chance.ln() + f64::from(n - successes) * (1.0 - chance).ln()).exp()
    };
    (0..=n).map(of).collect()
}

/// Whether `successes` out of `n` lie within the central 99.9% of what `chance` gives.
fn is_plausible(successes: u32, n: u32, chance: f64) -> bool {
    let chances = binomial(n, chance);
    let at_most: f64 = chances[..=successes as usize].iter().sum();
    let at_least: f64 = chances[successes as usize..].iter().sum();
    at_most > 0.0005 && at_least > 0.0005
}

#[test]
fn independent_seats_reach_the_accuracy_that_the_binomial_predicts() {
    const PANELS: u32 = 2000;
    for (n, skill) in [3, 5, 7, 9].into_iter().flat_map(|n| [0.4, 0.55, 0.7, 0.9].map(|skill| (n, skill))) {
        let predicted: f64 = binomial(n, skill)[n as usize / 2 + 1..].iter().sum();
        for model in [Model::Urn, Model::CommonCause] {
            let mut random = SplitMix64::new(u64::from(n));
            let panels = (0..PANELS).map(|_| simulated(&mut random, model, n, skill, 0.0));
            let hits = panels.filter(|answers| majority_is_right(answers)).count() as u32;
            assert!(is_plausible(hits, PANELS, predicted), "{model:?}, {n} at {skill}: {hits}, not {predicted}");
            assert!(
                (predicted > skill) == (skill > 0.5),
                "many are better than one only where one is better than none"
            );
        }
    }
}

#[test]
fn wholly_correlated_seats_are_as_good_as_one() {
    const PANELS: u32 = 2000;
    for model in [Model::Urn, Model::CommonCause] {
        let mut random = SplitMix64::new(1);
        let panels = (0..PANELS).map(|_| simulated(&mut random, model, 7, 0.7, 1.0));
        let hits = panels.filter(|answers| majority_is_right(answers)).count() as u32;
        assert!(is_plausible(hits, PANELS, 0.7), "{model:?}: {hits}");
        assert_eq!(effective_n(7, 1.0), Ok(1.0));
    }
}

#[test]
fn the_effective_number_of_votes_falls_with_their_correlation() {
    const PANELS: u32 = 10_000;
    const SKILL: f64 = 0.7;
    for (model, n) in [Model::Urn, Model::CommonCause].into_iter().flat_map(|model| [3, 5, 9].map(|n| (model, n))) {
        let mut last = f64::INFINITY;
        for rho in [0.0, 0.1, 0.3, 0.6, 1.0] {
            let mut random = SplitMix64::new(7);
            let error = |_| {
                let right = simulated(&mut random, model, n, SKILL, rho).into_iter().filter(|right| *right).count();
                (right as f64 / f64::from(n) - SKILL).powi(2)
            };
            let errors: Vec<f64> = (0..PANELS).map(error).collect();
            let mean = errors.iter().sum::<f64>() / f64::from(PANELS);
            let spread = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / f64::from(PANELS);
            // A share of k independent votes varies by p (1 - p) / k: that k is the effective number.
            let found = SKILL * (1.0 - SKILL) / mean;
            let predicted = effective_n(n, rho).expect("a panel can be so correlated");
            let variance = SKILL * (1.0 - SKILL) / predicted;
            let reach = 3.29 * (spread / f64::from(PANELS)).sqrt();
            assert!((mean - variance).abs() <= reach, "{model:?}, {n} at {rho}: {found}, not {predicted}");
            assert!(found < last, "{model:?}, {n}: {found} at {rho}, {last} before");
            last = found;
        }
    }
}

#[test]
fn outcome_flips_are_counted_against_the_most_frequent_outcome() {
    let check = |questions: &[Vec<&str>], flips: u32, n: u32| {
        let found = outcome_flips(questions);
        assert_eq!((found.flips, found.n), (flips, n), "{questions:?}");
        assert_eq!(
            found.rate,
            if n == 0 { Err(Undefined::FewerThanTwoValues) } else { Ok(f64::from(flips) / f64::from(n)) }
        );
        assert_eq!(found.interval.ok(), wilson_interval(flips, n, Z_95).ok());
    };
    check(&[], 0, 0);
    check(&[vec!["a"], vec![]], 0, 0);
    check(&[vec!["a", "a", "a"]], 0, 3);
    check(&[vec!["a", "b"]], 1, 2);
    check(&[vec!["a", "b", "c"]], 2, 3);
    check(&[vec!["b", "a", "b", "a"]], 2, 4);
    check(&[vec!["a", "a", "b"], vec!["c", "c"], vec!["d"]], 1, 5);
}

#[test]
fn a_mean_has_an_interval_from_five_values_on() {
    assert_eq!(mean(&[], 1).mean, Err(Undefined::NoValues));
    assert_eq!(mean(&[f64::NAN], 1).mean, Err(Undefined::OutOfRange));
    let few = mean(&[1.0, 2.0, 3.0, 6.0], 1);
    assert_eq!((few.n, few.mean, few.interval), (4, Ok(3.0), Err(Undefined::FewerThanFiveValues)));
    let values = [4.0, 1.0, 2.0, 8.0, 5.0];
    let found = mean(&values, 1);
    let [low, high] = found.interval.expect("five values");
    assert!(found.mean == Ok(4.0) && (1.0..4.0).contains(&low) && (4.0..=8.0).contains(&high), "{low} {high}");
    let turned: Vec<f64> = values.iter().rev().copied().collect();
    assert_eq!(mean(&turned, 1), found, "the order of the values moves nothing");
    assert_ne!(mean(&values, 2).interval, found.interval, "another seed draws otherwise");
}
