//! What was reached, against what was promised.

use contract::ExecutionStatus;
use report::{Format, MAX_BYTES, Report, TargetResult, render};
use serde_json::json;

use crate::example::{START, execution, plan};

fn with(change: impl Fn(&mut contract::Execution, &mut contract::StoredPlan)) -> Report {
    let (mut execution, mut plan) = (execution(), plan());
    change(&mut execution, &mut plan);
    Report::new(execution, Some(&plan), Vec::new(), START + 4_000)
}

#[test]
fn a_recovery_time_counts_only_when_the_plans_demands_were_met() {
    assert_eq!(crate::example().rto.result, TargetResult::Met);
    let rto = |change: &dyn Fn(&mut contract::Execution, &mut contract::StoredPlan)| with(change).rto.result;
    assert_eq!(rto(&|_, plan| plan.document.target_rto_minutes = Some(41)), TargetResult::Missed);
    assert_eq!(rto(&|_, plan| plan.document.target_rto_minutes = None), TargetResult::NoTarget);
    let ended = |status| {
        move |execution: &mut contract::Execution, _: &mut contract::StoredPlan| {
            execution.summary.status = status;
            execution.summary.rto_seconds = None;
        }
    };
    assert_eq!(rto(&ended(ExecutionStatus::Failed)), TargetResult::NotReached);
    assert_eq!(rto(&ended(ExecutionStatus::Running)), TargetResult::Unknown);
}

#[test]
fn data_loss_is_counted_to_the_start_and_is_met_only_when_every_server_is_known() {
    let report = crate::example();
    let of = |host: &str| {
        let mut servers = report.execution.waves.iter().flat_map(|wave| &wave.servers);
        let id = &servers.find(|server| server.hostname == host).unwrap().server_id;
        report.rpo.servers.iter().find(|one| one.server_id == *id).map(|one| one.seconds)
    };
    // Before the start, after it, long before it, and never launched.
    assert_eq!(["db-1", "db-2", "web-1", "rpt-2"].map(of), [Some(240), Some(0), Some(1_500), None]);
    assert_eq!((report.rpo.reached_seconds, report.rpo.beyond_target), (Some(1_500), 1));
    assert_eq!(report.rpo.result, TargetResult::Missed);
    let wide = with(|_, plan| plan.document.target_rpo_minutes = Some(25));
    assert_eq!((wide.rpo.result, wide.rpo.not_recorded), (TargetResult::Met, 0));
    let gap = with(|execution, plan| {
        plan.document.target_rpo_minutes = Some(25);
        execution.waves[0].servers[0].recovered_from = None;
    });
    assert_eq!((gap.rpo.result, gap.rpo.not_recorded), (TargetResult::Unknown, 1));
}

/// What was written after the chosen moment was given up by choosing it.
#[test]
fn data_loss_is_counted_to_the_moment_that_was_chosen() {
    let at = START - 86_400;
    let report = with(|execution, _| {
        let choice = json!({"kind": "NOT_AFTER", "at": at});
        execution.summary.recovery_point = serde_json::from_value(choice).unwrap();
        for (index, server) in execution.waves.iter_mut().flat_map(|wave| &mut wave.servers).enumerate() {
            server.recovered_from = server.launched_at.map(|_| at - 60 * i64::try_from(index).unwrap());
        }
    });
    // The last one but one was launched, the last one never.
    assert_eq!((report.rpo.reached_seconds, report.rpo.result), (Some(300), TargetResult::Met));
    let html = render(&report, Format::Html, MAX_BYTES).unwrap();
    assert!(
        html.contains("not after 2026-11-22T16:06:40Z, as ada chose"),
        "{}",
        report.execution.summary.recovery_point
    );
}

#[test]
fn a_recovery_point_other_than_the_chosen_one_is_said() {
    let shown = |from: i64| {
        let report = with(|execution, _| {
            let server = &mut execution.waves[0].servers[0];
            (server.recovery_snapshot_id, server.recovery_snapshot_at) = (Some("pit-7".into()), Some(START - 900));
            server.recovered_from = Some(from);
        });
        let csv = render(&report, Format::Csv, MAX_BYTES).unwrap();
        assert!(csv.contains(",pit-7,"), "{csv}");
        render(&report, Format::Html, MAX_BYTES).unwrap()
    };
    assert!(!shown(START - 890).contains("chosen was"));
    assert!(shown(START).contains("chosen was"));
}

#[test]
fn the_critical_path_is_the_chain_that_ended_last() {
    assert_eq!(crate::example().critical_path, ["database", "application", "web"]);
    let late = with(|execution, _| execution.waves[3].ended_at = Some(START + 3_000));
    assert_eq!(late.critical_path, ["database", "reporting"]);
    // Documents that contradict themselves end as well.
    let circle = with(|execution, _| execution.waves[0].depends_on_waves = vec!["web".into(), "database".into()]);
    assert_eq!(circle.critical_path, ["database", "application", "web"]);
    let nothing = with(|execution, _| execution.waves.iter_mut().for_each(|wave| wave.started_at = None));
    assert!(nothing.critical_path.is_empty());
}

#[test]
fn a_drill_that_is_cleaned_up_by_itself_says_when() {
    let due = with(|execution, _| execution.summary.cleanup_due_at = Some(START + 6_110));
    let page = crate::html(&due);
    assert!(page.contains("<dt>Cleanup</dt><dd>by itself from "), "{page}");
}

#[test]
fn a_forecast_is_compared_with_what_was_reached() {
    let within = |report: Report| report.forecast.map(|forecast| forecast.within_p90);
    assert_eq!(within(crate::example()), Some(true));
    assert_eq!(within(with(|execution, _| execution.summary.rto_seconds = Some(3_301))), Some(false));
    assert_eq!(within(with(|execution, _| execution.summary.rto_seconds = None)), None);
}
