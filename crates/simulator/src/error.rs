//! Errors as the services answer them: status, type and body. Which call fails when is decided elsewhere.

use serde_json::{Map, Value, json};

/// An error answer of DRS or SSM.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The name of the exception, which the `x-amzn-ErrorType` header carries.
    pub error_type: String,
    /// For people.
    pub message: String,
    /// The other members of the body.
    pub members: Map<String, Value>,
}

impl ApiError {
    fn new(status: u16, error_type: &str, message: impl Into<String>, members: Value) -> ApiError {
        let members = if let Value::Object(members) = members { members } else { Map::new() };
        ApiError { status, error_type: error_type.to_owned(), message: message.into(), members }
    }

    /// 400: the request as a whole makes no sense.
    pub fn validation(message: impl Into<String>) -> ApiError {
        ApiError::new(400, "ValidationException", message, json!({"code": "VALIDATION", "reason": "other"}))
    }

    /// 400: one member of the request is wrong.
    pub fn field(name: &str, problem: impl Into<String>) -> ApiError {
        let problem = problem.into();
        let members = json!({
            "code": "VALIDATION",
            "reason": "fieldValidationFailed",
            "fieldList": [{"name": name, "message": problem}],
        });
        ApiError::new(400, "ValidationException", format!("{name}: {problem}"), members)
    }

    /// 400: the body is not what the operation takes.
    pub fn cannot_parse(problem: impl std::fmt::Display) -> ApiError {
        let members = json!({"code": "VALIDATION", "reason": "cannotParse"});
        ApiError::new(400, "ValidationException", format!("not valid, or not modelled: {problem}"), members)
    }

    /// 409, in the words of DRS.
    pub fn conflict(source_server: &str) -> ApiError {
        let message = "One or more of the Source Servers included in API call are currently being processed by a Job";
        let members = json!({"code": "CONFLICT", "resourceId": source_server, "resourceType": "SourceServer"});
        ApiError::new(409, "ConflictException", message, members)
    }

    /// 409: the launch settings of a server cannot be changed. Real DRS has the error; these are not its words.
    pub fn settings_conflict(source_server: &str) -> ApiError {
        let message = format!("The launch configuration of source server {source_server} cannot be changed now");
        let members = json!({"code": "CONFLICT", "resourceId": source_server, "resourceType": "SourceServer"});
        ApiError::new(409, "ConflictException", message, members)
    }

    /// 402: a quota of DRS.
    pub fn quota(message: impl Into<String>, quota_code: &str) -> ApiError {
        let members = json!({"code": "QUOTA", "serviceCode": "drs", "quotaCode": quota_code, "resourceType": "Job"});
        ApiError::new(402, "ServiceQuotaExceededException", message, members)
    }

    /// 404 of DRS.
    pub fn not_found(resource_type: &str, id: &str) -> ApiError {
        let members = json!({"code": "NOT_FOUND", "resourceId": id, "resourceType": resource_type});
        ApiError::new(404, "ResourceNotFoundException", format!("{resource_type} {id} not found"), members)
    }

    /// 400 of DRS in an account where nobody initialised it.
    pub fn uninitialized() -> ApiError {
        ApiError::new(400, "UninitializedAccountException", "Account not initialized", json!({"code": "UNINITIALIZED"}))
    }

    /// 403 in DRS, 400 in SSM.
    pub fn access_denied(operation: &str, ssm: bool) -> ApiError {
        let action = format!("{}:{operation}", if ssm { "ssm" } else { "drs" });
        let message =
            format!("User is not authorized to perform: {action} because no policy allows the {action} action");
        let status = if ssm { 400 } else { 403 };
        ApiError::new(status, "AccessDeniedException", message, json!({"code": "ACCESS_DENIED"}))
    }

    /// 429 in DRS; SSM, which has one status for all errors of the caller, says 400.
    pub fn throttled(ssm: bool) -> ApiError {
        let status = if ssm { 400 } else { 429 };
        let members = if ssm { json!({}) } else { json!({"serviceCode": "drs", "quotaCode": "L-SIMULATED"}) };
        ApiError::new(status, "ThrottlingException", "Rate exceeded", members)
    }

    /// 500.
    pub fn internal(ssm: bool) -> ApiError {
        let name = if ssm { "InternalServerError" } else { "InternalServerException" };
        ApiError::new(500, name, "An internal error occurred (asked for by a fault)", json!({}))
    }

    /// 400 of SSM, which tells its errors apart by name alone.
    pub fn ssm(error_type: &str, message: impl Into<String>) -> ApiError {
        ApiError::new(400, error_type, message, json!({}))
    }

    /// 501: the real service may well do this, the simulator does not, and it says so rather than pretend.
    pub fn not_modelled(what: &str) -> ApiError {
        ApiError::new(501, "UnknownOperationException", format!("not modelled: {what}"), json!({}))
    }

    /// The JSON body. DRS spells `message`; in SSM some shapes spell it `Message`, so both are there.
    pub fn body(&self, ssm: bool) -> Value {
        let mut body = self.members.clone();
        body.insert("message".to_owned(), json!(self.message));
        if ssm {
            body.insert("Message".to_owned(), json!(self.message));
            body.insert("__type".to_owned(), json!(self.error_type));
        }
        Value::Object(body)
    }
}
