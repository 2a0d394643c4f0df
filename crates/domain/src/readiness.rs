//! What the findings of a preflight come to for somebody who looks at many plans.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::preflight::{Finding, FindingCode, Severity, blocks};

/// How ready a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReadinessVerdict {
    /// Nothing was found.
    Ready,
    /// Nothing blocks a run, and somebody should look.
    Attention,
    /// A run would be refused.
    NotReady,
}

/// What `findings` come to.
#[must_use]
pub fn verdict(findings: &[Finding]) -> ReadinessVerdict {
    if blocks(findings) {
        ReadinessVerdict::NotReady
    } else if findings.is_empty() {
        ReadinessVerdict::Ready
    } else {
        ReadinessVerdict::Attention
    }
}

/// Whether what was found is something else than the time before. Messages do not count: they have ages and times in
/// them that change by themselves.
#[must_use]
pub fn changed(before: &[Finding], now: &[Finding]) -> bool {
    let essence = |findings: &[Finding]| -> BTreeSet<(FindingCode, Severity, String)> {
        findings.iter().map(|finding| (finding.code, finding.severity, finding.subject.clone())).collect()
    };
    essence(before) != essence(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: FindingCode, severity: Severity, message: &str) -> Finding {
        Finding::new(code, severity, "s-1", message, "")
    }

    #[test]
    fn a_new_age_is_no_change_and_a_new_severity_is() {
        let before = [finding(FindingCode::ReplicationStalled, Severity::Warns, "for 5 minutes")];
        let later = [finding(FindingCode::ReplicationStalled, Severity::Warns, "for 9 minutes")];
        let worse = [finding(FindingCode::ReplicationStalled, Severity::Blocks, "for 9 minutes")];
        assert!(!changed(&before, &later));
        assert!(changed(&later, &worse) && changed(&[], &before) && changed(&before, &[]));
        assert_eq!(verdict(&[]), ReadinessVerdict::Ready);
        assert_eq!(verdict(&before), ReadinessVerdict::Attention);
        assert_eq!(verdict(&worse), ReadinessVerdict::NotReady);
    }
}
