//! Waves that compete for the quotas of DRS, against the best of all orders: `--nocapture` shows the figures.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use jiff::Timestamp;
use serde_json::{Value, json};
use simulation::World;
use simulator::Inventory;

/// What DRS allows: servers in a job, jobs, servers in them.
const PER_JOB: usize = 100;
const JOBS: usize = 20;
const IN_JOBS: usize = 500;

/// How much longer than the best order a drill may take. The end of a job is seen up to 30 s late, which is 5.6 % of a job
/// of one server; 1.049 was the most that was measured. A round lost of four, the most here, would be 1.25.
const BOUND: f64 = 1.06;

/// A wave: its servers, and the waves that it waits for, all of them before it.
type Wave = (usize, Vec<usize>);

/// What a drill came to.
struct Drill {
    seconds: f64,
    /// Of each job when it began and ended, and its servers.
    jobs: Vec<(f64, f64, usize)>,
}

impl Drill {
    /// The most jobs at a time, and the most servers in them.
    fn most(&self) -> (usize, usize) {
        let at = |now: f64| self.jobs.iter().filter(move |(start, end, _)| *start <= now && now < *end);
        let most = |of: &dyn Fn(f64) -> usize| self.jobs.iter().map(|job| of(job.0)).max().unwrap();
        (most(&|now| at(now).count()), most(&|now| at(now).map(|job| job.2).sum()))
    }

    /// A job's time on the average.
    fn job(&self) -> f64 {
        self.jobs.iter().map(|(start, end, _)| end - start).sum::<f64>() / self.jobs.len() as f64
    }
}

fn drill(seed: u64, waves: &[Wave]) -> Drill {
    let id = |wave: usize, number: usize| format!("s-{wave:03}{number:014}");
    let all = waves.iter().enumerate().flat_map(|(wave, (servers, _))| (0..*servers).map(move |number| (wave, number)));
    let servers: Vec<Value> = all
        .map(|(wave, number)| json!({ "id": id(wave, number), "hostname": format!("host-{wave}-{number}") }))
        .collect();
    let inventory = json!({ "account": "000000000000", "region": "us-east-1", "seed": seed, "sourceServers": servers });
    let mut world = World::new(seed, Inventory::from_yaml(&inventory.to_string()).unwrap()).unwrap();
    let name = |wave: usize| format!("wave-{wave}");
    let mut document = Vec::new();
    for (wave, (servers, before)) in waves.iter().enumerate() {
        let members: Vec<Value> = (0..*servers).map(|number| json!({ "id": id(wave, number) })).collect();
        world.put("protection-groups", &json!({ "name": name(wave), "servers": members })).unwrap();
        let before: Vec<String> = before.iter().map(|other| name(*other)).collect();
        document.push(json!({ "name": name(wave), "groups": [name(wave)], "dependsOnWaves": before }));
    }
    world.put("recovery-plans", &json!({ "name": "fleet", "waves": document })).unwrap();
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/fleet/executions", Some(&start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    world.pass(3 * 3_600);
    let path = format!("/executions/{}", begun["executionId"].as_str().unwrap());
    let (_, execution) = world.request("GET", &path, None).unwrap();
    assert_eq!(execution["status"], "COMPLETED", "{}\n{:#?}", execution["reason"], world.failures());
    let (_, state) = world.simulator("GET", "state", None);
    let moment = |text: &Value| text.as_str().unwrap().parse::<Timestamp>().unwrap().as_microsecond() as f64 / 1e6;
    let of_job = |job: &Value| {
        let instances = state["instances"].as_array().unwrap().iter();
        instances.filter(|instance| instance["jobId"] == job["jobId"]).count()
    };
    let jobs = state["jobs"].as_array().unwrap().iter();
    let jobs = jobs.map(|job| (moment(&job["createdAt"]), moment(&job["endedAt"]), of_job(job))).collect();
    Drill { seconds: execution["endedAt"].as_f64().unwrap() - execution["startedAt"].as_f64().unwrap(), jobs }
}

/// Rounds of jobs that all take the same, when ready waves take what is free in the order of `first`.
fn rounds(waves: &[Wave], first: &[usize]) -> usize {
    let mut left: Vec<usize> = waves.iter().map(|wave| wave.0).collect();
    let mut count = 0;
    while left.iter().any(|left| *left > 0) {
        let settled = left.clone();
        let (mut room, mut jobs) = (IN_JOBS, JOBS);
        for wave in first.iter().filter(|wave| waves[**wave].1.iter().all(|other| settled[*other] == 0)) {
            let taken = left[*wave].min(room).min(jobs * PER_JOB);
            left[*wave] -= taken;
            room -= taken;
            jobs -= taken.div_ceil(PER_JOB);
        }
        count += 1;
    }
    count
}

/// Of each wave the longest chain that begins with it.
fn chains(waves: &[Wave]) -> Vec<usize> {
    let mut chains = vec![1; waves.len()];
    for (wave, (_, before)) in waves.iter().enumerate().rev() {
        for other in before {
            chains[*other] = chains[*other].max(chains[wave] + 1);
        }
    }
    chains
}

/// All orders of `rest` behind `first`: the fewest rounds. Not tried are orders that differ only by waves that are alike,
/// those in which a wave stands before one that it waits for, since the two are never ready together, and whatever comes
/// once `enough` is met.
fn fewest(waves: &[Wave], enough: usize, first: &mut Vec<usize>, rest: &[usize]) -> usize {
    if rest.is_empty() {
        return rounds(waves, first);
    }
    let mut leaves: Vec<&Wave> = Vec::new();
    let mut found = usize::MAX;
    for wave in rest {
        let this = &waves[*wave];
        let leads = waves.iter().any(|other| other.1.contains(wave));
        let alike = !leads && leaves.contains(&this);
        if found <= enough || alike || this.1.iter().any(|other| rest.contains(other)) {
            continue;
        }
        if !leads {
            leaves.push(this);
        }
        first.push(*wave);
        let others: Vec<usize> = rest.iter().copied().filter(|other| other != wave).collect();
        found = found.min(fewest(waves, enough, first, &others));
        first.pop();
    }
    found
}

/// The rounds of the best order; and of that in which the shortest chains go first.
fn best_and_bad(waves: &[Wave]) -> (usize, usize) {
    let chains = chains(waves);
    let (servers, jobs) =
        waves.iter().fold((0, 0), |sum, (servers, _)| (sum.0 + servers, sum.1 + servers.div_ceil(PER_JOB)));
    // No order needs less than the longest chain, or than all servers and jobs.
    let enough = chains.iter().copied().max().unwrap().max(servers.div_ceil(IN_JOBS)).max(jobs.div_ceil(JOBS));
    let mut order: Vec<usize> = (0..waves.len()).collect();
    order.sort_by_key(|wave| chains[*wave]);
    let bad = rounds(waves, &order);
    order.reverse();
    (fewest(waves, enough, &mut Vec::new(), &order), bad)
}

/// Runs the drill of `waves` and compares it.
fn compare(seed: u64, waves: &[Wave]) {
    let (best, bad) = best_and_bad(waves);
    assert!(best < bad, "{waves:?}: the order does not matter");
    let drill = drill(seed, waves);
    let ((jobs, servers), job) = (drill.most(), drill.job());
    let ratio = drill.seconds / (best as f64 * job);
    let Drill { seconds, .. } = drill;
    println!("{waves:?}: {seconds} s, best order {best} rounds of {job:.0} s, a bad one {bad}, ratio {ratio:.3}");
    assert!(jobs <= JOBS && servers <= IN_JOBS, "{jobs} jobs, {servers} servers in them");
    assert!(ratio < BOUND, "{waves:?}: {ratio:.3} times as long as the best order");
}

/// The first `count` plans of `waves` waves, drawn from `seed`, in which the order matters. Wave by wave `draw` says the
/// servers, and whether it waits for one before it.
fn random(seed: u64, count: usize, waves: usize, draw: impl Fn(&mut fastrand::Rng) -> (usize, bool)) -> Vec<Vec<Wave>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let plan = |_| {
        let wave = |wave: usize| {
            let (servers, waits) = draw(&mut random);
            (servers, (wave > 0 && waits).then(|| random.usize(0..wave)).into_iter().collect())
        };
        (0..waves).map(wave).collect()
    };
    let matters = |waves: &Vec<Wave>| {
        let (best, bad) = best_and_bad(waves);
        best < bad
    };
    (0..).map(plan).filter(matters).take(count).collect()
}

/// `leaves` waves of `servers`, and in the plan behind them a chain of `chain` such waves.
fn leaves_and_chain(servers: usize, leaves: usize, chain: usize) -> Vec<Wave> {
    let in_chain = |at: usize| if at == 0 { vec![] } else { vec![leaves + at - 1] };
    (0..leaves).map(|_| vec![]).chain((0..chain).map(in_chain)).map(|before| (servers, before)).collect()
}

#[test]
fn a_chain_against_waves_that_fill_the_quota_of_servers() {
    compare(1, &[(200, vec![]), (200, vec![]), (200, vec![]), (100, vec![]), (50, vec![3]), (50, vec![4])]);
    // Any one of the leaves leaves room enough for the chain, but not all of them together.
    compare(2, &leaves_and_chain(150, 4, 3));
}

#[test]
fn random_waves_that_compete_for_the_quota_of_servers() {
    for (number, waves) in random(7, 4, 5, |random| (50 * random.usize(2..=5), random.bool())).iter().enumerate() {
        compare(number as u64 + 3, waves);
    }
}

#[test]
fn a_chain_against_waves_that_fill_the_quota_of_jobs() {
    compare(7, &leaves_and_chain(2, 26, 4));
    // More than RunWaves runs at a time, and more than the jobs of two rounds.
    compare(8, &leaves_and_chain(1, 44, 3));
}

#[test]
fn random_waves_that_compete_for_the_quota_of_jobs() {
    let draw = |random: &mut fastrand::Rng| (random.usize(1..=2), random.u8(0..6) == 0);
    for (number, waves) in random(9, 3, 24, draw).iter().enumerate() {
        compare(number as u64 + 9, waves);
    }
}
