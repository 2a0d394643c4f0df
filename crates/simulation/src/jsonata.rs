//! JSONata as Step Functions evaluates it: templates with `{% … %}` in them, `$states`, and variables.
//!
//! `jsonata-rs` evaluates. It lacks `$type` and `$formatNumber`, which are added here: the latter for a picture of zeros, which
//! is what the files use, and an error for any other.

use std::collections::BTreeMap;

use bumpalo::Bump;
use jsonata_rs::{FunctionContext, JsonAta, Value as Found};
use serde_json::{Map, Value};

/// The variables of a scope, by name.
pub type Variables = BTreeMap<String, Value>;

/// An expression that cannot be evaluated: the cause of a `States.QueryEvaluationError`.
pub type Problem = String;

type Native<'a> = jsonata_rs::Result<&'a Found<'a>>;

/// The expression in `text`, where all of it is one.
#[must_use]
pub fn expression(text: &str) -> Option<&str> {
    text.trim().strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
}

/// Reads every expression of a template.
///
/// # Errors
/// With the expression that is none.
pub fn check(template: &Value) -> Result<(), Problem> {
    match template {
        Value::String(text) => match expression(text) {
            Some(found) => {
                let arena = Bump::new();
                JsonAta::new(found, &arena).map(drop).map_err(|error| format!("{found}: {error}"))
            }
            None if text.contains("{%") => Err(format!("an expression is a whole text: {text}")),
            None => Ok(()),
        },
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(fields) => fields.values().try_for_each(check),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// What `template` comes to. `states` is `$states`.
///
/// # Errors
/// When an expression fails, or finds nothing at all.
pub fn evaluate(template: &Value, states: &Value, variables: &Variables) -> Result<Value, Problem> {
    match template {
        Value::String(text) => match expression(text) {
            Some(expression) => match plain(expression, states, variables) {
                Some(found) => Ok(found),
                None => one(expression, states, variables),
            },
            None => Ok(template.clone()),
        },
        Value::Array(items) => {
            items.iter().map(|item| evaluate(item, states, variables)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((name.clone(), evaluate(field, states, variables)?)));
            fields.collect::<Result<Map<_, _>, Problem>>().map(Value::Object)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(template.clone()),
    }
}

/// What a path, or the comparison of one with a text, comes to: most expressions are that, and need no evaluator.
fn plain(expression: &str, states: &Value, variables: &Variables) -> Option<Value> {
    let Some((left, right)) = expression.split_once(" = ") else {
        return path(expression, states, variables).cloned();
    };
    let text = right.strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = text.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_');
    path(left, states, variables)?.as_str().filter(|_| plain).map(|found| Value::Bool(found == text))
}

/// What `$name.field.field` has, where that is all. Nothing where the language has more to say: of what is missing, and of
/// arrays, whose paths and results it flattens.
fn path<'a>(expression: &str, states: &'a Value, variables: &'a Variables) -> Option<&'a Value> {
    let mut names = expression.strip_prefix('$')?.split('.');
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|sign| sign.is_ascii_alphanumeric());
    let root = names.next().filter(|name| plain(name))?;
    let mut found = if root == "states" { states } else { variables.get(root)? };
    for name in names {
        found = found.as_object().filter(|_| plain(name))?.get(name)?;
    }
    (!found.is_array()).then_some(found)
}

fn one(expression: &str, states: &Value, variables: &Variables) -> Result<Value, Problem> {
    let failed = |error: &dyn std::fmt::Display| format!("{expression}: {error}");
    let used = |name: &str| expression.contains(&format!("${name}"));
    let variables: Vec<(String, &Value)> =
        variables.iter().filter(|(name, _)| used(name)).map(|(name, value)| (name.clone(), value)).collect();
    // A variable may be called as a function is (`$round`), and is meant then. The crate binds functions after variables, so
    // each comes under another name and gets its own in a block.
    let own: String = variables.iter().map(|(name, _)| format!("${name} := $variable_{name}; ")).collect();
    let renamed: Vec<(String, &Value)> =
        variables.into_iter().map(|(name, value)| (format!("variable_{name}"), value)).collect();
    let arena = Bump::new();
    let evaluator = JsonAta::new(&format!("({own}{expression})"), &arena).map_err(|error| failed(&error))?;
    evaluator.register_function("type", 1, type_of);
    evaluator.register_function("formatNumber", 2, format_number);
    let mut bindings: std::collections::HashMap<&str, &Value> =
        renamed.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    if used("states") {
        bindings.insert("states", states);
    }
    let found = evaluator.evaluate(None, Some(&bindings)).map_err(|error| failed(&error))?;
    if found.is_undefined() {
        return Err(failed(&"nothing was found"));
    }
    if found.is_function() {
        return Err(failed(&"a function is no result"));
    }
    serde_json::from_str(&found.serialize(false)).map_err(|error| failed(&error))
}

fn type_of<'a>(context: FunctionContext<'a, '_>, arguments: &[&'a Found<'a>]) -> Native<'a> {
    let Some(argument) = arguments.first().filter(|argument| !argument.is_undefined()) else {
        return Ok(Found::undefined());
    };
    let name = match argument {
        Found::Null => "null",
        Found::Number(_) => "number",
        Found::Bool(_) => "boolean",
        Found::String(_) => "string",
        Found::Array(..) | Found::Range(_) => "array",
        Found::Object(_) => "object",
        Found::Undefined
        | Found::Regex(_)
        | Found::Lambda { .. }
        | Found::NativeFn { .. }
        | Found::Transformer { .. } => "function",
    };
    Ok(Found::string(context.arena, name))
}

fn format_number<'a>(context: FunctionContext<'a, '_>, arguments: &[&'a Found<'a>]) -> Native<'a> {
    let wrong =
        |argument| jsonata_rs::Error::T0410ArgumentNotValid(context.char_index, argument, context.name.to_owned());
    let number = arguments.first().filter(|number| number.is_number()).ok_or_else(|| wrong(1))?.as_f64();
    let picture = arguments.get(1).filter(|picture| picture.is_string()).ok_or_else(|| wrong(2))?.as_str();
    if picture.is_empty() || picture.bytes().any(|sign| sign != b'0') || number < 0.0 || number.fract() != 0.0 {
        return Err(wrong(2));
    }
    Ok(Found::string(context.arena, &format!("{number:0width$.0}", width = picture.len())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluated(expression: &str) -> Result<Value, Problem> {
        let variables = Variables::from([
            ("key".to_owned(), json!({ "executionId": "e-1", "wave": 2 })),
            ("none".to_owned(), Value::Null),
            ("list".to_owned(), json!([4])),
            ("round".to_owned(), json!(2)),
        ]);
        evaluate(
            &json!(format!("{{% {expression} %}}")),
            &json!({ "input": { "mode": "DRILL", "flag": false } }),
            &variables,
        )
    }

    /// What the files use, as the language's documentation has it.
    #[test]
    fn everything_that_the_files_use_means_what_it_means_in_step_functions() {
        for (expression, expected) in [
            ("$key", json!({ "executionId": "e-1", "wave": 2 })),
            (
                "$merge([$key, {'token': 'x', 'skip': $none}])",
                json!({ "executionId": "e-1", "wave": 2, "token": "x", "skip": null }),
            ),
            ("$key.executionId & '-wave-' & $formatNumber($key.wave, '000')", json!("e-1-wave-002")),
            ("$formatNumber(1234, '000')", json!("1234")),
            ("$substring('abcdef', 0, 3)", json!("abc")),
            ("$type($states.input.mode) = 'string'", json!(true)),
            ("$type($states.input.gone) = 'string'", json!(false)),
            ("$type($none)", json!("null")),
            ("$contains('three-tier', /^[a-z0-9-]{1,48}$/)", json!(true)),
            ("$contains('Three', /^[a-z0-9-]{1,48}$/)", json!(false)),
            ("$exists($states.input.gone) ? 1 : null", json!(null)),
            ("$states.input.mode in ['DRILL', 'RECOVERY']", json!(true)),
            ("$none = null", json!(true)),
            ("$none != null", json!(false)),
            ("$states.input.mode = 'DRILL' and $states.input.flag", json!(false)),
            ("$states.input.flag = false", json!(true)),
            // A list of one stays a list: variables are values and no sequences.
            ("$list", json!([4])),
            ("4000 >= 3600 ? $floor(4000 / 120) : 30", json!(33)),
            ("3570 >= 3600 ? $floor(3570 / 120) : 30", json!(30)),
            // A variable, though there is a function of this name.
            ("{'round': $round}", json!({ "round": 2 })),
        ] {
            assert_eq!(evaluated(expression), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn a_plain_path_is_what_the_evaluator_makes_of_it() {
        let states =
            json!({ "input": { "text": "x", "none": null, "one": 1, "deep": { "flag": true, "list": [[]] } } });
        let variables = Variables::from([("key".to_owned(), json!({ "id": "e-1" })), ("round".to_owned(), json!(2))]);
        let paths = ["input", "input.text", "input.none", "input.one", "input.deep", "input.deep.flag"];
        let paths = paths.iter().map(|rest| format!("$states.{rest}"));
        let others = ["$key", "$key.id", "$round", "$key.id = 'e'", "$states.input.text = 'x'"];
        for expression in paths.chain(others.map(str::to_owned)) {
            let found = plain(&expression, &states, &variables);
            assert_eq!(found, one(&expression, &states, &variables).ok(), "{expression}");
            assert!(found.is_some(), "{expression}");
        }
        for expression in [
            "$states.input.gone",
            "$states.input.deep.list",
            "$nobody",
            "$key.id.x",
            "$round + 1",
            "$round = '2'",
            "key",
        ] {
            assert_eq!(plain(expression, &states, &variables), None, "{expression}");
        }
    }

    #[test]
    fn what_finds_nothing_or_is_not_known_is_an_error() {
        for expression in ["$states.input.gone", "$nobody", "$formatNumber(1.5, '000')", "$formatNumber(1, '#,##0')"] {
            assert!(evaluated(expression).is_err(), "{expression}: {:?}", evaluated(expression));
        }
        assert!(check(&json!({ "a": ["{% $x ( %}"] })).is_err());
        assert!(check(&json!("id-{% $x %}")).is_err());
    }
}
