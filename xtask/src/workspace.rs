//! Where things are.

use std::path::{Path, PathBuf};

/// The repository, its build products, and what only this machine needs.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// The repository.
    pub(crate) root: PathBuf,
    /// What cargo builds.
    pub(crate) target: PathBuf,
    /// `.local/`: virtual environments, zips, and the state of local clouds. Can be deleted when nothing runs.
    pub(crate) local: PathBuf,
}

impl Workspace {
    /// The repository that this program was built from.
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned();
        let target = std::env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty());
        // Cargo understands a relative one from where it was called.
        let target = target.map_or_else(|| root.join("target"), |dir| std::path::absolute(&dir).unwrap_or(dir.into()));
        Self { target, local: root.join(".local"), root }
    }

    /// `target/debug`.
    pub(crate) fn debug(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// `target/release`.
    pub(crate) fn release(&self) -> PathBuf {
        self.target.join("release")
    }

    /// The names of the Lambda functions: the folders of `functions/`.
    pub(crate) fn functions(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.root.join("functions").read_dir()? {
            let entry = entry?;
            if entry.path().join("Cargo.toml").exists() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// `path` as one would type it from here, if it is below the repository.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}
