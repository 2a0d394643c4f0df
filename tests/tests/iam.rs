//! Each function's role on the local cloud, which checks IAM: what `permissions.yaml` names is let through, and nothing beside.
//! That what is named is enough, every other test shows: the functions run with these roles there.

use std::collections::BTreeSet;

use e2e::{cloud, permissions};
use serde_json::{Value, json};

/// A call of each DynamoDB action that changes nothing: it is for an item that is not there, and only if it is.
const HARMLESS: [&str; 6] = ["DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"];

fn harmless(action: &str, table: &str, (hash, range): (&str, &str)) -> Value {
    let nothing = json!({ hash: { "S": "nothing" }, range: { "S": "nothing" } });
    let there = format!("attribute_exists({hash})");
    match action {
        "GetItem" => json!({ "TableName": table, "Key": nothing }),
        "PutItem" => json!({ "TableName": table, "Item": nothing, "ConditionExpression": there }),
        "Query" => json!({
            "TableName": table, "KeyConditionExpression": format!("{hash} = :hash"),
            "ExpressionAttributeValues": { ":hash": { "S": "nothing" } },
        }),
        "Scan" => json!({ "TableName": table, "Limit": 1 }),
        _ => json!({ "TableName": table, "Key": nothing, "ConditionExpression": there }),
    }
}

/// Whether IAM refused the call. Everything else came to the service.
fn denied((status, answer): &(u16, Value)) -> bool {
    let kind = answer["__type"].as_str().unwrap_or_default();
    assert!(*status == 200 || !kind.is_empty(), "{status} {answer}");
    assert!(!kind.contains("Signature") && !kind.contains("Token"), "the call did not come as far as IAM: {answer}");
    kind.contains("AccessDenied")
}

#[test]
fn each_function_reaches_the_tables_of_its_file_and_no_other() {
    let tables = ["ProtectionGroups", "RecoveryPlans", "ExecutionHistory", "AuditLog", "Inventory"];
    let mut wrong = BTreeSet::new();
    let (mut allowed, mut refused) = (0, 0);
    for (function, permissions) in permissions() {
        let credentials = cloud().assume(&cloud().function(&function));
        for table in tables {
            let name = format!("{}{}", table[..1].to_lowercase(), &table[1..]);
            let keys = if table == "ExecutionHistory" { ("executionId", "planId") } else { ("kind", "id") };
            for action in HARMLESS {
                let wanted = permissions.tables.get(table).is_some_and(|actions| actions.contains(action));
                let body = harmless(action, &cloud().tables[&name], keys);
                let target = format!("DynamoDB_20120810.{action}");
                let refusal = denied(&cloud().call_as(&credentials, "dynamodb", &target, &body));
                *(if refusal { &mut refused } else { &mut allowed }) += 1;
                if refusal == wanted {
                    wrong.insert(format!(
                        "{function}: {action} on {table} is {}",
                        if wanted { "denied" } else { "allowed" }
                    ));
                }
            }
        }
    }
    println!("DynamoDB: {allowed} pairs of function and action are allowed, {refused} are denied");
    assert_eq!(wrong, BTreeSet::new());
    assert!(allowed > 0 && refused > allowed);
}

#[test]
fn only_functions_that_say_so_start_a_state_machine() {
    let mut wrong = BTreeSet::new();
    for (function, permissions) in permissions() {
        let credentials = cloud().assume(&cloud().function(&function));
        for (machine, arn) in &cloud().state_machines {
            if permissions.state_machines.get(machine).is_some_and(|actions| actions.contains("StartExecution")) {
                continue;
            }
            // Refused by the machine itself, were it to begin.
            let body = json!({ "stateMachineArn": arn, "name": "not-allowed", "input": "{}" });
            if !denied(&cloud().call_as(&credentials, "states", "AWSStepFunctions.StartExecution", &body)) {
                wrong.insert(format!("{function} starts {machine}"));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
}
