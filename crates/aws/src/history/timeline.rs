//! The timeline of an execution: an item for each thing that happened, `<plan>#event#<time>#<id>`. A key is made from what
//! it tells of and from nothing else, so what is told twice is one item.

use domain::id::{ExecutionId, PlanId, ServerId};
use domain::timeline::EventKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ExecutionRecord, History};
use crate::error::AwsError;
use crate::store::{Items, Query};

/// Something that happened in an execution. It has no attribute `status`: the stream of the table brings only items that
/// have one to `publish-changes`, which writes these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// Its id in the execution.
    pub id: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// What kind of thing.
    pub kind: EventKind,
    /// The wave's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<u32>,
    /// The source server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The status that it came to; nothing where no status changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_status: Option<String>,
    /// A sentence about it.
    pub text: String,
    /// Who did it; empty where nobody did.
    #[serde(default)]
    pub by: String,
}

impl TimelineRecord {
    /// Something that happened at `at`; `id` is the same whenever it is told.
    #[must_use]
    pub fn new(execution: &ExecutionId, plan: &PlanId, id: &str, at: i64, kind: EventKind, text: String) -> Self {
        Self {
            execution_id: execution.clone(),
            // Twelve digits sort by time for thirty thousand years.
            plan_id: format!("{}{:012}#{id}", event_prefix(plan), at.max(0)),
            id: id.to_owned(),
            at,
            kind,
            wave: None,
            server_id: None,
            new_status: None,
            text,
            by: String::new(),
        }
    }
}

pub(super) fn event_prefix(plan: &PlanId) -> String {
    format!("{plan}#event#")
}

impl History {
    /// Adds to timelines. What is there already is written once more, as it is.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save_timeline(&self, records: &[TimelineRecord]) -> Result<(), AwsError> {
        self.save_all(records).await
    }

    /// A page of the timeline of an execution, the oldest first or the newest.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn timeline(
        &self,
        id: &ExecutionId,
        plan: &PlanId,
        newest_first: bool,
        limit: i32,
        token: Option<&str>,
    ) -> Result<Items<TimelineRecord>, AwsError> {
        let prefix = event_prefix(plan);
        let query =
            Query { hash: id.as_str(), prefix: &prefix, newest_first, limit: Some(limit), token, ..Query::default() };
        self.table.query(&query).await
    }

    /// Every item of an execution but its timeline, which may be much longer than all else.
    pub(super) async fn documents(&self, id: &ExecutionId) -> Result<Vec<serde_json::Value>, AwsError> {
        let mut items: Vec<serde_json::Value> = self.first_item(id).await?.into_iter().collect();
        let Some(plan) = items.first().and_then(|item| item.get("planId")?.as_str()).map(PlanId::from) else {
            return Ok(items);
        };
        // `$` comes behind the sign that parts the words of a key, `~` behind all that a key has.
        let events = event_prefix(&plan);
        let (first, behind, last) = (format!("{plan}#"), format!("{plan}#event$"), format!("{plan}#~"));
        let (before, after) = futures::try_join!(self.between(id, &first, &events), self.between(id, &behind, &last))?;
        items.extend(before.into_iter().chain(after));
        Ok(items)
    }

    /// The execution's own item: its range key is the beginning of all others, so it comes first.
    async fn first_item<T: DeserializeOwned>(&self, id: &ExecutionId) -> Result<Option<T>, AwsError> {
        let query = Query { hash: id.as_str(), limit: Some(1), ..Query::default() };
        Ok(self.table.query(&query).await?.items.into_iter().next())
    }

    /// An execution of whose plan the caller does not know.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn execution_named(&self, id: &ExecutionId) -> Result<Option<ExecutionRecord>, AwsError> {
        // Claims have items of another kind under a name that no execution has.
        if id.as_str().contains('#') { Ok(None) } else { self.first_item(id).await }
    }

    async fn between(&self, id: &ExecutionId, first: &str, last: &str) -> Result<Vec<serde_json::Value>, AwsError> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let query =
                Query { hash: id.as_str(), between: Some((first, last)), token: token.as_deref(), ..Query::default() };
            let page = self.table.query(&query).await?;
            items.extend(page.items);
            token = page.next_token;
            if token.is_none() {
                return Ok(items);
            }
        }
    }
}
