//! Every action on executions and waves, in every status: the API answers what the transition table of the domain says, and
//! two people at once have one effect. New actions and statuses join by themselves.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use contract::{
    Decided, Execution, ExecutionAction, ExecutionStatus, Mode, ServerStatus, Verdict, WaveAction, WaveStatus,
};
use domain::control::{ExecutionNow, Possible, WaveNow};
use domain::decision::Candidate;
use domain::gate::{ApprovalDecision, Cancellation, Pause, WaveApproval};
use domain::id::ExecutionId;
use e2e::{Cloud, cloud};
use serde_json::json;

/// What a wave here can be decided about.
const CANDIDATE: Candidate = Candidate { status: ServerStatus::Unhealthy, has_instance: true };

/// A record of its own for each question. It is in no index, so that nothing else of the cloud looks at it.
struct Recorded {
    cloud: &'static Cloud,
    id: ExecutionId,
    plan: String,
}

impl Recorded {
    fn execution(status: ExecutionStatus, paused: Option<&Pause>, cancelled: Option<&Cancellation>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let plan = format!("matrix-{:06x}", std::process::id());
        let id = ExecutionId::from(format!("{plan}-{:04}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let mut item = json!({
            "executionId": id, "planId": plan, "kind": "MATRIX", "plan": format!("{plan}-none"), "mode": "DRILL",
            "status": status, "startedBy": "somebody", "startedAt": 1_000, "revision": 1,
        });
        if let Some(paused) = paused {
            item["paused"] = json!(paused);
        }
        if let Some(cancelled) = cancelled {
            item["cancelled"] = json!(cancelled);
        }
        cloud().put_item("executionHistory", &item);
        Self { cloud: cloud(), id, plan }
    }

    /// A wave with one server that can be launched or checked again. It is held when its status says so.
    fn wave(status: WaveStatus, approval: Option<&WaveApproval>) -> Self {
        let recorded = Self::execution(ExecutionStatus::Running, None, None);
        let mut item = json!({
            "executionId": recorded.id, "planId": format!("{}#wave#001", recorded.plan), "number": 1, "name": "only",
            "dependsOn": [], "dependants": [], "mode": "DRILL", "onFailure": "STOP", "minHealthyPercent": 100,
            "launchTimeoutMinutes": 60, "status": status, "round": 1,
        });
        if status == WaveStatus::AwaitingDecision {
            item["heldAt"] = json!(1_000);
        }
        if let Some(approval) = approval {
            item["approval"] = json!(approval);
        }
        recorded.cloud.put_item("executionHistory", &item);
        let server = json!({
            "executionId": recorded.id, "planId": format!("{}#server#001#s-0000000000000matrix", recorded.plan),
            "wave": 1, "ordinal": 0, "serverId": "s-0000000000000matrix", "hostname": "matrix", "group": "matrix",
            "criticality": "critical", "status": CANDIDATE.status, "reason": "", "instanceId": "i-0000000000000000a",
            "checks": [], "round": 1,
        });
        recorded.cloud.put_item("executionHistory", &server);
        recorded
    }

    /// Two people ask at the same moment; their answers: the status, the code and the detail.
    fn ask_twice(&self, path: &str) -> Vec<(u64, String, String)> {
        let path = format!("/executions/{}/{path}", self.id);
        let ask = || {
            let body = json!({ "comment": "matrix" }).to_string();
            let (status, answer) = self.cloud.request("POST", &path, Some(self.cloud.admin_token()), Some(&body));
            let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
            (u64::from(status), text("code"), text("detail"))
        };
        let mut answers: Vec<_> = thread::scope(|scope| {
            let asked = [scope.spawn(ask), scope.spawn(ask)];
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        answers.sort();
        answers
    }

    fn now(&self) -> Execution {
        self.cloud.admin().execution(&self.id).unwrap()
    }

    /// How many events the audit log has of it.
    fn audited(&self) -> u64 {
        self.cloud.get(&format!("/audit?subject={}", self.id))["count"].as_u64().unwrap()
    }
}

/// The path of an action of an execution, and whether it has its effect.
fn of_execution(action: ExecutionAction) -> (&'static str, fn(&Execution) -> bool) {
    match action {
        ExecutionAction::Pause => ("pause", |run| run.summary.paused.is_some()),
        ExecutionAction::Resume => ("resume", |run| run.summary.paused.is_none()),
        ExecutionAction::Cancel => ("cancel", |run| run.summary.cancelled.is_some()),
        ExecutionAction::Cleanup => ("cleanup", |run| run.cleanup.is_some()),
    }
}

/// The same of a wave.
fn of_wave(action: WaveAction) -> (&'static str, fn(&Execution) -> bool) {
    fn verdict(run: &Execution) -> Option<Verdict> {
        run.waves[0].approval.as_ref()?.decision.as_ref().map(|decision| decision.verdict)
    }
    fn decided(run: &Execution) -> Option<Decided> {
        run.waves[0].decisions.last().map(|decision| decision.decided)
    }
    match action {
        WaveAction::Approve => ("waves/1/approve", |run| verdict(run) == Some(Verdict::Approved)),
        WaveAction::Reject => ("waves/1/reject", |run| verdict(run) == Some(Verdict::Rejected)),
        WaveAction::Retry => ("waves/1/retry", |run| decided(run) == Some(Decided::Retry)),
        WaveAction::Recheck => ("waves/1/recheck", |run| decided(run) == Some(Decided::Recheck)),
        WaveAction::Skip => ("waves/1/skip", |run| decided(run) == Some(Decided::Skip)),
        WaveAction::Abort => ("waves/1/abort", |run| decided(run) == Some(Decided::Abort)),
    }
}

fn refused(reason: &str) -> (u64, String, String) {
    (409, "NOT_POSSIBLE_NOW".to_owned(), reason.to_owned())
}

#[test]
fn every_action_on_an_execution_in_every_status() {
    let paused = Pause { by: "ada".to_owned(), at: 1_000 };
    let cancelled = Cancellation { by: "ada".to_owned(), at: 1_000, comment: String::new() };
    for status in ExecutionStatus::ALL {
        for paused in [None, Some(&paused)] {
            for cancelled in [None, Some(&cancelled)] {
                for action in ExecutionAction::ALL {
                    execution_case(*status, paused, cancelled, *action);
                }
            }
        }
    }
}

fn execution_case(
    status: ExecutionStatus,
    paused: Option<&Pause>,
    cancelled: Option<&Cancellation>,
    action: ExecutionAction,
) {
    let context = format!("{action:?} of {status}, paused: {}, cancelled: {}", paused.is_some(), cancelled.is_some());
    // In no index, so nothing of it is known to stand. Asked for it all the same, the API has that looked at.
    let run = ExecutionNow { mode: Mode::Drill, status, paused, cancelled, left_over: false, cleanup: None };
    let (possible, cleans) = (action.possible(&run), action == ExecutionAction::Cleanup);
    let recorded = Recorded::execution(status, paused, cancelled);
    let before = recorded.now();
    assert_eq!(before.summary.allowed_actions.contains(&action), possible == Possible::Yes, "{context}");
    let (path, has_effect) = of_execution(action);
    let answers = recorded.ask_twice(path);
    let done = (if cleans { 202 } else { 200 }, String::new(), String::new());
    let after = recorded.now();
    match &possible {
        Possible::Yes | Possible::Already => {
            assert_eq!(answers, [done.clone(), done], "{context}");
            assert!(has_effect(&after), "{context}");
        }
        Possible::No { reason } if cleans => {
            let detail = format!("{} cannot be cleaned up: {reason}; nothing was terminated", recorded.id);
            let refused = (409, "NOT_CLEANABLE".to_owned(), detail);
            assert_eq!(answers, [refused.clone(), refused], "{context}");
            assert_eq!(after, before, "{context}");
        }
        Possible::No { reason } => {
            assert_eq!(answers, [refused(reason), refused(reason)], "{context}");
            assert_eq!(after, before, "{context}");
        }
    }
    let is_done = possible == Possible::Yes || cleans && possible == Possible::Already;
    assert_eq!(recorded.audited(), u64::from(is_done), "{context}");
}

#[test]
fn every_action_on_a_wave_in_every_status() {
    let open = WaveApproval {
        role: "dr-approver".to_owned(),
        timeout_minutes: 60,
        on_timeout: contract::OnTimeout::Reject,
        asked_at: Some(1_000),
        expires_at: Some(4_600),
        decision: None,
    };
    let decision =
        ApprovalDecision { verdict: Verdict::TimedOut, by: String::new(), at: 4_600, comment: String::new() };
    let decided = WaveApproval { decision: Some(decision), ..open.clone() };
    let mut allowed = BTreeSet::new();
    for status in WaveStatus::ALL {
        for approval in [None, Some(&open), Some(&decided)] {
            for action in WaveAction::ALL {
                if wave_case(*status, approval, *action) {
                    allowed.insert(of_wave(*action).0);
                }
            }
        }
    }
    assert_eq!(allowed.len(), WaveAction::ALL.len(), "each is possible somewhere: {allowed:?}");
}

/// Whether the action was possible.
fn wave_case(status: WaveStatus, approval: Option<&WaveApproval>, action: WaveAction) -> bool {
    let open = approval.map(|approval| approval.decision.is_none());
    let context = format!("{action:?} of {status}, approval open: {open:?}");
    let is_held = status == WaveStatus::AwaitingDecision;
    let servers = [CANDIDATE];
    let now = WaveNow {
        execution_runs: true,
        cancelled: None,
        status,
        approval,
        decided: None,
        is_held,
        round: 1,
        servers: &servers,
    };
    let possible = action.possible(&now);
    let recorded = Recorded::wave(status, approval);
    let before = recorded.now();
    assert_eq!(before.waves[0].allowed_actions.contains(&action), possible == Possible::Yes, "{context}");
    let (path, has_effect) = of_wave(action);
    let answers = recorded.ask_twice(path);
    let after = recorded.now();
    match &possible {
        Possible::Yes => {
            let codes: Vec<_> = answers.iter().map(|(status, code, _)| (*status, code.as_str())).collect();
            assert_eq!(codes, [(200, ""), (409, "NOT_POSSIBLE_NOW")], "one decides: {context}");
            assert!(has_effect(&after), "{context}");
        }
        Possible::Already => assert!(answers.iter().all(|(status, ..)| *status == 200), "{context}: {answers:?}"),
        Possible::No { reason } => {
            assert_eq!(answers, [refused(reason), refused(reason)], "{context}");
            assert_eq!(after, before, "{context}");
        }
    }
    assert_eq!(recorded.audited(), u64::from(possible == Possible::Yes), "{context}");
    possible == Possible::Yes
}
