//! The local cloud, as `cloud.json` describes it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use drsctl::client::Client;
use drsctl::cognito::UserPool;
use serde::Deserialize;
use serde_json::{Value, json};

/// A running local cloud.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cloud {
    /// The REST API: what comes before `/v1`.
    pub api_url: String,
    /// MiniStack.
    pub aws_endpoint: String,
    /// The simulator.
    pub simulator_url: String,
    /// Wall seconds per simulated second.
    pub scale: f64,
    /// How its time passes: the value of `DRS_CLOCK`.
    pub clock: String,
    /// Table names: `protectionGroups`, `recoveryPlans`, `executionHistory`, `auditLog`, `inventory`.
    pub tables: std::collections::BTreeMap<String, String>,
    /// State machine ARNs: `recovery`, `wave`, `cleanup`, `stopped`, `inventory`, `readiness`, `sweep`.
    pub state_machines: std::collections::BTreeMap<String, String>,
    /// The outputs of the stack.
    pub outputs: std::collections::BTreeMap<String, String>,
    cognito_endpoint: String,
    client_id: String,
    username: String,
    password: String,
    auditor: User,
    users: std::collections::BTreeMap<String, String>,
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `ETag`; empty where there is none.
    pub etag: String,
    /// The body: JSON, or text where it is none.
    pub body: Value,
}

#[derive(Debug, Deserialize)]
struct User {
    username: String,
    password: String,
}

/// The cloud that `DRS_LOCAL_CLOUD` names.
pub fn cloud() -> &'static Cloud {
    static CLOUD: OnceLock<Cloud> = OnceLock::new();
    CLOUD.get_or_init(|| read(&file()))
}

/// That cloud, and those on which other tests ran, which `DRS_OTHER_CLOUDS` names as `PATH` names folders.
pub fn every_cloud() -> Vec<Cloud> {
    let others = std::env::var_os("DRS_OTHER_CLOUDS");
    let others = others.iter().flat_map(std::env::split_paths).map(in_workspace);
    std::iter::once(file()).chain(others).map(|file| read(&file)).collect()
}

fn read(file: &Path) -> Cloud {
    serde_json::from_slice(&std::fs::read(file).expect("the local cloud's file")).unwrap()
}

fn file() -> PathBuf {
    let file = std::env::var("DRS_LOCAL_CLOUD").expect(
        "these tests need a local cloud: `cargo xtask test` starts one, or `cargo xtask up` and DRS_LOCAL_CLOUD=.local/cloud.json",
    );
    in_workspace(file.into())
}

fn in_workspace(file: PathBuf) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}

/// Where the state of the cloud is kept.
pub(crate) fn state() -> PathBuf {
    let folder = file().canonicalize().unwrap();
    folder.parent().unwrap().to_owned()
}

impl Cloud {
    /// A client of the API that may do everything.
    pub fn admin(&self) -> Client {
        Client::new(&self.api_url, self.admin_token())
    }

    /// A client of the API that may only read.
    pub fn auditor(&self) -> Client {
        Client::new(&self.api_url, &self.token(&self.auditor.username, &self.auditor.password))
    }

    /// The ID token of the user who may do everything.
    pub fn admin_token(&self) -> &str {
        static TOKEN: OnceLock<String> = OnceLock::new();
        TOKEN.get_or_init(|| self.token(&self.username, &self.password))
    }

    /// The ID token of the local user `name`.
    pub fn token_of(&self, name: &str) -> String {
        let password = self.users.get(name).unwrap_or_else(|| panic!("{name} is no local user"));
        self.token(name, password)
    }

    /// The environment that makes `drsctl` sign in here.
    pub fn drsctl_environment(&self) -> Vec<(&'static str, String)> {
        vec![("DRSCTL_API_URL", self.api_url.clone()), ("DRSCTL_PASSWORD", self.password.clone())]
    }

    /// The arguments of `drsctl login`.
    pub fn login_arguments(&self) -> Vec<String> {
        let pair = |flag: &str, value: &str| [flag.to_owned(), value.to_owned()];
        [
            pair("--username", &self.username),
            pair("--client-id", &self.client_id),
            pair("--cognito-endpoint", &self.cognito_endpoint),
        ]
        .concat()
    }

    fn token(&self, username: &str, password: &str) -> String {
        let pool = UserPool { endpoint: self.cognito_endpoint.clone(), client_id: self.client_id.clone() };
        pool.login(username, password).expect("the local user signs in").id_token
    }

    /// One request to the API with any body and token; the status and the answer.
    pub fn request(&self, method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> (u16, Value) {
        let url = format!("{}/v1{path}", self.api_url.trim_end_matches('/'));
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if let Some(token) = token {
            request = request.header("Authorization", token);
        }
        let request = request.header("Content-Type", "application/json");
        answer(request.body(body.unwrap_or_default().to_owned()).unwrap())
    }

    /// One request of the user who may do everything, with headers.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        let url = format!("{}/v1{path}", self.api_url.trim_end_matches('/'));
        let mut request =
            ureq::http::Request::builder().method(method).uri(url).header("Authorization", self.admin_token());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = agent().run(request.body(body.unwrap_or_default().to_owned()).unwrap()).unwrap();
        let etag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.body_mut().with_config().limit(20 << 20).read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status: answer.status().as_u16(), etag, body }
    }

    /// A GET that must succeed.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, &[], None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Injects faults into the simulator until the guard is dropped. Faults that hit any caller (throttling, lost
    /// answers, small pages) disturb other scenarios, so this waits until every other test with a scenario has ended, and
    /// none begins until the guard is dropped. Without faults it is for a test that needs the whole cloud.
    ///
    /// # Panics
    ///
    /// When the test is not in a module `alone`: `cargo xtask test` would run it beside others, which then wait for it.
    pub fn disturb(&'static self, faults: &[&str]) -> Disturbance {
        // With one at a time, tests run in the thread of the whole program.
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        assert!(test == "main" || test.contains("alone::"), "{test} is to be in a module `alone`");
        let shared = SHARE.take().is_some();
        let alone = TESTS.write().unwrap_or_else(PoisonError::into_inner);
        ALONE.set(true);
        self.fault(faults);
        Disturbance { cloud: self, shared, alone: Some(alone) }
    }

    /// Injects faults that hit one server only, until the guard is dropped.
    pub fn wrong(&'static self, faults: &[&str]) -> Faults {
        self.fault(faults);
        Faults { cloud: self, faults: faults.iter().map(|fault| (*fault).to_owned()).collect() }
    }

    /// Injects faults that hit one server only.
    pub fn fault(&self, faults: &[&str]) {
        if !faults.is_empty() {
            self.simulator("POST", "faults", Some(&json!({ "faults": faults })));
        }
    }

    /// One call of DRS, as somebody else would make it.
    pub fn drs(&self, operation: &str, body: &Value) -> Value {
        let url = format!("{}/{operation}", self.simulator_url.trim_end_matches('/'));
        let request = ureq::http::Request::builder().method("POST").uri(url).header("Content-Type", "application/json");
        let (status, answer) = answer(request.body(body.to_string()).unwrap());
        assert!((200..300).contains(&status), "{operation}: {status} {answer}");
        answer
    }

    /// One request to the simulator's control paths.
    pub fn simulator(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}/_simulator/{path}", self.simulator_url.trim_end_matches('/'));
        let request = ureq::http::Request::builder().method(method).uri(url).header("Content-Type", "application/json");
        let (status, answer) = answer(request.body(body.map(Value::to_string).unwrap_or_default()).unwrap());
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().new_agent()
}

pub(crate) fn answer(request: ureq::http::Request<String>) -> (u16, Value) {
    let mut answer = agent().run(request).expect("the local cloud answers");
    // The journal of a whole run is long.
    let text = answer.body_mut().with_config().limit(1 << 30).read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Shared by the tests that have scenarios, held alone by one that disturbs.
static TESTS: RwLock<()> = RwLock::new(());

thread_local! {
    /// This test's share, from its first scenario to the end of its thread.
    static SHARE: RefCell<Option<RwLockReadGuard<'static, ()>>> = const { RefCell::new(None) };
    /// Whether this test is alone.
    static ALONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Waits until no other test disturbs the cloud, and keeps those that would waiting until this test has ended.
pub(crate) fn share() {
    if !ALONE.get() && SHARE.with_borrow(Option::is_none) {
        SHARE.set(Some(TESTS.read().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// Faults of some servers, until dropped.
pub struct Faults {
    cloud: &'static Cloud,
    faults: Vec<String>,
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.cloud.simulator("DELETE", "faults", Some(&json!({ "faults": self.faults })));
    }
}

/// Faults in the simulator, until dropped.
pub struct Disturbance {
    cloud: &'static Cloud,
    /// Whether the test had scenarios before: it goes on with them.
    shared: bool,
    alone: Option<RwLockWriteGuard<'static, ()>>,
}

impl Disturbance {
    /// Injects more.
    pub fn add(&self, faults: &[&str]) {
        self.cloud.fault(faults);
    }
}

impl Drop for Disturbance {
    fn drop(&mut self) {
        self.cloud.simulator("DELETE", "faults", None);
        ALONE.set(false);
        self.alone = None;
        if self.shared && !std::thread::panicking() {
            share();
        }
    }
}
