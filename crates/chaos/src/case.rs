//! What a run begins with: source servers, protection groups, plans, and what is wrong with the servers.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

/// The most waves of a plan.
const WAVES: usize = 40;
/// Where servers are recovered: the Region of the deployment, and in some runs another one.
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// What a run begins with.
#[derive(Debug, Clone)]
pub struct Case {
    /// As the simulator reads it.
    pub inventory: Value,
    /// As the API takes them.
    pub groups: Vec<Value>,
    /// As the API takes them. The first has all groups, others some of them.
    pub plans: Vec<Value>,
    /// How many servers there are.
    pub servers: usize,
    /// The Region beside that of the deployment, where some waves are in one.
    pub other_region: Option<&'static str>,
}

impl Case {
    /// Draws one with at most `most` servers. Most are small: a fault needs no crowd.
    #[must_use]
    pub fn draw(random: &mut Rng, most: usize) -> Self {
        let servers = many(random, most);
        let waves = 1 + ((WAVES.min(servers) as f64 - 0.01) * random.f64().powi(3)) as usize;
        let ids: Vec<String> = (0..servers).map(|number| format!("s-{number:017}")).collect();
        let in_use = if random.u8(..5) == 0 { REGIONS.len() } else { 1 };
        // A wave is in one Region; a plan may be in both.
        let regions: Vec<&'static str> = (0..waves).map(|_| REGIONS[random.usize(..in_use)]).collect();
        // Each server belongs to one wave, and every wave has one at least.
        let wave_of: Vec<usize> =
            (0..servers).map(|number| if number < waves { number } else { random.usize(..waves) }).collect();
        let region_of: Vec<&str> = wave_of.iter().map(|wave| regions[*wave]).collect();
        let inventory = inventory(random, &ids, &region_of);
        let mut members: Vec<Vec<&String>> = vec![Vec::new(); waves];
        for (id, wave) in ids.iter().zip(wave_of) {
            members[wave].push(id);
        }
        let groups: Vec<Value> =
            (0..waves).map(|number| group(random, number, regions[number], &members[number])).collect();
        let all: Vec<Value> = (0..waves).map(|number| wave(random, number, &members[number])).collect();
        let mut plans = vec![plan(random, "whole", all)];
        if random.u8(..10) < 4 {
            let some: Vec<usize> = (0..waves).filter(|_| random.bool()).collect();
            let waves: Vec<Value> =
                some.iter().map(|number| json!({ "name": name(*number), "groups": [name(*number)] })).collect();
            if !waves.is_empty() {
                plans.push(plan(random, "part", waves));
            }
        }
        let other_region = regions.into_iter().find(|region| *region != REGIONS[0]);
        Self { inventory, groups, plans, servers, other_region }
    }
}

/// From 1 to `most`; more than a hundred are one in twenty.
fn many(random: &mut Rng, most: usize) -> usize {
    let many = (most as f64).powf(random.f64().powi(8)) + random.f64() * 12.0;
    (many as usize).clamp(1, most)
}

fn name(number: usize) -> String {
    format!("wave-{number:02}")
}

fn inventory(random: &mut Rng, ids: &[String], regions: &[&str]) -> Value {
    let broken = [0.0, 0.0, 0.02, 0.2][random.usize(..4)];
    // A job of real length is twenty looks that find nothing: one run in four has such servers, among others.
    let profiles: &[&str] = match random.u8(..4) {
        0 => &["brief", "linux", "windows", "slow-drill"],
        _ => &["brief"],
    };
    let mut faults = Vec::new();
    let servers: Vec<Value> = ids
        .iter()
        .zip(regions)
        .enumerate()
        .map(|(number, (id, region))| {
            if random.f64() < broken {
                faults.push(fault(random, id));
            }
            let profile = profiles[random.usize(..profiles.len())];
            let hostname = format!("host-{number}");
            json!({ "id": id, "hostname": hostname, "os": "linux", "profile": profile, "region": region })
        })
        .collect();
    if random.u8(..4) == 0 {
        faults.push("unknown-enums".to_owned());
    }
    if random.u8(..8) == 0 && ids.len() < 100 {
        faults.push(format!("page-size={}", random.usize(1..10)));
    }
    let mut inventory = json!({
        "account": "000000000000", "region": REGIONS[0], "seed": random.u32(..), "faults": faults,
        "ssmDocuments": [{ "name": "Example-Runbook", "kind": "automation", "durationSeconds": 60 }],
        "sourceServers": servers,
    });
    // What others do in the account takes jobs too: to whoever counts on twenty, DRS says no.
    if random.u8(..8) == 0 {
        inventory["quotas"] = json!({ "jobs": random.usize(1..4) });
    }
    inventory
}

/// Something that is wrong with a server.
pub(crate) fn fault(random: &mut Rng, id: &str) -> String {
    let kinds = [
        "launch-fails",
        "conversion-fails",
        "agent-never-online",
        "command-fails",
        "disconnected",
        "no-recovery-point",
        "launch-settings-refused",
        "launch-settings-ignored",
        "termination-protected",
    ];
    match random.usize(..=kinds.len()) {
        kind if kind < kinds.len() => format!("{}={id}", kinds[kind]),
        _ => format!("foreign-job={id}:{}", random.usize(1..90)),
    }
}

fn group(random: &mut Rng, number: usize, region: &str, members: &[&String]) -> Value {
    let servers: Vec<Value> = members.iter().map(|id| json!({ "id": id })).collect();
    let mut group = json!({ "name": name(number), "region": region, "servers": servers });
    if random.u8(..5) == 0 {
        group["launchSettings"] = json!({ "copyTags": random.bool(), "rightSizing": "NONE" });
    }
    if random.u8(..3) == 0 {
        group["healthChecks"] = json!([check(random)]);
    }
    group
}

fn check(random: &mut Rng) -> Value {
    let mut check = match random.bool() {
        true => json!({ "name": "agent", "kind": "ssmAgentOnline" }),
        false => json!({
            "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript",
            "parameters": { "commands": ["true"] },
        }),
    };
    check["required"] = json!(random.u8(..4) > 0);
    check["runIn"] = json!(["DRILL", "RECOVERY"]);
    check["timeoutMinutes"] = json!(random.u32(2..40));
    check
}

fn action(random: &mut Rng) -> Value {
    let stop = if random.bool() { "STOP" } else { "CONTINUE" };
    match random.bool() {
        true => json!({ "name": "pause", "kind": "delay", "delayMinutes": random.u32(1..6) }),
        false => json!({
            "name": "runbook", "kind": "ssmAutomation", "document": "Example-Runbook", "onFailure": stop,
            "timeoutMinutes": random.u32(1..20),
        }),
    }
}

fn wave(random: &mut Rng, number: usize, members: &[&String]) -> Value {
    // Two of those before it on the average, so that plans are neither a chain nor a heap.
    let likely = 2.0 / (number.max(2) as f64);
    let before: Vec<String> = (0..number).filter(|_| random.f64() < likely).map(name).collect();
    let mut optional = BTreeMap::new();
    if random.bool() {
        optional.extend(members.iter().filter(|_| random.bool()).map(|id| ((*id).clone(), "optional")));
    }
    let on_failure = ["STOP", "CONTINUE", "PAUSE"][random.usize(..3)];
    let healthy = [100, 100, 50, 1][random.usize(..4)];
    let mut wave = json!({
        "name": name(number), "groups": [name(number)], "dependsOnWaves": before, "onFailure": on_failure,
        "minHealthyPercent": healthy,
        "launchTimeoutMinutes": random.u32(15..120), "criticality": optional,
    });
    if random.u8(..6) == 0 {
        let then = if random.bool() { "REJECT" } else { "PROCEED" };
        wave["approval"] = json!({ "timeoutMinutes": random.u32(5..120), "onTimeout": then });
    }
    for when in ["beforeActions", "afterActions"] {
        if random.u8(..8) == 0 {
            wave[when] = json!([action(random)]);
        }
    }
    wave
}

fn plan(random: &mut Rng, name: &str, waves: Vec<Value>) -> Value {
    let mut plan = json!({
        "name": name, "waves": waves, "onLaunchSettingsFailure": if random.bool() { "STOP" } else { "WARN" },
    });
    if random.u8(..4) == 0 {
        let then = if random.bool() { "KEEP" } else { "CLEANUP" };
        plan["cleanup"] = json!({ "after": random.u32(..120), "onFailure": then });
    }
    plan
}
