//! From which recovery points the run is to be: read from what started it.

use aws::history::{ExecutionRecord, ServerRecord};
use domain::preflight::{Finding, FindingCode, ServerFacts, Severity};
use domain::recovery_point::{ChosenPoint, RecoveryPointChoice};
use serde_json::Value;

/// The choice in the input of the state machine; the newest where there is none.
pub(crate) fn read(input: &Value) -> Result<RecoveryPointChoice, serde_json::Error> {
    if input.is_null() { Ok(RecoveryPointChoice::default()) } else { serde_json::from_value(input.clone()) }
}

/// The choice that holds: the one that is recorded, since the API knows who made it; else that of the input. One that
/// cannot be read blocks: the newest recovery points are the last thing that somebody wants who meant others.
pub(crate) fn chosen(execution: &ExecutionRecord, input: &Value) -> (RecoveryPointChoice, Option<Finding>) {
    if let Some(recorded) = &execution.recovery_point {
        return (recorded.clone(), None);
    }
    match read(input) {
        Ok(choice) => (choice, None),
        Err(error) => {
            let finding = Finding::new(
                FindingCode::RecoveryPointInvalid,
                Severity::Blocks,
                "recoveryPoint",
                &format!("it cannot be read: {error}"),
                "Give {\"kind\": \"NOT_AFTER\", \"at\": \"2026-11-22T02:00:00Z\"}, another kind (LATEST, SNAPSHOTS), or leave it out for the newest.",
            );
            (RecoveryPointChoice::default(), Some(finding))
        }
    }
}

/// Freezes the recovery point of a server: the wave that launches it hours later asks nobody which one was meant.
pub(crate) fn freeze(server: &mut ServerRecord, facts: Option<&ServerFacts>) {
    match facts.map(|facts| &facts.chosen_point) {
        Some(ChosenPoint::Point { snapshot, taken_at }) => {
            server.recovery_snapshot_id = Some(snapshot.clone());
            server.recovery_snapshot_at = Some(*taken_at);
        }
        // Those that have none have blocked the run.
        Some(ChosenPoint::Latest | ChosenPoint::NoneUntil { .. } | ChosenPoint::Missing { .. }) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use domain::plan::Mode;
    use serde_json::json;

    use super::*;

    fn execution(recorded: Option<RecoveryPointChoice>) -> ExecutionRecord {
        let mut execution = ExecutionRecord::new("e".into(), "p".into(), Mode::Drill, "ada".into(), 1_000);
        execution.recovery_point = recorded;
        execution
    }

    #[test]
    fn what_is_recorded_counts_before_the_input_and_what_cannot_be_read_blocks() {
        let (at_5, at_6) = (json!({"kind": "NOT_AFTER", "at": 5}), json!({"kind": "NOT_AFTER", "at": 6}));
        assert_eq!(chosen(&execution(None), &Value::Null), (RecoveryPointChoice::default(), None));
        assert_eq!(chosen(&execution(None), &at_5), (read(&at_5).unwrap(), None));
        assert_eq!(chosen(&execution(read(&at_6).ok()), &at_5), (read(&at_6).unwrap(), None));
        for wrong in
            [json!("2026-11-22"), json!({"kind": "NOT_AFTER", "at": "soon"}), json!({"kind": "LATEST", "at": 5})]
        {
            let (_, finding) = chosen(&execution(None), &wrong);
            let finding = finding.unwrap();
            assert_eq!(
                (finding.code, finding.severity),
                (FindingCode::RecoveryPointInvalid, Severity::Blocks),
                "{wrong}"
            );
        }
    }
}
