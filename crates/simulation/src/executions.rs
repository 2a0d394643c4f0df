//! Step Functions from outside: executions that were started, what became of them, and the task tokens that are waited for.
//! What an execution does is [`crate::interpreter`]'s.

use std::collections::BTreeMap;

use futures::channel::mpsc::UnboundedSender;
use futures::channel::oneshot;
use futures::future::AbortHandle;
use serde_json::{Value, json};

/// An error, as a `Catch` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub error: String,
    /// Its text.
    pub cause: String,
}

impl Failure {
    pub(crate) fn new(error: &str, cause: impl Into<String>) -> Self {
        Self { error: error.to_owned(), cause: cause.into() }
    }

    pub(crate) fn output(&self) -> Value {
        json!({ "Error": self.error, "Cause": self.cause })
    }
}

/// One thing that happened in an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in Unix microseconds.
    pub at_micros: i64,
    /// What.
    pub kind: EventKind,
    /// In which state.
    pub state: String,
}

/// What happens in an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A state was entered.
    Entered,
    /// A task failed, or its time was over; it may be tried again.
    Failed(Failure),
    /// A state was left.
    Exited,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// With this output.
    Succeeded(Value),
    /// With this error.
    Failed(Failure),
    /// Somebody stopped it.
    Aborted,
}

impl Outcome {
    /// The status of an execution that ended so.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
            Self::Aborted => "ABORTED",
        }
    }
}

/// An execution of a machine.
#[derive(Debug)]
pub struct Execution {
    /// The machine's name.
    pub machine: String,
    /// Its own.
    pub name: String,
    /// The input, as it came.
    pub input: String,
    /// Nothing while it runs.
    pub outcome: Option<Outcome>,
    /// What happened.
    pub history: Vec<Event>,
    /// Events as the history of Step Functions counts them.
    pub events: u64,
    /// The largest input or output of a state, in bytes.
    pub most_payload_bytes: u64,
    ended: Vec<oneshot::Sender<()>>,
    stop: Option<AbortHandle>,
}

/// All executions.
#[derive(Debug)]
pub struct Executions {
    by_arn: BTreeMap<String, Execution>,
    tokens: BTreeMap<String, oneshot::Sender<Value>>,
    given: u64,
    begin: UnboundedSender<String>,
}

impl Execution {
    /// The states that it has entered, in order.
    #[must_use]
    pub fn entered(&self) -> Vec<String> {
        let entered = self.history.iter().filter(|event| event.kind == EventKind::Entered);
        entered.map(|event| event.state.clone()).collect()
    }

    /// RUNNING, or how it ended.
    #[must_use]
    pub fn status(&self) -> &'static str {
        self.outcome.as_ref().map_or("RUNNING", Outcome::status)
    }
}

type Refused = (&'static str, String);

/// The ARN of a machine.
#[must_use]
pub fn machine_arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:000000000000:stateMachine:{name}")
}

/// The ARN of an execution.
#[must_use]
pub fn execution_arn(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:000000000000:execution:{machine}:{name}")
}

impl Executions {
    /// None yet. Whoever begins them gets their ARNs by `begin`.
    #[must_use]
    pub fn new(begin: UnboundedSender<String>) -> Self {
        Self { by_arn: BTreeMap::new(), tokens: BTreeMap::new(), given: 0, begin }
    }

    /// Answers a call of the API.
    pub(crate) fn call(&mut self, operation: &str, request: &Value) -> Result<Value, Refused> {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        match operation {
            "StartExecution" => {
                let machine = text("stateMachineArn").rsplit(':').next().unwrap_or_default();
                let arn = self.start(machine, text("name"), text("input"))?;
                Ok(json!({ "executionArn": arn, "startDate": 0 }))
            }
            "DescribeExecution" => self.describe(text("executionArn")),
            "SendTaskSuccess" => {
                let gone = || ("TaskTimedOut", "Task Timed Out: the task is not waited for".to_owned());
                let output = serde_json::from_str(text("output"));
                let output = output.map_err(|error| ("InvalidOutput", error.to_string()))?;
                let waiting = self.tokens.remove(text("taskToken")).ok_or_else(gone)?;
                waiting.send(output).map(|()| json!({})).map_err(|_| gone())
            }
            _ => Err(("ValidationException", format!("not modelled: {operation}"))),
        }
    }

    /// Starts an execution; the same once more is no other.
    pub(crate) fn start(&mut self, machine: &str, name: &str, input: &str) -> Result<String, Refused> {
        let arn = execution_arn(machine, name);
        if let Some(known) = self.by_arn.get(&arn) {
            if known.input == input && known.outcome.is_none() {
                return Ok(arn);
            }
            return Err(("ExecutionAlreadyExists", format!("Execution Already Exists: '{arn}'")));
        }
        let execution = Execution {
            machine: machine.to_owned(),
            name: name.to_owned(),
            input: input.to_owned(),
            outcome: None,
            history: Vec::new(),
            events: 1,
            most_payload_bytes: 0,
            ended: Vec::new(),
            stop: None,
        };
        self.by_arn.insert(arn.clone(), execution);
        // Nobody listens where the world has ended.
        let _ = self.begin.unbounded_send(arn.clone());
        Ok(arn)
    }

    fn describe(&self, arn: &str) -> Result<Value, Refused> {
        let missing = || ("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"));
        let execution = self.by_arn.get(arn).ok_or_else(missing)?;
        let mut answer = json!({
            "executionArn": arn, "stateMachineArn": machine_arn(&execution.machine), "name": execution.name,
            "status": execution.status(), "startDate": 0, "input": execution.input,
        });
        match &execution.outcome {
            None | Some(Outcome::Aborted) => {}
            Some(Outcome::Succeeded(output)) => answer["output"] = json!(output.to_string()),
            Some(Outcome::Failed(failure)) => {
                answer["error"] = json!(failure.error);
                answer["cause"] = json!(failure.cause);
            }
        }
        Ok(answer)
    }

    /// An execution.
    #[must_use]
    pub fn get(&self, arn: &str) -> Option<&Execution> {
        self.by_arn.get(arn)
    }

    /// All executions, in the order of their ARNs.
    pub fn all(&self) -> impl Iterator<Item = &Execution> {
        self.by_arn.values()
    }

    pub(crate) fn record(&mut self, arn: &str, event: Event) {
        if let Some(execution) = self.by_arn.get_mut(arn) {
            execution.history.push(event);
        }
    }

    /// Counts what entering a state adds to a history, and the input that it comes with.
    pub(crate) fn count(&mut self, arn: &str, events: u64, payload_bytes: u64) {
        if let Some(execution) = self.by_arn.get_mut(arn) {
            execution.events += events;
            execution.most_payload_bytes = execution.most_payload_bytes.max(payload_bytes);
        }
    }

    /// How to stop a running execution.
    pub(crate) fn can_be_stopped(&mut self, arn: &str, stop: AbortHandle) {
        if let Some(execution) = self.by_arn.get_mut(arn) {
            execution.stop = Some(stop);
        }
    }

    /// Stops an execution, as somebody does in the console. What it has called goes on.
    pub(crate) fn stop(&mut self, arn: &str) {
        if let Some(stop) = self.by_arn.get(arn).and_then(|execution| execution.stop.as_ref()) {
            stop.abort();
        }
    }

    pub(crate) fn end(&mut self, arn: &str, outcome: Outcome) {
        if let Some(execution) = self.by_arn.get_mut(arn) {
            execution.outcome = Some(outcome);
            for waiting in execution.ended.drain(..) {
                // Whoever waited may have given up.
                let _ = waiting.send(());
            }
        }
    }

    /// Is told when an execution has ended.
    pub(crate) fn at_end(&mut self, arn: &str) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        if let Some(execution) = self.by_arn.get_mut(arn).filter(|execution| execution.outcome.is_none()) {
            execution.ended.push(sender);
        }
        receiver
    }

    /// A task token, and where its answer comes.
    pub(crate) fn token(&mut self) -> (String, oneshot::Receiver<Value>) {
        self.given += 1;
        let token = format!("token-{:06}", self.given);
        let (sender, receiver) = oneshot::channel();
        self.tokens.insert(token.clone(), sender);
        (token, receiver)
    }

    pub(crate) fn forget(&mut self, token: &str) {
        self.tokens.remove(token);
    }
}
