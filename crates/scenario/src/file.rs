//! The files: YAML, in which what is not known is an error.

use std::collections::BTreeMap;

use anyhow::Context;
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
    /// What goes wrong from the beginning, as the simulator takes it.
    #[serde(default)]
    pub faults: Vec<String>,
    /// DRILL or RECOVERY.
    pub mode: String,
    /// What people do then, one after another.
    #[serde(default)]
    pub then: Vec<Step>,
}

/// Something that people do.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The wave, by its number.
    pub wave: u32,
    /// Once it has this status.
    pub status: String,
    /// Whether what goes wrong is mended first.
    #[serde(default)]
    pub mend: bool,
    /// What is asked of the wave: the last part of the path.
    pub ask: String,
    /// The body.
    #[serde(default)]
    pub body: Value,
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn from_yaml(text: &str) -> anyhow::Result<Self> {
        serde_saphyr::from_str(text).context("the scenario cannot be read")
    }
}
