//! What DRS is set to before it launches a server: how a group's settings and a server's own become one, and where DRS
//! has something else. Not here: the EC2 launch template, which is not DRS's own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether DRS starts the recovery instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LaunchDisposition {
    /// It runs after the launch.
    Started,
    /// It is created and not started: no health check can pass.
    Stopped,
}

/// How DRS chooses the instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RightSizing {
    /// The instance type of the EC2 launch template.
    None,
    /// The smallest that has the source's cores and memory.
    Basic,
    /// That of the source, which is an EC2 instance itself.
    InAws,
}

/// How DRS converts a server's disks at a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecoveryMode {
    /// Without a conversion server: faster, and only with a recent agent.
    Fast,
    /// With one.
    Optimal,
}

/// Licences of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Licensing {
    /// Whether the customer brings the licence.
    pub os_byol: bool,
}

/// What DRS is to be set to for a server. What is left out stays as DRS has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LaunchSettings {
    /// How DRS chooses the instance type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right_sizing: Option<RightSizing>,
    /// Whether DRS starts the recovery instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_disposition: Option<LaunchDisposition>,
    /// Whether the recovery instance gets the source's private address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_private_ip: Option<bool>,
    /// Whether the recovery instance gets the tags of the source server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_tags: Option<bool>,
    /// Licences of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licensing: Option<Licensing>,
    /// How DRS converts the disks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_mode: Option<RecoveryMode>,
}

/// Launch settings as DRS has them, by the names of the fields of [`LaunchSettings`]. As text, since the enums of AWS
/// are open.
pub type LiveSettings = BTreeMap<String, String>;

/// A setting that DRS has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// The name of the setting.
    pub setting: String,
    /// What it is to be.
    pub wanted: String,
    /// What DRS has; null where it has nothing.
    pub live: Option<String>,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { setting, wanted, live } = self;
        write!(formatter, "{setting} is {} and is to be {wanted}", live.as_deref().unwrap_or("not set"))
    }
}

/// What came of setting a server's launch settings before its launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SettingsOutcome {
    /// DRS was changed and has what is wanted.
    Applied,
    /// DRS had it all.
    Unchanged,
    /// DRS refused the change, or does not have what is wanted after it.
    Failed,
}

/// A setting that was changed in DRS, or was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingChange {
    /// The name of the setting.
    pub setting: String,
    /// What DRS had; null where it had nothing.
    pub from: Option<String>,
    /// What it was set to.
    pub to: String,
}

impl From<Drift> for SettingChange {
    fn from(drift: Drift) -> Self {
        Self { setting: drift.setting, from: drift.live, to: drift.wanted }
    }
}

impl LaunchSettings {
    /// Whether everything stays as DRS has it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted().is_empty()
    }

    /// These settings, with those that `own` has before them.
    #[must_use]
    pub fn with(&self, own: &Self) -> Self {
        Self {
            right_sizing: own.right_sizing.or(self.right_sizing),
            launch_disposition: own.launch_disposition.or(self.launch_disposition),
            copy_private_ip: own.copy_private_ip.or(self.copy_private_ip),
            copy_tags: own.copy_tags.or(self.copy_tags),
            licensing: own.licensing.or(self.licensing),
            recovery_mode: own.recovery_mode.or(self.recovery_mode),
        }
    }

    /// The settings that are wanted, by name, as text: what [`LiveSettings`] is compared with.
    #[must_use]
    pub fn wanted(&self) -> LiveSettings {
        let right_sizing = self.right_sizing.map(|method| match method {
            RightSizing::None => "NONE",
            RightSizing::Basic => "BASIC",
            RightSizing::InAws => "IN_AWS",
        });
        let disposition = self.launch_disposition.map(|disposition| match disposition {
            LaunchDisposition::Started => "STARTED",
            LaunchDisposition::Stopped => "STOPPED",
        });
        let recovery_mode = self.recovery_mode.map(|mode| match mode {
            RecoveryMode::Fast => "FAST",
            RecoveryMode::Optimal => "OPTIMAL",
        });
        let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
        [
            ("rightSizing", right_sizing),
            ("launchDisposition", disposition),
            ("copyPrivateIp", flag(self.copy_private_ip)),
            ("copyTags", flag(self.copy_tags)),
            ("licensing.osByol", flag(self.licensing.map(|licensing| licensing.os_byol))),
            ("recoveryMode", recovery_mode),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.to_owned())))
        .collect()
    }

    /// Where `live` is not as wanted.
    #[must_use]
    pub fn drift(&self, live: &LiveSettings) -> Vec<Drift> {
        self.wanted()
            .into_iter()
            .filter(|(setting, wanted)| live.get(setting) != Some(wanted))
            .map(|(setting, wanted)| Drift { live: live.get(&setting).cloned(), setting, wanted })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_own_settings_come_before_the_groups_one_by_one() {
        let group = LaunchSettings {
            copy_tags: Some(true),
            right_sizing: Some(RightSizing::Basic),
            licensing: Some(Licensing { os_byol: true }),
            ..LaunchSettings::default()
        };
        let own = LaunchSettings {
            right_sizing: Some(RightSizing::None),
            licensing: Some(Licensing { os_byol: false }),
            ..LaunchSettings::default()
        };
        let merged = group.with(&own);
        assert_eq!(merged.right_sizing, Some(RightSizing::None));
        assert_eq!(merged.copy_tags, Some(true));
        assert_eq!(merged.licensing, Some(Licensing { os_byol: false }));
        assert_eq!(merged.launch_disposition, None);
    }

    #[test]
    fn what_is_not_wanted_is_no_drift_and_an_unknown_live_value_is() {
        let wanted = LaunchSettings {
            launch_disposition: Some(LaunchDisposition::Started),
            recovery_mode: Some(RecoveryMode::Fast),
            ..LaunchSettings::default()
        };
        let live = LiveSettings::from([
            ("launchDisposition".to_owned(), "STARTED".to_owned()),
            ("recoveryMode".to_owned(), "WARP".to_owned()),
            ("copyTags".to_owned(), "true".to_owned()),
        ]);
        let drift = wanted.drift(&live);
        assert_eq!(drift.len(), 1);
        assert_eq!((drift[0].setting.as_str(), drift[0].live.as_deref()), ("recoveryMode", Some("WARP")));
        assert_eq!(drift[0].to_string(), "recoveryMode is WARP and is to be FAST");
        let change = SettingChange::from(drift[0].clone());
        assert_eq!((change.from.as_deref(), change.to.as_str()), (Some("WARP"), "FAST"));
        assert!(LaunchSettings::default().drift(&live).is_empty());
        assert!(LaunchSettings::default().is_empty() && !wanted.is_empty());
    }
}
