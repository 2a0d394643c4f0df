//! What a person has to agree to, by name, before a recovery: as data, so that no client reads it out of a text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Finding, FindingCode, Severity, Situation};
use crate::id::{InstanceId, ServerId};
use crate::plan::Mode;

/// A live recovery instance that DRS would terminate, and that whoever starts or retries a recovery has to name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceToConfirm {
    /// The source server it was launched for.
    pub server_id: ServerId,
    /// The instance.
    pub instance_id: InstanceId,
}

/// The instances that a run would have to be started with in `replaceInstances`, and which are not named yet. Never any for
/// a drill: it does not replace one, whoever agrees.
#[must_use]
pub fn instances_to_confirm(situation: &Situation) -> Vec<InstanceToConfirm> {
    match situation.mode {
        Mode::Drill => Vec::new(),
        Mode::Recovery => {
            let known = situation.servers.iter().filter_map(|(id, facts)| Some((id, facts.as_ref()?)));
            let all = known.flat_map(|(id, facts)| facts.instances.iter().map(move |instance| (id, instance)));
            let protected = all.filter(|(_, instance)| instance.is_protected(situation.mode, &situation.replace));
            protected
                .map(|(id, instance)| InstanceToConfirm { server_id: id.clone(), instance_id: instance.id.clone() })
                .collect()
        }
    }
}

/// Whether nothing of `findings` about a run in `mode` blocks it once every instance is confirmed.
#[must_use]
pub fn is_ready_once_confirmed(findings: &[Finding], mode: Mode) -> bool {
    let helps = |finding: &Finding| mode == Mode::Recovery && finding.code == FindingCode::LiveRecoveryInstance;
    !findings.iter().any(|finding| finding.severity == Severity::Blocks && !helps(finding))
}
