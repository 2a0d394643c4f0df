//! Recovery points: which one a choice means for a server, and whether one is still there.

use aws_sdk_drs::types::{DescribeRecoverySnapshotsRequestFilters, RecoverySnapshot, RecoverySnapshotsOrder};
use domain::id::{ServerId, SnapshotId};
use domain::recovery_point::{ChosenPoint, PointRule};
use jiff::{SignedDuration, Timestamp};

use super::{Drs, job};
use crate::error::{AwsError, ErrorKind, classify};

const OPERATION: &str = "DescribeRecoverySnapshots";
/// Recovery points of a page when one is looked for: the first mostly fits, or the next after one that is being taken. DRS keeps
/// dozens for a server, and a look at a plan asks about every server.
const MOSTLY_ENOUGH: i32 = 5;

/// How far DRS is asked beyond the moment that is meant: whether its filter takes the moment itself in is not documented,
/// nor whether it goes by when a recovery point was wanted or by when it was taken, some seconds later. What is meant is
/// looked at here.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

impl Drs {
    /// When the newest recovery point of `server` was taken, in Unix seconds.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn newest_recovery_point(&self, server: &ServerId) -> Result<Option<i64>, AwsError> {
        let newest = self.first(server, RecoverySnapshotsOrder::Desc, None, |found| taken(found).is_some()).await?;
        Ok(newest.as_ref().and_then(taken).map(Timestamp::as_second))
    }

    /// The recovery point of `server` that `rule` means now.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn chosen_point(&self, server: &ServerId, rule: PointRule<'_>) -> Result<ChosenPoint, AwsError> {
        match rule {
            PointRule::Latest => Ok(ChosenPoint::Latest),
            PointRule::NotAfter(at) => self.newest_until(server, at).await,
            PointRule::Snapshot(snapshot) => {
                let found = self.taken_at(server, snapshot).await?;
                let missing = || ChosenPoint::Missing { snapshot: snapshot.clone() };
                Ok(found.map_or_else(missing, |taken_at| ChosenPoint::Point { snapshot: snapshot.clone(), taken_at }))
            }
        }
    }

    /// When `snapshot` of `server` was taken, in Unix seconds; nothing where that server has no such recovery point, or it
    /// is still being taken.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn taken_at(&self, server: &ServerId, snapshot: &SnapshotId) -> Result<Option<i64>, AwsError> {
        let found = self.first(server, RecoverySnapshotsOrder::Desc, None, |found| {
            found.snapshot_id == snapshot.as_str() && taken(found).is_some()
        });
        Ok(found.await?.as_ref().and_then(taken).map(Timestamp::as_second))
    }

    /// The newest recovery point of `server` that was taken at `at` or before. Not one part of a second later: somebody
    /// may have begun to encrypt the disks then.
    async fn newest_until(&self, server: &ServerId, at: i64) -> Result<ChosenPoint, AwsError> {
        let wrong = |error: jiff::Error| AwsError::new(ErrorKind::Invalid, OPERATION, error.to_string());
        let last = Timestamp::from_second(at).map_err(wrong)?;
        let until = last.checked_add(MARGIN).map_err(wrong)?.to_string();
        let filters = DescribeRecoverySnapshotsRequestFilters::builder().to_date_time(until).build();
        let old_enough = |found: &RecoverySnapshot| taken(found).is_some_and(|taken| taken <= last);
        let newest = self.first(server, RecoverySnapshotsOrder::Desc, Some(filters), old_enough).await?;
        if let Some((found, taken_at)) = newest.and_then(|found| taken(&found).map(|taken_at| (found, taken_at))) {
            return Ok(ChosenPoint::Point { snapshot: found.snapshot_id.into(), taken_at: taken_at.as_second() });
        }
        let oldest = self.first(server, RecoverySnapshotsOrder::Asc, None, |found| taken(found).is_some()).await?;
        Ok(ChosenPoint::NoneUntil { at, oldest: oldest.as_ref().and_then(taken).map(Timestamp::as_second) })
    }

    /// The first recovery point of `server` in an order that `fits`, through as many pages as it takes.
    async fn first(
        &self,
        server: &ServerId,
        order: RecoverySnapshotsOrder,
        filters: Option<DescribeRecoverySnapshotsRequestFilters>,
        fits: impl Fn(&RecoverySnapshot) -> bool,
    ) -> Result<Option<RecoverySnapshot>, AwsError> {
        let request = self.client.describe_recovery_snapshots().source_server_id(server.as_str());
        let request = request.order(order).set_filters(filters).max_results(MOSTLY_ENOUGH);
        let mut pages = request.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| classify(OPERATION, error))?;
            if fits(&found) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// When a recovery point was taken; nothing while it is being taken.
fn taken(snapshot: &RecoverySnapshot) -> Option<Timestamp> {
    snapshot.timestamp.as_deref().and_then(job::moment)
}
