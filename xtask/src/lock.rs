//! One command at a time per local cloud. The system lets go of the lock when its holder dies, however it dies.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Held while a command works on a local cloud.
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Whoever reads the file while nobody holds the lock must not find an old id.
        let _ = self.file.set_len(0);
    }
}

fn file_of(state: &Path) -> PathBuf {
    state.join("lock")
}

fn open(state: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(state).with_context(|| state.display().to_string())?;
    let path = file_of(state);
    let options = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    options.with_context(|| path.display().to_string())
}

/// Takes the lock of the cloud in `state`.
pub(crate) fn take(state: &Path) -> anyhow::Result<Lock> {
    if let Some(lock) = try_take(state)? {
        return Ok(lock);
    }
    let holder = holder(state).map_or_else(String::new, |pid| format!(" (pid {pid})"));
    bail!(
        "Another `cargo xtask`{holder} is using {}. End it with Ctrl-C there, or with `cargo xtask down`.",
        state.display()
    )
}

/// Takes the lock unless somebody else holds it.
pub(crate) fn try_take(state: &Path) -> anyhow::Result<Option<Lock>> {
    let mut file = open(state)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            write!(file, "{}", std::process::id())?;
            Ok(Some(Lock { file }))
        }
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| file_of(state).display().to_string()),
    }
}

/// Who holds the lock.
pub(crate) fn holder(state: &Path) -> Option<i32> {
    let mut text = String::new();
    let mut file = File::open(file_of(state)).ok()?;
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
