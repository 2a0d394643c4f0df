//! Recovery points that were frozen with the plan, and may have expired by the time that their wave begins.

use std::collections::{BTreeMap, BTreeSet};

use aws::AwsError;
use aws::drs::Drs;
use aws::facts::PARALLEL_READS;
use aws::history::ServerRecord;
use domain::id::{ServerId, SnapshotId};
use domain::text::moment;
use futures::{StreamExt, TryStreamExt, stream};

/// What DRS is asked to launch each of `ids` from: its frozen recovery point, or nothing, which is the newest.
pub(crate) fn orders(ids: &BTreeSet<ServerId>, servers: &[ServerRecord]) -> BTreeMap<ServerId, Option<SnapshotId>> {
    let frozen = |id: &ServerId| servers.iter().find(|server| server.server_id == *id)?.recovery_snapshot_id.clone();
    ids.iter().map(|id| (id.clone(), frozen(id))).collect()
}

/// Those of `ids` whose frozen recovery point DRS no longer has, each with the reason that is recorded. Another one is not
/// taken in its place: whoever chose this one had a reason, and a newer one may hold what he flees from.
pub(crate) async fn among(
    drs: &Drs,
    ids: &BTreeSet<ServerId>,
    servers: &[ServerRecord],
) -> Result<BTreeMap<ServerId, String>, AwsError> {
    let chosen = |server: &&ServerRecord| ids.contains(&server.server_id) && server.recovery_snapshot_id.is_some();
    let reasons: Vec<Option<(ServerId, String)>> = stream::iter(servers.iter().filter(chosen))
        .map(|server| reason(drs, server))
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await?;
    Ok(reasons.into_iter().flatten().collect())
}

async fn reason(drs: &Drs, server: &ServerRecord) -> Result<Option<(ServerId, String)>, AwsError> {
    let Some(snapshot) = &server.recovery_snapshot_id else { return Ok(None) };
    if drs.taken_at(&server.server_id, snapshot).await?.is_some() {
        return Ok(None);
    }
    let of = server.recovery_snapshot_at.map(|at| format!(" of {}", moment(at))).unwrap_or_default();
    let reason = format!(
        "its recovery point {snapshot}{of} has expired in DRS since the plan was frozen. Start again: preflight says which recovery points are left"
    );
    Ok(Some((server.server_id.clone(), reason)))
}

#[cfg(test)]
mod tests {
    use aws::history::WaveKey;

    use super::*;

    #[test]
    fn each_server_is_launched_from_the_recovery_point_that_was_frozen_for_it() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut chosen = ServerRecord::new(&key, "a".into(), 0, "a".into());
        chosen.recovery_snapshot_id = Some("pit-1".into());
        let servers = [chosen, ServerRecord::new(&key, "b".into(), 1, "b".into())];
        let ids = BTreeSet::from(["a".into(), "b".into()]);
        let expected = BTreeMap::from([("a".into(), Some("pit-1".into())), ("b".into(), None)]);
        assert_eq!(orders(&ids, &servers), expected);
    }
}
