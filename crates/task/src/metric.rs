//! The metrics there are, in CloudWatch's embedded format: one JSON line per invocation on standard output.

use domain::plan::Mode;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

/// Gives each metric its unit. Once per process.
pub(crate) fn describe() {
    describe_histogram!("LaunchSeconds", Unit::Seconds, "From the start of a server's DRS job to its launch");
    describe_counter!("ServersLaunched", Unit::Count, "Servers that DRS launched");
    describe_counter!("ServersFailed", Unit::Count, "Servers that were not launched, or are not healthy");
    describe_counter!("TasksThrottled", Unit::Count, "Tasks that AWS throttled; they are tried again");
    describe_histogram!("ExecutionRtoSeconds", Unit::Seconds, "The recovery time that an execution reached");
    describe_gauge!("LeftOverDrills", Unit::Count, "Drills of which something stands");
    describe_gauge!("ActiveExecutions", Unit::Count, "Executions that have not ended");
}

/// Drills of which something stands.
pub fn left_over_drills(drills: usize) {
    gauge!("LeftOverDrills").set(drills as f64);
}

/// Executions that have not ended.
pub fn active_executions(executions: usize) {
    gauge!("ActiveExecutions").set(executions as f64);
}

/// How long DRS took to launch a server, in seconds from the start of its job.
pub fn launch_seconds(mode: Mode, seconds: i64) {
    histogram!("LaunchSeconds", "Mode" => mode.to_string()).record(number(seconds));
}

/// Servers whose launch ended well.
pub fn servers_launched(mode: Mode, servers: usize) {
    counter!("ServersLaunched", "Mode" => mode.to_string()).increment(servers as u64);
}

/// Servers that failed: not launched, or launched and unhealthy.
pub fn servers_failed(mode: Mode, servers: usize) {
    counter!("ServersFailed", "Mode" => mode.to_string()).increment(servers as u64);
}

/// A task that AWS throttled.
pub(crate) fn task_throttled() {
    counter!("TasksThrottled").increment(1);
}

/// The recovery time that an execution reached, in seconds.
pub fn execution_rto_seconds(mode: Mode, seconds: i64) {
    histogram!("ExecutionRtoSeconds", "Mode" => mode.to_string()).record(number(seconds));
}

/// Durations here are far below 2^52 seconds, so nothing is lost.
fn number(seconds: i64) -> f64 {
    seconds as f64
}
