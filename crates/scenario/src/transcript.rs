//! What is written down of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use crate::engine::Machine;
use crate::names::Names;

/// Calls that change something in DRS or SSM.
const CHANGES: [&str; 5] = [
    "StartRecovery",
    "TerminateRecoveryInstances",
    "UpdateLaunchConfiguration",
    "SendCommand",
    "StartAutomationExecution",
];

/// What was seen of a run.
pub(crate) struct Told {
    pub(crate) execution: Value,
    pub(crate) timeline: Vec<Value>,
    pub(crate) machines: Vec<(String, Machine)>,
    pub(crate) journal: Value,
    pub(crate) state: Value,
}

/// Writes the transcript.
pub(crate) fn write(names: &Names, told: &Told) -> String {
    let mut text = String::new();
    let statuses = statuses(&told.timeline);
    let became = |of: &str| statuses.get(of).map(|statuses| statuses.join(" → ")).unwrap_or_default();
    let execution = &told.execution;
    line(&mut text, "execution", &became("execution"));
    reason(&mut text, execution);
    line(&mut text, "    started by", string(&execution["startedBy"]));
    for finding in list(&execution["findings"]) {
        line(&mut text, &format!("    finding {}", string(&finding["code"])), string(&finding["severity"]));
    }
    for wave in list(&execution["waves"]) {
        let key = format!("wave {}", wave["number"]);
        line(&mut text, &format!("\n{key} {}", string(&wave["name"])), &became(&key));
        reason(&mut text, wave);
        actions(&mut text, "before", &wave["beforeActions"]);
        for server in list(&wave["servers"]) {
            line(&mut text, &format!("  {}", string(&server["serverId"])), string(&server["status"]));
            reason(&mut text, server);
            for check in list(&server["checks"]) {
                line(&mut text, &format!("    check {}", string(&check["name"])), string(&check["status"]));
            }
            for attempt in list(&server["attempts"]) {
                line(&mut text, "    an attempt before", string(&attempt["status"]));
            }
        }
        actions(&mut text, "after", &wave["afterActions"]);
    }
    let cleanup = &execution["cleanup"];
    if !cleanup.is_null() {
        line(&mut text, "\ncleanup", &became("cleanup"));
        reason(&mut text, cleanup);
        line(&mut text, "    started by", string(&cleanup["startedBy"]));
        for server in list(&cleanup["servers"]) {
            line(&mut text, &format!("  {}", string(&server["serverId"])), string(&server["status"]));
            reason(&mut text, server);
        }
    }
    text.push('\n');
    for (name, machine) in &told.machines {
        line(&mut text, &format!("machine {name}, {}", machine.status), &path(machine).join(" "));
    }
    text.push_str("\nDRS and SSM were told\n");
    for (id, calls) in calls(names, told) {
        line(&mut text, &format!("  {id}"), &calls.join(", "));
    }
    let mut text = text.replace(string(&execution["executionId"]), "<execution>");
    for instance in list(&told.state["instances"]) {
        let server = string(&instance["sourceServerId"]);
        text = text.replace(string(&instance["instanceId"]), &format!("<instance of {server}>"));
    }
    names.own(&text)
}

fn actions(text: &mut String, side: &str, actions: &Value) {
    for action in list(actions) {
        line(text, &format!("  {side}, {}", string(&action["name"])), string(&action["status"]));
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn line(text: &mut String, what: &str, is: &str) {
    // Writing to a text does not fail.
    let _ = writeln!(text, "{}", format!("{what}: {is}").trim_end());
}

fn reason(text: &mut String, of: &Value) {
    if !string(&of["reason"]).is_empty() {
        line(text, "    because", string(&of["reason"]));
    }
}

/// The statuses that an execution, its waves and its cleanup came to, one after another.
fn statuses(timeline: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut statuses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // In the order of the writes, as the ids have it: their seconds are the stream's, which may begin early.
    let mut timeline: Vec<&Value> = timeline.iter().collect();
    timeline.sort_by_key(|event| string(&event["id"]));
    for event in timeline {
        let of = match (string(&event["kind"]), &event["wave"]) {
            ("EXECUTION_STATUS", _) => "execution".to_owned(),
            ("WAVE_STATUS", number) => format!("wave {number}"),
            ("CLEANUP_STATUS", _) => "cleanup".to_owned(),
            _ => continue,
        };
        if let Some(status) = event["newStatus"].as_str() {
            statuses.entry(of).or_default().push(status.to_owned());
        }
    }
    statuses
}

/// The states that a machine went through. Where one was stopped is a matter of time, so of that each is told once.
fn path(machine: &Machine) -> Vec<String> {
    if machine.status != "ABORTED" {
        return collapsed(&machine.entered);
    }
    let mut seen = BTreeSet::new();
    machine.entered.iter().filter(|state| seen.insert(*state)).cloned().collect()
}

/// What comes more than once in a row is told once: how often something is polled is a matter of time.
fn collapsed(entered: &[String]) -> Vec<String> {
    let mut states = entered.to_vec();
    loop {
        let before = states.len();
        for length in 1..=before / 2 {
            let mut at = 0;
            while at + 2 * length <= states.len() {
                if states[at..at + length] == states[at + length..at + 2 * length] {
                    states.drain(at..at + length);
                } else {
                    at += 1;
                }
            }
        }
        if states.len() == before {
            return states;
        }
    }
}

/// The calls that changed something, and how each was answered, by server.
fn calls(names: &Names, told: &Told) -> BTreeMap<String, Vec<String>> {
    let mut instances = BTreeMap::new();
    for instance in list(&told.state["instances"]) {
        instances.insert(string(&instance["instanceId"]), string(&instance["sourceServerId"]));
    }
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in list(&told.journal["entries"])
        .filter(|entry| entry["kind"] == "call" && CHANGES.contains(&string(&entry["operation"])))
    {
        // Refused because the agent is not there yet. It is polled, and a slow look may find it at once.
        if call["operation"] == "SendCommand" && call["outcome"]["status"] == 400 {
            continue;
        }
        let request = &call["request"];
        let mut named = Vec::new();
        texts(request, &mut named);
        let drill = request["isDrill"].as_bool().map(|drill| if drill { " (drill)" } else { " (recovery)" });
        let told = format!("{}{} {}", string(&call["operation"]), drill.unwrap_or_default(), call["outcome"]["status"]);
        for text in named {
            let server = instances.get(text).copied().unwrap_or(text);
            if names.ids.values().any(|id| id == server) {
                calls.entry(server.to_owned()).or_default().push(told.clone());
            }
        }
    }
    calls
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_polled_is_told_once() {
        let states = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (entered, told) in [
            ("A A A B", "A B"),
            ("S W C A W C A W C A D", "S W C A D"),
            // An agent that comes a poll later costs a round more, and is no other story.
            ("S W C A S W C A D", "S W C A D"),
            ("S W C A W C A S W C A W C A D", "S W C A D"),
            ("A B A", "A B A"),
        ] {
            assert_eq!(collapsed(&states(entered)), states(told), "{entered}");
        }
    }
}
