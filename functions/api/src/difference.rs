//! Where two documents differ, field by field, for people who are about to store one over the other.

use std::collections::BTreeSet;

use contract::FieldChange;
use serde::Serialize;
use serde_json::Value;

/// Where `to` differs from `from`. Items of lists are paired by their `name` or `id`, so that an inserted wave is one
/// change; other lists are compared as a whole.
#[must_use]
pub fn differences(from: &impl Serialize, to: &impl Serialize) -> Vec<FieldChange> {
    let value = |document: Result<Value, _>| document.unwrap_or(Value::Null);
    let mut changes = Vec::new();
    compare("", &value(serde_json::to_value(from)), &value(serde_json::to_value(to)), &mut changes);
    changes
}

fn compare(at: &str, from: &Value, to: &Value, changes: &mut Vec<FieldChange>) {
    if from == to {
        return;
    }
    match (from, to) {
        (Value::Object(before), Value::Object(after)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let inner = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                compare(
                    &inner,
                    before.get(name).unwrap_or(&Value::Null),
                    after.get(name).unwrap_or(&Value::Null),
                    changes,
                );
            }
        }
        (Value::Array(before), Value::Array(after)) => match (labels(before), labels(after)) {
            (Some(old), Some(new)) if !(old.is_empty() && new.is_empty()) => {
                lists(at, (&old, before), (&new, after), changes);
            }
            (Some(_) | None, Some(_) | None) => push(at, from, to, changes),
        },
        _ => push(at, from, to, changes),
    }
}

fn lists(at: &str, from: (&[&str], &[Value]), to: (&[&str], &[Value]), changes: &mut Vec<FieldChange>) {
    let find = |(labels, values): (&[&str], &'_ [Value]), label: &str| {
        labels.iter().position(|one| *one == label).map(|index| values[index].clone())
    };
    for label in from.0 {
        let inner = format!("{at}.{label}");
        let after = find(to, label).unwrap_or(Value::Null);
        compare(&inner, &find(from, label).unwrap_or(Value::Null), &after, changes);
    }
    for label in to.0.iter().filter(|label| !from.0.contains(label)) {
        push(&format!("{at}.{label}"), &Value::Null, &find(to, label).unwrap_or(Value::Null), changes);
    }
    let common = |labels: &[&str], other: &[&str]| -> Vec<String> {
        labels.iter().filter(|label| other.contains(label)).map(|label| (*label).to_owned()).collect()
    };
    let (before, after) = (common(from.0, to.0), common(to.0, from.0));
    if before != after {
        push(&format!("{at} (order)"), &Value::from(before), &Value::from(after), changes);
    }
}

/// What the items of a list are called, when each has a name or id of its own.
fn labels(items: &[Value]) -> Option<Vec<&str>> {
    let found: Vec<&str> =
        items.iter().map(|item| item.get("name").or_else(|| item.get("id"))?.as_str()).collect::<Option<_>>()?;
    let distinct: BTreeSet<&&str> = found.iter().collect();
    (distinct.len() == found.len()).then_some(found)
}

fn push(at: &str, from: &Value, to: &Value, changes: &mut Vec<FieldChange>) {
    let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
    changes.push(FieldChange { at: at.to_owned(), from: text(from), to: text(to) });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(from: &Value, to: &Value) -> Vec<String> {
        differences(from, to)
            .into_iter()
            .map(|change| {
                let side = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
                format!("{}: {} > {}", change.at, side(change.from), side(change.to))
            })
            .collect()
    }

    #[test]
    fn items_are_paired_by_name_whatever_their_place() {
        let from = json!({ "waves": [{ "name": "db", "onFailure": "STOP" }, { "name": "web", "groups": ["a"] }] });
        let to = json!({ "waves": [
            { "name": "app" }, { "name": "web", "groups": ["a", "b"] }, { "name": "db", "onFailure": "CONTINUE" },
        ] });
        assert_eq!(
            shown(&from, &to),
            [
                r#"waves.db.onFailure: "STOP" > "CONTINUE""#,
                r#"waves.web.groups: ["a"] > ["a","b"]"#,
                r#"waves.app: - > {"name":"app"}"#,
                r#"waves (order): ["db","web"] > ["web","db"]"#,
            ]
        );
    }

    #[test]
    fn what_is_new_gone_or_the_same() {
        assert_eq!(shown(&json!({ "a": 1, "b": 2 }), &json!({ "a": 1, "c": 3 })), ["b: 2 > -", "c: - > 3"]);
        assert!(shown(&json!({ "a": [{ "id": "x" }] }), &json!({ "a": [{ "id": "x" }] })).is_empty());
        assert_eq!(shown(&json!({ "s": [{ "id": "x" }] }), &json!({ "s": [] })), [r#"s.x: {"id":"x"} > -"#]);
    }
}
