//! `/v1/executions`, and starting one.

use contract::{CancelExecution, Execution, ExecutionSummary, Page, RetryWave, StartExecution, WaveDecision};
use domain::id::{ExecutionId, PlanId};

use super::wire::{Call, Query, segment};
use super::{Client, ClientError};

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One file, for people.
    Html,
    /// For programs.
    Json,
    /// A row for each server.
    Csv,
}

impl ReportFormat {
    fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

impl Client {
    /// Starts an execution of a plan.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn start(&self, plan: &PlanId, start: &StartExecution) -> Result<Execution, ClientError> {
        self.send(&Call::post(format!("/v1/recovery-plans/{}/executions", segment(plan.as_str()))).json(start))
    }

    /// One execution, whole.
    ///
    /// # Errors
    /// When there is none of that id, or the API cannot be reached.
    pub fn execution(&self, id: &ExecutionId) -> Result<Execution, ClientError> {
        self.get(format!("/v1/executions/{}", segment(id.as_str())))
    }

    /// Begins to terminate what a drill launched; while that runs already, nothing changes.
    ///
    /// # Errors
    /// When it is no drill, or still runs, or the API refuses or cannot be reached.
    pub fn clean_up(&self, id: &ExecutionId) -> Result<Execution, ClientError> {
        self.send(&Call::post(format!("/v1/executions/{}/cleanup", segment(id.as_str()))))
    }

    /// One page of the drills of which something stands, the newest first, of one plan or of all.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn left_over(
        &self,
        plan: Option<&PlanId>,
        next_token: Option<&str>,
    ) -> Result<Page<ExecutionSummary>, ClientError> {
        self.get(Query::default().with("planId", plan).with("leftOver", Some(true)).on("/v1/executions", next_token))
    }

    /// The report of an execution, as text.
    ///
    /// # Errors
    /// When there is none of that id, or the API cannot be reached.
    pub fn report(&self, id: &ExecutionId, format: ReportFormat) -> Result<String, ClientError> {
        let path = format!("/v1/executions/{}/report?format={}", segment(id.as_str()), format.as_str());
        Ok(self.ask(&Call::get(path))?.text)
    }

    /// Holds an execution: no new job is started.
    ///
    /// # Errors
    /// When it has ended, or the API refuses or cannot be reached.
    pub fn pause(&self, id: &ExecutionId) -> Result<Execution, ClientError> {
        self.send(&Call::post(format!("/v1/executions/{}/pause", segment(id.as_str()))))
    }

    /// Lets a paused execution go on.
    ///
    /// # Errors
    /// As [`Client::pause`].
    pub fn resume(&self, id: &ExecutionId) -> Result<Execution, ClientError> {
        self.send(&Call::post(format!("/v1/executions/{}/resume", segment(id.as_str()))))
    }

    /// Ends an execution before its time; cancelled already, it stays as it is.
    ///
    /// # Errors
    /// As [`Client::pause`].
    pub fn cancel(&self, id: &ExecutionId, cancel: &CancelExecution) -> Result<Execution, ClientError> {
        self.send(&Call::post(format!("/v1/executions/{}/cancel", segment(id.as_str()))).json(cancel))
    }

    /// Lets a wave begin that awaits an approval.
    ///
    /// # Errors
    /// When it awaits none, or the API refuses or cannot be reached.
    pub fn approve(&self, id: &ExecutionId, wave: u32, decision: &WaveDecision) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/approve")).json(decision))
    }

    /// Does not let a wave begin that awaits an approval.
    ///
    /// # Errors
    /// As [`Client::approve`].
    pub fn reject(&self, id: &ExecutionId, wave: u32, decision: &WaveDecision) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/reject")).json(decision))
    }

    /// Launches again what did not succeed of a wave that failed and is held.
    ///
    /// # Errors
    /// When it is not held, instances are not confirmed, or the API refuses or cannot be reached.
    pub fn retry(&self, id: &ExecutionId, wave: u32, retry: &RetryWave) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/retry")).json(retry))
    }

    /// Checks the health again of what was launched of a wave that failed and is held.
    ///
    /// # Errors
    /// When it is not held, or the API refuses or cannot be reached.
    pub fn recheck(&self, id: &ExecutionId, wave: u32, decision: &WaveDecision) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/recheck")).json(decision))
    }

    /// Lets a wave that failed and is held end FAILED, and the waves behind it go on.
    ///
    /// # Errors
    /// As [`Client::recheck`].
    pub fn skip(&self, id: &ExecutionId, wave: u32, decision: &WaveDecision) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/skip")).json(decision))
    }

    /// Lets a wave that failed and is held end FAILED, and the waves behind it be SKIPPED.
    ///
    /// # Errors
    /// As [`Client::recheck`].
    pub fn abort(&self, id: &ExecutionId, wave: u32, decision: &WaveDecision) -> Result<Execution, ClientError> {
        let id = segment(id.as_str());
        self.send(&Call::post(format!("/v1/executions/{id}/waves/{wave}/abort")).json(decision))
    }

    /// One page of executions, the newest first, of one plan or of all.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn executions(
        &self,
        plan: Option<&PlanId>,
        next_token: Option<&str>,
    ) -> Result<Page<ExecutionSummary>, ClientError> {
        self.get(Query::default().with("planId", plan).on("/v1/executions", next_token))
    }
}
