//! What `drsctl login` remembers, in a file that only its owner can read: which deployment, who, and the tokens.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The environment variable that names another file than `~/.config/drsctl/config.json`.
pub const PATH_VARIABLE: &str = "DRSCTL_CONFIG";

/// A deployment and a signed-in user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// What comes before `/v1`.
    pub api_url: String,
    /// Where users sign in.
    pub cognito_endpoint: String,
    /// The app client of the user pool.
    pub client_id: String,
    /// Who signed in.
    pub username: String,
    /// Their ID token.
    pub id_token: String,
    /// Gets new ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// When the ID token ends, in Unix seconds.
    pub expires_at: i64,
}

/// Why the settings could not be read or written.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// Nobody signed in yet.
    #[error("Not signed in ({} does not exist). Run `drsctl login`.", .0.display())]
    Missing(PathBuf),
    /// Neither variable says where.
    #[error("No home directory: set {PATH_VARIABLE} to the file that drsctl may keep its settings in")]
    NoHome,
    /// The file system said no.
    #[error("Cannot use {}: {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The file is not what drsctl wrote.
    #[error("{} is damaged: run `drsctl login` again", .0.display())]
    Damaged(PathBuf),
}

/// Where the settings are kept.
///
/// # Errors
/// When there is no home directory and [`PATH_VARIABLE`] is not set.
pub fn path() -> Result<PathBuf, SettingsError> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = set(PATH_VARIABLE) {
        return Ok(path);
    }
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    config.map(|config| config.join("drsctl").join("config.json")).ok_or(SettingsError::NoHome)
}

impl Settings {
    /// What was kept at `path`.
    ///
    /// # Errors
    /// When there is nothing, or nothing readable.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read(path).map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                SettingsError::Missing(path.to_owned())
            } else {
                SettingsError::File { path: path.to_owned(), reason: error.to_string() }
            }
        })?;
        serde_json::from_slice(&text).map_err(|_| SettingsError::Damaged(path.to_owned()))
    }

    /// Keeps this at `path`, readable by its owner only. The old file stays until the new one is whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let failed = |error: std::io::Error| SettingsError::File { path: path.to_owned(), reason: error.to_string() };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = private_file(&draft)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| std::fs::rename(&draft, path));
        if written.is_err() {
            // It may hold a token.
            let _ = std::fs::remove_file(&draft);
        }
        written.map_err(failed)
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let _ = std::fs::remove_file(path);
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
