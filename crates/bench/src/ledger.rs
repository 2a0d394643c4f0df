//! What a run costs: calls, bytes and invocations, counted where they reach their service.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use simulation::weather::{Seen, Weather};

/// What was counted. What the API does is left out: people ask as often as they like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// Calls of DRS.
    pub(crate) drs: u64,
    /// Calls of DynamoDB.
    pub(crate) dynamodb: u64,
    /// Bytes of items that were written.
    pub(crate) bytes_written: u64,
    /// Write units: one for each KiB of an item, twice that in a transaction.
    pub(crate) write_units: u64,
    /// Read units: one for each 4 KiB of an answer.
    pub(crate) read_units: u64,
    /// For each job: its execution, and its wave by its number.
    pub(crate) jobs: BTreeMap<String, (String, usize)>,
    /// The first and the last call of each invocation, in Unix microseconds.
    spans: BTreeMap<u64, (i64, i64)>,
}

impl Counts {
    /// Invocations of functions that called anything.
    #[must_use]
    pub(crate) fn invocations(&self) -> u64 {
        self.spans.len() as u64
    }

    /// From the first to the last call of each invocation, in seconds. Calls take what the simulation draws for them.
    #[must_use]
    pub(crate) fn function_seconds(&self) -> f64 {
        self.spans.values().map(|(first, last)| (last - first) as f64 / 1e6).sum()
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Counts>);

impl Ledger {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted so far.
    #[must_use]
    pub(crate) fn read(&self) -> Counts {
        self.counts().clone()
    }
}

fn size(item: &Value) -> u64 {
    item.to_string().len() as u64
}

impl Weather for Ledger {
    fn seen(&self, seen: &Seen<'_>) {
        let Some(caller) = seen.caller.filter(|caller| caller.function != "api") else { return };
        let mut counts = self.counts();
        let span = counts.spans.entry(caller.number).or_insert((seen.at_micros, seen.at_micros));
        span.1 = seen.at_micros;
        match (seen.service, seen.operation) {
            ("drs", operation) => {
                counts.drs += 1;
                if operation == "StartRecovery" && seen.status < 300 {
                    let job = seen.reply["job"]["jobID"].as_str().unwrap_or_default().to_owned();
                    let wave = caller.payload["wave"].as_u64().unwrap_or_default() as usize;
                    let execution = caller.payload["executionId"].as_str().unwrap_or_default().to_owned();
                    counts.jobs.insert(job, (execution, wave));
                }
            }
            ("dynamodb", "TransactWriteItems") => {
                counts.dynamodb += 1;
                for write in seen.request["TransactItems"].as_array().into_iter().flatten() {
                    let bytes = size(&write["Put"]["Item"]);
                    counts.bytes_written += bytes;
                    counts.write_units += 2 * bytes.div_ceil(1024);
                }
            }
            ("dynamodb", "PutItem") => {
                let bytes = size(&seen.request["Item"]);
                counts.dynamodb += 1;
                counts.bytes_written += bytes;
                counts.write_units += bytes.div_ceil(1024);
            }
            ("dynamodb", "DeleteItem") => {
                counts.dynamodb += 1;
                counts.write_units += 1;
            }
            ("dynamodb", _) => {
                counts.dynamodb += 1;
                counts.read_units += size(seen.reply).div_ceil(4096).max(1);
            }
            _ => {}
        }
    }
}
