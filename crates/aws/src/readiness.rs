//! Results of readiness runs: what a drill of each plan would have met, hour by hour. They lie in RecoveryPlans as
//! (`READINESS#<plan>`, time), next to the plan that they are about, and expire. Not here: what a result is judged by
//! (`domain::readiness`) and how it is found (`crate::assess`).

use domain::id::PlanId;
use domain::preflight::{Finding, bounded};
use domain::readiness::{self, ReadinessVerdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Items, Query, Table};

/// How long a result is kept: a quarter, so that the next quarter's drill can be compared with the last one.
const RETENTION_SECONDS: i64 = 90 * 24 * 3600;

/// A result, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessRecord {
    kind: String,
    id: String,
    /// When DynamoDB may delete it, in Unix seconds.
    expires_at: i64,
    /// The plan.
    pub plan_id: PlanId,
    /// The version that was looked at; nothing where there is no valid one.
    pub plan_version: Option<u64>,
    /// The readiness run that looked: a Step Functions execution.
    pub run: String,
    /// What it comes to.
    pub verdict: ReadinessVerdict,
    /// What it came to the time before; nothing the first time.
    pub previous_verdict: Option<ReadinessVerdict>,
    /// Whether something else was found than the time before, or this is the first time.
    pub changed: bool,
    /// What was found for a DRILL, as far as an item holds it: see [`bounded`].
    pub findings: Vec<Finding>,
    /// How many findings there were, those that are not kept included.
    pub findings_total: usize,
    /// When, in Unix seconds.
    pub checked_at: i64,
}

impl ReadinessRecord {
    /// The result of looking at `plan` at `now`, compared with `before`, the latest there was.
    #[must_use]
    pub fn new(
        plan: &PlanId,
        plan_version: Option<u64>,
        findings: Vec<Finding>,
        before: Option<&Self>,
        run: &str,
        now: i64,
    ) -> Self {
        let verdict = readiness::verdict(&findings);
        let findings_total = findings.len();
        // What is compared is what is kept: of findings that are left out, their number is, too.
        let findings = bounded(&findings);
        let changed = before.is_none_or(|before| readiness::changed(&before.findings, &findings));
        Self {
            kind: kind(plan),
            id: time_key(now),
            expires_at: now + RETENTION_SECONDS,
            plan_id: plan.clone(),
            plan_version,
            run: run.to_owned(),
            verdict,
            previous_verdict: before.map(|before| before.verdict),
            changed,
            findings,
            findings_total,
            checked_at: now,
        }
    }
}

/// Results in the table of recovery plans.
#[derive(Debug, Clone)]
pub struct Readiness {
    plans: Table,
}

impl Readiness {
    pub(crate) fn new(plans: Table) -> Self {
        Self { plans }
    }

    /// Stores a result. When there is one of the same second, that one stays and is given back: the same look was
    /// delivered twice, or another run was as fast.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save(&self, record: ReadinessRecord) -> Result<ReadinessRecord, AwsError> {
        match self.plans.put(&record, Condition::New).await {
            Ok(()) => Ok(record),
            Err(error) if error.kind == ErrorKind::Conflict => {
                let stored = self.plans.get(&record.kind, &record.id).await?;
                Ok(stored.unwrap_or(record))
            }
            Err(error) => Err(error),
        }
    }

    /// The latest result of a plan; nothing for one that was deleted.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn latest(&self, plan: &PlanId) -> Result<Option<ReadinessRecord>, AwsError> {
        if self.plans.get::<Value>("PLAN", plan.as_str()).await?.is_none() {
            return Ok(None);
        }
        Ok(self.history(plan, 1, None).await?.items.into_iter().next())
    }

    /// A page of results of a plan, the newest first; also of one that was deleted.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn history(
        &self,
        plan: &PlanId,
        limit: i32,
        token: Option<&str>,
    ) -> Result<Items<ReadinessRecord>, AwsError> {
        let kind = kind(plan);
        let query = Query { hash: &kind, newest_first: true, limit: Some(limit), token, ..Query::default() };
        self.plans.query(&query).await
    }
}

fn kind(plan: &PlanId) -> String {
    format!("READINESS#{plan}")
}

/// Twelve digits: sorts by time for thirty thousand years.
fn time_key(seconds: i64) -> String {
    format!("{seconds:012}")
}

#[cfg(test)]
mod tests {
    use domain::preflight::{FindingCode, Severity};

    use super::*;

    fn finding(code: FindingCode, severity: Severity, subject: &str) -> Finding {
        Finding::new(code, severity, subject, "message", "remedy")
    }

    fn result(findings: Vec<Finding>, before: Option<&ReadinessRecord>) -> ReadinessRecord {
        ReadinessRecord::new(&"crm".into(), Some(1), findings, before, "run", 1_790_000_000)
    }

    #[test]
    fn the_first_result_is_a_change_and_the_same_again_is_none() {
        let first = result(vec![], None);
        assert!(first.changed);
        assert_eq!((first.verdict, first.previous_verdict), (ReadinessVerdict::Ready, None));
        let same = result(vec![], Some(&first));
        assert!(!same.changed);
        let stalled = vec![finding(FindingCode::ReplicationStalled, Severity::Warns, "s-1")];
        let worse = result(stalled.clone(), Some(&same));
        assert!(worse.changed);
        assert_eq!(worse.previous_verdict, Some(ReadinessVerdict::Ready));
        assert!(!result(stalled, Some(&worse)).changed);
        assert_eq!((worse.kind.as_str(), worse.id.as_str()), ("READINESS#crm", "001790000000"));
    }

    #[test]
    fn a_result_fits_an_item_and_one_server_more_is_a_change_beyond_what_is_kept() {
        let long = "ü".repeat(1_000);
        let findings: Vec<Finding> = (0..5_001)
            .map(|number| {
                let subject = format!("s-{number:05}");
                Finding::new(FindingCode::ReplicationStalled, Severity::Warns, &subject, &long, &long)
            })
            .collect();
        let stored = result(findings[..5_000].to_vec(), None);
        assert_eq!(stored.findings_total, 5_000);
        let bytes = serde_json::to_string(&stored).unwrap().len();
        assert!(bytes < 380_000, "{bytes}");
        assert!(!result(findings[..5_000].to_vec(), Some(&stored)).changed);
        assert!(result(findings, Some(&stored)).changed);
    }
}
