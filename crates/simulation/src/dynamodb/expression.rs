//! The conditions that `aws::store` writes. Each has one form; another form is refused.

use serde_json::Value;

use super::{CONDITION, Item, NAMES, Refusal, VALUES};

/// Whether the request's condition holds for `item`, the item that is there.
pub(super) fn holds(request: &Value, item: Option<&Item>, hash: &str) -> Result<bool, Refusal> {
    let Some(text) = request.get(CONDITION).and_then(Value::as_str) else { return Ok(true) };
    let name = |written: &str| name(request, written);
    let attribute = |written: &str| -> Result<Option<&Value>, Refusal> {
        let name = name(written)?;
        Ok(item.and_then(|item| item.get(&name)))
    };
    if let Some((first, second)) = text.split_once(" OR ") {
        let new = inside(first, "attribute_not_exists").filter(|name| *name == hash);
        let (written, list) = second.split_once(" IN ").ok_or_else(|| not_modelled(text))?;
        let list = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).ok_or_else(|| not_modelled(text))?;
        new.ok_or_else(|| not_modelled(text))?;
        let wanted: Vec<&Value> = list.split(", ").map(|written| value(request, written)).collect::<Result<_, _>>()?;
        return Ok(item.is_none() || attribute(written)?.is_some_and(|found| wanted.contains(&found)));
    }
    if let Some((first, second)) = text.split_once(" AND ") {
        let (written, wanted) = first.split_once(" = ").ok_or_else(|| not_modelled(text))?;
        let other = inside(second, "attribute_not_exists").ok_or_else(|| not_modelled(text))?;
        return Ok(attribute(written)? == Some(value(request, wanted)?) && attribute(other)?.is_none());
    }
    if let Some(written) = inside(text, "attribute_not_exists") {
        return Ok(attribute(written)?.is_none());
    }
    if let Some(written) = inside(text, "attribute_exists") {
        return Ok(attribute(written)?.is_some());
    }
    match text.split_once(" = ") {
        Some((written, wanted)) => Ok(attribute(written)? == Some(value(request, wanted)?)),
        None => Err(not_modelled(text)),
    }
}

/// The attribute that `written` names: itself, or through a placeholder.
pub(super) fn name(request: &Value, written: &str) -> Result<String, Refusal> {
    let plain = |text: &str| text.bytes().all(|sign| sign.is_ascii_alphanumeric());
    if written.starts_with('#') {
        let named = request[NAMES][written].as_str();
        let missing = || Refusal::validation(format!("An expression attribute name used is not defined: {written}"));
        return named.map(str::to_owned).ok_or_else(missing);
    }
    if plain(written) { Ok(written.to_owned()) } else { Err(not_modelled(written)) }
}

/// The value that the placeholder `written` stands for.
pub(super) fn value<'a>(request: &'a Value, written: &str) -> Result<&'a Value, Refusal> {
    let found = request.get(VALUES).and_then(|values| values.get(written)).filter(|_| written.starts_with(':'));
    found.ok_or_else(|| {
        Refusal::validation(format!("An expression attribute value used in expression is not defined: {written}"))
    })
}

fn inside<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    text.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')').filter(|name| !name.contains(['(', ' ']))
}

pub(super) fn not_modelled(text: &str) -> Refusal {
    Refusal::validation(format!("Invalid expression, or not modelled: {text}"))
}
