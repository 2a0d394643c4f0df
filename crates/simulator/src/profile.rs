//! How long things take: the durations of a launch for each kind of server. The order of the steps is in
//! [`crate::world`]; this module has numbers only.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ids;

/// The operating system of a source server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// Amazon Linux 2023.
    Linux,
    /// Windows Server 2022.
    Windows,
}

/// A set of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// A small Linux server: about 9 minutes, as measured in a real drill.
    Linux,
    /// A Windows server: about 25 minutes, most of it the first boot.
    Windows,
    /// A drill seen in the field: 13 minutes PENDING, then 6 minutes IN_PROGRESS.
    SlowDrill,
    /// Faster than any server: for tests of what goes wrong, in which most of the time would be waiting.
    Brief,
}

/// The durations of one launch of one server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timeline {
    /// From the snapshot to the start of the conversion.
    pub attach: SignedDuration,
    /// The conversion.
    pub conversion: SignedDuration,
    /// From the start of the launch to a running instance.
    pub launch: SignedDuration,
    /// From a running instance to a registered SSM agent.
    pub agent: SignedDuration,
    /// From the order to terminate an instance until it is gone.
    pub terminate: SignedDuration,
}

/// By how much a duration may differ from its profile: two jobs of the same servers were seen to differ by this much.
const JITTER: f64 = 0.08;

impl From<Os> for Profile {
    fn from(os: Os) -> Profile {
        match os {
            Os::Linux => Profile::Linux,
            Os::Windows => Profile::Windows,
        }
    }
}

impl Profile {
    /// The durations for one server in one job, which differ a little from server to server and from job to job.
    pub fn timeline(self, seed: u64, server: &str, job_ordinal: usize) -> Timeline {
        let factor = 1.0 - JITTER + 2.0 * JITTER * ids::generator(seed, &[server, &job_ordinal.to_string()]).f64();
        let [attach, conversion, launch, agent] = match self {
            Profile::Linux => [52.0, 197.5, 278.0, 120.0],
            Profile::Windows => [55.0, 480.0, 960.0, 240.0],
            Profile::SlowDrill => [120.0, 658.5, 360.0, 120.0],
            Profile::Brief => [10.0, 20.0, 30.0, 30.0],
        };
        Timeline {
            attach: seconds(attach * factor),
            conversion: seconds(conversion * factor),
            launch: seconds(launch * factor),
            agent: seconds(agent * factor),
            terminate: seconds(115.0 * factor),
        }
    }
}

/// A duration of so many seconds, to the microsecond.
pub fn seconds(value: f64) -> SignedDuration {
    SignedDuration::from_micros((value * 1e6) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_stay_within_the_jitter_and_repeat() {
        for ordinal in 0..50 {
            let timeline = Profile::Linux.timeline(1, "s-3tierdb0000000001", ordinal);
            let launch = timeline.launch.as_secs_f64();
            assert!((278.0 * 0.92..=278.0 * 1.08).contains(&launch), "{launch}");
            assert_eq!(timeline, Profile::Linux.timeline(1, "s-3tierdb0000000001", ordinal));
        }
        let first = Profile::Linux.timeline(1, "s-3tierdb0000000001", 0);
        assert_ne!(first, Profile::Linux.timeline(1, "s-3tierdb0000000001", 1), "another job, other durations");
        assert_ne!(first, Profile::Linux.timeline(2, "s-3tierdb0000000001", 0), "another seed, other durations");
    }
}
