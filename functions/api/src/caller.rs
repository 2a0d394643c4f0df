//! Who calls: the claims that API Gateway has verified, and nothing from the body.

use aws::audit::Actor;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::role::{Action, allowed_roles, allows};
use lambda_http::request::RequestContext;
use serde_json::Value;
use view::Viewer;

use crate::problem::Problem;

/// The caller, as the Cognito token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user's name.
    pub name: String,
    /// The Cognito groups.
    pub roles: Vec<String>,
    /// The address that API Gateway saw.
    pub source_address: String,
}

impl Caller {
    /// The caller as the audit log names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { name: self.name.clone(), roles: self.roles.clone(), source_address: self.source_address.clone() }
    }

    /// The caller as somebody who looks at an execution.
    #[must_use]
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer { name: &self.name, roles: &self.roles }
    }

    /// Refuses the caller unless one of its roles allows `action`.
    ///
    /// # Errors
    /// 403, naming the roles that would do.
    pub fn may(&self, action: Action) -> Result<(), Problem> {
        if self.roles.iter().any(|role| allows(role, action)) {
            return Ok(());
        }
        let has = if self.roles.is_empty() { "none".to_owned() } else { self.roles.join(", ") };
        let detail = format!(
            "{} may not do this: it needs one of the roles {}; the token has {has}",
            self.name,
            allowed_roles(action).join(", ")
        );
        Err(Problem::new(StatusCode::FORBIDDEN, "ROLE_MISSING", detail))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let context = parts.extensions.get::<RequestContext>();
        let (claims, address) = match context {
            Some(RequestContext::ApiGatewayV1(context)) => {
                (context.authorizer.fields.get("claims"), context.identity.source_ip.clone())
            }
            _ => (None, None),
        };
        claims.and_then(|claims| from_claims(claims, address.unwrap_or_default())).ok_or_else(|| {
            Problem::new(StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN", "the request carries no verified token")
        })
    }
}

fn from_claims(claims: &Value, source_address: String) -> Option<Caller> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let name = text("cognito:username").or_else(|| text("username")).or_else(|| text("sub"))?;
    Some(Caller { name: name.to_owned(), roles: roles(claims.get("cognito:groups")), source_address })
}

/// API Gateway flattens the list of groups into text, with commas or, in some versions, `[a b]`.
fn roles(groups: Option<&Value>) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        text.trim_matches(['[', ']'])
            .split([',', ' '])
            .map(|word| word.trim_matches('"').to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    };
    match groups {
        Some(Value::String(text)) => words(text),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_read_in_every_form_that_api_gateway_gives() {
        for groups in
            [json!("dr-admin,dr-operator"), json!("[dr-admin dr-operator]"), json!(["dr-admin", "dr-operator"])]
        {
            let caller = from_claims(&json!({ "cognito:username": "ada", "cognito:groups": groups }), String::new());
            let caller = caller.unwrap();
            assert_eq!(caller.roles, ["dr-admin", "dr-operator"]);
        }
    }

    #[test]
    fn safety_rule_8_only_some_roles_start_a_recovery() {
        let caller =
            |role: &str| Caller { name: "ada".into(), roles: vec![role.into()], source_address: String::new() };
        assert!(caller("dr-recoverer").may(Action::StartRecovery).is_ok());
        for role in ["dr-operator", "dr-planner", "dr-approver", "dr-auditor", "root", ""] {
            let refused = caller(role).may(Action::StartRecovery).unwrap_err();
            assert_eq!(refused.details().code, "ROLE_MISSING", "{role}");
        }
        assert_eq!(from_claims(&json!({}), String::new()), None);
    }
}
