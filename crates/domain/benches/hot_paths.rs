//! What is computed for a large fleet: 4,000 servers, 100 waves, ten layers deep. `cargo bench -p domain`.
#![expect(missing_docs, reason = "criterion's macros write functions of their own")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::batch::{InUse, Quotas, pack};
use domain::check::Os;
use domain::forecast::{Basis, Estimate, ForecastServer, ForecastWave, forecast};
use domain::gate::{Facts, gate};
use domain::graph::WaveGraph;
use domain::group::ProtectionGroup;
use domain::id::{GroupId, ServerId};
use domain::outcome::Dependency;
use domain::plan::{Mode, OnFailure, RecoveryPlan};
use domain::preflight::{ServerFacts, Situation, WaveFacts, preflight};
use domain::status::WaveStatus;
use domain::timeline::changes;
use domain::validate::plan_problems;
use serde_json::{Value, from_value, json};

const SERVERS: usize = 4_000;
const WAVES: usize = 100;
/// Waves of a layer; each waits for two of the layer before.
const WIDTH: usize = 10;
const REGION: &str = "eu-west-1";
const NOW: i64 = 1_000_000;

fn server(number: usize) -> ServerId {
    ServerId::from(format!("s-{number:017}"))
}

fn servers_of(wave: usize) -> impl Iterator<Item = ServerId> {
    let each = SERVERS / WAVES;
    (wave * each..(wave + 1) * each).map(server)
}

fn before(wave: usize) -> Vec<usize> {
    let Some(layer) = (wave / WIDTH).checked_sub(1) else { return Vec::new() };
    vec![layer * WIDTH + wave % WIDTH, layer * WIDTH + (wave + 1) % WIDTH]
}

fn name(wave: usize) -> String {
    format!("w{wave:03}")
}

fn plan() -> Result<(RecoveryPlan, BTreeMap<GroupId, ProtectionGroup>), serde_json::Error> {
    let mut groups = BTreeMap::new();
    for wave in 0..WAVES {
        let members: Vec<Value> = servers_of(wave).map(|id| json!({ "id": id })).collect();
        groups.insert(GroupId::from(name(wave)), from_value(json!({ "name": name(wave), "servers": members }))?);
    }
    let waves = (0..WAVES).map(|wave| {
        let depends: Vec<String> = before(wave).into_iter().map(name).collect();
        json!({ "name": name(wave), "groups": [name(wave)], "dependsOnWaves": depends })
    });
    Ok((from_value(json!({ "name": "fleet", "waves": waves.collect::<Vec<_>>() }))?, groups))
}

fn plans(criterion: &mut Criterion) {
    let Ok((plan, groups)) = plan() else { panic!("the plan is not readable") };
    assert_eq!(plan_problems(&plan, &groups), []);
    criterion.bench_function("validate a plan of 100 waves", |bench| {
        bench.iter(|| plan_problems(black_box(&plan), black_box(&groups)));
    });
    let names: Vec<(String, Vec<String>)> =
        (0..WAVES).map(|wave| (name(wave), before(wave).into_iter().map(name).collect())).collect();
    let edges: Vec<(&str, Vec<&str>)> =
        names.iter().map(|(name, to)| (name.as_str(), to.iter().map(String::as_str).collect())).collect();
    criterion.bench_function("graph of 100 waves, and their order", |bench| {
        bench.iter(|| WaveGraph::new(black_box(&edges)).map(|graph| graph.order()));
    });
    let settled =
        |number| Dependency { name: name(number), status: WaveStatus::Completed, on_failure: OnFailure::Stop };
    let dependencies: Vec<Dependency> = (0..WAVES - 1).map(settled).collect();
    let facts =
        Facts { dependencies: &dependencies, approval: None, pause: None, cancelled: None, failure: None, now: NOW };
    criterion.bench_function("gate of a wave that waits for 99", |bench| bench.iter(|| gate(black_box(&facts))));
}

fn launches(criterion: &mut Criterion) {
    let servers: Vec<ServerId> = (0..SERVERS).map(server).collect();
    let in_use = InUse::default();
    let quotas = Quotas::default();
    criterion.bench_function("pack 4,000 servers into jobs", |bench| {
        bench.iter(|| pack(black_box(&servers), black_box(&in_use), black_box(&quotas)));
    });
}

fn checks(criterion: &mut Criterion) {
    let facts = |number: usize| ServerFacts {
        replication_state: "CONTINUOUS".into(),
        newest_recovery_point: Some(NOW - 300),
        ..ServerFacts::new(&format!("host-{number}"), Os::Linux, REGION)
    };
    let wave = |number| WaveFacts { name: name(number), region: REGION.into(), servers: servers_of(number).collect() };
    let situation = Situation {
        servers: (0..SERVERS).map(|number| (server(number), Some(facts(number)))).collect(),
        waves: (0..WAVES).map(wave).collect(),
        ..Situation::new(Mode::Drill, NOW)
    };
    criterion.bench_function("preflight of 4,000 servers", |bench| bench.iter(|| preflight(black_box(&situation))));
}

fn times(criterion: &mut Criterion) {
    let both = |p50_seconds, p90_seconds| Estimate { p50_seconds, p90_seconds };
    let wave = |number| ForecastWave {
        name: name(number),
        depends_on: before(number).into_iter().collect(),
        region: REGION.into(),
        servers: servers_of(number)
            .map(|id| ForecastServer { id, launch: both(533, 1_190), checks: both(60, 120) })
            .collect(),
        before: Estimate::default(),
        after: Estimate::default(),
        basis: Basis::Profile,
    };
    let waves: Vec<ForecastWave> = (0..WAVES).map(wave).collect();
    let (quotas, in_use) = (Quotas::default(), BTreeMap::new());
    criterion.bench_function("forecast of 4,000 servers in 100 waves", |bench| {
        bench.iter(|| forecast(black_box(&waves), black_box(&quotas), black_box(&in_use)));
    });
    let image = |status: &str| {
        json!({
            "executionId": "shop-1", "planId": "shop", "mode": "DRILL", "status": status, "reason": "", "startedBy": "ada",
            "startedAt": NOW, "findings": [], "revision": 3,
        })
    };
    assert!(changes("shop", Some(image("PENDING")), image("RUNNING")).is_ok_and(|changes| changes.len() == 1));
    criterion.bench_function("what a write of an execution comes to", |bench| {
        bench.iter(|| changes("shop", Some(image("PENDING")), image("RUNNING")));
    });
}

criterion_group!(hot_paths, plans, launches, checks, times);
criterion_main!(hot_paths);
