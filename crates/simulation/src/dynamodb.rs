//! DynamoDB in memory: the JSON protocol of exactly the operations, conditions and key conditions that `aws::store` sends.
//! Anything else is refused as DynamoDB refuses what it does not know, so that a new expression is noticed here and not
//! guessed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

mod expression;
mod query;

pub use query::PAGE_BYTES;

/// The most that an item may have, in bytes of its JSON here.
const ITEM_BYTES: usize = 400 * 1024;

/// An item: attributes with their types, as the protocol has them.
pub type Item = Map<String, Value>;

/// A table, or one of its indexes: by hash key and range key.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The attribute of the hash key.
    pub hash: &'static str,
    /// The attribute of the range key.
    pub range: &'static str,
    /// Indexes: their name, hash and range.
    pub indexes: &'static [(&'static str, &'static str, &'static str)],
    /// Whether writes are told.
    pub stream: bool,
}

#[derive(Debug)]
struct Table {
    schema: Schema,
    items: BTreeMap<(String, String), Item>,
}

/// A write that the stream of a table tells of.
#[derive(Debug, Clone)]
pub struct Change {
    /// The item before.
    pub old: Option<Item>,
    /// The item after.
    pub new: Option<Item>,
    /// Its place among all writes.
    pub sequence_number: u64,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The exception's name.
    pub kind: &'static str,
    /// What it says.
    pub message: String,
    /// For a cancelled transaction: the reason of each write.
    pub reasons: Vec<&'static str>,
}

impl Refusal {
    fn validation(message: impl Into<String>) -> Self {
        Self { kind: "ValidationException", message: message.into(), reasons: Vec::new() }
    }

    fn condition() -> Self {
        let message = "The conditional request failed".to_owned();
        Self { kind: "ConditionalCheckFailedException", message, reasons: Vec::new() }
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body =
            json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{}", self.kind), "message": self.message });
        if !self.reasons.is_empty() {
            let reasons: Vec<Value> = self.reasons.iter().map(|code| json!({ "Code": code })).collect();
            body["CancellationReasons"] = json!(reasons);
        }
        body
    }
}

/// All tables of a deployment.
#[derive(Debug, Default)]
pub struct DynamoDb {
    tables: BTreeMap<String, Table>,
    changes: Vec<Change>,
    writes: u64,
    /// The longest page, in items.
    page_items: Option<usize>,
    /// What time it is, and by how much indexes are behind, in microseconds.
    now: i64,
    lag: i64,
    /// The writes that indexes may not have yet, in their order.
    recent: VecDeque<Overwritten>,
    /// Of transactions that were carried out: once more they change nothing, and are no error.
    tokens: BTreeMap<String, Value>,
}

/// What was where a write has been.
#[derive(Debug)]
struct Overwritten {
    at: i64,
    table: String,
    key: (String, String),
    old: Option<Item>,
}

/// What one write does, once its condition holds.
enum Effect {
    Put(Item),
    Delete,
    Nothing,
}

impl DynamoDb {
    /// Adds an empty table.
    pub fn create(&mut self, name: &str, schema: Schema) {
        self.tables.insert(name.to_owned(), Table { schema, items: BTreeMap::new() });
    }

    /// No page of a query is longer than `items`.
    pub fn limit_pages(&mut self, items: usize) {
        self.page_items = Some(items);
    }

    /// Reads of an index see the tables as they were `micros` before.
    pub fn lag_indexes(&mut self, micros: i64) {
        self.lag = micros;
    }

    /// It is so many microseconds now.
    pub fn pass(&mut self, now: i64) {
        self.now = now;
        while self.recent.front().is_some_and(|write| write.at + self.lag <= now) {
            self.recent.pop_front();
        }
    }

    /// What an index of `table` still has instead of what the table has by now.
    fn behind(&self, table: &str) -> BTreeMap<&(String, String), Option<&Item>> {
        let writes = self.recent.iter().rev().filter(|write| write.table == table);
        writes.map(|write| (&write.key, write.old.as_ref())).collect()
    }

    /// Answers one call. `operation` is what follows the dot of `X-Amz-Target`.
    ///
    /// # Errors
    /// As DynamoDB, and `ValidationException` for what is not modelled.
    pub fn call(&mut self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        match operation {
            "GetItem" => self.get(request),
            "PutItem" => self.put(request),
            "DeleteItem" => self.delete(request),
            "Query" => query::query(self, request),
            "TransactWriteItems" => self.transact(request),
            _ => Err(Refusal::validation(format!("not modelled: {operation}"))),
        }
    }

    /// What the streams have told since the last time.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Every item of a table, in the order of its keys.
    pub fn items(&self, table: &str) -> impl Iterator<Item = &Item> {
        self.tables.get(table).into_iter().flat_map(|table| table.items.values())
    }

    /// One item, by its keys.
    #[must_use]
    pub fn item(&self, table: &str, hash: &str, range: &str) -> Option<&Item> {
        self.tables.get(table)?.items.get(&(hash.to_owned(), range.to_owned()))
    }

    fn table(&self, request: &Value) -> Result<&Table, Refusal> {
        let name = request["TableName"].as_str().unwrap_or_default();
        self.tables.get(name).ok_or_else(|| Refusal {
            kind: "ResourceNotFoundException",
            message: format!("Requested resource not found: Table: {name} not found"),
            reasons: Vec::new(),
        })
    }

    fn get(&self, request: &Value) -> Result<Value, Refusal> {
        only(request, &["TableName", "Key", "ConsistentRead"])?;
        let table = self.table(request)?;
        let key = table.key(&request["Key"])?;
        Ok(table.items.get(&key).map_or_else(|| json!({}), |item| json!({ "Item": item })))
    }

    fn put(&mut self, request: &Value) -> Result<Value, Refusal> {
        only(request, &["TableName", "Item", CONDITION, NAMES, VALUES])?;
        self.write(request, &request["Item"], true).map(|()| json!({}))
    }

    fn delete(&mut self, request: &Value) -> Result<Value, Refusal> {
        only(request, &["TableName", "Key", CONDITION, NAMES, VALUES])?;
        self.write(request, &request["Key"], false).map(|()| json!({}))
    }

    fn write(&mut self, request: &Value, item: &Value, put: bool) -> Result<(), Refusal> {
        let (key, holds) = self.table(request)?.check(request, item)?;
        if !holds {
            return Err(Refusal::condition());
        }
        let effect = if put { Effect::Put(attributes(item)?) } else { Effect::Delete };
        self.apply(request, key, effect);
        Ok(())
    }

    fn transact(&mut self, request: &Value) -> Result<Value, Refusal> {
        only(request, &["TransactItems", "ClientRequestToken"])?;
        let writes = request["TransactItems"].as_array().filter(|writes| (1..=100).contains(&writes.len()));
        let writes = writes.ok_or_else(|| Refusal::validation("a transaction has 1 to 100 writes"))?;
        let token = request["ClientRequestToken"].as_str();
        if let Some(before) = token.and_then(|token| self.tokens.get(token)) {
            if *before == request["TransactItems"] {
                return Ok(json!({}));
            }
            let message = "The request token was used for another transaction".to_owned();
            return Err(Refusal { kind: "IdempotentParameterMismatchException", message, reasons: Vec::new() });
        }
        let (mut keys, mut effects, mut reasons) = (BTreeSet::new(), Vec::new(), Vec::new());
        for write in writes {
            let (verb, body) = write.as_object().and_then(|verbs| verbs.iter().next()).ok_or_else(unreadable)?;
            let (item, effect) = match verb.as_str() {
                "Put" => (&body["Item"], Effect::Put(attributes(&body["Item"])?)),
                "Delete" => (&body["Key"], Effect::Delete),
                "ConditionCheck" => (&body["Key"], Effect::Nothing),
                _ => return Err(Refusal::validation(format!("not modelled: {verb} in a transaction"))),
            };
            only(body, &["TableName", "Item", "Key", CONDITION, NAMES, VALUES])?;
            let (key, holds) = self.table(body)?.check(body, item)?;
            if !keys.insert((body["TableName"].as_str(), key.clone())) {
                return Err(Refusal::validation("Transaction request cannot include multiple operations on one item"));
            }
            reasons.push(if holds { "None" } else { "ConditionalCheckFailed" });
            effects.push((body, key, effect));
        }
        if reasons.iter().any(|reason| *reason != "None") {
            let list = reasons.join(", ");
            let message =
                format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{list}]");
            return Err(Refusal { kind: "TransactionCanceledException", message, reasons });
        }
        for (body, key, effect) in effects {
            self.apply(body, key, effect);
        }
        self.tokens.extend(token.map(|token| (token.to_owned(), request["TransactItems"].clone())));
        Ok(json!({}))
    }

    fn apply(&mut self, request: &Value, key: (String, String), effect: Effect) {
        let name = request["TableName"].as_str().unwrap_or_default();
        let Some(table) = self.tables.get_mut(name) else { return };
        if self.lag > 0 && !matches!(effect, Effect::Nothing) {
            let old = table.items.get(&key).cloned();
            self.recent.push_back(Overwritten { at: self.now, table: name.to_owned(), key: key.clone(), old });
        }
        let (old, new) = match effect {
            Effect::Put(item) => (table.items.insert(key, item.clone()), Some(item)),
            Effect::Delete => (table.items.remove(&key), None),
            Effect::Nothing => return,
        };
        self.writes += 1;
        // A write that changes nothing is not told.
        if table.schema.stream && old != new {
            self.changes.push(Change { old, new, sequence_number: self.writes });
        }
    }
}

const CONDITION: &str = "ConditionExpression";
const NAMES: &str = "ExpressionAttributeNames";
const VALUES: &str = "ExpressionAttributeValues";

impl Table {
    fn key(&self, item: &Value) -> Result<(String, String), Refusal> {
        let part = |name: &str| {
            let text = item[name]["S"].as_str().filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or_else(|| {
                Refusal::validation(format!("One or more parameter values were invalid: the key {name} must be text"))
            })
        };
        Ok((part(self.schema.hash)?, part(self.schema.range)?))
    }

    /// The key of a write, and whether its condition holds.
    fn check(&self, request: &Value, item: &Value) -> Result<((String, String), bool), Refusal> {
        if item.to_string().len() > ITEM_BYTES {
            return Err(Refusal::validation("Item size has exceeded the maximum allowed size"));
        }
        let key = self.key(item)?;
        let holds = expression::holds(request, self.items.get(&key), self.schema.hash)?;
        Ok((key, holds))
    }
}

/// Refuses a request with a member that is not modelled.
fn only(request: &Value, members: &[&str]) -> Result<(), Refusal> {
    let object = request.as_object().ok_or_else(unreadable)?;
    match object.keys().find(|key| !members.contains(&key.as_str())) {
        Some(unknown) => Err(Refusal::validation(format!("not modelled: {unknown}"))),
        None => Ok(()),
    }
}

fn attributes(item: &Value) -> Result<Item, Refusal> {
    item.as_object().cloned().ok_or_else(unreadable)
}

fn unreadable() -> Refusal {
    Refusal::validation("the request has another shape")
}
