//! Items as the stream brings them: each value says of which type it is.

use serde_json::{Map, Number, Value};
use task::TaskError;

/// The item `image` as plain JSON.
///
/// # Errors
/// When it is no item of DynamoDB.
pub(super) fn plain(image: &Value) -> Result<Value, TaskError> {
    let attributes = image.as_object().ok_or_else(|| odd(image))?;
    attributes
        .iter()
        .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
        .collect::<Result<Map<_, _>, _>>()
        .map(Value::Object)
}

fn attribute(value: &Value) -> Result<Value, TaskError> {
    let (kind, inner) = value.as_object().and_then(|typed| typed.iter().next()).ok_or_else(|| odd(value))?;
    let list = |items: &Value, each: &dyn Fn(&Value) -> Result<Value, TaskError>| {
        items.as_array().ok_or_else(|| odd(items))?.iter().map(each).collect::<Result<Vec<_>, _>>().map(Value::Array)
    };
    match kind.as_str() {
        "N" => number(inner),
        "NULL" => Ok(Value::Null),
        "M" => plain(inner),
        "L" => list(inner, &attribute),
        "NS" => list(inner, &number),
        // Texts, truths, sets of texts, and bytes, which nothing here has.
        _ => Ok(inner.clone()),
    }
}

fn number(text: &Value) -> Result<Value, TaskError> {
    let text = text.as_str().ok_or_else(|| odd(text))?;
    text.parse::<Number>().map(Value::Number).map_err(|_| odd(&Value::from(text)))
}

fn odd(value: &Value) -> TaskError {
    TaskError::Invalid(format!("{value} is no item of DynamoDB"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_becomes_plain() {
        let item = json!({
            "text": { "S": "a" }, "whole": { "N": "-7" }, "part": { "N": "1.5" }, "truth": { "BOOL": true },
            "none": { "NULL": true }, "map": { "M": { "x": { "L": [{ "N": "1" }, { "S": "b" }] } } },
            "texts": { "SS": ["c"] }, "numbers": { "NS": ["2", "3"] },
        });
        let expected = json!({
            "text": "a", "whole": -7, "part": 1.5, "truth": true, "none": null, "map": { "x": [1, "b"] }, "texts": ["c"],
            "numbers": [2, 3],
        });
        assert_eq!(plain(&item).unwrap(), expected);
        for odd in [json!("text"), json!({ "a": "b" }), json!({ "a": { "N": "seven" } })] {
            assert!(plain(&odd).is_err(), "{odd}");
        }
    }
}
