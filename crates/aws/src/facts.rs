//! What preflight decides on: the plan with its groups and their servers as they are now, and what DRS says about every
//! server. Each Region is asked for its own; one that does not answer is said, and the others count all the same.

use std::collections::{BTreeMap, BTreeSet};

use domain::batch::InUse;
use domain::group::{Member, ProtectionGroup, selects};
use domain::id::{GroupId, PlanId, ServerId};
use domain::launch_settings::LaunchSettings;
use domain::plan::{Criticality, RecoveryPlan, Wave};
use domain::preflight::{Finding, FindingCode, ServerFacts, Severity};
use domain::recovery_point::{ChosenPoint, RecoveryPointChoice};
use domain::validate::plan_problems;
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};

use crate::clients::{Clients, Place};
use crate::drs::{Drs, JOB_HORIZON_SECONDS, Job, RecoveryInstance, SourceServer};
use crate::error::AwsError;
use crate::inventory::RegionServers;

/// What DRS says about servers; nothing about those that it does not know.
pub type Facts = BTreeMap<ServerId, Option<ServerFacts>>;

/// How many servers are asked about at once. DRS publishes no request rate; ten keeps 4,000 servers to a minute or so
/// and leaves the retries of the SDK something to work with.
pub const PARALLEL_READS: usize = 10;

/// A plan with the groups that it uses.
#[derive(Debug, Clone)]
pub struct LoadedPlan {
    /// The plan.
    pub plan: RecoveryPlan,
    /// Its version.
    pub version: u64,
    /// The groups that it uses, with the Region of each filled in. Their servers are in `members`.
    pub groups: BTreeMap<GroupId, ProtectionGroup>,
    /// The servers of each group: those that it lists, or those that have its tags now.
    pub members: BTreeMap<GroupId, Vec<Member>>,
    /// Why the tags in a Region could not be read: groups there have no members here.
    pub unreachable: BTreeMap<String, AwsError>,
    own_region: String,
}

impl LoadedPlan {
    /// A plan over `groups`, whose servers are not known yet.
    pub(crate) fn of(
        plan: RecoveryPlan,
        version: u64,
        groups: impl IntoIterator<Item = ProtectionGroup>,
        own_region: &str,
    ) -> Self {
        let groups = groups.into_iter().map(|group| (group.name.clone(), group)).collect();
        let (members, unreachable) = (BTreeMap::new(), BTreeMap::new());
        Self { plan, version, groups, members, unreachable, own_region: own_region.to_owned() }
    }

    /// Every server of the plan, once.
    #[must_use]
    pub fn server_ids(&self) -> Vec<ServerId> {
        let ids: BTreeSet<&ServerId> = self.members.values().flatten().map(|member| &member.id).collect();
        ids.into_iter().cloned().collect()
    }

    /// The servers of a group now.
    #[must_use]
    pub fn members(&self, group: &GroupId) -> &[Member] {
        self.members.get(group).map(Vec::as_slice).unwrap_or_default()
    }

    /// The Region of a group.
    #[must_use]
    pub fn region(&self, group: &GroupId) -> &str {
        self.groups.get(group).and_then(|group| group.region.as_deref()).unwrap_or(&self.own_region)
    }

    /// The Region of a wave: that of its groups.
    #[must_use]
    pub fn wave_region(&self, wave: &Wave) -> &str {
        wave.groups.first().map_or(&self.own_region, |group| self.region(group))
    }

    /// The servers by Region, each with the launch settings that its group wants.
    #[must_use]
    pub fn by_region(&self) -> BTreeMap<&str, BTreeMap<ServerId, LaunchSettings>> {
        let mut regions: BTreeMap<&str, BTreeMap<ServerId, LaunchSettings>> = BTreeMap::new();
        for (id, group) in &self.groups {
            for member in self.members(id) {
                let wanted = group.launch_settings_of(&member.id);
                regions.entry(self.region(id)).or_default().insert(member.id.clone(), wanted);
            }
        }
        regions
    }

    /// The groups that are of another account than the deployment's, with that account.
    #[must_use]
    pub fn foreign_groups(&self, place: &Place) -> BTreeMap<GroupId, String> {
        let foreign = |(id, group): (&GroupId, &ProtectionGroup)| {
            let account = group.account.clone().filter(|account| *account != place.account)?;
            Some((id.clone(), account))
        };
        self.groups.iter().filter_map(foreign).collect()
    }
}

/// Loads the plan and finds the servers of its groups live; or says, as findings, what is wrong with it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn load(clients: &Clients, id: &PlanId) -> Result<Result<LoadedPlan, Vec<Finding>>, AwsError> {
    let mut read = read(clients, id).await?;
    if let Ok(loaded) = &mut read {
        resolve(clients, loaded).await;
    }
    Ok(read)
}

/// As [`load`], with the servers that the cached inventory has for tags: for what is only expected, and asked for often.
///
/// # Errors
/// When the tables cannot be read.
pub async fn load_cached(
    clients: &Clients,
    id: &PlanId,
    inventory: &[RegionServers],
) -> Result<Result<LoadedPlan, Vec<Finding>>, AwsError> {
    let mut read = read(clients, id).await?;
    if let Ok(loaded) = &mut read {
        for (id, group) in &loaded.groups {
            let region = inventory.iter().find(|region| Some(&region.state.region) == group.region.as_ref());
            let tagged = region.into_iter().flat_map(|region| region.servers.iter());
            let members = match group.selects_by_tags() {
                true => selected(group, tagged.map(|server| (&server.id, &server.tags))),
                false => group.servers.clone(),
            };
            loaded.members.insert(id.clone(), members);
        }
    }
    Ok(read)
}

/// The plan and its groups, without their servers.
async fn read(clients: &Clients, id: &PlanId) -> Result<Result<LoadedPlan, Vec<Finding>>, AwsError> {
    let invalid = |message: &str| {
        let remedy = "Correct the plan and its protection groups, then start again.";
        Finding::new(FindingCode::PlanInvalid, Severity::Blocks, id.as_str(), message, remedy)
    };
    let Some(stored) = clients.catalog.plan(id).await? else {
        return Ok(Err(vec![invalid("there is no such recovery plan")]));
    };
    let wanted = stored.document.group_ids();
    let found = try_join_all(wanted.iter().map(|group| clients.catalog.group(group))).await?;
    let mut groups = BTreeMap::new();
    for mut group in found.into_iter().flatten().map(|stored| stored.document) {
        group.region = Some(clients.place.region_or_own(group.region.as_deref()).to_owned());
        groups.insert(group.name.clone(), group);
    }
    let problems = plan_problems(&stored.document, &groups);
    if !problems.is_empty() {
        return Ok(Err(problems.iter().map(|problem| invalid(&problem.to_string())).collect()));
    }
    let own_region = &clients.place.region;
    Ok(Ok(LoadedPlan::of(stored.document, stored.version, groups.into_values(), own_region)))
}

/// The servers that a group by tags has among `servers`.
fn selected<'a>(
    group: &ProtectionGroup,
    servers: impl Iterator<Item = (&'a ServerId, &'a BTreeMap<String, String>)>,
) -> Vec<Member> {
    let fitting = servers.filter(|(_, tags)| selects(&group.selection_tags, tags)).map(|(id, _)| id);
    let distinct: BTreeSet<&ServerId> = fitting.collect();
    distinct.into_iter().map(|id| Member { id: id.clone(), criticality: Criticality::Critical }).collect()
}

/// Finds the servers of each group. Tags are read live, all servers of a Region at once: the selection of a group that
/// was stored months ago is what has the tags today.
async fn resolve(clients: &Clients, loaded: &mut LoadedPlan) {
    let foreign = loaded.foreign_groups(&clients.place);
    let mut known: BTreeMap<String, Vec<SourceServer>> = BTreeMap::new();
    for (id, group) in loaded.groups.iter().filter(|(id, _)| !foreign.contains_key(id)) {
        if !group.selects_by_tags() {
            loaded.members.insert(id.clone(), group.servers.clone());
            continue;
        }
        let region = loaded.region(id).to_owned();
        if loaded.unreachable.contains_key(&region) {
            continue;
        }
        if !known.contains_key(&region) {
            match clients.at(&region).drs.all_source_servers().await {
                Ok(servers) => drop(known.insert(region.clone(), servers)),
                Err(error) => {
                    tracing::warn!(%error, region, "the tags of the servers in {region} cannot be read");
                    loaded.unreachable.insert(region, error);
                    continue;
                }
            }
        }
        let servers = known.get(&region).into_iter().flatten();
        loaded.members.insert(id.clone(), selected(group, servers.map(|server| (&server.id, &server.tags))));
    }
}

/// What DRS says about the servers of a plan, Region by Region.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// Its servers in the Regions that answered.
    pub servers: Facts,
    /// What is in use there.
    pub in_use: BTreeMap<String, InUse>,
    /// Why a Region could not be asked.
    pub unreachable: BTreeMap<String, AwsError>,
    /// Why the launch settings in a Region could not be compared.
    pub settings_unknown: BTreeMap<String, AwsError>,
}

/// Asks every Region of a plan about its servers, and which recovery points `choice` means for them.
pub async fn gather(clients: &Clients, loaded: &LoadedPlan, choice: &RecoveryPointChoice, now: i64) -> Gathered {
    let mut gathered = Gathered { unreachable: loaded.unreachable.clone(), ..Gathered::default() };
    for (region, wanted) in loaded.by_region() {
        if gathered.unreachable.contains_key(region) {
            continue;
        }
        let drs = clients.at(region).drs;
        match in_region(&drs, region, &wanted, choice, now).await {
            Ok((facts, in_use)) => {
                gathered.servers.extend(facts);
                gathered.in_use.insert(region.to_owned(), in_use);
            }
            Err(error) => {
                tracing::warn!(%error, region, "DRS cannot be asked in {region}");
                gathered.unreachable.insert(region.to_owned(), error);
                continue;
            }
        }
        if let Err(error) = compare_settings(&drs, &wanted, &mut gathered.servers).await {
            tracing::warn!(%error, region, "launch settings cannot be read in {region}");
            gathered.settings_unknown.insert(region.to_owned(), error);
        }
    }
    gathered
}

async fn in_region(
    drs: &Drs,
    region: &str,
    wanted: &BTreeMap<ServerId, LaunchSettings>,
    choice: &RecoveryPointChoice,
    now: i64,
) -> Result<(Facts, InUse), AwsError> {
    let ids: Vec<ServerId> = wanted.keys().cloned().collect();
    let known = drs.source_servers(&ids).await?;
    let mut instances: BTreeMap<ServerId, Vec<RecoveryInstance>> = BTreeMap::new();
    for instance in drs.recovery_instances(&ids).await? {
        instances.entry(instance.server.clone()).or_default().push(instance);
    }
    let jobs: Vec<Job> = drs.jobs_since(now - JOB_HORIZON_SECONDS).await?;
    let running: Vec<&Job> = jobs.iter().filter(|job| !job.is_completed()).collect();
    let busy: BTreeMap<ServerId, _> =
        running.iter().flat_map(|job| job.server_ids().into_iter().map(|server| (server, job.id.clone()))).collect();
    let known_ids: Vec<ServerId> = known.iter().map(|server| server.id.clone()).collect();
    let mut points: BTreeMap<ServerId, (Option<i64>, ChosenPoint)> = stream::iter(known_ids)
        .map(|id| async move {
            let newest = drs.newest_recovery_point(&id).await?;
            let chosen = drs.chosen_point(&id, choice.rule(&id)).await?;
            Ok::<_, AwsError>((id, (newest, chosen)))
        })
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await?;
    let mut facts: Facts = ids.into_iter().map(|server| (server, None)).collect();
    for server in known {
        let live = instances.remove(&server.id).unwrap_or_default();
        let (newest_recovery_point, chosen_point) = points.remove(&server.id).unwrap_or_default();
        let described = ServerFacts {
            tags: server.tags,
            replication_state: server.replication_state,
            lag_seconds: server.lag_seconds,
            newest_recovery_point,
            chosen_point,
            instances: live.into_iter().filter(RecoveryInstance::may_live).map(Into::into).collect(),
            busy_in: busy.get(&server.id).cloned(),
            ..ServerFacts::new(&server.hostname, server.os, region)
        };
        facts.insert(server.id, Some(described));
    }
    Ok((facts, InUse { jobs: running.len(), servers: busy.into_keys().collect() }))
}

/// Compares launch settings, of servers that DRS knows and that are to have some.
async fn compare_settings(
    drs: &Drs,
    wanted: &BTreeMap<ServerId, LaunchSettings>,
    facts: &mut Facts,
) -> Result<(), AwsError> {
    let is_known = |id: &&ServerId| facts.get(*id).is_some_and(Option::is_some);
    let asked: Vec<(ServerId, LaunchSettings)> = wanted
        .iter()
        .filter(|(_, settings)| !settings.is_empty())
        .filter(|(id, _)| is_known(id))
        .map(|(id, settings)| (id.clone(), settings.clone()))
        .collect();
    let drifts: Vec<_> = stream::iter(asked)
        .map(|(id, settings)| async move {
            let drift = settings.drift(&drs.launch_settings(&id).await?);
            Ok::<_, AwsError>((id, drift))
        })
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await?;
    for (id, drift) in drifts {
        if let Some(Some(server)) = facts.get_mut(&id) {
            server.drift = drift;
        }
    }
    Ok(())
}
