//! A source server: how its replication stands and what was last launched for it. How it looks in an answer of DRS is
//! in [`crate::drs`].

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::job::LaunchStatus;
use super::{World, WorldError};
use crate::fault::ServerFault;
use crate::ids::{InstanceId, JobId, ServerId};
use crate::inventory::{ReplicationState, ServerSpec};
use crate::profile::seconds;

/// The last launch of a server.
#[derive(Debug, Clone)]
pub struct LastLaunch {
    /// When StartRecovery was called.
    pub called_at: Timestamp,
    /// The job.
    pub job: JobId,
    /// A drill or a recovery.
    pub is_drill: bool,
    /// How far it got.
    pub status: LaunchStatus,
}

/// The launch settings of a server.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are DRS's own")]
pub struct LaunchConfiguration {
    pub name: String,
    pub launch_disposition: String,
    pub right_sizing: String,
    pub copy_private_ip: bool,
    pub copy_tags: bool,
    pub os_byol: bool,
    pub post_launch_enabled: bool,
    pub launch_into: Option<String>,
    pub recovery_mode: String,
}

/// A source server.
#[derive(Debug, Clone)]
pub struct SourceServer {
    /// What the inventory says.
    pub spec: ServerSpec,
    /// Its tags now.
    pub tags: BTreeMap<String, String>,
    /// When the server came into the simulator: hours in the inventory count back from here.
    pub added_at: Timestamp,
    /// Its recovery instance.
    pub recovery_instance: Option<InstanceId>,
    /// None: never launched.
    pub last_launch: Option<LastLaunch>,
    /// The job that holds it.
    pub held_by: Option<usize>,
    /// How it is to be launched.
    pub launch_configuration: LaunchConfiguration,
}

impl SourceServer {
    pub(crate) fn new(spec: ServerSpec, now: Timestamp) -> SourceServer {
        let launch_configuration = LaunchConfiguration {
            name: spec.hostname.clone(),
            launch_disposition: "STARTED".to_owned(),
            right_sizing: "BASIC".to_owned(),
            copy_private_ip: false,
            copy_tags: false,
            os_byol: false,
            post_launch_enabled: false,
            launch_into: None,
            recovery_mode: "OPTIMAL".to_owned(),
        };
        SourceServer {
            tags: spec.tags.clone(),
            added_at: now,
            recovery_instance: None,
            last_launch: None,
            held_by: None,
            launch_configuration,
            spec,
        }
    }

    /// When replication began.
    pub fn replicating_since(&self) -> Timestamp {
        self.added_at - seconds(self.spec.replication.replicating_hours * 3600.0)
    }
}

impl World {
    /// How the replication of a server stands now, faults included.
    pub fn replication_state(&self, server: &SourceServer) -> ReplicationState {
        if self.has_fault(ServerFault::Disconnected, &server.spec.id) {
            ReplicationState::Disconnected
        } else {
            server.spec.replication.state
        }
    }

    /// When the agent of a server was last seen, which is now unless something is wrong.
    pub fn last_seen(&self, server: &SourceServer) -> Timestamp {
        let by_fault = self.faults.server_fault_since(ServerFault::Disconnected, &server.spec.id).unwrap_or(self.now);
        let replication = &server.spec.replication;
        let by_inventory = match replication.state {
            ReplicationState::Disconnected | ReplicationState::Stalled => {
                server.added_at - seconds(replication.disconnected_hours * 3600.0)
            }
            ReplicationState::Stopped
            | ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Continuous
            | ReplicationState::Paused
            | ReplicationState::Rescan => self.now,
        };
        by_fault.min(by_inventory)
    }

    /// Ends the job's hold on a server.
    pub(crate) fn release(&mut self, server: &ServerId, job: usize) {
        if let Some(server) = self.servers.get_mut(server).filter(|server| server.held_by == Some(job)) {
            server.held_by = None;
        }
    }

    /// Takes source servers out of the world: all of them, or none when one is in use. Jobs that have ended keep their ids.
    pub fn remove_servers(&mut self, ids: &[String]) -> Result<(), WorldError> {
        let spare = |id: &&String| {
            let server = self.servers.get(id.as_str());
            server.is_some_and(|server| server.held_by.is_none() && server.recovery_instance.is_none())
        };
        if let Some(id) = ids.iter().find(|id| !spare(id)) {
            return Err(WorldError::ServerInUse(id.clone()));
        }
        for id in ids {
            self.servers.remove(id.as_str());
        }
        Ok(())
    }
}
