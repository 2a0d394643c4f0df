//! The tables in memory: `dynamodb.yaml` has the calls one after another, and what each comes to.

use scenario::dynamodb::{Case, Refused};
use serde_json::{Value, json};
use simulation::EXECUTION_HISTORY;
use simulation::dynamodb::{DynamoDb, PAGE_BYTES, Refusal};

fn table() -> DynamoDb {
    let mut dynamodb = DynamoDb::default();
    dynamodb.create("T", EXECUTION_HISTORY);
    dynamodb
}

fn refused(refusal: Refusal) -> Refused {
    let reasons = refusal.reasons.into_iter().map(str::to_owned).collect();
    Refused { kind: refusal.kind.to_owned(), reasons, message: refusal.message }
}

#[test]
fn every_case_comes_to_what_it_says() {
    let mut dynamodb = table();
    for case in Case::all_from_yaml(include_str!("dynamodb.yaml")).unwrap() {
        let differs = case.differs("T", |operation, request| dynamodb.call(operation, request).map_err(refused));
        assert_eq!(differs, None);
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
