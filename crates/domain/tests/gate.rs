//! The gate before a launch, and what a person may do in which status.

use domain::action::{Approval, OnTimeout};
use domain::cleanup::CleanupStatus;
use domain::control::{Decider, ExecutionAction, ExecutionNow, MayNot, Possible, WaveAction, WaveNow};
use domain::decision::{Candidate, Decided, FailureDecision, MAX_ROUNDS};
use domain::gate::{ApprovalDecision, Cancellation, Facts, Failure, Gate, Pause, Verdict, WaveApproval, gate};
use domain::outcome::Dependency;
use domain::plan::{Mode, OnFailure};
use domain::role::ROLES;
use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};

const NOW: i64 = 1_000_000;

fn approval(on_timeout: OnTimeout) -> WaveApproval {
    WaveApproval::from(&Approval { role: "dr-approver".into(), timeout_minutes: 60, on_timeout })
}

fn decided(on_timeout: OnTimeout, verdict: Verdict) -> WaveApproval {
    let mut approval = approval(on_timeout);
    approval.ask(NOW);
    approval.decision = Some(ApprovalDecision { verdict, by: "ada".into(), at: NOW, comment: "too early".into() });
    approval
}

fn dependency(status: WaveStatus) -> Dependency {
    Dependency { name: "database".into(), status, on_failure: OnFailure::Stop }
}

fn pause(at: i64) -> Pause {
    Pause { by: "ada".into(), at }
}

fn look(dependencies: &[Dependency], approval: Option<&WaveApproval>, pause: Option<&Pause>, now: i64) -> Gate {
    gate(&Facts { dependencies, approval, pause, cancelled: None, failure: None, now })
}

fn look_at_failure(failure: Failure, dependencies: &[Dependency], pause: Option<&Pause>, now: i64) -> Gate {
    gate(&Facts { dependencies, approval: None, pause, cancelled: None, failure: Some(failure), now })
}

#[test]
fn a_wave_that_failed_is_held_until_somebody_decides_and_only_a_retry_passes_the_gate_again() {
    let (pause, unsettled) = (pause(NOW), [dependency(WaveStatus::Launching)]);
    for held in [None, Some(&pause)] {
        let open = look_at_failure(Failure::Open(NOW), &[], held, NOW + 1_000);
        assert_eq!(open, Gate::Hold { seconds: 1_000 });
        for (decided, expected) in
            [(Decided::Skip, Gate::Settle), (Decided::Abort, Gate::Settle), (Decided::Recheck, Gate::Recheck)]
        {
            assert_eq!(look_at_failure(Failure::Decided(decided), &unsettled, held, NOW), expected, "{decided:?}");
        }
    }
    let retry = Failure::Decided(Decided::Retry);
    assert_eq!(look_at_failure(retry, &unsettled, None, NOW), Gate::Wait);
    assert_eq!(look_at_failure(retry, &[], Some(&pause), NOW), Gate::Hold { seconds: 300 });
    assert_eq!(look_at_failure(retry, &[], None, NOW), Gate::Retry);
}

#[test]
fn nobody_is_asked_about_a_wave_that_cannot_begin() {
    let (approval, pause) = (approval(OnTimeout::Reject), pause(NOW));
    for held in [None, Some(&pause)] {
        for status in [WaveStatus::Waiting, WaveStatus::AwaitingApproval, WaveStatus::Launching] {
            assert_eq!(look(&[dependency(status)], Some(&approval), held, NOW), Gate::Wait);
        }
        let skipped = look(&[dependency(WaveStatus::Failed)], Some(&approval), held, NOW);
        assert!(matches!(skipped, Gate::Skip { .. }));
        assert_eq!(look(&[dependency(WaveStatus::Completed)], Some(&approval), held, NOW), Gate::Ask);
    }
    assert_eq!(look(&[], None, None, NOW), Gate::Run);
}

#[test]
fn the_time_of_an_approval_begins_when_the_wave_could() {
    let mut waiting = approval(OnTimeout::Proceed);
    waiting.ask(NOW);
    assert_eq!(look(&[], Some(&waiting), None, NOW + 3_599), Gate::Hold { seconds: 1 });
    assert_eq!(look(&[], Some(&waiting), None, NOW + 3_600), Gate::Expire);
}

#[test]
fn a_decision_lets_the_wave_go_on_or_refuses_it_and_a_pause_holds_what_would_start() {
    use OnTimeout::{Proceed, Reject};
    let pause = pause(NOW);
    for (on_timeout, verdict, refused) in [
        (Reject, Verdict::Approved, false),
        (Reject, Verdict::Rejected, true),
        (Proceed, Verdict::Rejected, true),
        (Reject, Verdict::TimedOut, true),
        (Proceed, Verdict::TimedOut, false),
    ] {
        let approval = decided(on_timeout, verdict);
        for held in [None, Some(&pause)] {
            let gate = look(&[], Some(&approval), held, NOW);
            match (refused, held) {
                (true, _) => assert!(matches!(gate, Gate::Reject { .. }), "{verdict:?} {gate:?}"),
                (false, None) => assert_eq!(gate, Gate::Run, "{verdict:?}"),
                (false, Some(_)) => assert_eq!(gate, Gate::Hold { seconds: 300 }, "{verdict:?}"),
            }
        }
    }
    let rejected = look(&[], Some(&decided(Reject, Verdict::Rejected)), None, NOW);
    assert_eq!(rejected, Gate::Reject { reason: "ada rejected it: too early".into() });
}

#[test]
fn a_wave_that_is_held_for_a_year_looks_seldom_enough_for_its_history() {
    let (pause, year) = (pause(NOW), 365 * 86_400);
    let (mut now, mut looks) = (NOW, 0);
    while now < NOW + year {
        let Gate::Hold { seconds } = look(&[], None, Some(&pause), now) else { panic!("it is held") };
        // What is lost is found within as long as it was held, or within five minutes.
        assert!(seconds <= (now - NOW).max(300), "{seconds}");
        now += seconds;
        looks += 1;
    }
    assert!(looks * 14 < 25_000, "{looks}");
}

fn cancelled() -> Cancellation {
    Cancellation { by: "ada".into(), at: NOW, comment: "wrong plan".into() }
}

#[test]
fn what_is_cancelled_waits_for_nothing_and_never_begins() {
    let (mut asked, pause, cancelled) = (approval(OnTimeout::Proceed), pause(NOW), cancelled());
    asked.ask(NOW);
    let ready = decided(OnTimeout::Reject, Verdict::Approved);
    for dependencies in [vec![], vec![dependency(WaveStatus::Launching)], vec![dependency(WaveStatus::Failed)]] {
        for approval in [None, Some(&asked), Some(&ready)] {
            for pause in [None, Some(&pause)] {
                let facts = Facts {
                    dependencies: &dependencies,
                    approval,
                    pause,
                    cancelled: Some(&cancelled),
                    failure: None,
                    now: NOW + 9,
                };
                let reason = "ada cancelled the execution: wrong plan".to_owned();
                assert_eq!(gate(&facts), Gate::Cancel { reason });
            }
        }
    }
}

#[test]
fn what_may_be_done_to_an_execution() {
    let (pause, cancelled) = (pause(NOW), cancelled());
    let mut table = String::new();
    for status in ExecutionStatus::ALL {
        for (name, held, ends) in [
            ("", None, None),
            (" paused", Some(&pause), None),
            (" cancelled", None, Some(&cancelled)),
            (" paused, cancelled", Some(&pause), Some(&cancelled)),
        ] {
            for action in ExecutionAction::ALL {
                let run = ExecutionNow { paused: held, cancelled: ends, ..run(*status) };
                let said = said(&action.possible(&run));
                table.push_str(&format!("{status}{name}: {action:?}: {said}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

fn run(status: ExecutionStatus) -> ExecutionNow<'static> {
    ExecutionNow { mode: Mode::Drill, status, paused: None, cancelled: None, left_over: true, cleanup: None }
}

#[test]
fn safety_rule_2_a_cleanup_is_offered_where_a_drill_has_ended_and_something_of_it_may_stand() {
    let mut table = String::new();
    for status in ExecutionStatus::ALL {
        for mode in [Mode::Drill, Mode::Recovery] {
            for (name, left_over, cleanup) in [
                ("nothing stands", false, None),
                ("never cleaned up", true, None),
                ("being cleaned up", true, Some(CleanupStatus::Running)),
                ("cleaned up in part", true, Some(CleanupStatus::Partial)),
                ("cleanup failed", true, Some(CleanupStatus::Failed)),
                // Its record is written before the mark is taken away.
                ("cleaned up", true, Some(CleanupStatus::Completed)),
            ] {
                let run = ExecutionNow { mode, left_over, cleanup, ..run(*status) };
                let possible = ExecutionAction::Cleanup.possible(&run);
                assert!(mode == Mode::Drill || matches!(possible, Possible::No { .. }), "{status} {name}");
                table.push_str(&format!("{status} {mode}, {name}: {}\n", said(&possible)));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_may_be_done_to_a_wave() {
    let (open, done) = (approval(OnTimeout::Reject), decided(OnTimeout::Reject, Verdict::Approved));
    let mut table = String::new();
    for status in WaveStatus::ALL {
        for (name, approval) in [("no approval", None), ("open", Some(&open)), ("decided", Some(&done))] {
            for action in [WaveAction::Approve, WaveAction::Reject] {
                let wave = WaveNow { approval, ..now(*status) };
                table.push_str(&format!("{status} {name}: {action:?}: {}\n", said(&action.possible(&wave))));
            }
        }
    }
    insta::assert_snapshot!(table);
}

fn now(status: WaveStatus) -> WaveNow<'static> {
    WaveNow {
        status,
        approval: None,
        decided: None,
        is_held: false,
        round: 1,
        execution_runs: false,
        cancelled: None,
        servers: &[],
    }
}

#[test]
fn what_may_be_decided_about_a_wave() {
    let unhealthy = [Candidate { status: ServerStatus::Unhealthy, has_instance: true }];
    let failed = [Candidate { status: ServerStatus::Failed, has_instance: false }];
    let skip = FailureDecision {
        decided: Decided::Skip,
        by: "ada".into(),
        at: NOW,
        comment: String::new(),
        reason: String::new(),
        servers: 0,
    };
    let mut waves: Vec<(String, WaveNow<'_>)> =
        WaveStatus::ALL.iter().map(|status| (status.to_string(), now(*status))).collect();
    let held = WaveNow { is_held: true, ..now(WaveStatus::AwaitingDecision) };
    waves.push(("held, unhealthy".into(), WaveNow { servers: &unhealthy, ..held }));
    waves.push(("held, not launched".into(), WaveNow { servers: &failed, ..held }));
    waves.push(("held, tried often".into(), WaveNow { servers: &unhealthy, round: MAX_ROUNDS, ..held }));
    let failed_early = WaveNow { execution_runs: true, ..now(WaveStatus::Failed) };
    waves.push(("failed while others run, unhealthy".into(), WaveNow { servers: &unhealthy, ..failed_early }));
    let rejected = self::decided(OnTimeout::Reject, Verdict::Rejected);
    waves.push(("rejected while others run".into(), WaveNow { approval: Some(&rejected), ..failed_early }));
    waves.push(("skipped while others run".into(), WaveNow { execution_runs: true, ..now(WaveStatus::Skipped) }));
    waves.push(("decided".into(), WaveNow { decided: Some(&skip), ..now(WaveStatus::AwaitingDecision) }));
    let mut table = String::new();
    for (name, wave) in waves {
        for action in WaveAction::ALL.iter().filter(|action| action.decides().is_some()) {
            table.push_str(&format!("{name}: {action:?}: {}\n", said(&action.possible(&wave))));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn nothing_is_decided_about_a_wave_of_an_execution_that_is_cancelled_and_ends() {
    let open = approval(OnTimeout::Reject);
    let unhealthy = [Candidate { status: ServerStatus::Unhealthy, has_instance: true }];
    let cancelled = Cancellation { by: "ada".to_owned(), at: NOW, comment: String::new() };
    for action in WaveAction::ALL {
        let status =
            if action.decides().is_some() { WaveStatus::AwaitingDecision } else { WaveStatus::AwaitingApproval };
        let runs = WaveNow { approval: Some(&open), is_held: true, servers: &unhealthy, ..now(status) };
        assert_eq!(action.possible(&runs), Possible::Yes, "{action:?}");
        let ends = action.possible(&WaveNow { cancelled: Some(&cancelled), ..runs });
        assert_eq!(said(&ends), "no, ada cancelled the execution; it ends when DRS has ended what it runs for it");
    }
}

#[test]
fn whoever_may_not_start_a_recovery_launches_nothing_in_one() {
    use WaveAction::{Abort, Recheck, Retry, Skip};
    for (role, mode, launches, others) in [
        ("dr-operator", Mode::Drill, Ok(()), Ok(())),
        ("dr-operator", Mode::Recovery, Err(MayNot::Recovery), Ok(())),
        ("dr-recoverer", Mode::Recovery, Ok(()), Ok(())),
        ("dr-admin", Mode::Recovery, Ok(()), Ok(())),
        ("dr-approver", Mode::Drill, Err(MayNot::Role), Err(MayNot::Role)),
        ("dr-auditor", Mode::Drill, Err(MayNot::Role), Err(MayNot::Role)),
    ] {
        let roles = [role.to_owned()];
        let somebody = Decider { name: "bob", roles: &roles, mode, started_by: "bob", four_eyes: true };
        for (action, expected) in [(Retry, &launches), (Skip, &launches), (Recheck, &others), (Abort, &others)] {
            assert_eq!(&somebody.may(action, None), expected, "{role} {action:?} {mode}");
        }
    }
}

fn said(possible: &Possible) -> String {
    match possible {
        Possible::Yes => "yes".to_owned(),
        Possible::Already => "is so already".to_owned(),
        Possible::No { reason } => format!("no, {reason}"),
    }
}

#[test]
fn who_may_decide_about_a_wave() {
    let approval = approval(OnTimeout::Reject);
    for role in ROLES {
        let roles = [(*role).to_owned()];
        let somebody = Decider { name: "bob", roles: &roles, mode: Mode::Recovery, started_by: "ada", four_eyes: true };
        let expected = if matches!(*role, "dr-admin" | "dr-approver") { Ok(()) } else { Err(MayNot::Role) };
        assert_eq!(somebody.may(WaveAction::Approve, Some(&approval)), expected, "{role}");
        assert_eq!(somebody.may(WaveAction::Reject, Some(&approval)), expected, "{role}");
    }
    let roles = ["dr-admin".to_owned()];
    let starter = Decider { name: "ada", roles: &roles, mode: Mode::Recovery, started_by: "ada", four_eyes: true };
    assert_eq!(starter.may(WaveAction::Approve, Some(&approval)), Err(MayNot::FourEyes));
    assert_eq!(starter.may(WaveAction::Reject, Some(&approval)), Ok(()));
    assert_eq!(Decider { mode: Mode::Drill, ..starter }.may(WaveAction::Approve, Some(&approval)), Ok(()));
    assert_eq!(Decider { four_eyes: false, ..starter }.may(WaveAction::Approve, Some(&approval)), Ok(()));
    // An auditor looks on, whatever an approval names.
    let roles = ["dr-auditor".to_owned()];
    let auditor = WaveApproval { role: "dr-auditor".into(), ..approval };
    assert_eq!(Decider { roles: &roles, ..starter }.may(WaveAction::Reject, Some(&auditor)), Err(MayNot::Role));
}
