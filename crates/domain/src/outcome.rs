//! What a wave and an execution come to, and what that means for the waves behind.

use crate::plan::{Criticality, OnFailure};
use crate::status::{ExecutionStatus, ServerStatus, WaveStatus};

/// What a wave's servers came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveOutcome {
    /// COMPLETED, PARTIAL or FAILED.
    pub status: WaveStatus,
    /// Why it is not COMPLETED; empty when it is.
    pub reason: String,
}

/// Judges a wave by the truth of each server: never by its jobs, which DRS calls COMPLETED whatever happened.
///
/// FAILED when a critical server did not succeed, or when fewer than `min_healthy_percent` of all servers did.
#[must_use]
pub fn wave_outcome(min_healthy_percent: u8, servers: &[(Criticality, ServerStatus)]) -> WaveOutcome {
    let succeeded = servers.iter().filter(|(_, status)| status.is_success()).count();
    if succeeded == servers.len() {
        return WaveOutcome { status: WaveStatus::Completed, reason: String::new() };
    }
    let failed = servers.len() - succeeded;
    let critical = servers
        .iter()
        .filter(|(criticality, status)| *criticality == Criticality::Critical && !status.is_success())
        .count();
    if critical > 0 {
        let reason = format!("{failed} of {} servers did not succeed, {critical} of them critical", servers.len());
        return WaveOutcome { status: WaveStatus::Failed, reason };
    }
    // In whole servers, so that no rounding decides: succeeded/all < percent/100.
    if succeeded * 100 < usize::from(min_healthy_percent) * servers.len() {
        let reason = format!(
            "{succeeded} of {} servers succeeded, less than minHealthyPercent {min_healthy_percent}",
            servers.len()
        );
        return WaveOutcome { status: WaveStatus::Failed, reason };
    }
    let reason = format!("{failed} of {} servers did not succeed, none of them critical", servers.len());
    WaveOutcome { status: WaveStatus::Partial, reason }
}

/// A wave as those behind it see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub status: WaveStatus,
    /// Its policy.
    pub on_failure: OnFailure,
}

/// What a wave may do, given the waves it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Some are not settled.
    Wait,
    /// All are settled and none forbids it.
    Run,
    /// One forbids it.
    Skip {
        /// Which and why.
        reason: String,
    },
}

/// Decides once *all* dependencies are settled, also when one already forbids the wave: a wave that is SKIPPED while
/// another dependency still runs would be reported before the truth is known.
#[must_use]
pub fn decide(dependencies: &[Dependency]) -> Decision {
    if dependencies.iter().any(|dependency| !dependency.status.is_terminal()) {
        return Decision::Wait;
    }
    for Dependency { name, status, on_failure } in dependencies {
        let reason = match (status, on_failure) {
            (WaveStatus::Skipped, _) => format!("wave {name:?}, which it depends on, was skipped"),
            (WaveStatus::Cancelled, _) => format!("wave {name:?}, which it depends on, was cancelled"),
            // A wave that was to be held and has ended all the same was rejected or lost: nobody let the next one go.
            (WaveStatus::Failed, OnFailure::Stop | OnFailure::Pause) => {
                format!("wave {name:?}, which it depends on, failed")
            }
            (WaveStatus::Failed, OnFailure::Continue) | (WaveStatus::Completed | WaveStatus::Partial, _) => continue,
            (
                WaveStatus::Waiting
                | WaveStatus::AwaitingApproval
                | WaveStatus::Launching
                | WaveStatus::Checking
                | WaveStatus::AwaitingDecision,
                _,
            ) => return Decision::Wait,
        };
        return Decision::Skip { reason };
    }
    Decision::Run
}

/// What an execution comes to when its waves are settled. A wave that is not settled by then was lost: FAILED.
#[must_use]
pub fn execution_outcome(waves: &[(WaveStatus, OnFailure)]) -> ExecutionStatus {
    let mut outcome = ExecutionStatus::Completed;
    for (status, on_failure) in waves {
        match (status, on_failure) {
            (WaveStatus::Completed, _) => {}
            (WaveStatus::Partial, _) | (WaveStatus::Failed, OnFailure::Continue) => {
                outcome = ExecutionStatus::Partial;
            }
            (WaveStatus::Failed, OnFailure::Stop | OnFailure::Pause)
            | (
                WaveStatus::Skipped
                | WaveStatus::Cancelled
                | WaveStatus::Waiting
                | WaveStatus::AwaitingApproval
                | WaveStatus::Launching
                | WaveStatus::Checking
                | WaveStatus::AwaitingDecision,
                _,
            ) => {
                return ExecutionStatus::Failed;
            }
        }
    }
    outcome
}
