//! Where two versions of a document differ, field by field: a path of fields in which items with a name or id are called
//! by it. The API compares a file with what is stored, `drsctl` two versions of a plan; both say it the same way.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::FieldChange;

/// Where `new` differs from `old`, in the order of their fields.
#[must_use]
pub fn differences(old: &impl Serialize, new: &impl Serialize) -> Vec<FieldChange> {
    let value = |document: Result<Value, _>| document.unwrap_or(Value::Null);
    let mut found = Vec::new();
    compare("", Some(&value(serde_json::to_value(old))), Some(&value(serde_json::to_value(new))), &mut found);
    found
}

fn compare(at: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for key in either(old.keys().map(String::as_str), new.keys().map(String::as_str)) {
                compare(&below(at, key), old.get(key), new.get(key), found);
            }
        }
        (Some(Value::Array(old_items)), Some(Value::Array(new_items))) => {
            match (called(old_items), called(new_items)) {
                (Some(old), Some(new)) => compare_items(at, &old, &new, found),
                _ => found.push(change(at, old, new)),
            }
        }
        _ => found.push(change(at, old, new)),
    }
}

type Named<'a> = Vec<(&'a str, &'a Value)>;

/// Items that have names are the same item wherever they stand.
fn compare_items(at: &str, old: &Named, new: &Named, found: &mut Vec<FieldChange>) {
    for name in either(old.iter().map(|item| item.0), new.iter().map(|item| item.0)) {
        compare(&below(at, name), find(old, name), find(new, name), found);
    }
    let stayed = |items: &Named, others: &Named| -> Value {
        items.iter().map(|item| item.0).filter(|name| find(others, name).is_some()).collect()
    };
    let (before, after) = (stayed(old, new), stayed(new, old));
    if before != after {
        found.push(change(&format!("{at} (order)"), Some(&before), Some(&after)));
    }
}

fn find<'a>(items: &Named<'a>, name: &str) -> Option<&'a Value> {
    items.iter().find(|item| item.0 == name).map(|item| item.1)
}

/// The items of a list with their names or ids, if each has one of its own.
fn called(items: &[Value]) -> Option<Named<'_>> {
    let named: Named = items
        .iter()
        .map(|item| ["name", "id"].iter().find_map(|key| item.get(key)?.as_str()).map(|name| (name, item)))
        .collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = named.iter().map(|item| item.0).collect();
    (distinct.len() == named.len()).then_some(named)
}

/// The keys of the one, then those that only the other has.
fn either<'a>(old: impl Iterator<Item = &'a str>, new: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = old.collect();
    let known: BTreeSet<&str> = keys.iter().copied().collect();
    keys.extend(new.filter(|key| !known.contains(key)));
    keys
}

fn below(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

fn change(at: &str, from: Option<&Value>, to: Option<&Value>) -> FieldChange {
    FieldChange { at: at.to_owned(), from: from.map(Value::to_string), to: to.map(Value::to_string) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(old: &Value, new: &Value) -> Vec<String> {
        let text = |side: Option<String>| side.unwrap_or_else(|| "-".into());
        differences(old, new).into_iter().map(|c| format!("{}: {} {}", c.at, text(c.from), text(c.to))).collect()
    }

    #[test]
    fn items_are_compared_by_name_and_a_new_order_is_said_once() {
        let old = json!({"waves": [{"name": "db", "onFailure": "STOP"}, {"name": "web", "groups": ["a"]}]});
        let new = json!({"waves": [{"name": "web", "groups": ["a", "b"]}, {"name": "db", "onFailure": "CONTINUE"}],
            "targetRtoMinutes": 60});
        assert_eq!(
            lines(&old, &new),
            [
                r#"waves.db.onFailure: "STOP" "CONTINUE""#,
                r#"waves.web.groups: ["a"] ["a","b"]"#,
                r#"waves (order): ["db","web"] ["web","db"]"#,
                "targetRtoMinutes: - 60",
            ]
        );
        assert!(differences(&old, &old).is_empty());
    }

    #[test]
    fn an_item_that_is_new_or_gone_is_shown_whole_and_changes_no_order() {
        let old = json!({"servers": [{"id": "s-1"}, {"id": "s-2"}]});
        let new = json!({"servers": [{"id": "s-0"}, {"id": "s-2"}]});
        assert_eq!(lines(&old, &new), [r#"servers.s-1: {"id":"s-1"} -"#, r#"servers.s-0: - {"id":"s-0"}"#]);
    }

    #[test]
    fn a_list_whose_items_have_no_or_equal_names_is_one_value() {
        let (old, new) = (json!({"x": [{"name": "a"}, {"name": "a"}]}), json!({"x": [{"name": "a"}]}));
        assert_eq!(lines(&old, &new), [r#"x: [{"name":"a"},{"name":"a"}] [{"name":"a"}]"#]);
    }
}
