//! What people do: whatever the API says they may, at moments of their own, and a few things that nobody should.

use anyhow::ensure;
use fastrand::Rng;
use serde_json::{Value, json};
use simulation::World;

use crate::case::{Case, fault};

/// Answers of the API that say no. Others than these, and those of a gateway, are wrong when nothing goes wrong.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status)
}

/// People with a world.
pub(crate) struct People<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) case: &'a Case,
    pub(crate) random: Rng,
}

impl People<'_> {
    /// Stores groups and plans, while nothing goes wrong.
    pub(crate) fn set_up(&mut self) -> anyhow::Result<()> {
        for (what, documents) in [("protection-groups", &self.case.groups), ("recovery-plans", &self.case.plans)] {
            for document in documents {
                self.world.put(what, document)?;
            }
        }
        Ok(())
    }

    /// All executions, as far as the API says.
    pub(crate) fn executions(&mut self) -> anyhow::Result<Vec<Value>> {
        let (mut executions, mut path) = (Vec::new(), "/executions?limit=200".to_owned());
        loop {
            let (_, mut page) = self.world.request("GET", &path, None)?;
            if let Value::Array(items) = page["items"].take() {
                executions.extend(items);
            }
            let Some(token) = page["nextToken"].as_str() else { return Ok(executions) };
            path = format!("/executions?limit=200&nextToken={token}");
        }
    }

    /// Starts a plan, after preflight for what has to be confirmed.
    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        let plan = &self.case.plans[self.random.usize(..self.case.plans.len())]["name"];
        let name = plan.as_str().unwrap_or_default();
        let mut body = json!({ "mode": "DRILL" });
        if self.random.u8(..10) < 3 {
            body = json!({ "mode": "RECOVERY", "confirm": name });
            if self.random.bool() {
                let path = format!("/recovery-plans/{name}/preflight?mode=RECOVERY");
                let (_, preflight) = self.world.request("POST", &path, None)?;
                let instances = preflight["instancesToConfirm"].as_array().into_iter().flatten();
                body["replaceInstances"] = instances.map(|one| one["instanceId"].clone()).collect();
            }
        }
        self.world.request("POST", &format!("/recovery-plans/{name}/executions"), Some(&body)).map(drop)
    }

    /// One thing, whatever it is.
    pub(crate) fn act(&mut self) -> anyhow::Result<()> {
        match self.random.u8(..20) {
            0..4 => self.start(),
            4..6 => {
                let wrong = match self.case.other_region {
                    Some(region) if self.random.u8(..4) == 0 => format!("region-down={region}"),
                    _ => fault(&mut self.random, &format!("s-{:017}", self.case.servers - 1)),
                };
                self.world.simulator("POST", "faults", Some(&json!({ "faults": [wrong] })));
                Ok(())
            }
            6 => {
                self.world.simulator("DELETE", "faults", None);
                Ok(())
            }
            7 => self.stop(),
            8 => self.clean_up(),
            _ => self.decide(),
        }
    }

    /// Stops a machine in the console of Step Functions.
    fn stop(&mut self) -> anyhow::Result<()> {
        let executions = self.executions()?;
        let Some(one) = self.random.choice(executions) else { return Ok(()) };
        let id = one["executionId"].as_str().unwrap_or_default();
        if self.random.u8(..3) == 0 {
            self.world.stop("cleanup", &format!("{id}-clean001"));
            return Ok(());
        }
        self.world.stop("recovery", id);
        // On AWS the executions that it waits for are stopped with it, if that works.
        if self.random.bool() {
            for wave in 1..=self.case.groups.len() {
                self.world.stop("wave", &format!("{id}-wave-{wave:03}"));
            }
        }
        Ok(())
    }

    /// Asks for the cleanup of whatever run there is, also of one of which nothing is known to stand.
    fn clean_up(&mut self) -> anyhow::Result<()> {
        let executions = self.executions()?;
        let Some(one) = self.random.choice(executions) else { return Ok(()) };
        let id = one["executionId"].as_str().unwrap_or_default();
        self.post(id, "/cleanup", "CLEANUP", &one).map(drop)
    }

    /// Does one of the things that the API allows now.
    fn decide(&mut self) -> anyhow::Result<()> {
        let executions = self.executions()?;
        let Some(one) = self.random.choice(executions) else { return Ok(()) };
        let id = one["executionId"].as_str().unwrap_or_default().to_owned();
        let (_, execution) = self.world.request("GET", &format!("/executions/{id}"), None)?;
        let choices = allowed(&execution);
        let Some((path, action)) = self.random.choice(choices) else { return Ok(()) };
        self.post(&id, &path, &action, &execution).map(drop)
    }

    /// Asks for `action`, and gives back whether the API did it or said no.
    fn post(&mut self, id: &str, path: &str, action: &str, execution: &Value) -> anyhow::Result<bool> {
        let mut body = json!({});
        if action == "RETRY" && execution["mode"] == "RECOVERY" {
            body["replaceInstances"] = json!(self.live(path, execution));
        }
        let body = (!matches!(action, "PAUSE" | "RESUME" | "CLEANUP")).then_some(&body);
        let (status, _) = self.world.request("POST", &format!("/executions/{id}{path}"), body)?;
        Ok(status < 300 || is_refusal(status))
    }

    /// Live failovers of the servers of a wave that have to be launched again.
    fn live(&self, path: &str, execution: &Value) -> Vec<Value> {
        let number = path.split('/').nth(2).and_then(|number| number.parse::<u64>().ok());
        let waves = execution["waves"].as_array().into_iter().flatten();
        let wave = waves.into_iter().find(|wave| wave["number"].as_u64() == number);
        let servers = wave.and_then(|wave| wave["servers"].as_array()).into_iter().flatten();
        let failed: Vec<&Value> =
            servers.filter(|server| server["status"] != "HEALTHY").map(|server| &server["serverId"]).collect();
        let (_, state) = self.world.simulator("GET", "state", None);
        let instances = state["instances"].as_array().into_iter().flatten();
        instances
            .filter(|one| one["isDrill"] == false && one["terminatedAt"].is_null())
            .filter(|one| failed.contains(&&one["sourceServerId"]))
            .map(|one| one["instanceId"].clone())
            .collect()
    }

    /// Lets everything that people hold go on, while nothing goes wrong. True when nothing runs any more.
    pub(crate) fn let_go(&mut self) -> anyhow::Result<bool> {
        let mut over = true;
        for one in self.executions()? {
            let id = one["executionId"].as_str().unwrap_or_default().to_owned();
            let (status, execution) = self.world.request("GET", &format!("/executions/{id}"), None)?;
            ensure!(status == 200, "{id}: {status} {execution}");
            let runs = matches!(execution["status"].as_str(), Some("PENDING" | "RUNNING"));
            over &= !runs && execution["cleanup"]["status"] != "RUNNING";
            if !runs {
                continue;
            }
            for (path, action) in allowed(&execution) {
                if matches!(action.as_str(), "RESUME" | "APPROVE" | "SKIP") {
                    ensure!(self.post(&id, &path, &action, &execution)?, "{id}{path}: the API has failed");
                }
            }
        }
        Ok(over)
    }
}

/// The actions that the API offers: the end of each path, and the name.
fn allowed(execution: &Value) -> Vec<(String, String)> {
    let names = |of: &Value| -> Vec<String> {
        let list = of["allowedActions"].as_array().into_iter().flatten();
        list.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let mut actions: Vec<(String, String)> =
        names(execution).into_iter().map(|name| (format!("/{}", name.to_lowercase()), name)).collect();
    for wave in execution["waves"].as_array().into_iter().flatten() {
        let of = |name: String| (format!("/waves/{}/{}", wave["number"], name.to_lowercase()), name);
        actions.extend(names(wave).into_iter().map(of));
    }
    actions
}
