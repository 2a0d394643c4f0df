//! What Step Functions says about an error that a state machine caught.

use serde::{Deserialize, Serialize};

/// A Step Functions error output, as a `Catch` hands it on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Failure {
    /// Its name: a [`crate::TaskError`]'s, or `States.…`.
    #[serde(default)]
    pub error: String,
    /// Its text.
    #[serde(default)]
    pub cause: String,
}

impl Failure {
    /// For people. The cause of a Lambda error is a JSON document whose `errorMessage` is the sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let document: Option<serde_json::Value> = serde_json::from_str(&self.cause).ok();
        let message = document.as_ref().and_then(|cause| cause.get("errorMessage")).and_then(|text| text.as_str());
        match message.unwrap_or(&self.cause) {
            "" => self.error.clone(),
            detail => format!("{}: {detail}", self.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_a_lambda_error_is_found() {
        let failure = |cause: &str| Failure { error: "Invalid".into(), cause: cause.into() }.text();
        assert_eq!(failure(r#"{"errorType":"Invalid","errorMessage":"no such plan"}"#), "Invalid: no such plan");
        assert_eq!(failure("it was stopped"), "Invalid: it was stopped");
        assert_eq!(failure(""), "Invalid");
    }
}
