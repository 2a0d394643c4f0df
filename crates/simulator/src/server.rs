//! The simulator as something that runs: one world behind one mutex, on a real port of 127.0.0.1. Nothing is awaited
//! while the world is locked. What is answered is decided in [`crate::http`].

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use domain::clock::ClockSetting;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::http::{self, Call, Reply};
use crate::inventory::Inventory;
use crate::record::{Record, RecordError};
use crate::world::{World, WorldError};

/// No request of DRS or SSM comes near this; a guard for the memory of the machine.
const LONGEST_BODY: usize = 16 << 20;

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0: any free port.
    pub port: u16,
    /// Where time comes from.
    pub clock: Clock,
    /// The file that keeps the world when the process is killed; see [`crate::record`].
    pub record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options { port: 0, clock: Clock::Scaled(ClockSetting::default()), record: None }
    }
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The inventory contradicts itself.
    #[error("the inventory makes no world")]
    World(#[from] WorldError),
    /// The record is of no use.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The port is not free.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[from] io::Error),
}

/// A world and its clock. Clones share one world.
#[derive(Debug, Clone)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    clock: Clock,
    /// Written while the world is locked, so that its order is the order of the calls.
    record: Option<Arc<Mutex<Record>>>,
}

/// A simulator that listens. It stops when this is dropped.
#[derive(Debug)]
pub struct RunningSimulator {
    /// Where it listens.
    pub address: SocketAddr,
    /// The world behind it, for tests that look inside.
    pub simulator: Simulator,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// A world that does not listen: calls go through [`Simulator::call`].
    pub fn new(inventory: Inventory, clock: Clock) -> Result<Simulator, WorldError> {
        let world = Arc::new(Mutex::new(World::new(inventory, clock.now())?));
        Ok(Simulator { world, clock, record: None })
    }

    /// Starts to listen on 127.0.0.1, in a task of the present tokio runtime.
    pub async fn start(inventory: Inventory, options: Options) -> Result<RunningSimulator, StartError> {
        let simulator = match options.record {
            None => Simulator::new(inventory, options.clock)?,
            Some(path) => {
                let (world, record) = Record::open(&path, inventory, options.clock.now())?;
                let record = Some(Arc::new(Mutex::new(record)));
                Simulator { world: Arc::new(Mutex::new(world)), clock: options.clock, record }
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(serve).with_state(simulator.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async {
                // An error means that the sender is gone, which is a reason to stop too.
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the simulator stopped serving");
            }
        });
        Ok(RunningSimulator { address, simulator, stop: Some(stop), task })
    }

    /// Answers one call as of now.
    pub fn call(&self, call: &Call) -> Reply {
        let mut world = self.world();
        if let Some(record) = &self.record {
            let written = record.lock().unwrap_or_else(PoisonError::into_inner).call(world.now, call);
            if let Err(error) = written {
                tracing::error!(%error, "a call could not be recorded: the next process will not know it");
            }
        }
        http::answer(&mut world, call)
    }

    /// The world as of now. Do not hold it across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic in another test thread does not make the world unreadable.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance(self.clock.now());
        world
    }
}

impl RunningSimulator {
    /// For `AWS_ENDPOINT_URL_DRS` and `AWS_ENDPOINT_URL_SSM`.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening. Connections that idle are closed.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // It fails only when the server is gone, which is what is wanted.
            let _ = stop.send(());
        }
        let task = &mut self.task;
        if tokio::time::timeout(std::time::Duration::from_secs(2), task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for RunningSimulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(State(simulator): State<Simulator>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return response(413, None, "text/plain", Body::from("the body is too long"));
    };
    let call = Call {
        method: parts.method.as_str().to_owned(),
        raw_path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        target: text(&parts.headers, "x-amz-target"),
        authorization: text(&parts.headers, "authorization"),
        attempt: text(&parts.headers, "amz-sdk-request"),
        body: body.to_vec(),
    };
    let Reply { status, error_type, content_type, body } = simulator.call(&call);
    response(status, error_type.as_deref(), content_type, Body::from(body.to_string()))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn response(status: u16, error_type: Option<&str>, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(error_type) = error_type.and_then(|name| HeaderValue::from_str(name).ok()) {
        response.headers_mut().insert("x-amzn-ErrorType", error_type);
    }
    response
}
