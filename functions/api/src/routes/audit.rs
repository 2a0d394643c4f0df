//! The audit log.

use aws::audit::{AuditFilter, AuditRecord};
use axum::Json;
use axum::extract::State;
use contract::{AuditEvent, Page};
use serde::Deserialize;

use super::page_size;
use crate::App;
use crate::extract::Parameters;
use crate::problem::Problem;

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// By whom.
    pub actor: Option<String>,
    /// What was done, for example `PutRecoveryPlan`.
    pub action: Option<String>,
    /// To what kind of thing: `PROTECTION_GROUP`, `RECOVERY_PLAN`, `SCHEDULE`, `EXECUTION` or `INVENTORY`.
    pub kind: Option<String>,
    /// To what: its name or id.
    pub subject: Option<String>,
    /// Not before, in Unix seconds.
    pub from: Option<i64>,
    /// Not after, in Unix seconds.
    pub to: Option<i64>,
    /// From the page before.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// Who did what, newest first. A page can be empty and have a `nextToken` all the same: filters are applied to what was
/// read.
#[utoipa::path(get, path = "/audit", operation_id = "listAuditEvents", params(AuditQuery),
    responses((status = 200, body = Page<AuditEvent>)))]
pub async fn list(
    State(app): State<App>,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Json<Page<AuditEvent>>, Problem> {
    let limit = usize::from(page_size(query.limit));
    let filter = AuditFilter {
        actor: query.actor,
        action: query.action,
        kind: query.kind,
        subject: query.subject,
        from: query.from,
        to: query.to,
    };
    let page = app.clients.audit.events(&filter, limit, query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(event).collect(), page.next_token)))
}

pub(super) fn event(record: AuditRecord) -> AuditEvent {
    AuditEvent {
        id: record.id,
        at: record.at,
        actor: record.actor,
        roles: record.roles,
        action: record.action,
        kind: record.subject_kind,
        subject: record.subject,
        before_hash: record.before_hash,
        after_hash: record.after_hash,
        source_address: record.source_address,
        detail: record.detail,
    }
}
