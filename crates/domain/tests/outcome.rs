//! What waves and executions come to, and what that means for the waves behind.

use domain::outcome::{Decision, Dependency, decide, execution_outcome, wave_outcome};
use domain::plan::Criticality::{Critical, Optional};
use domain::plan::OnFailure;
use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
use proptest::prelude::*;

#[test]
fn a_critical_server_fails_the_wave_and_an_optional_one_does_not() {
    let healthy = (Critical, ServerStatus::Healthy);
    assert_eq!(wave_outcome(0, &[healthy, (Optional, ServerStatus::Launched)]).status, WaveStatus::Completed);
    assert_eq!(wave_outcome(0, &[healthy, (Optional, ServerStatus::Failed)]).status, WaveStatus::Partial);
    assert_eq!(wave_outcome(0, &[healthy, (Critical, ServerStatus::Unhealthy)]).status, WaveStatus::Failed);
    assert_eq!(wave_outcome(0, &[(Critical, ServerStatus::Unknown)]).status, WaveStatus::Failed);
}

#[test]
fn min_healthy_percent_counts_whole_servers() {
    let servers = |good: usize, bad: usize| {
        let mut all = vec![(Optional, ServerStatus::Healthy); good];
        all.extend(vec![(Optional, ServerStatus::Failed); bad]);
        all
    };
    assert_eq!(wave_outcome(67, &servers(2, 1)).status, WaveStatus::Failed, "66.7 % is less than 67 %");
    assert_eq!(wave_outcome(66, &servers(2, 1)).status, WaveStatus::Partial);
    assert_eq!(wave_outcome(0, &servers(0, 3)).status, WaveStatus::Partial);
    assert_eq!(wave_outcome(100, &servers(3, 0)).status, WaveStatus::Completed);
}

fn dependency(status: WaveStatus, on_failure: OnFailure) -> Dependency {
    Dependency { name: "db".into(), status, on_failure }
}

#[test]
fn a_wave_runs_when_nothing_it_depends_on_forbids_it() {
    assert_eq!(decide(&[]), Decision::Run);
    assert_eq!(decide(&[dependency(WaveStatus::Partial, OnFailure::Stop)]), Decision::Run);
    assert_eq!(decide(&[dependency(WaveStatus::Failed, OnFailure::Continue)]), Decision::Run);
    assert!(matches!(decide(&[dependency(WaveStatus::Failed, OnFailure::Stop)]), Decision::Skip { .. }));
    assert!(matches!(decide(&[dependency(WaveStatus::Skipped, OnFailure::Continue)]), Decision::Skip { .. }));
}

fn any_dependency() -> impl Strategy<Value = Dependency> {
    let statuses = prop::sample::select(WaveStatus::ALL);
    let policies = prop::sample::select(vec![OnFailure::Stop, OnFailure::Continue]);
    (statuses, policies).prop_map(|(status, on_failure)| dependency(status, on_failure))
}

proptest! {
    #[test]
    fn nothing_is_decided_before_all_dependencies_are_settled(all in prop::collection::vec(any_dependency(), 0..6)) {
        let settled = all.iter().all(|dependency| dependency.status.is_terminal());
        prop_assert_eq!(decide(&all) != Decision::Wait, settled);
    }

    #[test]
    fn an_execution_is_completed_only_when_every_wave_is(all in prop::collection::vec(any_dependency(), 1..6)) {
        let waves: Vec<_> = all.iter().map(|wave| (wave.status, wave.on_failure)).collect();
        let completed = waves.iter().all(|(status, _)| *status == WaveStatus::Completed);
        let outcome = execution_outcome(&waves);
        prop_assert!(outcome.is_terminal());
        prop_assert_eq!(outcome == ExecutionStatus::Completed, completed);
        if waves.contains(&(WaveStatus::Failed, OnFailure::Stop)) {
            prop_assert_eq!(outcome, ExecutionStatus::Failed);
        }
    }
}
