//! Launch settings: what DRS has for a server, and changing it. DRS writes the server's EC2 launch template when it
//! changes, so nobody writes what is there already.

use aws_sdk_drs::types::{
    LaunchDisposition as DrsDisposition, Licensing as DrsLicensing, RecoveryMode as DrsRecoveryMode,
    TargetInstanceTypeRightSizingMethod,
};
use domain::id::ServerId;
use domain::launch_settings::{LaunchSettings, LiveSettings};

use super::Drs;
use crate::error::{AwsError, classify};

impl Drs {
    /// The launch settings that DRS has for `server`, by the names of [`LaunchSettings`].
    ///
    /// # Errors
    /// `NotFound` when DRS does not know the server.
    pub async fn launch_settings(&self, server: &ServerId) -> Result<LiveSettings, AwsError> {
        let live = self
            .client
            .get_launch_configuration()
            .source_server_id(server.as_str())
            .send()
            .await
            .map_err(|error| classify("GetLaunchConfiguration", error))?;
        let text = |text: &str| text.to_owned();
        let settings = [
            ("rightSizing", live.target_instance_type_right_sizing_method.map(|method| text(method.as_str()))),
            ("launchDisposition", live.launch_disposition.map(|disposition| text(disposition.as_str()))),
            ("copyPrivateIp", live.copy_private_ip.map(|flag| flag.to_string())),
            ("copyTags", live.copy_tags.map(|flag| flag.to_string())),
            ("licensing.osByol", live.licensing.and_then(|licensing| licensing.os_byol).map(|flag| flag.to_string())),
            ("recoveryMode", live.recovery_mode.map(|mode| text(mode.as_str()))),
        ];
        Ok(settings.into_iter().filter_map(|(name, value)| value.map(|value| (text(name), value))).collect())
    }

    /// Sets what `settings` wants for `server` and leaves the rest. The same again changes nothing.
    ///
    /// # Errors
    /// `Conflict`, `Invalid` or `NotFound` when DRS refuses it.
    pub async fn set_launch_settings(&self, server: &ServerId, settings: &LaunchSettings) -> Result<(), AwsError> {
        let wanted = settings.wanted();
        let text = |name: &str| wanted.get(name).map(String::as_str);
        let licensing = settings.licensing.map(|licensing| DrsLicensing::builder().os_byol(licensing.os_byol).build());
        self.client
            .update_launch_configuration()
            .source_server_id(server.as_str())
            .set_target_instance_type_right_sizing_method(
                text("rightSizing").map(TargetInstanceTypeRightSizingMethod::from),
            )
            .set_launch_disposition(text("launchDisposition").map(DrsDisposition::from))
            .set_copy_private_ip(settings.copy_private_ip)
            .set_copy_tags(settings.copy_tags)
            .set_licensing(licensing)
            .set_recovery_mode(text("recoveryMode").map(DrsRecoveryMode::from))
            .send()
            .await
            .map(drop)
            .map_err(|error| classify("UpdateLaunchConfiguration", error))
    }
}
