//! What a schedule has to do with an execution: who started it, whether it may run, and when it is cleaned up.

use aws::Clients;
use aws::audit::Actor;
use aws::catalog::ScheduleKey;
use aws::history::{AutomaticCleanup, ExecutionRecord};
use domain::cleanup::{CleanupPolicy, OnDrillFailure};
use domain::id::{ScheduleId, is_name};
use domain::plan::{Mode, RecoveryPlan};
use domain::preflight::{Finding, FindingCode, Severity};
use domain::schedule::Schedule;
use task::TaskError;

use crate::Request;

/// Who started an execution that the API did not record.
pub(crate) fn starter(request: &Request) -> Actor {
    match named(request) {
        Some(schedule) => Actor { name: format!("schedule:{schedule}"), ..Actor::default() },
        None => Actor::step_functions(),
    }
}

/// The schedule that the input names, if that is a name. Anybody who may start the machine can write one.
fn named(request: &Request) -> Option<&ScheduleId> {
    request.schedule.as_ref().filter(|schedule| is_name(schedule.as_str()))
}

/// The schedule that starts `execution`, and what it says against it. Records that this is its last start, so that a second
/// delivery of the same start is refused.
pub(crate) async fn look(
    clients: &Clients,
    request: &Request,
    execution: &ExecutionRecord,
) -> Result<(Option<Schedule>, Vec<Finding>), TaskError> {
    let Some(schedule) = &request.schedule else { return Ok((None, Vec::new())) };
    if request.mode != Mode::Drill {
        return Ok((None, vec![finding(schedule, "a schedule starts drills and no RECOVERY", "Start it by hand.")]));
    }
    let key = ScheduleKey::new(&request.plan_id, schedule);
    let stored = match named(request) {
        Some(_) => clients.catalog.schedule(&key).await?.map(|stored| stored.document),
        None => None,
    };
    let Some(stored) = stored.filter(|stored| stored.enabled) else {
        let remedy = "Store the schedule, or enable it, if it is to start drills.";
        return Ok((None, vec![finding(schedule, "the plan has no such schedule that is enabled", remedy)]));
    };
    let due_at = request.scheduled_at.as_deref().and_then(aws::schedule_times::parse);
    let due_at = due_at.unwrap_or(execution.started_at);
    let other = clients.history.claim_schedule_run(&key, &request.execution_id, due_at).await?;
    let findings = other.map(|other| {
        let message = format!("execution {other} was started for the same time already, or a later one");
        finding(schedule, &message, "Nothing: one start is enough.")
    });
    Ok((Some(stored), findings.into_iter().collect()))
}

fn finding(schedule: &ScheduleId, message: &str, remedy: &str) -> Finding {
    let subject: String = schedule.as_str().chars().take(100).collect();
    Finding::new(FindingCode::ScheduleInvalid, Severity::Blocks, &subject, message, remedy)
}

/// When what a drill launches is terminated by itself, as the schedule or else the plan says now: a later change changes no
/// drill that has begun.
pub(crate) fn automatic_cleanup(
    request: &Request,
    plan: &RecoveryPlan,
    schedule: Option<&Schedule>,
) -> Option<AutomaticCleanup> {
    if request.mode != Mode::Drill {
        return None;
    }
    let of_schedule = schedule.and_then(|schedule| schedule.cleanup_after_minutes).zip(request.schedule.as_ref());
    if let Some((after, name)) = of_schedule {
        let on_failure = plan.cleanup.map_or(OnDrillFailure::default(), |cleanup| cleanup.on_failure);
        return Some(AutomaticCleanup { policy: CleanupPolicy { after, on_failure }, by: format!("schedule:{name}") });
    }
    plan.cleanup.map(|policy| AutomaticCleanup { policy, by: format!("plan:{}", request.plan_id) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(mode: &str, schedule: Option<&str>) -> Request {
        let input = json!({ "executionId": "e", "planId": "p", "mode": mode, "schedule": schedule });
        serde_json::from_value(input).unwrap()
    }

    #[test]
    fn safety_rule_8_who_started_it_is_a_schedule_only_by_a_name() {
        assert_eq!(starter(&request("DRILL", Some("weekly"))).name, "schedule:weekly");
        for none in [None, Some(""), Some("ada\nbob"), Some("a schedule")] {
            assert_eq!(starter(&request("DRILL", none)).name, "stepfunctions", "{none:?}");
        }
    }

    #[test]
    fn a_schedule_says_when_its_drills_are_cleaned_up_and_the_plan_what_of_those_that_fail() {
        let schedule = |minutes| -> Schedule {
            serde_json::from_value(json!({ "expression": "rate(7 days)", "cleanupAfterMinutes": minutes })).unwrap()
        };
        let plan = |cleanup| RecoveryPlan { cleanup, ..RecoveryPlan::default() };
        let of_plan = CleanupPolicy { after: 60, on_failure: OnDrillFailure::Cleanup };
        let drill = request("DRILL", Some("weekly"));
        let found = |cleanup, minutes| automatic_cleanup(&drill, &plan(cleanup), Some(&schedule(minutes)));
        let expected = |policy, by: &str| Some(AutomaticCleanup { policy, by: by.to_owned() });
        assert_eq!(found(Some(of_plan), Some(5)), expected(CleanupPolicy { after: 5, ..of_plan }, "schedule:weekly"));
        assert_eq!(found(Some(of_plan), None), expected(of_plan, "plan:p"));
        let keep = CleanupPolicy { after: 5, on_failure: OnDrillFailure::Keep };
        assert_eq!(found(None, Some(5)), expected(keep, "schedule:weekly"));
        assert_eq!(found(None, None), None);
        assert_eq!(automatic_cleanup(&request("RECOVERY", None), &plan(Some(of_plan)), None), None);
    }
}
