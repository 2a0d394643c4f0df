//! Who answers the five verbs: DynamoDB through its SDK, or a simulation in this process.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::in_process::{self, InProcess};
use super::transaction::{TransactError, canceled};
use crate::error::{AwsError, classify};

/// Attributes of an item, or of its key.
pub(super) type Item = HashMap<String, AttributeValue>;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    /// DynamoDB.
    DynamoDb(Client),
    /// For a simulation.
    InProcess(Arc<dyn InProcess>),
}

/// A condition, or a key condition, with what its placeholders stand for.
#[derive(Debug, Default)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<Item>,
}

/// A page of a query, as it is asked for.
#[derive(Debug)]
pub(super) struct PageQuery {
    pub(super) index: Option<&'static str>,
    pub(super) condition: Expression,
    pub(super) forward: bool,
    pub(super) limit: Option<i32>,
    pub(super) start: Option<Item>,
}

/// A page of a query, and the key of its last item where there may be more.
pub(super) type Page = (Vec<Item>, Option<Item>);

impl Backend {
    pub(super) async fn get(&self, table: &str, key: Item) -> Result<Option<Item>, AwsError> {
        let client = match self {
            Self::DynamoDb(client) => client,
            Self::InProcess(other) => return in_process::get(other.as_ref(), table, key).await,
        };
        let sent = client.get_item().table_name(table).set_key(Some(key)).consistent_read(true).send().await;
        sent.map(|answer| answer.item).map_err(|error| classify("GetItem", error))
    }

    pub(super) async fn put(&self, table: &str, item: Item, condition: Option<Expression>) -> Result<(), AwsError> {
        let client = match self {
            Self::DynamoDb(client) => client,
            Self::InProcess(other) => return in_process::put(other.as_ref(), table, item, condition).await,
        };
        let mut request = client.put_item().table_name(table).set_item(Some(item));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.text)
                .set_expression_attribute_names(condition.names)
                .set_expression_attribute_values(condition.values);
        }
        request.send().await.map(drop).map_err(|error| classify("PutItem", error))
    }

    pub(super) async fn delete(&self, table: &str, key: Item, condition: Option<Expression>) -> Result<(), AwsError> {
        let client = match self {
            Self::DynamoDb(client) => client,
            Self::InProcess(other) => return in_process::delete(other.as_ref(), table, key, condition).await,
        };
        let mut request = client.delete_item().table_name(table).set_key(Some(key));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.text)
                .set_expression_attribute_names(condition.names)
                .set_expression_attribute_values(condition.values);
        }
        request.send().await.map(drop).map_err(|error| classify("DeleteItem", error))
    }

    pub(super) async fn query(&self, table: &str, query: PageQuery) -> Result<Page, AwsError> {
        let client = match self {
            Self::DynamoDb(client) => client,
            Self::InProcess(other) => return in_process::query(other.as_ref(), table, query).await,
        };
        let request = client
            .query()
            .table_name(table)
            .set_index_name(query.index.map(str::to_owned))
            .consistent_read(query.index.is_none())
            .scan_index_forward(query.forward)
            .set_limit(query.limit)
            .set_exclusive_start_key(query.start)
            .key_condition_expression(query.condition.text)
            .set_expression_attribute_names(query.condition.names)
            .set_expression_attribute_values(query.condition.values);
        let answer = request.send().await.map_err(|error| classify("Query", error))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), TransactError> {
        let client = match self {
            Self::DynamoDb(client) => client,
            Self::InProcess(other) => return in_process::transact(other.as_ref(), &writes).await,
        };
        let sent = client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(()) };
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                canceled.cancellation_reasons.clone().unwrap_or_default()
            }
            _ => return Err(TransactError::Other(classify("TransactWriteItems", error))),
        };
        Err(canceled(&reasons))
    }
}
