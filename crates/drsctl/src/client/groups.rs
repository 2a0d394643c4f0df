//! `/v1/protection-groups`.

use contract::{GroupLaunchSettings, ProtectionGroup, ResolveGroup, ResolvedGroup, StoredGroup};
use domain::id::GroupId;

use super::wire::{Call, Query, segment};
use super::{Client, ClientError};

const GROUPS: &str = "/v1/protection-groups";

fn path_of(name: &GroupId) -> String {
    format!("{GROUPS}/{}", segment(name.as_str()))
}

impl Client {
    /// Every protection group, by name.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn groups(&self) -> Result<Vec<StoredGroup>, ClientError> {
        self.all(GROUPS, &Query::default())
    }

    /// A protection group, if there is one of that name.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn group(&self, name: &GroupId) -> Result<Option<StoredGroup>, ClientError> {
        match self.existing_group(name) {
            Err(ClientError::Refused(problem)) if problem.status == 404 => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// A protection group that has to be there.
    ///
    /// # Errors
    /// When there is none of that name, or the API cannot be reached.
    pub fn existing_group(&self, name: &GroupId) -> Result<StoredGroup, ClientError> {
        self.get(path_of(name))
    }

    /// Stores a protection group under its name.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn put_group(&self, group: &ProtectionGroup) -> Result<StoredGroup, ClientError> {
        self.send(&Call::new("PUT", path_of(&group.name)).json(group))
    }

    /// Deletes a protection group, if it is still in `version`.
    ///
    /// # Errors
    /// When a plan uses it, it was changed meanwhile, or the API cannot be reached.
    pub fn delete_group(&self, name: &GroupId, version: u64) -> Result<(), ClientError> {
        self.ask(&Call::new("DELETE", path_of(name)).if_match(version)).map(drop)
    }

    /// The servers that a group, or another selection for it, means now.
    ///
    /// # Errors
    /// When there is no such group and no selection, or the API cannot be reached.
    pub fn resolve_group(&self, name: &GroupId, selection: &ResolveGroup) -> Result<ResolvedGroup, ClientError> {
        self.send(&Call::post(format!("{}/resolve", path_of(name))).json(selection))
    }

    /// What the launch settings of every server of a group are to be and are.
    ///
    /// # Errors
    /// When there is none of that name, or the API cannot be reached.
    pub fn launch_settings(&self, name: &GroupId) -> Result<GroupLaunchSettings, ClientError> {
        let mut whole: Option<GroupLaunchSettings> = None;
        let path = format!("{}/launch-settings", path_of(name));
        self.follow(&path, &Query::default(), |mut page: GroupLaunchSettings| {
            let next = page.next_token.take();
            match &mut whole {
                Some(whole) => {
                    whole.items.append(&mut page.items);
                    whole.count = whole.items.len();
                    // The oldest look is the age of the whole.
                    whole.checked_at = whole.checked_at.min(page.checked_at);
                }
                None => whole = Some(page),
            }
            next
        })?;
        Ok(whole.unwrap_or_else(|| GroupLaunchSettings {
            group: name.clone(),
            items: Vec::new(),
            count: 0,
            next_token: None,
            checked_at: 0,
        }))
    }
}
