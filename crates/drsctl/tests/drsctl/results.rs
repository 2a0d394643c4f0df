//! The result as people read it.

use contract::{CheckKind, CheckRun, Execution, Finding, FindingCode, ServerStatus, Severity, WaveStatus};
use domain::health::CheckStatus;
use drsctl::table;

use crate::fake::execution;

fn completed() -> Execution {
    serde_json::from_str(&execution("COMPLETED", "COMPLETED", "HEALTHY")).unwrap()
}

#[test]
fn a_drill_without_checks_says_nothing_about_health() {
    let text = table::result(&completed());
    let row = text.lines().find(|line| line.contains("database")).unwrap();
    let cells: Vec<&str> = row.split(['│', '┆']).map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["database", "1", "1", "1", "–", "0:09:50", "COMPLETED"], "{text}");
    assert!(text.ends_with("DRILL of shop: COMPLETED, RTO 0:11:40, RPO 0:11:40\nExecution shop-1"), "{text}");
}

#[test]
fn what_failed_is_listed_with_its_reason_and_made_safe_to_print() {
    let mut execution = completed();
    let wave = &mut execution.waves[0];
    wave.status = WaveStatus::Failed;
    wave.reason = "db-1 is critical".into();
    wave.servers[0].status = ServerStatus::Unhealthy;
    wave.servers[0].reason = "health check answers failed".into();
    wave.servers[0].checks = vec![CheckRun {
        name: "answers".into(),
        kind: CheckKind::SsmCommand,
        required: true,
        status: CheckStatus::Failed,
        output: "\u{1b}[2Jno\nway".into(),
        ended_at: Some(700),
    }];
    execution.summary.findings = vec![Finding::new(
        FindingCode::AgentDisconnected,
        Severity::Warns,
        "s-1 (db-1)",
        "its replication is DISCONNECTED",
        "Reconnect the agent.",
    )];
    let text = table::result(&execution);
    assert!(text.contains("0/1"), "{text}");
    assert!(text.contains("  wave database FAILED: db-1 is critical\n"), "{text}");
    assert!(text.contains("db-1 (s-3tierdb0000000001) UNHEALTHY: health check answers failed\n"), "{text}");
    assert!(text.contains("check answers of db-1 failed: [2Jno way\n"), "{text}");
    assert!(text.contains("warning: s-1 (db-1): its replication is DISCONNECTED. Reconnect the agent."), "{text}");
    assert!(!text.contains('\u{1b}'));
}
