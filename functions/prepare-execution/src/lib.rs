//! `PrepareExecution`: decides everything that can be decided before anything is touched. Loads the plan, finds the
//! servers of its groups, asks DRS about each, runs preflight, freezes the plan into the execution's own records, and
//! claims the servers. After it, no other task reads the plan.

use std::collections::BTreeSet;

use aws::assess::{Assessment, Intended, assess_for};
use aws::audit::{AuditRecord, Subject};
use aws::facts::{Facts, LoadedPlan};
use aws::history::{ExecutionRecord, ServerRecord, WaveRecord};
use aws::store::Write;
use aws::{AwsError, Clients, ErrorKind};
use domain::forecast::Estimate;
use domain::id::{ExecutionId, InstanceId, PlanId, ScheduleId, ServerId};
use domain::plan::Mode;
use domain::preflight::{self, Finding, FindingCode, Severity};
use domain::status::ExecutionStatus;
use serde::{Deserialize, Serialize};
use task::TaskError;

mod freeze;
mod points;
mod schedule;

/// The input of the state machine, with its name added.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The name of the Step Functions execution.
    pub execution_id: ExecutionId,
    /// The plan to run.
    pub plan_id: PlanId,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// The whole name of the Step Functions execution, of which the id is the beginning.
    #[serde(default)]
    pub machine_execution: Option<String>,
    /// For a RECOVERY: the plan's name.
    #[serde(default)]
    pub confirm: Option<String>,
    /// For a RECOVERY: the live recovery instances that may go.
    #[serde(default)]
    pub replace_instances: BTreeSet<InstanceId>,
    /// From which recovery points the servers are launched. Anybody may have written this, so it is read by [`points`]:
    /// what makes no sense refuses the run, and is no reason to leave it without a record.
    #[serde(default)]
    pub recovery_point: serde_json::Value,
    /// The schedule that starts it.
    #[serde(default)]
    pub schedule: Option<ScheduleId>,
    /// When that was due, as EventBridge Scheduler writes it.
    #[serde(default)]
    pub scheduled_at: Option<String>,
}

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether the waves are to run.
    pub proceed: bool,
    /// The numbers of the waves, each after those it depends on.
    pub waves: Vec<u32>,
}

impl Response {
    fn refused() -> Self {
        Self { proceed: false, waves: Vec::new() }
    }
}

/// Prepares the execution, or records why it is refused. Delivered twice, it answers the same.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let history = &clients.history;
    let mut execution = recorded(clients, &request).await?;
    match execution.status {
        // SettleExecution comes next, and says that it is CANCELLED. An earlier delivery may have claimed servers: those are
        // released there as well.
        ExecutionStatus::Pending if execution.cancelled.is_some() => return Ok(Response::refused()),
        ExecutionStatus::Pending => {}
        ExecutionStatus::Running => {
            let waves = history.waves(&request.execution_id, &request.plan_id).await?;
            return Ok(Response { proceed: true, waves: freeze::order(&waves) });
        }
        ExecutionStatus::Completed
        | ExecutionStatus::Partial
        | ExecutionStatus::Failed
        | ExecutionStatus::Refused
        | ExecutionStatus::Cancelled => {
            return Ok(Response::refused());
        }
    }
    let now = aws::clock::now();
    let (recovery_point, unreadable) = points::chosen(&execution, &request.recovery_point);
    let intended = Intended {
        mode: request.mode,
        replace: &request.replace_instances,
        recovery_point: &recovery_point,
        execution: Some(&request.execution_id),
    };
    let assessment = assess_for(clients, &request.plan_id, intended, now).await?;
    ask_again(&assessment, &execution, now)?;
    let mut findings = confirmation(&request);
    let (schedule, speaks_against) = schedule::look(clients, &request, &execution).await?;
    findings.extend(unreadable);
    findings.extend(speaks_against);
    findings.extend(assessment.findings.into_iter().filter(|finding| is_news(finding, request.mode)));
    let plan = match assessment.loaded {
        Some(plan) if !preflight::blocks(&findings) => plan,
        Some(_) | None => return refuse(clients, execution, findings).await,
    };
    execution.plan_version = Some(plan.version);
    let (mut waves, mut servers) = freeze::freeze(&request, &plan, &assessment.facts)?;
    let still = history.while_pending(&request.execution_id, &request.plan_id)?;
    history.freeze(&waves, &servers, Some(&still)).await?;
    if let Some(finding) = claim(clients, &request, &servers, &still).await? {
        freeze::skip(&mut waves, &mut servers, &finding.message)?;
        history.freeze(&waves, &servers, Some(&still)).await?;
        findings.push(finding);
        return refuse(clients, execution, findings).await;
    }
    execution.forecast = expected(clients, &plan, &assessment.facts, request.mode).await;
    execution.findings = preflight::bounded(&findings);
    execution.replace_instances.clone_from(&request.replace_instances);
    execution.four_eyes = plan.plan.four_eyes;
    execution.automatic_cleanup = schedule::automatic_cleanup(&request, &plan.plan, schedule.as_ref());
    execution.set_status(ExecutionStatus::Running)?;
    if let Err(error) = history.save_execution(&mut execution).await {
        return overtaken(clients, &request, (waves, servers), error).await;
    }
    tracing::info!(waves = waves.len(), servers = servers.len(), "the plan is frozen and its servers are claimed");
    Ok(Response { proceed: true, waves: freeze::order(&waves) })
}

/// Somebody wrote the execution meanwhile. When it has ended by that, its frozen plan ends too, and what was claimed is
/// released: nobody comes after this who would. Else the state retries, and sees what was written.
async fn overtaken(
    clients: &Clients,
    request: &Request,
    (mut waves, mut servers): Frozen,
    error: AwsError,
) -> Result<Response, TaskError> {
    let history = &clients.history;
    let now = history.execution(&request.execution_id, &request.plan_id).await?;
    let Some(ended) = now.filter(|execution| execution.status.is_terminal()) else { return Err(error.into()) };
    freeze::skip(&mut waves, &mut servers, &ended.reason)?;
    history.freeze(&waves, &servers, None).await?;
    let ids: Vec<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
    history.release(&request.execution_id, &ids).await?;
    Ok(Response::refused())
}

/// How long the run is expected to take. A forecast that fails is no reason to fail a recovery.
async fn expected(clients: &Clients, plan: &LoadedPlan, facts: &Facts, mode: Mode) -> Option<Estimate> {
    let os = facts.iter().filter_map(|(id, facts)| Some((id.clone(), facts.as_ref()?.os))).collect();
    match aws::forecast::expect(clients, plan, &os, mode).await {
        Ok(expected) => Some(expected.forecast.total),
        Err(error) => {
            tracing::warn!(%error, "there is no forecast of this execution: {error}");
            None
        }
    }
}

/// The execution as the API recorded it; or a new record, when it was started from EventBridge or the console.
async fn recorded(clients: &Clients, request: &Request) -> Result<ExecutionRecord, TaskError> {
    if let Some(execution) = clients.history.execution(&request.execution_id, &request.plan_id).await? {
        return Ok(execution);
    }
    let (actor, now) = (schedule::starter(request), aws::clock::now());
    let (id, plan) = (request.execution_id.clone(), request.plan_id.clone());
    let mut execution = ExecutionRecord::new(id.clone(), plan.clone(), request.mode, actor.name.clone(), now);
    execution.recovery_point = points::read(&request.recovery_point).ok().filter(|choice| !choice.is_latest());
    let chosen = execution.recovery_point.as_ref().map(|choice| format!(", recovery points: {choice}"));
    let event = AuditRecord::new(&actor, "StartExecution", &Subject::Execution(id)).with_detail(format!(
        "{} of {plan}{}",
        request.mode,
        chosen.unwrap_or_default()
    ));
    let longer = |name: &&String| name.as_str() != request.execution_id.as_str();
    execution.machine_execution = request.machine_execution.as_ref().filter(longer).cloned();
    clients.history.create_execution(&execution, clients.audit.write(&event)?).await?;
    Ok(execution)
}

/// How long a Region that does not answer is asked again before the run is refused for it. A run that waits for a
/// Region that is down is no faster than one that is refused and started again; one that is refused for a moment's
/// trouble is slower.
const PATIENCE_SECONDS: i64 = 300;

/// What a later try may mend is an error of this task, which the state retries, and not yet a refusal.
fn ask_again(assessment: &Assessment, execution: &ExecutionRecord, now: i64) -> Result<(), TaskError> {
    let patient = now - execution.started_at < PATIENCE_SECONDS;
    let mends = |kind: ErrorKind| match kind {
        ErrorKind::Throttled => true,
        ErrorKind::Transient => patient,
        ErrorKind::Conflict
        | ErrorKind::QuotaExceeded
        | ErrorKind::NotFound
        | ErrorKind::AccessDenied
        | ErrorKind::Invalid
        | ErrorKind::Bug => false,
    };
    let error = assessment.unreachable.values().find(|error| mends(error.kind));
    error.map_or(Ok(()), |error| Err(error.clone().into()))
}

/// In the record of a drill, findings about the drills before it are none: this run is their remedy.
fn is_news(finding: &Finding, mode: Mode) -> bool {
    match mode {
        Mode::Drill => !finding.code.is_about_drills(),
        Mode::Recovery => true,
    }
}

/// Safety rule 8: a recovery needs the plan's name, whoever starts it.
fn confirmation(request: &Request) -> Vec<Finding> {
    let confirmed = request.confirm.as_deref() == Some(request.plan_id.as_str());
    match request.mode {
        Mode::Recovery if !confirmed => vec![Finding::new(
            FindingCode::NotConfirmed,
            Severity::Blocks,
            request.plan_id.as_str(),
            "a RECOVERY is started only when the plan's name is typed back",
            &format!("Start again with confirm: {:?}.", request.plan_id.as_str()),
        )],
        Mode::Recovery | Mode::Drill => Vec::new(),
    }
}

/// Claims the servers, or says who holds one. What was claimed before that is given back.
async fn claim(
    clients: &Clients,
    request: &Request,
    servers: &[ServerRecord],
    still: &Write,
) -> Result<Option<Finding>, TaskError> {
    let ids: Vec<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
    let now = aws::clock::now();
    let Err(held) = clients.history.claim(&request.execution_id, &request.plan_id, &ids, still, now).await? else {
        return Ok(None);
    };
    clients.history.release(&request.execution_id, &ids).await?;
    Ok(Some(held.finding()))
}

/// Records a refusal: nothing was launched.
async fn refuse(
    clients: &Clients,
    mut execution: ExecutionRecord,
    findings: Vec<Finding>,
) -> Result<Response, TaskError> {
    let blocking = findings.iter().filter(|finding| finding.severity == Severity::Blocks).count();
    let first = findings.iter().find(|finding| finding.severity == Severity::Blocks);
    let example = first.map(|finding| format!("{}: {}", finding.subject, finding.message)).unwrap_or_default();
    execution.reason = match blocking {
        0 | 1 => example,
        more => format!("{example} (and {} more findings)", more - 1),
    };
    execution.findings = preflight::bounded(&findings);
    execution.ended_at = Some(aws::clock::now());
    execution.set_status(ExecutionStatus::Refused)?;
    clients.history.save_execution(&mut execution).await?;
    tracing::warn!(findings = findings.len(), "refused: {}", execution.reason);
    Ok(Response::refused())
}

type Frozen = (Vec<WaveRecord>, Vec<ServerRecord>);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn asked(kind: ErrorKind, after_seconds: i64) -> Result<(), TaskError> {
        let error = AwsError::new(kind, "DescribeSourceServers", "the Region is down");
        let assessment = Assessment {
            to_confirm: Vec::new(),
            loaded: None,
            facts: BTreeMap::new(),
            findings: Vec::new(),
            unreachable: BTreeMap::from([("eu-west-1".to_owned(), error)]),
        };
        let execution = ExecutionRecord::new("e".into(), "p".into(), Mode::Recovery, "ada".into(), 1_000);
        ask_again(&assessment, &execution, 1_000 + after_seconds)
    }

    #[test]
    fn a_region_that_fails_for_a_moment_is_asked_again_and_one_that_is_down_refuses_the_run() {
        assert!(matches!(asked(ErrorKind::Transient, 0), Err(TaskError::Transient(_))));
        assert!(matches!(asked(ErrorKind::Transient, PATIENCE_SECONDS - 1), Err(TaskError::Transient(_))));
        assert_eq!(asked(ErrorKind::Transient, PATIENCE_SECONDS), Ok(()));
        assert!(matches!(asked(ErrorKind::Throttled, 10 * PATIENCE_SECONDS), Err(TaskError::Throttled(_))));
        // DRS is not set up there, or the role may not ask: asking again does not help.
        assert_eq!(asked(ErrorKind::Invalid, 0), Ok(()));
        assert_eq!(asked(ErrorKind::AccessDenied, 0), Ok(()));
    }

    #[test]
    fn a_drill_is_the_remedy_of_what_is_said_about_drills() {
        let finding = |code| Finding::new(code, Severity::Warns, "p", "m", "r");
        assert!(!is_news(&finding(FindingCode::DrillOverdue), Mode::Drill));
        assert!(is_news(&finding(FindingCode::DrillOverdue), Mode::Recovery));
        assert!(is_news(&finding(FindingCode::RpoExceeded), Mode::Drill));
    }
}
