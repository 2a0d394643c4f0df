//! Executions: start one, see what became of them.

use std::collections::BTreeMap;

use aws::audit::{AuditRecord, Subject};
use aws::history::{AttemptRecord, CheckRecord, ExecutionRecord, ExecutionRecords, ServerRecord, WaveRecord};
use aws::{AwsError, ErrorKind};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{
    CheckRun, Execution, ExecutionSummary, Mode, Page, ServerAttempt, ServerCounts, ServerRun, SettingsRun,
    StartExecution, StoredReport, WaveRun,
};
use domain::control::{Decider, ExecutionAction, Possible, WaveAction};
use domain::decision::Candidate;
use domain::id::{ExecutionId, PlanId};
use domain::role::Action;
use domain::status::ExecutionStatus;
use jiff::Timestamp;
use serde::Deserialize;

use super::control::{decider, now_of};
use super::{cleanup, page_size, points};
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Starts an execution and answers at once; the work is Step Functions'. A RECOVERY needs a role of its own and the
/// plan's name typed back.
//
// The record is written first, since it carries who started it: Step Functions' input could be anybody's.
#[utoipa::path(post, path = "/recovery-plans/{name}/executions", operation_id = "startExecution",
    params(("name" = PlanId, Path)), request_body = StartExecution, responses((status = 202, body = Execution)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Named(plan): Named<PlanId>,
    Document(request): Document<StartExecution>,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    if request.mode == Mode::Recovery {
        caller.may(Action::StartRecovery)?;
    }
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(storing::no_plan(&plan));
    }
    if request.mode == Mode::Recovery && request.confirm.as_deref() != Some(plan.as_str()) {
        let detail = format!("a RECOVERY is a real failover: confirm it with confirm: {:?}", plan.as_str());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "NOT_CONFIRMED", detail));
    }
    let now = aws::clock::now();
    points::check(&request.recovery_point, now)?;
    let id = execution_id(&plan, now);
    let mut record = ExecutionRecord::new(id.clone(), plan.clone(), request.mode, caller.name.clone(), now);
    let mut what = format!("{} of {plan}", request.mode);
    if !request.recovery_point.is_latest() {
        what = format!("{what}, recovery points: {}", request.recovery_point);
        record.recovery_point = Some(request.recovery_point.clone());
    }
    let event = AuditRecord::new(&caller.actor(), "StartExecution", &Subject::Execution(id.clone())).with_detail(what);
    app.clients.history.create_execution(&record, app.clients.audit.write(&event)?).await?;
    let input = serde_json::json!({
        "planId": plan,
        "mode": request.mode,
        "confirm": request.confirm,
        "replaceInstances": request.replace_instances,
        "recoveryPoint": request.recovery_point,
    });
    let started = app.clients.sfn.start_execution(&app.recovery_state_machine_arn, id.as_str(), &input).await;
    if let Err(error) = started {
        unstarted(&app, &mut record, error).await?;
    }
    tracing::info!(executionId = %id, mode = %request.mode, "execution {id} is started");
    Ok((StatusCode::ACCEPTED, Json(bare(record, Vec::new(), &caller))))
}

/// Records that Step Functions did not start it; unless it did and only its answer was lost, which PrepareExecution
/// has then written down.
async fn unstarted(app: &App, record: &mut ExecutionRecord, error: AwsError) -> Result<(), Problem> {
    record.set_status(ExecutionStatus::Failed)?;
    record.reason = format!("Step Functions did not start it: {error}");
    record.ended_at = Some(aws::clock::now());
    match app.clients.history.save_execution(record).await {
        Ok(()) => Err(error.into()),
        Err(conflict) if conflict.kind == ErrorKind::Conflict => {
            let records = app.clients.history.everything(&record.execution_id).await?;
            *record = records.ok_or(error)?.execution;
            Ok(())
        }
        Err(other) => Err(other.into()),
    }
}

/// Drills of a page that DRS is asked about.
const LEFT_OVER_PAGE: i32 = 20;

/// Which executions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExecutionsQuery {
    /// Only executions of this plan.
    pub plan_id: Option<PlanId>,
    /// Only drills of which something stands that a cleanup would terminate. DRS is asked about each, so a page can be
    /// shorter than its limit, even empty, and have a `nextToken` all the same.
    #[serde(default)]
    #[param(required = false)]
    pub left_over: bool,
    /// From the page before.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// Executions, newest first.
#[utoipa::path(get, path = "/executions", operation_id = "listExecutions", params(ExecutionsQuery),
    responses((status = 200, body = Page<ExecutionSummary>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<ExecutionsQuery>,
) -> Result<Json<Page<ExecutionSummary>>, Problem> {
    let limit = i32::from(page_size(query.limit));
    if query.left_over {
        // Each costs some reads of DRS, and API Gateway waits for 29 s.
        let page = app.clients.history.left_over(limit.min(LEFT_OVER_PAGE), query.next_token.as_deref()).await?;
        let of_plan = |drill: &ExecutionRecord| query.plan_id.as_ref().is_none_or(|plan| *plan == drill.plan_id);
        let drills = page.items.into_iter().filter(of_plan).collect();
        return Ok(Json(Page::new(cleanup::standing(&app, drills, &caller).await?, page.next_token)));
    }
    let page = app.clients.history.executions(query.plan_id.as_ref(), limit, query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(|record| summary(record, &caller)).collect(), page.next_token)))
}

/// One execution with its waves and servers.
#[utoipa::path(get, path = "/executions/{executionId}", operation_id = "getExecution",
    params(("executionId" = ExecutionId, Path)), responses((status = 200, body = Execution)))]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
) -> Result<Json<Execution>, Problem> {
    let found = app.clients.history.everything(&id).await?;
    let records = found.ok_or_else(|| Problem::not_found(&format!("execution {id}")))?;
    Ok(Json(cleanup::shown(&app, records, &caller).await?))
}

/// `<plan>-<yyyymmddThhmmss>-<4 hex>`: sorts by time, says what it is, and leaves room for the waves' suffix in the 80
/// characters of a Step Functions name. The random part separates starts within a second; a clash is refused on write.
fn execution_id(plan: &PlanId, now: i64) -> ExecutionId {
    let at = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dt%H%M%S").to_string();
    ExecutionId::from(format!("{plan}-{at}-{:04x}", fastrand::u16(..)))
}

/// An execution as `caller` sees it.
pub(crate) fn execution(records: ExecutionRecords, caller: &Caller) -> Execution {
    let names: BTreeMap<u32, String> = records.waves.iter().map(|wave| (wave.number, wave.name.clone())).collect();
    let mut servers: BTreeMap<u32, Vec<ServerRun>> = BTreeMap::new();
    for record in records.servers {
        servers.entry(record.wave).or_default().push(server(record));
    }
    let waves = records
        .waves
        .into_iter()
        .map(|record| {
            let of_wave = servers.remove(&record.number).unwrap_or_default();
            let mut wave = wave(record, &names, of_wave, &decider(caller, &records.execution));
            if records.execution.cancelled.is_some() {
                wave.allowed_actions.clear();
            }
            wave
        })
        .collect();
    bare(records.execution, waves, caller)
}

/// An execution without its cleanup.
fn bare(mut record: ExecutionRecord, waves: Vec<WaveRun>, caller: &Caller) -> Execution {
    let report_failure = record.report_failure.take();
    let reports = std::mem::take(&mut record.reports).into_iter().map(stored_report).collect();
    Execution { summary: summary(record, caller), waves, cleanup: None, reports, report_failure }
}

fn stored_report(report: aws::history::StoredReport) -> StoredReport {
    StoredReport {
        format: report.format,
        key: report.key,
        sha256: report.sha256,
        version_id: report.version_id,
        stored_at: report.stored_at,
    }
}

pub(super) fn summary(record: ExecutionRecord, caller: &Caller) -> ExecutionSummary {
    let allowed = |action: &&ExecutionAction| {
        caller.may(action.role_action()).is_ok()
            && action.possible(record.status, record.paused.as_ref(), record.cancelled.as_ref()) == Possible::Yes
    };
    ExecutionSummary {
        allowed_actions: ExecutionAction::ALL.iter().filter(allowed).copied().collect(),
        rto_seconds: record.rto_seconds(),
        rpo_seconds: record.rpo_seconds,
        recovery_point: record.recovery_point(),
        cleanup_due_at: record.cleanup_due_at(),
        execution_id: record.execution_id,
        plan_id: record.plan_id,
        plan_version: record.plan_version,
        mode: record.mode,
        status: record.status,
        reason: record.reason,
        started_by: record.started_by,
        started_at: record.started_at,
        ended_at: record.ended_at,
        forecast: record.forecast,
        findings: record.findings,
        left_over: None,
        servers: record.servers.map(|ended| ServerCounts { total: ended.total, recovered: ended.recovered }),
        paused: record.paused,
        cancelled: record.cancelled,
    }
}

fn wave(record: WaveRecord, names: &BTreeMap<u32, String>, servers: Vec<ServerRun>, decider: &Decider<'_>) -> WaveRun {
    let fit = |server: &ServerRun| Candidate { status: server.status, has_instance: server.instance_id.is_some() };
    let candidates: Vec<Candidate> = servers.iter().map(fit).collect();
    let now = now_of(&record, &candidates);
    let allowed =
        |action: &&WaveAction| decider.may(**action, now.approval).is_ok() && action.possible(&now) == Possible::Yes;
    WaveRun {
        allowed_actions: WaveAction::ALL.iter().filter(allowed).copied().collect(),
        number: record.number,
        depends_on_waves: record.depends_on.iter().filter_map(|number| names.get(number)).cloned().collect(),
        name: record.name,
        region: record.region,
        status: record.status,
        reason: record.reason,
        round: record.round,
        held_at: record.held_at,
        decisions: record.decisions,
        approval: record.approval,
        before_actions: record.before_actions,
        after_actions: record.after_actions,
        started_at: record.started_at,
        launched_at: record.launched_at,
        ended_at: record.ended_at,
        servers,
    }
}

fn server(record: ServerRecord) -> ServerRun {
    ServerRun {
        server_id: record.server_id,
        hostname: record.hostname,
        group: record.group,
        criticality: record.criticality,
        status: record.status,
        phase: record.phase,
        reason: record.reason,
        job_id: record.job_id,
        instance_id: record.instance_id,
        recovery_snapshot_id: record.recovery_snapshot_id,
        recovery_snapshot_at: record.recovery_snapshot_at,
        recovered_from: record.recovered_from,
        started_at: record.started_at,
        launched_at: record.launched_at,
        checked_at: record.checked_at,
        launch_settings: record.settings.map(|settings| SettingsRun {
            outcome: settings.outcome,
            changes: settings.changes,
            reason: settings.reason,
        }),
        checks: record.checks.into_iter().map(check).collect(),
        attempts: record.attempts.into_iter().map(attempt).collect(),
    }
}

fn attempt(record: AttemptRecord) -> ServerAttempt {
    ServerAttempt {
        status: record.status,
        reason: record.reason,
        job_id: record.job_id,
        instance_id: record.instance_id,
        started_at: record.started_at,
        launched_at: record.launched_at,
        checked_at: record.checked_at,
        checks: record.checks.into_iter().map(check).collect(),
    }
}

fn check(record: CheckRecord) -> CheckRun {
    CheckRun {
        name: record.name,
        kind: record.kind,
        required: record.required,
        status: record.status,
        output: record.output,
        ended_at: record.ended_at,
    }
}
