//! The files: YAML, in which what is not known is an error.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::Value;

/// A scenario, as its file has it. Names are the scenario's own; whoever runs it makes them unique.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub about: String,
    /// Host names, with what the simulator's inventory may say of them.
    pub servers: BTreeMap<String, Value>,
    /// The host names in each protection group.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Host names of servers that may fail.
    #[serde(default)]
    pub optional: Vec<String>,
    /// The waves of the plan, as the API takes them.
    pub waves: Vec<Value>,
    /// When what its drills launch is terminated by itself: the plan's `cleanup`.
    #[serde(default)]
    pub cleanup: Value,
    /// A schedule of the plan, as the API takes it. The drill is then not started through the API, but in Step Functions as
    /// EventBridge Scheduler would; Scheduler itself keeps real time and is not waited for.
    #[serde(default)]
    pub schedule: Value,
    /// What goes wrong from the beginning, as the simulator takes it.
    #[serde(default)]
    pub faults: Vec<String>,
    /// DRILL or RECOVERY.
    pub mode: String,
    /// What people do then, one after another.
    #[serde(default)]
    pub then: Vec<Step>,
}

/// What is waited for, and what people do then: at most one of `ask`, `stop` and `start`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The wave, by its number.
    #[serde(default)]
    pub wave: Option<usize>,
    /// The server, by its host name.
    #[serde(default)]
    pub server: Option<String>,
    /// Once this has the status: the server where one is named, else the wave, else the execution.
    pub status: String,
    /// And the server is in this phase of its DRS job.
    #[serde(default)]
    pub phase: Option<String>,
    /// Whether what goes wrong is mended first.
    #[serde(default)]
    pub mend: bool,
    /// What is asked of the API: `pause`, `resume`, `cancel` or `cleanup` of the execution, anything else of the wave.
    #[serde(default)]
    pub ask: Option<String>,
    /// Which machine is stopped in Step Functions: `recovery`, or the `wave`'s.
    #[serde(default)]
    pub stop: Option<String>,
    /// Which machine is started, as the clock does, and waited for.
    #[serde(default)]
    pub start: Option<String>,
    /// The body of what is asked, or the input of what is started.
    #[serde(default)]
    pub body: Value,
}

impl Step {
    fn is_one(&self) -> bool {
        [&self.ask, &self.stop, &self.start].into_iter().flatten().count() <= 1
    }
}

/// Faults that hit calls or Regions, whoever is meant. All others name a server.
const OF_ALL: [&str; 7] = [
    "region-down=",
    "throttle=",
    "error-before-commit=",
    "error-after-commit=",
    "access-denied=",
    "page-size=",
    "unknown-enums",
];

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn from_yaml(text: &str) -> anyhow::Result<Self> {
        let scenario: Self = serde_saphyr::from_str(text).context("the scenario cannot be read")?;
        let wrong = scenario.then.iter().find(|step| !step.is_one());
        ensure!(wrong.is_none(), "a step does one thing: {wrong:?}");
        Ok(scenario)
    }

    /// Whether something goes wrong that others in the same world would meet as well.
    #[must_use]
    pub fn disturbs(&self) -> bool {
        self.faults.iter().any(|fault| OF_ALL.iter().any(|of_all| fault.starts_with(of_all)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &str) -> anyhow::Result<Scenario> {
        let text = "about: a\nservers: {db-1: {}}\ngroups: {}\nwaves: []\nmode: DRILL\n";
        Scenario::from_yaml(&format!("{text}{more}"))
    }

    #[test]
    fn a_step_does_one_thing_and_what_is_not_known_is_an_error() {
        assert!(read("then: [{status: COMPLETED}, {status: COMPLETED, ask: cleanup}]").is_ok());
        assert!(read("then: [{status: COMPLETED, ask: cleanup, start: sweep}]").is_err());
        assert!(read("then: [{status: COMPLETED, asks: cleanup}]").is_err());
    }

    #[test]
    fn a_fault_disturbs_others_unless_it_is_a_servers() {
        let disturbs = |fault: &str| read(&format!("faults: [\"{fault}\"]")).unwrap().disturbs();
        let of_all = ["throttle=StartRecovery:5", "region-down=us-east-1", "page-size=1", "unknown-enums"];
        assert!(of_all.into_iter().all(disturbs));
        assert!(!["launch-fails=db-1", "foreign-job=db-1:20"].into_iter().any(disturbs));
    }
}
