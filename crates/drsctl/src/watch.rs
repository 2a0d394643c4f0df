//! Following an execution until it ends. Only looking: what happens is decided elsewhere, and goes on without us.

use std::time::Duration;

use contract::Execution;
use domain::clock::ClockSetting;
use domain::id::ExecutionId;

use crate::client::{Client, ClientError};
use crate::clock;
use crate::progress::View;

/// How often a person wants to see something new. One request reads one execution, so this costs little.
const INTERVAL: Duration = Duration::from_secs(1);
/// DRS is polled every 30 s of the scenario, so looking much more often shows nothing new.
const SCENARIO_INTERVAL_SECONDS: f64 = 30.0;
/// However fast the clock, the machine that runs the scenario needs its processor itself.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(250);
/// How long to wait at most before the next attempt when the connection is lost.
const LONGEST_RETRY: Duration = Duration::from_secs(10);
/// How soon a Ctrl-C is noticed.
const STEP: Duration = Duration::from_millis(50);

/// How to follow.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How time passes where the execution runs.
    pub clock: ClockSetting,
    /// How long to wait between two looks.
    pub interval: Duration,
}

impl Pace {
    /// A pace for `clock`: every second, more often if time runs fast.
    #[must_use]
    pub fn of(clock: ClockSetting) -> Self {
        let scaled = Duration::from_secs_f64(clock.wall_duration(SCENARIO_INTERVAL_SECONDS).clamp(0.0, 1.0));
        Self { clock, interval: scaled.clamp(SHORTEST_INTERVAL, INTERVAL) }
    }
}

/// Shows `id` in `view` until it has ended, and returns it; nothing if `stop` said so first. A lost connection is said
/// and tried again without end, since the execution runs on.
///
/// # Errors
/// When the API refuses to show the execution.
pub fn watch(
    client: &Client,
    id: &ExecutionId,
    pace: Pace,
    view: &mut View,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Execution>, ClientError> {
    watch_by(&|| client.execution(id), &ClientError::is_transient, pace, view, stop)
}

/// As [`watch`], whoever is asked: `look` asks, and `is_transient` says of an error whether to ask again.
///
/// # Errors
/// Those of `look` that are not transient.
pub fn watch_by<E: std::fmt::Display>(
    look: &dyn Fn() -> Result<Execution, E>,
    is_transient: &dyn Fn(&E) -> bool,
    pace: Pace,
    view: &mut View,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Execution>, E> {
    let ended = follow(look, is_transient, pace, view, stop);
    view.close();
    ended
}

fn follow<E: std::fmt::Display>(
    look: &dyn Fn() -> Result<Execution, E>,
    is_transient: &dyn Fn(&E) -> bool,
    pace: Pace,
    view: &mut View,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Execution>, E> {
    let mut lost = 0u32;
    loop {
        let wait = match look() {
            Ok(execution) => {
                if lost > 0 {
                    view.note("There is an answer again.");
                }
                lost = 0;
                view.show(&execution, pace.clock.simulated(clock::unix_seconds()) as i64);
                if execution.summary.status.is_terminal() {
                    return Ok(Some(execution));
                }
                pace.interval
            }
            Err(error) if is_transient(&error) => {
                if lost == 0 {
                    view.note(&format!("{error}\nThe execution runs on; trying again."));
                }
                lost = lost.saturating_add(1);
                pace.interval.saturating_mul(1 << lost.min(5)).min(LONGEST_RETRY)
            }
            Err(error) => return Err(error),
        };
        if !rest(wait, stop) {
            return Ok(None);
        }
    }
}

/// Waits, and says whether to go on.
fn rest(duration: Duration, stop: &dyn Fn() -> bool) -> bool {
    let mut left = duration;
    while !left.is_zero() {
        if stop() {
            return false;
        }
        let step = left.min(STEP);
        clock::pause(step);
        left -= step;
    }
    !stop()
}
