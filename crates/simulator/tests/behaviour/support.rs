//! A simulator on a manual clock, and short ways to call it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulator::http::{Call, Reply};
use simulator::{Clock, Inventory, ManualClock, Simulator};

/// Noon, so that recovery points are where one expects them.
pub(crate) const START: &str = "2026-03-02T12:00:00Z";

pub(crate) const DB: &str = "s-3tierdb0000000001";
pub(crate) const WEB: &str = "s-3tierweb000000001";
pub(crate) const WIN: &str = "s-3tierapp000000002";
pub(crate) const SLOW: &str = "s-3tierslow00000001";
pub(crate) const GONE: &str = "s-3tierlegacy000001";
pub(crate) const NEW: &str = "s-3tiernew000000001";

/// One server of each sort.
pub(crate) const MIXED: &str = "
ssmDocuments:
- {name: Runbook, kind: automation, durationSeconds: 60}
- {name: BrokenRunbook, kind: automation, durationSeconds: 60, fails: true}
- {name: SmokeTest, kind: command, durationSeconds: 20, output: 'all well'}
- {name: BrokenTest, kind: command, durationSeconds: 20, fails: true}
sourceServers:
- {id: s-3tierdb0000000001, hostname: db-1, tags: {tier: db}}
- {id: s-3tierweb000000001, hostname: web-1}
- {id: s-3tierapp000000002, hostname: win-1, os: windows}
- {id: s-3tierslow00000001, hostname: slow-1, profile: slow-drill}
- {id: s-3tierlegacy000001, hostname: gone-1, replication: {state: DISCONNECTED, disconnectedHours: 6}}
- {id: s-3tiernew000000001, hostname: new-1, replication: {state: INITIAL_SYNC, replicatingHours: 2}}
";

pub(crate) struct Bench {
    pub(crate) clock: ManualClock,
    pub(crate) simulator: Simulator,
}

impl Bench {
    pub(crate) fn new(inventory: &str) -> Bench {
        let clock = ManualClock::at(START.parse().unwrap());
        let inventory = Inventory::from_yaml(inventory).unwrap();
        let simulator = Simulator::new(inventory, Clock::Manual(clock.clone())).unwrap();
        Bench { clock, simulator }
    }

    pub(crate) fn mixed() -> Bench {
        Bench::new(MIXED)
    }

    pub(crate) fn advance(&self, seconds: f64) {
        self.clock.advance(SignedDuration::from_secs_f64(seconds));
    }

    /// Seconds since the start.
    pub(crate) fn elapsed(&self) -> f64 {
        Clock::Manual(self.clock.clone()).now().duration_since(START.parse::<Timestamp>().unwrap()).as_secs_f64()
    }

    pub(crate) fn http(&self, method: &str, path: &str, body: &Value) -> Reply {
        let (raw_path, query) = path.split_once('?').unwrap_or((path, ""));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (method, raw_path, query) = (method.to_owned(), raw_path.to_owned(), query.to_owned());
        self.simulator.call(&Call { method, raw_path, query, body, ..Call::default() })
    }

    pub(crate) fn drs(&self, operation: &str, request: Value) -> Reply {
        self.http("POST", &format!("/{operation}"), &request)
    }

    pub(crate) fn ssm(&self, operation: &str, request: Value) -> Reply {
        self.simulator.call(&Call {
            method: "POST".to_owned(),
            raw_path: "/".to_owned(),
            target: Some(format!("AmazonSSM.{operation}")),
            body: request.to_string().into_bytes(),
            ..Call::default()
        })
    }

    /// A DRS or SSM call as an SDK client of this Region signs it. The signature itself is nobody's business.
    pub(crate) fn signed(&self, region: &str, service: &str, operation: &str, request: Value) -> Reply {
        let scope = format!("test/20260302/{region}/{service}/aws4_request");
        let ssm = service == "ssm";
        self.simulator.call(&Call {
            method: "POST".to_owned(),
            raw_path: if ssm { "/".to_owned() } else { format!("/{operation}") },
            target: ssm.then(|| format!("AmazonSSM.{operation}")),
            authorization: Some(format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")),
            body: request.to_string().into_bytes(),
            ..Call::default()
        })
    }

    /// What `POST /_simulator/inventory` answers to this YAML.
    pub(crate) fn add(&self, yaml: &str) -> Reply {
        self.simulator.call(&Call {
            method: "POST".to_owned(),
            raw_path: "/_simulator/inventory".to_owned(),
            body: yaml.as_bytes().to_vec(),
            ..Call::default()
        })
    }

    /// Starts a launch job and gives its id.
    pub(crate) fn launch(&self, servers: &[&str], is_drill: bool) -> String {
        let servers: Vec<Value> = servers.iter().map(|id| json!({"sourceServerID": id})).collect();
        let reply = self.drs("StartRecovery", json!({"sourceServers": servers, "isDrill": is_drill}));
        assert_eq!(reply.status, 202, "{}", reply.body);
        text(&reply.body["job"]["jobID"])
    }

    /// Launches a server, waits until its agent is there, and gives its instance.
    pub(crate) fn launched(&self, server: &str, is_drill: bool) -> String {
        self.launch(&[server], is_drill);
        self.advance(3600.0);
        self.instances(server).pop().unwrap()
    }

    pub(crate) fn job(&self, id: &str) -> Value {
        good(self.drs("DescribeJobs", json!({"filters": {"jobIDs": [id]}})))["items"][0].clone()
    }

    pub(crate) fn log(&self, job: &str) -> Vec<Value> {
        good(self.drs("DescribeJobLogItems", json!({"jobID": job})))["items"].as_array().unwrap().clone()
    }

    /// The names of the events in the log of a job.
    pub(crate) fn events(&self, job: &str) -> Vec<String> {
        self.log(job).iter().map(|item| text(&item["event"])).collect()
    }

    pub(crate) fn server(&self, id: &str) -> Value {
        let reply = self.drs("DescribeSourceServers", json!({"filters": {"sourceServerIDs": [id]}}));
        good(reply)["items"][0].clone()
    }

    /// The ids of the recovery instances of a server.
    pub(crate) fn instances(&self, server: &str) -> Vec<String> {
        let reply = self.drs("DescribeRecoveryInstances", json!({"filters": {"sourceServerIDs": [server]}}));
        good(reply)["items"].as_array().unwrap().iter().map(|one| text(&one["recoveryInstanceID"])).collect()
    }

    /// The ids of the instances that SSM knows, with their ping status.
    pub(crate) fn managed(&self) -> Vec<(String, String)> {
        let list = good(self.ssm("DescribeInstanceInformation", json!({})));
        let all = list["InstanceInformationList"].as_array().unwrap().clone();
        all.iter().map(|one| (text(&one["InstanceId"]), text(&one["PingStatus"]))).collect()
    }

    pub(crate) fn add_faults(&self, faults: &[&str]) {
        let reply = self.http("POST", "/_simulator/faults", &json!({"faults": faults}));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    pub(crate) fn clear_faults(&self) {
        assert_eq!(self.http("DELETE", "/_simulator/faults", &Value::Null).status, 200);
    }

    pub(crate) fn state(&self) -> Value {
        self.http("GET", "/_simulator/state", &Value::Null).body
    }

    pub(crate) fn journal(&self, since: u64) -> Vec<Value> {
        let reply = self.http("GET", &format!("/_simulator/journal?since={since}"), &Value::Null);
        reply.body["entries"].as_array().unwrap().clone()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The body of an answer that must be good.
pub(crate) fn good(reply: Reply) -> Value {
    assert!(reply.status < 300, "{} {}", reply.status, reply.body);
    reply.body
}

/// The status and the type of an answer that must be an error.
pub(crate) fn refusal(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.error_type.as_deref().unwrap_or_else(|| panic!("no error: {}", reply.body)))
}

/// The code of the only server of a job.
pub(crate) fn launch_status(job: &Value) -> String {
    text(&job["participatingServers"][0]["launchStatus"])
}
