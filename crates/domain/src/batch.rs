//! Launch batches: which servers go into which DRS job, under the quotas that DRS enforces per account and Region.

use std::collections::BTreeSet;

use crate::id::ServerId;

/// The DRS quotas that bound launches. None of them can be raised.
/// Source: AWS General Reference, "AWS Elastic Disaster Recovery endpoints and quotas".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Source servers in one job (L-B827C881).
    pub servers_per_job: usize,
    /// Jobs in progress (L-D88FAC3A).
    pub jobs: usize,
    /// Source servers in all jobs in progress (L-05AFA8C6).
    pub servers_in_jobs: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { servers_per_job: 100, jobs: 20, servers_in_jobs: 500 }
    }
}

/// What is in use in the account and Region, whoever started it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InUse {
    /// Jobs in progress.
    pub jobs: usize,
    /// Servers in those jobs. A server is in one job at a time (L-DD6D028C), so these are also the busy ones.
    pub servers: BTreeSet<ServerId>,
}

impl InUse {
    /// Whether nothing more can start, whatever it is: [`pack`] would make no batch.
    #[must_use]
    pub fn is_full(&self, quotas: &Quotas) -> bool {
        self.jobs >= quotas.jobs || self.servers.len() >= quotas.servers_in_jobs
    }
}

/// Why a server is not launched yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitReason {
    /// It is in another job.
    BusyInJob,
    /// As many jobs run as DRS allows.
    JobQuota,
    /// As many servers are in jobs as DRS allows.
    ServerQuota,
    /// What is free is left for another wave; see [`crate::reservation`].
    Reserved,
}

impl WaitReason {
    /// For people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::BusyInJob => "the server is in another DRS job",
            Self::JobQuota => "as many DRS jobs are running as the account may have",
            Self::ServerQuota => "as many servers are in DRS jobs as the account may have",
            Self::Reserved => "what is free of the quotas is left for a wave that goes first, for 90 s at most",
        }
    }
}

/// What to launch now and what waits. Every server asked for is in exactly one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packing {
    /// One job each.
    pub batches: Vec<Vec<ServerId>>,
    /// Not now, and why.
    pub waiting: Vec<(ServerId, WaitReason)>,
}

/// Packs `servers` into as few jobs as the quotas allow. Deterministic: by server id, and a server asked for twice is
/// launched once.
#[must_use]
pub fn pack(servers: &[ServerId], in_use: &InUse, quotas: &Quotas) -> Packing {
    let wanted: BTreeSet<&ServerId> = servers.iter().collect();
    let mut packing = Packing::default();
    let mut room_for_servers = quotas.servers_in_jobs.saturating_sub(in_use.servers.len());
    let room_for_jobs = quotas.jobs.saturating_sub(in_use.jobs);
    for server in wanted {
        if in_use.servers.contains(server) {
            packing.waiting.push((server.clone(), WaitReason::BusyInJob));
            continue;
        }
        if room_for_servers == 0 {
            packing.waiting.push((server.clone(), WaitReason::ServerQuota));
            continue;
        }
        if packing.batches.last().is_none_or(|batch| batch.len() >= quotas.servers_per_job) {
            if packing.batches.len() >= room_for_jobs {
                packing.waiting.push((server.clone(), WaitReason::JobQuota));
                continue;
            }
            packing.batches.push(Vec::new());
        }
        if let Some(batch) = packing.batches.last_mut() {
            batch.push(server.clone());
        }
        room_for_servers -= 1;
    }
    packing
}
