//! What reports say, how they look, and how large they get.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

mod example;
mod judgements;
mod safety;
mod size;

use report::{Format, MAX_BYTES, Report, render};

fn example() -> Report {
    Report::new(example::execution(), Some(&example::plan()), example::events(), example::START + 4_000)
}

fn html(report: &Report) -> String {
    render(report, Format::Html, MAX_BYTES).unwrap()
}

/// The golden file is a report that a browser opens: look at it after a change.
#[test]
fn a_small_report_as_html() {
    insta::assert_binary_snapshot!("report.html", html(&example()).into_bytes());
}

#[test]
fn a_small_report_as_csv() {
    insta::assert_binary_snapshot!("servers.csv", render(&example(), Format::Csv, MAX_BYTES).unwrap().into_bytes());
}

#[test]
fn json_is_the_report_itself() {
    let text = render(&example(), Format::Json, MAX_BYTES).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), example());
}
