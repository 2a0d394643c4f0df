//! A report is opened by people who trust it, and much in it was said by machines that nobody has looked at yet.

use report::{Format, MAX_BYTES, Report, render};
use serde_json::Value;

use crate::example::{START, events, execution, plan};

const ATTACK: &str =
    "\"'></pre></svg></style><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\u{1b}[2J&lt;";

/// Every text of `value` but statuses, ids of enums and the like, made hostile.
fn poison(value: &mut Value, key: &str) {
    const CLOSED: [&str; 12] = [
        "mode",
        "status",
        "severity",
        "code",
        "criticality",
        "outcome",
        "kind",
        "verdict",
        "decided",
        "onFailure",
        "onLaunchSettingsFailure",
        "onTimeout",
    ];
    match value {
        Value::String(text) if !CLOSED.contains(&key) => ATTACK.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, key)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| poison(value, key)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn poisoned<T: serde::Serialize + serde::de::DeserializeOwned>(document: &T) -> T {
    let mut value = serde_json::to_value(document).unwrap();
    poison(&mut value, "");
    serde_json::from_value(value).unwrap()
}

#[test]
fn hostile_text_in_every_place_is_shown_and_never_obeyed() {
    let plan = poisoned(&plan());
    let report = Report::new(poisoned(&execution()), Some(&plan), poisoned(&events()), START + 4_000);
    let html = render(&report, Format::Html, MAX_BYTES).unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains(['\u{202e}', '\u{1b}']));
    assert_eq!(tags(&html), tags(&crate::html(&crate::example())), "text has become markup");
}

/// The kinds of tags with how they are written, without what stands in their attributes.
fn tags(html: &str) -> std::collections::BTreeSet<String> {
    html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap().to_owned()).collect()
}

#[test]
fn the_file_stands_alone() {
    let html = crate::html(&crate::example());
    for outside in ["<script", "<link", "<iframe", "<img", "src=", "href=", "url(", "@import", "http:", "https:"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn a_spreadsheet_computes_nothing() {
    let mut execution = execution();
    execution.waves[0].servers[0].hostname = "=cmd|' /C calc'!A0".into();
    let csv = render(&Report::new(execution, Some(&plan()), Vec::new(), START), Format::Csv, MAX_BYTES).unwrap();
    assert!(csv.contains(",'=cmd|"), "{csv}");
}
