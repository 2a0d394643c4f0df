//! Queries: of the table by the range key, or of an index by its hash key alone.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::expression::{name, not_modelled, value};
use super::{DynamoDb, Item, NAMES, Refusal, Table, VALUES, only, unreadable};

/// The most that a page has, in bytes of its items' JSON here.
pub const PAGE_BYTES: usize = 1 << 20;

/// Which range keys are wanted.
enum Range<'a> {
    All,
    Prefix(&'a str),
    Between(&'a str, &'a str),
}

impl Range<'_> {
    fn contains(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => key.starts_with(prefix),
            Self::Between(first, last) => (*first..=*last).contains(&key),
        }
    }

    /// No wanted key is before this.
    fn first(&self) -> &str {
        match self {
            Self::All => "",
            Self::Prefix(first) | Self::Between(first, _) => first,
        }
    }

    /// Whether `key` and all behind it are not wanted any more.
    fn is_over(&self, key: &str) -> bool {
        key > self.first() && !self.contains(key)
    }
}

/// The key attributes of what is queried, its hash first.
struct Keys {
    hash: &'static str,
    range: &'static str,
}

pub(super) fn query(dynamodb: &DynamoDb, request: &Value) -> Result<Value, Refusal> {
    let members = ["TableName", "IndexName", "ConsistentRead", "ScanIndexForward", "Limit", "ExclusiveStartKey"];
    only(request, &[&members[..], &["KeyConditionExpression", NAMES, VALUES]].concat())?;
    let table = dynamodb.table(request)?;
    let index = request.get("IndexName").and_then(Value::as_str);
    let keys = keys(table, index)?;
    if index.is_some() && request["ConsistentRead"] == true {
        return Err(Refusal::validation("Consistent reads are not supported on global secondary indexes"));
    }
    let (wanted, range) = condition(request, &keys, index.is_some())?;
    let mut found: Vec<&Item> = if index.is_some() {
        let behind = dynamodb.behind(request["TableName"].as_str().unwrap_or_default());
        let arrived = table.items.iter().filter(|(key, _)| !behind.contains_key(key)).map(|(_, item)| item);
        let items = arrived.chain(behind.values().copied().flatten());
        items.filter(|item| text(item, keys.hash) == wanted).collect()
    } else {
        // They are in the order of their keys.
        let first = (wanted.to_owned(), range.first().to_owned());
        let wanted = table.items.range(first..).take_while(|((hash, key), _)| hash == wanted && !range.is_over(key));
        wanted.map(|(_, item)| item).collect()
    };
    let order = |one: &Item, other: &Item| order(table, &keys, one, other);
    if index.is_some() {
        found.retain(|item| item.contains_key(keys.range));
        found.sort_by(|one, other| order(one, other));
    }
    let backwards = request["ScanIndexForward"] == false;
    if backwards {
        found.reverse();
    }
    if let Some(start) = request.get("ExclusiveStartKey") {
        let start = start.as_object().ok_or_else(unreadable)?;
        let behind = if backwards { Ordering::Less } else { Ordering::Greater };
        found.retain(|item| order(item, start) == behind);
    }
    let limit = request["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.into_iter().chain(dynamodb.page_items).min().unwrap_or(usize::MAX);
    Ok(page(table, &keys, &found, limit))
}

fn keys(table: &Table, index: Option<&str>) -> Result<Keys, Refusal> {
    let Some(index) = index else { return Ok(Keys { hash: table.schema.hash, range: table.schema.range }) };
    let found = table.schema.indexes.iter().find(|(name, ..)| *name == index);
    let missing = || Refusal::validation(format!("The table does not have the specified index: {index}"));
    found.map(|(_, hash, range)| Keys { hash, range }).ok_or_else(missing)
}

/// The hash key's value, and the range keys that are wanted.
fn condition<'a>(request: &'a Value, keys: &Keys, index: bool) -> Result<(&'a str, Range<'a>), Refusal> {
    let text = request["KeyConditionExpression"].as_str().unwrap_or_default();
    let wanted = |written: &str| value(request, written)?["S"].as_str().ok_or_else(|| not_modelled(text));
    let (hash, range) = text.split_once(" AND ").map_or((text, None), |(hash, range)| (hash, Some(range)));
    let (written, hash) = hash.split_once(" = ").ok_or_else(|| not_modelled(text))?;
    let is = |written: &str, key: &str| match name(request, written)? {
        name if name == key => Ok(()),
        name => Err(Refusal::validation(format!("Query condition missed key schema element: {key}, not {name}"))),
    };
    is(written, keys.hash)?;
    let Some(range) = range else { return Ok((wanted(hash)?, Range::All)) };
    if index {
        return Err(not_modelled(text));
    }
    if let Some(arguments) = range.strip_prefix("begins_with(").and_then(|rest| rest.strip_suffix(')')) {
        let (written, prefix) = arguments.split_once(", ").ok_or_else(|| not_modelled(text))?;
        is(written, keys.range)?;
        return Ok((wanted(hash)?, Range::Prefix(wanted(prefix)?)));
    }
    let (written, bounds) = range.split_once(" BETWEEN ").ok_or_else(|| not_modelled(text))?;
    let (first, last) = bounds.split_once(" AND ").ok_or_else(|| not_modelled(text))?;
    is(written, keys.range)?;
    Ok((wanted(hash)?, Range::Between(wanted(first)?, wanted(last)?)))
}

/// By the range key: text by its bytes, numbers by their size. What an index has twice is in the order of the table's keys.
fn order(table: &Table, keys: &Keys, one: &Item, other: &Item) -> Ordering {
    let number = |item: &Item| {
        item.get(keys.range).and_then(|key| key["N"].as_str()).and_then(|number| number.parse::<f64>().ok())
    };
    number(one)
        .partial_cmp(&number(other))
        .unwrap_or(Ordering::Equal)
        .then_with(|| text(one, keys.range).cmp(text(other, keys.range)))
        .then_with(|| text(one, table.schema.hash).cmp(text(other, table.schema.hash)))
        .then_with(|| text(one, table.schema.range).cmp(text(other, table.schema.range)))
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|key| key["S"].as_str()).unwrap_or_default()
}

fn page(table: &Table, keys: &Keys, found: &[&Item], limit: usize) -> Value {
    let (mut bytes, mut count) = (0, 0);
    for item in found.iter().take(limit) {
        bytes += serde_json::to_string(item).map_or(0, |text| text.len());
        if bytes > PAGE_BYTES {
            break;
        }
        count += 1;
    }
    let items = found.get(..count).unwrap_or_default();
    let mut answer = json!({ "Items": items, "Count": count, "ScannedCount": count });
    // A page that is full ends with its last key, also where nothing comes behind it.
    if let Some(last) = items.last().filter(|_| count == limit || count < found.len()) {
        let names = [keys.hash, keys.range, table.schema.hash, table.schema.range];
        let key: Map<String, Value> =
            names.iter().filter_map(|name| Some(((*name).to_owned(), last.get(*name)?.clone()))).collect();
        answer["LastEvaluatedKey"] = Value::Object(key);
    }
    answer
}
