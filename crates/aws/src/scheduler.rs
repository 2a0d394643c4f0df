//! EventBridge Scheduler, and how it follows what is stored about schedules. Whoever changes a schedule stores it first and
//! then calls [`follow`], which makes Scheduler as the record is *then*; the sweep calls it for every schedule. So whoever is
//! cut off in between is made up for by the next PUT or the next sweep, and of two at once the last one to look wins.

use aws_config::SdkConfig;
use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::types::{FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target};
use domain::schedule::{START_SECONDS, Schedule};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::catalog::ScheduleKey;
use crate::error::{AwsError, ErrorKind, classify};
use crate::{Clients, clients};

/// Starts that are tried again within [`START_SECONDS`]: a throttled or broken moment passes in that time.
const RETRIES: i32 = 10;
/// Characters of a name in Scheduler.
const MAX_NAME: usize = 64;

/// EventBridge Scheduler, as far as functions use it.
#[derive(Debug, Clone)]
pub struct Scheduler {
    client: Client,
}

/// What this deployment's schedules have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drills {
    /// The schedule group that they are in. Nothing else is in it.
    pub group: String,
    /// The role that Scheduler starts them with.
    pub role_arn: String,
    /// The recovery machine.
    pub machine_arn: String,
}

impl Drills {
    /// From `SCHEDULE_GROUP`, `SCHEDULE_ROLE_ARN` and `RECOVERY_STATE_MACHINE_ARN`.
    ///
    /// # Errors
    /// When one is missing.
    pub fn from_environment() -> Result<Self, AwsError> {
        Ok(Self {
            group: clients::required("SCHEDULE_GROUP")?,
            role_arn: clients::required("SCHEDULE_ROLE_ARN")?,
            machine_arn: clients::required("RECOVERY_STATE_MACHINE_ARN")?,
        })
    }
}

/// A schedule as Scheduler has it, or is to have it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    expression: String,
    time_zone: String,
    enabled: bool,
    machine_arn: String,
    role_arn: String,
    input: String,
}

impl Entry {
    fn wanted(drills: &Drills, key: &ScheduleKey, schedule: &Schedule) -> Self {
        // Scheduler puts in the time that was due.
        let input = json!({
            "planId": key.plan_id, "mode": "DRILL", "schedule": key.schedule,
            "scheduledAt": "<aws.scheduler.scheduled-time>",
        });
        Self {
            expression: schedule.expression.clone(),
            time_zone: schedule.time_zone.clone(),
            enabled: schedule.enabled,
            machine_arn: drills.machine_arn.clone(),
            role_arn: drills.role_arn.clone(),
            input: input.to_string(),
        }
    }

    fn state(&self) -> ScheduleState {
        if self.enabled { ScheduleState::Enabled } else { ScheduleState::Disabled }
    }

    fn target(&self) -> Result<Target, AwsError> {
        let retries =
            RetryPolicy::builder().maximum_event_age_in_seconds(START_SECONDS).maximum_retry_attempts(RETRIES).build();
        Target::builder()
            .arn(&self.machine_arn)
            .role_arn(&self.role_arn)
            .input(&self.input)
            .retry_policy(retries)
            .build()
            .map_err(|error| bug(&error))
    }
}

/// To the minute: a drill is expected at its time.
fn exactly() -> Result<FlexibleTimeWindow, AwsError> {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().map_err(|error| bug(&error))
}

fn bug(error: &impl std::fmt::Display) -> AwsError {
    AwsError::new(ErrorKind::Bug, "CreateSchedule", error.to_string())
}

/// The name of a schedule in Scheduler: `<plan>.<schedule>`, since no name has a dot. What is too long ends in a hash after
/// an underscore, which no name has either.
#[must_use]
pub fn name(key: &ScheduleKey) -> String {
    let plain = format!("{}.{}", key.plan_id, key.schedule);
    if plain.len() <= MAX_NAME {
        return plain;
    }
    let hash: String = Sha256::digest(plain.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let beginning: String = plain.chars().take(MAX_NAME - hash.len() - 1).collect();
    format!("{beginning}_{hash}")
}

impl Scheduler {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    async fn get(&self, group: &str, name: &str) -> Result<Option<Entry>, AwsError> {
        let found = self.client.get_schedule().group_name(group).name(name).send().await;
        let found = match found.map_err(|error| classify("GetSchedule", error)) {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let target = found.target();
        Ok(Some(Entry {
            expression: found.schedule_expression().unwrap_or_default().to_owned(),
            time_zone: found.schedule_expression_timezone().unwrap_or("UTC").to_owned(),
            enabled: found.state() != Some(&ScheduleState::Disabled),
            machine_arn: target.map(Target::arn).unwrap_or_default().to_owned(),
            role_arn: target.map(Target::role_arn).unwrap_or_default().to_owned(),
            input: target.and_then(Target::input).unwrap_or_default().to_owned(),
        }))
    }

    async fn create(&self, group: &str, name: &str, entry: &Entry) -> Result<(), AwsError> {
        let request = self
            .client
            .create_schedule()
            .group_name(group)
            .name(name)
            .schedule_expression(&entry.expression)
            .schedule_expression_timezone(&entry.time_zone)
            .state(entry.state())
            .target(entry.target()?)
            .flexible_time_window(exactly()?);
        request.send().await.map(drop).map_err(|error| classify("CreateSchedule", error))
    }

    async fn update(&self, group: &str, name: &str, entry: &Entry) -> Result<(), AwsError> {
        let request = self
            .client
            .update_schedule()
            .group_name(group)
            .name(name)
            .schedule_expression(&entry.expression)
            .schedule_expression_timezone(&entry.time_zone)
            .state(entry.state())
            .target(entry.target()?)
            .flexible_time_window(exactly()?);
        request.send().await.map(drop).map_err(|error| classify("UpdateSchedule", error))
    }

    /// Deletes one, if it is there.
    ///
    /// # Errors
    /// When Scheduler cannot be asked.
    pub async fn delete(&self, group: &str, name: &str) -> Result<(), AwsError> {
        let deleted = self.client.delete_schedule().group_name(group).name(name).send().await;
        match deleted.map_err(|error| classify("DeleteSchedule", error)) {
            Ok(_) => Ok(()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The names of all schedules of a group.
    ///
    /// # Errors
    /// When Scheduler cannot be asked.
    pub async fn names(&self, group: &str) -> Result<Vec<String>, AwsError> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.client.list_schedules().group_name(group).set_next_token(token).send().await;
            let page = page.map_err(|error| classify("ListSchedules", error))?;
            names.extend(page.schedules().iter().filter_map(|one| one.name().map(str::to_owned)));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(names);
            }
        }
    }
}

/// How often somebody else may change a schedule while this looks.
const ATTEMPTS: usize = 5;

/// Makes Scheduler have a schedule as it is stored, or not at all when it is not. Afterwards it looks at the record again:
/// whoever changed it meanwhile may have been here before.
///
/// # Errors
/// When the table or Scheduler cannot be asked, or Scheduler refuses it.
pub async fn follow(clients: &Clients, drills: &Drills, key: &ScheduleKey) -> Result<(), AwsError> {
    let name = name(key);
    let mut stored = clients.catalog.schedule(key).await?;
    for _ in 0..ATTEMPTS {
        match &stored {
            Some(document) => {
                let wanted = Entry::wanted(drills, key, &document.document);
                match clients.scheduler.get(&drills.group, &name).await? {
                    None => clients.scheduler.create(&drills.group, &name, &wanted).await?,
                    Some(entry) if entry == wanted => {}
                    Some(_) => clients.scheduler.update(&drills.group, &name, &wanted).await?,
                }
            }
            None => clients.scheduler.delete(&drills.group, &name).await?,
        }
        let now = clients.catalog.schedule(key).await?;
        if now == stored {
            return Ok(());
        }
        stored = now;
    }
    Err(AwsError::new(ErrorKind::Conflict, "UpdateSchedule", format!("{key} is being changed again and again")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_never_meet() {
        let key = |plan: &str, schedule: &str| ScheduleKey::new(&plan.into(), &schedule.into());
        assert_eq!(name(&key("crm", "nightly")), "crm.nightly");
        let (long, other) = ("p".repeat(48), "s".repeat(47));
        let names = [name(&key(&long, &format!("{other}a"))), name(&key(&long, &format!("{other}b")))];
        assert!(names.iter().all(|name| name.len() == MAX_NAME && name.starts_with(&format!("{}_", &long[..47]))));
        assert_ne!(names[0], names[1]);
        assert_ne!(name(&key("a", "b-c")), name(&key("a-b", "c")));
    }
}
