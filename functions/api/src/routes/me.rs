//! The caller.

use axum::Json;
use contract::Me;
use domain::role::{Action, allows};

use crate::caller::Caller;

/// Who the caller is, and what its roles allow.
#[utoipa::path(get, path = "/me", operation_id = "getMe", responses((status = 200, body = Me)))]
pub async fn get(caller: Caller) -> Json<Me> {
    let may = |action: &&Action| caller.roles.iter().any(|role| allows(role, **action));
    let actions = Action::ALL.iter().filter(may).map(|action| action.as_str().to_owned()).collect();
    Json(Me { name: caller.name, roles: caller.roles, actions })
}
