//! The simulated account, in all Regions: source servers, jobs, recovery instances, commands, and the events that will
//! happen to them. Nothing ticks: [`World::advance`] applies all events that are due, in order, before each call is
//! answered, so the world depends only on its inventory and on when it is asked. No HTTP and no JSON of the services
//! here; what a caller in one Region can see of it is in [`region`].

pub mod faults;
pub mod instance;
pub mod job;
pub mod journal;
pub mod launch;
pub mod recovery_plan;
pub mod region;
pub mod server;
pub mod snapshots;
pub mod ssm;
mod terminate;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::fault::{Fault, ServerFault};
use crate::ids::{AutomationId, CommandId, InstanceId, JobId, Region, ServerId};
use crate::inventory::{Inventory, LaunchWhen, Quotas, ServerSpec, SsmDocument, TimestampStyle};
use faults::ActiveFaults;
use instance::Instance;
use job::Job;
use journal::Journal;
use recovery_plan::RecoveryPlan;
use server::SourceServer;
use ssm::{Automation, Command};

/// What does not change while the simulator runs.
#[derive(Debug)]
pub struct Settings {
    /// Twelve digits.
    pub account: String,
    /// The Region of what does not say another.
    pub region: Region,
    /// Decides ids and durations.
    pub seed: u64,
    /// Whether DRS is initialised in this account.
    pub initialized: bool,
    /// The quotas of DRS.
    pub quotas: Quotas,
    /// How DRS writes timestamps.
    pub timestamps: TimestampStyle,
    /// The longest page.
    pub page_size: usize,
    /// Which unhealthy replication states can be launched.
    pub launch_when: LaunchWhen,
    /// Every SSM document there is.
    pub documents: Vec<SsmDocument>,
}

/// Something that will happen.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    JobStarted { job: usize },
    Launch { job: usize, server: ServerId, step: launch::Step },
    Terminate { job: usize, server: ServerId, step: terminate::Step },
    JobEnded { job: usize },
    AgentOnline { instance: InstanceId },
    InvocationStarted { command: CommandId, instance: InstanceId },
    InvocationEnded { command: CommandId, instance: InstanceId },
    AutomationEnded { automation: AutomationId },
}

/// The simulated account.
#[derive(Debug)]
pub struct World {
    /// What does not change.
    pub settings: Settings,
    /// The instant up to which everything has happened.
    pub now: Timestamp,
    /// The source servers.
    pub servers: BTreeMap<ServerId, SourceServer>,
    /// The jobs, oldest first. Their index is their ordinal.
    pub jobs: Vec<Job>,
    /// The recovery instances, the terminated ones too.
    pub instances: BTreeMap<InstanceId, Instance>,
    /// DRS's own recovery plans.
    pub recovery_plans: Vec<RecoveryPlan>,
    /// The SSM commands.
    pub commands: BTreeMap<CommandId, Command>,
    /// The SSM automations.
    pub automations: BTreeMap<AutomationId, Automation>,
    /// What goes wrong.
    pub faults: ActiveFaults,
    /// What was called and what changed.
    pub journal: Journal,
    /// By due time, then in the order in which they were planned.
    events: BTreeMap<(Timestamp, u64), Event>,
    planned: u64,
}

/// Something asked of the world that makes no sense there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WorldError {
    /// A fault for a server that does not exist.
    #[error("the fault `{fault}` names no source server: neither an id nor a hostname is `{server}`")]
    NoSuchServer {
        /// The whole fault.
        fault: String,
        /// The name in it.
        server: String,
    },
    /// A server is added that exists.
    #[error("there is already a source server with the id or hostname `{0}`")]
    ServerExists(String),
    /// A server is removed that nobody can spare: it does not exist, a job holds it, or its recovery instance stands.
    #[error("there is no source server `{0}` that could be removed: it must exist, no job hold it, no instance stand")]
    ServerInUse(String),
    /// A fault for a Region that nothing is in.
    #[error("the fault `{fault}` names a Region without source servers")]
    NoSuchRegion {
        /// The whole fault.
        fault: String,
    },
    /// A recovery plan that is there already.
    #[error("there is already a recovery plan `{name}` in {region}")]
    PlanExists {
        /// Its name.
        name: String,
        /// Its Region.
        region: Region,
    },
    /// A recovery plan for a server that is not there, or not in the Region of the plan.
    #[error("the recovery plan `{plan}` names the source server `{server}`, which is not in {region}")]
    PlanServer {
        /// The plan.
        plan: String,
        /// The server.
        server: String,
        /// The Region of the plan.
        region: Region,
    },
    /// A foreign job for a server that is held already.
    #[error("the fault `{fault}` cannot start: a job holds the server already")]
    ServerHeld {
        /// The whole fault.
        fault: String,
    },
}

impl World {
    /// The world of an inventory at the instant `now`.
    pub fn new(inventory: Inventory, now: Timestamp) -> Result<World, WorldError> {
        let Inventory { source_servers, recovery_plans, faults, ssm_documents, .. } = inventory;
        let settings = Settings {
            account: inventory.account,
            region: inventory.region,
            seed: inventory.seed,
            initialized: inventory.initialized,
            quotas: inventory.quotas,
            timestamps: inventory.timestamps,
            page_size: inventory.page_size,
            launch_when: inventory.launch_when,
            documents: SsmDocument::built_in().into_iter().chain(ssm_documents).collect(),
        };
        let mut world = World {
            settings,
            now,
            servers: BTreeMap::new(),
            jobs: Vec::new(),
            instances: BTreeMap::new(),
            recovery_plans: Vec::new(),
            commands: BTreeMap::new(),
            automations: BTreeMap::new(),
            faults: ActiveFaults::default(),
            journal: Journal::default(),
            events: BTreeMap::new(),
            planned: 0,
        };
        world.add_servers_and_plans(source_servers, recovery_plans)?;
        world.add_faults(faults)?;
        Ok(world)
    }

    /// Adds source servers: all of them, or none when one exists already.
    pub fn add_servers(&mut self, servers: Vec<ServerSpec>) -> Result<(), WorldError> {
        let taken: BTreeSet<&str> =
            self.servers.values().flat_map(|server| [server.spec.id.as_str(), &server.spec.hostname]).collect();
        let names = servers.iter().flat_map(|spec| [spec.id.as_str(), &spec.hostname]);
        let exists = names.into_iter().find(|name| taken.contains(name)).map(str::to_owned);
        if let Some(name) = exists {
            return Err(WorldError::ServerExists(name));
        }
        for spec in servers {
            let id = spec.id.clone();
            let existing = spec.recovery_instance;
            self.servers.insert(id.clone(), SourceServer::new(spec, self.now));
            if let Some(existing) = existing {
                self.add_existing_instance(&id, existing);
            }
        }
        Ok(())
    }

    /// The id of the server with this id or hostname.
    pub fn find_server(&self, name: &str) -> Option<ServerId> {
        let by_hostname = || self.servers.values().find(|server| server.spec.hostname == name);
        self.servers.get(name).or_else(by_hostname).map(|server| server.spec.id.clone())
    }

    /// Lets everything happen that is due at `to`. Time never goes back.
    pub fn advance(&mut self, to: Timestamp) {
        while let Some(entry) = self.events.first_entry() {
            let due = entry.key().0;
            if due > to {
                break;
            }
            let event = entry.remove();
            self.now = self.now.max(due);
            self.apply(event);
        }
        self.now = self.now.max(to);
    }

    /// Plans an event.
    pub(crate) fn plan(&mut self, after: SignedDuration, event: Event) {
        self.planned += 1;
        self.events.insert((self.now + after, self.planned), event);
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::JobStarted { job } => self.job_started(job),
            Event::Launch { job, server, step } => self.launch_step(job, &server, step),
            Event::Terminate { job, server, step } => self.terminate_step(job, &server, step),
            Event::JobEnded { job } => self.job_ended(job),
            Event::AgentOnline { instance } => self.agent_online(&instance),
            Event::InvocationStarted { command, instance } => self.invocation_started(&command, &instance),
            Event::InvocationEnded { command, instance } => self.invocation_ended(&command, &instance),
            Event::AutomationEnded { automation } => self.automation_ended(&automation),
        }
    }

    /// Puts faults into force: all of them, or none when one names no server.
    pub fn add_faults(&mut self, faults: Vec<Fault>) -> Result<(), WorldError> {
        let mut held = Vec::new();
        for fault in &faults {
            let server = match fault {
                Fault::Server(_, server) | Fault::ForeignJob(server, _) => server,
                Fault::RegionDown(region) if !self.uses_region(region) => {
                    return Err(WorldError::NoSuchRegion { fault: fault.to_string() });
                }
                Fault::RegionDown(_)
                | Fault::Calls(..)
                | Fault::AccessDenied(_)
                | Fault::PageSize(_)
                | Fault::UnknownEnums => continue,
            };
            let no_such = || WorldError::NoSuchServer { fault: fault.to_string(), server: server.clone() };
            let id = self.find_server(server).ok_or_else(no_such)?;
            if matches!(fault, Fault::ForeignJob(..)) {
                if self.job_of(&id).is_some() || held.contains(&id) {
                    return Err(WorldError::ServerHeld { fault: fault.to_string() });
                }
                held.push(id);
            }
        }
        for fault in faults {
            self.add_fault(fault);
        }
        Ok(())
    }

    fn add_fault(&mut self, fault: Fault) {
        self.journal.state(self.now, "FaultAdded", json!({"fault": fault.to_string()}));
        match fault {
            Fault::Server(kind, server) => {
                let id = self.find_server(&server).unwrap_or(ServerId(server));
                self.faults.add_server_fault(kind, id, self.now);
            }
            Fault::ForeignJob(server, minutes) => {
                let id = self.find_server(&server).unwrap_or(ServerId(server));
                self.start_foreign_job(&id, minutes);
            }
            Fault::Calls(kind, operation, count) => self.faults.add_call_fault(kind, operation, count),
            Fault::RegionDown(region) => self.faults.take_down(region),
            Fault::AccessDenied(operation) => self.faults.deny(operation),
            Fault::PageSize(size) => self.faults.page_size = Some(size),
            Fault::UnknownEnums => self.faults.unknown_enums = true,
        }
    }

    /// Ends all faults. Agents that a fault kept away register now; jobs of others run on.
    pub fn clear_faults(&mut self) {
        self.faults = ActiveFaults::default();
        self.journal.state(self.now, "FaultsCleared", json!({}));
        self.register_agents();
    }

    /// Ends these faults, whoever asked for them; one that is not in force is none. Jobs of others run on.
    pub fn end_faults(&mut self, faults: &[Fault]) {
        for fault in faults {
            self.journal.state(self.now, "FaultEnded", json!({"fault": fault.to_string()}));
            match fault {
                Fault::Server(kind, name) => {
                    if let Some(id) = self.find_server(name) {
                        self.faults.end_server_fault(*kind, &id);
                    }
                }
                Fault::ForeignJob(..) => {}
                Fault::RegionDown(_)
                | Fault::Calls(..)
                | Fault::AccessDenied(_)
                | Fault::PageSize(_)
                | Fault::UnknownEnums => self.faults.end(fault),
            }
        }
        self.register_agents();
    }

    /// Agents that were due, and that nothing keeps away any more.
    fn register_agents(&mut self) {
        let waiting: Vec<InstanceId> = self
            .instances
            .values()
            .filter(|instance| instance.agent_due.is_some_and(|due| due <= self.now) && instance.agent_since.is_none())
            .map(|instance| instance.id.clone())
            .collect();
        for instance in waiting {
            self.agent_online(&instance);
        }
    }

    /// True when a fault of this kind is in force for the server.
    pub fn has_fault(&self, kind: ServerFault, server: &ServerId) -> bool {
        self.faults.server_fault_since(kind, server).is_some()
    }

    /// The longest page of an answer.
    pub fn page_size(&self) -> usize {
        self.faults.page_size.unwrap_or(usize::MAX).min(self.settings.page_size)
    }

    /// The id of the job that holds the server.
    pub fn holding_job(&self, server: &ServerId) -> Option<&JobId> {
        self.job_of(server).and_then(|job| self.jobs.get(job)).map(|job| &job.id)
    }

    fn job_of(&self, server: &ServerId) -> Option<usize> {
        self.servers.get(server).and_then(|server| server.held_by)
    }
}
