//! Recovery plans of DRS itself, imported as plans of ours.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{FieldProblem, ImportNativePlan, NativePlanImport, PlanDocuments};
use domain::native_plan::{Converted, convert};

use super::import::apply;
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::problem::Problem;

/// Reads a recovery plan of DRS and stores it as groups and a plan: steps become waves in a chain, waits become delays
/// before the next wave, OPTIONAL servers are `optional`.
#[utoipa::path(post, path = "/import/native-plan", operation_id = "importNativePlan", request_body = ImportNativePlan,
    responses((status = 200, body = NativePlanImport),
        (status = 404, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn import(
    State(app): State<App>,
    caller: Caller,
    Document(request): Document<ImportNativePlan>,
) -> Result<Json<NativePlanImport>, Problem> {
    let place = &app.clients.place;
    let region =
        region_of(&request.recovery_plan_arn).filter(|region| place.regions.iter().any(|known| known == region));
    let Some(region) = region else {
        let message = format!("the ARN of a recovery plan of DRS in {} is expected", place.regions.join(" or "));
        let field = FieldProblem { at: "recoveryPlanArn".to_owned(), message };
        return Err(Problem::invalid_document("the import", vec![field]));
    };
    let native = app.clients.at(region).drs.native_plan(&request.recovery_plan_arn).await?;
    let Some(native) = native else {
        let detail = format!("DRS has no recovery plan {} in {region}", request.recovery_plan_arn.escape_debug());
        return Err(Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail));
    };
    let own = region == place.region;
    let Converted { groups, plan, notes } = convert(&native, request.name.as_ref(), (!own).then_some(region));
    let documents = PlanDocuments { protection_groups: groups, recovery_plans: vec![plan] };
    let report = apply(&app, &caller, documents.clone(), request.dry_run).await?;
    Ok(Json(NativePlanImport { documents, notes, report }))
}

/// The Region of `arn:aws:drs:REGION:ACCOUNT:recovery-plan/…`.
fn region_of(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let head = (parts.next()?, parts.next()?, parts.next()?);
    (head.0 == "arn" && head.2 == "drs").then(|| parts.next()).flatten()
}
