//! What a caller in one Region can see. Everything of all Regions is in one world, and these are the ways to look at
//! it on behalf of a caller: what is in another Region is missing here, as it is in AWS.

use super::World;
use super::instance::Instance;
use super::job::Job;
use super::recovery_plan::RecoveryPlan;
use super::server::SourceServer;
use crate::ids::Region;

impl World {
    /// A source server of the Region.
    pub fn server_in(&self, region: &Region, id: &str) -> Option<&SourceServer> {
        self.servers.get(id).filter(|server| server.spec.region == *region)
    }

    /// A source server of the Region, to change it.
    pub fn server_in_mut(&mut self, region: &Region, id: &str) -> Option<&mut SourceServer> {
        self.servers.get_mut(id).filter(|server| server.spec.region == *region)
    }

    /// The source servers of the Region.
    pub fn servers_in(&self, region: &Region) -> impl Iterator<Item = &SourceServer> {
        self.servers.values().filter(move |server| server.spec.region == *region)
    }

    /// A job of the Region.
    pub fn job_in(&self, region: &Region, id: &str) -> Option<&Job> {
        self.jobs_in(region).find(|job| job.id.as_str() == id)
    }

    /// The jobs of the Region, oldest first.
    pub fn jobs_in(&self, region: &Region) -> impl Iterator<Item = &Job> {
        self.jobs.iter().filter(move |job| job.region == *region)
    }

    /// A recovery instance of the Region, the terminated ones too.
    pub fn instance_in(&self, region: &Region, id: &str) -> Option<&Instance> {
        self.instances.get(id).filter(|instance| instance.region == *region)
    }

    /// The recovery instances of the Region, the terminated ones too.
    pub fn instances_in(&self, region: &Region) -> impl Iterator<Item = &Instance> {
        self.instances.values().filter(move |instance| instance.region == *region)
    }

    /// The recovery plans of the Region.
    pub fn plans_in(&self, region: &Region) -> impl Iterator<Item = &RecoveryPlan> {
        self.recovery_plans.iter().filter(move |plan| plan.spec.region == *region)
    }

    /// True when the inventory has something to do with the Region: it is the one of the account, or has servers.
    pub fn uses_region(&self, region: &Region) -> bool {
        self.settings.region == *region || self.servers_in(region).next().is_some()
    }

    /// The ARN of a resource of this account in the Region.
    pub fn arn(&self, region: &Region, resource: &str) -> String {
        format!("arn:aws:drs:{region}:{}:{resource}", self.settings.account)
    }
}
