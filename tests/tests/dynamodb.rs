//! The cases of the simulation's tables in memory (`crates/simulation/tests/dynamodb.yaml`) on MiniStack's DynamoDB.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use e2e::{Cloud, Scenario, cloud};
use scenario::dynamodb::{Case, Refused};
use serde_json::{Value, json};

const CASES: &str = include_str!("../../crates/simulation/tests/dynamodb.yaml");

/// A table with the keys and indexes of the table of executions, as long as it is held.
struct Table {
    cloud: &'static Cloud,
    name: String,
}

impl Table {
    fn new(name: String) -> Self {
        let cloud = cloud();
        let call =
            |operation: &str, body: &Value| cloud.aws("dynamodb", &format!("DynamoDB_20120810.{operation}"), body);
        let like = call("DescribeTable", &json!({ "TableName": cloud.tables["executionHistory"] }));
        let like = &like["Table"];
        let indexes = like["GlobalSecondaryIndexes"].as_array().unwrap().iter();
        let indexes = indexes.map(|index| {
            json!({ "IndexName": index["IndexName"], "KeySchema": index["KeySchema"], "Projection": index["Projection"] })
        });
        let table = json!({
            "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": like["KeySchema"],
            "AttributeDefinitions": like["AttributeDefinitions"],
            "GlobalSecondaryIndexes": indexes.collect::<Vec<_>>(),
        });
        call("CreateTable", &table);
        Self { cloud, name }
    }

    fn call(&self, operation: &str, request: &Value) -> Result<Value, Refused> {
        let (status, mut answer) = self.cloud.ask("dynamodb", &format!("DynamoDB_20120810.{operation}"), request);
        if status == 200 {
            return Ok(answer);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = text(&answer["__type"]).rsplit('#').next().unwrap_or_default().to_owned();
        let reasons = answer["CancellationReasons"].take();
        let reasons = reasons.as_array().into_iter().flatten().map(|reason| text(&reason["Code"])).collect();
        Err(Refused { kind, reasons, message: text(&answer["message"]) })
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let request = json!({ "TableName": self.name });
        self.cloud.ask("dynamodb", "DynamoDB_20120810.DeleteTable", &request);
    }
}

#[test]
fn the_cases_of_the_tables_in_memory_come_to_the_same_on_ministack() {
    let table = Table::new(Scenario::new("cases").name);
    let cases = Case::all_from_yaml(CASES).unwrap();
    let cases = cases.iter().filter(|case| case.of_the_stand_in.is_none());
    let wrong: Vec<String> =
        cases.filter_map(|case| case.differs(&table.name, |name, request| table.call(name, request))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
