//! The faults in force. How they are written is in [`crate::fault`]; where they bite is in the modules that ask.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::error::ApiError;
use crate::fault::{CallFault, Fault, ServerFault};
use crate::ids::{Region, ServerId};

/// The faults in force.
#[derive(Debug, Default)]
pub struct ActiveFaults {
    servers: BTreeMap<(ServerFault, ServerId), Timestamp>,
    calls: Vec<(CallFault, String, u32)>,
    denied: BTreeSet<String>,
    regions_down: BTreeSet<Region>,
    /// The longest page.
    pub page_size: Option<usize>,
    /// Whether values outside the modelled enums appear.
    pub unknown_enums: bool,
}

impl ActiveFaults {
    pub(crate) fn add_server_fault(&mut self, kind: ServerFault, server: ServerId, now: Timestamp) {
        self.servers.entry((kind, server)).or_insert(now);
    }

    pub(crate) fn add_call_fault(&mut self, kind: CallFault, operation: String, count: u32) {
        self.calls.push((kind, operation, count));
    }

    pub(crate) fn deny(&mut self, operation: String) {
        self.denied.insert(operation);
    }

    pub(crate) fn take_down(&mut self, region: Region) {
        self.regions_down.insert(region);
    }

    pub(crate) fn end_server_fault(&mut self, kind: ServerFault, server: &ServerId) {
        self.servers.remove(&(kind, server.clone()));
    }

    /// Ends a fault that is no server's. Of a call fault, all calls that are still to fail.
    pub(crate) fn end(&mut self, fault: &Fault) {
        match fault {
            Fault::Calls(kind, operation, _) => {
                self.calls.retain(|(known, name, _)| (known, name) != (kind, operation));
            }
            Fault::RegionDown(region) => drop(self.regions_down.remove(region)),
            Fault::AccessDenied(operation) => drop(self.denied.remove(operation)),
            Fault::PageSize(_) => self.page_size = None,
            Fault::UnknownEnums => self.unknown_enums = false,
            // A job of somebody else is none of ours to end.
            Fault::ForeignJob(..) | Fault::Server(..) => {}
        }
    }

    /// Since when a fault is in force for a server.
    pub fn server_fault_since(&self, kind: ServerFault, server: &ServerId) -> Option<Timestamp> {
        self.servers.get(&(kind, server.clone())).copied()
    }

    /// The faults as specifications; of call faults, the calls that are still to fail. Jobs of others are not here:
    /// they are jobs.
    pub fn list(&self) -> Vec<String> {
        let servers = self.servers.keys().map(|(kind, server)| Fault::Server(*kind, server.to_string()));
        let calls = self.calls.iter().map(|(kind, operation, left)| Fault::Calls(*kind, operation.clone(), *left));
        let denied = self.denied.iter().cloned().map(Fault::AccessDenied);
        let regions_down = self.regions_down.iter().cloned().map(Fault::RegionDown);
        let page_size = self.page_size.map(Fault::PageSize);
        let unknown_enums = self.unknown_enums.then_some(Fault::UnknownEnums);
        servers
            .chain(calls)
            .chain(denied)
            .chain(regions_down)
            .chain(page_size)
            .chain(unknown_enums)
            .map(|fault| fault.to_string())
            .collect()
    }

    /// The error of a call that is not to reach the world.
    pub fn before_call(&mut self, region: &Region, operation: &str, ssm: bool) -> Result<(), ApiError> {
        // Nothing in the Region answers, so nothing there counts calls either.
        if !ssm && self.regions_down.contains(region) {
            return Err(ApiError::internal(ssm));
        }
        if self.denied.contains(operation) {
            return Err(ApiError::access_denied(operation, ssm));
        }
        if self.take(CallFault::Throttle, operation) {
            return Err(ApiError::throttled(ssm));
        }
        if self.take(CallFault::ErrorBeforeCommit, operation) {
            return Err(ApiError::internal(ssm));
        }
        Ok(())
    }

    /// The error that replaces the answer of a call that took effect.
    pub fn after_call(&mut self, operation: &str, ssm: bool) -> Result<(), ApiError> {
        if self.take(CallFault::ErrorAfterCommit, operation) { Err(ApiError::internal(ssm)) } else { Ok(()) }
    }

    fn take(&mut self, kind: CallFault, operation: &str) -> bool {
        let Some(at) = self.calls.iter().position(|(known, name, _)| *known == kind && name == operation) else {
            return false;
        };
        let left = &mut self.calls[at].2;
        *left -= 1;
        if *left == 0 {
            self.calls.remove(at);
        }
        true
    }
}
