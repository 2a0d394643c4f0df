//! Reports on standard output and in files.

use serde_json::{Value, json};

use crate::api::everything;
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::Server;

#[test]
fn a_report_is_written_in_the_format_that_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str, &str); 5] = [
        (&[], "html", "a report as html[2Jevil31m\n"),
        (&["--format", "csv"], "csv", "a report as csv[2Jevil31m\n"),
        (&["--format", "json"], "json", "\"generatedAt\": 100"),
        (&["--output", "json"], "json", "\"generatedAt\": 100"),
        (&["--output", "yaml"], "json", "generatedAt"),
    ];
    for (options, format, seen) in cases {
        let server = Server::new(|request, _| everything(request));
        let output = drsctl(&server, home.path(), LATER, &[&["report", "shop-1"], options].concat());
        assert_eq!(output.status.code(), Some(0), "{options:?}: {}", err(&output));
        assert_eq!(server.asked()[0].line(), format!("GET /v1/executions/shop-1/report?format={format}"));
        assert!(out(&output).contains(seen), "{options:?}: {}", out(&output));
        assert!(!out(&output).contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{options:?}");
    }
}

#[test]
fn a_file_is_what_the_api_said_and_is_not_overwritten_by_accident() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("report.html");
    let server = Server::new(|request, _| everything(request));
    let write = |more: &[&str]| {
        let command = [&["report", "shop-1", "-f", file.to_str().unwrap()], more].concat();
        drsctl(&server, home.path(), LATER, &command)
    };
    let output = write(&[]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""), "{}", err(&output));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("a report as html\u{1b}"));
    assert_eq!(write(&[]).status.code(), Some(2));
    assert_eq!(write(&["--force", "--format", "csv"]).status.code(), Some(0));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("a report as csv"));
}

#[test]
fn a_report_that_was_stored_is_recognised_and_one_that_was_changed_is_not() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("report.html");
    let server = Server::new(|request, _| {
        let (status, body) = everything(request)?;
        let mut execution: Value = serde_json::from_str(&body).unwrap();
        execution["reports"] = json!([{ "format": "html", "key": "reports/shop/shop-1/report.html", "versionId": "v1", "storedAt": 9,
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }]);
        Some((status, execution.to_string()))
    });
    let verify = |content: &str| {
        std::fs::write(&file, content).unwrap();
        drsctl(&server, home.path(), LATER, &["report", "shop-1", "--verify", file.to_str().unwrap()])
    };
    let output = verify("abc");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("reports/shop/shop-1/report.html, version v1, as it was stored"), "{}", out(&output));
    let output = verify("abd");
    assert_ne!(output.status.code(), Some(0));
    assert!(err(&output).contains("is no report of shop-1 that was stored"), "{}", err(&output));
}
