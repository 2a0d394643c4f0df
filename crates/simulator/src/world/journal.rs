//! The journal: every call that was received and every change of state, in order. It is for tests and for people who
//! ask what happened; nothing in the world reads it.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The oldest entries go when there are more: a day of polling fits, and memory stays bounded.
const MOST_ENTRIES: usize = 200_000;

/// What kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A call to DRS or SSM.
    Call,
    /// Something in the world changed.
    State,
}

/// How a call was answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The HTTP status.
    pub status: u16,
    /// The exception, when there was one.
    pub error_type: Option<String>,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Counts from 1, without gaps.
    pub seq: u64,
    /// Simulated Unix seconds.
    pub time: f64,
    /// A call or a change.
    pub kind: Kind,
    /// The operation called, or the name of the change.
    pub operation: String,
    /// The body of a call.
    pub request: Option<Value>,
    /// The answer to a call.
    pub outcome: Option<Outcome>,
    /// What more there is to say.
    pub details: Value,
}

/// All entries.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    last_seq: u64,
}

impl Journal {
    /// Records a call, before it has any effect; its outcome follows with [`Journal::outcome`].
    pub fn call(&mut self, time: Timestamp, operation: &str, request: Value, details: Value) -> u64 {
        self.push(time, Kind::Call, operation, Some(request), details)
    }

    /// Records a change.
    pub fn state(&mut self, time: Timestamp, change: &str, details: Value) {
        tracing::info!(change, %details, "state changed");
        self.push(time, Kind::State, change, None, details);
    }

    /// Records how the call `seq` was answered.
    pub fn outcome(&mut self, seq: u64, status: u16, error: Option<(&str, &str)>) {
        let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.seq == seq) else { return };
        let error_type = error.map(|(error_type, _)| error_type.to_owned());
        tracing::debug!(operation = entry.operation, status, error_type, "call answered");
        entry.outcome = Some(Outcome { status, error_type });
        if let (Some((_, message)), Value::Object(details)) = (error, &mut entry.details) {
            details.insert("message".to_owned(), Value::from(message));
        }
    }

    /// The entries after `seq`.
    pub fn since(&self, seq: u64) -> Vec<Entry> {
        let first = self.entries.front().map_or(1, |entry| entry.seq);
        let skip = usize::try_from((seq + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        self.entries.iter().skip(skip).cloned().collect()
    }

    /// The number of the newest entry, 0 when there is none.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    fn push(&mut self, time: Timestamp, kind: Kind, operation: &str, request: Option<Value>, details: Value) -> u64 {
        self.last_seq += 1;
        if self.entries.len() == MOST_ENTRIES {
            self.entries.pop_front();
        }
        let time = time.as_microsecond() as f64 / 1e6;
        let operation = operation.to_owned();
        self.entries.push_back(Entry { seq: self.last_seq, time, kind, operation, request, outcome: None, details });
        self.last_seq
    }
}
