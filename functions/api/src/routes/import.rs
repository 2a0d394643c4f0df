//! Groups and plans from a file: checked as a whole, then stored one by one. Additive: what the file does not name stays.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use contract::{
    ChangeKind, DocumentChange, DocumentKind, FieldProblem, ImportReport, PlanDocuments, ProtectionGroup, RecoveryPlan,
    differences,
};
use domain::id::{GroupId, ServerId};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::caller::Caller;
use crate::document;
use crate::extract::Parameters;
use crate::problem::Problem;
use crate::storing;

/// Whether to store.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Whether nothing is to be stored: the report says what would be. False when left out.
    #[serde(default)]
    pub dry_run: bool,
}

/// Imports groups and plans, as YAML or JSON. A file with problems stores nothing; a dry run answers them in its report.
#[utoipa::path(post, path = "/import", operation_id = "importDocuments", params(ImportQuery),
    request_body(content((PlanDocuments = "application/json"), (String = "application/yaml"))),
    responses((status = 200, body = ImportReport),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    Parameters(ImportQuery { dry_run }): Parameters<ImportQuery>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<ImportReport>, Problem> {
    let body = body.map_err(document::too_large)?;
    let is_yaml = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("yaml"));
    let documents: PlanDocuments = if is_yaml { document::from_yaml(&body)? } else { document::from_json(&body)? };
    if documents == PlanDocuments::default() {
        let message = "nothing to import: protectionGroups, recoveryPlans or both are expected".to_owned();
        return Err(Problem::invalid_document("the import", vec![FieldProblem { at: String::new(), message }]));
    }
    Ok(Json(apply(&app, &caller, documents, dry_run).await?))
}

/// Checks `documents` as a whole and stores them, groups first.
///
/// # Errors
/// 422 with every problem, unless it is a dry run. When a write is refused half-way, the problem says what is stored.
pub(crate) async fn apply(
    app: &App,
    caller: &Caller,
    documents: PlanDocuments,
    dry_run: bool,
) -> Result<ImportReport, Problem> {
    let stored = Stored::load(app).await?;
    let problems = problems(app, &documents, &stored).await?;
    if !problems.is_empty() && !dry_run {
        return Err(Problem::invalid_document("the import", problems));
    }
    let mut report = ImportReport { dry_run, changes: Vec::new(), problems };
    for group in &documents.protection_groups {
        let before = stored.groups.get(&group.name);
        let kind = DocumentKind::ProtectionGroup;
        report.changes.push(change(kind, group.name.as_str(), before.map(|before| &before.document), group));
    }
    for plan in &documents.recovery_plans {
        let before = stored.plans.get(plan.name.as_str());
        let kind = DocumentKind::RecoveryPlan;
        report.changes.push(change(kind, plan.name.as_str(), before.map(|before| &before.document), plan));
    }
    let versions = stored.versions();
    for change in &mut report.changes {
        if change.change == ChangeKind::Unchanged {
            change.version = versions.get(&(change.kind, change.name.clone())).copied();
        }
    }
    if !dry_run {
        store(app, caller, documents, stored, &mut report.changes).await?;
    }
    Ok(report)
}

type StoredGroup = aws::catalog::Document<ProtectionGroup>;
type StoredPlan = aws::catalog::Document<RecoveryPlan>;

/// What there is before the import.
struct Stored {
    groups: BTreeMap<GroupId, StoredGroup>,
    plans: BTreeMap<String, StoredPlan>,
}

impl Stored {
    async fn load(app: &App) -> Result<Self, Problem> {
        let groups = app.clients.catalog.all_groups().await?;
        let plans = app.clients.catalog.all_plans().await?;
        Ok(Self {
            groups: groups.into_iter().map(|group| (group.document.name.clone(), group)).collect(),
            plans: plans.into_iter().map(|plan| (plan.document.name.to_string(), plan)).collect(),
        })
    }

    fn versions(&self) -> BTreeMap<(DocumentKind, String), u64> {
        let groups =
            self.groups.iter().map(|(name, group)| ((DocumentKind::ProtectionGroup, name.to_string()), group.version));
        let plans = self.plans.iter().map(|(name, plan)| ((DocumentKind::RecoveryPlan, name.clone()), plan.version));
        groups.chain(plans).collect()
    }
}

fn change<T: Serialize>(kind: DocumentKind, name: &str, before: Option<&T>, after: &T) -> DocumentChange {
    let fields = before.map(|before| differences(before, after)).unwrap_or_default();
    let change = match before {
        None => ChangeKind::Create,
        Some(_) if fields.is_empty() => ChangeKind::Unchanged,
        Some(_) => ChangeKind::Update,
    };
    DocumentChange { kind, name: name.to_owned(), change, fields, version: None }
}

async fn problems(app: &App, documents: &PlanDocuments, stored: &Stored) -> Result<Vec<FieldProblem>, Problem> {
    let mut problems = Vec::new();
    let place = |prefix: String, found: Vec<FieldProblem>| {
        found.into_iter().map(move |one| FieldProblem { at: format!("{prefix}.{}", one.at), message: one.message })
    };
    let mut groups: BTreeMap<GroupId, ProtectionGroup> =
        stored.groups.iter().map(|(name, group)| (name.clone(), group.document.clone())).collect();
    let mut seen = BTreeSet::new();
    for (index, group) in documents.protection_groups.iter().enumerate() {
        let prefix = format!("protectionGroups[{index}] ({})", group.name);
        let before = stored.groups.get(&group.name).map(|group| &group.document);
        problems.extend(place(prefix.clone(), storing::group_problems(app, group, before).await?));
        if !seen.insert(&group.name) {
            problems.push(FieldProblem {
                at: format!("{prefix}.name"),
                message: "another group of the import has this name".to_owned(),
            });
        }
        groups.insert(group.name.clone(), group.clone());
    }
    problems.extend(servers_in_two_groups(documents, &groups));
    let mut seen = BTreeSet::new();
    for (index, plan) in documents.recovery_plans.iter().enumerate() {
        let prefix = format!("recoveryPlans[{index}] ({})", plan.name);
        problems.extend(place(prefix.clone(), storing::plan_problems(app, plan, &groups)));
        if !seen.insert(&plan.name) {
            problems.push(FieldProblem {
                at: format!("{prefix}.name"),
                message: "another plan of the import has this name".to_owned(),
            });
        }
    }
    Ok(problems)
}

/// Servers of the imported groups that would be in two groups.
fn servers_in_two_groups(documents: &PlanDocuments, groups: &BTreeMap<GroupId, ProtectionGroup>) -> Vec<FieldProblem> {
    let mut holders: BTreeMap<&ServerId, Vec<&GroupId>> = BTreeMap::new();
    for group in groups.values() {
        for member in &group.servers {
            holders.entry(&member.id).or_default().push(&group.name);
        }
    }
    let mut problems = Vec::new();
    for (index, group) in documents.protection_groups.iter().enumerate() {
        for (position, member) in group.servers.iter().enumerate() {
            let others = holders.get(&member.id).into_iter().flatten().filter(|holder| ***holder != group.name);
            let others: Vec<String> = others.map(ToString::to_string).collect();
            if !others.is_empty() {
                problems.push(FieldProblem {
                    at: format!("protectionGroups[{index}] ({}).servers[{position}].id", group.name),
                    message: format!(
                        "{} is in {} already; a source server is in one group only",
                        member.id,
                        others.join(", ")
                    ),
                });
            }
        }
    }
    problems
}

/// Groups first, since plans name them. What was stored before a refusal stays: an import can be repeated.
async fn store(
    app: &App,
    caller: &Caller,
    documents: PlanDocuments,
    mut stored: Stored,
    changes: &mut [DocumentChange],
) -> Result<(), Problem> {
    let mut done: Vec<String> = Vec::new();
    let mut changes = changes.iter_mut();
    let with_done = |problem: Problem, done: &[String]| {
        if done.is_empty() { problem } else { problem.adding(&format!("Stored before that: {}.", done.join(", "))) }
    };
    for group in documents.protection_groups {
        let (name, before) = (group.name.clone(), stored.groups.remove(&group.name));
        let saved =
            storing::store_group(app, caller, group, before).await.map_err(|problem| with_done(problem, &done))?;
        done.push(format!("protection group {name}"));
        if let Some(change) = changes.next() {
            change.version = Some(saved.version);
        }
    }
    for plan in documents.recovery_plans {
        let (name, before) = (plan.name.clone(), stored.plans.remove(plan.name.as_str()));
        let saved =
            storing::store_plan(app, caller, plan, before).await.map_err(|problem| with_done(problem, &done))?;
        done.push(format!("recovery plan {name}"));
        if let Some(change) = changes.next() {
            change.version = Some(saved.version);
        }
    }
    Ok(())
}
