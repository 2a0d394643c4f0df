//! DRS's own recovery plans in an inventory: their shape, and the limits that DRS has for them. Whether the servers
//! they name exist is checked in [`crate::world`], because servers can come later.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{self, Region, ServerId};

// The limits of DRS, from its quotas and its model.
const MOST_STEPS: usize = 20;
const MOST_SERVERS: usize = 100;
const MOST_WAIT_MINUTES: u32 = 120;
const LONGEST_NAME: usize = 256;
const LONGEST_DESCRIPTION: usize = 1024;

/// Whether a step can succeed without a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImpactLevel {
    /// It cannot.
    #[default]
    Critical,
    /// It can.
    Optional,
}

/// A server in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanServer {
    /// The server.
    pub id: ServerId,
    /// What its failure means.
    pub impact_level: ImpactLevel,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepWork {
    /// Recovers servers, all at once.
    Servers(Vec<PlanServer>),
    /// Waits.
    Wait {
        /// For so long.
        minutes: u32,
    },
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSpec {
    /// Its name.
    pub name: String,
    /// What it does.
    pub work: StepWork,
}

/// A recovery plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSpec {
    /// Its name, once in a Region.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Where it is.
    pub region: Region,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its steps, in order.
    pub steps: Vec<StepSpec>,
}

/// A plan as an inventory has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PlanEntry {
    name: String,
    description: Option<String>,
    region: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    steps: Vec<StepEntry>,
}

/// Servers or a wait: everything optional, because serde loses line numbers in untagged enums.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StepEntry {
    name: String,
    servers: Option<Vec<ServerEntry>>,
    wait_minutes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ServerEntry {
    id: String,
    #[serde(default)]
    impact_level: ImpactLevel,
}

impl PlanEntry {
    /// The plan, or what is wrong with it.
    pub(super) fn into_spec(self, default_region: &Region) -> Result<PlanSpec, String> {
        check_name(&self.name)?;
        let region = super::read::region(self.region.as_deref(), default_region)?;
        if self.description.as_ref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
            return Err(format!("the description has more than {LONGEST_DESCRIPTION} characters"));
        }
        if self.steps.len() > MOST_STEPS {
            return Err(format!("a recovery plan has at most {MOST_STEPS} steps"));
        }
        let steps: Vec<StepSpec> = self.steps.into_iter().map(StepEntry::into_spec).collect::<Result<_, _>>()?;
        if steps.first().is_some_and(|step| matches!(step.work, StepWork::Wait { .. })) {
            return Err("the first step of a recovery plan cannot be a wait".to_owned());
        }
        check_servers(&steps)?;
        Ok(PlanSpec { name: self.name, description: self.description, region, tags: self.tags, steps })
    }
}

impl StepEntry {
    fn into_spec(self) -> Result<StepSpec, String> {
        let StepEntry { name, servers, wait_minutes } = self;
        check_name(&name)?;
        let work = match (servers, wait_minutes) {
            (Some(servers), None) if !servers.is_empty() => {
                StepWork::Servers(servers.into_iter().map(ServerEntry::into_spec).collect::<Result<_, _>>()?)
            }
            (None, Some(minutes)) if (1..=MOST_WAIT_MINUTES).contains(&minutes) => StepWork::Wait { minutes },
            (None, Some(_)) => return Err(format!("waitMinutes of `{name}` must be 1 to {MOST_WAIT_MINUTES}")),
            (_, _) => return Err(format!("the step `{name}` needs `servers` or `waitMinutes`, never both")),
        };
        Ok(StepSpec { name, work })
    }
}

impl ServerEntry {
    fn into_spec(self) -> Result<PlanServer, String> {
        if !ids::has_shape(&self.id, "s-") {
            return Err(format!("`{}` must be `s-` and 17 letters or digits", self.id));
        }
        Ok(PlanServer { id: ServerId(self.id), impact_level: self.impact_level })
    }
}

fn check_servers(steps: &[StepSpec]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for step in steps {
        let StepWork::Servers(servers) = &step.work else { continue };
        if let Some(twice) = servers.iter().find(|server| !seen.insert(&server.id)) {
            return Err(format!("`{}` is in the recovery plan twice", twice.id));
        }
    }
    if seen.len() > MOST_SERVERS {
        return Err(format!("a recovery plan has at most {MOST_SERVERS} servers"));
    }
    Ok(())
}

/// The pattern that DRS has for names of plans and steps.
fn check_name(name: &str) -> Result<(), String> {
    let first = name.chars().next().is_some_and(|first| first.is_ascii_alphanumeric());
    let rest = name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, ' ' | '_' | '-'));
    if first && rest && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(format!("the name `{name}` must be letters, digits, spaces, `_` and `-`, and begin with a letter or digit"))
}
