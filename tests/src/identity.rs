//! Calls in the name of a function: with a session of its own role, which the local cloud checks as IAM does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::aws::root;
use crate::cloud::{Cloud, answer};

/// The time that signatures are checked by, which is not scaled.
#[expect(clippy::disallowed_methods, reason = "a signature is of the real time")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// What `functions/<name>/permissions.yaml` says, as far as tests ask.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Permissions {
    /// DRS actions.
    pub drs: BTreeSet<String>,
    /// SSM actions.
    pub ssm: BTreeSet<String>,
    /// DynamoDB actions by table.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// Step Functions actions by machine.
    pub state_machines: BTreeMap<String, BTreeSet<String>>,
}

/// The permissions of every function, by its name.
pub fn permissions() -> BTreeMap<String, Permissions> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
    let functions = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = functions.filter(|entry| entry.path().join("permissions.yaml").exists());
    files
        .map(|entry| {
            let file = std::fs::read_to_string(entry.path().join("permissions.yaml")).unwrap();
            let name = entry.file_name().into_string().unwrap();
            let read = serde_saphyr::from_str(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, read)
        })
        .collect()
}

/// A function, as Lambda knows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function {
    function_arn: String,
    role: String,
}

impl Function {
    /// The access key that MiniStack gives to the process of this function: made from its names, and from nothing else.
    pub fn access_key(&self) -> String {
        let digest = Sha256::digest(format!("{}:{}", self.function_arn, self.role));
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
        format!("ASIA{hex}")
    }
}

impl Cloud {
    /// The function of `task`.
    pub fn function(&self, task: &str) -> Function {
        let path = format!("2015-03-31/functions/{}-{task}/configuration", self.stack());
        let request = ureq::http::Request::builder()
            .uri(format!("{}/{path}", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("lambda"));
        let (status, answer) = answer(request.body(String::new()).unwrap());
        assert_eq!(status, 200, "{task}: {answer}");
        serde_json::from_value(answer).unwrap()
    }

    /// A session of the role of `function`.
    pub fn assume(&self, function: &Function) -> Credentials {
        let query = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=test&RoleArn={}", function.role);
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("{}/?{query}", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("sts"));
        let (status, answer) = answer(request.body(String::new()).unwrap());
        let answer = answer.as_str().unwrap_or_default();
        let field = |name: &str| {
            let rest = answer.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split("</").next());
            rest.unwrap_or_else(|| panic!("{status}: no {name} in {answer}")).to_owned()
        };
        let (key, secret) = (field("AccessKeyId"), field("SecretAccessKey"));
        Credentials::new(key, secret, Some(field("SessionToken")), None, "test")
    }

    /// One call of an AWS JSON protocol with these credentials: the status and the answer.
    pub fn call_as(&self, credentials: &Credentials, service: &str, target: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let mut request = ureq::http::Request::builder()
            .method("POST")
            .uri(&self.aws_endpoint)
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", target)
            .body(body.clone())
            .unwrap();
        let identity = credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(service)
            .time(now())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let host = self.aws_endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let headers = [("host", host.as_str()), ("x-amz-target", target)];
        let signable =
            SignableRequest::new("POST", &self.aws_endpoint, headers.into_iter(), SignableBody::Bytes(body.as_bytes()));
        let (signature, _) = sign(signable.unwrap(), &parameters).unwrap().into_parts();
        signature.apply_to_request_http1x(&mut request);
        answer(request)
    }
}
