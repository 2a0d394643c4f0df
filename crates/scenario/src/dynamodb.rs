//! Calls to a table of DynamoDB one after another, and what each comes to: text files, for whatever answers such calls.

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

/// A call, and what it comes to: an answer, or an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub about: String,
    call: String,
    with: Value,
    #[serde(default)]
    answer: Option<Value>,
    #[serde(default)]
    error: Option<String>,
    /// Of a cancelled transaction: what became of each write.
    #[serde(default)]
    reasons: Option<Vec<String>>,
    /// Why DynamoDB does not refuse what the stand-in refuses.
    #[serde(default)]
    pub of_the_stand_in: Option<String>,
}

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The exception, without its namespace.
    pub kind: String,
    /// Of a cancelled transaction: what became of each write.
    pub reasons: Vec<String>,
    /// What it says.
    pub message: String,
}

impl Case {
    /// Reads a file.
    ///
    /// # Errors
    /// With what is wrong in it.
    pub fn all_from_yaml(text: &str) -> anyhow::Result<Vec<Self>> {
        serde_saphyr::from_str(text).context("the cases cannot be read")
    }

    /// Makes the call to `table`, and says how what came of it differs, if it does.
    pub fn differs(&self, table: &str, call: impl FnOnce(&str, &Value) -> Result<Value, Refused>) -> Option<String> {
        let mut with = self.with.clone();
        match with.get_mut("TransactItems").and_then(Value::as_array_mut) {
            Some(writes) => {
                for body in writes.iter_mut().filter_map(Value::as_object_mut).flat_map(|write| write.values_mut()) {
                    body["TableName"] = json!(table);
                }
            }
            None => with["TableName"] = json!(table),
        }
        // One account has a token once, whichever table it was for.
        if let Some(token) = with.get_mut("ClientRequestToken") {
            *token = json!(format!("{table}-{}", token.as_str().unwrap_or_default()));
        }
        let came = call(&self.call, &with);
        let as_said = match &came {
            Ok(answer) => self.answer.as_ref() == Some(answer),
            Err(refused) => {
                self.error.as_ref() == Some(&refused.kind)
                    && self.reasons.as_ref().is_none_or(|reasons| *reasons == refused.reasons)
            }
        };
        (!as_said).then(|| format!("{}: {came:?}", self.about))
    }
}
