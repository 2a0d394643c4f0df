//! Forecasts with timelines worked out by hand. Properties and twins are in `forecast_twins.rs`.

use std::collections::{BTreeMap, BTreeSet};

use domain::batch::{InUse, Quotas};
use domain::check::Os;
use domain::forecast::run::{Pace, simulate};
use domain::forecast::{
    Basis, Estimate, Forecast, ForecastServer, ForecastWave, MIN_SAMPLES, WaveForecast, against_target, estimate,
    forecast, past_forecast, profile_checks, profile_launch,
};
use domain::id::{ExecutionId, ServerId};

const REGION: &str = "eu-west-1";

fn both(p50_seconds: u32, p90_seconds: u32) -> Estimate {
    Estimate { p50_seconds, p90_seconds }
}

fn always(seconds: u32) -> Estimate {
    both(seconds, seconds)
}

/// A wave of `servers` servers that all take `launch`, without checks and actions. Its ids begin with its name.
fn wave(name: &str, depends_on: &[usize], servers: usize, launch: Estimate) -> ForecastWave {
    let server = |number| ForecastServer {
        id: ServerId::from(format!("s-{name}-{number:04}")),
        launch,
        checks: Estimate::default(),
    };
    ForecastWave {
        name: name.to_owned(),
        depends_on: depends_on.iter().copied().collect(),
        region: REGION.to_owned(),
        servers: (0..servers).map(server).collect(),
        before: Estimate::default(),
        after: Estimate::default(),
        basis: Basis::Profile,
    }
}

fn alone(waves: &[ForecastWave]) -> Forecast {
    forecast(waves, &Quotas::default(), &BTreeMap::new())
}

fn times(forecast: &Forecast) -> Vec<(u32, u32)> {
    forecast.waves.iter().map(|wave| (wave.start.p50_seconds, wave.end.p50_seconds)).collect()
}

#[test]
fn a_chain_adds_up_and_ends_are_seen_at_the_next_look() {
    let answer = alone(&[wave("db", &[], 2, both(533, 1_190)), wave("app", &[0], 1, both(1_500, 3_000))]);
    // 533 s are seen at 540, 1,190 s at 1,200.
    let db = WaveForecast {
        name: "db".to_owned(),
        servers: 2,
        jobs: 1,
        start: always(0),
        end: both(540, 1_200),
        queued: always(0),
        critical: true,
        basis: Basis::Profile,
    };
    assert_eq!(answer.waves[0], db);
    assert_eq!((answer.waves[1].start, answer.waves[1].end), (both(540, 1_200), both(2_040, 4_200)));
    assert_eq!(answer.total, both(2_040, 4_200));
    assert_eq!(answer.critical_path, ["db", "app"]);
}

#[test]
fn in_a_diamond_the_slower_side_decides() {
    let answer = alone(&[
        wave("db", &[], 1, always(300)),
        wave("app", &[0], 1, always(600)),
        wave("batch", &[0], 1, always(900)),
        wave("web", &[1, 2], 1, always(60)),
    ]);
    assert_eq!(times(&answer), [(0, 300), (300, 900), (300, 1_200), (1_200, 1_260)]);
    assert_eq!(answer.critical_path, ["db", "batch", "web"]);
    assert_eq!(answer.waves.iter().map(|wave| wave.critical).collect::<Vec<_>>(), [true, false, true, true]);
}

#[test]
fn two_waves_of_four_hundred_compete_for_five_hundred() {
    let mut waves = [wave("a", &[], 400, always(600)), wave("b", &[], 400, always(600))];
    let answer = alone(&waves);
    // 400 and 100 at once; the other 300 when those are launched.
    assert_eq!(times(&answer), [(0, 600), (0, 1_200)]);
    assert_eq!(
        answer.waves.iter().map(|wave| (wave.jobs, wave.queued)).collect::<Vec<_>>(),
        [(4, always(0)), (4, always(600))]
    );
    assert_eq!(answer.critical_path, ["b"], "the wait is that of the wave that waits");

    // Ten seconds later it looks ten seconds later, also for what became free at 600.
    waves[1].before = always(10);
    assert_eq!(times(&alone(&waves)), [(0, 600), (0, 1_210)]);

    // Quotas are per Region.
    waves[1].region = "eu-central-1".to_owned();
    assert_eq!(times(&alone(&waves)), [(0, 600), (0, 610)]);
}

#[test]
fn two_hundred_and_fifty_servers_are_three_jobs_and_the_slowest_decides() {
    let mut slow = wave("a", &[], 250, always(540));
    slow.servers[249].launch = always(700);
    let answer = alone(&[slow]);
    assert_eq!((answer.waves[0].jobs, answer.waves[0].servers), (3, 250));
    assert_eq!(answer.total, always(720));
}

#[test]
fn a_job_holds_its_quota_until_its_slowest_server_is_launched() {
    let quotas = Quotas { servers_per_job: 2, jobs: 1, servers_in_jobs: 10 };
    let mut first = wave("a", &[], 3, always(60));
    first.servers[0].launch = always(600);
    let answer = forecast(&[first], &quotas, &BTreeMap::new());
    assert_eq!((answer.total, answer.waves[0].queued), (always(660), always(600)));
}

/// Graham's anomaly: what is slower leaves the quota to what matters more.
#[test]
fn a_p90_is_no_shorter_than_its_p50_where_the_slower_run_ends_earlier() {
    let quotas = Quotas { servers_per_job: 100, jobs: 1, servers_in_jobs: 500 };
    let mut waves = [wave("x", &[], 1, both(30, 90)), wave("y", &[0], 1, always(600)), wave("z", &[], 1, always(30))];
    waves[0].region = "eu-central-1".to_owned();
    (waves[2].before, waves[2].after) = (always(60), always(1_000));
    let total = |pace| simulate(&waves, &quotas, &BTreeMap::new(), pace).total();
    // p50: "y" takes the only job from 30 to 630, then "z" until 660. p90: "z" comes first, from 60 to 90.
    assert_eq!((total(Pace::P50), total(Pace::P90)), (1_660, 1_090));
    assert_eq!(forecast(&waves, &quotas, &BTreeMap::new()).total, always(1_660));
}

#[test]
fn actions_and_checks_are_in_the_timeline() {
    let mut checked = wave("a", &[], 2, always(541));
    checked.before = both(100, 130);
    checked.after = always(45);
    checked.servers[1].checks = both(61, 91);
    let answer = alone(&[checked, wave("b", &[0], 1, always(30))]);
    // 100 before; 541 are seen after 570; 61 of checks after 90; 45 after. In the p90 run 130, 570, 120, 45.
    assert_eq!(answer.waves[0].end, both(805, 865));
    assert_eq!(answer.waves[1].start, both(805, 865));
    assert_eq!(answer.total, both(835, 895));
}

#[test]
fn what_is_in_use_is_free_after_a_median_launch() {
    let mut waves = [wave("a", &[], 3, always(600))];
    (waves[0].servers[0].launch, waves[0].servers[2].launch) = (always(300), always(900));
    let full = InUse { jobs: 20, servers: BTreeSet::new() };
    let answer = forecast(&waves, &Quotas::default(), &BTreeMap::from([(REGION.to_owned(), full)]));
    assert_eq!((answer.total, answer.waves[0].queued), (always(1_500), always(600)));

    // One server is in a job of somebody else's: the others do not wait for it.
    let busy = InUse { jobs: 1, servers: BTreeSet::from([waves[0].servers[2].id.clone()]) };
    let answer = forecast(&waves, &Quotas::default(), &BTreeMap::from([(REGION.to_owned(), busy)]));
    assert_eq!((answer.total, answer.waves[0].jobs), (always(1_500), 2));

    let elsewhere = InUse { jobs: 20, servers: BTreeSet::new() };
    let answer = forecast(&waves, &Quotas::default(), &BTreeMap::from([("eu-north-1".to_owned(), elsewhere)]));
    assert_eq!(answer.total, always(900));
}

#[test]
fn a_plan_of_nothing_takes_nothing_and_an_empty_wave_one_look() {
    let nothing = Forecast { waves: Vec::new(), total: Estimate::default(), critical_path: Vec::new() };
    assert_eq!(alone(&[]), nothing);
    assert_eq!(alone(&[wave("a", &[], 0, always(0))]).total, always(30));
}

#[test]
fn a_target_that_is_met_needs_no_change() {
    let waves = [wave("db", &[], 1, both(540, 1_200))];
    let verdict = against_target(&waves, &Quotas::default(), &BTreeMap::new(), 20, &alone(&waves));
    assert!(verdict.met_p50 && verdict.met_p90);
    assert_eq!(verdict.change, None);
}

#[test]
fn a_missed_target_names_the_wave_that_costs_most() {
    let mut waves =
        [wave("db", &[], 1, always(540)), wave("app", &[0], 2, always(1_200)), wave("web", &[], 1, always(600))];
    waves[1].servers[1].launch = always(1_500);
    let verdict = against_target(&waves, &Quotas::default(), &BTreeMap::new(), 20, &alone(&waves));
    assert!(!verdict.met_p50 && !verdict.met_p90);
    let change = verdict.change.expect("a change");
    // Without it the run ends with "web", at 600 of 2,040.
    assert_eq!((change.wave.as_str(), change.gain_seconds), ("app", 1_440));
    assert_eq!(
        change.message,
        "Wave \"app\" takes 25 min of 34 min. Without it the run would take 24 min less and meet the target. The largest \
         part is the launch, 25 min (its slowest server s-app-0001 takes 25 min): split it, so that the waves behind it \
         wait only for the servers that they need. Or let it begin earlier, with fewer dependencies than \"db\"."
    );
}

#[test]
fn a_target_that_only_slow_runs_miss_is_judged_by_the_slow_run() {
    let mut waves = [wave("db", &[], 1, both(540, 600)), wave("app", &[0], 1, both(300, 300))];
    waves[1].after = both(60, 3_600);
    let verdict = against_target(&waves, &Quotas::default(), &BTreeMap::new(), 30, &alone(&waves));
    assert!(verdict.met_p50 && !verdict.met_p90);
    let change = verdict.change.expect("a change");
    assert_eq!((change.wave.as_str(), change.gain_seconds), ("app", 3_900));
    assert_eq!(
        change.message,
        "Wave \"app\" takes 1 h 5 min of 1 h 15 min in a slow run (p90). Without it the run would take 1 h 5 min less \
         and meet the target. The largest part is its actions, 1 h 0 min: shorten them, or begin them elsewhere in the \
         plan. Or let it begin earlier, with fewer dependencies than \"db\"."
    );
}

#[test]
fn the_wait_for_quota_and_checks_are_named_as_such() {
    let mut waves = [wave("a", &[], 500, always(900)), wave("b", &[], 10, always(60))];
    let change = |waves: &[ForecastWave]| {
        let verdict = against_target(waves, &Quotas::default(), &BTreeMap::new(), 10, &alone(waves));
        verdict.change.expect("a change")
    };
    let queued = change(&waves);
    assert_eq!((queued.wave.as_str(), queued.gain_seconds), ("b", 60));
    assert!(queued.message.contains("does not meet the target"), "{}", queued.message);
    assert!(queued.message.contains("the wait for DRS quotas, 15 min"), "{}", queued.message);

    waves[1].servers.truncate(0);
    waves[0].servers[3].checks = always(1_200);
    let checks = change(&waves);
    assert!(checks.message.contains("its health checks, 20 min"), "{}", checks.message);
}

#[test]
fn two_chains_of_one_length_are_said_to_be_such() {
    let waves = [wave("a", &[], 1, always(900)), wave("b", &[], 1, always(900))];
    let verdict = against_target(&waves, &Quotas::default(), &BTreeMap::new(), 10, &alone(&waves));
    let change = verdict.change.expect("a change");
    assert_eq!((change.wave.as_str(), change.gain_seconds), ("a", 0));
    assert!(change.message.contains("another chain of waves takes as long"), "{}", change.message);
}

#[test]
fn estimates_are_nearest_ranks_of_enough_samples() {
    assert_eq!(estimate(&[600; MIN_SAMPLES - 1]), None);
    assert_eq!(estimate(&[900, 500, 600]), Some(both(600, 900)));
    assert_eq!(estimate(&[4, 1, 3, 2]), Some(both(2, 4)));
    let hundred: Vec<u32> = (1..=100).rev().collect();
    assert_eq!(estimate(&hundred), Some(both(50, 90)));
    let ten: Vec<u32> = (1..=10).collect();
    assert_eq!(estimate(&ten), Some(both(5, 9)));
}

#[test]
fn profiles_have_a_slow_run_that_is_slower() {
    for profile in [profile_launch(Os::Linux), profile_launch(Os::Windows), profile_checks()] {
        assert!(profile.p50_seconds < profile.p90_seconds);
    }
}

#[test]
fn past_forecasts_say_how_far_off_they_were() {
    let error = |p50, reached| past_forecast(ExecutionId::from("e"), both(p50, 2_000), reached).error_percent;
    assert_eq!((error(1_000, 1_200), error(1_000, 750), error(1_000, 1_000)), (20, -25, 0));
    assert_eq!((error(0, 0), error(0, u32::MAX)), (0, i32::MAX));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "measures how long the domain takes, from outside of it")]
fn a_hundred_waves_and_four_thousand_servers_are_quick() {
    // Each wave waits for all waves of the layer before its own.
    for (shape, layer) in [("all at once", 100), ("ten layers", 10), ("a chain", 1)] {
        let depends_on = |index: usize| -> Vec<usize> {
            let first = index / layer * layer;
            (first.saturating_sub(layer)..first).collect()
        };
        let waves: Vec<ForecastWave> = (0..100)
            .map(|index| {
                let mut wave = wave(&format!("w{index:02}"), &depends_on(index), 40, both(540, 1_200));
                for (number, server) in wave.servers.iter_mut().enumerate() {
                    server.launch.p50_seconds += u32::try_from((index * 37 + number * 11) % 300).unwrap();
                }
                wave
            })
            .collect();
        let began = std::time::Instant::now();
        let answer = alone(&waves);
        let forecast_took = began.elapsed();
        let began = std::time::Instant::now();
        let verdict = against_target(&waves, &Quotas::default(), &BTreeMap::new(), 60, &answer);
        println!("100 waves, {shape}: forecast {forecast_took:?}, target {:?}", began.elapsed());
        assert!(!verdict.met_p50);
    }
}
