//! Bodies of requests, through the whole router of the API, in a deployment with nothing in it.

use std::sync::OnceLock;

use api::App;
use aws::scheduler::Drills;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use contract::{
    CancelExecution, ImportNativePlan, PlanDocuments, ProblemDetails, ProtectionGroup, RecoveryPlan, ResolveGroup,
    RetryWave, Schedule, StartExecution, WaveDecision,
};
use futures_executor::block_on;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequestContext, ApiGatewayRequestAuthorizer};
use lambda_http::request::RequestContext;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_slice, json};
use tower::ServiceExt;

use crate::stand_in::{Answer, clients};

const JSON: &str = "application/json";
/// Method, path and content type. `NAME` is the document's own name, where it has one.
const ROUTES: [(&str, &str, &str); 14] = [
    ("PUT", "/v1/protection-groups/NAME", JSON),
    ("PUT", "/v1/recovery-plans/NAME", JSON),
    ("POST", "/v1/import", JSON),
    ("POST", "/v1/import?dryRun=true", "application/yaml"),
    ("POST", "/v1/import/native-plan", JSON),
    ("POST", "/v1/protection-groups/NAME/resolve", JSON),
    ("POST", "/v1/recovery-plans/NAME/executions", JSON),
    ("POST", "/v1/recovery-plans/NAME/preflight?mode=DRILL", JSON),
    ("PUT", "/v1/recovery-plans/NAME/schedules/NAME", JSON),
    ("POST", "/v1/executions/NAME/cancel", JSON),
    ("POST", "/v1/executions/NAME/waves/1/approve", JSON),
    ("POST", "/v1/executions/NAME/waves/1/retry", JSON),
    ("POST", "/v1/executions/NAME/waves/1/skip", JSON),
    ("POST", "/v1/executions/NAME/cleanup", JSON),
];

/// The first byte chooses the route, the rest is the body. Whatever it is, the answer is JSON, a refusal says why, and
/// the service does not break; what can be read is the same after it was written and read again.
pub fn api_bodies(input: &[u8]) {
    let Some((&chosen, body)) = input.split_first() else { return };
    let (method, path, kind) = ROUTES[usize::from(chosen) % ROUTES.len()];
    round_trips(chosen, body);
    let (status, answer) = send(method, &path.replace("NAME", &name_in(body)), kind, body);
    let read: Result<Value, _> = from_slice(&answer);
    assert!(read.is_ok(), "{method} {path}: {status}, not JSON: {}", String::from_utf8_lossy(&answer));
    assert!(status < 500, "{method} {path}: {status}: {}", String::from_utf8_lossy(&answer));
    if status >= 400 {
        let problem: Result<ProblemDetails, _> = from_slice(&answer);
        let said = problem.is_ok_and(|problem| problem.status == status && !problem.code.is_empty());
        assert!(said, "{method} {path}: {status} is no problem: {}", String::from_utf8_lossy(&answer));
    }
}

fn name_in(body: &[u8]) -> String {
    let document: Value = from_slice(body).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    document["name"].as_str().filter(|name| !name.is_empty() && name.chars().all(plain)).unwrap_or("shop").to_owned()
}

fn round_trips(chosen: u8, body: &[u8]) {
    match usize::from(chosen) % ROUTES.len() {
        0 => same::<ProtectionGroup>(body),
        1 => same::<RecoveryPlan>(body),
        2 | 3 => same::<PlanDocuments>(body),
        4 => same::<ImportNativePlan>(body),
        5 => same::<ResolveGroup>(body),
        6 => same::<StartExecution>(body),
        8 => same::<Schedule>(body),
        9 => same::<CancelExecution>(body),
        11 => same::<RetryWave>(body),
        10 | 12 => same::<WaveDecision>(body),
        _ => {}
    }
}

fn same<T: DeserializeOwned + Serialize>(body: &[u8]) {
    let Ok(read) = from_slice::<T>(body) else { return };
    let Ok(written) = serde_json::to_value(&read) else { panic!("what was read cannot be written") };
    match serde_json::from_value::<T>(written.clone()).map(|again| serde_json::to_value(&again)) {
        Ok(Ok(again)) => assert_eq!(again, written),
        Ok(Err(error)) | Err(error) => panic!("{error}: {written}"),
    }
}

fn send(method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Vec<u8>) {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap_or_default();
    *request.uri_mut() = path.parse().unwrap_or_default();
    if let Ok(kind) = kind.parse() {
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    let claims = json!({ "cognito:username": "demo", "cognito:groups": ["dr-admin", "dr-recoverer"] });
    let mut authorizer = ApiGatewayRequestAuthorizer::default();
    authorizer.fields.insert("claims".to_owned(), claims);
    let mut context = ApiGatewayProxyRequestContext::default();
    context.authorizer = authorizer;
    request.extensions_mut().insert(RequestContext::ApiGatewayV1(context));
    let router = ROUTER.get_or_init(router).clone();
    block_on(async move {
        let Ok(answer) = router.oneshot(request).await;
        let status = answer.status().as_u16();
        match to_bytes(answer.into_body(), usize::MAX).await {
            Ok(bytes) => (status, bytes.to_vec()),
            Err(error) => panic!("the answer broke off: {error}"),
        }
    })
}

fn router() -> Router {
    let arn = |machine: &str| format!("arn:aws:states:us-east-1:000000000000:stateMachine:{machine}");
    api::router::router(App {
        // The handlers' clients live as long as their process.
        clients: Box::leak(Box::new(clients(nothing_there))),
        recovery_state_machine_arn: arn("recovery"),
        wave_state_machine_arn: arn("wave"),
        cleanup_state_machine_arn: arn("cleanup"),
        inventory_state_machine_arn: arn("inventory"),
        drills: Drills {
            group: "drills".to_owned(),
            role_arn: "arn:aws:iam::000000000000:role/schedules".to_owned(),
            machine_arn: arn("recovery"),
        },
    })
}

/// Services that take everything and have nothing.
fn nothing_there(request: &HttpRequest) -> Answer {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    let body = match target.rsplit_once('.').map_or("", |(_, operation)| operation) {
        "Query" | "Scan" => json!({ "Items": [], "Count": 0, "ScannedCount": 0 }),
        "StartExecution" => {
            json!({ "executionArn": "arn:aws:states:us-east-1:000000000000:execution:m:e", "startDate": 1.5 })
        }
        _ => json!({}),
    };
    (200, body.to_string().into_bytes())
}
