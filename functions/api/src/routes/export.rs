//! All groups and plans as one file.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use contract::PlanDocuments;
use domain::id::PlanId;
use serde::Deserialize;

use crate::App;
use crate::extract::Parameters;
use crate::problem::Problem;
use crate::storing;

/// What to export.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Only these plans and the groups that they use; can be given again. Everything when left out.
    #[serde(default)]
    #[param(style = Form, explode)]
    pub plan: Vec<PlanId>,
}

/// Groups and plans as the YAML that `drsctl apply` and the import read. Versions are not part of it.
#[utoipa::path(get, path = "/export", operation_id = "exportDocuments", params(ExportQuery),
    responses((status = 200, body = PlanDocuments, content_type = "application/yaml")))]
pub async fn export(State(app): State<App>, Parameters(query): Parameters<ExportQuery>) -> Result<Response, Problem> {
    let catalog = &app.clients.catalog;
    let mut groups: Vec<_> = catalog.all_groups().await?.into_iter().map(|group| group.document).collect();
    let mut plans: Vec<_> = catalog.all_plans().await?.into_iter().map(|plan| plan.document).collect();
    if let Some(missing) = query.plan.iter().find(|wanted| plans.iter().all(|plan| plan.name != **wanted)) {
        return Err(storing::no_plan(missing));
    }
    if !query.plan.is_empty() {
        plans.retain(|plan| query.plan.contains(&plan.name));
        let used: std::collections::BTreeSet<_> = plans.iter().flat_map(|plan| plan.group_ids()).collect();
        groups.retain(|group| used.contains(&group.name));
    }
    let documents = PlanDocuments { protection_groups: groups, recovery_plans: plans };
    let text = serde_saphyr::to_string(&documents)
        .map_err(|error| Problem::internal(&format!("the export has no YAML: {error}")))?;
    let yaml = HeaderValue::from_static("application/yaml");
    Ok(([(header::CONTENT_TYPE, yaml)], text).into_response())
}
