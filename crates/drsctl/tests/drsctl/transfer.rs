//! Files that come and go: diff, apply --dry-run, export, import-native.

use std::path::PathBuf;

use contract::PlanDocuments;
use drsctl::manifest::Manifest;
use serde_json::{Value, json};

use crate::api::{everything, ok, report, unchanged};
use crate::command_line::{LATER, PLAN, drsctl, err, out};
use crate::fake::{Answer, Request, Server, refusal, stored};
use crate::plan_files::folder;

#[test]
fn diff_sends_the_whole_directory_as_one_document_and_shows_fields() {
    let files = folder(&[
        ("a.yaml", b"protectionGroups:\n- {name: here, servers: [{id: s-00000000000000001}]}\n"),
        ("b.yaml", b"recoveryPlans:\n- {name: shop, waves: [{name: one, groups: [here]}]}\n"),
        ("inventory.yaml", b""),
    ]);
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| everything(request));
    let output = drsctl(&server, home.path(), LATER, &["diff", "-f", files.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(
        out(&output).lines().take(4).collect::<Vec<_>>()[..3],
        [
            "~ recovery plan shop",
            "    ~ waves.database.onFailure: \"STOP\" → \"CONTINUE\"",
            "    + targetRpoMinutes: 15",
        ]
    );
    let asked = &server.asked()[0];
    assert!(asked.headers.contains("content-type: application/yaml"), "{}", asked.headers);
    let sent: PlanDocuments = serde_saphyr::from_str(&asked.body).unwrap();
    assert_eq!(sent, Manifest::read(files.path()).unwrap().documents());
    assert!(err(&output).contains("inventory.yaml: it is the simulator's."));
}

#[test]
fn diff_exits_with_0_when_nothing_differs() {
    let files = folder(&[("plan.yaml", PLAN)]);
    let home = tempfile::tempdir().unwrap();
    let same = [unchanged("PROTECTION_GROUP", "here"), unchanged("RECOVERY_PLAN", "shop")];
    let server = Server::new(move |_, _| ok(&report(&same, &[])));
    let output = drsctl(&server, home.path(), LATER, &["diff", "-f", files.path().to_str().unwrap()]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), "Nothing differs: 2 documents as stored\n"));
}

#[test]
fn what_is_wrong_is_named_with_its_file_and_exits_with_2() {
    let files = folder(&[
        ("a.yaml", b"protectionGroups:\n- {name: a, servers: [{id: s-00000000000000001}]}\n"),
        ("b.yaml", b"protectionGroups:\n- {name: b, servers: [{id: s-00000000000000002}]}\n"),
    ]);
    let path = files.path().to_str().unwrap();
    let home = tempfile::tempdir().unwrap();
    let problems = [
        json!({"at": "protectionGroups[1] (b).servers[0].id", "message": "DRS does not know it"}),
        json!({"at": "recoveryPlans[7]", "message": "of a newer API\u{1b}[2J"}),
    ];
    let server = Server::new(move |_, _| ok(&report(&[], &problems)));
    for command in [&["diff"][..], &["apply", "--dry-run"]] {
        let output = drsctl(&server, home.path(), LATER, &[command, &["-f", path]].concat());
        assert_eq!(output.status.code(), Some(2));
        let expected = format!(
            "drsctl: 2 problems found, nothing was stored:\n  {path}/b.yaml: protectionGroups[0] (b).servers[0].id: DRS \
             does not know it\n  recoveryPlans[7]: of a newer API[2J\n"
        );
        assert_eq!(err(&output), expected);
    }
    assert!(server.asked().iter().all(|request| request.line() == "POST /v1/import?dryRun=true"));
    let wrong = folder(&[("plan.yaml", b"recoveryPlans: [{name: shop, waves: []}]")]);
    let server = Server::new(|_, _| refusal(400));
    let output = drsctl(&server, home.path(), LATER, &["diff", "-f", wrong.path().to_str().unwrap()]);
    assert_eq!((output.status.code(), server.asked().len()), (Some(2), 0), "{}", err(&output));
}

/// An API that has the documents of the example, and stores what it gets if it is another.
fn with_the_example(documents: PlanDocuments) -> impl Fn(&Request, usize) -> Answer {
    move |request, _| match request.method.as_str() {
        "GET" if request.path == "/v1/export" => Some((200, serde_saphyr::to_string(&documents).unwrap())),
        "PUT" => {
            let sent: Value = serde_json::from_str(&request.body).unwrap();
            let groups = documents.protection_groups.iter().map(|group| serde_json::to_value(group).unwrap());
            let plans = documents.recovery_plans.iter().map(|plan| serde_json::to_value(plan).unwrap());
            let same = groups.chain(plans).any(|document| document == sent);
            // A test would see version 2.
            let mut answer: Value = serde_json::from_str(&stored(request)?.1).unwrap();
            answer["version"] = if same { 1 } else { 2 }.into();
            ok(&answer)
        }
        _ => everything(request),
    }
}

fn example() -> PlanDocuments {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/three-tier");
    let mut documents = Manifest::read(&path).unwrap().documents();
    // Texts that YAML has trouble with.
    documents.protection_groups[0].description = "two\nlines: [2J # \u{202e}no\n".to_owned();
    documents
}

#[test]
fn applying_an_export_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(with_the_example(example()));
    for way in ["table", "json", "yaml"] {
        let file = home.path().join(format!("{way}.yaml"));
        let path = file.to_str().unwrap();
        let output = drsctl(&server, home.path(), LATER, &["export", "-f", path, "--output", way]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(!std::fs::read_to_string(&file).unwrap().contains(['\u{1b}', '\u{202e}']));
        assert_eq!(Manifest::read(&file).unwrap().documents(), example());
        let output = drsctl(&server, home.path(), LATER, &["apply", "-f", path]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert_eq!(out(&output).matches("(version 1)").count(), 5, "{}", out(&output));
    }
}

#[test]
fn an_export_takes_the_groups_of_its_plans_and_overwrites_only_by_force() {
    let home = tempfile::tempdir().unwrap();
    let mut documents = example();
    let member = contract::Member { id: "s-00000000000000009".into(), criticality: contract::Criticality::Optional };
    let unused = contract::ProtectionGroup { name: "unused".into(), servers: vec![member], ..Default::default() };
    documents.protection_groups.push(unused);
    let server = Server::new(with_the_example(documents));
    let run = |arguments: &[&str]| drsctl(&server, home.path(), LATER, arguments);
    let exported: PlanDocuments = serde_saphyr::from_str(&out(&run(&["export", "--plan", "three-tier"]))).unwrap();
    assert_eq!(exported, example());
    let output = run(&["export", "--plan", "three-tier", "--plan", "none"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(2), ""));
    assert!(err(&output).contains("There is no recovery plan none"), "{}", err(&output));
    let file = home.path().join("mine.yaml");
    std::fs::write(&file, "# mine").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(run(&["export", "-f", path]).status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# mine");
    assert_eq!(run(&["export", "-f", path, "--force"]).status.code(), Some(0));
    assert_eq!(Manifest::read(&file).unwrap().groups().count(), 5);
}

#[test]
fn an_export_of_nothing_is_a_file_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(with_the_example(PlanDocuments::default()));
    let file = home.path().join("nothing.yaml");
    let output = drsctl(&server, home.path(), LATER, &["export", "-f", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(Manifest::read(&file).unwrap().groups().count(), 0);
}

#[test]
fn a_native_plan_is_imported_with_notes_and_its_problems_exit_with_2() {
    let home = tempfile::tempdir().unwrap();
    let problem = json!({"at": "recoveryPlans[0] (shop).waves", "message": "no waves"});
    let server = Server::new(move |request, _| {
        let problems = if request.body.contains("true") { vec![problem.clone()] } else { Vec::new() };
        let mut report = report(&[], &problems);
        report["dryRun"] = request.body.contains("true").into();
        ok(&json!({"documents": {}, "notes": ["a step waits for a person"], "report": report}))
    });
    let output = drsctl(&server, home.path(), LATER, &["import-native", "arn:x"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        out(&output).starts_with("note: a step waits for a person\n") && !out(&output).contains("Nothing was stored")
    );
    let output = drsctl(&server, home.path(), LATER, &["import-native", "arn:x", "--name", "shop", "--dry-run"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).contains("problem: recoveryPlans[0] (shop).waves: no waves\n"), "{}", out(&output));
    let bodies: Vec<String> = server.asked().into_iter().map(|request| request.body).collect();
    assert_eq!(
        bodies,
        [r#"{"recoveryPlanArn":"arn:x","dryRun":false}"#, r#"{"recoveryPlanArn":"arn:x","name":"shop","dryRun":true}"#]
    );
}
