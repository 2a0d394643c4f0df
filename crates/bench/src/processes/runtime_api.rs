//! Lambda's Runtime API, as far as a function speaks to it: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What Lambda gives a function at most.
const LONGEST: Duration = Duration::from_secs(900);
/// How often one who waits looks whether it should go on.
const LOOK: Duration = Duration::from_millis(100);

/// What a function did, and when.
enum Said {
    /// It asked for work.
    Asked,
    /// It was given some.
    Given,
    /// It answered, or failed.
    Ended(Result<Bytes, Bytes>),
    /// It did not come up.
    Broke(Bytes),
}

struct Side {
    said: Sender<(Instant, Said)>,
    events: tokio::sync::Mutex<UnboundedReceiver<Bytes>>,
}

impl Side {
    fn say(&self, said: Said) -> StatusCode {
        // Whoever measures may have seen enough.
        let _ = self.said.send((Instant::now(), said));
        StatusCode::ACCEPTED
    }
}

/// How an invocation went.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// From the event to the whole answer.
    pub(crate) took: Duration,
    /// The answer, or the error.
    pub(crate) answer: Result<Bytes, Bytes>,
}

/// A Runtime API for one process.
pub(crate) struct RuntimeApi {
    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    events: UnboundedSender<Bytes>,
    said: Receiver<(Instant, Said)>,
    _serving: tokio::runtime::Runtime,
}

impl RuntimeApi {
    /// Listens on a free port of this machine.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let serving = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (say, said) = channel();
        let (events, given) = unbounded_channel();
        let router = router(Arc::new(Side { said: say, events: tokio::sync::Mutex::new(given) }));
        let listener = serving.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        serving.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, events, said, _serving: serving })
    }

    /// Waits until the function asks for work. `alive` fails where it cannot any more.
    pub(crate) fn asked(&self, alive: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Instant> {
        match self.next(alive)? {
            (at, Said::Asked) => Ok(at),
            (_, Said::Broke(error)) => bail!("did not come up: {}", String::from_utf8_lossy(&error)),
            (_, Said::Given | Said::Ended(_)) => bail!("answered what nobody asked"),
        }
    }

    /// One invocation, of a function that has asked for work; until it asks again.
    pub(crate) fn invoke(
        &self,
        event: Bytes,
        mut alive: impl FnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<Invocation> {
        self.events.send(event).ok().context("the Runtime API has ended")?;
        let (begin, Said::Given) = self.next(&mut alive)? else { bail!("did something else than its work") };
        let (end, Said::Ended(answer)) = self.next(&mut alive)? else { bail!("did not answer") };
        self.asked(alive)?;
        Ok(Invocation { took: end - begin, answer })
    }

    fn next(&self, mut alive: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<(Instant, Said)> {
        let begin = Instant::now();
        loop {
            match self.said.recv_timeout(LOOK) {
                Ok(said) => return Ok(said),
                Err(RecvTimeoutError::Disconnected) => bail!("the Runtime API has ended"),
                Err(RecvTimeoutError::Timeout) => alive()?,
            }
            if begin.elapsed() > LONGEST {
                bail!("does nothing for {} s", LONGEST.as_secs());
            }
        }
    }
}

fn router(side: Arc<Side>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(side)
}

#[expect(clippy::disallowed_methods, reason = "Lambda's deadline is by the clock on the wall, which nobody scales")]
async fn next(State(side): State<Arc<Side>>) -> Response {
    side.say(Said::Asked);
    let Some(event) = side.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + LONGEST;
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:measured".to_owned()),
    ];
    side.say(Said::Given);
    (headers, event).into_response()
}

async fn response(State(side): State<Arc<Side>>, Path(_): Path<String>, answer: Bytes) -> StatusCode {
    side.say(Said::Ended(Ok(answer)))
}

async fn error(State(side): State<Arc<Side>>, Path(_): Path<String>, error: Bytes) -> StatusCode {
    side.say(Said::Ended(Err(error)))
}

async fn init_error(State(side): State<Arc<Side>>, error: Bytes) -> StatusCode {
    side.say(Said::Broke(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function that answers each event after `pause`, or fails where it is told to.
    fn function(address: SocketAddr, pause: Duration) {
        let base = format!("http://{address}/2018-06-01/runtime/invocation");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        while let Ok(mut given) = agent.get(format!("{base}/next")).call() {
            if given.status() != 200 {
                return;
            }
            let id = given.headers()["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned();
            let event = given.body_mut().read_to_string().unwrap();
            std::thread::park_timeout(pause);
            let how = if event == "fail" { "error" } else { "response" };
            agent.post(format!("{base}/{id}/{how}")).send(format!("after {event}")).unwrap();
        }
    }

    #[test]
    fn an_invocation_takes_what_the_function_takes_and_answers_what_it_answers() {
        let api = RuntimeApi::start().unwrap();
        let (address, pause) = (api.address, Duration::from_millis(30));
        std::thread::spawn(move || function(address, pause));
        api.asked(|| Ok(())).unwrap();
        let done = api.invoke(Bytes::from_static(b"one"), || Ok(())).unwrap();
        assert_eq!(done.answer.unwrap(), "after one");
        assert!(done.took >= pause, "{:?}", done.took);
        let failed = api.invoke(Bytes::from_static(b"fail"), || Ok(())).unwrap();
        assert_eq!(failed.answer.unwrap_err(), "after fail");
    }

    #[test]
    fn one_that_does_not_come_up_says_why_and_a_dead_one_is_not_waited_for() {
        let api = RuntimeApi::start().unwrap();
        assert_eq!(api.asked(|| bail!("it has ended")).unwrap_err().to_string(), "it has ended");
        ureq::post(format!("http://{}/2018-06-01/runtime/init/error", api.address)).send("no table").unwrap();
        assert_eq!(api.asked(|| Ok(())).unwrap_err().to_string(), "did not come up: no table");
    }
}
