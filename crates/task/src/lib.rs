//! Lambda glue: `task::run(handle)` is a function's whole `main`. It deserializes the request, opens a span with the
//! execution and wave, calls the handler, flushes metrics, and turns an error into the name that the state machine
//! catches. Not here: anything about recovery.

pub mod error;
pub mod failure;
pub mod metric;

use std::future::Future;
use std::pin::Pin;

use aws::Clients;
pub use error::TaskError;
pub use failure::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use metrics_cloudwatch_embedded::{Builder, Collector};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;

/// What a function's `main` returns.
pub type Error = lambda_runtime::Error;

/// The CloudWatch namespace of every metric.
const NAMESPACE: &str = "DrsOrchestration";

/// Serves invocations of `handler` until Lambda ends the process.
///
/// # Errors
/// When the environment is incomplete, or the Lambda runtime API cannot be reached.
pub fn run<Request, Response, Handler, Answer>(handler: Handler) -> Result<(), Error>
where
    Request: DeserializeOwned,
    Response: Serialize,
    Handler: Fn(&'static Clients, Request) -> Answer,
    Answer: Future<Output = Result<Response, TaskError>>,
{
    start(async |clients, metrics| {
        let serve = service_fn(|event: LambdaEvent<Value>| async {
            let span = span(&event);
            // Boxed: the compiler computes a handler's layout by itself then, not nested in the runtime's.
            let answer: Pin<Box<dyn Future<Output = Result<Response, TaskError>>>> =
                Box::pin(answer(&handler, clients, event.payload));
            let answer = answer.instrument(span).await;
            if let Err(error) = metrics.flush(std::io::stdout()) {
                tracing::warn!(%error, "metrics were not written");
            }
            answer
        });
        lambda_runtime::run(serve).await
    })
}

/// What every function does before it serves: logging, metrics, clients. For functions that are not tasks.
///
/// # Errors
/// When the environment is incomplete, or `serve` fails.
pub fn start<Serve>(serve: Serve) -> Result<(), Error>
where
    Serve: AsyncFnOnce(&'static Clients, &'static Collector) -> Result<(), Error>,
{
    log();
    let metrics = Builder::new().cloudwatch_namespace(NAMESPACE).init()?;
    metric::describe();
    // One invocation at a time, and each is mostly waiting: a thread pool would only make the cold start longer.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Once per process, for as long as the process lives.
        let clients: &'static Clients = Box::leak(Box::new(Clients::from_environment().await?));
        serve(clients, metrics).await
    })
}

/// What an invocation with `payload` comes to, without the runtime around it.
///
/// # Errors
/// The handler's, or `Invalid` for a payload of another shape.
pub async fn answer<Request, Response, Handler, Answer>(
    handler: &Handler,
    clients: &'static Clients,
    payload: Value,
) -> Result<Response, TaskError>
where
    Request: DeserializeOwned,
    Handler: Fn(&'static Clients, Request) -> Answer,
    Answer: Future<Output = Result<Response, TaskError>>,
{
    let result = match serde_json::from_value(payload) {
        Ok(request) => handler(clients, request).await,
        Err(error) => Err(TaskError::Invalid(format!("the request has another shape: {error}"))),
    };
    if matches!(result, Err(TaskError::Throttled(_))) {
        metric::task_throttled();
    }
    match &result {
        Ok(_) => tracing::info!("done"),
        Err(error) => tracing::error!(kind = error.name(), %error, "failed: {error}"),
    }
    result
}

/// The span of one invocation, with the ids that somebody will search for.
fn span(event: &LambdaEvent<Value>) -> tracing::Span {
    let text = |field: &str| event.payload.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    tracing::info_span!(
        "task",
        requestId = event.context.request_id,
        executionId = text("executionId"),
        planId = text("planId"),
        wave = event.payload.get("wave").and_then(serde_json::Value::as_u64),
    )
}

/// JSON lines on standard error, which Lambda sends to CloudWatch Logs. `RUST_LOG` chooses; the default is `info`.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // The runtime would log each error a second time, without the ids.
    let filter = match "lambda_runtime::layers=off".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    // A second subscriber in one process is a test's: the first stays.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // CloudWatch stamps every line.
        .with_writer(std::io::stderr)
        .try_init();
}
