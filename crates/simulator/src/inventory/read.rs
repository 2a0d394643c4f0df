//! Reads an inventory from YAML (or JSON, which is YAML) and checks it: unknown keys, double ids and hostnames and
//! malformed ids are errors that name their line. What an inventory means is in the parent module, and recovery plans
//! are in [`super::plans`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::plans::{PlanEntry, PlanSpec};
use super::{
    ExistingInstance, Inventory, LaunchWhen, Quotas, Replication, ReplicationState, ServerSpec, SsmDocument,
    TimestampStyle,
};
use crate::fault::Fault;
use crate::ids::{self, Region, ServerId};
use crate::profile::{Os, Profile};

/// The longest page of DRS that was seen; its real default is not documented.
const USUAL_PAGE_SIZE: usize = 200;

/// Far above the 4,000 source servers that an account can have: only a guard against a mistyped count.
const MOST_GENERATED: u32 = 20_000;

/// Eight times what the reader of YAML allows by itself. An account full of servers, with tags and replication states,
/// comes near its 250,000; what is longer than [`crate::server`] takes never gets here.
const MOST_NODES: usize = 2_000_000;

/// Ten years: no replication is older, and arithmetic on time cannot overflow.
const MOST_HOURS: f64 = 87_600.0;

/// Far above what DRS keeps of a server: only a guard.
const MOST_POINTS: usize = 2_000;

/// An inventory that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The text is not YAML of the right shape.
    #[error("the inventory is not valid: {0}")]
    Shape(String),
    /// The text has the right shape, but says something impossible.
    #[error("the inventory is not valid: line {line}: {problem}")]
    Content {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    account: Option<Spanned<String>>,
    region: Option<Spanned<String>>,
    seed: Option<u64>,
    initialized: Option<bool>,
    quotas: Option<Quotas>,
    timestamps: Option<TimestampStyle>,
    page_size: Option<Spanned<usize>>,
    launch_when: Option<LaunchWhen>,
    ssm_documents: Option<Vec<SsmDocument>>,
    #[serde(default)]
    faults: Vec<Spanned<String>>,
    source_servers: Option<Vec<Spanned<Entry>>>,
    #[serde(default)]
    recovery_plans: Vec<Spanned<PlanEntry>>,
}

/// A server, or a generator of servers: one struct with everything optional, because serde loses line numbers in
/// untagged enums.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    generate: Option<Generate>,
    id: Option<Spanned<String>>,
    hostname: Option<Spanned<String>>,
    region: Option<String>,
    os: Option<Os>,
    profile: Option<Profile>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    cpus: Option<u32>,
    memory_gib: Option<u32>,
    disks_gib: Option<Vec<u32>>,
    replication: Option<Replication>,
    recovery_instance: Option<ExistingInstance>,
    recovery_points_hours_ago: Option<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Generate {
    count: u32,
    id_prefix: String,
    hostname_prefix: String,
    region: Option<String>,
    #[serde(default = "linux")]
    os: Os,
    profile: Option<Profile>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

fn linux() -> Os {
    Os::Linux
}

/// What can be added to a world that runs already.
#[derive(Debug)]
pub struct Addition {
    /// The new servers.
    pub source_servers: Vec<ServerSpec>,
    /// The new faults.
    pub faults: Vec<Fault>,
    /// The new recovery plans.
    pub recovery_plans: Vec<PlanSpec>,
}

impl Inventory {
    /// Reads a whole inventory.
    pub fn from_yaml(text: &str) -> Result<Inventory, InventoryError> {
        let document = parse(text)?;
        let account = document.account.as_ref().map_or("000000000000", |account| account.value.as_str()).to_owned();
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(content(document.account.as_ref(), "account must be twelve digits, in quotes"));
        }
        if document.page_size.as_ref().is_some_and(|size| size.value == 0) {
            return Err(content(document.page_size.as_ref(), "pageSize must be at least 1"));
        }
        let first = Region("us-east-1".to_owned());
        let region = region(document.region.as_ref().map(|region| region.value.as_str()), &first)
            .map_err(|problem| content(document.region.as_ref(), problem))?;
        let Some(servers) = document.source_servers else {
            return Err(InventoryError::Shape("sourceServers is missing; without servers it is []".to_owned()));
        };
        let addition = addition(servers, document.faults, document.recovery_plans, &region)?;
        let Addition { source_servers, faults, recovery_plans } = addition;
        Ok(Inventory {
            account,
            region,
            seed: document.seed.unwrap_or(1),
            initialized: document.initialized.unwrap_or(true),
            quotas: document.quotas.unwrap_or_default(),
            timestamps: document.timestamps.unwrap_or_default(),
            page_size: document.page_size.map_or(USUAL_PAGE_SIZE, |size| size.value),
            launch_when: document.launch_when.unwrap_or_default(),
            ssm_documents: document.ssm_documents.unwrap_or_default(),
            faults,
            source_servers,
            recovery_plans,
        })
    }
}

impl Addition {
    /// Reads what can be added later: `sourceServers`, `recoveryPlans` and `faults` of the same schema, and nothing
    /// else. `region` is where they are unless they say another.
    pub fn from_yaml(text: &str, region: &Region) -> Result<Addition, InventoryError> {
        let document = parse(text)?;
        let settings = [
            ("account", document.account.is_some()),
            ("region", document.region.is_some()),
            ("seed", document.seed.is_some()),
            ("initialized", document.initialized.is_some()),
            ("quotas", document.quotas.is_some()),
            ("timestamps", document.timestamps.is_some()),
            ("pageSize", document.page_size.is_some()),
            ("launchWhen", document.launch_when.is_some()),
            ("ssmDocuments", document.ssm_documents.is_some()),
        ];
        if let Some((name, _)) = settings.iter().find(|(_, present)| *present) {
            let can = "sourceServers, recoveryPlans and faults";
            let problem = format!("`{name}` cannot change in a running simulator; {can} can be added");
            return Err(InventoryError::Shape(problem));
        }
        addition(document.source_servers.unwrap_or_default(), document.faults, document.recovery_plans, region)
    }
}

fn parse(text: &str) -> Result<Document, InventoryError> {
    let budget = serde_saphyr::budget! { max_nodes: MOST_NODES, max_events: 4 * MOST_NODES };
    let options = serde_saphyr::options! { budget: budget };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| InventoryError::Shape(error.to_string()))
}

fn content<Value>(at: Option<&Spanned<Value>>, problem: impl Into<String>) -> InventoryError {
    let line = at.map_or(0, |value| value.referenced.line());
    InventoryError::Content { line, problem: problem.into() }
}

/// The Region that something says, or the one it has by default.
pub(super) fn region(said: Option<&str>, default: &Region) -> Result<Region, String> {
    match said {
        None => Ok(default.clone()),
        Some(name) if ids::is_region(name) => Ok(Region(name.to_owned())),
        Some(name) => Err(format!("`{name}` is not the name of a Region")),
    }
}

fn addition(
    entries: Vec<Spanned<Entry>>,
    faults: Vec<Spanned<String>>,
    plans: Vec<Spanned<PlanEntry>>,
    region: &Region,
) -> Result<Addition, InventoryError> {
    let read_fault = |fault: Spanned<String>| {
        fault.value.parse().map_err(|error: crate::fault::FaultError| content(Some(&fault), error.to_string()))
    };
    let read_plan = |plan: Spanned<PlanEntry>| {
        let line = plan.referenced.line();
        plan.value.into_spec(region).map_err(|problem| InventoryError::Content { line, problem })
    };
    Ok(Addition {
        source_servers: servers_of_all(entries, region)?,
        faults: faults.into_iter().map(read_fault).collect::<Result<_, _>>()?,
        recovery_plans: plans.into_iter().map(read_plan).collect::<Result<_, _>>()?,
    })
}

fn servers_of_all(entries: Vec<Spanned<Entry>>, region: &Region) -> Result<Vec<ServerSpec>, InventoryError> {
    let mut source_servers = Vec::new();
    let mut taken = BTreeSet::new();
    for entry in entries {
        let line = entry.referenced.line();
        for server in servers_of(entry, region)? {
            for name in [server.id.as_str(), server.hostname.as_str()] {
                if !taken.insert(name.to_owned()) {
                    return Err(InventoryError::Content { line, problem: format!("`{name}` is there twice") });
                }
            }
            source_servers.push(server);
        }
    }
    Ok(source_servers)
}

fn servers_of(entry: Spanned<Entry>, default_region: &Region) -> Result<Vec<ServerSpec>, InventoryError> {
    let wrong = |problem: &str| content(Some(&entry), problem);
    let Entry { generate, id, hostname, .. } = &entry.value;
    match (generate, id, hostname) {
        (Some(generate), None, None) => generated(generate, default_region).map_err(|problem| wrong(&problem)),
        (Some(_), ..) => Err(wrong("an entry has `generate`, or `id` and `hostname`, never both")),
        (None, Some(id), Some(hostname)) => {
            if !ids::has_shape(&id.value, "s-") {
                let length = id.value.chars().count();
                let problem =
                    format!("`{}` must be `s-` and 17 letters or digits; it has {length} characters", id.value);
                return Err(content(Some(id), problem));
            }
            if hostname.value.is_empty() {
                return Err(content(Some(hostname), "hostname must not be empty"));
            }
            server(&entry.value, &id.value, &hostname.value, default_region)
                .map(|server| vec![server])
                .map_err(|problem| wrong(&problem))
        }
        (None, ..) => Err(wrong("a source server needs `id` and `hostname`")),
    }
}

fn server(entry: &Entry, id: &str, hostname: &str, default_region: &Region) -> Result<ServerSpec, String> {
    let replication = entry.replication.unwrap_or_default();
    let hours = [
        ("replicatingHours", replication.replicating_hours),
        ("disconnectedHours", replication.disconnected_hours),
        ("launchedHoursAgo", entry.recovery_instance.map_or(0.0, |instance| instance.launched_hours_ago)),
    ];
    let points = entry.recovery_points_hours_ago.clone();
    let ages = points.iter().flatten().map(|hours| ("recoveryPointsHoursAgo", *hours));
    if let Some((name, _)) = hours.into_iter().chain(ages).find(|(_, value)| !(0.0..=MOST_HOURS).contains(value)) {
        return Err(format!("{name} must be between 0 and {MOST_HOURS}"));
    }
    if points.as_ref().is_some_and(|points| points.len() > MOST_POINTS) {
        return Err(format!("recoveryPointsHoursAgo has more than {MOST_POINTS} entries"));
    }
    let os = entry.os.unwrap_or(Os::Linux);
    Ok(ServerSpec {
        id: ServerId(id.to_owned()),
        hostname: hostname.to_owned(),
        region: region(entry.region.as_deref(), default_region)?,
        os,
        profile: entry.profile.unwrap_or_else(|| os.into()),
        tags: entry.tags.clone(),
        cpus: entry.cpus.unwrap_or(2),
        memory_gib: entry.memory_gib.unwrap_or(8),
        disks_gib: entry.disks_gib.clone().filter(|disks| !disks.is_empty()).unwrap_or_else(|| vec![30]),
        replication,
        recovery_instance: entry.recovery_instance,
        recovery_points_hours_ago: points,
    })
}

fn generated(generate: &Generate, default_region: &Region) -> Result<Vec<ServerSpec>, String> {
    let Generate { count, id_prefix, hostname_prefix, region: said, os, profile, tags } = generate;
    let region = region(said.as_deref(), default_region)?;
    if *count == 0 || *count > MOST_GENERATED {
        return Err(format!("count must be between 1 and {MOST_GENERATED}"));
    }
    let digits = 17_usize.saturating_sub(id_prefix.len());
    if digits < count.to_string().len() || !id_prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("idPrefix `{id_prefix}` must be letters and digits, and leave room for {count} of 17"));
    }
    let one = |number: u32| ServerSpec {
        id: ServerId(format!("s-{id_prefix}{number:0digits$}")),
        hostname: format!("{hostname_prefix}{number}"),
        region: region.clone(),
        os: *os,
        profile: profile.unwrap_or_else(|| (*os).into()),
        tags: tags.clone(),
        cpus: 2,
        memory_gib: 8,
        disks_gib: vec![30],
        replication: Replication { state: ReplicationState::Continuous, ..Replication::default() },
        recovery_instance: None,
        recovery_points_hours_ago: None,
    };
    Ok((1..=*count).map(one).collect())
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
