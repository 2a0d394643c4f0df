//! DRS jobs: who may start one, and how one begins and ends. A request is checked whole before anything changes. What
//! happens to each server in between is in [`super::launch`] and [`super::terminate`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::launch::Step;
use super::{Event, World, terminate};
use crate::error::ApiError;
use crate::ids::{self, InstanceId, JobId, Region, ServerId};
use crate::inventory::ReplicationState;
use crate::profile::seconds;

/// From the creation of a job to its start, as measured.
const START_SECONDS: f64 = 0.36;

/// From the last server to the end of a job, as measured.
const END_SECONDS: f64 = 3.0;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Launches recovery instances, in a drill or not.
    Launch {
        /// A drill.
        is_drill: bool,
    },
    /// Terminates recovery instances.
    Terminate,
    /// Somebody else's job in another account, which only holds the server.
    Foreign {
        /// For so long.
        minutes: u32,
    },
}

/// The status of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are DRS's own")]
pub enum JobStatus {
    Pending,
    Started,
    Completed,
}

/// How far a server got in a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are DRS's own")]
pub enum LaunchStatus {
    Pending,
    InProgress,
    Launched,
    Failed,
    Terminated,
}

impl LaunchStatus {
    /// True when nothing more happens to the server in its job.
    pub fn is_final(self) -> bool {
        match self {
            LaunchStatus::Pending | LaunchStatus::InProgress => false,
            LaunchStatus::Launched | LaunchStatus::Failed | LaunchStatus::Terminated => true,
        }
    }
}

/// A server in a job.
#[derive(Debug, Clone)]
pub struct Participant {
    /// The server.
    pub server: ServerId,
    /// How far it got.
    pub status: LaunchStatus,
    /// What was launched for it in this job.
    pub launched: Option<InstanceId>,
    /// When the data was copied from which it is launched. Set from the start when the caller chose the snapshot.
    pub point_in_time: Option<Timestamp>,
}

/// One line of the log of a job.
#[derive(Debug, Clone, Default)]
pub struct LogItem {
    /// When.
    pub at: Timestamp,
    /// One of DRS's job log events.
    pub event: String,
    /// For which server.
    pub server: Option<ServerId>,
    /// The conversion server used.
    pub conversion_server: Option<String>,
    /// The instance launched.
    pub target_instance: Option<InstanceId>,
    /// What went wrong.
    pub raw_error: Option<String>,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Where it runs.
    pub region: Region,
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub status: JobStatus,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it completed.
    pub ended_at: Option<Timestamp>,
    /// Its servers.
    pub participants: Vec<Participant>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its log, oldest first.
    pub log: Vec<LogItem>,
}

/// A server as StartRecovery names it.
#[derive(Debug, Clone)]
pub struct LaunchOrder {
    /// The server.
    pub server: ServerId,
    /// The snapshot, if the caller chose one.
    pub snapshot: Option<String>,
}

impl World {
    /// Starts a launch job, or changes nothing.
    pub fn start_launch(
        &mut self,
        region: &Region,
        orders: &[LaunchOrder],
        is_drill: bool,
        tags: BTreeMap<String, String>,
    ) -> Result<usize, ApiError> {
        let mut participants = Vec::new();
        let mut seen = BTreeSet::new();
        for order in orders {
            if !seen.insert(&order.server) {
                return Err(ApiError::validation(format!("Source server {} is in the request twice", order.server)));
            }
            let point_in_time = self.check_launchable(region, order)?;
            let server = order.server.clone();
            participants.push(Participant { server, status: LaunchStatus::Pending, launched: None, point_in_time });
        }
        self.check_free(region, &participants)?;
        Ok(self.create_job(region, JobKind::Launch { is_drill }, participants, tags))
    }

    /// Starts a job that terminates recovery instances, or changes nothing.
    pub fn start_terminate(&mut self, region: &Region, instances: &[InstanceId]) -> Result<usize, ApiError> {
        let mut participants: Vec<Participant> = Vec::new();
        for id in instances {
            let instance = self.instance_in(region, id.as_str()).filter(|instance| instance.exists());
            let instance = instance.ok_or_else(|| ApiError::validation(format!("Recovery instance {id} not found")))?;
            let server = instance.server.clone();
            if participants.iter().any(|known| known.server == server) {
                return Err(ApiError::validation(format!("Recovery instance {id} is in the request twice")));
            }
            participants.push(Participant {
                server,
                status: LaunchStatus::Pending,
                launched: None,
                point_in_time: None,
            });
        }
        self.check_free(region, &participants)?;
        Ok(self.create_job(region, JobKind::Terminate, participants, BTreeMap::new()))
    }

    /// A job of somebody else, as a fault asks for it. It is bound by no quota: it stands for what is there already.
    pub(crate) fn start_foreign_job(&mut self, server: &ServerId, minutes: u32) {
        let Some(region) = self.servers.get(server).map(|server| server.spec.region.clone()) else { return };
        let (server, status) = (server.clone(), LaunchStatus::Pending);
        let participant = Participant { server, status, launched: None, point_in_time: None };
        self.create_job(&region, JobKind::Foreign { minutes }, vec![participant], BTreeMap::new());
    }

    /// The instant of the chosen recovery point, if one is chosen; an error when the server cannot be launched.
    fn check_launchable(&self, region: &Region, order: &LaunchOrder) -> Result<Option<Timestamp>, ApiError> {
        let id = &order.server;
        let unknown = || ApiError::validation(format!("Source server {id} not found"));
        let server = self.server_in(region, id.as_str()).ok_or_else(unknown)?;
        let state = self.replication_state(server);
        let allowed = match state {
            ReplicationState::Stopped => false,
            ReplicationState::Stalled => self.settings.launch_when.stalled,
            ReplicationState::Disconnected => self.settings.launch_when.disconnected,
            // These are judged by whether they have a recovery point.
            ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Continuous
            | ReplicationState::Paused
            | ReplicationState::Rescan => true,
        };
        if !allowed {
            let message = format!("Source server {id} cannot be launched while its replication is {state:?}");
            return Err(ApiError::validation(message));
        }
        let points = self.recovery_points(server);
        if points.is_empty() {
            return Err(ApiError::validation(format!("Source server {id} has no consistent recovery point")));
        }
        let Some(snapshot) = &order.snapshot else { return Ok(None) };
        let missing = || ApiError::validation(format!("Source server {id} has no recovery snapshot {snapshot}"));
        points.iter().find(|point| point.id == *snapshot).map(|point| Some(point.taken_at)).ok_or_else(missing)
    }

    /// One job a server, and the quotas of the Region. They hold for jobs that terminate too: those are jobs.
    fn check_free(&self, region: &Region, participants: &[Participant]) -> Result<(), ApiError> {
        if let Some(held) = participants.iter().find(|one| self.job_of(&one.server).is_some()) {
            return Err(ApiError::conflict(held.server.as_str()));
        }
        let quotas = self.settings.quotas;
        if participants.len() > quotas.servers_per_job {
            let message = format!("Max source servers in a single Job is {}", quotas.servers_per_job);
            return Err(ApiError::quota(message, "L-B827C881"));
        }
        let running = || self.jobs_in(region).filter(|job| job.status != JobStatus::Completed);
        if running().count() >= quotas.jobs {
            return Err(ApiError::quota(format!("Concurrent jobs in progress is {}", quotas.jobs), "L-D88FAC3A"));
        }
        let in_jobs: usize = running().map(|job| job.participants.len()).sum();
        if in_jobs + participants.len() > quotas.servers_in_jobs {
            let message = format!("Max source servers in all Jobs is {}", quotas.servers_in_jobs);
            return Err(ApiError::quota(message, "L-05AFA8C6"));
        }
        Ok(())
    }

    fn create_job(
        &mut self,
        region: &Region,
        kind: JobKind,
        participants: Vec<Participant>,
        tags: BTreeMap<String, String>,
    ) -> usize {
        let ordinal = self.jobs.len();
        let id = self.new_job_id();
        let servers: Vec<&ServerId> = participants.iter().map(|one| &one.server).collect();
        self.journal.state(
            self.now,
            "JobCreated",
            json!({"jobId": id, "job": format!("{kind:?}"), "servers": servers}),
        );
        for participant in &participants {
            if let Some(server) = self.servers.get_mut(&participant.server) {
                server.held_by = Some(ordinal);
                if let JobKind::Launch { is_drill } = kind {
                    server.launch_called(id.clone(), is_drill, self.now);
                }
            }
        }
        self.jobs.push(Job {
            id,
            region: region.clone(),
            kind,
            status: JobStatus::Pending,
            created_at: self.now,
            ended_at: None,
            participants,
            tags,
            log: Vec::new(),
        });
        self.plan(seconds(START_SECONDS), Event::JobStarted { job: ordinal });
        ordinal
    }

    pub(crate) fn new_job_id(&self) -> JobId {
        JobId(format!("drsjob-{}", ids::hex_digits(self.settings.seed, &["job", &self.jobs.len().to_string()], 17)))
    }

    pub(crate) fn job_started(&mut self, ordinal: usize) {
        let now = self.now;
        let Some(job) = self.jobs.get_mut(ordinal) else { return };
        job.status = JobStatus::Started;
        let kind = job.kind;
        let servers: Vec<ServerId> = job.participants.iter().map(|one| one.server.clone()).collect();
        self.journal.state(now, "JobStarted", json!({"jobId": job.id}));
        self.log(ordinal, LogItem { event: "JOB_START".to_owned(), ..LogItem::default() });
        for (position, server) in servers.into_iter().enumerate() {
            let stagger = 0.03 * position as f64;
            match kind {
                JobKind::Launch { .. } => {
                    let step = self.first_launch_step(ordinal, &server);
                    let after = if step == Step::CleanupStart { 0.2 } else { 0.4 };
                    self.plan(seconds(after + stagger), Event::Launch { job: ordinal, server, step });
                }
                JobKind::Terminate => {
                    let step = terminate::Step::Start;
                    self.plan(seconds(0.2 + stagger), Event::Terminate { job: ordinal, server, step });
                }
                JobKind::Foreign { minutes } => {
                    let rest = f64::from(minutes) * 60.0 - START_SECONDS;
                    self.plan(seconds(rest), Event::JobEnded { job: ordinal });
                }
            }
        }
    }

    /// Sets the status of a server in a job, and plans the end of the job after the last one.
    pub(crate) fn set_status(&mut self, ordinal: usize, server: &ServerId, status: LaunchStatus) {
        let Some(job) = self.jobs.get_mut(ordinal) else { return };
        let Some(participant) = job.participants.iter_mut().find(|one| one.server == *server) else { return };
        let before = std::mem::replace(&mut participant.status, status);
        let details = json!({"jobId": job.id, "sourceServerId": server, "from": before, "to": status});
        self.journal.state(self.now, "ServerStatusChanged", details);
        let last = job.participants.iter().all(|one| one.status.is_final());
        let job_id = job.id.clone();
        if let Some(launch) = self.servers.get_mut(server).and_then(|server| server.last_launch.as_mut())
            && (launch.job == job_id || status == LaunchStatus::Terminated)
        {
            launch.status = status;
        }
        if last {
            self.plan(seconds(END_SECONDS), Event::JobEnded { job: ordinal });
        }
    }

    pub(crate) fn job_ended(&mut self, ordinal: usize) {
        let now = self.now;
        self.log(ordinal, LogItem { event: "JOB_END".to_owned(), ..LogItem::default() });
        let Some(job) = self.jobs.get_mut(ordinal) else { return };
        job.status = JobStatus::Completed;
        job.ended_at = Some(now);
        let id = job.id.clone();
        let outcomes: BTreeMap<_, _> = job.participants.iter().map(|one| (one.server.clone(), one.status)).collect();
        for server in outcomes.keys() {
            self.release(server, ordinal);
        }
        self.journal.state(now, "JobCompleted", json!({"jobId": id, "servers": outcomes}));
    }

    /// Adds a line to the log of a job, as of now.
    pub(crate) fn log(&mut self, ordinal: usize, item: LogItem) {
        let now = self.now;
        if let Some(job) = self.jobs.get_mut(ordinal) {
            job.log.push(LogItem { at: now, ..item });
        }
    }
}
