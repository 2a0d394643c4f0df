//! The gate before every launch of a wave: its dependencies, a pause of the execution, and a person's approval, decided in
//! one place. Also what each may become. Not here: who waits, and who wakes whom (`aws::handoff`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::{Approval, OnTimeout};
use crate::decision::Decided;
use crate::outcome::{Decision, Dependency, decide};

/// That an execution is held: no new job is started, whatever runs is watched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Who paused it.
    pub by: String,
    /// When, in Unix seconds.
    pub at: i64,
}

/// That an execution is to end: nothing more is begun, and what DRS has begun is watched to its end, since nobody can
/// cancel that. Nothing is terminated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancellation {
    /// Who cancelled it; `stepfunctions` for somebody who stopped its state machine and is not known.
    pub by: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// What that user said about it.
    #[serde(default)]
    pub comment: String,
}

impl Cancellation {
    /// Who and why, as the reason of whatever it ends.
    #[must_use]
    pub fn reason(&self) -> String {
        match self.comment.as_str() {
            "" => format!("{} cancelled the execution", self.by),
            comment => format!("{} cancelled the execution: {comment}", self.by),
        }
    }
}

/// What came of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// A person agreed.
    Approved,
    /// A person refused.
    Rejected,
    /// Nobody decided in time: `onTimeout` says what that means.
    TimedOut,
}

/// Who decided about a wave, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDecision {
    /// What came of it.
    pub verdict: Verdict,
    /// The user; empty when nobody decided in time.
    pub by: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// What that user said about it.
    pub comment: String,
}

/// The approval that a wave of an execution needs, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveApproval {
    /// The role whose members may decide.
    pub role: String,
    /// Minutes to wait for a decision, from when the wave could have begun.
    pub timeout_minutes: u32,
    /// What happens after that.
    pub on_timeout: OnTimeout,
    /// When the wave could have begun, in Unix seconds; missing before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<i64>,
    /// Until when it waits, in Unix seconds; missing before it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// Who decided what; missing before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<ApprovalDecision>,
}

impl From<&Approval> for WaveApproval {
    fn from(approval: &Approval) -> Self {
        Self {
            role: approval.role.clone(),
            timeout_minutes: approval.timeout_minutes,
            on_timeout: approval.on_timeout,
            asked_at: None,
            expires_at: None,
            decision: None,
        }
    }
}

impl WaveApproval {
    /// Whether a person, or time, refused the wave.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| refusal(self, decision).is_some())
    }

    /// Begins to wait for a decision.
    pub fn ask(&mut self, now: i64) {
        self.asked_at = Some(now);
        self.expires_at = Some(now + i64::from(self.timeout_minutes) * 60);
    }
}

/// A wave that failed and was held, or is begun anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nobody has decided about it yet, since this time.
    Open(i64),
    /// What somebody decided.
    Decided(Decided),
}

/// What a gate looks at.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The waves that this one depends on.
    pub dependencies: &'a [Dependency],
    /// The approval that it needs.
    pub approval: Option<&'a WaveApproval>,
    /// The pause of its execution.
    pub pause: Option<&'a Pause>,
    /// That its execution is to end.
    pub cancelled: Option<&'a Cancellation>,
    /// Its own failure, if it has failed before.
    pub failure: Option<Failure>,
    /// Now, in Unix seconds.
    pub now: i64,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Dependencies are not settled.
    Wait,
    /// The wave could begin now: its approval has to be asked for.
    Ask,
    /// Nobody decided in time: that has to be recorded.
    Expire,
    /// A person holds it, or has to decide.
    Hold {
        /// Seconds after which to look again, should word of the decision get lost.
        seconds: i64,
    },
    /// Nothing holds it.
    Run,
    /// Nothing holds it, and it has failed before: servers are to be launched again.
    Retry,
    /// It has failed, and its health is to be checked again.
    Recheck,
    /// It has failed, and somebody has let it end so.
    Settle,
    /// A dependency forbids it.
    Skip {
        /// Which and why.
        reason: String,
    },
    /// A person, or time, refused it.
    Reject {
        /// Who and why.
        reason: String,
    },
    /// Its execution is cancelled: it never begins.
    Cancel {
        /// Who and why.
        reason: String,
    },
}

/// Decides whether a wave may launch servers.
///
/// Dependencies come first: nobody is asked about a wave that will not run. An approval is asked for, decided and timed out
/// during a pause too, so that a pause does not add the approver's time to its own; a refusal counts at once, since it
/// starts nothing. A pause comes last and holds whatever would start. So a wave that failed is held, or ended, or checked
/// again before anything else is looked at, since that launches nothing; a retry passes the whole gate. Before all of that
/// comes a cancellation: what will never run waits for nobody.
#[must_use]
pub fn gate(facts: &Facts<'_>) -> Gate {
    if let Some(cancelled) = facts.cancelled {
        return Gate::Cancel { reason: cancelled.reason() };
    }
    match facts.failure {
        Some(Failure::Open(since)) => return Gate::Hold { seconds: look_again(facts.now - since) },
        Some(Failure::Decided(Decided::Skip | Decided::Abort)) => return Gate::Settle,
        Some(Failure::Decided(Decided::Recheck)) => return Gate::Recheck,
        Some(Failure::Decided(Decided::Retry)) | None => {}
    }
    match decide(facts.dependencies) {
        Decision::Wait => return Gate::Wait,
        Decision::Skip { reason } => return Gate::Skip { reason },
        Decision::Run => {}
    }
    if let Some(approval) = facts.approval {
        match (&approval.decision, approval.asked_at.zip(approval.expires_at)) {
            (Some(decision), _) => {
                if let Some(reason) = refusal(approval, decision) {
                    return Gate::Reject { reason };
                }
            }
            (None, None) => return Gate::Ask,
            (None, Some((_, expires))) if facts.now >= expires => return Gate::Expire,
            (None, Some((asked, expires))) => {
                let seconds = look_again(facts.now - asked).min(expires - facts.now);
                return Gate::Hold { seconds };
            }
        }
    }
    match (facts.pause, facts.failure) {
        (Some(pause), _) => Gate::Hold { seconds: look_again(facts.now - pause.at) },
        (None, Some(_)) => Gate::Retry,
        (None, None) => Gate::Run,
    }
}

/// Why `decision` refuses the wave; nothing when it lets it go on.
fn refusal(approval: &WaveApproval, decision: &ApprovalDecision) -> Option<String> {
    match (decision.verdict, approval.on_timeout) {
        (Verdict::Approved, _) | (Verdict::TimedOut, OnTimeout::Proceed) => None,
        (Verdict::TimedOut, OnTimeout::Reject) => {
            Some(format!("nobody in {} approved it within {} minutes", approval.role, approval.timeout_minutes))
        }
        (Verdict::Rejected, _) if decision.comment.is_empty() => Some(format!("{} rejected it", decision.by)),
        (Verdict::Rejected, _) => Some(format!("{} rejected it: {}", decision.by, decision.comment)),
    }
}

/// Five minutes, as the wait for dependencies.
const SOONEST_LOOK: i64 = 300;
/// Half a day. A look is some 14 events of a history that holds 25,000: a year has 730 of these.
const LATEST_LOOK: i64 = 12 * 3_600;

/// Word of a decision can get lost, so a wave that is held looks for itself: after as long as it has been held already.
/// So what is lost costs at most as much time again, and a wait of a year a few hundred looks.
fn look_again(held: i64) -> i64 {
    held.clamp(SOONEST_LOOK, LATEST_LOOK)
}
