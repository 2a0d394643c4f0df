//! What each function is asked, again and again. All may be delivered twice, and what has been done already is not done again,
//! so these are the least that a function does.

use contract::{InstanceCleanup, Mode, WaveStatus};
use domain::id::ExecutionId;
use e2e::scenario::{eventually, wave};
use e2e::{Cloud, Scenario};
use serde_json::{Value, json};

/// Waves of the drill that has ended, one after another, and the servers of each.
pub(crate) const WAVES: usize = 3;
pub(crate) const SERVERS: usize = 10;
/// What holds a server for longer than all measuring takes, in minutes: what has to wait for it stands still.
const FOR_LONG: u32 = 20_000;

/// Drills in the states in which functions have something to look at.
pub(crate) struct Drills {
    /// Has ended, and its instances are gone.
    ended: Key,
    /// Stands still: its first wave waits for a server, the second for an approval, the third for the second.
    standing: Key,
    /// Has ended; its cleanup waits for a server.
    cleaning: Key,
    /// A server of the first.
    server: String,
    /// The record of its first wave, as the stream of the table brings it.
    record: Value,
    recovery_machine: String,
    wave_machine: String,
}

/// An execution and its plan.
struct Key {
    id: ExecutionId,
    plan: String,
}

impl Key {
    fn execution(&self) -> Value {
        json!({ "executionId": self.id, "planId": self.plan })
    }

    fn wave(&self, number: u32) -> Value {
        with(self.execution(), "wave", json!(number))
    }

    fn path(&self) -> String {
        format!("/executions/{}", self.id)
    }

    fn clean_up(&self, cloud: &Cloud) {
        let begun = cloud.send("POST", &format!("{}/cleanup", self.path()), &[], Some("{}"));
        assert!(begun.status < 300, "{}", begun.body);
    }
}

fn with(mut event: Value, name: &str, value: Value) -> Value {
    event[name] = value;
    event
}

impl Drills {
    /// Runs them on the local cloud: two or three minutes.
    pub(crate) fn run(cloud: &'static Cloud) -> anyhow::Result<Self> {
        let scenario = Scenario::new("bench");
        let ended = ended(&scenario);
        let record = json!({
            "TableName": cloud.tables["executionHistory"],
            "Key": { "executionId": { "S": ended.id }, "planId": { "S": format!("{}#wave#001", ended.plan) } },
        });
        let record = cloud.aws("dynamodb", "DynamoDB_20120810.GetItem", &record)["Item"].take();
        assert!(record["status"].is_object(), "no wave is recorded: {record}");
        let machine = |name: &str| cloud.state_machines[name].clone();
        Ok(Self {
            ended,
            standing: standing(&Scenario::new("bench-stands"))?,
            cleaning: cleaning(&Scenario::new("bench-cleaning")),
            server: scenario.server(1),
            record,
            recovery_machine: machine("recovery"),
            wave_machine: machine("wave"),
        })
    }

    /// The path in the API of the execution that has ended.
    pub(crate) fn path(&self) -> String {
        self.ended.path()
    }

    /// The event `number` for `function`: of those that are looked at anew each time, another one.
    pub(crate) fn event(&self, function: &str, number: usize) -> Value {
        let (execution, wave) = (self.ended.execution(), self.ended.wave(1));
        match function {
            "api" => request("/executions"),
            // Whose token this is, Step Functions does not know, and nobody sends it.
            "await-decision" => with(self.standing.wave(2), "token", json!("bench")),
            "await-dependencies" => with(self.standing.wave(3), "token", json!("bench")),
            "start-jobs" | "reopen-servers" => self.standing.wave(1),
            "run-actions" => with(self.standing.wave(1), "phase", json!("BEFORE")),
            "prepare-cleanup" | "start-terminations" => self.cleaning.execution(),
            "prepare-execution" => with(execution, "mode", json!("DRILL")),
            "settle-wave" => with(wave, "round", json!(0)),
            "settle-execution" | "begin-cleanup" | "check-terminations" | "settle-cleanup" | "store-report" => {
                execution
            }
            "publish-changes" => {
                let before = with(self.record.clone(), "status", json!({ "S": "LAUNCHING" }));
                let write = json!({
                    "ApproximateCreationDateTime": 1_767_225_600, "SequenceNumber": format!("{number:021}"),
                    "OldImage": before, "NewImage": self.record,
                });
                json!({ "Records": [{ "dynamodb": write }] })
            }
            "list-plans" | "refresh-inventory" => json!({}),
            "check-readiness" => json!({ "planId": self.ended.plan, "run": format!("bench-{number}") }),
            "check-schedules" | "sweep-drills" => json!({ "run": format!("bench-{number}") }),
            "settle-stopped" => {
                json!({ "recoveryMachine": self.recovery_machine, "waveMachine": self.wave_machine })
            }
            "record-drs-event" => json!({
                "id": format!("00000000-0000-4000-8000-{number:012}"),
                "detail-type": "DRS Source Server Launch Result",
                "time": "2026-01-01T00:00:00Z",
                "resources": [format!("arn:aws:drs:us-east-1:000000000000:source-server/{}", self.server)],
                "detail": { "state": "RECOVERY_LAUNCH_SUCCEEDED" },
            }),
            _ => wave,
        }
    }
}

fn ended(scenario: &Scenario) -> Key {
    let servers = scenario.servers(WAVES * SERVERS, |_, _| {});
    let waves: Vec<Value> = servers
        .chunks(SERVERS)
        .enumerate()
        .map(|(number, of_wave)| {
            let group = scenario.group(&format!("g{number}"), of_wave, &[]);
            let before: Vec<String> = number.checked_sub(1).map(|before| format!("w{before}")).into_iter().collect();
            json!({ "name": format!("w{number}"), "groups": [group], "dependsOnWaves": before })
        })
        .collect();
    scenario.plan(&json!(waves));
    let drill = Key { id: scenario.run(Mode::Drill).summary.execution_id, plan: scenario.name.clone() };
    drill.clean_up(scenario.cloud);
    eventually("the end of the cleanup", || {
        let cleanup = scenario.cloud.get(&drill.path())["cleanup"].clone();
        if cleanup["status"] == "COMPLETED" { Ok(()) } else { Err(cleanup.to_string()) }
    });
    drill
}

fn standing(scenario: &Scenario) -> anyhow::Result<Key> {
    let servers = scenario.servers(SERVERS + 2, |_, _| {});
    let groups: Vec<String> = [&servers[..SERVERS], &servers[SERVERS..=SERVERS], &servers[SERVERS + 1..]]
        .iter()
        .enumerate()
        .map(|(number, members)| scenario.group(&format!("g{number}"), members, &[]))
        .collect();
    scenario.plan(&json!([
        { "name": "launching", "groups": [groups[0]], "launchTimeoutMinutes": 1_440,
          "beforeActions": [{ "name": "pause", "kind": "delay", "delayMinutes": 1 }] },
        { "name": "held", "groups": [groups[1]], "approval": { "timeoutMinutes": 1_440, "onTimeout": "REJECT" } },
        { "name": "behind", "groups": [groups[2]], "dependsOnWaves": ["held"] },
    ]));
    scenario.cloud.fault(&[&format!("foreign-job={}:{FOR_LONG}", servers[0])]);
    let id = scenario.start(Mode::Drill, &[])?;
    scenario.until(&id, "a wave that waits for its last server", |execution| {
        let launched = e2e::scenario::servers(execution).filter(|server| server.instance_id.is_some()).count();
        launched == SERVERS - 1 && wave(execution, "held").status == WaveStatus::AwaitingApproval
    });
    Ok(Key { id, plan: scenario.name.clone() })
}

fn cleaning(scenario: &Scenario) -> Key {
    let servers = scenario.single_wave(SERVERS, |_, _| {});
    let drill = Key { id: scenario.run(Mode::Drill).summary.execution_id, plan: scenario.name.clone() };
    scenario.cloud.fault(&[&format!("foreign-job={}:{FOR_LONG}", servers[0])]);
    drill.clean_up(scenario.cloud);
    scenario.until(&drill.id, "a cleanup that waits for its last instance", |execution| {
        let cleanup = execution.cleanup.as_ref().map_or(&[][..], |cleanup| &cleanup.servers[..]);
        cleanup.iter().filter(|one| one.status == InstanceCleanup::Terminated).count() == SERVERS - 1
    });
    drill
}

/// A GET as API Gateway hands it to the function `api`; what it lets through has claims.
pub(crate) fn request(path_and_query: &str) -> Value {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let query: serde_json::Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let path = format!("/v1{path}");
    json!({
        "resource": "/{proxy+}", "path": path, "httpMethod": "GET", "headers": { "Host": "localhost" },
        "multiValueHeaders": {}, "queryStringParameters": query, "multiValueQueryStringParameters": {},
        "pathParameters": {}, "stageVariables": {}, "body": null, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "resourceId": "bench", "resourcePath": "/{proxy+}",
            "httpMethod": "GET", "path": path, "protocol": "HTTP/1.1", "requestId": "bench", "stage": "prod",
            "identity": { "sourceIp": "127.0.0.1" },
            "authorizer": { "claims": { "cognito:username": "demo", "cognito:groups": "dr-admin" } },
        },
    })
}
