//! Forecasts against two naive twins, a longest path and a clock that ticks every second, and what holds of any run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::batch::{InUse, Quotas, pack};
use domain::forecast::run::{Pace, WaveRun, simulate};
use domain::forecast::{Basis, Estimate, ForecastServer, ForecastWave, against_target, forecast};
use domain::id::ServerId;
use proptest::prelude::*;

type Taken = BTreeMap<String, InUse>;

/// More than any case here can use.
const NO_CONTENTION: Quotas = Quotas { servers_per_job: 3, jobs: 1_000, servers_in_jobs: 1_000 };

fn up_to(limit: u32) -> impl Strategy<Value = Estimate> {
    (0..limit, 0..limit).prop_map(|(p50_seconds, more)| Estimate { p50_seconds, p90_seconds: p50_seconds + more })
}

/// Mostly nothing.
fn sometimes(limit: u32) -> impl Strategy<Value = Estimate> {
    prop_oneof![2 => Just(Estimate::default()), 1 => up_to(limit)]
}

prop_compose! {
    fn any_wave()(
        depends_on in prop::collection::btree_set(0..7_usize, 0..3),
        region in 0..4_usize,
        servers in prop::collection::vec((up_to(200), sometimes(100)), 0..6),
        before in sometimes(70),
        after in sometimes(50),
    ) -> ForecastWave {
        let server = |(launch, checks)| ForecastServer { id: ServerId::default(), launch, checks };
        ForecastWave {
            name: String::new(),
            depends_on,
            // Mostly one Region, so that waves get into each other's way.
            region: if region == 0 { "r-1" } else { "r-0" }.to_owned(),
            servers: servers.into_iter().map(server).collect(),
            before,
            after,
            basis: Basis::Profile,
        }
    }
}

fn name(mut waves: Vec<ForecastWave>) -> Vec<ForecastWave> {
    let mut number = 0;
    for (index, wave) in waves.iter_mut().enumerate() {
        wave.name = format!("w{index}");
        for server in &mut wave.servers {
            server.id = ServerId::from(format!("s-{number:03}"));
            number += 1;
        }
    }
    waves
}

/// With circles and with dependencies on waves that do not exist.
fn any_waves() -> impl Strategy<Value = Vec<ForecastWave>> {
    prop::collection::vec(any_wave(), 1..7).prop_map(name)
}

/// Waves depend on waves before them, or all of them on waves behind them.
fn ordered_waves() -> impl Strategy<Value = Vec<ForecastWave>> {
    (any_waves(), any::<bool>()).prop_map(|(mut waves, backwards)| {
        let last = waves.len() - 1;
        for (index, wave) in waves.iter_mut().enumerate() {
            wave.depends_on.retain(|other| *other <= last && if backwards { *other > index } else { *other < index });
        }
        waves
    })
}

fn any_quotas() -> impl Strategy<Value = Quotas> {
    (1..4_usize, 1..4_usize, 1..8_usize).prop_map(|(servers_per_job, jobs, servers_in_jobs)| Quotas {
        servers_per_job,
        jobs,
        servers_in_jobs,
    })
}

fn any_taken() -> impl Strategy<Value = Taken> {
    let in_use = (0..4_usize, prop::collection::btree_set(0..20_usize, 0..4)).prop_map(|(jobs, servers)| InUse {
        jobs,
        servers: servers.into_iter().map(|number| ServerId::from(format!("s-{number:03}"))).collect(),
    });
    prop::collection::btree_map((0..2_usize).prop_map(|region| format!("r-{region}")), in_use, 0..3)
}

fn to_look(seconds: u64) -> u64 {
    seconds.div_ceil(30).max(1) * 30
}

fn slowest(wave: &ForecastWave, pace: Pace, of: fn(&ForecastServer) -> Estimate) -> u64 {
    wave.servers.iter().map(|server| pace.of(of(server))).max().unwrap_or(0)
}

/// What a wave takes when nothing is in its way.
fn pure(wave: &ForecastWave, pace: Pace) -> u64 {
    let checks = slowest(wave, pace, |server| server.checks);
    let checks = if checks == 0 { 0 } else { to_look(checks) };
    pace.of(wave.before) + to_look(slowest(wave, pace, |server| server.launch)) + checks + pace.of(wave.after)
}

/// Twin without quotas: the longest path.
fn longest(waves: &[ForecastWave], index: usize, pace: Pace) -> u64 {
    let below = waves[index].depends_on.iter().map(|other| longest(waves, *other, pace)).max().unwrap_or(0);
    below + pure(&waves[index], pace)
}

/// How many waves are behind a wave, one after another.
fn behind(waves: &[ForecastWave], index: usize) -> usize {
    let dependants = (0..waves.len()).filter(|other| waves[*other].depends_on.contains(&index));
    dependants.map(|other| behind(waves, other) + 1).max().unwrap_or(0)
}

/// A wave of the ticking twin.
#[derive(Default, Clone)]
struct Ticking {
    times: Option<WaveRun>,
    pending: Vec<ServerId>,
    jobs: Vec<(u64, Vec<ServerId>)>,
    launched: bool,
    ended: Option<u64>,
}

/// Twin with quotas: every second is looked at, and what is in use is counted anew at each look.
fn tick(
    waves: &[ForecastWave],
    quotas: &Quotas,
    taken: &Taken,
    free_at: &BTreeMap<String, u64>,
    pace: Pace,
) -> Vec<WaveRun> {
    let mut all = vec![Ticking::default(); waves.len()];
    for now in 0.. {
        for (wave, state) in waves.iter().zip(&mut all) {
            observe(wave, state, now, pace);
        }
        for index in 0..waves.len() {
            let ended = |other: &usize| all[*other].ended.is_some_and(|end| end <= now);
            if all[index].times.is_none() && waves[index].depends_on.iter().all(ended) {
                let ready = now + pace.of(waves[index].before);
                all[index].times = Some(WaveRun { start: now, ready, ..WaveRun::default() });
                all[index].pending = waves[index].servers.iter().map(|server| server.id.clone()).collect();
            }
        }
        let mut order: Vec<usize> = (0..waves.len()).collect();
        order.sort_by_key(|index| Reverse(behind(waves, *index)));
        for index in order {
            let in_use = in_use(waves, &all, &waves[index].region, taken, free_at, now);
            launch(&waves[index], &mut all[index], &in_use, quotas, now, pace);
        }
        if all.iter().all(|state| state.ended.is_some_and(|end| end <= now)) {
            break;
        }
    }
    all.into_iter().filter_map(|state| state.times).collect()
}

fn looks_at(state: &Ticking, now: u64) -> Option<WaveRun> {
    state.times.filter(|times| now >= times.ready && (now - times.ready).is_multiple_of(30) && state.ended.is_none())
}

fn observe(wave: &ForecastWave, state: &mut Ticking, now: u64, pace: Pace) {
    let Some(mut times) = looks_at(state, now).filter(|times| now > times.ready) else { return };
    let checks = slowest(wave, pace, |server| server.checks);
    let all_launched = state.pending.is_empty() && state.jobs.iter().all(|(end, _)| *end <= now);
    if !state.launched && all_launched && now > times.all_in_jobs {
        (state.launched, times.launched) = (true, now);
    }
    let checked = checks == 0 || (now > times.launched && now - times.launched >= checks);
    if state.launched && checked {
        (times.checked, times.end) = (now, now + pace.of(wave.after));
        state.ended = Some(times.end);
    }
    state.times = Some(times);
}

fn in_use(
    waves: &[ForecastWave],
    all: &[Ticking],
    region: &String,
    taken: &Taken,
    free_at: &BTreeMap<String, u64>,
    now: u64,
) -> InUse {
    let mut in_use = InUse::default();
    if free_at.get(region).is_some_and(|until| now < *until) {
        in_use = taken[region].clone();
    }
    let here = waves.iter().zip(all).filter(|(wave, _)| wave.region == *region);
    for (_, servers) in here.flat_map(|(_, state)| &state.jobs).filter(|(end, _)| now < *end) {
        in_use.jobs += 1;
        in_use.servers.extend(servers.iter().cloned());
    }
    in_use
}

fn launch(wave: &ForecastWave, state: &mut Ticking, in_use: &InUse, quotas: &Quotas, now: u64, pace: Pace) {
    let Some(mut times) = looks_at(state, now) else { return };
    let first = now == times.ready;
    if state.pending.is_empty() && !first {
        return;
    }
    let packing = pack(&state.pending, in_use, quotas);
    state.pending = packing.waiting.into_iter().map(|(server, _)| server).collect();
    for servers in packing.batches {
        let of_job = wave.servers.iter().filter(|server| servers.contains(&server.id));
        let takes = of_job.map(|server| pace.of(server.launch)).max().unwrap_or(0).max(1);
        state.jobs.push((now + takes, servers));
    }
    times.jobs = state.jobs.len();
    if state.pending.is_empty() {
        times.all_in_jobs = now;
    }
    state.times = Some(times);
}

proptest! {
    #[test]
    fn without_contention_a_run_is_the_longest_path(waves in ordered_waves()) {
        for pace in [Pace::P50, Pace::P90] {
            let run = simulate(&waves, &NO_CONTENTION, &Taken::new(), pace);
            for index in 0..waves.len() {
                prop_assert_eq!(run.waves[index].end, longest(&waves, index, pace));
            }
        }
    }

    #[test]
    fn with_quotas_a_run_is_what_the_ticking_twin_says(
        waves in ordered_waves(), quotas in any_quotas(), taken in any_taken(),
    ) {
        let run = simulate(&waves, &quotas, &taken, Pace::P50);
        let without: Vec<WaveRun> = run.waves.iter().map(|times| WaveRun { released_by: None, ..*times }).collect();
        prop_assert_eq!(without, tick(&waves, &quotas, &taken, &run.free_at, Pace::P50));
    }

    #[test]
    fn quotas_are_never_exceeded_and_every_server_is_launched_once(
        waves in any_waves(), quotas in any_quotas(), taken in any_taken(),
    ) {
        let run = simulate(&waves, &quotas, &taken, Pace::P90);
        for region in ["r-0", "r-1"] {
            let of_region: Vec<_> = run.jobs.iter().filter(|job| waves[job.wave].region == region).collect();
            // Use only rises where a job starts.
            for now in of_region.iter().map(|job| job.start) {
                let others = taken.get(region).filter(|_| now < run.free_at[region]).cloned().unwrap_or_default();
                let running = of_region.iter().filter(|job| job.start <= now && now < job.end);
                let jobs = running.clone().count() + others.jobs;
                let servers: Vec<_> = running.flat_map(|job| &job.servers).chain(&others.servers).collect();
                prop_assert!(jobs <= quotas.jobs && servers.len() <= quotas.servers_in_jobs);
                prop_assert_eq!(servers.len(), servers.iter().collect::<BTreeSet<_>>().len(), "one job a server");
            }
        }
        prop_assert!(run.jobs.iter().all(|job| !job.servers.is_empty() && job.servers.len() <= quotas.servers_per_job));
        let mut launched: Vec<_> = run.jobs.iter().flat_map(|job| &job.servers).collect();
        launched.sort();
        let wanted: Vec<_> = waves.iter().flat_map(|wave| &wave.servers).map(|server| &server.id).collect();
        prop_assert_eq!(launched, wanted);
    }

    #[test]
    fn quotas_only_add_to_what_a_plan_takes_without_them(
        waves in ordered_waves(), quotas in any_quotas(), taken in any_taken(),
    ) {
        let answer = forecast(&waves, &quotas, &taken);
        for (index, wave) in answer.waves.iter().enumerate() {
            prop_assert!(u64::from(wave.end.p50_seconds) >= longest(&waves, index, Pace::P50));
            prop_assert!(u64::from(wave.end.p90_seconds) >= longest(&waves, index, Pace::P90));
            prop_assert!(wave.start.p90_seconds >= wave.start.p50_seconds);
            prop_assert!(wave.end.p90_seconds >= wave.end.p50_seconds);
            prop_assert!(answer.total.p50_seconds >= wave.end.p50_seconds);
            prop_assert!(answer.total.p90_seconds >= wave.end.p90_seconds);
            prop_assert_eq!(wave.critical, answer.critical_path.contains(&wave.name));
        }
        prop_assert!(answer.total.p90_seconds >= answer.total.p50_seconds);
    }

    #[test]
    fn the_critical_path_explains_every_second_of_the_total(
        waves in ordered_waves(), quotas in any_quotas(), taken in any_taken(),
    ) {
        let run = simulate(&waves, &quotas, &taken, Pace::P50);
        let path = run.critical_path();
        prop_assert_eq!(run.waves[path[0]].start, 0);
        prop_assert!(waves[path[0]].depends_on.is_empty());
        for step in path.windows(2) {
            prop_assert!(waves[step[1]].depends_on.contains(&step[0]));
            prop_assert_eq!(run.waves[step[0]].end, run.waves[step[1]].start);
        }
        prop_assert_eq!(run.waves[path[path.len() - 1]].end, run.total());
        let least: u64 = path.iter().map(|index| pure(&waves[*index], Pace::P50)).sum();
        prop_assert!(run.total() >= least);
    }

    /// Only without contention: with quotas it is false, see Graham's anomalies.
    #[test]
    fn without_contention_a_dependency_less_never_takes_longer(waves in ordered_waves(), removed in 0..7_usize) {
        let before = simulate(&waves, &NO_CONTENTION, &Taken::new(), Pace::P50).total();
        let mut fewer = waves;
        for wave in &mut fewer {
            wave.depends_on.remove(&removed);
        }
        prop_assert!(simulate(&fewer, &NO_CONTENTION, &Taken::new(), Pace::P50).total() <= before);
    }

    /// Without contention the search for the wave to change may stop early; it must still find the best one.
    #[test]
    fn without_contention_the_change_is_the_best_of_the_critical_path(waves in ordered_waves()) {
        let answer = forecast(&waves, &NO_CONTENTION, &Taken::new());
        let change = against_target(&waves, &NO_CONTENTION, &Taken::new(), 0, &answer).change;
        let total = simulate(&waves, &NO_CONTENTION, &Taken::new(), Pace::P50).total();
        // A wave of nothing, spliced out by hand: who waited for it waits for what it waited for.
        let without = |gone: usize| {
            let mut left = waves.clone();
            for wave in &mut left {
                if wave.depends_on.remove(&gone) {
                    wave.depends_on.extend(waves[gone].depends_on.iter().copied());
                }
            }
            (0..left.len()).filter(|index| *index != gone).map(|index| longest(&left, index, Pace::P50)).max().unwrap_or(0)
        };
        let gains = (0..waves.len()).filter(|index| answer.waves[*index].critical).map(|index| total - without(index));
        prop_assert_eq!(change.map(|change| u64::from(change.gain_seconds)), gains.max());
    }

    /// What cannot occur must not loop or panic either.
    #[test]
    fn circles_and_quotas_of_nothing_end(waves in any_waves(), taken in any_taken()) {
        let nothing = Quotas { servers_per_job: 0, jobs: 0, servers_in_jobs: 0 };
        let answer = forecast(&waves, &nothing, &taken);
        let verdict = against_target(&waves, &nothing, &taken, 0, &answer);
        prop_assert!(verdict.change.is_some_and(|change| answer.critical_path.contains(&change.wave)));
    }
}
