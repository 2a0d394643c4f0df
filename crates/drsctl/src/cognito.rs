//! Signing in: Cognito's user and password flow over plain HTTP. Not here: where tokens are kept ([`crate::settings`]).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::text::printable;

/// Where users of one deployment sign in.
#[derive(Debug, Clone)]
pub struct UserPool {
    /// `https://cognito-idp.<region>.amazonaws.com`, or a local cloud.
    pub endpoint: String,
    /// The app client that drsctl is.
    pub client_id: String,
}

/// What a sign-in gives.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Says who one is, and in which groups; the API wants this one.
    pub id_token: String,
    /// Gets new ID tokens for some hours without the password. A renewal gives none: the old one stays.
    pub refresh_token: Option<String>,
    /// How many seconds the ID token is good for.
    pub expires_in_seconds: i64,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum LoginError {
    /// No answer.
    #[error("Cannot reach Cognito at {endpoint}: {reason}. Is --cognito-endpoint right?")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// What the connection said.
        reason: String,
    },
    /// Cognito said no.
    #[error("Cognito refused the sign-in: {message} ({code}). {}", remedy(.code))]
    Refused {
        /// Cognito's error.
        code: String,
        /// Its words.
        message: String,
    },
    /// The password is right, but Cognito wants something else first.
    #[error("{}", challenge_text(.0))]
    Challenge(String),
    /// An answer without tokens.
    #[error("Cognito answered without a token: {0}")]
    Unreadable(String),
}

fn remedy(code: &str) -> &'static str {
    match code {
        "NotAuthorizedException" | "UserNotFoundException" => "Check --username and the password.",
        "ResourceNotFoundException" | "InvalidParameterException" => {
            "Check --client-id: it is the output UserPoolClientId of the stack."
        }
        "PasswordResetRequiredException" => "An administrator has to set a new password for this user.",
        "UserNotConfirmedException" => "An administrator has to confirm this user.",
        "TooManyRequestsException" | "LimitExceededException" => "Wait a minute and try again.",
        _ => "Ask the administrator of the user pool.",
    }
}

fn challenge_text(challenge: &str) -> String {
    match challenge {
        "NEW_PASSWORD_REQUIRED" => {
            "The password is a temporary one: choose your own first. Sign in to the web console \
            once, or have an administrator run `aws cognito-idp admin-set-user-password --permanent` for you."
                .to_owned()
        }
        "SOFTWARE_TOKEN_MFA" | "SMS_MFA" => {
            "This user signs in with a second factor, which drsctl does not support yet: use the web console."
                .to_owned()
        }
        other => format!("Cognito asks for {}, which drsctl cannot answer: use the web console.", printable(other)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuthAnswer {
    authentication_result: Option<AuthenticationResult>,
    challenge_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AuthenticationResult {
    id_token: String,
    refresh_token: Option<String>,
    expires_in: i64,
}

impl UserPool {
    /// Signs in with a password.
    ///
    /// # Errors
    /// When Cognito refuses, wants more than a password, or cannot be reached.
    pub fn login(&self, username: &str, password: &str) -> Result<Tokens, LoginError> {
        self.initiate("USER_PASSWORD_AUTH", &json!({"USERNAME": username, "PASSWORD": password}))
    }

    /// A new ID token for a refresh token.
    ///
    /// # Errors
    /// When the refresh token is too old or revoked, or Cognito cannot be reached.
    pub fn renew(&self, refresh_token: &str) -> Result<Tokens, LoginError> {
        self.initiate("REFRESH_TOKEN_AUTH", &json!({"REFRESH_TOKEN": refresh_token}))
    }

    fn initiate(&self, flow: &str, parameters: &Value) -> Result<Tokens, LoginError> {
        let unreachable = |error: ureq::Error| LoginError::Unreachable {
            endpoint: self.endpoint.clone(),
            reason: printable(&error.to_string()),
        };
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let body = json!({"AuthFlow": flow, "ClientId": self.client_id, "AuthParameters": parameters});
        let mut response = agent
            .post(format!("{}/", self.endpoint.trim_end_matches('/')))
            .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
            .content_type("application/x-amz-json-1.1")
            .send(body.to_string())
            .map_err(unreachable)?;
        let ok = response.status().is_success();
        let text = response.body_mut().read_to_string().map_err(unreachable)?;
        if ok { tokens(&text) } else { Err(refused(&text)) }
    }
}

fn tokens(text: &str) -> Result<Tokens, LoginError> {
    // Never print this answer: it may hold tokens.
    let answer: InitiateAuthAnswer =
        serde_json::from_str(text).map_err(|error| LoginError::Unreadable(error.to_string()))?;
    match (answer.authentication_result, answer.challenge_name) {
        (Some(result), _) => Ok(Tokens {
            id_token: result.id_token,
            refresh_token: result.refresh_token,
            expires_in_seconds: result.expires_in,
        }),
        (None, Some(challenge)) => Err(LoginError::Challenge(challenge)),
        (None, None) => Err(LoginError::Unreadable("neither a result nor a challenge".to_owned())),
    }
}

fn refused(text: &str) -> LoginError {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let field = |names: [&str; 2]| names.iter().find_map(|name| value.get(*name)?.as_str()).map(printable);
    // "com.amazonaws…#NotAuthorizedException" in older answers.
    let code = field(["__type", "code"]).unwrap_or_else(|| "no error code".to_owned());
    LoginError::Refused {
        code: code.rsplit('#').next().unwrap_or_default().to_owned(),
        message: field(["message", "Message"])
            .unwrap_or_else(|| crate::text::shortened(&printable(text), 200))
            .trim_end_matches('.')
            .to_owned(),
    }
}
