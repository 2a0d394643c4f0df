//! What happens to one server in a job that terminates its recovery instance. Jobs as a whole are in [`super::job`].

use super::instance::InstanceState;
use super::job::LaunchStatus;
use super::{Event, World};
use crate::fault::ServerFault;
use crate::ids::ServerId;

/// One step of a termination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Start,
    End,
}

impl World {
    pub(crate) fn terminate_step(&mut self, job: usize, server: &ServerId, step: Step) {
        match step {
            Step::Start => {
                self.log_server(job, server, "CLEANUP_START");
                self.set_status(job, server, LaunchStatus::InProgress);
                for instance in self.instances_of(server) {
                    self.set_instance_state(&instance, InstanceState::ShuttingDown);
                }
                let Some(source) = self.servers.get(server) else { return };
                let timeline = source.spec.profile.timeline(self.settings.seed, server.as_str(), job);
                let event = Event::Terminate { job, server: server.clone(), step: Step::End };
                self.plan(timeline.terminate, event);
            }
            Step::End if self.has_fault(ServerFault::TerminationProtected, server) => {
                for instance in self.instances_of(server) {
                    self.set_instance_state(&instance, InstanceState::Running);
                }
                let error = "OperationNotPermitted: the instance may not be terminated; modify its disableApiTermination attribute and try again";
                self.fail(job, server, "CLEANUP_FAIL", error);
            }
            Step::End => {
                for instance in self.instances_of(server) {
                    self.terminate_instance(&instance, job);
                }
                self.log_server(job, server, "CLEANUP_END");
                self.set_status(job, server, LaunchStatus::Terminated);
            }
        }
    }
}
