//! A scenario: source servers of its own, a plan over them, and executions of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use contract::{Execution, ExecutionStatus, Mode, ServerRun, StartExecution, WaveRun};
use domain::id::{ExecutionId, InstanceId, PlanId};
use drsctl::client::{Client, ClientError};
use serde_json::{Value, json};

use crate::cloud::{Cloud, cloud, share};

/// How long a run may take: an hour at the usual scale of 0.01 is 36 s, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(300);

/// A plan with servers that nobody else has.
pub struct Scenario {
    /// The cloud.
    pub cloud: &'static Cloud,
    /// The plan's name; also the beginning of its groups' and hosts' names.
    pub name: String,
    unique: String,
}

impl Scenario {
    /// A scenario whose names begin with `name`, unique in this cloud.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        share();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // Tests of several threads and processes meet in one cloud.
        let unique = format!("{:06x}{count:02x}", std::process::id());
        Self { cloud: cloud(), name: format!("{name}-{unique}"), unique }
    }

    /// A client that may do everything.
    pub fn client(&self) -> Client {
        self.cloud.admin()
    }

    /// The id of the scenario's server `number`.
    pub fn server(&self, number: usize) -> String {
        format!("s-{}{number:0width$}", self.unique, width = 17 - self.unique.len())
    }

    /// The host name of the scenario's server `number`.
    pub fn host(&self, number: usize) -> String {
        format!("{}-{number}", self.name)
    }

    /// Adds `count` Linux servers with replication in order, changed by `adjust`.
    pub fn servers(&self, count: usize, adjust: impl Fn(usize, &mut Value)) -> Vec<String> {
        let servers: Vec<Value> = (1..=count)
            .map(|number| {
                let mut server = json!({ "id": self.server(number), "hostname": self.host(number), "os": "linux" });
                adjust(number, &mut server);
                server
            })
            .collect();
        self.cloud.simulator("POST", "inventory", Some(&json!({ "sourceServers": servers })));
        (1..=count).map(|number| self.server(number)).collect()
    }

    /// Stores a protection group `<scenario>-<suffix>` of `servers`, and gives back its name.
    pub fn group(&self, suffix: &str, servers: &[String], optional: &[String]) -> String {
        let name = format!("{}-{suffix}", self.name);
        let member = |id: &String| {
            let criticality = if optional.contains(id) { "optional" } else { "critical" };
            json!({ "id": id, "criticality": criticality })
        };
        let members: Vec<Value> = servers.iter().map(member).collect();
        self.put("protection-groups", &name, &json!({ "name": name, "servers": members }));
        name
    }

    /// Stores the scenario's plan.
    pub fn plan(&self, waves: &Value) {
        self.put("recovery-plans", &self.name, &json!({ "name": self.name, "waves": waves }));
    }

    /// Stores a document, which must be accepted.
    pub fn put(&self, what: &str, name: &str, document: &Value) {
        let body = document.to_string();
        let (status, answer) =
            self.cloud.request("PUT", &format!("/{what}/{name}"), Some(self.cloud.admin_token()), Some(&body));
        assert!(status == 200 || status == 201, "{name}: {status} {answer}");
    }

    /// One wave with one group of `count` servers: the smallest plan there is.
    pub fn single_wave(&self, count: usize, adjust: impl Fn(usize, &mut Value)) -> Vec<String> {
        let servers = self.servers(count, adjust);
        let group = self.group("all", &servers, &[]);
        self.plan(&json!([{ "name": "all", "groups": [group] }]));
        servers
    }

    /// Starts the plan.
    pub fn start(&self, mode: Mode, replace: &[InstanceId]) -> Result<ExecutionId, ClientError> {
        let confirm = (mode == Mode::Recovery).then(|| self.name.clone());
        let replace_instances = replace.to_vec();
        self.start_with(&StartExecution { confirm, replace_instances, ..StartExecution::of(mode) })
    }

    /// Starts the plan as `request` says.
    pub fn start_with(&self, request: &StartExecution) -> Result<ExecutionId, ClientError> {
        let plan = PlanId::from(self.name.as_str());
        self.client().start(&plan, request).map(|execution| execution.summary.execution_id)
    }

    /// Runs the plan to its end.
    pub fn run(&self, mode: Mode) -> Execution {
        self.run_replacing(mode, &[])
    }

    /// Runs the plan to its end; the caller agrees to lose `replace`.
    pub fn run_replacing(&self, mode: Mode, replace: &[InstanceId]) -> Execution {
        let id = self.start(mode, replace).unwrap();
        self.end_of(&id)
    }

    /// Waits until an execution has ended.
    pub fn end_of(&self, id: &ExecutionId) -> Execution {
        self.until(id, "its end", |execution| execution.summary.status.is_terminal())
    }

    /// Waits until `what` holds of an execution.
    pub fn until(&self, id: &ExecutionId, what: &str, holds: impl Fn(&Execution) -> bool) -> Execution {
        eventually(&format!("{what} of {id}"), || {
            let execution = self.client().execution(id).unwrap();
            if holds(&execution) { Ok(execution) } else { Err(format!("{:?}", execution.summary)) }
        })
    }
}

/// Asks until `look` succeeds. Nothing tells a test when a run is over, so it asks, as a user's client does.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(state) => assert!(start.elapsed() < PATIENCE, "waited too long for {what}: {state}"),
        }
        std::thread::park_timeout(Duration::from_millis(200));
    }
}

/// The wave `name` of an execution.
pub fn wave<'a>(execution: &'a Execution, name: &str) -> &'a WaveRun {
    execution.waves.iter().find(|wave| wave.name == name).unwrap()
}

/// The servers of an execution.
pub fn servers(execution: &Execution) -> impl Iterator<Item = &ServerRun> {
    execution.waves.iter().flat_map(|wave| &wave.servers)
}

/// Fails with the whole execution unless it ended with `status`.
pub fn assert_ended(execution: &Execution, status: ExecutionStatus) {
    assert_eq!(execution.summary.status, status, "{}", serde_json::to_string_pretty(execution).unwrap());
}
