//! The API's documents as JSON and YAML, safe to print: text in them can come from a recovered server or a stranger's
//! tag, and a terminal obeys escape sequences whoever wrote them. They are escaped here, not dropped, so that what is
//! read back is what the API said.

use contract::PlanDocuments;
use serde::Serialize;
use thiserror::Error;

use crate::text::is_unprintable;

/// A value that cannot be written as a document.
#[derive(Debug, Error)]
#[error("The answer cannot be written as {0}")]
pub struct Unwritable(&'static str);

/// `value` as JSON, indented, without a line break at its end.
///
/// # Errors
/// When it holds what JSON cannot say.
pub fn json(value: &impl Serialize) -> Result<String, Unwritable> {
    let text = serde_json::to_string_pretty(value).map_err(|_| Unwritable("JSON"))?;
    if !text.contains(is_unsafe) {
        return Ok(text);
    }
    // serde_json escapes what JSON wants escaped. The others (a C1 CSI, marks that reorder text) can only be inside of
    // strings, where \u is always right. All of them fit into 16 bits.
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    Ok(escaped)
}

/// `documents` as a plan file, in YAML or `as_json`, without a line break at its end.
///
/// # Errors
/// As [`json`] and [`yaml`].
pub fn plan_file(documents: &PlanDocuments, as_json: bool) -> Result<String, Unwritable> {
    if documents.protection_groups.is_empty() && documents.recovery_plans.is_empty() {
        // Without the fields, apply would take it for no plan file.
        let nothing = serde_json::json!({"protectionGroups": [], "recoveryPlans": []});
        return if as_json { json(&nothing) } else { yaml(&nothing) };
    }
    if as_json { json(documents) } else { yaml(documents) }
}

/// `value` as YAML, without a line break at its end. In the rare case that text in it must be escaped in a way that YAML
/// writers do not, the whole is written as JSON, which is YAML too.
///
/// # Errors
/// When it holds what YAML cannot say.
pub fn yaml(value: &impl Serialize) -> Result<String, Unwritable> {
    let text = serde_saphyr::to_string(value).map_err(|_| Unwritable("YAML"))?;
    // Only the one: a text at the very end may end in line breaks of its own.
    if text.contains(is_unsafe) { json(value) } else { Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned()) }
}

fn is_unsafe(c: char) -> bool {
    c != '\n' && is_unprintable(c)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const NASTY: &[&str] = &[
        "\u{1b}[2J",
        "\u{9b}31mred",
        "a\u{202e}b",
        "line\nline\u{1b}[1m\n",
        "tab\there",
        "no",
        "0x10",
        "1e3",
        " padded ",
        "- list",
        "key: value",
        "#comment",
        "",
        "~",
        "null",
        "'quoted\"",
        "größer",
        "2026-01-01",
        "line\n\n  deeper\n---\n...",
        "{brace",
        "trailing\n\n\n",
        "\u{feff}bom",
        "a very long text of more than eighty characters, with blanks  in it, that a writer may want to fold somewhere",
    ];

    #[test]
    fn what_is_read_back_is_what_was_written_and_no_escape_sequence_is_in_it() {
        for text in NASTY {
            let value = BTreeMap::from([("text", *text), ("other", "x")]);
            let both = [json(&value).unwrap(), yaml(&value).unwrap()];
            for written in both {
                assert!(!written.contains(is_unsafe), "{written:?}");
                let read: BTreeMap<String, String> = serde_saphyr::from_str(&format!("{written}\n"))
                    .unwrap_or_else(|error| panic!("{written:?}: {error}"));
                assert_eq!(read["text"], *text, "{written:?}");
            }
            let read: BTreeMap<String, String> = serde_json::from_str(&json(&value).unwrap()).unwrap();
            assert_eq!(read["text"], *text);
        }
    }
}
