//! What writes of an execution's items come to.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use domain::timeline::{Change, EventKind, changes};
use serde_json::{Value, json};

fn told(range: &str, before: Value, after: Value) -> Vec<Change> {
    changes(range, (!before.is_null()).then_some(before), after).unwrap()
}

fn execution(more: Value) -> Value {
    let item = json!({
        "executionId": "shop-1", "planId": "shop", "mode": "DRILL", "status": "RUNNING", "reason": "", "startedBy": "ada",
        "startedAt": 1_795_450_000, "findings": [], "revision": 3, "something": "of another version",
    });
    with(item, more)
}

fn wave(more: Value) -> Value {
    let item = json!({
        "planId": "shop#wave#002", "number": 2, "name": "web", "mode": "DRILL", "status": "WAITING", "reason": "",
        "approval": { "role": "dr-approver", "timeoutMinutes": 60, "onTimeout": "REJECT" },
    });
    with(item, more)
}

fn with(mut item: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    item
}

#[test]
fn an_execution_begins_runs_and_ends() {
    let pending = execution(json!({ "status": "PENDING" }));
    let [begun] = &told("shop", Value::Null, pending.clone())[..] else { panic!() };
    assert_eq!((begun.at, begun.by.as_str(), begun.notice.as_ref()), (Some(1_795_450_000), "ada", None));
    assert_eq!((begun.text.as_str(), begun.previous_status.as_ref()), ("ada started a DRILL of shop", None));
    let [running] = &told("shop", pending, execution(json!({})))[..] else { panic!() };
    assert_eq!(running.notice.as_deref(), Some("The DRILL of shop that ada started is running."));
    let end = json!({ "status": "FAILED", "reason": "wave web is FAILED", "endedAt": 1_795_453_600 });
    let [ended] = &told("shop", execution(json!({})), execution(end))[..] else { panic!() };
    assert_eq!((ended.at, ended.previous_status.as_deref()), (Some(1_795_453_600), Some("RUNNING")));
    assert_eq!(ended.text, "It is FAILED after 60 minutes: wave web is FAILED");
    let notice = "The DRILL of shop that ada started is FAILED after 60 minutes: wave web is FAILED";
    assert_eq!(ended.notice.as_deref(), Some(notice));
}

#[test]
fn a_write_that_changes_no_status_and_no_mark_is_no_news() {
    let later = execution(json!({ "revision": 4, "leftOver": true, "servers": { "total": 1, "recovered": 1 } }));
    assert_eq!(told("shop", execution(json!({})), later), []);
    assert_eq!(
        told(
            "shop#wave#002",
            wave(json!({})),
            wave(json!({ "beforeActions": [{ "name": "tell", "status": "RUNNING" }] }))
        ),
        []
    );
    for range in ["shop#batch#001#0001", "shop#token#001", "shop#event#1#2", "shop#cleanup#instance#001#s-1"] {
        let item = |status: &str| json!({ "status": status, "token": "secret" });
        assert_eq!(told(range, item("A"), item("B")), [], "{range}");
    }
}

#[test]
fn pauses_and_cancels_say_who_and_the_end_of_an_execution_resumes_nothing() {
    let paused = execution(json!({ "paused": { "by": "bob", "at": 7 } }));
    let [pause] = &told("shop", execution(json!({})), paused.clone())[..] else { panic!() };
    assert_eq!((pause.kind, pause.by.as_str(), pause.at), (EventKind::ExecutionPaused, "bob", Some(7)));
    let [resumed] = &told("shop", paused.clone(), execution(json!({})))[..] else { panic!() };
    assert_eq!((resumed.kind, resumed.status.as_str()), (EventKind::ExecutionResumed, "RUNNING"));
    let cancelled = with(paused.clone(), json!({ "cancelled": { "by": "eve", "at": 9, "comment": "wrong plan" } }));
    let [cancel] = &told("shop", paused.clone(), cancelled)[..] else { panic!() };
    assert_eq!((cancel.kind, cancel.text.as_str()), (EventKind::ExecutionCancelled, "eve cancelled it: wrong plan"));
    let ended = execution(json!({ "status": "CANCELLED", "endedAt": 1_795_450_001 }));
    let kinds: Vec<EventKind> = told("shop", paused, ended).iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [EventKind::ExecutionStatus]);
}

#[test]
fn who_has_to_decide_is_told_which_wave_which_role_and_until_when() {
    let asked = |decision: Value| {
        let approval = json!({
            "role": "dr-approver", "askedAt": 1_795_450_000, "expiresAt": 1_795_453_600, "decision": decision,
        });
        wave(json!({ "status": "AWAITING_APPROVAL", "approval": approval }))
    };
    let [waits] = &told("shop#wave#002", wave(json!({})), asked(Value::Null))[..] else { panic!() };
    assert_eq!((waits.wave, waits.wave_name.as_str(), waits.at), (Some(2), "web", Some(1_795_450_000)));
    let notice =
        "Wave web of this DRILL awaits the approval of somebody with the role dr-approver until 2026-11-23 17:06 UTC.";
    assert_eq!(waits.notice.as_deref(), Some(notice));
    let decision = json!({ "verdict": "APPROVED", "by": "bob", "at": 1_795_450_100, "comment": "go" });
    let approved = with(asked(decision), json!({ "status": "WAITING" }));
    let found = told("shop#wave#002", asked(Value::Null), approved);
    let [decided, status] = &found[..] else { panic!("{found:?}") };
    assert_eq!((decided.kind, decided.by.as_str()), (EventKind::WaveApproval, "bob"));
    assert_eq!(decided.text, "bob approved wave web: go");
    assert_eq!((status.kind, status.at, status.notice.as_ref()), (EventKind::WaveStatus, Some(1_795_450_100), None));
    let held = wave(json!({ "status": "AWAITING_DECISION", "reason": "1 of 2 servers failed" }));
    let [held] = &told("shop#wave#002", wave(json!({ "status": "LAUNCHING" })), held)[..] else { panic!() };
    let notice = "Wave web of this DRILL did not succeed and awaits a decision: 1 of 2 servers failed";
    assert_eq!(held.notice.as_deref(), Some(notice));
}

#[test]
fn who_decided_about_a_failure_is_told_once_and_before_what_it_led_to() {
    let decision = |what: &str, at: i64| json!({ "decided": what, "by": "eve", "at": at, "comment": "once more", "reason": "x", "servers": 1 });
    let held = wave(json!({ "status": "AWAITING_DECISION", "decisions": [decision("RECHECK", 5)] }));
    let decided = wave(json!({ "status": "WAITING", "decisions": [decision("RECHECK", 5), decision("RETRY", 9)] }));
    let found = told("shop#wave#002", held, decided.clone());
    let [by_whom, status] = &found[..] else { panic!("{found:?}") };
    assert_eq!((by_whom.kind, by_whom.by.as_str(), by_whom.at), (EventKind::WaveDecision, "eve", Some(9)));
    assert_eq!((by_whom.text.as_str(), by_whom.wave), ("eve decided RETRY about wave web: once more", Some(2)));
    assert_eq!(status.kind, EventKind::WaveStatus);
    assert_eq!(told("shop#wave#002", decided.clone(), decided), []);
}

#[test]
fn of_actions_their_ends_are_told_each_time() {
    let run = |status: &str, ended_at: Value| {
        wave(json!({ "afterActions": [{ "name": "switch-dns", "status": status, "endedAt": ended_at }] }))
    };
    let (running, done) = (run("RUNNING", Value::Null), run("SUCCEEDED", json!(7)));
    let [ended] = &told("shop#wave#002", running.clone(), done.clone())[..] else { panic!() };
    assert_eq!((ended.kind, ended.at), (EventKind::WaveAction, Some(7)));
    assert_eq!(ended.text, "Action switch-dns of wave web is SUCCEEDED");
    assert_eq!(told("shop#wave#002", done.clone(), done.clone()), []);
    assert_eq!(told("shop#wave#002", done, running.clone()), []);
    assert_eq!(told("shop#wave#002", running, run("FAILED", json!(9))).len(), 1);
}

#[test]
fn of_servers_their_ends_are_told() {
    let server = |status: &str| json!({ "serverId": "s-1", "hostname": "web-1", "wave": 2, "status": status, "reason": "", "instanceId": "i-1", "launchedAt": 5 });
    let told = |was: &str, is: &str| told("shop#server#002#s-1", server(was), server(is));
    assert_eq!(told("PENDING", "LAUNCHING"), []);
    let [launched] = &told("LAUNCHING", "LAUNCHED")[..] else { panic!() };
    assert_eq!((launched.text.as_str(), launched.at, launched.wave), ("web-1 is LAUNCHED as i-1", Some(5), Some(2)));
    assert_eq!(told("CHECKING", "UNHEALTHY")[0].text, "web-1 is UNHEALTHY");
}

#[test]
fn a_second_cleanup_is_news_though_it_has_the_status_of_the_first() {
    let cleanup = |attempt: u32| json!({ "status": "RUNNING", "attempt": attempt, "startedBy": "ada", "startedAt": 3 });
    let told = |before: Value, after: Value| told("shop#cleanup", before, after);
    assert_eq!(told(Value::Null, cleanup(1))[0].text, "ada started a cleanup");
    assert_eq!(told(cleanup(1), cleanup(1)), []);
    assert_eq!(told(cleanup(1), cleanup(2)).len(), 1);
    let ended = json!({ "status": "PARTIAL", "attempt": 2, "reason": "1 left", "startedAt": 3, "endedAt": 9 });
    let [ended] = &told(cleanup(2), ended)[..] else { panic!() };
    assert_eq!((ended.text.as_str(), ended.at, ended.by.as_str()), ("The cleanup is PARTIAL: 1 left", Some(9), ""));
}
