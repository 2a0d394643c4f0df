//! Who did what, and who asks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One change or operator action: an item of `GET /v1/audit`. It is written with the change or not at all, and never
/// changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Its id; sorts by time.
    pub id: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// Who: a user of the API, `stepfunctions`, `schedule:<name>`, or `plan:<name>` for a cleanup that a plan asks for.
    pub actor: String,
    /// The roles that the token carried.
    pub roles: Vec<String>,
    /// What was done, for example `PutProtectionGroup`.
    pub action: String,
    /// To what: `PROTECTION_GROUP`, `RECOVERY_PLAN`, `SCHEDULE` (`<plan>/<schedule>`), `EXECUTION` or
    /// `INVENTORY`.
    pub kind: String,
    /// Its name or id.
    pub subject: String,
    /// SHA-256 of the document before, in hexadecimal; null where there was none.
    pub before_hash: Option<String>,
    /// SHA-256 of the document after, in hexadecimal; null where there is none.
    pub after_hash: Option<String>,
    /// The address that the request came from, as API Gateway saw it; empty for what came without a request.
    pub source_address: String,
    /// More about it, for example the mode of an execution; empty where there is nothing to add.
    pub detail: String,
}

/// `GET /v1/me`: the caller, as its token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The user's name.
    pub name: String,
    /// The roles that the token carries.
    pub roles: Vec<String>,
    /// What they allow, by the names that `x-action` has in `openapi.json`.
    pub actions: Vec<String>,
}
