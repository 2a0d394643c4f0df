//! EventBridge Scheduler keeps the schedules that it is given, and starts nothing: whoever makes a world says what the clock
//! starts. No weather reaches it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::http::Uri;
use serde_json::{Value, json};

/// By group and name.
type Schedules = BTreeMap<(String, String), Value>;

/// Answers for Scheduler; all else goes on to `others`.
#[derive(Debug)]
pub(crate) struct Scheduler<Others> {
    others: Others,
    schedules: Arc<Mutex<Schedules>>,
}

type Answer = Result<Value, (u16, &'static str, String)>;

impl<Others> Scheduler<Others> {
    pub(crate) fn before(others: Others) -> Self {
        Self { others, schedules: Arc::default() }
    }
}

impl<Others: HttpConnector> HttpConnector for Scheduler<Others> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let authorization = request.headers().get("authorization").unwrap_or_default();
        if !authorization.contains("/scheduler/aws4_request") {
            return self.others.call(request);
        }
        let answer = request.uri().parse::<Uri>().map_err(|error| ConnectorError::user(Box::new(error)));
        HttpConnectorFuture::ready(answer.and_then(|uri| {
            let body =
                request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or(Value::Null);
            let mut schedules = self.schedules.lock().unwrap_or_else(PoisonError::into_inner);
            response(answered(&mut schedules, request.method(), &uri, body))
        }))
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let (status, kind, body) = match answer {
        Ok(body) => (200, None, body),
        Err((status, kind, message)) => (status, Some(kind), json!({ "Message": message })),
    };
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    if let Some(kind) = kind {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    Ok(response)
}

fn answered(schedules: &mut Schedules, method: &str, uri: &Uri, mut body: Value) -> Answer {
    let asked = |name: &str| {
        let mut pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let Some(name) = uri.path().strip_prefix("/schedules/") else {
        let group = asked("ScheduleGroup");
        let names = schedules.keys().filter(|(of, _)| *of == group).map(|(_, name)| json!({ "Name": name }));
        return match (method, uri.path()) {
            ("GET", "/schedules") => Ok(json!({ "Schedules": names.collect::<Vec<_>>() })),
            (_, path) => Err((400, "ValidationException", format!("not modelled: scheduler {method} {path}"))),
        };
    };
    let group = body["GroupName"].as_str().map_or_else(|| asked("groupName"), str::to_owned);
    let missing = (404, "ResourceNotFoundException", format!("Schedule {name} does not exist."));
    let key = (group, name.to_owned());
    let known = schedules.contains_key(&key);
    match method {
        "POST" if known => Err((409, "ConflictException", format!("Schedule {name} already exists."))),
        "POST" | "PUT" if known == (method == "PUT") => {
            body["Name"] = json!(name);
            schedules.insert(key, body);
            Ok(json!({ "ScheduleArn": format!("arn:aws:scheduler:us-east-1:000000000000:schedule/{name}") }))
        }
        "GET" => schedules.get(&key).cloned().ok_or(missing),
        "DELETE" => schedules.remove(&key).map(|_| json!({})).ok_or(missing),
        "PUT" => Err(missing),
        method => Err((400, "ValidationException", format!("not modelled: scheduler {method}"))),
    }
}
