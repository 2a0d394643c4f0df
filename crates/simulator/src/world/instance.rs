//! Recovery instances: their life from launch to termination, and when their SSM agent registers. What SSM does with a
//! registered agent is in [`super::ssm`].

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::job::{Job, JobKind, JobStatus, LaunchStatus, LogItem, Participant};
use super::server::LastLaunch;
use super::{Event, World};
use crate::fault::ServerFault;
use crate::ids::{self, InstanceId, Region, ServerId};
use crate::inventory::ExistingInstance;
use crate::profile::seconds;

/// The state of the EC2 instance, as DRS writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum InstanceState {
    /// It runs.
    #[serde(rename = "RUNNING")]
    Running,
    /// It was launched stopped.
    #[serde(rename = "STOPPED")]
    Stopped,
    /// It is being terminated.
    #[serde(rename = "SHUTTING-DOWN")]
    ShuttingDown,
    /// It is gone: neither DRS nor SSM shows it any more.
    #[serde(rename = "TERMINATED")]
    Terminated,
}

/// A recovery instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its id, in DRS and in EC2.
    pub id: InstanceId,
    /// Where it runs.
    pub region: Region,
    /// The server it stands in for.
    pub server: ServerId,
    /// The ordinal of the job that launched it.
    pub job: usize,
    /// Launched in a drill.
    pub is_drill: bool,
    /// The instant of its data.
    pub point_in_time: Timestamp,
    /// When it was launched.
    pub launched_at: Timestamp,
    /// Its state.
    pub state: InstanceState,
    /// When it was gone.
    pub terminated_at: Option<Timestamp>,
    /// When its SSM agent was to register; none when it does not run.
    pub agent_due: Option<Timestamp>,
    /// Since when its SSM agent is registered.
    pub agent_since: Option<Timestamp>,
    /// Its tags in DRS.
    pub tags: BTreeMap<String, String>,
}

impl Instance {
    /// True until it is terminated.
    pub fn exists(&self) -> bool {
        self.state != InstanceState::Terminated
    }

    /// True when SSM knows it.
    pub fn is_managed(&self) -> bool {
        self.state == InstanceState::Running && self.agent_since.is_some()
    }
}

impl World {
    pub(crate) fn new_instance_id(&self, server: &ServerId, job: usize) -> InstanceId {
        let parts = ["instance", server.as_str(), &job.to_string()];
        InstanceId(format!("i-{}", ids::hex_digits(self.settings.seed, &parts, 17)))
    }

    /// The recovery instances of a server that exist.
    pub(crate) fn instances_of(&self, server: &ServerId) -> Vec<InstanceId> {
        let existing = self.instances.values().filter(|one| one.exists() && one.server == *server);
        existing.map(|one| one.id.clone()).collect()
    }

    pub(crate) fn set_instance_state(&mut self, id: &InstanceId, state: InstanceState) {
        if let Some(instance) = self.instances.get_mut(id) {
            instance.state = state;
            let details = json!({"instanceId": id, "sourceServerId": instance.server, "to": state});
            self.journal.state(self.now, "InstanceStateChanged", details);
        }
    }

    pub(crate) fn terminate_instance(&mut self, id: &InstanceId, job: usize) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        instance.state = InstanceState::Terminated;
        instance.terminated_at = Some(self.now);
        if let Some(server) = self.servers.get_mut(&instance.server)
            && server.recovery_instance.as_ref() == Some(id)
        {
            server.recovery_instance = None;
        }
        let details = json!({
            "instanceId": id, "sourceServerId": instance.server, "isDrill": instance.is_drill,
            "jobId": self.jobs.get(job).map(|job| &job.id),
        });
        self.journal.state(self.now, "InstanceTerminated", details);
    }

    /// Plans the registration of the SSM agent of a new instance, unless the instance does not run.
    pub(crate) fn plan_agent(&mut self, id: &InstanceId, after: SignedDuration) {
        let Some(instance) = self.instances.get_mut(id) else { return };
        if instance.state == InstanceState::Running {
            instance.agent_due = Some(self.now + after);
            self.plan(after, Event::AgentOnline { instance: id.clone() });
        }
    }

    pub(crate) fn agent_online(&mut self, id: &InstanceId) {
        let Some(instance) = self.instances.get(id) else { return };
        let server = instance.server.clone();
        let running = instance.state == InstanceState::Running && instance.agent_since.is_none();
        if !running || self.has_fault(ServerFault::AgentNeverOnline, &server) {
            return;
        }
        let now = self.now;
        if let Some(instance) = self.instances.get_mut(id) {
            instance.agent_since = Some(now);
        }
        self.journal.state(now, "AgentOnline", json!({"instanceId": id, "sourceServerId": server}));
    }

    /// An instance from before the start, with the completed job that launched it.
    pub(crate) fn add_existing_instance(&mut self, server: &ServerId, existing: ExistingInstance) {
        let job = self.jobs.len();
        let id = self.new_instance_id(server, job);
        let launched_at = self.now - seconds(existing.launched_hours_ago * 3600.0);
        let is_drill = existing.is_drill;
        let Some(region) = self.servers.get(server).map(|source| source.spec.region.clone()) else { return };
        let past = past_job(self, server, &id, launched_at, is_drill, &region);
        let status = LaunchStatus::Launched;
        let last = LastLaunch { called_at: past.created_at, job: past.id.clone(), is_drill, status };
        if let Some(source) = self.servers.get_mut(server) {
            source.recovery_instance = Some(id.clone());
            source.last_launch = Some(last);
        }
        let instance = Instance {
            id: id.clone(),
            region,
            server: server.clone(),
            job,
            is_drill,
            point_in_time: past.created_at,
            launched_at,
            state: InstanceState::Running,
            terminated_at: None,
            agent_due: Some(launched_at),
            agent_since: Some(launched_at),
            tags: BTreeMap::new(),
        };
        self.jobs.push(past);
        self.instances.insert(id, instance);
    }
}

fn past_job(
    world: &World,
    server: &ServerId,
    id: &InstanceId,
    launched_at: Timestamp,
    is_drill: bool,
    region: &Region,
) -> Job {
    let created_at = launched_at - seconds(530.0);
    let ended_at = launched_at + seconds(3.0);
    let log = |at: Timestamp, event: &str, server: Option<&ServerId>, target: Option<&InstanceId>| LogItem {
        at,
        event: event.to_owned(),
        server: server.cloned(),
        target_instance: target.cloned(),
        ..LogItem::default()
    };
    Job {
        id: world.new_job_id(),
        region: region.clone(),
        kind: JobKind::Launch { is_drill },
        status: JobStatus::Completed,
        created_at,
        ended_at: Some(ended_at),
        participants: vec![Participant {
            server: server.clone(),
            status: LaunchStatus::Launched,
            launched: Some(id.clone()),
            point_in_time: Some(created_at),
        }],
        tags: BTreeMap::new(),
        log: vec![
            log(created_at + seconds(0.36), "JOB_START", None, None),
            log(created_at + seconds(251.0), "LAUNCH_START", Some(server), None),
            log(launched_at, "LAUNCH_END", Some(server), Some(id)),
            log(ended_at, "JOB_END", None, None),
        ],
    }
}
