//! DynamoDB behind five verbs: get, put with a condition, query a page, delete, and a transaction of writes. What the items mean is
//! [`crate::history`]'s and [`crate::catalog`]'s business.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use self::backend::{Expression, Item, PageQuery};
use crate::error::{AwsError, ErrorKind};

mod backend;
mod in_process;
mod transaction;

pub(crate) use backend::Backend;
pub use in_process::{InProcess, Refused};
pub use transaction::{MAX_TRANSACTION, TransactError, Write};

/// A table with a hash and a range key, both text.
#[derive(Debug, Clone)]
pub struct Table {
    backend: Backend,
    name: String,
    hash: &'static str,
    range: &'static str,
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Nothing.
    None,
    /// There is no such item.
    New,
    /// The item's attribute has this value.
    Is(&'static str, Value),
    /// The item has no such attribute.
    Lacks(&'static str),
    /// The item's attribute has this value, and it has no such other one.
    IsAndLacks(&'static str, Value, &'static str),
    /// There is no such item, or its attribute has one of these values.
    NewOrOneOf(&'static str, Vec<Value>),
}

/// A value to compare an attribute with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number.
    Number(u64),
}

impl From<Value> for AttributeValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::S(text),
            Value::Number(number) => Self::N(number.to_string()),
        }
    }
}

/// Which items a query reads.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// The index, or the table itself.
    pub index: Option<Index>,
    /// The hash key's value.
    pub hash: &'a str,
    /// What the range key begins with; the table's only.
    pub prefix: &'a str,
    /// Instead of a prefix: the first and the last range key, both included; the table's only.
    pub between: Option<(&'a str, &'a str)>,
    /// Largest range key first.
    pub newest_first: bool,
    /// Items at most.
    pub limit: Option<i32>,
    /// Where the page before ended.
    pub token: Option<&'a str>,
}

/// An index and its hash key.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// The index's name.
    pub name: &'static str,
    /// The attribute that is its hash key.
    pub hash: &'static str,
}

/// A page of a query.
#[derive(Debug, Clone)]
pub struct Items<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on, when there is more.
    pub next_token: Option<String>,
}

impl Table {
    pub(crate) fn new(backend: Backend, name: String, hash: &'static str, range: &'static str) -> Self {
        Self { backend, name, hash, range }
    }

    /// The item with this key, as of now.
    ///
    /// # Errors
    /// When DynamoDB cannot be asked, or the item has another shape.
    pub async fn get<T: DeserializeOwned>(&self, hash: &str, range: &str) -> Result<Option<T>, AwsError> {
        let found = self.backend.get(&self.name, self.key(hash, range)).await?;
        found.map(decode).transpose()
    }

    /// Writes `item`, which carries its own key, when `condition` holds.
    ///
    /// # Errors
    /// `Conflict` when it does not hold.
    pub async fn put(&self, item: &impl Serialize, condition: Condition) -> Result<(), AwsError> {
        self.backend.put(&self.name, encode(item)?, self.expression(condition)).await
    }

    /// Deletes the item with this key when `condition` holds.
    ///
    /// # Errors
    /// `Conflict` when it does not hold.
    pub async fn delete(&self, hash: &str, range: &str, condition: Condition) -> Result<(), AwsError> {
        self.backend.delete(&self.name, self.key(hash, range), self.expression(condition)).await
    }

    /// One page of a query. The table is read as of now; an index may lag by a moment.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn query<T: DeserializeOwned>(&self, query: &Query<'_>) -> Result<Items<T>, AwsError> {
        let hash = query.index.map_or(self.hash, |index| index.hash);
        let mut names = HashMap::from([("#hash".to_owned(), hash.to_owned())]);
        let value = |name: &str, text: &str| (name.to_owned(), AttributeValue::S(text.to_owned()));
        let mut values = Item::from([value(":hash", query.hash)]);
        let text = match (query.between, query.prefix) {
            (Some((first, last)), _) => {
                values.extend([value(":first", first), value(":last", last)]);
                "#hash = :hash AND #range BETWEEN :first AND :last"
            }
            (None, "") => "#hash = :hash",
            (None, prefix) => {
                values.extend([value(":prefix", prefix)]);
                "#hash = :hash AND begins_with(#range, :prefix)"
            }
        };
        if values.len() > 1 {
            names.insert("#range".to_owned(), self.range.to_owned());
        }
        let condition = Expression { text: text.to_owned(), names: Some(names), values: Some(values) };
        let page = PageQuery {
            index: query.index.map(|index| index.name),
            condition,
            forward: !query.newest_first,
            limit: query.limit,
            start: query.token.map(token_key).transpose()?,
        };
        let (items, last) = self.backend.query(&self.name, page).await?;
        let items = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok(Items { items, next_token: last.map(|key| key_token(&key)).transpose()? })
    }

    /// Every item of the table with this hash key whose range key begins with `prefix`.
    ///
    /// # Errors
    /// As [`Table::query`].
    pub async fn query_all<T: DeserializeOwned>(&self, hash: &str, prefix: &str) -> Result<Vec<T>, AwsError> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let query = Query { hash, prefix, token: token.as_deref(), ..Query::default() };
            let page = self.query(&query).await?;
            items.extend(page.items);
            token = page.next_token;
            if token.is_none() {
                return Ok(items);
            }
        }
    }

    /// The token of a page that ends with the item of this key.
    ///
    /// # Errors
    /// Never for keys of text.
    pub fn token_after(&self, hash: &str, range: &str) -> Result<String, AwsError> {
        key_token(&self.key(hash, range))
    }

    fn key(&self, hash: &str, range: &str) -> Item {
        Item::from([
            (self.hash.to_owned(), AttributeValue::S(hash.to_owned())),
            (self.range.to_owned(), AttributeValue::S(range.to_owned())),
        ])
    }

    fn expression(&self, condition: Condition) -> Option<Expression> {
        let new = format!("attribute_not_exists({})", self.hash);
        let (text, attribute, values) = match condition {
            Condition::None => return None,
            Condition::New => return Some(Expression { text: new, names: None, values: None }),
            Condition::Lacks(attribute) => {
                let names = HashMap::from([("#attribute".to_owned(), attribute.to_owned())]);
                let text = "attribute_not_exists(#attribute)".to_owned();
                return Some(Expression { text, names: Some(names), values: None });
            }
            Condition::IsAndLacks(attribute, value, other) => {
                let names = [("#attribute", attribute), ("#other", other)];
                return Some(Expression {
                    text: "#attribute = :v0 AND attribute_not_exists(#other)".to_owned(),
                    names: Some(names.map(|(name, of)| (name.to_owned(), of.to_owned())).into()),
                    values: Some(Item::from([(":v0".to_owned(), value.into())])),
                });
            }
            Condition::Is(attribute, value) => ("#attribute = :v0".to_owned(), attribute, vec![value]),
            Condition::NewOrOneOf(attribute, values) => {
                let names: Vec<String> = (0..values.len()).map(|index| format!(":v{index}")).collect();
                (format!("{new} OR #attribute IN ({})", names.join(", ")), attribute, values)
            }
        };
        let values = values.into_iter().enumerate().map(|(index, value)| (format!(":v{index}"), value.into()));
        Some(Expression {
            text,
            names: Some(HashMap::from([("#attribute".to_owned(), attribute.to_owned())])),
            values: Some(values.collect()),
        })
    }
}

fn bug(operation: &'static str, error: &impl std::fmt::Display) -> AwsError {
    AwsError::new(ErrorKind::Bug, operation, error.to_string())
}

fn encode(item: &impl Serialize) -> Result<Item, AwsError> {
    to_item(item).map_err(|error| bug("encoding an item", &error))
}

fn decode<T: DeserializeOwned>(item: Item) -> Result<T, AwsError> {
    from_item(item).map_err(|error| bug("decoding an item", &error))
}

/// A page token: the last key as JSON in hexadecimal, so that it survives a URL and nobody is tempted to edit it.
fn key_token(key: &Item) -> Result<String, AwsError> {
    let plain: std::collections::BTreeMap<&String, String> = key
        .iter()
        .map(|(name, value)| match (value.as_s(), value.as_n()) {
            (Ok(text), _) => Ok((name, format!("S{text}"))),
            (_, Ok(number)) => Ok((name, format!("N{number}"))),
            (Err(_), Err(_)) => Err(bug("Query", &format!("the key attribute {name} is neither text nor number"))),
        })
        .collect::<Result<_, _>>()?;
    let json = serde_json::to_vec(&plain).map_err(|error| bug("Query", &error))?;
    Ok(json.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn token_key(token: &str) -> Result<Item, AwsError> {
    let invalid = || AwsError::new(ErrorKind::Invalid, "Query", "nextToken is not one that this API gave");
    let bytes: Option<Vec<u8>> = (0..token.len())
        .step_by(2)
        .map(|at| token.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let plain: HashMap<String, String> = serde_json::from_slice(&bytes.ok_or_else(invalid)?).map_err(|_| invalid())?;
    plain
        .into_iter()
        .map(|(name, value)| match value.split_at_checked(1) {
            Some(("S", text)) => Ok((name, AttributeValue::S(text.to_owned()))),
            Some(("N", number)) => Ok((name, AttributeValue::N(number.to_owned()))),
            _ => Err(invalid()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_survives_and_another_text_is_refused() {
        let key = Item::from([
            ("executionId".to_owned(), AttributeValue::S("zwölf-3".to_owned())),
            ("startedAt".to_owned(), AttributeValue::N("1790000000".to_owned())),
        ]);
        assert_eq!(token_key(&key_token(&key).unwrap()).unwrap(), key);
        for text in ["x", "zz", "7b7d7d", "é"] {
            assert_eq!(token_key(text).unwrap_err().kind, ErrorKind::Invalid, "{text}");
        }
    }
}
