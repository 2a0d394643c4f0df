//! Recovery points as options: what is sent for them, and what is shown of them.

use serde_json::{Value, json};

use crate::api::everything;
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::{Server, execution};

const DB: &str = "s-3tierdb0000000001=pit-00000000000000001";
const WEB: &str = "s-3tierweb000000001=pit-00000000000000002";

#[test]
fn options_become_the_choice_that_the_api_takes() {
    let home = tempfile::tempdir().unwrap();
    let snapshots =
        json!({"s-3tierdb0000000001": "pit-00000000000000001", "s-3tierweb000000001": "pit-00000000000000002"});
    for (options, choice) in [
        (vec![], Value::Null),
        (vec!["--not-after", "2026-11-22T02:00Z"], json!({"kind": "NOT_AFTER", "at": 1_795_312_800})),
        (vec!["--not-after", "1795312800"], json!({"kind": "NOT_AFTER", "at": 1_795_312_800})),
        (
            vec!["--snapshot", DB, "--snapshot", WEB],
            json!({"kind": "SNAPSHOTS", "snapshots": snapshots, "others": {"kind": "LATEST"}}),
        ),
        (
            vec!["--snapshot", DB, "--snapshot", WEB, "--not-after", "5"],
            json!({"kind": "SNAPSHOTS", "snapshots": snapshots, "others": {"kind": "NOT_AFTER", "at": 5}}),
        ),
    ] {
        for (command, sent) in [("run", "executions"), ("preflight", "preflight?mode=DRILL")] {
            let server = Server::new(|request, _| match request.path.ends_with("executions") {
                true => Some((202, execution("PENDING", "WAITING", "PENDING"))),
                false => everything(request),
            });
            let arguments = [&[command, "shop", "--mode", "drill"], options.as_slice()].concat();
            let output = drsctl(&server, home.path(), LATER, &arguments);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
            let asked = server.asked();
            assert!(asked[0].path.ends_with(sent), "{}", asked[0].path);
            let body: Value = serde_json::from_str(&asked[0].body).unwrap();
            assert_eq!(body["recoveryPoint"], choice, "{arguments:?}");
        }
    }
}

#[test]
fn options_that_make_no_sense_send_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| None);
    for (options, said) in [
        (vec!["--not-after", "yesterday"], "2026-11-22T02:00:00Z"),
        (vec!["--snapshot", "s-3tierdb0000000001"], "s-…=pit-…"),
        (vec!["--snapshot", "s-1=pit-1"], "17 letters or digits"),
        (vec!["--snapshot", DB, "--snapshot", DB], "twice"),
    ] {
        let output =
            drsctl(&server, home.path(), LATER, &[&["run", "shop", "--mode", "drill"], options.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(err(&output).contains(said), "{options:?}: {}", err(&output));
    }
    assert!(server.asked().is_empty());
}

#[test]
fn results_show_what_was_chosen_and_what_it_lost() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    let shown = |arguments: &[&str]| out(&drsctl(&server, home.path(), LATER, arguments));
    let preflight = shown(&["preflight", "shop", "--mode", "drill"]);
    assert!(preflight.contains("recovery points: not after 2026-11-22T02:00:00Z"), "{preflight}");
    assert!(preflight.contains("without a recovery point: "), "{preflight}");
    let result = shown(&["executions", "shop-1"]);
    assert!(result.contains("recovery points: not after 2026-11-22T02:00:00Z"), "{result}");
    assert!(result.contains("RTO 0:11:40, RPO 0:11:40"), "{result}");
    assert!(result.contains("1970-01-01 00:01:00Z pit-1"), "{result}");
}
