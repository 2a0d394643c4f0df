//! What is said on standard error, and how long things took. Standard output is for results.

use std::io::Write;
use std::time::{Duration, Instant};

/// Says one line.
pub(crate) fn say(line: &str) {
    // Not eprintln!: it panics when standard error is closed, and then nothing would be tidied up.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes a result to standard output.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Does `work`, and says what it was and how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let start = Instant::now();
    let done = work();
    let mark = if done.is_ok() { "✓" } else { "✗" };
    say(&format!("{mark} {what:<58} {}", seconds(start.elapsed())));
    done
}

/// A duration as `7.3 s` or `2 min 5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 { format!("{:.1} s", duration.as_secs_f64()) } else { format!("{} min {} s", whole / 60, whole % 60) }
}
