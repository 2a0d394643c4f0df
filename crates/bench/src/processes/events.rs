//! What each function is asked: events that a drill, which has ended and was cleaned up, leaves to be asked again. All may be
//! delivered twice; what has been done already is not done again, so these are the least that a function does.

use contract::Mode;
use e2e::scenario::eventually;
use e2e::{Cloud, Scenario};
use serde_json::{Value, json};

/// A drill that has ended, and whose instances are gone.
pub(crate) struct Drill {
    id: String,
    plan: String,
    server: String,
    recovery_machine: String,
    wave_machine: String,
}

/// Waves of the drill, one after another, and the servers of each.
pub(crate) const WAVES: usize = 3;
pub(crate) const SERVERS: usize = 10;

impl Drill {
    /// Runs it on the local cloud: a minute or two.
    pub(crate) fn run(cloud: &'static Cloud) -> Self {
        let scenario = Scenario::new("bench");
        let servers = scenario.servers(WAVES * SERVERS, |_, _| {});
        let waves: Vec<Value> = servers
            .chunks(SERVERS)
            .enumerate()
            .map(|(number, of_wave)| {
                let group = scenario.group(&format!("g{number}"), of_wave, &[]);
                let before: Vec<String> =
                    number.checked_sub(1).map(|before| format!("w{before}")).into_iter().collect();
                json!({ "name": format!("w{number}"), "groups": [group], "dependsOnWaves": before })
            })
            .collect();
        scenario.plan(&json!(waves));
        let id = scenario.run(Mode::Drill).summary.execution_id.to_string();
        let path = format!("/executions/{id}");
        let begun = cloud.send("POST", &format!("{path}/cleanup"), &[], Some("{}"));
        assert!(begun.status < 300, "{}", begun.body);
        eventually("the end of the cleanup", || {
            let cleanup = cloud.get(&path)["cleanup"].clone();
            if cleanup["status"] == "COMPLETED" { Ok(()) } else { Err(cleanup.to_string()) }
        });
        let machine = |name: &str| cloud.state_machines[name].clone();
        Self {
            id,
            plan: scenario.name.clone(),
            server: scenario.server(1),
            recovery_machine: machine("recovery"),
            wave_machine: machine("wave"),
        }
    }

    /// The path of the execution in the API.
    pub(crate) fn path(&self) -> String {
        format!("/executions/{}", self.id)
    }

    /// The event `number` for `function`: of those that are looked at anew each time, another one. Nothing where only a running
    /// execution has one: a token of Step Functions, a write of the stream.
    pub(crate) fn event(&self, function: &str, number: usize) -> Option<Value> {
        let wave = json!({ "executionId": self.id, "planId": self.plan, "wave": 1 });
        let execution = json!({ "executionId": self.id, "planId": self.plan });
        let with = |mut event: Value, name: &str, value: Value| {
            event[name] = value;
            event
        };
        Some(match function {
            "api" => request("/executions"),
            "await-decision" | "await-dependencies" | "publish-changes" => return None,
            "prepare-execution" => with(execution, "mode", json!("DRILL")),
            "run-actions" => with(wave, "phase", json!("BEFORE")),
            "settle-wave" => with(wave, "round", json!(0)),
            "settle-execution" | "begin-cleanup" | "prepare-cleanup" | "start-terminations" | "check-terminations"
            | "settle-cleanup" | "store-report" => execution,
            "list-plans" | "refresh-inventory" => json!({}),
            "check-readiness" => json!({ "planId": self.plan, "run": format!("bench-{number}") }),
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
        })
    }
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
