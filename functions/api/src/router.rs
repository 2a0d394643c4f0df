//! The map of the API: one line per route.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};

use crate::App;
use crate::problem::Problem;
use crate::routes::{executions, preflight, protection_groups, recovery_plans};

/// Bytes of a request body. A DynamoDB item holds 400 KB; the largest group, of 4,000 servers, is 300 KB of JSON.
pub const MAX_BODY: usize = 350 * 1024;

/// All routes.
pub fn router(app: App) -> Router {
    let v1 = Router::new()
        .route("/protection-groups", get(protection_groups::list))
        .route("/protection-groups/{name}", put(protection_groups::put).get(protection_groups::get))
        .route("/recovery-plans", get(recovery_plans::list))
        .route("/recovery-plans/{name}", put(recovery_plans::put).get(recovery_plans::get))
        .route("/recovery-plans/{name}/executions", post(executions::start))
        .route("/recovery-plans/{name}/preflight", post(preflight::run))
        .route("/executions", get(executions::list))
        .route("/executions/{id}", get(executions::get));
    Router::new()
        .nest("/v1", v1)
        .fallback(async || Problem::no_such_route())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}
