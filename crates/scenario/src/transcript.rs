//! What is written down of a run.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::engine::Names;

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
    /// The states that each machine entered.
    pub(crate) machines: Vec<(String, Vec<String>)>,
    pub(crate) journal: Value,
    pub(crate) state: Value,
}

/// Writes the transcript.
pub(crate) fn write(names: &Names, told: &Told) -> String {
    let mut text = String::new();
    let statuses = statuses(&told.timeline);
    let became = |of: &str| statuses.get(of).map(|statuses| statuses.join(" → ")).unwrap_or_default();
    line(&mut text, "execution", &became("execution"));
    for wave in told.execution["waves"].as_array().into_iter().flatten() {
        let key = format!("wave {}", wave["number"]);
        line(&mut text, &format!("\n{key} {}", string(&wave["name"])), &became(&key));
        reason(&mut text, wave);
        for server in wave["servers"].as_array().into_iter().flatten() {
            line(&mut text, &format!("  {}", string(&server["serverId"])), string(&server["status"]));
            reason(&mut text, server);
            for attempt in server["attempts"].as_array().into_iter().flatten() {
                line(&mut text, "    an attempt before", string(&attempt["status"]));
            }
        }
    }
    text.push('\n');
    for (machine, entered) in &told.machines {
        line(&mut text, &format!("machine {machine}"), &collapsed(entered).join(" "));
    }
    text.push_str("\nDRS and SSM were told\n");
    for (id, calls) in calls(names, told) {
        line(&mut text, &format!("  {id}"), &calls.join(", "));
    }
    renamed(names, &text)
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

/// The statuses that an execution and its waves came to, one after another.
fn statuses(timeline: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut statuses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // In the order of the writes, as the ids have it: their seconds are the stream's, which may begin early.
    let mut timeline: Vec<&Value> = timeline.iter().collect();
    timeline.sort_by_key(|event| string(&event["id"]));
    for event in timeline {
        let of = match (string(&event["kind"]), &event["wave"]) {
            ("EXECUTION_STATUS", _) => "execution".to_owned(),
            ("WAVE_STATUS", number) => format!("wave {number}"),
            _ => continue,
        };
        if let Some(status) = event["newStatus"].as_str() {
            statuses.entry(of).or_default().push(status.to_owned());
        }
    }
    statuses
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
    for instance in told.state["instances"].as_array().into_iter().flatten() {
        instances.insert(string(&instance["instanceId"]), string(&instance["sourceServerId"]));
    }
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let entries = told.journal["entries"].as_array().into_iter().flatten();
    for call in entries.filter(|entry| entry["kind"] == "call" && CHANGES.contains(&string(&entry["operation"]))) {
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

/// With the scenario's own names.
fn renamed(names: &Names, text: &str) -> String {
    let text = names.ids.iter().fold(text.to_owned(), |text, (host, id)| text.replace(id, host));
    text.replace(&format!("{}-", names.plan), "").replace(&names.plan, "<plan>")
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
