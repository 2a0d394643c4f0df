//! From an HTTP request to an answer, without a socket: which service and operation is meant, the journal, the faults.
//! Sockets are in [`crate::server`], the operations in [`crate::drs`] and [`crate::ssm`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::control;
use crate::drs;
use crate::error::ApiError;
use crate::ids::Region;
use crate::operations;
use crate::region;
use crate::ssm;
use crate::world::World;

/// The parts of a request that matter here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Call {
    /// `POST` and so on.
    pub method: String,
    /// The path as it came: not decoded, because an ARN with slashes is one segment of it.
    pub raw_path: String,
    /// What follows the question mark, as it came.
    pub query: String,
    /// `X-Amz-Target`, which says what an SSM call is.
    pub target: Option<String>,
    /// `Authorization`, which says for which Region the call is and with which key. It is not checked otherwise.
    pub authorization: Option<String>,
    /// `amz-sdk-request`, which tells retries from first attempts. Only the journal cares.
    pub attempt: Option<String>,
    /// The body.
    #[serde(with = "as_text")]
    pub body: Vec<u8>,
}

/// Bodies are JSON; what is no text is no JSON either, and stays none.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(body))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(deserializer).map(String::into_bytes)
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// For the header `x-amzn-ErrorType`.
    pub error_type: Option<String>,
    /// `application/json` and the like.
    pub content_type: &'static str,
    /// The JSON body.
    pub body: Value,
}

/// Answers a request. The world must have been advanced to the present.
pub fn answer(world: &mut World, call: &Call) -> Reply {
    if let Some(path) = call.raw_path.strip_prefix("/_simulator/") {
        let (status, body) = control::answer(world, &call.method, path, &call.query, &call.body);
        return Reply { status, error_type: None, content_type: "application/json", body };
    }
    match &call.target {
        Some(target) => {
            let operation = target.strip_prefix("AmazonSSM.").unwrap_or(target);
            let modelled = operations::SSM.contains(&operation) && target.starts_with("AmazonSSM.");
            service(world, call, operation, modelled, true, body_of(call))
        }
        None => {
            let (operation, request) = drs_operation(call);
            service(world, call, &operation, operations::DRS.contains(&operation.as_str()), false, request)
        }
    }
}

fn service(
    world: &mut World,
    call: &Call,
    operation: &str,
    modelled: bool,
    ssm: bool,
    request: Result<Value, ApiError>,
) -> Reply {
    let seen = request.as_ref().map_or_else(|_| json!(String::from_utf8_lossy(&call.body)), Value::clone);
    let signed = call.authorization.as_deref().and_then(region::of_authorization);
    let region = signed.unwrap_or_else(|| world.settings.region.clone());
    let caller = call.authorization.as_deref().and_then(region::key_of_authorization);
    let service = if ssm { "ssm" } else { "drs" };
    let details = json!({"service": service, "region": region, "attempt": call.attempt, "caller": caller});
    let seq = world.journal.call(world.now, operation, seen, details);
    let answer = if modelled {
        respond(world, &region, operation, ssm, request)
    } else {
        tracing::warn!(operation, "not modelled: {operation}");
        Err(ApiError::not_modelled(operation))
    };
    let content_type = if ssm { "application/x-amz-json-1.1" } else { "application/json" };
    match answer {
        Ok((status, body)) => {
            world.journal.outcome(seq, status, None);
            Reply { status, error_type: None, content_type, body }
        }
        Err(error) => {
            world.journal.outcome(seq, error.status, Some((&error.error_type, &error.message)));
            let body = error.body(ssm);
            Reply { status: error.status, error_type: Some(error.error_type), content_type, body }
        }
    }
}

fn respond(
    world: &mut World,
    region: &Region,
    operation: &str,
    ssm: bool,
    request: Result<Value, ApiError>,
) -> drs::Answer {
    world.faults.before_call(region, operation, ssm)?;
    let answer = if ssm {
        ssm::answer(world, region, operation, request?)
    } else {
        drs::answer(world, region, operation, request?)
    };
    // A call that was refused took no effect, so there is no answer to lose.
    if answer.is_ok() {
        world.faults.after_call(operation, ssm)?;
    }
    answer
}

fn body_of(call: &Call) -> Result<Value, ApiError> {
    if call.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&call.body).map_err(ApiError::cannot_parse)
}

/// The operation and its whole input: the body, and what is in the path and the query.
fn drs_operation(call: &Call) -> (String, Result<Value, ApiError>) {
    let path = call.raw_path.trim_start_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("POST", [operation]) => ((*operation).to_owned(), body_of(call)),
        (method, ["tags", arn]) => match method {
            "GET" => ("ListTagsForResource".to_owned(), with_arn(Ok(json!({})), arn)),
            "POST" => ("TagResource".to_owned(), with_arn(body_of(call), arn)),
            "DELETE" => {
                let keys: Vec<String> = query_values(&call.query, "tagKeys").collect();
                ("UntagResource".to_owned(), with_arn(Ok(json!({"tagKeys": keys})), arn))
            }
            _ => (format!("{method} /{path}"), body_of(call)),
        },
        (method, _) => (format!("{method} /{path}"), body_of(call)),
    }
}

fn with_arn(request: Result<Value, ApiError>, arn: &str) -> Result<Value, ApiError> {
    let Value::Object(members) = request? else {
        return Err(ApiError::cannot_parse("the body is not an object"));
    };
    let arn = Map::from_iter([("resourceArn".to_owned(), json!(decode(arn)))]);
    Ok(Value::Object(members.into_iter().chain(arn).collect()))
}

/// The values of one name in a query, decoded.
pub(crate) fn query_values<'call>(query: &'call str, name: &'call str) -> impl Iterator<Item = String> + 'call {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(move |(key, _)| decode(key) == name).map(|(_, value)| decode(&value.replace('+', " ")))
}

/// Undoes percent-encoding. What is no escape stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            [..] => None,
        };
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_arn_is_one_segment_of_the_path() {
        let call = Call {
            method: "DELETE".to_owned(),
            raw_path: "/tags/arn%3Aaws%3Adrs%3Aus-east-1%3A000000000000%3Ajob%2Fdrsjob-1".to_owned(),
            query: "tagKeys=a%20b&tagKeys=c+d&other=e".to_owned(),
            ..Call::default()
        };
        let (operation, request) = drs_operation(&call);
        assert_eq!(operation, "UntagResource");
        let arn = "arn:aws:drs:us-east-1:000000000000:job/drsjob-1";
        assert_eq!(request, Ok(json!({"resourceArn": arn, "tagKeys": ["a b", "c d"]})));
    }

    #[test]
    fn an_arn_that_is_not_encoded_is_no_operation() {
        let path = "/tags/arn:aws:drs:us-east-1:000000000000:job/drsjob-1";
        let call = Call { method: "GET".to_owned(), raw_path: path.to_owned(), ..Call::default() };
        assert_eq!(drs_operation(&call).0, format!("GET {path}"));
    }

    #[test]
    fn what_is_no_escape_stays() {
        for (text, plain) in [("100%", "100%"), ("%zz", "%zz"), ("%2", "%2"), ("a%2Fb", "a/b"), ("%C3%A9", "é")] {
            assert_eq!(decode(text), plain);
        }
    }
}
