//! What the client sends, and what it makes of answers.

use std::cell::Cell;
use std::time::Duration;

use contract::ExecutionStatus;
use domain::clock::ClockSetting;
use domain::id::PlanId;
use drsctl::client::Client;
use drsctl::cognito::UserPool;
use drsctl::manifest::Manifest;
use drsctl::progress::View;
use drsctl::upload::upload;
use drsctl::watch::{Pace, watch};

use crate::fake::{Server, execution, refusal, stored};
use crate::plan_files::folder;

const PLAN: &[u8] = b"
protectionGroups:
- {name: here, servers: [{id: s-00000000000000001}]}
recoveryPlans:
- name: shop
  waves:
  - {name: one, groups: [here]}
  - {name: two, groups: [there]}
";

fn quick() -> Pace {
    Pace { clock: ClockSetting::default(), interval: Duration::from_millis(5) }
}

fn pool(server: &Server) -> UserPool {
    UserPool { endpoint: server.url.clone(), client_id: "client".into() }
}

#[test]
fn groups_are_sent_before_plans_and_groups_elsewhere_are_asked_for_first() {
    let server = Server::new(|request, _| match request.method.as_str() {
        "GET" => Some((200, r#"{"name":"there","servers":[],"version":3,"updatedAt":0,"updatedBy":"x"}"#.into())),
        _ => stored(request),
    });
    let folder = folder(&[("plan.yaml", PLAN)]);
    let manifest = Manifest::read(folder.path()).unwrap();
    upload(&Client::new(&server.url, "token"), &manifest, |_| {}).unwrap();
    let lines: Vec<String> = server.asked().iter().map(|request| request.line()).collect();
    assert_eq!(
        lines,
        ["GET /v1/protection-groups/there", "PUT /v1/protection-groups/here", "PUT /v1/recovery-plans/shop"]
    );
    assert!(server.asked().iter().all(|request| request.headers.contains("authorization: token")));
}

#[test]
fn nothing_is_sent_when_a_group_exists_nowhere() {
    let server = Server::new(|_, _| refusal(404));
    let folder = folder(&[("plan.yaml", PLAN)]);
    let manifest = Manifest::read(folder.path()).unwrap();
    let error = upload(&Client::new(&server.url, "token"), &manifest, |_| {}).unwrap_err();
    assert!(error.to_string().contains("waves[1] (two).groups[0]: there is no protection group there"), "{error}");
    assert!(server.asked().iter().all(|request| request.method == "GET"));
}

#[test]
fn a_refusal_shows_every_problem() {
    let server = Server::new(|_, _| refusal(400));
    let error = Client::new(&server.url, "token").executions(None, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Not valid (400 INVALID): It was not stored.\n  waves[0] (database).groups[0]: there is no protection group x"
    );
    assert!(!error.is_transient());
}

#[test]
fn an_answer_of_somebody_else_is_shown_without_escape_sequences() {
    let server = Server::new(|_, _| Some((502, "<html>\u{1b}[31mBad gateway".into())));
    let error = Client::new(&server.url, "token").executions(None, None).unwrap_err();
    assert!(error.is_transient());
    assert!(error.to_string().ends_with("<html>[31mBad gateway"), "{error}");
}

#[test]
fn queries_are_escaped() {
    let server = Server::new(|_, _| Some((200, r#"{"items":[],"count":0,"nextToken":null}"#.into())));
    Client::new(&server.url, "token").executions(Some(&PlanId::from("shop")), Some("a/b=&c")).unwrap();
    assert_eq!(server.asked()[0].path, "/v1/executions?planId=shop&nextToken=a%2Fb%3D%26c");
}

#[test]
fn an_expired_token_is_renewed_once() {
    let page = r#"{"items":[],"count":0,"nextToken":null}"#;
    let server = Server::new(move |request, _| {
        let fresh = request.headers.contains("authorization: fresh");
        Some(if fresh { (200, page.into()) } else { (401, r#"{"message":"expired"}"#.into()) })
    });
    let client = Client::new(&server.url, "old").with_renewal(|| Some("fresh".into()));
    client.executions(None, None).unwrap();
    assert_eq!(server.asked().len(), 2);
    let error = Client::new(&server.url, "old").executions(None, None).unwrap_err();
    assert!(error.to_string().contains("Run `drsctl login`"));
}

#[test]
fn watching_survives_a_lost_connection_and_ends_with_the_execution() {
    let server = Server::new(|_, before| match before {
        0 => Some((200, execution("RUNNING", "LAUNCHING", "LAUNCHING"))),
        1 => None,
        2 => Some((503, "busy".into())),
        3 => Some((200, execution("RUNNING", "CHECKING", "LAUNCHED"))),
        _ => Some((200, execution("COMPLETED", "COMPLETED", "HEALTHY"))),
    });
    let client = Client::new(&server.url, "token");
    let ended = watch(&client, &"shop-1".into(), quick(), &mut View::for_stderr(), &|| false).unwrap().unwrap();
    assert_eq!(ended.summary.status, ExecutionStatus::Completed);
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn watching_stops_when_it_is_told_to_and_when_the_api_refuses() {
    let server = Server::new(|_, _| Some((200, execution("RUNNING", "LAUNCHING", "LAUNCHING"))));
    let client = Client::new(&server.url, "token");
    let looks = Cell::new(0);
    let stop = || looks.replace(looks.get() + 1) > 3;
    assert!(watch(&client, &"shop-1".into(), quick(), &mut View::for_stderr(), &stop).unwrap().is_none());
    let server = Server::new(|_, _| refusal(404));
    let client = Client::new(&server.url, "token");
    watch(&client, &"shop-1".into(), quick(), &mut View::for_stderr(), &|| false).unwrap_err();
}

#[test]
fn signing_in_asks_cognito_for_tokens() {
    let server = Server::new(|_, _| {
        Some((200, r#"{"AuthenticationResult":{"IdToken":"id","RefreshToken":"refresh","ExpiresIn":3600}}"#.into()))
    });
    let tokens = pool(&server).login("demo", "secret").unwrap();
    assert_eq!((tokens.id_token.as_str(), tokens.expires_in_seconds), ("id", 3600));
    let asked = &server.asked()[0];
    assert!(
        asked.headers.contains("x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth"),
        "{}",
        asked.headers
    );
    let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body["AuthFlow"], "USER_PASSWORD_AUTH");
    assert_eq!(body["AuthParameters"]["USERNAME"], "demo");
}

#[test]
fn a_refused_sign_in_says_what_to_do() {
    let answer = r#"{"__type":"x#NotAuthorizedException","message":"Incorrect username or password."}"#;
    let server = Server::new(|_, _| Some((400, answer.into())));
    let message = pool(&server).login("demo", "wrong").unwrap_err().to_string();
    assert_eq!(
        message,
        "Cognito refused the sign-in: Incorrect username or password (NotAuthorizedException). \
         Check --username and the password."
    );
    let server = Server::new(|_, _| Some((200, r#"{"ChallengeName":"NEW_PASSWORD_REQUIRED","Session":"s"}"#.into())));
    let message = pool(&server).login("demo", "temporary").unwrap_err().to_string();
    assert!(message.contains("temporary one"), "{message}");
}
