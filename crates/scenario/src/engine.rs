//! Runs a scenario on whatever can run one.

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::file::{Scenario, Step};
use crate::names::Names;
use crate::transcript::{self, Told};

/// An execution of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// RUNNING, or how it ended, as Step Functions says it.
    pub status: String,
    /// The states that it has entered.
    pub entered: Vec<String>,
}

impl Machine {
    fn runs(&self) -> bool {
        self.status == "RUNNING"
    }
}

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

    /// Starts an execution of a machine, as a schedule does.
    ///
    /// # Errors
    /// When it is refused.
    fn start(&mut self, machine: &str, name: &str, input: &Value) -> anyhow::Result<()>;

    /// Stops an execution of a machine, as somebody does in the console of Step Functions.
    ///
    /// # Errors
    /// When it is refused.
    fn stop(&mut self, machine: &str, name: &str) -> anyhow::Result<()>;

    /// The execution of a machine that is called so; nothing where none was started.
    ///
    /// # Errors
    /// When it cannot be read.
    fn machine(&mut self, machine: &str, name: &str) -> anyhow::Result<Option<Machine>>;

    /// The executions of a machine whose input names the execution `id`, the oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    fn machines_about(&mut self, machine: &str, id: &str) -> anyhow::Result<Vec<Machine>>;

    /// Lets some time pass.
    ///
    /// # Errors
    /// When too much has passed.
    fn wait(&mut self) -> anyhow::Result<()>;
}

/// Runs `scenario` to its end, and gives back its transcript.
///
/// # Errors
/// When something is refused, or the end does not come.
pub fn run(engine: &mut impl Engine, scenario: &Scenario) -> anyhow::Result<String> {
    let names = Names::new(scenario, &engine.unique());
    let since = engine.simulator("GET", "journal?since=1000000000", None)?["lastSeq"].as_u64().unwrap_or_default();
    set_up(engine, scenario, &names)?;
    let mut run = Run { id: begin(engine, scenario, &names)?, engine, scenario, names: &names, started: Vec::new() };
    for step in &scenario.then {
        run.act(step).with_context(|| format!("{step:?}"))?;
    }
    run.until(|execution| !matches!(execution["status"].as_str(), Some("PENDING" | "RUNNING")))?;
    let execution = run.until(|execution| execution["cleanup"]["status"] != "RUNNING")?;
    run.mend()?;
    let (machines, timeline) = (run.machines(&execution)?, run.timeline(&execution)?);
    let journal = run.engine.simulator("GET", &format!("journal?since={since}"), None)?;
    let state = run.engine.simulator("GET", "state", None)?;
    if !scenario.schedule.is_null() {
        let path = format!("/recovery-plans/{}/schedules/{SCHEDULE}", names.plan);
        let (status, answer) = run.engine.request("DELETE", &path, None)?;
        ensure!(status == 204, "HTTP {status}: {answer}");
    }
    Ok(transcript::write(&names, &Told { execution, timeline, machines, journal, state }))
}

/// What the schedule of a scenario is called.
const SCHEDULE: &str = "weekly";

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
    let mut plan = json!({ "name": names.plan, "waves": waves });
    if !scenario.cleanup.is_null() {
        plan["cleanup"] = scenario.cleanup.clone();
    }
    expect(engine.request("PUT", &format!("/recovery-plans/{}", names.plan), Some(&plan))?)?;
    let faults: Vec<String> = scenario.faults.iter().map(|fault| names.fault(fault)).collect();
    if !faults.is_empty() {
        engine.simulator("POST", "faults", Some(&json!({ "faults": faults })))?;
    }
    Ok(())
}

/// Starts the plan, and gives back the execution's id.
fn begin(engine: &mut impl Engine, scenario: &Scenario, names: &Names) -> anyhow::Result<String> {
    if !scenario.schedule.is_null() {
        let path = format!("/recovery-plans/{}/schedules/{SCHEDULE}", names.plan);
        expect(engine.request("PUT", &path, Some(&scenario.schedule))?)?;
        let (id, input) =
            (names.unique(SCHEDULE), json!({ "planId": names.plan, "mode": scenario.mode, "schedule": SCHEDULE }));
        engine.start("recovery", &id, &input)?;
        return Ok(id);
    }
    let mut start = json!({ "mode": scenario.mode });
    if scenario.mode == "RECOVERY" {
        start["confirm"] = json!(names.plan);
    }
    let path = format!("/recovery-plans/{}/executions", names.plan);
    let begun = expect(engine.request("POST", &path, Some(&start))?)?;
    Ok(begun["executionId"].as_str().context("the execution has no id")?.to_owned())
}

/// An execution as it runs.
struct Run<'a, E> {
    engine: &'a mut E,
    scenario: &'a Scenario,
    names: &'a Names,
    id: String,
    /// The machines that were started beside it, and how they ended.
    started: Vec<(String, Machine)>,
}

impl<E: Engine> Run<'_, E> {
    fn act(&mut self, step: &Step) -> anyhow::Result<()> {
        let server = step.server.as_ref().map(|host| self.names.ids.get(host).context("there is no such server"));
        let server = server.transpose()?;
        self.until(|execution| {
            let waves = || execution["waves"].as_array().into_iter().flatten();
            let mut looked_at: Vec<&Value> = match (server, step.wave) {
                (Some(id), _) => waves()
                    .filter_map(|wave| wave["servers"].as_array())
                    .flatten()
                    .filter(|one| one["serverId"] == id.as_str())
                    .collect(),
                (None, Some(number)) => waves().filter(|wave| wave["number"] == number).collect(),
                (None, None) => vec![execution],
            };
            let phase = step.phase.as_deref();
            looked_at.pop().is_some_and(|one| {
                one["status"] == step.status.as_str() && phase.is_none_or(|phase| one["phase"] == phase)
            })
        })?;
        if step.mend {
            self.mend()?;
        }
        if let Some(ask) = &step.ask {
            let path = match (ask.as_str(), step.wave) {
                ("pause" | "resume" | "cancel" | "cleanup", _) => format!("/executions/{}/{ask}", self.id),
                (_, Some(number)) => format!("/executions/{}/waves/{number}/{ask}", self.id),
                (_, None) => bail!("of which wave?"),
            };
            let body = if step.body.is_null() { json!({}) } else { step.body.clone() };
            expect(self.engine.request("POST", &path, Some(&body))?)?;
        }
        if let Some(machine) = &step.stop {
            let name = match (machine.as_str(), step.wave) {
                ("recovery", _) => self.id.clone(),
                ("wave", Some(number)) => self.wave(number, 1),
                _ => bail!("there is no such machine of an execution"),
            };
            self.engine.stop(machine, &name)?;
        }
        if let Some(machine) = &step.start {
            let name = self.names.unique(machine);
            self.engine.start(machine, &name, &step.body)?;
            let ended = self.end_of(|engine| Ok(engine.machine(machine, &name)?.into_iter().collect()))?;
            self.started.extend(ended.into_iter().map(|ended| (machine.clone(), ended)));
        }
        Ok(())
    }

    /// Ends what this scenario had go wrong, and nobody else's.
    fn mend(&mut self) -> anyhow::Result<()> {
        let faults: Vec<String> = self.scenario.faults.iter().map(|fault| self.names.fault(fault)).collect();
        if !faults.is_empty() {
            self.engine.simulator("DELETE", "faults", Some(&json!({ "faults": faults })))?;
        }
        Ok(())
    }

    fn until(&mut self, holds: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let (status, execution) = self.engine.request("GET", &format!("/executions/{}", self.id), None)?;
            // What Step Functions started is recorded by its first state.
            if status != 404 {
                let execution = expect((status, execution))?;
                if holds(&execution) {
                    return Ok(execution);
                }
                let over = !execution["endedAt"].is_null() && execution["cleanup"]["status"] != "RUNNING";
                ensure!(!over, "the execution ended before: {execution}");
            }
            self.engine.wait().with_context(|| format!("execution {}", self.id))?;
        }
    }

    /// The name of a wave's machine.
    fn wave(&self, number: usize, round: u32) -> String {
        let again = if round == 1 { String::new() } else { format!("-{round}") };
        format!("{}-wave-{number:03}{again}", self.id)
    }

    /// Waits until machines have begun, and all of them have ended.
    fn end_of(&mut self, look: impl Fn(&mut E) -> anyhow::Result<Vec<Machine>>) -> anyhow::Result<Vec<Machine>> {
        loop {
            let machines = look(self.engine)?;
            if !machines.is_empty() && !machines.iter().any(Machine::runs) {
                return Ok(machines);
            }
            self.engine.wait().with_context(|| format!("{machines:?}"))?;
        }
    }

    /// Every machine that had to do with the execution, once it has ended, which is a moment after what it records.
    fn machines(&mut self, execution: &Value) -> anyhow::Result<Vec<(String, Machine)>> {
        let id = self.id.clone();
        let mut machines = Vec::new();
        let mut add = |name: &str, ended: Vec<Machine>| {
            machines.extend(ended.into_iter().map(|machine| (name.to_owned(), machine)));
        };
        let recovery = self.end_of(|engine| Ok(engine.machine("recovery", &id)?.into_iter().collect()))?;
        let succeeded = recovery.iter().all(|machine| machine.status == "SUCCEEDED");
        add("recovery", recovery);
        for number in 1..=self.scenario.waves.len() {
            // None where the execution was refused, more where somebody opened the wave again.
            for round in 1.. {
                let name = self.wave(number, round);
                if self.engine.machine("wave", &name)?.is_none() {
                    break;
                }
                let ended = self.end_of(|engine| Ok(engine.machine("wave", &name)?.into_iter().collect()))?;
                let again = if round == 1 { String::new() } else { format!(", round {round}") };
                add(&format!("wave {number}{again}"), ended);
            }
        }
        if !succeeded {
            add("stopped", self.end_of(|engine| engine.machines_about("stopped", &id))?);
        }
        if !execution["cleanup"].is_null() {
            add("cleanup", self.end_of(|engine| engine.machines_about("cleanup", &id))?);
        }
        machines.append(&mut self.started);
        Ok(machines)
    }

    /// The timeline, once it tells of the end, and of that of a cleanup.
    fn timeline(&mut self, execution: &Value) -> anyhow::Result<Vec<Value>> {
        loop {
            let (mut events, mut path) = (Vec::new(), format!("/executions/{}/events?limit=200", self.id));
            loop {
                let mut page = expect(self.engine.request("GET", &path, None)?)?;
                let Value::Array(items) = page["items"].take() else { bail!("the timeline has no items: {page}") };
                events.extend(items);
                let Some(token) = page["nextToken"].as_str() else { break };
                path = format!("/executions/{}/events?limit=200&nextToken={token}", self.id);
            }
            let tells = |kind: &str, status: &Value| {
                status.is_null() || events.iter().any(|event| event["kind"] == kind && event["newStatus"] == *status)
            };
            if tells("EXECUTION_STATUS", &execution["status"])
                && tells("CLEANUP_STATUS", &execution["cleanup"]["status"])
            {
                return Ok(events);
            }
            self.engine.wait()?;
        }
    }
}

fn expect((status, answer): (u16, Value)) -> anyhow::Result<Value> {
    ensure!((200..300).contains(&status), "HTTP {status}: {answer}");
    Ok(answer)
}
