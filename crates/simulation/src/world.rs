//! A world: one deployment in one account, in a time of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use api::App;
use aws::Clients;
use aws::clients::{Place, Tables};
use aws::scheduler::Drills;
use aws::stand_in::{Installed, StandIn, install};
use aws::store::InProcess;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request};
use futures::StreamExt;
use futures::channel::mpsc::{self, UnboundedReceiver};
use futures::future::{self, Either};
use futures::task::LocalSpawnExt;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequestContext, ApiGatewayRequestAuthorizer};
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use simulator::Inventory;
use tower::ServiceExt;

use crate::caller::Caller;
use crate::cloud::{Cloud, Connector, Direct};
use crate::dynamodb::{Change, DynamoDb, Schema};
use crate::executions::{EventKind, Execution, Executions, Failure, execution_arn, machine_arn};
use crate::functions::{Functions, limit};
use crate::interpreter::Engine;
use crate::machines;
use crate::scheduler::Scheduler;
use crate::time::{Executor, Time};
use crate::weather::{Calm, Delivery, Weather};

/// Friday, 2026-01-02, 09:00 UTC.
const BEGINNING: i64 = 1_767_344_400;
/// How long after a write its change is told.
const STREAM_MILLIS: u64 = 250;
/// Changes that one invocation tells of.
const STREAM_BATCH: usize = 100;
/// Times that a batch is tried again.
const STREAM_RETRIES: usize = 10;

/// How the tables are called. DRS, SSM, Step Functions and the rest are always called through the SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Through the SDK, as in production.
    Sdk,
    /// Without it, which takes less time: three of four calls are calls of tables.
    Direct,
}

/// How large an execution of a machine has become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// The machine.
    pub machine: String,
    /// The execution.
    pub name: String,
    /// States entered: what Step Functions asks money for.
    pub transitions: u64,
    /// Events in its history, of which it may have 25,000.
    pub events: u64,
    /// The largest input of a state, in bytes.
    pub most_payload_bytes: u64,
}

/// One deployment, and everything that it talks to.
pub struct World {
    executor: Executor,
    cloud: Arc<Cloud>,
    router: Router,
    _installed: Installed,
}

fn tables() -> (Tables, DynamoDb) {
    const KIND: Schema = Schema { hash: "kind", range: "id", indexes: &[], stream: false };
    let names = Tables {
        protection_groups: "ProtectionGroups".to_owned(),
        recovery_plans: "RecoveryPlans".to_owned(),
        execution_history: "ExecutionHistory".to_owned(),
        audit_log: "AuditLog".to_owned(),
        inventory: "Inventory".to_owned(),
    };
    let mut dynamodb = DynamoDb::default();
    for name in [&names.protection_groups, &names.recovery_plans, &names.audit_log, &names.inventory] {
        dynamodb.create(name, KIND);
    }
    dynamodb.create(&names.execution_history, EXECUTION_HISTORY);
    (names, dynamodb)
}

/// The table of executions, as the deployment makes it.
pub const EXECUTION_HISTORY: Schema = Schema {
    hash: "executionId",
    range: "planId",
    indexes: &[("byPlan", "plan", "startedAt"), ("byStart", "kind", "startedAt"), ("active", "active", "startedAt")],
    stream: true,
};

/// The Regions that the deployment looks after: its own first, then those where the inventory has servers.
fn regions(inventory: &Inventory) -> Vec<String> {
    let others: BTreeSet<&str> = inventory.source_servers.iter().map(|server| server.region.as_str()).collect();
    let own = inventory.region.as_str();
    iter::once(own).chain(others.into_iter().filter(|region| *region != own)).map(str::to_owned).collect()
}

fn settings() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("CLEANUP_STATE_MACHINE_ARN", machine_arn("cleanup")),
        ("INVENTORY_STATE_MACHINE_ARN", machine_arn("inventory")),
        ("RECOVERY_STATE_MACHINE_ARN", machine_arn("recovery")),
        ("REPORTS_BUCKET", "reports".to_owned()),
        ("SCHEDULE_GROUP", "drills".to_owned()),
        ("SCHEDULE_ROLE_ARN", "arn:aws:iam::000000000000:role/schedules".to_owned()),
    ])
}

impl World {
    /// A world with the servers of `inventory`. `seed` decides how long calls take, and how long is waited before another
    /// attempt. A thread has one world at a time.
    ///
    /// # Errors
    /// When a state machine's file has what is not modelled, or the inventory contradicts itself.
    pub fn new(seed: u64, inventory: Inventory) -> anyhow::Result<Self> {
        Self::under(seed, inventory, Arc::new(Calm), Wire::Sdk)
    }

    /// A world in which `weather` decides what goes wrong.
    ///
    /// # Errors
    /// As [`World::new`].
    pub fn under(seed: u64, inventory: Inventory, weather: Arc<dyn Weather>, wire: Wire) -> anyhow::Result<Self> {
        // The SDK draws its pauses, and ids are made, with the thread's generator.
        fastrand::seed(seed);
        let time = Time::at(BEGINNING);
        let clock = time.clone();
        let now = move || clock.seconds() + Caller::skew() as f64;
        let installed = install(StandIn { now: Rc::new(now), settings: Rc::new(settings()) });
        let (names, mut dynamodb) = tables();
        dynamodb.limit_pages(weather.page_items());
        dynamodb.lag_indexes(i64::try_from(weather.index_lag().as_micros())?);
        let (begin, begun) = mpsc::unbounded();
        let (changes, changed) = mpsc::unbounded();
        let region = inventory.region.as_str().to_owned();
        let regions = regions(&inventory);
        let cloud = Cloud::new(time.clone(), seed, inventory, dynamodb, Executions::new(begin), changes, weather)?;
        let cloud = Arc::new(cloud);
        let place = Place { account: "000000000000".to_owned(), region, regions };
        let connector = SharedHttpConnector::new(Scheduler::before(Connector(Arc::clone(&cloud))));
        let direct = || -> Arc<dyn InProcess> { Arc::new(Direct(Arc::clone(&cloud))) };
        let direct = (wire == Wire::Direct).then(direct);
        // A handler's clients live as long as its process.
        let clients: &'static Clients =
            Box::leak(Box::new(Clients::over(connector, time.clone(), direct, names, place)));
        let executor = Executor::new(time);
        let functions = Functions::new(clients)?;
        let machines = machines::shipped(&functions.names().collect::<Vec<_>>())?;
        let engine = Rc::new(Engine {
            cloud: Arc::clone(&cloud),
            machines,
            functions,
            spawner: executor.spawner(),
            jitter: RefCell::new(fastrand::Rng::with_seed(seed)),
        });
        executor.spawner().spawn_local(run_machines(Rc::clone(&engine), begun)).context("the world has ended")?;
        executor.spawner().spawn_local(tell_changes(engine, changed)).context("the world has ended")?;
        Ok(Self { executor, cloud, router: router(clients)?, _installed: installed })
    }

    /// One request to the REST API by a person who has every role.
    ///
    /// A request whose answer never comes is answered by the gateway, with a status of its own and no body.
    ///
    /// # Errors
    /// When it is not answered with JSON.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes())?)
            .uri(format!("/v1{path}"))
            .header("content-type", "application/json")
            .body(Body::from(body.map(Value::to_string).unwrap_or_default()))?;
        let claims = json!({ "cognito:username": "demo", "cognito:groups": ["dr-admin", "dr-recoverer"] });
        let mut authorizer = ApiGatewayRequestAuthorizer::default();
        authorizer.fields.insert("claims".to_owned(), claims);
        let mut context = ApiGatewayProxyRequestContext::default();
        context.authorizer = authorizer;
        request.extensions_mut().insert(RequestContext::ApiGatewayV1(context));
        let router = self.router.clone();
        let answer = async move {
            let answer = router.oneshot(request).await?;
            let status = answer.status().as_u16();
            let bytes = to_bytes(answer.into_body(), usize::MAX).await?;
            anyhow::Ok((status, bytes))
        };
        let skew = self.cloud.weather.invocation("api").skew_seconds;
        let doing = self.cloud.caller("api", json!({ "method": method, "path": path }), skew).doing(Box::pin(answer));
        let over = self.cloud.time.sleep(limit("api")?);
        let answered = self.executor.run(async move {
            match future::select(doing, over).await {
                Either::Left((Some(answer), _)) => answer,
                Either::Left((None, _)) => Ok((502, Bytes::new())),
                Either::Right(_) => Ok((504, Bytes::new())),
            }
        });
        let (status, bytes) = answered.context("nothing happens any more, and the API has not answered")??;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? };
        Ok((status, body))
    }

    /// Stores a document under its own name, while nothing goes wrong.
    ///
    /// # Errors
    /// When the API does not take it.
    pub fn put(&mut self, what: &str, document: &Value) -> anyhow::Result<()> {
        let path = format!("/{what}/{}", document["name"].as_str().unwrap_or_default());
        let (status, answer) = self.request("PUT", &path, Some(document))?;
        ensure!(matches!(status, 200 | 201), "{path}: {status} {answer}");
        Ok(())
    }

    /// Starts `machine` every so many seconds, as a schedule of the deployment does.
    ///
    /// # Errors
    /// When the world has ended.
    pub fn every(&mut self, seconds: u64, machine: &'static str, input: &Value) -> anyhow::Result<()> {
        let input = input.to_string();
        let cloud = Arc::clone(&self.cloud);
        let schedule = async move {
            loop {
                cloud.time.sleep(Duration::from_secs(seconds)).await;
                let name = format!("schedule-{}", cloud.time.micros());
                // No other has this name.
                let _ = cloud.executions().start(machine, &name, &input);
            }
        };
        self.executor.spawner().spawn_local(schedule).context("the world has ended")
    }

    /// Starts an execution of `machine` in Step Functions, as an event or somebody in its console does.
    ///
    /// # Errors
    /// When it has been started before.
    pub fn start(&mut self, machine: &str, name: &str, input: &Value) -> anyhow::Result<()> {
        let started = self.cloud.executions().start(machine, name, &input.to_string());
        started.map(drop).map_err(|(kind, message)| anyhow!("{kind}: {message}"))
    }

    /// Stops an execution in Step Functions, as somebody does in its console.
    pub fn stop(&mut self, machine: &str, name: &str) {
        self.cloud.executions().stop(&execution_arn(machine, name));
    }

    /// Lets `seconds` pass.
    pub fn pass(&mut self, seconds: u64) {
        let pause = self.cloud.time.sleep(Duration::from_secs(seconds));
        self.executor.run(pause);
    }

    /// Now, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.cloud.time.seconds()
    }

    /// One request to the simulator's own paths.
    pub fn simulator(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let reply = self.cloud.simulator().call(&simulator::http::Call {
            method: method.to_owned(),
            raw_path: format!("/_simulator/{path}"),
            query: query.to_owned(),
            body: body.map(Value::to_string).unwrap_or_default().into_bytes(),
            ..Default::default()
        });
        (reply.status, reply.body)
    }

    /// What the tables have now.
    pub fn tables<T>(&self, look: impl FnOnce(&DynamoDb) -> T) -> T {
        look(&self.cloud.dynamodb())
    }

    /// What Step Functions has.
    pub fn executions<T>(&self, look: impl FnOnce(&Executions) -> T) -> T {
        look(&self.cloud.executions())
    }

    /// The states that an execution has entered, in order. Nothing for one that was never started.
    #[must_use]
    pub fn entered(&self, machine: &str, name: &str) -> Vec<String> {
        let executions = self.cloud.executions();
        executions.get(&execution_arn(machine, name)).map(Execution::entered).unwrap_or_default()
    }

    /// What each execution of a machine has grown to.
    #[must_use]
    pub fn histories(&self) -> Vec<Grown> {
        let grown = |execution: &Execution| Grown {
            machine: execution.machine.clone(),
            name: execution.name.clone(),
            transitions: execution.history.iter().filter(|event| event.kind == EventKind::Entered).count() as u64,
            events: execution.events,
            most_payload_bytes: execution.most_payload_bytes,
        };
        self.cloud.executions().all().map(grown).collect()
    }

    /// What failed in any execution, with its name and state; much of it was tried again.
    #[must_use]
    pub fn failures(&self) -> Vec<(String, String, Failure)> {
        let mut failures = Vec::new();
        for execution in self.cloud.executions().all() {
            for event in &execution.history {
                if let EventKind::Failed(failure) = &event.kind {
                    failures.push((execution.name.clone(), event.state.clone(), failure.clone()));
                }
            }
        }
        failures
    }

    /// What was put on the event bus.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.cloud.events().clone()
    }
}

fn router(clients: &'static Clients) -> anyhow::Result<Router> {
    Ok(api::router::router(App {
        clients,
        recovery_state_machine_arn: machine_arn("recovery"),
        wave_state_machine_arn: machine_arn("wave"),
        cleanup_state_machine_arn: machine_arn("cleanup"),
        inventory_state_machine_arn: machine_arn("inventory"),
        drills: Drills::from_environment()?,
    }))
}

async fn run_machines(engine: Rc<Engine>, mut begun: UnboundedReceiver<String>) {
    while let Some(arn) = begun.next().await {
        // It fails only when the world has ended.
        let _ = engine.spawner.spawn_local(Rc::clone(&engine).execute(arn));
    }
}

/// The stream of ExecutionHistory: whatever has a status is told, in the order of the writes.
async fn tell_changes(engine: Rc<Engine>, mut changed: UnboundedReceiver<Change>) {
    while let Some(first) = changed.next().await {
        engine.cloud.time.sleep(Duration::from_millis(STREAM_MILLIS)).await;
        let mut batch = vec![first];
        while let Some(next) = (batch.len() < STREAM_BATCH).then(|| changed.try_recv().ok()).flatten() {
            batch.push(next);
        }
        let seconds = engine.cloud.time.seconds();
        let records: Vec<Value> =
            batch.iter().filter(|change| has_status(change)).map(|change| record(change, seconds)).collect();
        let times = if engine.cloud.weather.stream() == Delivery::Twice { 2 } else { 1 };
        for _ in 0..times {
            tell(&engine, &records).await;
        }
    }
}

async fn tell(engine: &Engine, records: &[Value]) {
    for _ in 0..=STREAM_RETRIES {
        let payload = json!({ "Records": records });
        if records.is_empty() || engine.functions.invoke(&engine.cloud, "publish-changes", payload, 0).await.is_ok() {
            return;
        }
        engine.cloud.time.sleep(Duration::from_secs(1)).await;
    }
}

fn has_status(change: &Change) -> bool {
    change.new.as_ref().is_some_and(|item| item.get("status").is_some_and(|status| status["S"].is_string()))
}

fn record(change: &Change, seconds: f64) -> Value {
    json!({ "dynamodb": {
        "ApproximateCreationDateTime": seconds.floor(),
        "SequenceNumber": change.sequence_number.to_string(),
        "OldImage": change.old,
        "NewImage": change.new,
    } })
}
