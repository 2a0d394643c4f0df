//! Protection groups as people write them, and which source servers a selection by tags means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::HealthCheck;
use crate::id::{GroupId, ServerId};
use crate::launch_settings::LaunchSettings;
use crate::plan::Criticality;

/// A source server as a member of a protection group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// The DRS source server.
    pub id: ServerId,
    /// Whether its wave can succeed without it.
    #[serde(default)]
    pub criticality: Criticality,
}

/// A named set of source servers that are recovered together: `servers`, or those that `selectionTags` selects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProtectionGroup {
    /// Its name, unique in the deployment.
    pub name: GroupId,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The AWS account of its source servers; the deployment's own when left out. Fixed at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The AWS Region that they are recovered into; the deployment's own when left out. Fixed at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its source servers, one by one. A source server is in at most one group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Member>,
    /// Instead of `servers`: the source servers that have, for every key, one of its values as a tag in DRS. They are
    /// looked up when the group is stored and again at the start of each execution.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selection_tags: BTreeMap<String, Vec<String>>,
    /// What DRS is to be set to for each of its servers before it launches them.
    #[serde(default, skip_serializing_if = "LaunchSettings::is_empty")]
    pub launch_settings: LaunchSettings,
    /// What is different for single servers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub server_launch_settings: BTreeMap<ServerId, LaunchSettings>,
    /// Checks of each of its recovery instances, before those of the wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
}

impl ProtectionGroup {
    /// The servers that it lists; none where it selects by tags.
    #[must_use]
    pub fn listed_servers(&self) -> Vec<ServerId> {
        self.servers.iter().map(|member| member.id.clone()).collect()
    }

    /// Whether its servers are found by their tags.
    #[must_use]
    pub fn selects_by_tags(&self) -> bool {
        !self.selection_tags.is_empty()
    }

    /// The launch settings of one of its servers: the group's, with the server's own before them.
    #[must_use]
    pub fn launch_settings_of(&self, server: &ServerId) -> LaunchSettings {
        match self.server_launch_settings.get(server) {
            Some(own) => self.launch_settings.with(own),
            None => self.launch_settings.clone(),
        }
    }
}

/// Whether a server with `tags` is selected by `selection`: for every key, one of its values. A selection without keys
/// selects nothing: it is what a group has that lists its servers.
#[must_use]
pub fn selects(selection: &BTreeMap<String, Vec<String>>, tags: &BTreeMap<String, String>) -> bool {
    !selection.is_empty()
        && selection.iter().all(|(key, values)| tags.get(key).is_some_and(|value| values.contains(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_key_must_have_one_of_its_values() {
        let selection = BTreeMap::from([
            ("tier".to_owned(), vec!["db".to_owned(), "cache".to_owned()]),
            ("app".to_owned(), vec!["shop".to_owned()]),
        ]);
        assert!(selects(&selection, &tags(&[("app", "shop"), ("tier", "cache"), ("owner", "x")])));
        assert!(!selects(&selection, &tags(&[("app", "shop")])));
        assert!(!selects(&selection, &tags(&[("app", "shop"), ("tier", "web")])));
        assert!(!selects(&selection, &tags(&[("App", "shop"), ("tier", "db")])), "keys and values are case-sensitive");
        assert!(!selects(&BTreeMap::new(), &tags(&[("app", "shop")])));
    }
}
