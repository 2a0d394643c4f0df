//! Runs a scenario on whatever can run one.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::file::{Scenario, Step};
use crate::transcript::{self, Told};

/// What runs scenarios: a simulation, or a cloud.
pub trait Engine {
    /// Letters and digits that no other scenario in this world has, at most eight.
    fn unique(&self) -> String;

    /// One request to the REST API by somebody who may do everything: the status and the answer.
    ///
    /// # Errors
    /// When there is no answer.
    fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)>;

    /// One request to the simulator's control paths.
    ///
    /// # Errors
    /// When it is refused.
    fn simulator(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value>;

    /// The states that an execution of a machine has entered; empty for one that was never started.
    ///
    /// # Errors
    /// When it cannot be read.
    fn entered(&mut self, machine: &str, name: &str) -> anyhow::Result<Vec<String>>;

    /// Lets some time pass.
    ///
    /// # Errors
    /// When too much has passed.
    fn wait(&mut self) -> anyhow::Result<()>;
}

/// The names of a scenario in one world.
pub(crate) struct Names {
    pub(crate) plan: String,
    /// Source server ids by host name.
    pub(crate) ids: BTreeMap<String, String>,
}

impl Names {
    fn new(scenario: &Scenario, unique: &str) -> Self {
        let width = 17_usize.saturating_sub(unique.len());
        let ids = scenario.servers.keys().enumerate();
        let ids = ids.map(|(index, host)| (host.clone(), format!("s-{unique}{:0width$}", index + 1))).collect();
        Self { plan: format!("scenario-{unique}"), ids }
    }

    fn unique(&self, name: &str) -> String {
        format!("{}-{name}", self.plan)
    }

    fn fault(&self, fault: &str) -> String {
        match fault.split_once('=').and_then(|(kind, host)| Some((kind, self.ids.get(host)?))) {
            Some((kind, id)) => format!("{kind}={id}"),
            None => fault.to_owned(),
        }
    }
}

/// Runs `scenario` to its end, and gives back its transcript.
///
/// # Errors
/// When something is refused, or the end does not come.
pub fn run(engine: &mut impl Engine, scenario: &Scenario) -> anyhow::Result<String> {
    let names = Names::new(scenario, &engine.unique());
    let since = engine.simulator("GET", "journal?since=1000000000", None)?["lastSeq"].as_u64().unwrap_or_default();
    set_up(engine, scenario, &names)?;
    let mut start = json!({ "mode": scenario.mode });
    if scenario.mode == "RECOVERY" {
        start["confirm"] = json!(names.plan);
    }
    let path = format!("/recovery-plans/{}/executions", names.plan);
    let begun = expect(engine.request("POST", &path, Some(&start))?)?;
    let id = begun["executionId"].as_str().context("the execution has no id")?.to_owned();
    for step in &scenario.then {
        act(engine, &id, step).with_context(|| format!("{step:?}"))?;
    }
    let execution = ended(engine, &id)?;
    engine.simulator("DELETE", "faults", None)?;
    let mut machines = vec![("recovery".to_owned(), settled(engine, &id)?)];
    for number in 1..=scenario.waves.len() {
        machines.push((format!("wave {number}"), engine.entered("wave", &format!("{id}-wave-{number:03}"))?));
    }
    let journal = engine.simulator("GET", &format!("journal?since={since}"), None)?;
    let state = engine.simulator("GET", "state", None)?;
    let told = Told { execution, timeline: timeline(engine, &id)?, machines, journal, state };
    Ok(transcript::write(&names, &told))
}

fn set_up(engine: &mut impl Engine, scenario: &Scenario, names: &Names) -> anyhow::Result<()> {
    let servers = scenario.servers.iter().map(|(host, more)| {
        let mut server = json!({ "os": "linux" });
        for (name, value) in more.as_object().into_iter().flatten() {
            server[name] = value.clone();
        }
        server["id"] = json!(names.ids[host]);
        server["hostname"] = json!(names.unique(host));
        server
    });
    let servers: Vec<Value> = servers.collect();
    engine.simulator("POST", "inventory", Some(&json!({ "sourceServers": servers })))?;
    for (group, hosts) in &scenario.groups {
        let member = |host: &String| {
            let criticality = if scenario.optional.contains(host) { "optional" } else { "critical" };
            let id = names.ids.get(host).with_context(|| format!("there is no server {host}"))?;
            anyhow::Ok(json!({ "id": id, "criticality": criticality }))
        };
        let members: Vec<Value> = hosts.iter().map(member).collect::<Result<_, _>>()?;
        let name = names.unique(group);
        let document = json!({ "name": name, "servers": members });
        expect(engine.request("PUT", &format!("/protection-groups/{name}"), Some(&document))?)?;
    }
    let mut waves = scenario.waves.clone();
    for group in waves.iter_mut().filter_map(|wave| wave["groups"].as_array_mut()).flatten() {
        *group = json!(names.unique(group.as_str().unwrap_or_default()));
    }
    let plan = json!({ "name": names.plan, "waves": waves });
    expect(engine.request("PUT", &format!("/recovery-plans/{}", names.plan), Some(&plan))?)?;
    let faults: Vec<String> = scenario.faults.iter().map(|fault| names.fault(fault)).collect();
    if !faults.is_empty() {
        engine.simulator("POST", "faults", Some(&json!({ "faults": faults })))?;
    }
    Ok(())
}

fn act(engine: &mut impl Engine, id: &str, step: &Step) -> anyhow::Result<()> {
    until(engine, id, |execution| {
        let mut waves = execution["waves"].as_array().into_iter().flatten();
        waves.any(|wave| wave["number"] == step.wave && wave["status"] == step.status.as_str())
    })?;
    if step.mend {
        engine.simulator("DELETE", "faults", None)?;
    }
    let path = format!("/executions/{id}/waves/{}/{}", step.wave, step.ask);
    let body = if step.body.is_null() { json!({}) } else { step.body.clone() };
    expect(engine.request("POST", &path, Some(&body))?).map(drop)
}

fn ended(engine: &mut impl Engine, id: &str) -> anyhow::Result<Value> {
    until(engine, id, |execution| !matches!(execution["status"].as_str(), Some("PENDING" | "RUNNING")))
}

fn until(engine: &mut impl Engine, id: &str, holds: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    loop {
        let execution = expect(engine.request("GET", &format!("/executions/{id}"), None)?)?;
        if holds(&execution) {
            return Ok(execution);
        }
        ensure!(execution["endedAt"].is_null(), "the execution ended before: {execution}");
        engine.wait().with_context(|| execution.to_string())?;
    }
}

/// Waits for the end of the recovery machine, which comes a moment after the end of the execution.
fn settled(engine: &mut impl Engine, id: &str) -> anyhow::Result<Vec<String>> {
    loop {
        let entered = engine.entered("recovery", id)?;
        if entered.last().is_some_and(|last| last.starts_with("Execution")) {
            return Ok(entered);
        }
        engine.wait().with_context(|| format!("{entered:?}"))?;
    }
}

/// The timeline, once it tells of the end.
fn timeline(engine: &mut impl Engine, id: &str) -> anyhow::Result<Vec<Value>> {
    loop {
        let (mut events, mut path) = (Vec::new(), format!("/executions/{id}/events?limit=200"));
        loop {
            let mut page = expect(engine.request("GET", &path, None)?)?;
            let Value::Array(items) = page["items"].take() else { bail!("the timeline has no items: {page}") };
            events.extend(items);
            let Some(token) = page["nextToken"].as_str() else { break };
            path = format!("/executions/{id}/events?limit=200&nextToken={token}");
        }
        let ends = |event: &Value| {
            let status = event["newStatus"].as_str();
            event["kind"] == "EXECUTION_STATUS" && !matches!(status, None | Some("PENDING" | "RUNNING"))
        };
        if events.iter().any(ends) {
            return Ok(events);
        }
        engine.wait()?;
    }
}

fn expect((status, answer): (u16, Value)) -> anyhow::Result<Value> {
    ensure!((200..300).contains(&status), "HTTP {status}: {answer}");
    Ok(answer)
}
