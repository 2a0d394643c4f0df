//! AuditLog: who did what to what, append-only. An event is one of the writes of the change that it tells of, so that
//! neither is there without the other. Items are (`AUDIT`, id); the id begins with the time.

use domain::id::{ExecutionId, GroupId, PlanId, ScheduleId};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Items, Query, Table, Write};

const AUDIT: &str = "AUDIT";
/// Events read at once while filtering.
const PAGE: usize = 500;
/// Pages read for one answer. A filter that fits nothing would otherwise read the log of years in one request; what is
/// left comes with the next page.
const PAGES: usize = 10;

/// The log.
#[derive(Debug, Clone)]
pub struct AuditLog {
    table: Table,
}

/// Who does something, as the verified token says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// The user's name.
    pub name: String,
    /// The roles of the token.
    pub roles: Vec<String>,
    /// Where the request came from.
    pub source_address: String,
}

impl Actor {
    /// Whoever starts the state machine without the API: a schedule, an event, the Step Functions console.
    #[must_use]
    pub fn step_functions() -> Self {
        Self { name: "stepfunctions".to_owned(), ..Self::default() }
    }
}

/// To what something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A protection group.
    Group(GroupId),
    /// A recovery plan.
    Plan(PlanId),
    /// A schedule of a plan.
    Schedule(PlanId, ScheduleId),
    /// An execution.
    Execution(ExecutionId),
    /// The cached inventory.
    Inventory,
}

impl Subject {
    fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "PROTECTION_GROUP",
            Self::Plan(_) => "RECOVERY_PLAN",
            Self::Schedule(..) => "SCHEDULE",
            Self::Execution(_) => "EXECUTION",
            Self::Inventory => "INVENTORY",
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Group(id) => id.to_string(),
            Self::Plan(id) => id.to_string(),
            Self::Schedule(plan, id) => format!("{plan}/{id}"),
            Self::Execution(id) => id.to_string(),
            Self::Inventory => String::new(),
        }
    }
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    kind: String,
    /// Milliseconds since 1970 and a random part: sorts by time.
    pub id: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// With which roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// Its name.
    pub subject: String,
    /// SHA-256 of the document before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_hash: Option<String>,
    /// SHA-256 of the document after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_hash: Option<String>,
    /// Where the request came from.
    #[serde(default)]
    pub source_address: String,
    /// More about it.
    #[serde(default)]
    pub detail: String,
}

impl AuditRecord {
    /// `actor` did `action` to `subject`, now.
    #[must_use]
    pub fn new(actor: &Actor, action: &str, subject: &Subject) -> Self {
        let millis = (clock::now_seconds() * 1_000.0) as u64;
        Self {
            kind: AUDIT.to_owned(),
            id: format!("{}-{:016x}", time_key(millis), fastrand::u64(..)),
            at: (millis / 1_000) as i64,
            actor: actor.name.clone(),
            roles: actor.roles.clone(),
            action: action.to_owned(),
            subject_kind: subject.kind().to_owned(),
            subject: subject.name(),
            before_hash: None,
            after_hash: None,
            source_address: actor.source_address.clone(),
            detail: String::new(),
        }
    }

    /// With the hashes of the documents before and after.
    ///
    /// # Errors
    /// `Bug` for a document that has no JSON.
    pub fn with_documents<T: Serialize>(mut self, before: Option<&T>, after: Option<&T>) -> Result<Self, AwsError> {
        self.before_hash = before.map(document_hash).transpose()?;
        self.after_hash = after.map(document_hash).transpose()?;
        Ok(self)
    }

    /// With `detail`.
    #[must_use]
    pub fn with_detail(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }
}

/// SHA-256 of the JSON of `document`, in hexadecimal. Its fields have a fixed order, so equal documents have one hash.
fn document_hash(document: &impl Serialize) -> Result<String, AwsError> {
    use sha2::{Digest, Sha256};
    let json = serde_json::to_vec(document)
        .map_err(|error| AwsError::new(ErrorKind::Bug, "hashing a document", error.to_string()))?;
    Ok(Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The latest moment that [`time_key`] has a key for.
const LATEST_MILLIS: u64 = 999_999_999_999_999;

/// Fifteen digits hold the milliseconds of the next 29,000 years.
fn time_key(millis: u64) -> String {
    format!("{millis:015}")
}

/// Which events to read. What is left out fits everything.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By whom.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To what kind of thing.
    pub kind: Option<String>,
    /// To what.
    pub subject: Option<String>,
    /// Not before, in Unix seconds.
    pub from: Option<i64>,
    /// Not after, in Unix seconds.
    pub to: Option<i64>,
}

impl AuditFilter {
    /// Whether every event of the time fits.
    fn is_open(&self) -> bool {
        self.actor.is_none() && self.action.is_none() && self.kind.is_none() && self.subject.is_none()
    }

    fn fits(&self, record: &AuditRecord) -> bool {
        let is = |wanted: &Option<String>, value: &String| wanted.as_ref().is_none_or(|wanted| wanted == value);
        is(&self.actor, &record.actor)
            && is(&self.action, &record.action)
            && is(&self.kind, &record.subject_kind)
            && is(&self.subject, &record.subject)
    }
}

impl AuditLog {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// The event as one of the writes of a transaction.
    ///
    /// # Errors
    /// `Bug` for a record that DynamoDB has no form for.
    pub fn write(&self, record: &AuditRecord) -> Result<Write, AwsError> {
        self.table.put_write(record, Condition::New)
    }

    /// Appends an event by itself: for an action that changes no table.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn append(&self, record: &AuditRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::New).await
    }

    /// A page of events, newest first. It can have fewer than `limit` events, even none, and a token all the same: the
    /// filter is applied to what was read.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn events(
        &self,
        filter: &AuditFilter,
        limit: usize,
        token: Option<&str>,
    ) -> Result<Items<AuditRecord>, AwsError> {
        // Neither before 1970 nor beyond fifteen digits is there an event.
        let millis = |seconds: i64| u64::try_from(seconds).unwrap_or_default().saturating_mul(1_000).min(LATEST_MILLIS);
        let first = time_key(filter.from.map_or(0, millis));
        // `~` sorts behind every id of that second.
        let last =
            format!("{}~", time_key(filter.to.map_or(LATEST_MILLIS, |to| (millis(to) + 999).min(LATEST_MILLIS))));
        if first > last {
            return Ok(Items { items: Vec::new(), next_token: None });
        }
        let at_once = i32::try_from(if filter.is_open() { limit } else { PAGE }).unwrap_or(i32::MAX);
        let mut token = token.map(str::to_owned);
        let mut items: Vec<AuditRecord> = Vec::new();
        for _ in 0..PAGES {
            let query = Query {
                hash: AUDIT,
                between: Some((&first, &last)),
                newest_first: true,
                limit: Some(at_once),
                token: token.as_deref(),
                ..Query::default()
            };
            let page = self.table.query::<AuditRecord>(&query).await?;
            for record in page.items.into_iter().filter(|record| filter.fits(record)) {
                items.push(record);
                if items.len() == limit {
                    let next = items.last().map(|record| self.table.token_after(AUDIT, &record.id)).transpose()?;
                    return Ok(Items { items, next_token: next });
                }
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(Items { items, next_token: token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_never_clash() {
        assert!(time_key(999) < time_key(1_000) && time_key(LATEST_MILLIS).len() == 15);
        let actor = Actor::step_functions();
        let record = || AuditRecord::new(&actor, "StartExecution", &Subject::Execution("e".into()));
        assert_ne!(record().id, record().id);
    }

    #[test]
    fn equal_documents_have_one_hash() {
        let hash = |text: &str| document_hash(&serde_json::json!({ "name": text })).unwrap();
        assert_eq!(hash("a"), hash("a"));
        assert_ne!(hash("a"), hash("b"));
        assert_eq!(hash("a").len(), 64);
    }
}
