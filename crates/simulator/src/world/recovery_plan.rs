//! DRS's own recovery plans, as something that is there to be read. Not here: executions of them. What a plan may look
//! like is checked in [`crate::inventory`]; how it looks in an answer is in [`crate::drs`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

use super::{World, WorldError};
use crate::ids::{self, Region};
use crate::inventory::ServerSpec;
use crate::inventory::plans::{PlanSpec, StepWork};

/// A recovery plan.
#[derive(Debug, Clone)]
pub struct RecoveryPlan {
    /// Its id, the last part of its ARN.
    pub id: String,
    /// What the inventory says.
    pub spec: PlanSpec,
    /// Its tags now.
    pub tags: BTreeMap<String, String>,
    /// When it came into the simulator.
    pub created_at: Timestamp,
}

impl RecoveryPlan {
    /// The resource of the plan, as in its ARN. The documentation of IAM has this form; the form of the id is nowhere.
    pub fn resource(&self) -> String {
        format!("recovery-plan/{}", self.id)
    }

    /// The resource of a step, counted from 0. The model says only which characters such an ARN has.
    pub fn step_resource(&self, index: usize) -> String {
        format!("{}/step/rps-{}", self.resource(), ids::hex_digits(0, &[&self.id, &index.to_string()], 17))
    }
}

impl World {
    /// Adds source servers and recovery plans that may name them: everything, or nothing when something is wrong.
    pub fn add_servers_and_plans(&mut self, servers: Vec<ServerSpec>, plans: Vec<PlanSpec>) -> Result<(), WorldError> {
        self.check_plans(&servers, &plans)?;
        self.add_servers(servers)?;
        for spec in plans {
            let parts = ["recovery-plan", spec.region.as_str(), &spec.name];
            let id = format!("rp-{}", ids::hex_digits(self.settings.seed, &parts, 17));
            self.journal.state(self.now, "RecoveryPlanAdded", json!({"name": spec.name, "region": spec.region}));
            let (tags, created_at) = (spec.tags.clone(), self.now);
            self.recovery_plans.push(RecoveryPlan { id, spec, tags, created_at });
        }
        Ok(())
    }

    fn check_plans(&self, new_servers: &[ServerSpec], plans: &[PlanSpec]) -> Result<(), WorldError> {
        let new: BTreeMap<&str, &Region> = new_servers.iter().map(|spec| (spec.id.as_str(), &spec.region)).collect();
        let known = self.recovery_plans.iter().map(|plan| &plan.spec);
        let mut taken: BTreeSet<(&Region, &str)> = known.map(|spec| (&spec.region, spec.name.as_str())).collect();
        for plan in plans {
            if !taken.insert((&plan.region, &plan.name)) {
                return Err(WorldError::PlanExists { name: plan.name.clone(), region: plan.region.clone() });
            }
            let servers = plan.steps.iter().flat_map(|step| match &step.work {
                StepWork::Servers(servers) => servers.as_slice(),
                StepWork::Wait { .. } => &[],
            });
            for server in servers {
                let known = self.servers.get(&server.id).map(|server| &server.spec.region);
                if known.or_else(|| new.get(server.id.as_str()).copied()) != Some(&plan.region) {
                    let (plan, region) = (plan.name.clone(), plan.region.clone());
                    return Err(WorldError::PlanServer { plan, server: server.id.to_string(), region });
                }
            }
        }
        Ok(())
    }
}
