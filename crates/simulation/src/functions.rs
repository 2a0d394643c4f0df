//! The functions, by the names of their folders: the real handlers, called as `task::run` calls them.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use aws::Clients;
use futures::FutureExt;
use futures::future::{self, Either, LocalBoxFuture};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use task::TaskError;

use crate::cloud::Cloud;
use crate::executions::Failure;

type Function = Box<dyn Fn(Value) -> LocalBoxFuture<'static, Result<Value, TaskError>>>;

/// How long each function may run is said there, and nowhere else.
const SETTINGS: &str = include_str!("../../../cdk/lib/functions.ts");

/// What Lambda would have.
pub(crate) struct Functions(BTreeMap<&'static str, (Function, Duration)>);

fn function<Request, Response, Answer>(
    clients: &'static Clients,
    handler: impl Fn(&'static Clients, Request) -> Answer + Clone + 'static,
) -> Function
where
    Request: DeserializeOwned + 'static,
    Response: Serialize + 'static,
    Answer: Future<Output = Result<Response, TaskError>> + 'static,
{
    Box::new(move |payload| {
        let handler = handler.clone();
        async move {
            let answer = task::answer(&handler, clients, payload).await?;
            serde_json::to_value(answer).map_err(|error| TaskError::Bug(error.to_string()))
        }
        .boxed_local()
    })
}

impl Functions {
    pub(crate) fn new(clients: &'static Clients) -> anyhow::Result<Self> {
        let functions: [(&'static str, Function); 25] = [
            ("apply-launch-settings", function(clients, apply_launch_settings::handle)),
            ("await-decision", function(clients, await_decision::handle)),
            ("await-dependencies", function(clients, await_dependencies::handle)),
            ("begin-cleanup", function(clients, begin_cleanup::handle)),
            ("check-health", function(clients, check_health::handle)),
            ("check-jobs", function(clients, check_jobs::handle)),
            ("check-readiness", function(clients, check_readiness::handle)),
            ("check-schedules", function(clients, check_schedules::handle)),
            ("check-terminations", function(clients, check_terminations::handle)),
            ("list-plans", function(clients, list_plans::handle)),
            ("prepare-cleanup", function(clients, prepare_cleanup::handle)),
            ("prepare-execution", function(clients, prepare_execution::handle)),
            ("publish-changes", function(clients, publish_changes::handle)),
            ("refresh-inventory", function(clients, refresh_inventory::handle)),
            ("reopen-servers", function(clients, reopen_servers::handle)),
            ("run-actions", function(clients, run_actions::handle)),
            ("settle-cleanup", function(clients, settle_cleanup::handle)),
            ("settle-execution", function(clients, settle_execution::handle)),
            ("settle-stopped", function(clients, settle_stopped::handle)),
            ("settle-wave", function(clients, settle_wave::handle)),
            ("start-health-checks", function(clients, start_health_checks::handle)),
            ("start-jobs", function(clients, start_jobs::handle)),
            ("start-terminations", function(clients, start_terminations::handle)),
            ("store-report", function(clients, store_report::handle)),
            ("sweep-drills", function(clients, sweep_drills::handle)),
        ];
        let functions = functions.into_iter().map(|(name, function)| anyhow::Ok((name, (function, limit(name)?))));
        functions.collect::<Result<_, _>>().map(Self)
    }

    /// What an invocation comes to. An error is as Step Functions tells of it.
    pub(crate) async fn invoke(
        &self,
        cloud: &Cloud,
        name: &str,
        payload: Value,
        skew_seconds: i64,
    ) -> Result<Value, Failure> {
        let missing = || Failure::new("Lambda.ResourceNotFoundException", format!("there is no function {name}"));
        let (function, limit) = self.0.get(name).ok_or_else(missing)?;
        let caller = cloud.caller(name, payload.clone(), skew_seconds);
        let over = cloud.time.sleep(*limit);
        match future::select(caller.doing(function(payload)), over).await {
            Either::Left((Some(outcome), _)) => outcome.map_err(|error| {
                let cause = json!({ "errorType": error.name(), "errorMessage": error.to_string() });
                Failure::new(error.name(), cause.to_string())
            }),
            Either::Left((None, _)) => Err(Failure::new("Runtime.ExitError", "the process was killed")),
            Either::Right(_) => Err(Failure::new("Sandbox.Timedout", "the function took too long")),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// How long `function` may run, as the deployment says.
pub(crate) fn limit(function: &str) -> anyhow::Result<Duration> {
    let line = SETTINGS.lines().map(str::trim).find_map(|line| {
        let (name, settings) = line.split_once(": { timeout: ")?;
        (name.trim_matches('\'') == function).then_some(settings)
    });
    let text = line.and_then(|line| line.split(", ").next()).with_context(|| format!("{function} has no time"))?;
    let number = |unit: &str| text.strip_prefix(unit)?.strip_prefix('(')?.strip_suffix(')')?.parse::<u64>().ok();
    let minutes = if text == "MINUTE" { Some(1) } else { number("Duration.minutes") };
    let seconds = minutes.map(|minutes| minutes * 60).or_else(|| number("Duration.seconds"));
    seconds.map(Duration::from_secs).with_context(|| format!("{function}: {text} is not understood"))
}
