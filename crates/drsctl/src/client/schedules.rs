//! `/v1/recovery-plans/{name}/schedules`.

use contract::{PlanSchedule, Schedule};
use domain::id::{PlanId, ScheduleId};

use super::wire::{Call, Query, segment};
use super::{Client, ClientError};

fn path_of(plan: &PlanId) -> String {
    format!("/v1/recovery-plans/{}/schedules", segment(plan.as_str()))
}

impl Client {
    /// The schedules of a plan, by name.
    ///
    /// # Errors
    /// When there is no such plan, or the API cannot be reached.
    pub fn schedules(&self, plan: &PlanId) -> Result<Vec<PlanSchedule>, ClientError> {
        self.all(&path_of(plan), &Query::default())
    }

    /// One schedule of a plan.
    ///
    /// # Errors
    /// When there is none of that name, or the API cannot be reached.
    pub fn schedule(&self, plan: &PlanId, name: &ScheduleId) -> Result<PlanSchedule, ClientError> {
        self.get(format!("{}/{}", path_of(plan), segment(name.as_str())))
    }

    /// Stores a schedule under its name.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn put_schedule(
        &self,
        plan: &PlanId,
        name: &ScheduleId,
        schedule: &Schedule,
    ) -> Result<PlanSchedule, ClientError> {
        self.send(&Call::new("PUT", format!("{}/{}", path_of(plan), segment(name.as_str()))).json(schedule))
    }

    /// Deletes a schedule, if it is still in `version`.
    ///
    /// # Errors
    /// When it was changed meanwhile, or the API refuses or cannot be reached.
    pub fn delete_schedule(&self, plan: &PlanId, name: &ScheduleId, version: u64) -> Result<(), ClientError> {
        let path = format!("{}/{}", path_of(plan), segment(name.as_str()));
        self.ask(&Call::new("DELETE", path).if_match(version)).map(drop)
    }
}
