//! Preflight of a stored plan: loads it, asks DRS and SSM, and lets `domain::preflight` judge. One function for
//! PrepareExecution, for whoever asks the API, and for the scheduled readiness runs.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{ExecutionId, GroupId, InstanceId, PlanId, ServerId};
use domain::plan::Mode;
use domain::preflight::{
    DrillFacts, Finding, InstanceToConfirm, LastDrill, MissingDocument, Situation, WaveFacts, instances_to_confirm,
    preflight,
};
use domain::recovery_point::RecoveryPointChoice;
use futures::{StreamExt, stream};

use crate::clients::Clients;
use crate::error::AwsError;
use crate::facts::{self, Facts, Gathered, LoadedPlan, PARALLEL_READS};

mod documents;

/// What a run of a plan would meet.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The plan with its groups, tags resolved; nothing where it is invalid.
    pub loaded: Option<LoadedPlan>,
    /// What DRS says about its servers, in the Regions that answered.
    pub facts: Facts,
    /// Everything that was found, one finding a server: see [`domain::preflight::bounded`] for what a record keeps.
    pub findings: Vec<Finding>,
    /// The instances that a recovery would have to be started with, and that `replace` does not name.
    pub to_confirm: Vec<InstanceToConfirm>,
    /// Why a Region could not be asked. Each is a finding, too.
    pub unreachable: BTreeMap<String, AwsError>,
}

impl Assessment {
    /// The version of the plan that was looked at.
    #[must_use]
    pub fn plan_version(&self) -> Option<u64> {
        self.loaded.as_ref().map(|loaded| loaded.version)
    }
}

/// What a run would be.
#[derive(Debug, Clone, Copy)]
pub struct Intended<'a> {
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// The live instances that the caller of a RECOVERY agreed to lose.
    pub replace: &'a BTreeSet<InstanceId>,
    /// From which recovery points the servers are to be launched.
    pub recovery_point: &'a RecoveryPointChoice,
    /// The run, where it has begun: what it has claimed itself does not stand in its way.
    pub execution: Option<&'a ExecutionId>,
}

/// Looks at everything that could speak against a run of `plan` now that takes the newest recovery points. `replace` are
/// the live instances that the caller of a RECOVERY agreed to lose. DRS or SSM not answering is a finding and no error.
///
/// # Errors
/// When the tables cannot be read.
pub async fn assess(
    clients: &Clients,
    plan: &PlanId,
    mode: Mode,
    replace: &BTreeSet<InstanceId>,
    now: i64,
) -> Result<Assessment, AwsError> {
    let recovery_point = &RecoveryPointChoice::default();
    assess_for(clients, plan, Intended { mode, replace, recovery_point, execution: None }, now).await
}

/// As [`assess`], for a run that says more.
///
/// # Errors
/// When the tables cannot be read.
pub async fn assess_for(
    clients: &Clients,
    plan: &PlanId,
    intended: Intended<'_>,
    now: i64,
) -> Result<Assessment, AwsError> {
    let Intended { mode, replace, recovery_point, execution } = intended;
    let loaded = match facts::load(clients, plan).await? {
        Ok(loaded) => loaded,
        Err(findings) => {
            let (facts, to_confirm, unreachable) = (Facts::new(), Vec::new(), BTreeMap::new());
            return Ok(Assessment { loaded: None, facts, findings, to_confirm, unreachable });
        }
    };
    // What cannot be meant is a finding by itself, and DRS is not asked for it.
    let latest = RecoveryPointChoice::default();
    let asked = if recovery_point.problems(now).is_empty() { recovery_point } else { &latest };
    let Gathered { servers, in_use, unreachable, settings_unknown } = facts::gather(clients, &loaded, asked, now).await;
    let text = |error: &AwsError| error.to_string();
    let mut situation = Situation::new(mode, now);
    situation.replace = replace.clone();
    situation.recovery_point = recovery_point.clone();
    situation.target_rpo_minutes = loaded.plan.target_rpo_minutes;
    situation.waves = waves(&loaded);
    situation.foreign_groups = loaded.foreign_groups(&clients.place);
    situation.empty_groups =
        loaded.members.iter().filter(|(_, members)| members.is_empty()).map(|(id, _)| id.clone()).collect();
    situation.shared = shared(clients, &servers).await?;
    situation.unreachable = unreachable.iter().map(|(region, error)| (region.clone(), text(error))).collect();
    situation.servers = servers;
    situation.in_use = in_use;
    let unknown = settings_unknown.iter().map(|(region, error)| (format!("launch settings in {region}"), text(error)));
    situation.not_checked = unknown.collect();
    missing_documents(clients, &loaded, &mut situation).await;
    situation.drills = Some(drills(clients, &loaded).await?);
    let mut findings = preflight(&situation);
    let claims = clients.history.claims_of_others(&loaded.server_ids(), execution).await?;
    findings.extend(claims.iter().map(crate::history::Claim::finding));
    let to_confirm = instances_to_confirm(&situation);
    Ok(Assessment { loaded: Some(loaded), facts: situation.servers, findings, to_confirm, unreachable })
}

fn waves(loaded: &LoadedPlan) -> Vec<WaveFacts> {
    let servers = |groups: &[GroupId]| -> Vec<ServerId> {
        groups.iter().flat_map(|group| loaded.members(group)).map(|member| member.id.clone()).collect()
    };
    let waves = loaded.plan.waves.iter();
    let facts = waves.map(|wave| WaveFacts {
        name: wave.name.clone(),
        region: loaded.wave_region(wave).to_owned(),
        servers: servers(&wave.groups),
    });
    facts.collect()
}

/// The servers that more than one group has, of all groups there are: each plan by itself would look right.
async fn shared(clients: &Clients, servers: &Facts) -> Result<BTreeMap<ServerId, Vec<GroupId>>, AwsError> {
    let groups: Vec<_> = clients.catalog.all_groups().await?.into_iter().map(|stored| stored.document).collect();
    let own = &clients.place.region;
    let known = servers.iter().filter_map(|(id, facts)| facts.as_ref().map(|facts| (id, facts)));
    let holders = known.map(|(id, facts)| (id, facts.groups_of(id, &groups, own)));
    let several = holders.filter(|(_, holders)| holders.len() > 1);
    Ok(several.map(|(id, holders)| (id.clone(), holders.into_iter().cloned().collect())).collect())
}

/// Asks SSM for each document that the run would use.
async fn missing_documents(clients: &Clients, loaded: &LoadedPlan, situation: &mut Situation) {
    let used = documents::used(loaded, situation.mode);
    let answers: Vec<_> = stream::iter(used)
        .map(|((region, document), used_by)| async move {
            let answer = clients.at(&region).ssm.has_document(&document).await;
            (region, document, used_by, answer)
        })
        .buffered(PARALLEL_READS)
        .collect()
        .await;
    for (region, document, used_by, answer) in answers {
        match answer {
            Ok(true) => {}
            Ok(false) => situation.missing_documents.push(MissingDocument { document, region, used_by }),
            Err(error) => {
                tracing::warn!(%error, region, document, "SSM cannot be asked for document {document}");
                situation.not_checked.insert(format!("SSM documents in {region}"), error.to_string());
            }
        }
    }
}

async fn drills(clients: &Clients, loaded: &LoadedPlan) -> Result<DrillFacts, AwsError> {
    let plan = &loaded.plan;
    let mut facts = DrillFacts {
        plan: plan.name.clone(),
        plan_version: loaded.version,
        every_days: plan.drill_every_days,
        last: None,
    };
    if let Some(drill) = clients.history.last_completed_drill(&plan.name).await? {
        let servers = clients.history.all_servers(&drill.execution_id, &plan.name).await?;
        facts.last = Some(LastDrill {
            ended_at: drill.ended_at.unwrap_or(drill.started_at),
            execution: drill.execution_id,
            plan_version: drill.plan_version,
            servers: servers.into_iter().map(|server| (server.server_id, server.hostname)).collect(),
        });
    }
    Ok(facts)
}
