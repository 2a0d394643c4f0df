//! What people are told of once, in an item of its own: whoever tells must not stand in the way of whoever cleans up.

use domain::id::{ExecutionId, PlanId};
use serde::{Deserialize, Serialize};

use super::History;
use crate::error::{AwsError, ErrorKind};
use crate::store::Condition;

/// That people were told what of a drill is left over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeftOverNotice {
    execution_id: ExecutionId,
    plan_id: String,
    told_at: i64,
    /// The Step Functions execution that tells it, so that a second delivery answers as the first.
    run: String,
}

impl History {
    /// Whether `run` is the one that tells people what of a drill is left over. There is one such run for each drill.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn tells_left_over(
        &self,
        id: &ExecutionId,
        plan: &PlanId,
        run: &str,
        now: i64,
    ) -> Result<bool, AwsError> {
        let range = format!("{plan}#leftOver");
        let (execution_id, run) = (id.clone(), run.to_owned());
        let notice = LeftOverNotice { execution_id, plan_id: range.clone(), told_at: now, run };
        let told = || self.table.get::<LeftOverNotice>(id.as_str(), &range);
        if let Some(told) = told().await? {
            return Ok(told.run == notice.run);
        }
        match self.table.put(&notice, Condition::New).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind == ErrorKind::Conflict => {
                Ok(told().await?.is_some_and(|told| told.run == notice.run))
            }
            Err(error) => Err(error),
        }
    }
}
