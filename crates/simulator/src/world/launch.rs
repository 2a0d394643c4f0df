//! What happens to one server in a launch job, step by step: cleanup of earlier instances, snapshot, conversion,
//! launch. Each step plans the next. Jobs as a whole are in [`super::job`].

use jiff::SignedDuration;
use serde_json::json;

use super::instance::{Instance, InstanceState};
use super::job::{LaunchStatus, LogItem};
use super::{Event, World};
use crate::fault::ServerFault;
use crate::ids::{self, InstanceId, JobId, ServerId};
use crate::inventory::ReplicationState;
use crate::profile::{Timeline, seconds};
use crate::world::server::{LastLaunch, SourceServer};

/// How long DRS waits for a snapshot of a server that cannot be reached, before it takes the previous one.
const SNAPSHOT_PATIENCE_SECONDS: f64 = 600.0;

/// How long it takes to terminate an earlier recovery instance.
const CLEANUP_SECONDS: f64 = 30.0;

/// From one look at a launch that is kept waiting to the next one.
const LOOK_AGAIN_SECONDS: f64 = 10.0;

/// One step of the launch of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names follow DRS's job log events")]
pub enum Step {
    CleanupStart,
    CleanupEnd,
    SnapshotStart,
    SnapshotEnd,
    PreviousSnapshot,
    ConversionStart,
    ConversionEnd,
    LaunchStart,
    LaunchEnd,
}

impl SourceServer {
    /// StartRecovery was called for the server.
    pub(crate) fn launch_called(&mut self, job: JobId, is_drill: bool, now: jiff::Timestamp) {
        self.last_launch = Some(LastLaunch { called_at: now, job, is_drill, status: LaunchStatus::Pending });
    }
}

impl World {
    /// The step with which the launch of a server begins.
    pub(crate) fn first_launch_step(&self, job: usize, server: &ServerId) -> Step {
        if self.instances_of(server).is_empty() { self.snapshot_step(job, server) } else { Step::CleanupStart }
    }

    fn snapshot_step(&self, job: usize, server: &ServerId) -> Step {
        let chosen = self.participant(job, server).is_some_and(|one| one.point_in_time.is_some());
        if chosen { Step::PreviousSnapshot } else { Step::SnapshotStart }
    }

    fn participant(&self, job: usize, server: &ServerId) -> Option<&super::job::Participant> {
        self.jobs.get(job)?.participants.iter().find(|one| one.server == *server)
    }

    pub(crate) fn launch_step(&mut self, job: usize, server: &ServerId, step: Step) {
        let Some(source) = self.servers.get(server) else { return };
        let timeline = source.spec.profile.timeline(self.settings.seed, server.as_str(), job);
        let next = match step {
            Step::CleanupStart => self.cleanup_start(job, server),
            Step::CleanupEnd => self.cleanup_end(job, server),
            Step::SnapshotStart => self.snapshot_start(job, server),
            Step::SnapshotEnd => self.snapshot_end(job, server, &timeline),
            Step::PreviousSnapshot => self.previous_snapshot(job, server, &timeline),
            Step::ConversionStart => {
                self.log_server(job, server, "CONVERSION_START");
                Some((timeline.conversion, Step::ConversionEnd))
            }
            Step::ConversionEnd => self.conversion_end(job, server),
            Step::LaunchStart => {
                self.log_server(job, server, "LAUNCH_START");
                self.set_status(job, server, LaunchStatus::InProgress);
                Some((timeline.launch, Step::LaunchEnd))
            }
            Step::LaunchEnd => self.launch_end(job, server, &timeline),
        };
        if let Some((after, step)) = next {
            self.plan(after, Event::Launch { job, server: server.clone(), step });
        }
    }

    fn cleanup_start(&mut self, job: usize, server: &ServerId) -> Option<(SignedDuration, Step)> {
        self.log_server(job, server, "CLEANUP_START");
        for instance in self.instances_of(server) {
            self.set_instance_state(&instance, InstanceState::ShuttingDown);
        }
        Some((seconds(CLEANUP_SECONDS), Step::CleanupEnd))
    }

    fn cleanup_end(&mut self, job: usize, server: &ServerId) -> Option<(SignedDuration, Step)> {
        for instance in self.instances_of(server) {
            self.terminate_instance(&instance, job);
        }
        self.log_server(job, server, "CLEANUP_END");
        Some((seconds(0.4), self.snapshot_step(job, server)))
    }

    fn snapshot_start(&mut self, job: usize, server: &ServerId) -> Option<(SignedDuration, Step)> {
        self.log_server(job, server, "SNAPSHOT_START");
        let state = self.servers.get(server).map(|source| self.replication_state(source))?;
        match state {
            ReplicationState::Stalled | ReplicationState::Disconnected | ReplicationState::Paused => {
                Some((seconds(SNAPSHOT_PATIENCE_SECONDS), Step::PreviousSnapshot))
            }
            ReplicationState::Stopped
            | ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Continuous
            | ReplicationState::Rescan => Some((seconds(0.19), Step::SnapshotEnd)),
        }
    }

    fn snapshot_end(&mut self, job: usize, server: &ServerId, timeline: &Timeline) -> Option<(SignedDuration, Step)> {
        self.log_server(job, server, "SNAPSHOT_END");
        self.set_point_in_time(job, server, self.now);
        Some(self.after_snapshot(server, timeline))
    }

    fn previous_snapshot(
        &mut self,
        job: usize,
        server: &ServerId,
        timeline: &Timeline,
    ) -> Option<(SignedDuration, Step)> {
        if self.participant(job, server).is_some_and(|one| one.point_in_time.is_none()) {
            let source = self.servers.get(server)?;
            let Some(point) = self.recovery_points(source).pop() else {
                self.fail(job, server, "USING_PREVIOUS_SNAPSHOT_FAILED", "Failed to take snapshot");
                return None;
            };
            self.set_point_in_time(job, server, point.taken_at);
        }
        self.log_server(job, server, "USING_PREVIOUS_SNAPSHOT");
        let source = self.servers.get(server)?;
        Some(self.after_snapshot(&source.spec.id.clone(), timeline))
    }

    /// In FAST recovery mode there is no conversion.
    fn after_snapshot(&self, server: &ServerId, timeline: &Timeline) -> (SignedDuration, Step) {
        let fast = self.servers.get(server).is_some_and(|source| source.launch_configuration.recovery_mode == "FAST");
        (timeline.attach, if fast { Step::LaunchStart } else { Step::ConversionStart })
    }

    fn conversion_end(&mut self, job: usize, server: &ServerId) -> Option<(SignedDuration, Step)> {
        if self.has_fault(ServerFault::ConversionFails, server) {
            self.fail(job, server, "CONVERSION_FAIL", "Conversion failed");
            return None;
        }
        let conversion_server = ids::hex_digits(self.settings.seed, &["conversion", &job.to_string()], 17);
        let item = LogItem {
            event: "CONVERSION_END".to_owned(),
            server: Some(server.clone()),
            conversion_server: Some(format!("i-{conversion_server}")),
            ..LogItem::default()
        };
        self.log(job, item);
        Some((seconds(0.6), Step::LaunchStart))
    }

    fn launch_end(&mut self, job: usize, server: &ServerId, timeline: &Timeline) -> Option<(SignedDuration, Step)> {
        if self.has_fault(ServerFault::LaunchWaits, server) {
            return Some((seconds(LOOK_AGAIN_SECONDS), Step::LaunchEnd));
        }
        if self.has_fault(ServerFault::LaunchFails, server) {
            let error = "InsufficientInstanceCapacity: there is not enough capacity to launch the recovery instance";
            self.fail(job, server, "LAUNCH_FAILED", error);
            return None;
        }
        let instance = self.launch_instance(job, server)?;
        let item = LogItem {
            event: "LAUNCH_END".to_owned(),
            server: Some(server.clone()),
            target_instance: Some(instance.clone()),
            ..LogItem::default()
        };
        self.log(job, item);
        self.set_status(job, server, LaunchStatus::Launched);
        self.plan_agent(&instance, timeline.agent);
        None
    }

    fn launch_instance(&mut self, job: usize, server: &ServerId) -> Option<InstanceId> {
        let id = self.new_instance_id(server, job);
        let participant = self.jobs.get_mut(job)?.participants.iter_mut().find(|one| one.server == *server)?;
        participant.launched = Some(id.clone());
        let point_in_time = participant.point_in_time.unwrap_or(self.now);
        let source = self.servers.get_mut(server)?;
        source.recovery_instance = Some(id.clone());
        let started = source.launch_configuration.launch_disposition != "STOPPED";
        let is_drill = source.last_launch.as_ref().is_some_and(|launch| launch.is_drill);
        let instance = Instance {
            id: id.clone(),
            region: source.spec.region.clone(),
            server: server.clone(),
            job,
            is_drill,
            point_in_time,
            launched_at: self.now,
            state: if started { InstanceState::Running } else { InstanceState::Stopped },
            terminated_at: None,
            agent_due: None,
            agent_since: None,
            tags: Default::default(),
        };
        let details = json!({
            "jobId": self.jobs.get(job).map(|job| &job.id), "sourceServerId": server, "instanceId": id,
            "isDrill": is_drill,
        });
        self.instances.insert(id.clone(), instance);
        self.journal.state(self.now, "InstanceLaunched", details);
        Some(id)
    }

    fn set_point_in_time(&mut self, job: usize, server: &ServerId, at: jiff::Timestamp) {
        let participants = self.jobs.get_mut(job).map(|job| &mut job.participants);
        if let Some(one) = participants.and_then(|all| all.iter_mut().find(|one| one.server == *server)) {
            one.point_in_time = Some(at);
        }
    }

    pub(crate) fn fail(&mut self, job: usize, server: &ServerId, event: &str, raw_error: &str) {
        let item = LogItem {
            event: event.to_owned(),
            server: Some(server.clone()),
            raw_error: Some(raw_error.to_owned()),
            ..LogItem::default()
        };
        self.log(job, item);
        self.set_status(job, server, LaunchStatus::Failed);
    }

    pub(crate) fn log_server(&mut self, job: usize, server: &ServerId, event: &str) {
        let item = LogItem { event: event.to_owned(), server: Some(server.clone()), ..LogItem::default() };
        self.log(job, item);
    }
}
