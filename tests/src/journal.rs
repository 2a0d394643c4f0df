//! The simulator's journal: every call that DRS and SSM got, and everything that changed in their world.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloud::Cloud;

/// The journal from some entry on.
#[derive(Debug)]
pub struct Journal(Vec<Value>);

impl Cloud {
    /// The number of the journal's last entry.
    pub fn journal_position(&self) -> u64 {
        self.simulator("GET", "journal?since=1000000000", None)["lastSeq"].as_u64().unwrap()
    }

    /// The journal after entry `since`.
    pub fn journal(&self, since: u64) -> Journal {
        let journal = self.simulator("GET", &format!("journal?since={since}"), None);
        Journal(journal["entries"].as_array().unwrap().clone())
    }
}

impl Journal {
    /// The calls of `operation` that name any of `servers`.
    pub fn calls<'a>(&'a self, operation: &'a str, servers: &[String]) -> Vec<&'a Value> {
        self.of("call", operation).filter(|entry| names(&entry["request"], servers)).collect()
    }

    /// The changes `name` that are about any of `servers`.
    pub fn changes<'a>(&'a self, name: &'a str, servers: &[String]) -> Vec<&'a Value> {
        self.of("state", name).filter(|entry| names(&entry["details"], servers)).collect()
    }

    /// Every call that was signed: the access key, and the action as IAM writes it.
    pub fn signed_calls(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().filter(|entry| entry["kind"] == "call").filter_map(|entry| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let action = format!("{}:{}", text(&entry["details"]["service"])?, text(&entry["operation"])?);
            Some((text(&entry["details"]["caller"])?, action))
        })
    }

    fn of<'a>(&'a self, kind: &'a str, operation: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |entry| entry["kind"] == kind && entry["operation"] == operation)
    }

    /// The servers that were in two jobs at once. DRS would refuse the second.
    pub fn in_two_jobs(&self) -> BTreeSet<String> {
        let mut running: BTreeMap<String, String> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        for entry in self.0.iter().filter(|entry| entry["kind"] == "state") {
            let job = entry["details"]["jobId"].as_str().unwrap_or_default();
            if entry["operation"] == "JobCreated" {
                for server in strings(&entry["details"]).filter(|text| text.starts_with("s-")) {
                    if running.insert(server.clone(), job.to_owned()).is_some() {
                        twice.insert(server);
                    }
                }
            } else if entry["operation"] == "JobCompleted" {
                running.retain(|_, other| other != job);
            }
        }
        twice
    }

    /// The largest numbers of jobs, of servers in jobs, and of servers in one job, at any time.
    pub fn peaks(&self) -> (usize, usize, usize) {
        let mut running: Vec<(String, BTreeSet<String>)> = Vec::new();
        let mut peaks = (0, 0, 0);
        for entry in self.0.iter().filter(|entry| entry["kind"] == "state") {
            let job = entry["details"]["jobId"].as_str().unwrap_or_default().to_owned();
            if entry["operation"] == "JobCreated" {
                running.push((job, strings(&entry["details"]).filter(|text| text.starts_with("s-")).collect()));
            } else if entry["operation"] == "JobCompleted" {
                running.retain(|(other, _)| *other != job);
            }
            let servers: usize = running.iter().map(|(_, servers)| servers.len()).sum();
            let largest = running.iter().map(|(_, servers)| servers.len()).max().unwrap_or(0);
            peaks = (peaks.0.max(running.len()), peaks.1.max(servers), peaks.2.max(largest));
        }
        peaks
    }
}

/// Every text in a JSON value.
fn strings(value: &Value) -> Box<dyn Iterator<Item = String> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.clone())),
        Value::Array(items) => Box::new(items.iter().flat_map(strings)),
        Value::Object(fields) => Box::new(fields.values().flat_map(strings)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Box::new(std::iter::empty()),
    }
}

fn names(value: &Value, servers: &[String]) -> bool {
    strings(value).any(|text| servers.contains(&text))
}
