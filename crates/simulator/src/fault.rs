//! Faults that can be asked for: their one syntax, on the command line, in an inventory and over HTTP. What a fault
//! does to the world is in [`crate::world`].

use std::fmt;
use std::str::FromStr;

use crate::ids::{self, Region};
use crate::operations;

/// The syntax of every fault, for help texts and error messages.
pub const SYNTAX: &str = "\
SERVER is a source server id or a hostname; OPERATION is a DRS or SSM operation such as StartRecovery; REGION is a
Region such as us-east-1.
  launch-fails=SERVER                 every launch of the server ends with LAUNCH_FAILED
  launch-waits=SERVER                 launches of the server do not end while this is in force
  conversion-fails=SERVER             every launch of the server ends with CONVERSION_FAIL
  agent-never-online=SERVER           the SSM agent of what is launched never registers; one that had is lost
  command-fails=SERVER                every SSM command on the server's recovery instance fails
  disconnected=SERVER                 replication is DISCONNECTED from now on; recovery points stay
  no-recovery-point=SERVER            the server has no recovery point, whatever its replication state says
  recovery-points-expire=SERVER       of the server's recovery points only the newest is left
  launch-settings-refused=SERVER      UpdateLaunchConfiguration of the server is refused with ConflictException
  launch-settings-ignored=SERVER      UpdateLaunchConfiguration of the server says it did, and the settings stay
  termination-protected=SERVER        the server's recovery instance cannot be terminated: a job for it ends with CLEANUP_FAIL
  region-down=REGION                  every DRS call in the Region fails with a 500; SSM answers
  throttle=OPERATION:COUNT            the next COUNT calls are refused with ThrottlingException
  error-before-commit=OPERATION:COUNT the next COUNT calls fail with a 500 and change nothing
  error-after-commit=OPERATION:COUNT  the next COUNT calls take effect, but their answer is a 500
  access-denied=OPERATION             every call is refused with AccessDeniedException
  foreign-job=SERVER:MINUTES          a job that somebody else started holds the server for so many simulated minutes
  page-size=N                         no answer holds more than N items, whatever maxResults says
  unknown-enums                       jobs, job logs and replication states carry values that no SDK knows";

/// The longest foreign job, in minutes: ten weeks, so that no arithmetic on time can overflow.
const LONGEST_FOREIGN_JOB_MINUTES: u32 = 100_000;

/// What goes wrong with one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerFault {
    /// The launch phase fails.
    LaunchFails,
    /// The launch phase does not end.
    LaunchWaits,
    /// The conversion phase fails.
    ConversionFails,
    /// The SSM agent does not register, or is lost.
    AgentNeverOnline,
    /// Commands finish with `Failed`.
    CommandFails,
    /// The replication agent is not seen any more.
    Disconnected,
    /// There is nothing to recover from.
    NoRecoveryPoint,
    /// Retention has deleted every recovery point but the newest.
    RecoveryPointsExpire,
    /// Launch settings cannot be changed.
    LaunchSettingsRefused,
    /// Launch settings seem to change and do not.
    LaunchSettingsIgnored,
    /// What is launched is protected from termination in EC2.
    TerminationProtected,
}

/// What goes wrong with the next calls of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFault {
    /// Refused for the rate of calls.
    Throttle,
    /// A 500 without effect.
    ErrorBeforeCommit,
    /// The effect, and then a 500.
    ErrorAfterCommit,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Until cleared, something is wrong with a server (id or hostname).
    Server(ServerFault, String),
    /// Until cleared, every DRS call in a Region fails.
    RegionDown(Region),
    /// The next calls of an operation fail.
    Calls(CallFault, String, u32),
    /// Until cleared, every call of an operation is denied.
    AccessDenied(String),
    /// A job of somebody else holds a server (id or hostname) for some minutes.
    ForeignJob(String, u32),
    /// Until cleared, pages are no longer than this.
    PageSize(usize),
    /// Until cleared, values outside the modelled enums appear.
    UnknownEnums,
}

/// A fault that cannot be read. It says what is wrong and what is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{spec}` is not a fault: {problem}. Faults are:\n{SYNTAX}")]
pub struct FaultError {
    spec: String,
    problem: String,
}

impl ServerFault {
    /// Every kind, with the name it has in a specification.
    const NAMES: [(&'static str, ServerFault); 11] = [
        ("launch-fails", ServerFault::LaunchFails),
        ("launch-waits", ServerFault::LaunchWaits),
        ("conversion-fails", ServerFault::ConversionFails),
        ("agent-never-online", ServerFault::AgentNeverOnline),
        ("command-fails", ServerFault::CommandFails),
        ("disconnected", ServerFault::Disconnected),
        ("no-recovery-point", ServerFault::NoRecoveryPoint),
        ("recovery-points-expire", ServerFault::RecoveryPointsExpire),
        ("launch-settings-refused", ServerFault::LaunchSettingsRefused),
        ("launch-settings-ignored", ServerFault::LaunchSettingsIgnored),
        ("termination-protected", ServerFault::TerminationProtected),
    ];
}

impl CallFault {
    const NAMES: [(&'static str, CallFault); 3] = [
        ("throttle", CallFault::Throttle),
        ("error-before-commit", CallFault::ErrorBeforeCommit),
        ("error-after-commit", CallFault::ErrorAfterCommit),
    ];
}

fn kind_named<Kind: Copy>(names: &[(&'static str, Kind)], name: &str) -> Option<Kind> {
    names.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn name_of<Kind: Copy + PartialEq>(names: &[(&'static str, Kind)], kind: Kind) -> &'static str {
    names.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(spec: &str) -> Result<Fault, FaultError> {
        parse(spec.trim()).map_err(|problem| FaultError { spec: spec.to_owned(), problem })
    }
}

fn parse(spec: &str) -> Result<Fault, String> {
    if spec == "unknown-enums" {
        return Ok(Fault::UnknownEnums);
    }
    let (name, value) = spec.split_once('=').ok_or("there is no such fault without a value")?;
    if value.is_empty() {
        return Err(format!("{name} needs a value"));
    }
    if let Some(kind) = kind_named(&ServerFault::NAMES, name) {
        return Ok(Fault::Server(kind, value.to_owned()));
    }
    if let Some(kind) = kind_named(&CallFault::NAMES, name) {
        let (operation, count) = value.split_once(':').ok_or(format!("{name} needs OPERATION:COUNT"))?;
        return Ok(Fault::Calls(kind, modelled(operation)?, positive(count)?));
    }
    match name {
        "region-down" if ids::is_region(value) => Ok(Fault::RegionDown(Region(value.to_owned()))),
        "region-down" => Err(format!("`{value}` is not the name of a Region")),
        "access-denied" => Ok(Fault::AccessDenied(modelled(value)?)),
        "foreign-job" => {
            let (server, minutes) = value.rsplit_once(':').ok_or("foreign-job needs SERVER:MINUTES")?;
            let minutes = positive(minutes)?;
            if server.is_empty() || minutes > LONGEST_FOREIGN_JOB_MINUTES {
                return Err(format!("foreign-job needs a server and at most {LONGEST_FOREIGN_JOB_MINUTES} minutes"));
            }
            Ok(Fault::ForeignJob(server.to_owned(), minutes))
        }
        "page-size" => Ok(Fault::PageSize(positive(value)? as usize)),
        _ => Err(format!("there is no fault `{name}`")),
    }
}

fn modelled(operation: &str) -> Result<String, String> {
    if operations::is_modelled(operation) {
        Ok(operation.to_owned())
    } else {
        let known = [operations::DRS, operations::SSM].concat().join(", ");
        Err(format!("the simulator has no operation `{operation}`, only {known}"))
    }
}

fn positive(number: &str) -> Result<u32, String> {
    number.parse().ok().filter(|value| *value > 0).ok_or(format!("`{number}` is not a number above 0"))
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Server(kind, server) => write!(formatter, "{}={server}", name_of(&ServerFault::NAMES, *kind)),
            Fault::Calls(kind, operation, count) => {
                write!(formatter, "{}={operation}:{count}", name_of(&CallFault::NAMES, *kind))
            }
            Fault::RegionDown(region) => write!(formatter, "region-down={region}"),
            Fault::AccessDenied(operation) => write!(formatter, "access-denied={operation}"),
            Fault::ForeignJob(server, minutes) => write!(formatter, "foreign-job={server}:{minutes}"),
            Fault::PageSize(size) => write!(formatter, "page-size={size}"),
            Fault::UnknownEnums => formatter.write_str("unknown-enums"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_in_the_syntax_is_read_and_written_back() {
        let mut names = 0;
        for line in SYNTAX.lines().filter(|line| line.starts_with("  ")) {
            let spec = line.split_whitespace().next().unwrap();
            let spec = spec.replace("SERVER", "db-1").replace("OPERATION", "StartRecovery");
            let spec = spec.replace("COUNT", "3").replace("MINUTES", "20").replace("=N", "=1");
            let spec = spec.replace("REGION", "eu-west-1");
            assert_eq!(spec.parse::<Fault>().unwrap().to_string(), spec);
            names += 1;
        }
        assert_eq!(names, 19);
    }

    #[test]
    fn a_wrong_fault_is_told_what_is_right() {
        for (spec, problem) in [
            ("launch-failed=db-1", "there is no fault `launch-failed`"),
            ("launch-fails=", "launch-fails needs a value"),
            ("unknown-enum", "there is no such fault without a value"),
            ("throttle=StartRecovery", "throttle needs OPERATION:COUNT"),
            ("throttle=StartRecovry:1", "the simulator has no operation `StartRecovry`"),
            ("throttle=StartRecovery:0", "`0` is not a number above 0"),
            ("foreign-job=db-1", "foreign-job needs SERVER:MINUTES"),
            ("region-down=europe", "`europe` is not the name of a Region"),
            ("page-size=many", "`many` is not a number above 0"),
        ] {
            let error = spec.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(problem), "{spec}: {error}");
            assert!(error.contains("page-size=N"), "{spec}: the syntax is part of the message");
        }
    }
}
