//! Many executions and many clients at once: nothing that was accepted is lost, no 5xx, no server in two executions.
//! `UNDER_LOAD=full` is what the design promises: 50 drills of 20 servers each and 500 clients for 5 minutes; without
//! it, the same in small, in which memory is printed and not judged. docs/RELIABILITY.md has the figures.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use contract::{Execution, ExecutionStatus, Mode, ServerStatus};
use domain::id::ExecutionId;
use e2e::processes::Memory;
use e2e::scenario::{assert_ended, servers};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// Half of the drills are here, the others in the deployment's own Region: each has quotas of its own.
const OTHER_REGION: &str = "eu-central-1";
const SERVERS: usize = 20;
/// Drills that are started twice.
const RIVALS: usize = 2;
/// Every so many requests of a client, one writes.
const WRITES_EVERY: usize = 4;

/// How much at once.
struct Size {
    drills: usize,
    clients: usize,
    time: Duration,
    /// From one request of a client to its next: MiniStack runs a process for each call under way.
    pause: Duration,
    /// Whether it is long enough for memory to be flat.
    steady: bool,
}

impl Size {
    fn wanted() -> Self {
        let seconds = Duration::from_secs;
        match std::env::var("UNDER_LOAD").as_deref() {
            Ok("full") => Self { drills: 50, clients: 500, time: seconds(300), pause: seconds(50), steady: true },
            Ok(other) => panic!("UNDER_LOAD={other} is not `full`"),
            Err(_) => Self { drills: 4, clients: 20, time: seconds(15), pause: seconds(3), steady: false },
        }
    }
}

/// What one client did.
#[derive(Default)]
struct Client {
    /// Milliseconds of each answer.
    times: Vec<u128>,
    /// How often each status was answered.
    statuses: BTreeMap<u16, usize>,
    broken: Vec<String>,
    /// What was accepted last, and how many writes were.
    stored: Option<String>,
    accepted: u64,
    /// Whether a write was neither accepted nor refused: it may have been stored.
    unsure: bool,
}

fn drills(size: &Size) -> Vec<Scenario> {
    let prepare = |number: usize| {
        let scenario = Scenario::new(&format!("busy-{number}"));
        let region = if number.is_multiple_of(2) { OTHER_REGION } else { "us-east-1" };
        let ids = scenario.servers(SERVERS, |_, server| server["region"] = json!(region));
        let name = format!("{}-all", scenario.name);
        let members: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        scenario.put("protection-groups", &name, &json!({ "name": name, "region": region, "servers": members }));
        scenario.plan(&json!([{ "name": "all", "groups": [name] }]));
        scenario
    };
    (0..size.drills).map(prepare).collect()
}

/// Reads, and at times writes a group of its own, until it is told to end.
fn client(number: usize, scenario: &Scenario, size: &Size, end: &AtomicBool) -> Client {
    let name = format!("{}-c{number}", scenario.name);
    let path = format!("/protection-groups/{name}");
    let reads =
        ["/executions?limit=20", "/recovery-plans?limit=20", "/audit?limit=20", "/source-servers?limit=20", "/me"];
    let mut client = Client::default();
    // They do not all come at once.
    std::thread::park_timeout(size.pause.mul_f64(number as f64 / size.clients as f64));
    for turn in 0.. {
        if end.load(Ordering::Relaxed) {
            break;
        }
        let write = turn % WRITES_EVERY == 1;
        let text = format!("write {turn}");
        let server = scenario.server(number + 1);
        let body = json!({ "name": name, "description": text, "servers": [{ "id": server }] }).to_string();
        let start = Instant::now();
        let answer = if write {
            cloud().send("PUT", &path, &[], Some(&body))
        } else {
            cloud().send("GET", reads[(number + turn) % reads.len()], &[], None)
        };
        client.times.push(start.elapsed().as_millis());
        *client.statuses.entry(answer.status).or_default() += 1;
        match answer.status {
            200 | 201 if write => {
                client.accepted += 1;
                client.stored = Some(text);
            }
            200 => {}
            // Asked to come later, in a way that the API describes.
            429 => {}
            status => {
                client.unsure |= write;
                client.broken.push(format!("{status} {}", answer.body));
            }
        }
        std::thread::park_timeout(size.pause.saturating_sub(start.elapsed()));
    }
    client
}

fn start(scenario: &Scenario) -> ExecutionId {
    scenario.start(Mode::Drill, &[]).unwrap_or_else(|error| panic!("{}: {error}", scenario.name))
}

/// Of two executions of one plan, the one that had the servers; the other has launched none.
fn winner(executions: [Execution; 2]) -> Execution {
    let (won, lost): (Vec<_>, Vec<_>) =
        executions.into_iter().partition(|execution| servers(execution).any(|server| server.job_id.is_some()));
    assert_eq!((won.len(), lost.len()), (1, 1), "one of two has the servers");
    assert!(lost.iter().all(|execution| execution.summary.status != ExecutionStatus::Completed), "{lost:?}");
    won.into_iter().next().unwrap()
}

/// Tells the clients to end, also when the test breaks off.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What each client wrote last is there, and every write of his is counted in its version.
fn nothing_is_lost(scenario: &Scenario, clients: &[Client]) {
    for (number, client) in clients.iter().enumerate() {
        let path = format!("/protection-groups/{}-c{number}", scenario.name);
        let Some(stored) = &client.stored else { panic!("client {number} wrote nothing") };
        let group = cloud().get(&path);
        if client.unsure {
            assert!(group["version"].as_u64() >= Some(client.accepted), "{path}");
            continue;
        }
        assert_eq!((&group["description"], &group["version"]), (&json!(stored), &json!(client.accepted)), "{path}");
        assert_eq!(cloud().send("DELETE", &path, &[], None).status, 204);
    }
}

fn figures(clients: &[Client], size: &Size, memory: &[Memory]) {
    let mut times: Vec<u128> = clients.iter().flat_map(|client| client.times.iter().copied()).collect();
    times.sort_unstable();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for (status, count) in clients.iter().flat_map(|client| &client.statuses) {
        *statuses.entry(*status).or_default() += count;
    }
    let accepted: u64 = clients.iter().map(|client| client.accepted).sum();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{} drills of {SERVERS} servers, {} clients for {} s", size.drills, size.clients, size.time.as_secs());
    println!("{} requests, {accepted} writes accepted, answers by status {statuses:?}", times.len());
    println!("p50 {} ms, p99 {} ms, slowest {} ms", at(50), at(99), at(100));
    for (when, now) in ["begin", "middle", "end"].iter().zip(memory) {
        let Memory { ministack, simulator, lambdas, warm } = now;
        println!(
            "{when:<7} MiniStack {ministack:>5} MiB, simulator {simulator:>4} MiB, {warm:>3} functions {lambdas:>5} MiB"
        );
    }
}

/// From the middle to the end nothing that lives on has grown by more than a tenth.
fn memory_is_flat(memory: &[Memory]) {
    let [_, middle, end] = memory else { panic!("memory was looked at {} times", memory.len()) };
    for (name, before, after) in
        [("MiniStack", middle.ministack, end.ministack), ("the simulator", middle.simulator, end.simulator)]
    {
        assert!(after <= before + before / 10, "{name} has grown from {before} to {after} MiB");
    }
}

#[test]
fn drills_and_clients_at_once() {
    let size = Size::wanted();
    let drills = drills(&size);
    let asking = Scenario::new("clients");
    // The clients' groups are of servers of their own.
    asking.servers(size.clients, |_, _| {});
    let since = cloud().journal_position();
    let end = AtomicBool::new(false);
    let began = Instant::now();
    let (executions, clients, memory) = std::thread::scope(|scope| {
        let mut memory = vec![cloud().memory()];
        let ending = Ended(&end);
        // Of the first, two at once: only one of them may have its servers.
        let rivals = drills.iter().take(RIVALS).map(|drill| (drill, start(drill), start(drill))).collect::<Vec<_>>();
        let started: Vec<ExecutionId> = drills.iter().skip(RIVALS).map(start).collect();
        println!("{} executions started in {} s", drills.len() + RIVALS, began.elapsed().as_secs());
        let clients: Vec<_> = (0..size.clients)
            .map(|number| {
                let (asking, size, end) = (&asking, &size, &end);
                let thread = std::thread::Builder::new().stack_size(512 << 10);
                thread.spawn_scoped(scope, move || client(number, asking, size, end)).unwrap()
            })
            .collect();
        std::thread::park_timeout((size.time / 2).saturating_sub(began.elapsed()));
        memory.push(cloud().memory());
        std::thread::park_timeout(size.time.saturating_sub(began.elapsed()));
        memory.push(cloud().memory());
        drop(ending);
        clients.iter().for_each(|client| client.thread().unpark());
        let clients: Vec<Client> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        let mut ended: Vec<Execution> =
            rivals.iter().map(|(drill, first, second)| winner([drill.end_of(first), drill.end_of(second)])).collect();
        ended.extend(drills.iter().skip(RIVALS).zip(&started).map(|(drill, id)| drill.end_of(id)));
        (ended, clients, memory)
    });
    figures(&clients, &size, &memory);
    if size.steady {
        memory_is_flat(&memory);
    }
    println!("all over after {} s", began.elapsed().as_secs());
    nothing_is_lost(&asking, &clients);
    let journal = cloud().journal(since);
    for (drill, execution) in drills.iter().zip(&executions) {
        assert_ended(execution, ExecutionStatus::Completed);
        assert_eq!(servers(execution).filter(|server| server.status == ServerStatus::Launched).count(), SERVERS);
        for server in (1..=SERVERS).map(|number| drill.server(number)) {
            assert_eq!(journal.changes("JobCreated", std::slice::from_ref(&server)).len(), 1, "{server}");
        }
    }
    assert!(journal.in_two_jobs().is_empty(), "{:?}", journal.in_two_jobs());
    let broken: Vec<&String> = clients.iter().flat_map(|client| &client.broken).collect();
    assert!(broken.is_empty(), "{} answers broke: {:?}", broken.len(), &broken[..broken.len().min(5)]);
}
