//! The tables in memory: `dynamodb.yaml` has the calls one after another, and what each comes to.

use serde::Deserialize;
use serde_json::{Value, json};
use simulation::EXECUTION_HISTORY;
use simulation::dynamodb::{DynamoDb, PAGE_BYTES};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    call: String,
    with: Value,
    #[serde(default)]
    answer: Option<Value>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    reasons: Option<Vec<String>>,
}

fn table() -> DynamoDb {
    let mut dynamodb = DynamoDb::default();
    dynamodb.create("T", EXECUTION_HISTORY);
    dynamodb
}

#[test]
fn every_case_comes_to_what_it_says() {
    let cases: Vec<Case> = serde_saphyr::from_str(include_str!("dynamodb.yaml")).unwrap();
    let mut dynamodb = table();
    for case in &cases {
        let mut with = case.with.clone();
        if case.call == "TransactWriteItems" {
            for write in with["TransactItems"].as_array_mut().unwrap() {
                write.as_object_mut().unwrap().values_mut().for_each(|body| body["TableName"] = json!("T"));
            }
        } else {
            with["TableName"] = json!("T");
        }
        match dynamodb.call(&case.call, &with) {
            Ok(answer) => assert_eq!(Some(&answer), case.answer.as_ref(), "{}", case.about),
            Err(refusal) => {
                assert_eq!(Some(refusal.kind), case.error.as_deref(), "{}: {}", case.about, refusal.message);
                if let Some(reasons) = &case.reasons {
                    assert_eq!(&refusal.reasons, reasons, "{}", case.about);
                }
            }
        }
    }
    let changes = dynamodb.take_changes();
    assert!(changes.iter().all(|change| change.old != change.new), "a write that changes nothing is not told");
    assert!(changes.is_sorted_by_key(|change| change.sequence_number));
    assert!(changes.iter().any(|change| change.old.is_none()) && changes.iter().any(|change| change.new.is_none()));
}

#[test]
fn a_page_ends_at_a_mebibyte_and_the_next_one_goes_on_behind_it() {
    let mut dynamodb = table();
    let text = "x".repeat(300 * 1024);
    for number in 0..7 {
        let item =
            json!({ "executionId": { "S": "e" }, "planId": { "S": format!("{number}") }, "text": { "S": text } });
        dynamodb.call("PutItem", &json!({ "TableName": "T", "Item": item })).unwrap();
    }
    let mut query = json!({
        "TableName": "T", "KeyConditionExpression": "#hash = :hash",
        "ExpressionAttributeNames": { "#hash": "executionId" }, "ExpressionAttributeValues": { ":hash": { "S": "e" } },
    });
    let mut counts = Vec::new();
    loop {
        let mut page = dynamodb.call("Query", &query).unwrap();
        assert!(page["Items"].to_string().len() <= PAGE_BYTES + 100);
        counts.push(page["Count"].as_u64().unwrap());
        if page["LastEvaluatedKey"].is_null() {
            break;
        }
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"].take();
    }
    assert_eq!(counts, [3, 3, 1]);
}

#[test]
fn an_index_that_lags_shows_what_was_before_and_the_table_what_is() {
    let mut dynamodb = table();
    dynamodb.lag_indexes(1_000);
    let write = |dynamodb: &mut DynamoDb, at: i64, call: &str, with: Value| {
        dynamodb.pass(at);
        dynamodb.call(call, &with).unwrap();
    };
    let item = |id: &str, status: &str| json!({ "executionId": { "S": id }, "planId": { "S": "p" }, "active": { "S": "RUNNING" }, "startedAt": { "N": "1" }, "status": { "S": status } });
    let put = |id: &str, status: &str| json!({ "TableName": "T", "Item": item(id, status) });
    write(&mut dynamodb, 0, "PutItem", put("a", "one"));
    write(&mut dynamodb, 0, "PutItem", put("b", "one"));
    write(&mut dynamodb, 5_000, "PutItem", put("a", "two"));
    write(&mut dynamodb, 5_100, "PutItem", put("a", "three"));
    let key = json!({ "executionId": { "S": "b" }, "planId": { "S": "p" } });
    write(&mut dynamodb, 5_100, "DeleteItem", json!({ "TableName": "T", "Key": key }));
    write(&mut dynamodb, 5_100, "PutItem", put("c", "one"));
    let mut seen = |at: i64| {
        dynamodb.pass(at);
        let (index, hash, _) = EXECUTION_HISTORY.indexes.iter().find(|(_, hash, _)| *hash == "active").unwrap();
        let values = json!({ ":hash": { "S": "RUNNING" } });
        let with = json!({
            "TableName": "T", "IndexName": index, "KeyConditionExpression": "#hash = :hash",
            "ExpressionAttributeNames": { "#hash": hash }, "ExpressionAttributeValues": values,
        });
        let answer = dynamodb.call("Query", &with).unwrap();
        let items = answer["Items"].as_array().cloned().unwrap_or_default();
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap().to_owned();
        items.iter().map(|item| format!("{}:{}", text(item, "executionId"), text(item, "status"))).collect::<Vec<_>>()
    };
    assert_eq!(seen(5_200), ["a:one", "b:one"]);
    assert_eq!(seen(6_050), ["a:two", "b:one"]);
    assert_eq!(seen(6_200), ["a:three", "c:one"]);
}
