//! Checking and storing groups and plans: the same for a PUT of one and an import of many.

use std::collections::{BTreeMap, BTreeSet};

use aws::catalog::{Document, GroupRefusal, PlanRefusal};
use axum::http::StatusCode;
use contract::{FieldProblem, ProtectionGroup, RecoveryPlan};
use domain::id::{GroupId, PlanId, ServerId};
use domain::validate;

use crate::App;
use crate::caller::Caller;
use crate::problem::Problem;

fn field(at: impl Into<String>, message: impl Into<String>) -> FieldProblem {
    FieldProblem { at: at.into(), message: message.into() }
}

fn fields(problems: Vec<validate::Problem>) -> Vec<FieldProblem> {
    problems.into_iter().map(|problem| field(problem.at, problem.message)).collect()
}

/// A document whose name is not the one in the path.
pub(crate) fn other_name(at: &str, written: &str, in_path: &str) -> Option<FieldProblem> {
    let message = || format!("{} is not the name in the path, {}", written.escape_debug(), in_path.escape_debug());
    (written != in_path).then(|| field(at, message()))
}

/// Everything wrong with `group`: by itself, with its place, and with servers that DRS does not know there.
pub(crate) async fn group_problems(
    app: &App,
    group: &ProtectionGroup,
    before: Option<&ProtectionGroup>,
) -> Result<Vec<FieldProblem>, Problem> {
    let mut problems = problems_without_drs(app, group, &validate::group_problems(group));
    problems.extend(stays_in_place(app, group, before));
    if problems.is_empty() {
        problems.extend(unknown_servers(app, group).await?);
    }
    Ok(problems)
}

/// Everything wrong with `group` that can be said without asking DRS: a deployment recovers its own account's servers
/// into the Regions that it was given.
pub(crate) fn problems_without_drs(
    app: &App,
    group: &ProtectionGroup,
    found: &[validate::Problem],
) -> Vec<FieldProblem> {
    let place = &app.clients.place;
    let mut problems = fields(found.to_vec());
    let region = place.region_or_own(group.region.as_deref());
    if !place.regions.iter().any(|known| known == region) {
        let (known, region) = (place.regions.join(", "), region.escape_debug());
        problems.push(field("region", format!("this deployment recovers into {known}, not into {region}")));
    }
    if let Some(account) = group.account.as_ref().filter(|account| **account != place.account) {
        let account = account.escape_debug();
        problems.push(field("account", format!("this deployment is in account {}, not in {account}", place.account)));
    }
    problems
}

/// A group stays in the Region in which it was made.
fn stays_in_place(app: &App, group: &ProtectionGroup, before: Option<&ProtectionGroup>) -> Option<FieldProblem> {
    let region = |group: &ProtectionGroup| app.clients.place.region_or_own(group.region.as_deref()).to_owned();
    let fixed = before.map(region)?;
    let message = || format!("a group stays in its Region, {fixed}: delete it and make another");
    (fixed != region(group)).then(|| field("region", message()))
}

/// Servers that DRS does not know in the group's Region, all at once.
async fn unknown_servers(app: &App, group: &ProtectionGroup) -> Result<Vec<FieldProblem>, Problem> {
    let wanted = group.listed_servers();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let region = app.clients.place.region_or_own(group.region.as_deref());
    let known = app.clients.at(region).drs.source_servers(&wanted).await?;
    let known: BTreeSet<ServerId> = known.into_iter().map(|server| server.id).collect();
    let unknown = wanted.iter().enumerate().filter(|(_, server)| !known.contains(server));
    Ok(unknown
        .map(|(index, server)| {
            field(format!("servers[{index}].id"), format!("DRS knows no source server {server} in {region}"))
        })
        .collect())
}

/// The stored groups that `plan` names.
pub(crate) async fn groups_of(app: &App, plan: &RecoveryPlan) -> Result<BTreeMap<GroupId, ProtectionGroup>, Problem> {
    let mut groups = BTreeMap::new();
    for id in plan.group_ids() {
        if let Some(group) = app.clients.catalog.group(&id).await? {
            groups.insert(id, group.document);
        }
    }
    Ok(groups)
}

/// Everything wrong with `plan`, given the groups there are. A group that names no Region is in the deployment's own.
pub(crate) fn plan_problems(
    app: &App,
    plan: &RecoveryPlan,
    groups: &BTreeMap<GroupId, ProtectionGroup>,
) -> Vec<FieldProblem> {
    let placed = |group: &ProtectionGroup| ProtectionGroup {
        region: Some(app.clients.place.region_or_own(group.region.as_deref()).to_owned()),
        ..group.clone()
    };
    let used = plan.group_ids().into_iter().filter_map(|id| Some((id.clone(), placed(groups.get(&id)?))));
    fields(validate::plan_problems(plan, &used.collect()))
}

/// Stores a group over what the caller read. The same document again changes nothing.
pub(crate) async fn store_group(
    app: &App,
    caller: &Caller,
    group: ProtectionGroup,
    before: Option<Document<ProtectionGroup>>,
) -> Result<Document<ProtectionGroup>, Problem> {
    if let Some(before) = before.as_ref().filter(|before| before.document == group) {
        return Ok(before.clone());
    }
    let what = format!("protection group {}", group.name);
    let saved = app.clients.catalog.save_group(group, before.as_ref(), &caller.actor(), aws::clock::now()).await?;
    saved.map_err(|refusal| match refusal {
        GroupRefusal::MembersElsewhere(members) => {
            let members: Vec<String> = members.iter().map(|(server, group)| format!("{server} in {group}")).collect();
            let detail = format!(
                "a source server is in one protection group only; already taken: {}. Nothing was stored.",
                members.join(", ")
            );
            Problem::new(StatusCode::CONFLICT, "SERVER_IN_OTHER_GROUP", detail)
        }
        GroupRefusal::ChangedMeanwhile => changed_meanwhile(&what),
    })
}

/// Stores a plan over what the caller read. The same document again changes nothing.
pub(crate) async fn store_plan(
    app: &App,
    caller: &Caller,
    plan: RecoveryPlan,
    before: Option<Document<RecoveryPlan>>,
) -> Result<Document<RecoveryPlan>, Problem> {
    if let Some(before) = before.as_ref().filter(|before| before.document == plan) {
        return Ok(before.clone());
    }
    let what = format!("recovery plan {}", plan.name);
    let saved = app.clients.catalog.save_plan(plan, before.as_ref(), &caller.actor(), aws::clock::now()).await?;
    saved.map_err(|refusal| match refusal {
        PlanRefusal::GroupGone(group) => Problem::invalid_document(
            &what,
            vec![field("waves", format!("there is no protection group {group} any more"))],
        ),
        PlanRefusal::ChangedMeanwhile => changed_meanwhile(&what),
    })
}

/// Two writers at the same time.
pub(crate) fn changed_meanwhile(what: &str) -> Problem {
    let detail = format!("somebody else changed {what} at the same time: read it, then write again");
    Problem::new(StatusCode::CONFLICT, "CHANGED_MEANWHILE", detail)
}

/// No such group.
pub(crate) fn no_group(name: &GroupId) -> Problem {
    Problem::not_found(&format!("protection group {name}"))
}

/// No such plan.
pub(crate) fn no_plan(name: &PlanId) -> Problem {
    Problem::not_found(&format!("recovery plan {name}"))
}
