//! `PublishChanges`: reads what was written to ExecutionHistory from the table's stream, adds it to the timelines of the
//! executions, and tells the event bus of changes of executions and waves. Nothing that is recorded goes untold, whoever
//! wrote it: the stream brings each write at least once, and brings it again until this function succeeds.
//!
//! What comes twice has the same ids, so a timeline has it once, and who listens to the bus can tell.

use aws::Clients;
use aws::events::Event;
use aws::history::TimelineRecord;
use domain::id::{ExecutionId, PlanId};
use domain::timeline::{Change, EventKind, changes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use task::TaskError;

mod image;

/// A batch of the table's stream.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    /// The writes, in the order in which they were made.
    pub records: Vec<Record>,
}

/// A write.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// What it was.
    pub dynamodb: Write,
}

/// A write of an item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Write {
    /// When, in Unix seconds.
    #[serde(default)]
    pub approximate_creation_date_time: f64,
    /// Its place among the writes of the execution.
    pub sequence_number: String,
    /// The item before; nothing where there was none.
    #[serde(default)]
    pub old_image: Option<Value>,
    /// The item after; nothing where it was deleted.
    #[serde(default)]
    pub new_image: Option<Value>,
}

/// What was told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Entries of timelines.
    pub entries: usize,
    /// Events on the bus.
    pub events: usize,
}

/// Tells of each change in `request`, and of the same changes again if it is delivered again.
///
/// # Errors
/// When one cannot be told: the whole batch comes again then.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    for record in &request.records {
        for told in told(&record.dynamodb)? {
            events.extend(told.event());
            entries.push(told.entry());
        }
    }
    // The bus last: whoever hears of something finds it in the timeline.
    clients.history.save_timeline(&entries).await?;
    clients.events.put(&events).await?;
    tracing::info!("{} entries of timelines, {} events", entries.len(), events.len());
    Ok(Response { entries: entries.len(), events: events.len() })
}

/// A change, with whose it is.
#[derive(Debug)]
struct Told {
    execution: ExecutionId,
    plan: PlanId,
    id: String,
    at: i64,
    change: Change,
}

fn told(write: &Write) -> Result<Vec<Told>, TaskError> {
    let Some(new_image) = &write.new_image else { return Ok(Vec::new()) };
    let after = image::plain(new_image)?;
    let before = write.old_image.as_ref().map(image::plain).transpose()?;
    let key = |name: &str| after.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (execution, range) = (key("executionId"), key("planId"));
    // Claims are no execution's items. Their range key could be a plan's name.
    if execution.is_empty() || execution.contains('#') {
        return Ok(Vec::new());
    }
    let happened_at = latest_moment(&after, aws::clock::at_wall(write.approximate_creation_date_time));
    let found = changes(&range, before, after)
        .map_err(|error| TaskError::Bug(format!("the item {range} of {execution} is none of ours: {error}")))?;
    let plan = PlanId::from(range.split('#').next().unwrap_or_default());
    let execution = ExecutionId::from(execution);
    let told = found.into_iter().enumerate().map(|(index, change)| Told {
        execution: execution.clone(),
        plan: plan.clone(),
        // Forty digits: as many as a sequence number can have, so that ids sort as the writes came.
        id: format!("{:0>40}-{index}", write.sequence_number),
        at: change.at.unwrap_or(happened_at),
        change,
    });
    Ok(told.collect())
}

/// When a write happened that does not say: as the stream has it, whose seconds begin early, but not before what the item
/// says of its own past.
fn latest_moment(item: &Value, written_at: i64) -> i64 {
    ["startedAt", "launchedAt", "checkingAt", "checkedAt"]
        .iter()
        .filter_map(|name| item.get(name)?.as_i64())
        .fold(written_at, i64::max)
}

impl Told {
    fn entry(&self) -> TimelineRecord {
        let Self { execution, plan, id, at, change } = self;
        let mut entry = TimelineRecord::new(execution, plan, id, *at, change.kind, change.text.clone());
        entry.wave = change.wave;
        entry.server_id = change.server.as_deref().map(Into::into);
        let changed = change.previous_status.as_ref() != Some(&change.status);
        entry.new_status = changed.then(|| change.status.clone());
        entry.by.clone_from(&change.by);
        entry
    }

    /// What the bus is told: of executions and waves. Thousands of servers would drown them.
    fn event(&self) -> Option<Event> {
        let Self { execution, plan, id, at, change } = self;
        let detail_type = match change.kind {
            EventKind::ExecutionStatus
            | EventKind::ExecutionPaused
            | EventKind::ExecutionResumed
            | EventKind::ExecutionCancelled => "Execution Status Changed",
            EventKind::WaveStatus | EventKind::WaveApproval => "Wave Status Changed",
            EventKind::WaveDecision
            | EventKind::WaveAction
            | EventKind::ServerStatus
            | EventKind::CleanupStatus
            | EventKind::DrsLaunchResult
            | EventKind::DrsReplication => return None,
        };
        let mut detail = json!({
            "id": id,
            "executionId": execution,
            "planId": plan,
            "mode": change.mode,
            "kind": change.kind,
            "status": change.status,
            "previousStatus": change.previous_status,
            "at": at,
            "by": change.by,
            "text": change.text,
        });
        if let Some(wave) = change.wave {
            detail["wave"] = json!(wave);
            detail["waveName"] = json!(change.wave_name);
        }
        if let Some(notice) = &change.notice {
            detail["notice"] = json!(one_line(notice));
        }
        Some(Event { detail_type, detail })
    }
}

/// Text that a rule can put between quotes: EventBridge escapes nothing.
fn one_line(text: &str) -> String {
    let harmless = |sign: char| match sign {
        '"' => '\'',
        '\\' => '/',
        sign if sign.is_control() => ' ',
        sign => sign,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(hash: &str, range: &str, was: Option<&str>, is: &str) -> Write {
        let item = |status: &str| {
            json!({
                "executionId": { "S": hash }, "planId": { "S": range }, "status": { "S": status }, "mode": { "S": "DRILL" },
                "number": { "N": "2" }, "name": { "S": "web" }, "reason": { "S": "a \"b\"\n\\" }, "startedAt": { "N": "9" },
            })
        };
        let old_image = was.map(item);
        let sequence_number = "123".to_owned();
        Write { approximate_creation_date_time: 7.0, sequence_number, old_image, new_image: Some(item(is)) }
    }

    #[test]
    fn what_is_delivered_twice_has_the_same_ids_and_what_is_said_of_it_is_the_same() {
        let tell = || told(&write("shop-1", "shop#wave#002", Some("LAUNCHING"), "FAILED")).unwrap().remove(0);
        assert_eq!(tell().entry(), tell().entry());
        assert_eq!(tell().event(), tell().event());
        let event = tell().event().unwrap();
        assert_eq!(event.detail_type, "Wave Status Changed");
        let expected = json!({
            "id": format!("{:0>40}-0", 123), "executionId": "shop-1", "planId": "shop", "mode": "DRILL", "kind": "WAVE_STATUS",
            "status": "FAILED", "previousStatus": "LAUNCHING", "at": 9, "by": "", "wave": 2, "waveName": "web",
            "text": "Wave web is FAILED: a \"b\"\n\\",
        });
        assert_eq!(event.detail, expected);
    }

    #[test]
    fn a_notice_can_stand_between_quotes() {
        let told = told(&write("shop-1", "shop", Some("RUNNING"), "FAILED")).unwrap();
        let event = told[0].event().unwrap();
        assert_eq!(event.detail["notice"], "The DRILL of shop that  started is FAILED: a 'b' /");
    }

    #[test]
    fn claims_and_deletions_and_events_themselves_are_no_news() {
        assert!(told(&write("claim#s-1", "claim", None, "RUNNING")).unwrap().is_empty());
        assert!(told(&write("shop-1", "shop#event#000000000001#x", None, "RUNNING")).unwrap().is_empty());
        let mut deleted = write("shop-1", "shop", None, "RUNNING");
        deleted.old_image = deleted.new_image.take();
        assert!(told(&deleted).unwrap().is_empty());
    }
}
