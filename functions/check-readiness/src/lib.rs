//! `CheckReadiness`: looks at one plan as preflight of a drill would, and stores what it found. Not here: who hears of a
//! change (the state machine).

use std::collections::BTreeSet;

use aws::Clients;
use aws::assess::assess;
use aws::readiness::ReadinessRecord;
use domain::id::PlanId;
use domain::plan::Mode;
use domain::readiness::ReadinessVerdict;
use serde::{Deserialize, Serialize};
use task::TaskError;

/// A plan to look at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The plan.
    pub plan_id: PlanId,
    /// The readiness run that looks: a name of a Step Functions execution.
    pub run: String,
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The plan.
    pub plan_id: PlanId,
    /// Whether somebody should hear of it.
    pub changed: bool,
    /// How ready it is; null for a plan that was deleted since it was listed.
    pub verdict: Option<ReadinessVerdict>,
    /// How ready it was the time before; null the first time.
    pub previous_verdict: Option<ReadinessVerdict>,
    /// How many findings there are.
    pub findings: usize,
}

/// Looks once per run: a second delivery answers with what the first one stored, so that a change is not taken for an
/// old one because somebody asked twice.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let plan = &request.plan_id;
    if clients.catalog.plan(plan).await?.is_none() {
        return Ok(Response {
            plan_id: request.plan_id,
            changed: false,
            verdict: None,
            previous_verdict: None,
            findings: 0,
        });
    }
    let before = clients.readiness.latest(plan).await?;
    if let Some(stored) = before.as_ref().filter(|record| record.run == request.run) {
        return Ok(response(stored));
    }
    let now = aws::clock::now();
    let assessment = assess(clients, plan, Mode::Drill, &BTreeSet::new(), now).await?;
    let version = assessment.plan_version();
    let record = ReadinessRecord::new(plan, version, assessment.findings, before.as_ref(), &request.run, now);
    let stored = clients.readiness.save(record).await?;
    tracing::info!(changed = stored.changed, "plan {plan} is {:?}", stored.verdict);
    Ok(response(&stored))
}

fn response(record: &ReadinessRecord) -> Response {
    Response {
        plan_id: record.plan_id.clone(),
        changed: record.changed,
        verdict: Some(record.verdict),
        previous_verdict: record.previous_verdict,
        findings: record.findings_total,
    }
}
