//! The program itself: exit statuses, what goes to which stream, and that wrong input sends nothing.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use drsctl::settings::Settings;

use crate::fake::{Server, execution, refusal, stored};
use crate::plan_files::folder;

pub(crate) const PLAN: &[u8] = b"
protectionGroups:
- {name: here, servers: [{id: s-00000000000000001}]}
recoveryPlans:
- {name: shop, waves: [{name: one, groups: [here]}]}
";

/// Runs drsctl, signed in at `server` until `expires_at`.
pub(crate) fn drsctl(server: &Server, home: &Path, expires_at: i64, arguments: &[&str]) -> Output {
    let config = home.join("config.json");
    let settings = Settings {
        api_url: server.url.clone(),
        cognito_endpoint: server.url.clone(),
        client_id: "client".into(),
        username: "demo".into(),
        id_token: "token".into(),
        refresh_token: None,
        expires_at,
    };
    settings.save(&config).unwrap();
    run(&config, arguments)
}

fn run(config: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drsctl"))
        .args(arguments)
        .env("DRSCTL_CONFIG", config)
        .env_remove("DRSCTL_API_URL")
        .env_remove("DRS_CLOCK")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) const LATER: i64 = i64::MAX / 2;

#[test]
fn wrong_input_exits_with_2_and_sends_nothing() {
    let server = Server::new(|request, _| stored(request));
    let folder = folder(&[("plan.yaml", b"recoveryPlans:\n- {name: shop, waves: [{name: one, groups: []}]}")]);
    let path = folder.path().join("plan.yaml");
    let output = drsctl(&server, folder.path(), LATER, &["apply", "-f", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("plan.yaml: recoveryPlans[0] (shop).waves[0] (one).groups: the wave is empty"));
    assert!(server.asked().is_empty());
}

#[test]
fn apply_stores_and_says_so_and_a_refusal_exits_with_3() {
    let folder = folder(&[("plan.yaml", PLAN), ("inventory.yaml", b"")]);
    let file = folder.path().to_str().unwrap().to_owned();
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| stored(request));
    let output = drsctl(&server, home.path(), LATER, &["apply", "-f", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(out, "protection group here is stored (version 1)\nrecovery plan shop is stored (version 1)\n");
    assert!(err(&output).contains("inventory.yaml: it is the simulator's."));
    let server = Server::new(|_, _| refusal(400));
    let output = drsctl(&server, home.path(), LATER, &["apply", "-f", &file]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        err(&output).contains("The protection group here was not stored: Not valid (400 INVALID)"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_recovery_without_a_terminal_needs_its_name_given() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Some((202, execution("PENDING", "WAITING", "PENDING"))));
    let run = |arguments: &[&str]| drsctl(&server, home.path(), LATER, arguments);
    let output = run(&["run", "shop", "--mode", "recovery"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("give --confirm shop"), "{}", err(&output));
    assert_eq!(run(&["run", "shop", "--mode", "recovery", "--confirm", "chop"]).status.code(), Some(2));
    assert_eq!(run(&["run", "shop", "--mode", "drill", "--replace-instance", "i-1"]).status.code(), Some(2));
    assert!(server.asked().is_empty());
    let output = run(&["run", "shop", "--mode", "recovery", "--confirm", "shop", "--replace-instance", "i-1"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"shop-1\n".as_slice()));
    assert_eq!(server.asked()[0].body, r#"{"mode":"RECOVERY","confirm":"shop","replaceInstances":["i-1"]}"#);
}

#[test]
fn watching_exits_with_0_only_if_it_completed() {
    let home = tempfile::tempdir().unwrap();
    for (status, code) in [("COMPLETED", 0), ("PARTIAL", 1), ("FAILED", 1), ("REFUSED", 1), ("CANCELLED", 1)] {
        let server = Server::new(move |_, before| {
            Some(if before == 0 {
                (202, execution("PENDING", "WAITING", "PENDING"))
            } else {
                (200, execution(status, "COMPLETED", "HEALTHY"))
            })
        });
        let output = drsctl(&server, home.path(), LATER, &["run", "shop", "--mode", "drill", "--watch"]);
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains(&format!("DRILL of shop: {status}")));
        // Standard error is no terminal here: one plain line for each change.
        assert!(err(&output).contains("wave database"), "{}", err(&output));
    }
}

#[test]
fn json_goes_to_standard_output_alone() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| Some((200, execution("COMPLETED", "COMPLETED", "HEALTHY"))));
    let output = drsctl(&server, home.path(), LATER, &["executions", "shop-1", "--output", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["status"], "COMPLETED");
}

#[test]
fn an_expired_or_missing_sign_in_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| refusal(500));
    let output = drsctl(&server, home.path(), 0, &["executions"]);
    assert!(err(&output).contains("Run `drsctl login`"), "{}", err(&output));
    let output = run(&home.path().join("none.json"), &["executions"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("Not signed in"), "{}", err(&output));
}

#[test]
fn login_keeps_the_tokens_where_only_the_owner_can_read_them() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("sub").join("config.json");
    let answer = r#"{"AuthenticationResult":{"IdToken":"id","RefreshToken":"refresh","ExpiresIn":3600}}"#;
    let server = Server::new(|_, _| Some((200, answer.into())));
    let api = "https://x.execute-api.eu-west-1.amazonaws.com/prod";
    let arguments = ["login", "--username", "demo", "--password", "p", "--client-id", "c", "--api-url", api];
    let output = run(&config, &[&arguments[..], &["--cognito-endpoint", &server.url]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let kept = Settings::load(&config).unwrap();
    assert_eq!((kept.id_token.as_str(), kept.api_url.as_str()), ("id", api));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(config.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
