//! What runs, and what stands: the index `active`.

use super::record::{LEFT_OVER, RUNS};
use super::{ExecutionRecord, History};
use crate::error::AwsError;
use crate::store::{Index, Items, Query};

/// Executions that run, and under a key of their own drills whose instances stand.
const ACTIVE: Index = Index { name: "active", hash: "active" };

impl History {
    /// A page of drills that launched something which no cleanup has terminated, newest first. Later drills may have
    /// replaced it: DRS knows.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn left_over(&self, limit: i32, token: Option<&str>) -> Result<Items<ExecutionRecord>, AwsError> {
        let hash = LEFT_OVER;
        let query =
            Query { index: Some(ACTIVE), hash, newest_first: true, limit: Some(limit), token, ..Query::default() };
        self.table.query(&query).await
    }

    /// Every drill that launched something which no cleanup has terminated, newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all_left_over(&self) -> Result<Vec<ExecutionRecord>, AwsError> {
        self.all_active(LEFT_OVER).await
    }

    /// Sees to it that a drill that has ended is among those that a sweep looks at, whatever of it stands: only so does the
    /// sweep see a cleanup of it that does not end by itself.
    ///
    /// # Errors
    /// `Conflict` when it is written again and again at the same time. Else when the table cannot be written.
    pub async fn look_after(&self, execution: &ExecutionRecord) -> Result<(), AwsError> {
        if execution.now(None).left_over {
            return Ok(());
        }
        let mut listed = execution.clone();
        listed.set_left_over(true);
        let Err(error) = self.save_execution(&mut listed).await else { return Ok(()) };
        // Of two who clean up at the same time, the other one has done it.
        match self.execution(&execution.execution_id, &execution.plan_id).await? {
            Some(now) if now.now(None).left_over => Ok(()),
            _ => Err(error),
        }
    }

    /// All executions that have not ended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn active(&self) -> Result<Vec<ExecutionRecord>, AwsError> {
        self.all_active(RUNS).await
    }

    async fn all_active(&self, hash: &str) -> Result<Vec<ExecutionRecord>, AwsError> {
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let query =
                Query { index: Some(ACTIVE), hash, newest_first: true, token: token.as_deref(), ..Query::default() };
            let page = self.table.query(&query).await?;
            all.extend(page.items);
            token = page.next_token;
            if token.is_none() {
                return Ok(all);
            }
        }
    }
}
