//! What goes wrong in a world besides what the simulator is asked for: every call of AWS, every invocation of a function,
//! every event and task token asks its [`Weather`] what becomes of it.

use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;
use simulator::Simulator;
use simulator::http::Call;

use crate::caller::Caller;
use crate::dynamodb::DynamoDb;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// It is refused for the rate of calls, and changes nothing.
    Throttled,
    /// It goes wrong, before or after it took effect.
    Wrong {
        /// How the caller meets it.
        how: Wrong,
        /// Whether the call took effect.
        committed: bool,
    },
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It is answered with a 500.
    Failed,
    /// The connection is reset, and the caller knows it.
    Reset,
    /// No answer comes, and the caller waits until its own time is over.
    Hung,
    /// The caller's process ends.
    Killed,
}

/// How often something is delivered that is sent once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As it should be.
    Once,
    /// Not at all.
    Lost,
    /// Twice.
    Twice,
}

/// What an invocation meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// It is delivered once more, so much later; nobody hears what that comes to.
    pub again_after: Option<Duration>,
    /// By how much the clock of its process is wrong.
    pub skew_seconds: i64,
}

/// A call, as it was made and answered.
pub struct Seen<'a> {
    /// When, in Unix microseconds.
    pub at_micros: i64,
    /// Who made it; nobody when the world itself did.
    pub caller: Option<&'a Caller>,
    /// Of which service: `drs`, `ssm`, `dynamodb`, `states`, `events` or `s3`.
    pub service: &'a str,
    /// Of which Region.
    pub region: &'a str,
    /// Which operation.
    pub operation: &'a str,
    /// Its body.
    pub request: &'a Value,
    /// What the service answered, whatever the caller heard of it.
    pub status: u16,
    /// The body of that.
    pub reply: &'a Value,
    /// The tables, after it.
    pub dynamodb: &'a DynamoDb,
    /// What answers for DRS and SSM.
    pub simulator: &'a Simulator,
}

impl Seen<'_> {
    /// What DRS and SSM have, after it: the simulator's `state`.
    #[must_use]
    pub fn state(&self) -> Value {
        state(self.simulator)
    }
}

/// What DRS and SSM have now: the simulator's `state`.
#[must_use]
pub fn state(simulator: &Simulator) -> Value {
    let call = Call { method: "GET".to_owned(), raw_path: "/_simulator/state".to_owned(), ..Call::default() };
    simulator.call(&call).body
}

/// What goes wrong. Without a method of its own, nothing does.
pub trait Weather: Debug + Send + Sync {
    /// What becomes of a call.
    fn call(&self, _caller: Option<&Caller>, _service: &str, _operation: &str) -> Fate {
        Fate::Answered
    }

    /// What an invocation of a function meets.
    fn invocation(&self, _function: &str) -> Conditions {
        Conditions::default()
    }

    /// How often an event reaches its rule.
    fn event(&self) -> Delivery {
        Delivery::Once
    }

    /// How often a batch of a stream reaches its function; a stream loses none.
    fn stream(&self) -> Delivery {
        Delivery::Once
    }

    /// How often the answer to a task token arrives.
    fn token(&self) -> Delivery {
        Delivery::Once
    }

    /// The longest page of a query, in items.
    fn page_items(&self) -> usize {
        usize::MAX
    }

    /// By how much reads of an index are behind the writes.
    fn index_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// Is told of every call that reached its service.
    fn seen(&self, _seen: &Seen<'_>) {}
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calm;

impl Weather for Calm {}
