//! What every command asks for and prints, in each way of printing.

use domain::id::PlanId;
use serde_json::Value;

use crate::api::{NASTY, everything};
use crate::command_line::{LATER, drsctl, err, out};
use crate::fake::Server;
use crate::plan_files::folder;

/// A command, its exit status, what it asks for, and a piece of what people see.
const COMMANDS: &[(&str, i32, &[&str], &str)] = &[
    ("servers list", 0, &["GET /v1/source-servers", "GET /v1/source-servers?nextToken=2"], "2 source servers"),
    (
        "servers show s-1 --region eu-west-1",
        0,
        &["GET /v1/source-servers/s-1?region=eu-west-1"],
        "Ubuntu, 2 cores, 8.0 GiB",
    ),
    ("servers snapshots s-1", 0, &["GET /v1/source-servers/s-1"], "pit-1"),
    ("servers refresh", 0, &["POST /v1/source-servers/refresh"], "(refresh-1)"),
    ("quotas", 0, &["GET /v1/quotas"], "20 of 20, full"),
    ("groups list", 0, &["GET /v1/protection-groups"], "1 server "),
    ("groups show database", 0, &["GET /v1/protection-groups/database"], "launch settings   copyTags=true"),
    ("groups resolve database", 0, &["POST /v1/protection-groups/database/resolve"], "missing: s-2"),
    (
        "groups launch-settings database",
        0,
        &[
            "GET /v1/protection-groups/database/launch-settings",
            "GET /v1/protection-groups/database/launch-settings?nextToken=2",
        ],
        "database: 1 of 3 servers differ",
    ),
    (
        "groups delete database --yes",
        0,
        &["GET /v1/protection-groups/database", "DELETE /v1/protection-groups/database"],
        "protection group database is deleted (it was in version 3)",
    ),
    ("plans list", 0, &["GET /v1/recovery-plans"], "60 min"),
    ("plans show shop", 0, &["GET /v1/recovery-plans/shop"], "CONTINUE"),
    ("plans show shop --version 1", 0, &["GET /v1/recovery-plans/shop/versions/1"], "STOP"),
    ("plans versions shop", 0, &["GET /v1/recovery-plans/shop/versions"], "ada"),
    (
        "plans diff shop 1",
        1,
        &["GET /v1/recovery-plans/shop/versions/1", "GET /v1/recovery-plans/shop"],
        "~ waves.database.onFailure: \"STOP\" → \"CONTINUE\"",
    ),
    (
        "plans diff shop 2 2",
        0,
        &["GET /v1/recovery-plans/shop/versions/2", "GET /v1/recovery-plans/shop/versions/2"],
        "Nothing differs between versions 2 and 2",
    ),
    ("plans readiness shop", 0, &["GET /v1/recovery-plans/shop/readiness"], "ATTENTION"),
    (
        "cleanup shop-1",
        0,
        &["POST /v1/executions/shop-1/cleanup"],
        "Cleanup COMPLETED: 1 of 2 instances terminated, 1 left over after 0:02:00",
    ),
    ("executions --left-over", 0, &["GET /v1/executions?leftOver=true"], "7.5"),
    (
        "plans history shop",
        0,
        &["GET /v1/recovery-plans/shop/history"],
        "1/2 ┆ 0:10:00 ┆ 1:00:00 ┆ 0:05:00 ┆ 0:15:00 ┆ 0:20:00",
    ),
    (
        "plans delete shop --yes",
        0,
        &["GET /v1/recovery-plans/shop", "DELETE /v1/recovery-plans/shop"],
        "recovery plan shop is deleted",
    ),
    ("schedule list shop", 0, &["GET /v1/recovery-plans/shop/schedules"], "weekly: 1 start missed"),
    (
        "schedule set shop weekly --expression rate(1) --cleanup-after 60",
        0,
        &["PUT /v1/recovery-plans/shop/schedules/weekly"],
        "REFUSED",
    ),
    (
        "schedule delete shop weekly --yes",
        0,
        &["GET /v1/recovery-plans/shop/schedules/weekly", "DELETE /v1/recovery-plans/shop/schedules/weekly"],
        "schedule weekly is deleted (it was in version 4)",
    ),
    (
        "preflight shop --mode drill",
        0,
        &["POST /v1/recovery-plans/shop/preflight?mode=DRILL"],
        "nothing blocks it, 1 finding",
    ),
    (
        "forecast shop --mode recovery",
        0,
        &["GET /v1/recovery-plans/shop/forecast?mode=RECOVERY"],
        "Change wave database",
    ),
    ("diff -f FILE", 1, &["POST /v1/import?dryRun=true"], "1 document to store, 1 as stored already"),
    ("apply -f FILE --dry-run", 0, &["POST /v1/import?dryRun=true"], "~ recovery plan shop"),
    (
        "import-native arn:aws:drs:eu-west-1:111122223333:recovery-plan/x --name shop --dry-run",
        0,
        &["POST /v1/import/native-plan"],
        "Nothing was stored.",
    ),
    ("executions", 0, &["GET /v1/executions"], "shop-1"),
    ("executions shop-1", 0, &["GET /v1/executions/shop-1"], "DRILL of shop: COMPLETED"),
    ("pause shop-1", 0, &["POST /v1/executions/shop-1/pause"], "RUNNING, paused by"),
    ("resume shop-1", 0, &["POST /v1/executions/shop-1/resume"], "DRILL of shop: RUNNING"),
    ("cancel shop-1 --comment wrong", 0, &["POST /v1/executions/shop-1/cancel"], "RUNNING, cancelled by"),
    (
        "approve shop-1 database",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/approve"],
        "wave database was approved by",
    ),
    (
        "reject shop-1 1 --comment later",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/reject"],
        "wave database was rejected by",
    ),
    (
        "retry shop-1 database --server s-1 --replace i-1",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/retry"],
        "wave database was retried (1 servers) by",
    ),
    (
        "recheck shop-1 1",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/recheck"],
        "wave database failed and awaits a decision: drsctl recheck|abort shop-1",
    ),
    (
        "skip shop-1 1 --comment later",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/skip"],
        "wave database was skipped, and the waves behind it went on, by",
    ),
    (
        "abort shop-1 1",
        0,
        &["GET /v1/executions/shop-1", "POST /v1/executions/shop-1/waves/1/abort"],
        "wave database was aborted by",
    ),
    ("audit", 0, &["GET /v1/audit"], "PutRecoveryPlan"),
    ("whoami", 0, &["GET /v1/me"], "Read, Plan"),
];

#[test]
fn every_command_asks_prints_and_exits_in_each_way_of_printing() {
    let files = folder(&[("plan.yaml", crate::command_line::PLAN)]);
    let home = tempfile::tempdir().unwrap();
    for (command, code, asked, seen) in COMMANDS {
        let mut printed = Vec::new();
        for way in ["table", "json", "yaml"] {
            let server = Server::new(|request, _| everything(request));
            let file = files.path().join("plan.yaml");
            let words = command.split(' ').map(|word| if word == "FILE" { file.to_str().unwrap() } else { word });
            let words: Vec<&str> = words.chain(["--output", way]).collect();
            let output = drsctl(&server, home.path(), LATER, &words);
            assert_eq!(output.status.code(), Some(*code), "{command} {way}: {}", err(&output));
            let lines: Vec<String> = server.asked().iter().map(|request| request.line()).collect();
            assert_eq!(lines, *asked, "{command}");
            let text = out(&output);
            for stream in [&text, &err(&output)] {
                assert!(!stream.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{command} {way}: {stream:?}");
            }
            printed.push(text);
        }
        assert!(printed[0].contains(seen), "{command}: {}", printed[0]);
        let json: Value = serde_json::from_str(&printed[1]).unwrap_or_else(|error| panic!("{command}: {error}"));
        let yaml: Value = serde_saphyr::from_str(&printed[2]).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert_eq!(json, yaml, "{command}");
    }
}

#[test]
fn what_is_printed_for_programs_is_what_the_api_said() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    for way in ["json", "yaml"] {
        let output = drsctl(&server, home.path(), LATER, &["servers", "list", "--output", way]);
        let list: Value = serde_saphyr::from_str(&out(&output)).unwrap();
        assert_eq!(list["items"][1]["hostname"], NASTY);
        assert_eq!((&list["count"], &list["total"], &list["nextToken"]), (&2.into(), &2.into(), &Value::Null));
    }
}

#[test]
fn every_listed_command_is_in_the_help_with_its_exit_statuses() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| None);
    let output = drsctl(&server, home.path(), LATER, &["--help"]);
    for (command, ..) in COMMANDS {
        let name = command.split(' ').next().unwrap();
        assert!(out(&output).contains(&format!("\n  {name} ")), "{name}: {}", out(&output));
    }
    assert!(out(&output).contains("diff, plans diff           something differs"), "{}", out(&output));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = out(&drsctl(&server, home.path(), LATER, &["completion", shell]));
        assert!(script.contains("launch-settings"), "{shell}: {script}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_refusal_says_what_to_do_and_exits_with_3() {
    let home = tempfile::tempdir().unwrap();
    let refuse = |status: u16, code: &'static str, detail: &'static str| {
        Server::new(move |_, _| {
            let problem = serde_json::json!({"title": "No", "status": status, "code": code, "detail": detail});
            Some((status, problem.to_string()))
        })
    };
    let server = refuse(403, "ROLE_MISSING", "this needs one of the roles dr-admin, dr-planner");
    let output = drsctl(&server, home.path(), LATER, &["servers", "refresh"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("dr-admin, dr-planner\n`drsctl whoami` shows"), "{}", err(&output));
    let client = drsctl::client::Client::new(&refuse(412, "VERSION_MISMATCH", "it is in version 4").url, "token");
    let error = client.delete_plan(&PlanId::from("shop"), 3).unwrap_err().to_string();
    assert!(error.contains("It was changed meanwhile: look at it again"), "{error}");
}
