//! EventBridge: tell whoever listens on the account's default event bus what happened.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use crate::error::{AwsError, ErrorKind, classify};

/// The source of every event of this project.
pub const SOURCE: &str = "drs-orchestration";

/// Entries that one call takes.
const MAX_ENTRIES: usize = 10;

/// The default event bus.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
}

/// An event to put on the bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What kind of event, as rules know it.
    pub detail_type: &'static str,
    /// What it says.
    pub detail: serde_json::Value,
}

impl EventBus {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Puts `events` on the bus in this order.
    ///
    /// # Errors
    /// When one was not taken. Others may have been, so whoever tries again tells some of them twice.
    pub async fn put(&self, events: &[Event]) -> Result<(), AwsError> {
        for chunk in events.chunks(MAX_ENTRIES) {
            let entries = chunk.iter().map(|event| {
                PutEventsRequestEntry::builder()
                    .source(SOURCE)
                    .detail_type(event.detail_type)
                    .detail(event.detail.to_string())
                    .build()
            });
            let answer = self.client.put_events().set_entries(Some(entries.collect())).send().await;
            let answer = answer.map_err(|error| classify("PutEvents", error))?;
            let refused = answer.entries().iter().find_map(|entry| entry.error_code().zip(Some(entry)));
            if let Some((code, entry)) = refused {
                let message = format!("{code}: {}", entry.error_message().unwrap_or_default());
                return Err(AwsError::new(ErrorKind::Transient, "PutEvents", message));
            }
        }
        Ok(())
    }
}
