//! The safety rules, looked at whenever a call has reached its service: before anything else can happen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use simulation::dynamodb::{DynamoDb, Item};
use simulation::weather::Seen;

/// The table of executions, as a simulated deployment names it.
pub const HISTORY: &str = "ExecutionHistory";

/// A job that was started for an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The execution.
    pub execution: String,
    /// The wave's number.
    pub wave: u64,
    /// Its servers.
    pub servers: BTreeSet<String>,
}

/// What was seen, and what must not have been.
#[derive(Debug, Default)]
pub struct Rules {
    violations: Vec<String>,
    jobs: BTreeMap<String, Started>,
    /// The tokens of transactions.
    transactions: BTreeSet<String>,
    /// Launches of a server in one attempt.
    launched: BTreeSet<(String, u64, String, usize)>,
    /// Waves that once had let those behind them go.
    passed: BTreeSet<(String, u64)>,
    /// How far each server of an execution had come, in which attempt and round.
    come: BTreeMap<(String, String), (usize, u64, u8)>,
    refused_for_quota: u64,
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value["S"].as_str()).unwrap_or_default()
}

fn number(item: &Item, name: &str) -> u64 {
    item.get(name).and_then(|value| value["N"].as_str()).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The items of an execution whose range key has `kind` in it.
pub fn items<'a>(dynamodb: &'a DynamoDb, execution: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Item> {
    dynamodb
        .items(HISTORY)
        .filter(move |item| text(item, "executionId") == execution && text(item, "planId").contains(kind))
}

impl Rules {
    /// What must not have been, in the order in which it was seen.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Every job that was started, by its id.
    #[must_use]
    pub fn jobs(&self) -> &BTreeMap<String, Started> {
        &self.jobs
    }

    /// Jobs that DRS refused for a quota: waves that begin at the same moment count without each other.
    #[must_use]
    pub fn refused_for_quota(&self) -> u64 {
        self.refused_for_quota
    }

    /// Says that something must not have been.
    pub fn violated(&mut self, rule: &str, what: &str) {
        self.violations.push(format!("{rule}: {what}"));
    }

    /// Looks at one call that has reached its service.
    pub fn see(&mut self, seen: &Seen<'_>) {
        let succeeded = (200..300).contains(&seen.status);
        match (seen.service, seen.operation) {
            ("drs", "StartRecovery") if succeeded => self.launched(seen),
            ("drs", "StartRecovery") if seen.status == 402 => self.refused_for_quota += 1,
            ("drs", "TerminateRecoveryInstances") if succeeded => self.terminated(seen),
            ("dynamodb", _) if succeeded => self.written(seen.request),
            _ => {}
        }
    }

    fn written(&mut self, request: &Value) {
        // A transaction that is sent once more is answered as the first time, and writes nothing.
        let repeated = |token: &str| !self.transactions.insert(token.to_owned());
        if request["ClientRequestToken"].as_str().is_some_and(repeated) {
            return;
        }
        let many = request["TransactItems"].as_array().into_iter().flatten().map(|write| &write["Put"]["Item"]);
        for item in many.chain([&request["Item"]]) {
            let Some(item) = item.as_object() else { continue };
            if text(item, "planId").contains("#server#") {
                self.came(item);
            }
            if !text(item, "planId").contains("#wave#") {
                continue;
            }
            let passed = match text(item, "status") {
                "COMPLETED" | "PARTIAL" => true,
                // A person may have let the others go on, too.
                "FAILED" => text(item, "onFailure") == "CONTINUE" || item.get("decisions").is_some(),
                _ => false,
            };
            if passed {
                self.passed.insert((text(item, "executionId").to_owned(), number(item, "number")));
            }
        }
    }

    /// A server goes forward only, but for a new attempt or round, and for what a person decides of an UNKNOWN one.
    fn came(&mut self, item: &Item) {
        let far = match text(item, "status") {
            "PENDING" => 0,
            "LAUNCHING" => 1,
            "LAUNCHED" => 2,
            "CHECKING" => 3,
            "UNKNOWN" => 4,
            _ => 5,
        };
        let attempt = item.get("attempts").and_then(|list| list["L"].as_array()).map_or(0, Vec::len);
        let now = (attempt, number(item, "round"), far);
        let key = (text(item, "executionId").to_owned(), text(item, "planId").to_owned());
        let before = self.come.insert(key, now).unwrap_or_default();
        if now < before && before.2 != 4 {
            let what =
                format!("{} of {} goes from {before:?} to {now:?}", text(item, "serverId"), text(item, "planId"));
            self.violated("a server goes forward", &what);
        }
    }

    fn launched(&mut self, seen: &Seen<'_>) {
        let Some(caller) = seen.caller.filter(|caller| caller.function == "start-jobs") else {
            return self.violated("only StartJobs launches", &format!("{:?}", seen.caller));
        };
        let execution = caller.payload["executionId"].as_str().unwrap_or_default();
        let wave = caller.payload["wave"].as_u64().unwrap_or_default();
        let drill = seen.request["isDrill"] == true;
        let servers: BTreeSet<String> = seen.request["sourceServers"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["sourceServerID"].as_str().map(str::to_owned))
            .collect();
        let job = seen.reply["job"]["jobID"].as_str().unwrap_or_default().to_owned();
        self.in_order(seen.dynamodb, execution, wave);
        self.once(seen.dynamodb, execution, wave, &servers);
        for server in &servers {
            let holder = seen.dynamodb.item(HISTORY, &format!("claim#{server}"), "claim");
            let holder = holder.map(|claim| text(claim, "holder")).unwrap_or_default();
            if holder != execution {
                self.violated(
                    "3 one execution per server",
                    &format!("{execution} launches {server}, held by {holder:?}"),
                );
            }
        }
        let tag = seen.request["tags"][aws::adopt::TAG].as_str().unwrap_or_default();
        if !tag.starts_with(&format!("{execution}/")) {
            self.violated("4 every job says whose it is", &format!("{execution} tags a job {tag:?}"));
        }
        if servers.len() > 100 {
            self.violated("6 quotas", &format!("{} servers in one job", servers.len()));
        }
        self.failovers(seen, execution, wave, drill, &servers);
        self.jobs.insert(job, Started { execution: execution.to_owned(), wave, servers });
    }

    fn in_order(&mut self, dynamodb: &DynamoDb, execution: &str, wave: u64) {
        let Some(record) = items(dynamodb, execution, "#wave#").find(|item| number(item, "number") == wave) else {
            return self.violated("waves in order", &format!("{execution} launches wave {wave}, which has no record"));
        };
        let before = record.get("dependsOn").and_then(|list| list["L"].as_array()).into_iter().flatten();
        let before: Vec<u64> =
            before.filter_map(|one| one["N"].as_str().and_then(|number| number.parse().ok())).collect();
        for other in before {
            if !self.passed.contains(&(execution.to_owned(), other)) {
                let what = format!("{execution} launches wave {wave}, and wave {other} has let nobody go");
                self.violated("waves in order", &what);
            }
        }
    }

    fn once(&mut self, dynamodb: &DynamoDb, execution: &str, wave: u64, servers: &BTreeSet<String>) {
        let mut twice = Vec::new();
        for item in items(dynamodb, execution, "#server#") {
            let server = text(item, "serverId");
            if !servers.contains(server) || number(item, "wave") != wave {
                continue;
            }
            let attempt = item.get("attempts").and_then(|list| list["L"].as_array()).map_or(0, Vec::len);
            if !self.launched.insert((execution.to_owned(), wave, server.to_owned(), attempt)) {
                twice.push(format!("{execution} launches {server} twice in attempt {}", attempt + 1));
            }
        }
        for what in twice {
            self.violated("4 one launch per attempt", &what);
        }
    }

    fn failovers(&mut self, seen: &Seen<'_>, execution: &str, wave: u64, drill: bool, servers: &BTreeSet<String>) {
        let header = items(seen.dynamodb, execution, "")
            .find(|item| item.contains_key("mode") && item.contains_key("startedBy"));
        let Some(header) = header else {
            return self.violated("an execution is recorded", execution);
        };
        if (text(header, "mode") == "DRILL") != drill {
            self.violated("8 no person, no recovery", &format!("{execution} is a {}", text(header, "mode")));
        }
        let wave = items(seen.dynamodb, execution, "#wave#").find(|item| number(item, "number") == wave);
        let agreed = |item: Option<&Value>, id: &str| item.is_some_and(|item| item.to_string().contains(id));
        let state = seen.state();
        for instance in state["instances"].as_array().into_iter().flatten() {
            let server = instance["sourceServerId"].as_str().unwrap_or_default();
            let id = instance["instanceId"].as_str().unwrap_or_default();
            let lives = instance["isDrill"] == false && instance["terminatedAt"].is_null();
            if !lives || !servers.contains(server) {
                continue;
            }
            let may_go =
                agreed(header.get("replaceInstances"), id) || agreed(wave.and_then(|wave| wave.get("scope")), id);
            if drill || !may_go {
                self.violated("1 never kill a live failover", &format!("{execution} replaces {id} of {server}"));
            }
        }
    }

    fn terminated(&mut self, seen: &Seen<'_>) {
        let Some(caller) = seen.caller.filter(|caller| caller.function == "start-terminations") else {
            return self.violated("only StartTerminations terminates", &format!("{:?}", seen.caller));
        };
        let execution = caller.payload["executionId"].as_str().unwrap_or_default();
        let state = seen.state();
        for id in seen.request["recoveryInstanceIDs"].as_array().into_iter().flatten() {
            let instance = state["instances"].as_array().into_iter().flatten().find(|one| one["instanceId"] == *id);
            let job = instance.and_then(|instance| instance["jobId"].as_str()).unwrap_or_default();
            let ours = self.jobs.get(job).is_some_and(|started| started.execution == execution);
            if !ours || instance.is_none_or(|instance| instance["isDrill"] != true) {
                let what = format!("{execution} terminates {id}, which it did not launch in a drill");
                self.violated("2 terminate only what this drill launched", &what);
            }
        }
    }
}
