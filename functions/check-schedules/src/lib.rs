//! `CheckSchedules`: makes EventBridge Scheduler have the schedules of drills as they are stored, and finds the starts that
//! did not come. Not here: starting anything. A start that was missed is told of and not made up for: a drill at another
//! time than the one that people know of disturbs them.

use std::collections::BTreeSet;

use aws::Clients;
use aws::catalog::{Document, ScheduleKey};
use aws::history::MissedStart;
use aws::schedule_times::Times;
use aws::scheduler::{Drills, follow, name};
use domain::id::{PlanId, ScheduleId};
use domain::schedule::{GRACE_SECONDS, Schedule, missed};
use domain::text::age;
use serde::{Deserialize, Serialize};
use task::TaskError;

/// A sweep.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The Step Functions execution: what a second delivery is known by.
    pub run: String,
}

/// What people are to hear of.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Starts that were missed, and that this run found.
    pub missed: Vec<Missed>,
}

/// A start that was missed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missed {
    /// The plan.
    pub plan_id: PlanId,
    /// The schedule.
    pub schedule: ScheduleId,
    /// When it was due, in Unix seconds.
    pub due_at: i64,
    /// What is known of it.
    pub reason: String,
}

/// Checks all schedules. A second delivery of the same run answers the same.
///
/// # Errors
/// When the tables or Scheduler cannot be asked. A single schedule that fails is left to the next sweep.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let drills = Drills::from_environment()?;
    let schedules = clients.catalog.all_schedules().await?;
    let mut strays: BTreeSet<String> = clients.scheduler.names(&drills.group).await?.into_iter().collect();
    let mut response = Response::default();
    for schedule in &schedules {
        let key = schedule.key();
        strays.remove(&name(&key));
        if let Err(error) = follow(clients, &drills, &key).await {
            tracing::error!(%error, "EventBridge Scheduler does not have {key} as it is stored: {error}");
        }
        match look(clients, schedule, &key, &request.run).await {
            Ok(missed) => response.missed.extend(missed),
            Err(error) => tracing::error!(%error, "{key} was not looked at: {error}"),
        }
    }
    for stray in strays {
        remove(clients, &drills, &stray).await?;
    }
    tracing::info!(missed = response.missed.len(), "{} schedules", schedules.len());
    Ok(response)
}

/// Deletes what nobody has stored, from a delete that was cut off, mostly. One that was stored while this looked is put
/// back.
async fn remove(clients: &Clients, drills: &Drills, stray: &str) -> Result<(), TaskError> {
    tracing::warn!("EventBridge Scheduler has {stray}, and nobody has stored it: it is deleted");
    clients.scheduler.delete(&drills.group, stray).await?;
    let schedules = clients.catalog.all_schedules().await?;
    if let Some(key) = schedules.iter().map(Document::key).find(|key| name(key) == stray) {
        follow(clients, drills, &key).await?;
    }
    Ok(())
}

/// The last start of a schedule, when it was missed and this run found it.
async fn look(
    clients: &Clients,
    schedule: &Document<Schedule>,
    key: &ScheduleKey,
    run: &str,
) -> Result<Option<Missed>, TaskError> {
    let (now, since) = (aws::clock::now(), schedule.updated_at);
    let Some(times) = Times::of(&schedule.document).filter(|_| schedule.document.enabled) else { return Ok(None) };
    let history = &clients.history;
    let started = history.schedule_run(key).await?.map(|run| run.due_at);
    let known = history.missed_starts(key).await?;
    let anchor = started.unwrap_or(since).max(since);
    if let Some(due) = times.last(anchor, now - GRACE_SECONDS)
        && let Some(at) = missed(due, since, started, known.first().map(|start| start.at), now)
    {
        let reason = format!("EventBridge Scheduler had started nothing {} after it", age(now - at));
        history.save_missed(key, MissedStart { at, reason, found_by: run.to_owned() }).await?;
    }
    // What is recorded counts, and not what was meant to be: a second delivery, or another sweep, was here as well.
    let found = history.missed_starts(key).await?.into_iter().next().filter(|start| start.found_by == run);
    let told = |start: MissedStart| Missed {
        plan_id: key.plan_id.clone(),
        schedule: key.schedule.clone(),
        due_at: start.at,
        reason: start.reason,
    };
    Ok(found.map(told))
}
