//! Deleting only what was shown, trying a selection, and forecasts against a target.

use serde_json::json;

use crate::api::{everything, forecast, ok};
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::Server;

#[test]
fn a_deletion_is_confirmed_and_means_the_version_that_was_shown() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    for noun in ["groups", "plans"] {
        let output = drsctl(&server, home.path(), LATER, &[noun, "delete", "shop"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains("give --yes. Nothing was deleted."), "{}", err(&output));
    }
    assert!(server.asked().is_empty());
    drsctl(&server, home.path(), LATER, &["groups", "delete", "database", "--yes"]);
    drsctl(&server, home.path(), LATER, &["plans", "delete", "shop", "--yes"]);
    let asked = server.asked();
    assert!(asked[1].headers.contains("if-match: \"3\"") && asked[3].headers.contains("if-match: \"2\""), "{asked:?}");
}

#[test]
fn a_group_that_is_in_use_or_gone_is_not_deleted() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| match request.method.as_str() {
        "DELETE" => Some((
            409,
            json!({"title": "Conflict", "status": 409, "code": "GROUP_IN_USE", "detail": "plan shop uses it"})
                .to_string(),
        )),
        _ => everything(request),
    });
    let output = drsctl(&server, home.path(), LATER, &["groups", "delete", "database", "--yes"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(3), ""));
    assert!(err(&output).contains("(409 GROUP_IN_USE): plan shop uses it"), "{}", err(&output));
    assert_eq!(drsctl(&server, home.path(), LATER, &["groups", "delete", "x", "--yes"]).status.code(), Some(3));
    assert!(server.asked().iter().all(|request| request.line() != "DELETE /v1/protection-groups/x"));
}

#[test]
fn a_selection_can_be_tried_before_it_is_stored() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    let words = "groups resolve database --tag tier=db --tag tier=cache --tag app=a=b --region eu-west-1";
    drsctl(&server, home.path(), LATER, &words.split(' ').collect::<Vec<_>>());
    drsctl(&server, home.path(), LATER, &["groups", "resolve", "database"]);
    let asked = server.asked();
    let body = r#"{"selectionTags":{"app":["a=b"],"tier":["db","cache"]},"region":"eu-west-1"}"#;
    assert_eq!((asked[0].body.as_str(), asked[1].body.as_str()), (body, "{}"));
}

#[test]
fn a_missed_target_is_said_and_fails_only_who_asks_for_it() {
    let home = tempfile::tempdir().unwrap();
    for (met, arguments, code) in [
        (true, &["forecast", "shop", "--mode", "drill", "--fail-if-missed"][..], 0),
        (false, &["forecast", "shop", "--mode", "drill", "--fail-if-missed"][..], 1),
        (false, &["forecast", "shop", "--mode", "drill"][..], 0),
    ] {
        let server = Server::new(move |_, _| ok(&forecast(met)));
        let output = drsctl(&server, home.path(), LATER, arguments);
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        let text = out(&output);
        assert!(text.contains("Total: 0:30:00 for half of the runs (p50), 1:06:40 for nine of ten (p90)."), "{text}");
        assert!(text.contains("shop-1: p50 0:16:40, p90 0:33:20, reached 0:18:20: 10 % longer than p50"), "{text}");
        let verdict = if met {
            "Target of 60 min: nine of ten runs meet it (p90).\n"
        } else {
            "Target of 60 min: half of the runs meet it (p50), but not nine of ten (p90). Change wave database: \
             Split it.\n"
        };
        assert!(text.contains(verdict), "{text}");
    }
    let server = Server::new(|_, _| {
        let mut none = forecast(true);
        (none["target"], none["past"]) = (serde_json::Value::Null, json!([]));
        ok(&none)
    });
    let output = drsctl(&server, home.path(), LATER, &["forecast", "shop", "--mode", "drill", "--fail-if-missed"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).ends_with("promises no recovery time (targetRtoMinutes).\n"), "{}", out(&output));
}
