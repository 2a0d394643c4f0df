//! The map of the API: one line per route, with the action of the role table that it needs. A route without one cannot be
//! written. The same lines make `openapi.json`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use domain::role::Action;
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::{
    audit, cleanup, control, decisions, executions, export, forecast, history, import, launch_settings, me,
    native_plan, preflight, protection_groups, quotas, readiness, recovery_plans, report, reports, resolve, schedules,
    source_servers, timeline, versions,
};
use crate::{conditional, openapi};

/// Bytes of a request body. A DynamoDB item holds 400 KB; the largest group, of 4,000 servers, is 300 KB of JSON.
pub const MAX_BODY: usize = 350 * 1024;
/// Bytes of an import: all groups and plans of a deployment. Lambda takes 6 MB.
pub const MAX_IMPORT: usize = 5 * 1024 * 1024;

/// The extension of an operation in `openapi.json` that names its action.
pub const ACTION_EXTENSION: &str = "x-action";

fn v1() -> OpenApiRouter<App> {
    use Action::{Approve, Cancel, Cleanup, Decide, Pause, Plan, Read, RefreshInventory, StartDrill};
    OpenApiRouter::new()
        .routes(secured(Read, routes!(me::get)))
        .routes(secured(Read, routes!(source_servers::list)))
        .routes(secured(RefreshInventory, routes!(source_servers::refresh)))
        .routes(secured(Read, routes!(source_servers::get)))
        .routes(secured(Read, routes!(quotas::list)))
        .routes(secured(Read, routes!(protection_groups::list)))
        .routes(secured(Read, routes!(protection_groups::get)))
        .routes(secured(Plan, routes!(protection_groups::put)))
        .routes(secured(Plan, routes!(protection_groups::delete)))
        .routes(secured(Read, routes!(resolve::resolve)))
        .routes(secured(Read, routes!(launch_settings::list)))
        .routes(secured(Read, routes!(recovery_plans::list)))
        .routes(secured(Read, routes!(recovery_plans::get)))
        .routes(secured(Plan, routes!(recovery_plans::put)))
        .routes(secured(Plan, routes!(recovery_plans::delete)))
        .routes(secured(Read, routes!(versions::list)))
        .routes(secured(Read, routes!(versions::get)))
        // Whoever writes what a drill does may also write when: a plan without its times is half a plan.
        .routes(secured(Read, routes!(schedules::list)))
        .routes(secured(Read, routes!(schedules::all)))
        .routes(secured(Read, routes!(schedules::get)))
        .routes(secured(Plan, routes!(schedules::put)))
        .routes(secured(Plan, routes!(schedules::delete)))
        .routes(secured(Read, routes!(preflight::run)))
        .routes(secured(Read, routes!(readiness::list)))
        .routes(secured(Read, routes!(forecast::get)))
        .routes(secured(Read, routes!(history::list)))
        // A RECOVERY needs more: the handler asks for it, once it has read the mode.
        .routes(secured(StartDrill, routes!(executions::start)))
        .routes(secured(Read, routes!(executions::list)))
        .routes(secured(Read, routes!(executions::get)))
        .routes(secured(Read, routes!(report::get)))
        .routes(secured(Read, routes!(reports::list)))
        .routes(secured(Read, routes!(timeline::list)))
        .routes(secured(Pause, routes!(control::pause)))
        .routes(secured(Pause, routes!(control::resume)))
        .routes(secured(Cancel, routes!(control::cancel)))
        // Each approval names a role of its own: the handler asks for it, once it has read the wave.
        .routes(secured(Approve, routes!(control::approve)))
        .routes(secured(Approve, routes!(control::reject)))
        // In a RECOVERY what launches something needs more: the handler asks for it.
        .routes(secured(Decide, routes!(decisions::retry)))
        .routes(secured(Decide, routes!(decisions::recheck)))
        .routes(secured(Decide, routes!(decisions::skip)))
        .routes(secured(Decide, routes!(decisions::abort)))
        .routes(secured(Cleanup, routes!(cleanup::start)))
        .routes(secured(Read, routes!(export::export)))
        .routes(secured(Plan, routes!(import::import)).layer_limit(MAX_IMPORT))
        .routes(secured(Plan, routes!(native_plan::import)))
        .routes(secured(Read, routes!(audit::list)))
}

/// A route that answers only callers whose role allows `action`: the one place where roles are applied. The caller is
/// known before the body is read.
fn secured(action: Action, route: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    let (schemas, mut paths, methods) = route;
    for item in paths.paths.values_mut() {
        for operation in openapi::operations_mut(item) {
            let named = Extensions::builder().add(ACTION_EXTENSION, action.as_str()).build();
            operation.extensions.get_or_insert_default().merge(named);
        }
    }
    let check = move |caller: Caller, request: Request, next: Next| async move {
        match caller.may(action) {
            Ok(()) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        }
    };
    let checked = methods.route_layer(from_fn(check));
    (schemas, paths, checked)
}

/// A limit of a route's own.
trait LayerLimit {
    fn layer_limit(self, bytes: usize) -> Self;
}

impl LayerLimit for UtoipaMethodRouter<App> {
    fn layer_limit(self, bytes: usize) -> Self {
        let (schemas, paths, methods) = self;
        (schemas, paths, methods.route_layer(DefaultBodyLimit::max(bytes)))
    }
}

/// All routes, and their description.
fn described() -> (Router<App>, OpenApi) {
    OpenApiRouter::with_openapi(openapi::base()).nest("/v1", v1()).split_for_parts()
}

/// Built once for a process: a simulation makes a world, and with it an API, for each of thousands of runs.
static ROUTES: LazyLock<Router<App>> = LazyLock::new(|| {
    let (routes, _) = described();
    routes
        .fallback(async || Problem::no_such_route())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(conditional::answer))
});

/// All routes.
pub fn router(app: App) -> Router {
    ROUTES.clone().with_state(app)
}

/// The description of all routes: `docs/openapi.json`.
#[must_use]
pub fn openapi() -> serde_json::Value {
    let (_, description) = described();
    openapi::complete(description)
}
