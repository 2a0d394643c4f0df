//! Ctrl-C and its relatives: they set a flag, and whatever waits here looks at it. So everything that was started is
//! stopped by the code that started it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Somebody wants this to end.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// From now on, Ctrl-C, a closed terminal and `kill` are noticed instead of ending this process at once.
pub(crate) fn listen() -> anyhow::Result<()> {
    let flag = REQUESTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context("cannot listen for signals")?;
    }
    Ok(())
}

/// Whether somebody wants this to end.
pub(crate) fn requested() -> bool {
    REQUESTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Waits.
///
/// # Errors
/// [`Interrupted`], as soon as somebody wants this to end.
pub(crate) fn pause(duration: Duration) -> Result<(), Interrupted> {
    const STEP: Duration = Duration::from_millis(20);
    let mut left = duration;
    loop {
        if requested() {
            return Err(Interrupted);
        }
        if left.is_zero() {
            return Ok(());
        }
        let step = left.min(STEP);
        drsctl::clock::pause(step);
        left -= step;
    }
}
