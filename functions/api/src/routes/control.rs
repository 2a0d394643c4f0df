//! What a person does to an execution that runs: pause, resume and cancel it, approve or reject a wave. Each is decided by
//! [`domain::control`], written together with its entry in the audit log, and then the waves that wait are woken. Not
//! here: what a wave does then.

use aws::audit::{AuditRecord, Subject};
use aws::cancel::{Cancel, Outcome};
use aws::handoff::Seen;
use aws::history::{ExecutionRecord, ExecutionRecords, WaveRecord};
use aws::{AwsError, ErrorKind};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{CancelExecution, Execution, FieldProblem, WaveDecision};
use domain::control::{ExecutionAction, MayNot, Possible, WaveAction};
use domain::gate::{ApprovalDecision, Pause, Verdict};
use domain::id::ExecutionId;
use domain::role::{ADMINISTRATOR, Action, allowed_roles};
use domain::status::WaveStatus;

use super::executions::execution;
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::Named;
use crate::problem::Problem;
use crate::storing::changed_meanwhile;

/// How often somebody else may be quicker. Each time it is read and decided anew.
pub(super) const ATTEMPTS: usize = 5;
/// Characters of a comment.
const MAX_COMMENT: usize = 1_000;

/// Holds an execution: from now on no wave starts a job, and what DRS has started is watched to its end. Paused already, it
/// stays as it is.
#[utoipa::path(post, path = "/executions/{executionId}/pause", operation_id = "pauseExecution",
    params(("executionId" = ExecutionId, Path)),
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn pause(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
) -> Result<Json<Execution>, Problem> {
    let pause = Pause { by: caller.name.clone(), at: aws::clock::now() };
    change(&app, &caller, &id, ExecutionAction::Pause, "PauseExecution", Some(pause)).await
}

/// Lets a paused execution go on. Not paused, it stays as it is, and waves that wait are woken once more.
#[utoipa::path(post, path = "/executions/{executionId}/resume", operation_id = "resumeExecution",
    params(("executionId" = ExecutionId, Path)),
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn resume(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
) -> Result<Json<Execution>, Problem> {
    change(&app, &caller, &id, ExecutionAction::Resume, "ResumeExecution", None).await
}

/// Ends an execution before its time: nothing more is begun, and waves that have not begun are CANCELLED. What DRS has begun
/// nobody can cancel: it is watched to its end and recorded. Nothing is terminated. Cancelled already, it stays as it is.
#[utoipa::path(post, path = "/executions/{executionId}/cancel", operation_id = "cancelExecution",
    params(("executionId" = ExecutionId, Path)), request_body = CancelExecution,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
    Document(request): Document<CancelExecution>,
) -> Result<Json<Execution>, Problem> {
    let comment = comment(&request.comment, "the cancellation")?;
    let by = Cancel { actor: &caller.actor(), comment: &comment, action: "CancelExecution", way: "" };
    match aws::cancel::cancel(app.clients, &id, &by).await {
        Ok(Outcome::Cancelled) => Ok(Json(execution(read(&app, &id).await?, &caller))),
        Ok(Outcome::NotPossible { reason }) => Err(not_possible(&reason)),
        Ok(Outcome::NotFound) => Err(Problem::not_found(&format!("execution {id}"))),
        Err(error) if error.kind == ErrorKind::Conflict => Err(changed_meanwhile(&format!("execution {id}"))),
        Err(error) => Err(error.into()),
    }
}

/// Lets a wave begin that awaits an approval. Needs the role that the approval names, or dr-admin.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/approve", operation_id = "approveWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = WaveDecision,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn approve(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(decision): Document<WaveDecision>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Approve, decision).await
}

/// Does not let a wave begin that awaits an approval: it is FAILED, and its `onFailure` decides about the waves behind it.
/// Needs the role that the approval names, or dr-admin.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/reject", operation_id = "rejectWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = WaveDecision,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn reject(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(decision): Document<WaveDecision>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Reject, decision).await
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &ExecutionId,
    action: ExecutionAction,
    name: &str,
    paused: Option<Pause>,
) -> Result<Json<Execution>, Problem> {
    for _ in 0..ATTEMPTS {
        let mut records = read(app, id).await?;
        let record = &mut records.execution;
        match action.possible(&record.now(None)) {
            Possible::Yes => {}
            Possible::Already => return woken(app, caller, records).await,
            Possible::No { reason } => return Err(not_possible(&reason)),
        }
        record.paused.clone_from(&paused);
        let event = AuditRecord::new(&caller.actor(), name, &Subject::Execution(id.clone()));
        let written = app.clients.history.change_execution(record, app.clients.audit.write(&event)?).await;
        if is_written(written)? {
            return woken(app, caller, records).await;
        }
    }
    Err(changed_meanwhile(&format!("execution {id}")))
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: &ExecutionId,
    number: u32,
    action: WaveAction,
    decision: WaveDecision,
) -> Result<Json<Execution>, Problem> {
    let comment = comment(&decision.comment, "the decision")?;
    for _ in 0..ATTEMPTS {
        let mut records = read(app, id).await?;
        let ExecutionRecords { execution: run, waves, .. } = &mut records;
        let missing = || Problem::not_found(&format!("wave {number} in execution {id}"));
        let wave = waves.iter_mut().find(|wave| wave.number == number).ok_or_else(missing)?;
        may(caller, run, wave, action)?;
        if let Possible::No { reason } = action.possible(&view::now_of(run, wave, &[])) {
            return Err(not_possible(&reason));
        }
        let (name, verdict) = if action == WaveAction::Approve {
            ("ApproveWave", Verdict::Approved)
        } else {
            ("RejectWave", Verdict::Rejected)
        };
        let (by, at) = (caller.name.clone(), aws::clock::now());
        if let Some(approval) = wave.approval.as_mut() {
            approval.decision = Some(ApprovalDecision { verdict, by, at, comment: comment.clone() });
        }
        wave.set_status(WaveStatus::Waiting)?;
        let event = AuditRecord::new(&caller.actor(), name, &Subject::Execution(id.clone()))
            .with_detail(format!("wave {number} ({}): {comment}", wave.name));
        let event = app.clients.audit.write(&event)?;
        if is_written(app.clients.history.change_wave(wave, event).await)? {
            return woken(app, caller, records).await;
        }
    }
    Err(changed_meanwhile(&format!("execution {id}")))
}

pub(super) async fn read(app: &App, id: &ExecutionId) -> Result<ExecutionRecords, Problem> {
    let found = app.clients.history.everything(id).await?;
    found.ok_or_else(|| Problem::not_found(&format!("execution {id}")))
}

/// False when somebody else was quicker.
pub(super) fn is_written(written: Result<(), AwsError>) -> Result<bool, AwsError> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind == ErrorKind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}

/// Wakes the waves that wait, after what was decided is written. One that cannot be woken now looks for itself later.
pub(super) async fn woken(app: &App, caller: &Caller, records: ExecutionRecords) -> Result<Json<Execution>, Problem> {
    let ExecutionRecord { execution_id, plan_id, .. } = &records.execution;
    Seen::wake(app.clients, execution_id, plan_id).await?;
    Ok(Json(execution(read(app, execution_id).await?, caller)))
}

pub(super) fn may(
    caller: &Caller,
    run: &ExecutionRecord,
    wave: &WaveRecord,
    action: WaveAction,
) -> Result<(), Problem> {
    let missing = |who: &str, what: &str, roles: &[&str]| {
        let detail = format!("{who} may not {what}: it needs the role {}", roles.join(" or "));
        Problem::new(StatusCode::FORBIDDEN, "ROLE_MISSING", detail)
    };
    caller.viewer().decider(run).may(action, wave.approval.as_ref()).map_err(|why| match why {
        MayNot::Role => match wave.approval.as_ref().filter(|_| action.decides().is_none()) {
            Some(approval) => missing(&caller.name, "decide about this wave", &[&approval.role, ADMINISTRATOR]),
            None => missing(&caller.name, "decide about this wave", &allowed_roles(action.role_action())),
        },
        MayNot::Recovery => {
            missing(&caller.name, "let servers of a RECOVERY be launched", &allowed_roles(Action::StartRecovery))
        }
        MayNot::FourEyes => {
            let detail =
                format!("{} started this recovery, and the plan wants another person to approve it", caller.name);
            Problem::new(StatusCode::FORBIDDEN, "FOUR_EYES", detail)
        }
    })
}

/// What somebody said about `what` that he did.
pub(super) fn comment(comment: &str, what: &str) -> Result<String, Problem> {
    let comment = comment.trim().to_owned();
    let message = if comment.chars().count() > MAX_COMMENT {
        format!("at most {MAX_COMMENT} characters")
    } else if comment.chars().any(|character| character.is_control() && character != '\n') {
        "control characters are not allowed".to_owned()
    } else {
        return Ok(comment);
    };
    Err(Problem::invalid_document(what, vec![FieldProblem { at: "comment".to_owned(), message }]))
}

pub(super) fn not_possible(reason: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "NOT_POSSIBLE_NOW", reason)
}
