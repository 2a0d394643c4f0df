//! Source servers: filters, pages, and how old the list is. The audit trail's filters, too.

use crate::api::{everything, page};
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::Server;

/// The path that a command asks for first.
fn path(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    let output = drsctl(&server, home.path(), LATER, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    server.asked()[0].path.clone()
}

#[test]
fn every_filter_is_a_parameter() {
    let filters = "servers list --region eu-west-1 --account 111122223333 --tag tier=db --tag owner --replication-state \
        STALLED --assigned false --group database --text db --sort -lagSeconds";
    assert_eq!(
        path(&filters.split_whitespace().collect::<Vec<_>>()),
        "/v1/source-servers?region=eu-west-1&account=111122223333&tag=tier%3Ddb&tag=owner&replicationState=STALLED\
         &assigned=false&group=database&text=db&sort=-lagSeconds"
    );
    let filters = "audit --actor ada --action PutRecoveryPlan --kind recovery-plan --subject shop --from 2026-11-23 \
        --to 2026-11-23";
    assert_eq!(
        path(&filters.split_whitespace().collect::<Vec<_>>()),
        "/v1/audit?actor=ada&action=PutRecoveryPlan&kind=RECOVERY_PLAN&subject=shop&from=1795392000&to=1795478399"
    );
    assert_eq!(path(&["audit", "--from", "2026-11-23T01:00:00+01:00"]), "/v1/audit?from=1795392000");
}

#[test]
fn regions_that_are_old_or_were_not_read_are_named_on_standard_error() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    let output = drsctl(&server, home.path(), LATER, &["servers", "list"]);
    let lines: Vec<String> = err(&output).lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "us-east-1 (account 111122223333) was read 42 min ago.",
            "eu-central-1 (account 111122223333) could not be read: throttled[2Jevil31m; shown as of 1970-01-01 00:00:00Z.",
            "eu-west-1 (account 111122223333) could not be read: no role; nothing of it is shown.",
            "eu-north-1 (account 111122223333) was never read; nothing of it is shown.",
        ]
    );
    assert!(out(&output).contains("│ db-1"), "{}", out(&output));
}

#[test]
fn wrong_filters_send_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    for arguments in [
        &["servers", "list", "--tag", "=db"][..],
        &["servers", "list", "--assigned", "maybe"],
        &["groups", "resolve", "database", "--tag", "tier"],
        &["audit", "--from", "yesterday"],
        &["import-native", "arn:x", "--name", "No Name"],
        &["forecast", "shop"],
    ] {
        assert_eq!(drsctl(&server, home.path(), LATER, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_list_that_was_cut_off_says_so_and_one_that_goes_in_circles_ends() {
    let home = tempfile::tempdir().unwrap();
    let event = |id: usize| {
        serde_json::json!({"id": id.to_string(), "at": 0, "actor": "ada", "roles": [], "action": "X", "kind": "EXECUTION",
            "subject": "x", "beforeHash": null, "afterHash": null, "sourceAddress": "", "detail": ""})
    };
    let server = Server::new(move |_, before| {
        Some((200, page(&[event(2 * before), event(2 * before + 1)], Some(&before.to_string())).to_string()))
    });
    let output = drsctl(&server, home.path(), LATER, &["audit", "--limit", "3", "--output", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!((list["count"].as_u64(), list["items"][2]["id"].as_str()), (Some(3), Some("2")));
    assert_eq!(err(&output), "The newest 3; there are more (--limit).\n");
    assert_eq!(server.asked().len(), 2);
    let server = Server::new(|_, _| Some((200, page(&[], Some("same")).to_string())));
    let output = drsctl(&server, home.path(), LATER, &["groups", "list"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("a page that is followed by itself"), "{}", err(&output));
}
