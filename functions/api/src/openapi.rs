//! `openapi.json`: what is the same for every operation is added here, so that a handler says only what is its own.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "DRS orchestrator",
        description = "Groups, plans and executions of recovery plans for AWS Elastic Disaster Recovery. \
            Timestamps are integer Unix seconds. Errors are RFC 9457 problem details with a stable `code`. \
            `x-action` names the action of the role table that an operation needs.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(contract::ProblemDetails))
)]
struct Base;

/// The name of the only security scheme.
const TOKEN: &str = "cognitoIdToken";

/// Title, description and the schema of problems.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// Every operation of a path.
pub(crate) fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.head]
        .into_iter()
        .filter_map(Option::as_mut)
}

/// Adds what every operation has: the token, and the problems that any request can meet.
pub(crate) fn complete(mut description: OpenApi) -> Value {
    let mut scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    scheme.description = Some("The ID token of a user of the user pool.".to_owned());
    let components = description.components.get_or_insert_default();
    components.security_schemes.insert(TOKEN.to_owned(), SecurityScheme::Http(scheme));
    description.security = Some(vec![SecurityRequirement::new(TOKEN, Vec::<String>::new())]);
    for item in description.paths.paths.values_mut() {
        if let Some(get) = &mut item.get {
            add(get, "304", bare("What `If-None-Match` names is still so."));
        }
        for operation in [&mut item.put, &mut item.post].into_iter().filter_map(Option::as_mut) {
            add(operation, "413", problem("The body is too large."));
            add(operation, "422", problem("The document says what cannot be; `problems` has every place."));
        }
        for operation in operations_mut(item) {
            for (status, text) in EVERYWHERE {
                add(operation, status, problem(text));
            }
        }
    }
    let mut description = serde_json::to_value(description).unwrap_or_default();
    open_parts(&mut description);
    description
}

/// A document in an answer is one part of an object that has more, so it cannot forbid what it does not know. In a
/// request it does.
fn open_parts(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(parts)) = fields.get_mut("allOf") {
                for part in parts.iter_mut().filter_map(Value::as_object_mut) {
                    part.remove("additionalProperties");
                }
            }
            fields.values_mut().for_each(open_parts);
        }
        Value::Array(items) => items.iter_mut().for_each(open_parts),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const EVERYWHERE: [(&str, &str); 8] = [
    ("400", "The request cannot be read."),
    ("401", "No valid token. Behind API Gateway the body is API Gateway's own."),
    ("403", "No role of the token allows this."),
    ("404", "There is no such thing, or no such path."),
    ("405", "The path exists, but not for this method."),
    ("429", "AWS wants fewer requests: try again later."),
    ("500", "The function lacks a permission, or the program is wrong."),
    ("503", "An AWS service failed or did not answer."),
];

fn add(operation: &mut Operation, status: &str, response: Response) {
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}

fn bare(text: &str) -> Response {
    ResponseBuilder::new().description(text).build()
}

/// 401 has a body of API Gateway's, so every JSON passes there.
fn problem(text: &str) -> Response {
    let schema = Content::new(Some(Ref::from_schema_name("ProblemDetails")));
    let mut response = bare(text);
    response.content = BTreeMap::from([("application/problem+json".to_owned(), schema)]).into_iter().collect();
    if text.starts_with("No valid token") {
        response.content.insert("application/json".to_owned(), Content::default());
    }
    response
}
