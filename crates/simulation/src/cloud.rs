//! AWS in process: what the real SDK clients send is answered here, without a socket. DRS and SSM are the simulator, DynamoDB
//! is [`crate::dynamodb`], Step Functions is [`crate::executions`]. An event bus and S3 keep what they are given. A service or
//! an operation that is not here is refused.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws::error::{AwsError, ErrorKind};
use aws::store::{InProcess, Refused};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::http::Uri;
use futures::channel::mpsc::UnboundedSender;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};
use simulator::http::Call;
use simulator::{Clock, Inventory, ManualClock, Simulator};

use crate::caller::Caller;
use crate::dynamodb::{Change, DynamoDb, Refusal};
use crate::executions::Executions;
use crate::time::Time;
use crate::weather::{Delivery, Fate, Seen, Weather, Wrong};

/// How long a call takes, in milliseconds: drawn between these.
const LATENCY_MILLIS: std::ops::Range<u64> = 5..40;

/// A call, as far as it matters who is called.
struct Request {
    service: String,
    region: String,
    operation: String,
    body: Value,
    /// As it came over the wire; nothing for a call of a table that did not go through the SDK.
    call: Call,
}

/// What a service answers: the status, the error's name where it is in a header, and the body.
type Answer = (u16, Option<String>, Value);

/// The services of one account.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) time: Time,
    simulator: Simulator,
    simulator_clock: ManualClock,
    dynamodb: Mutex<DynamoDb>,
    executions: Mutex<Executions>,
    events: Mutex<Vec<Value>>,
    objects: Mutex<u64>,
    latency: Mutex<fastrand::Rng>,
    changes: UnboundedSender<Change>,
    invocations: Mutex<u64>,
    pub(crate) weather: Arc<dyn Weather>,
}

impl Cloud {
    pub(crate) fn new(
        time: Time,
        seed: u64,
        inventory: Inventory,
        dynamodb: DynamoDb,
        executions: Executions,
        changes: UnboundedSender<Change>,
        weather: Arc<dyn Weather>,
    ) -> anyhow::Result<Self> {
        let simulator_clock = ManualClock::at(Timestamp::from_microsecond(time.micros())?);
        let simulator = Simulator::new(inventory, Clock::Manual(simulator_clock.clone()))?;
        Ok(Self {
            time,
            simulator,
            simulator_clock,
            dynamodb: Mutex::new(dynamodb),
            executions: Mutex::new(executions),
            events: Mutex::default(),
            objects: Mutex::default(),
            latency: Mutex::new(fastrand::Rng::with_seed(seed)),
            changes,
            invocations: Mutex::default(),
            weather,
        })
    }

    /// A new invocation of `function`.
    pub(crate) fn caller(&self, function: &str, payload: Value, skew_seconds: i64) -> Arc<Caller> {
        let mut invocations = lock(&self.invocations);
        *invocations += 1;
        Caller::new(*invocations, function, payload, skew_seconds)
    }

    /// The simulator, as of now.
    pub(crate) fn simulator(&self) -> &Simulator {
        self.simulator_clock.set(Timestamp::from_microsecond(self.time.micros()).unwrap_or(Timestamp::MAX));
        &self.simulator
    }

    pub(crate) fn dynamodb(&self) -> MutexGuard<'_, DynamoDb> {
        lock(&self.dynamodb)
    }

    pub(crate) fn executions(&self) -> MutexGuard<'_, Executions> {
        lock(&self.executions)
    }

    /// What was put on the event bus: source, detail type and detail.
    pub(crate) fn events(&self) -> MutexGuard<'_, Vec<Value>> {
        lock(&self.events)
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(lock(&self.latency).u64(LATENCY_MILLIS))
    }

    /// Does what is asked, and lets the weather see it.
    fn answer(&self, request: &Request, caller: Option<&Caller>) -> Answer {
        let answer = self.done(request);
        self.weather.seen(&Seen {
            at_micros: self.time.micros(),
            caller,
            service: &request.service,
            region: &request.region,
            operation: &request.operation,
            request: &request.body,
            status: answer.0,
            reply: &answer.2,
            dynamodb: &self.dynamodb(),
            simulator: self.simulator(),
        });
        answer
    }

    fn done(&self, request: &Request) -> Answer {
        let (operation, body) = (request.operation.as_str(), &request.body);
        match request.service.as_str() {
            "drs" | "ssm" => {
                let reply = self.simulator().call(&request.call);
                (reply.status, reply.error_type, reply.body)
            }
            "dynamodb" => {
                let mut dynamodb = self.dynamodb();
                dynamodb.pass(self.time.micros());
                let answer = dynamodb.call(operation, body);
                for change in dynamodb.take_changes() {
                    // Nobody listens where the world has ended.
                    let _ = self.changes.unbounded_send(change);
                }
                answer.map_or_else(|refusal: Refusal| (400, None, refusal.body()), |answer| (200, None, answer))
            }
            "states" if operation == "SendTaskSuccess" && self.weather.token() == Delivery::Lost => {
                (200, None, json!({}))
            }
            "states" => match self.executions().call(operation, body) {
                Ok(answer) => (200, None, answer),
                Err((kind, message)) => (400, None, json!({ "__type": kind, "message": message })),
            },
            "events" if operation == "PutEvents" => (200, None, self.put_events(body)),
            "s3" if request.call.method == "PUT" => {
                *lock(&self.objects) += 1;
                (200, None, Value::Null)
            }
            service => {
                not_modelled(&format!("{service} {} {} {operation}", request.call.method, request.call.raw_path))
            }
        }
    }

    /// Sends `request` through the weather: what its caller hears, once the call has arrived.
    async fn send(&self, request: &Request, caller: Option<&Caller>) -> Result<Answer, ConnectorError> {
        match self.weather.call(caller, &request.service, &request.operation) {
            Fate::Answered => Ok(self.answer(request, caller)),
            Fate::Throttled => Ok(refused(400, "ThrottlingException", "Rate exceeded")),
            Fate::Wrong { how, committed } => {
                if committed {
                    self.answer(request, caller);
                }
                match how {
                    Wrong::Failed => Ok(refused(500, "InternalServerException", "An internal error occurred")),
                    Wrong::Reset => Err(ConnectorError::io("connection reset".into())),
                    Wrong::Hung => std::future::pending().await,
                    Wrong::Killed => {
                        caller.inspect(|caller| caller.kill());
                        std::future::pending().await
                    }
                }
            }
        }
    }

    /// Takes events, whose details are texts.
    fn put_events(&self, request: &Value) -> Value {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        let taken: Vec<Value> = entries.iter().map(|_| json!({ "EventId": "event" })).collect();
        self.events().extend(entries);
        json!({ "FailedEntryCount": 0, "Entries": taken })
    }
}

fn not_modelled(what: &str) -> Answer {
    refused(400, "ValidationException", &format!("not modelled: {what}"))
}

fn refused(status: u16, kind: &str, message: &str) -> Answer {
    (status, Some(kind.to_owned()), json!({ "__type": kind, "message": message, "Message": message }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the SDK's requests go.
#[derive(Debug, Clone)]
pub(crate) struct Connector(pub(crate) Arc<Cloud>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let cloud = Arc::clone(&self.0);
        let caller = Caller::current();
        let request = read(&request);
        HttpConnectorFuture::new(async move {
            let request = request?;
            cloud.time.sleep(cloud.latency()).await;
            let (status, error_type, body) = cloud.send(&request, caller.as_deref()).await?;
            cloud.time.sleep(cloud.latency()).await;
            let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
            let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
            if let Some(error_type) = error_type {
                response.headers_mut().insert("x-amzn-errortype", error_type);
            }
            Ok(response)
        })
    }
}

fn read(request: &HttpRequest) -> Result<Request, ConnectorError> {
    let uri: Uri = request.uri().parse().map_err(|error| ConnectorError::user(Box::new(error)))?;
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    let authorization = header("authorization");
    // Credential=<key>/<date>/<Region>/<service>/aws4_request
    let scope = authorization.as_deref().and_then(|text| text.split_once("Credential=")).map(|(_, scope)| scope);
    let part = |index| scope.and_then(|scope| scope.split('/').nth(index)).unwrap_or_default().to_owned();
    let (region, service) = (part(2), part(3));
    let target = header("x-amz-target");
    // The JSON protocol names the operation in a header; DRS, which is REST, at the end of the path.
    let operation = target.as_deref().and_then(|target| target.rsplit_once('.')).map(|(_, operation)| operation);
    let operation = operation.or_else(|| uri.path().rsplit('/').next()).unwrap_or_default().to_owned();
    let call = Call {
        method: request.method().to_owned(),
        raw_path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        target,
        authorization,
        attempt: header("amz-sdk-request"),
        body: request.body().bytes().unwrap_or_default().to_vec(),
    };
    let body = serde_json::from_slice(&call.body).unwrap_or(Value::Null);
    Ok(Request { service, region, operation, body, call })
}

/// How often the SDK tries a call, and the longest pause after the first attempt. Source: its standard retry mode.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Tables that are called without the SDK, with its attempts and pauses.
#[derive(Debug)]
pub(crate) struct Direct(pub(crate) Arc<Cloud>);

impl InProcess for Direct {
    fn call(&self, operation: &'static str, body: Value) -> BoxFuture<'static, Result<Value, Refused>> {
        let cloud = Arc::clone(&self.0);
        let caller = Caller::current();
        let (service, operation_name) = ("dynamodb".to_owned(), operation.to_owned());
        let request =
            Request { service, region: String::new(), operation: operation_name, body, call: Call::default() };
        Box::pin(async move {
            let mut attempt = 0;
            loop {
                attempt += 1;
                cloud.time.sleep(cloud.latency()).await;
                let answered = cloud.send(&request, caller.as_deref()).await;
                cloud.time.sleep(cloud.latency()).await;
                let (status, kind, body) = match answered {
                    Ok((200, _, body)) => return Ok(body),
                    Ok((status, kind, body)) => (status, kind, body),
                    Err(_) => (503, Some("ConnectionReset".to_owned()), Value::Null),
                };
                let written = body["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
                let kind = kind.as_deref().or(written).unwrap_or_default();
                let error = AwsError::answered(operation, status, kind, body["message"].as_str().unwrap_or_default());
                if attempt == ATTEMPTS || !matches!(error.kind, ErrorKind::Throttled | ErrorKind::Transient) {
                    return Err(Refused { error, body });
                }
                let longest = PAUSE * 2_u32.pow(attempt - 1);
                cloud.time.sleep(longest.mul_f64(fastrand::f64())).await;
            }
        })
    }
}
