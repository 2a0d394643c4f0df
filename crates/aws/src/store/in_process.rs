//! DynamoDB without its SDK: for a simulation that makes millions of calls, most of whose time the SDK would be. What is called
//! and answered is the JSON of DynamoDB's own protocol, so whoever answers cannot tell which way a call came.

use std::fmt::Debug;

use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::backend::{Expression, Item, Page, PageQuery};
use super::bug;
use super::transaction::{TransactError, canceled};
use crate::error::AwsError;

/// An answer that is none.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What became of the call.
    pub error: AwsError,
    /// The body of the answer, where there was one.
    pub body: Value,
}

/// What answers.
pub trait InProcess: Debug + Send + Sync {
    /// Answers `operation`, as DynamoDB names it, and tries again what its SDK would try again.
    fn call(&self, operation: &'static str, request: Value) -> BoxFuture<'static, Result<Value, Refused>>;
}

async fn ask(who: &dyn InProcess, operation: &'static str, request: Value) -> Result<Value, AwsError> {
    who.call(operation, request).await.map_err(|refused| refused.error)
}

pub(super) async fn get(who: &dyn InProcess, table: &str, key: Item) -> Result<Option<Item>, AwsError> {
    let request = json!({ "TableName": table, "Key": attributes(key)?, "ConsistentRead": true });
    let mut answer = ask(who, "GetItem", request).await?;
    answer.get_mut("Item").map(Value::take).map(item).transpose()
}

pub(super) async fn put(
    who: &dyn InProcess,
    table: &str,
    item: Item,
    condition: Option<Expression>,
) -> Result<(), AwsError> {
    let mut request = json!({ "TableName": table, "Item": attributes(item)? });
    add("ConditionExpression", condition, &mut request)?;
    ask(who, "PutItem", request).await.map(drop)
}

pub(super) async fn delete(
    who: &dyn InProcess,
    table: &str,
    key: Item,
    condition: Option<Expression>,
) -> Result<(), AwsError> {
    let mut request = json!({ "TableName": table, "Key": attributes(key)? });
    add("ConditionExpression", condition, &mut request)?;
    ask(who, "DeleteItem", request).await.map(drop)
}

pub(super) async fn query(who: &dyn InProcess, table: &str, query: PageQuery) -> Result<Page, AwsError> {
    let mut request = json!({
        "TableName": table, "ConsistentRead": query.index.is_none(), "ScanIndexForward": query.forward,
    });
    if let Some(index) = query.index {
        request["IndexName"] = json!(index);
    }
    if let Some(limit) = query.limit {
        request["Limit"] = json!(limit);
    }
    if let Some(start) = query.start {
        request["ExclusiveStartKey"] = attributes(start)?;
    }
    add("KeyConditionExpression", Some(query.condition), &mut request)?;
    let mut answer = ask(who, "Query", request).await?;
    let items = answer.get_mut("Items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let items = items.into_iter().map(item).collect::<Result<_, _>>()?;
    let last = answer.get_mut("LastEvaluatedKey").map(Value::take).map(item).transpose()?;
    Ok((items, last))
}

pub(super) async fn transact(who: &dyn InProcess, writes: &[TransactWriteItem]) -> Result<(), TransactError> {
    let writes = writes.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    // As the SDK does: once more it is the same transaction.
    let token = format!("{:032x}", fastrand::u128(..));
    let request = json!({ "TransactItems": writes, "ClientRequestToken": token });
    let Err(refused) = who.call("TransactWriteItems", request).await else { return Ok(()) };
    let Some(reasons) = refused.body["CancellationReasons"].as_array() else {
        return Err(TransactError::Other(refused.error));
    };
    let text = |reason: &Value, name: &str| reason[name].as_str().map(str::to_owned);
    let reasons: Vec<CancellationReason> = reasons
        .iter()
        .map(|reason| {
            let of = CancellationReason::builder().set_code(text(reason, "Code"));
            of.set_message(text(reason, "Message")).build()
        })
        .collect();
    Err(canceled(&reasons))
}

fn write(write: &TransactWriteItem) -> Result<Value, AwsError> {
    let with = |verb: &str, mut body: Value, text: Option<&str>, names: Option<_>, values: Option<&Item>| {
        if let Some(text) = text {
            let condition = Expression { text: text.to_owned(), names, values: values.cloned() };
            add("ConditionExpression", Some(condition), &mut body)?;
        }
        Ok(json!({ verb: body }))
    };
    if let Some(put) = write.put() {
        let body = json!({ "TableName": put.table_name(), "Item": attributes(put.item().clone())? });
        let names = put.expression_attribute_names().cloned();
        return with("Put", body, put.condition_expression(), names, put.expression_attribute_values());
    }
    if let Some(delete) = write.delete() {
        let body = json!({ "TableName": delete.table_name(), "Key": attributes(delete.key().clone())? });
        let names = delete.expression_attribute_names().cloned();
        return with("Delete", body, delete.condition_expression(), names, delete.expression_attribute_values());
    }
    let missing = || bug("TransactWriteItems", &"a write that is neither put, delete nor check");
    let check = write.condition_check().ok_or_else(missing)?;
    let body = json!({ "TableName": check.table_name(), "Key": attributes(check.key().clone())? });
    let names = check.expression_attribute_names().cloned();
    with("ConditionCheck", body, Some(check.condition_expression()), names, check.expression_attribute_values())
}

/// Adds an expression to a request, under the name that it has there.
fn add(name: &str, expression: Option<Expression>, request: &mut Value) -> Result<(), AwsError> {
    let Some(expression) = expression else { return Ok(()) };
    request[name] = Value::String(expression.text);
    if let Some(names) = expression.names {
        request["ExpressionAttributeNames"] = json!(names);
    }
    if let Some(values) = expression.values {
        request["ExpressionAttributeValues"] = attributes(values)?;
    }
    Ok(())
}

/// Attributes with their types, as the protocol has them.
fn attributes(item: Item) -> Result<Value, AwsError> {
    let plain = |(name, value)| Ok((name, serde_json::to_value(serde_dynamo::AttributeValue::from(value))?));
    let all: Result<Map<String, Value>, serde_json::Error> = item.into_iter().map(plain).collect();
    all.map(Value::Object).map_err(|error| bug("encoding an item", &error))
}

fn item(json: Value) -> Result<Item, AwsError> {
    let item: serde_dynamo::Item = serde_json::from_value(json).map_err(|error| bug("decoding an item", &error))?;
    Ok(item.into())
}
