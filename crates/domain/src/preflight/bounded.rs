//! How many findings a record keeps: an item of DynamoDB takes 400 KB, and thousands of servers may have the same one.

use std::collections::BTreeMap;

use super::{Finding, FindingCode, Severity};

/// Findings of one code and severity that are kept. Whoever reads more of the same has understood.
const OF_A_KIND: usize = 50;
/// Bytes of all findings that are kept: half of an item, which has other things in it too.
const BYTES: usize = 200_000;

/// Those of `findings` that a record keeps, and for each kind how many more there are. What blocks is kept first; whether
/// anything blocks never changes by this.
#[must_use]
pub fn bounded(findings: &[Finding]) -> Vec<Finding> {
    let mut kept: Vec<(usize, &Finding)> = Vec::new();
    let mut counts: BTreeMap<(Severity, FindingCode), usize> = BTreeMap::new();
    let mut left_out: BTreeMap<(Severity, FindingCode), (usize, &Finding)> = BTreeMap::new();
    let mut bytes = 0;
    let mut ordered: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    ordered.sort_by_key(|(_, finding)| finding.severity);
    for (position, finding) in ordered {
        let kind = (finding.severity, finding.code);
        let count = counts.entry(kind).or_default();
        if *count < OF_A_KIND && bytes + size(finding) <= BYTES {
            *count += 1;
            bytes += size(finding);
            kept.push((position, finding));
        } else {
            left_out.entry(kind).or_insert((0, finding)).0 += 1;
        }
    }
    kept.sort_by_key(|(position, _)| *position);
    let more = left_out.into_iter().map(|((severity, code), (count, example))| {
        let subject = format!("and {count} more");
        let message = format!("{count} more findings of this kind are not kept in this record");
        // A remedy may name one server; its length is bounded because it is only our own words and an id.
        let remedy: String = example.remedy.chars().take(300).collect();
        Finding { code, severity, subject, message, remedy }
    });
    kept.into_iter().map(|(_, finding)| finding.clone()).chain(more).collect()
}

/// Bytes of a finding in an item, names of attributes included.
fn size(finding: &Finding) -> usize {
    finding.subject.len() + finding.message.len() + finding.remedy.len() + 80
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preflight::blocks;

    fn finding(code: FindingCode, severity: Severity, number: usize, words: usize) -> Finding {
        Finding::new(code, severity, &format!("s-{number}"), &"x".repeat(words), "do it")
    }

    #[test]
    fn few_findings_are_kept_as_they_are() {
        let few: Vec<Finding> =
            (0..30).map(|number| finding(FindingCode::LaunchSettingsDrift, Severity::Warns, number, 100)).collect();
        assert_eq!(bounded(&few), few);
    }

    #[test]
    fn four_thousand_of_a_kind_become_fifty_and_a_number() {
        let drift = |number| finding(FindingCode::LaunchSettingsDrift, Severity::Warns, number, 200);
        let mut many: Vec<Finding> = (0..4_000).map(drift).collect();
        many.push(finding(FindingCode::ServerMissing, Severity::Blocks, 9_999, 10));
        let kept = bounded(&many);
        assert_eq!(kept.len(), 50 + 1 + 1);
        assert!(blocks(&kept) && kept.contains(&many[4_000]));
        assert_eq!((kept[51].subject.as_str(), kept[51].code), ("and 3950 more", FindingCode::LaunchSettingsDrift));
    }

    #[test]
    fn whatever_there_is_stays_small_and_still_blocks() {
        let mut many: Vec<Finding> =
            (0..60).map(|number| finding(FindingCode::RpoExceeded, Severity::Warns, number, 9_000)).collect();
        many.extend((0..60).map(|number| finding(FindingCode::PlanInvalid, Severity::Blocks, number, 500_000)));
        let kept = bounded(&many);
        assert!(blocks(&kept), "none of them fits, and their number still blocks");
        assert!(kept.iter().map(size).sum::<usize>() < BYTES + 10_000);
        assert_eq!(kept.iter().filter(|finding| finding.code == FindingCode::PlanInvalid).count(), 1);
    }
}
