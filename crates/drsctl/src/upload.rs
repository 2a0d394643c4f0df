//! Bringing plan files to the API: groups first, since plans name them.

use std::collections::BTreeMap;

use contract::ProtectionGroup;
use domain::id::GroupId;
use thiserror::Error;

use crate::client::{Client, ClientError};
use crate::manifest::{Manifest, Problems};

/// One document that the API stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// `protection group` or `recovery plan`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// 1 if it is new.
    pub version: u64,
}

/// Why not everything was stored.
#[derive(Debug, Error)]
pub enum UploadError {
    /// Something is wrong with the files. Nothing was sent.
    #[error(transparent)]
    Invalid(#[from] Problems),
    /// The API refused a document; those before it are stored.
    #[error("The {kind} {name} was not stored")]
    NotStored {
        /// `protection group` or `recovery plan`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the API said.
        source: ClientError,
    },
    /// The API could not say which groups there are.
    #[error("Nothing was stored")]
    NotRead(#[source] ClientError),
}

/// Stores everything in `manifest`, after a last check against the groups that only the API knows. `stored` is told of
/// each document as soon as it is stored.
///
/// # Errors
/// When the files or the API say no. Nothing was sent if the files do.
pub fn upload(client: &Client, manifest: &Manifest, mut stored: impl FnMut(Stored)) -> Result<(), UploadError> {
    let known = groups_of_the_api(client, manifest).map_err(UploadError::NotRead)?;
    manifest.check_with(&known)?;
    for group in manifest.groups() {
        let kind = "protection group";
        let answer = client.put_group(group).map_err(|source| UploadError::NotStored {
            kind,
            name: group.name.to_string(),
            source,
        })?;
        stored(Stored { kind, name: group.name.to_string(), version: answer.version });
    }
    for plan in manifest.plans() {
        let kind = "recovery plan";
        let answer = client.put_plan(plan).map_err(|source| UploadError::NotStored {
            kind,
            name: plan.name.to_string(),
            source,
        })?;
        stored(Stored { kind, name: plan.name.to_string(), version: answer.version });
    }
    Ok(())
}

/// The groups that plans use and no file defines, as far as the API has them.
fn groups_of_the_api(client: &Client, manifest: &Manifest) -> Result<BTreeMap<GroupId, ProtectionGroup>, ClientError> {
    let mut known = BTreeMap::new();
    for id in manifest.groups_defined_elsewhere() {
        if let Some(group) = client.group(&id)? {
            known.insert(id, group.document);
        }
    }
    Ok(known)
}
