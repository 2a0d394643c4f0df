//! Recovery points: which point-in-time snapshots a server has. They are computed when asked for, from the schedule of
//! DRS (every 10 minutes for an hour, hourly for a day, daily for a week) and from when data last came; or they are those
//! that the inventory lists.

use jiff::Timestamp;

use super::World;
use super::server::SourceServer;
use crate::fault::ServerFault;
use crate::ids;
use crate::inventory::ReplicationState;
use crate::profile::seconds;

/// From the instant that the schedule wants to the snapshot, at most.
const LONGEST_DELAY_SECONDS: f64 = 10.5;

const TEN_MINUTES: i64 = 600;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// One point-in-time snapshot of all disks of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveryPoint {
    /// `pit-…`
    pub id: String,
    /// When the schedule wanted it.
    pub expected_at: Timestamp,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// One `snap-…` for each disk.
    pub ebs_snapshots: Vec<String>,
}

impl World {
    /// The recovery points of a server, oldest first.
    pub fn recovery_points(&self, server: &SourceServer) -> Vec<RecoveryPoint> {
        self.scheduled(server).into_iter().filter_map(|at| self.recovery_point(server, at)).collect()
    }

    /// How many recovery points a server has. An account has thousands of servers with dozens of points each: to make
    /// up all their ids takes seconds.
    pub fn recovery_point_count(&self, server: &SourceServer) -> usize {
        let latest = self.now.as_second() - LONGEST_DELAY_SECONDS as i64;
        let taken = |at: &i64| *at < latest || self.recovery_point(server, *at).is_some();
        self.scheduled(server).iter().filter(|at| taken(at)).count()
    }

    /// The instants for which a recovery point is wanted and still kept, oldest first.
    fn scheduled(&self, server: &SourceServer) -> Vec<i64> {
        let mut instants = self.unexpired(server);
        if self.has_fault(ServerFault::RecoveryPointsExpire, &server.spec.id) {
            let newest = instants.len().saturating_sub(1);
            instants.drain(..newest);
        }
        instants
    }

    fn unexpired(&self, server: &SourceServer) -> Vec<i64> {
        if self.has_fault(ServerFault::NoRecoveryPoint, &server.spec.id) {
            return Vec::new();
        }
        if let Some(ages) = &server.spec.recovery_points_hours_ago {
            let at = |hours: &f64| (server.added_at - seconds(hours * 3600.0)).as_second();
            let mut instants: Vec<i64> = ages.iter().map(at).collect();
            instants.sort_unstable();
            instants.dedup();
            return instants;
        }
        match server.spec.replication.state {
            // StopReplication deletes recovery points, and until the first copy is complete there are none.
            ReplicationState::Stopped | ReplicationState::Initiating | ReplicationState::InitialSync => Vec::new(),
            ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Continuous
            | ReplicationState::Paused
            | ReplicationState::Rescan
            | ReplicationState::Stalled
            | ReplicationState::Disconnected => {
                let first = server.replicating_since().as_second();
                let last = self.last_seen(server).as_second();
                kept_points(first, last, self.now.as_second())
            }
        }
    }

    fn recovery_point(&self, server: &SourceServer, at: i64) -> Option<RecoveryPoint> {
        let name = [server.spec.id.as_str(), &at.to_string()];
        let expected_at = Timestamp::from_second(at).ok()?;
        let delay = 0.5 + (LONGEST_DELAY_SECONDS - 0.5) * ids::generator(self.settings.seed, &name).f64();
        let taken_at = expected_at + seconds(delay);
        let ebs = |disk: usize| {
            let parts = [name[0], name[1], &disk.to_string()];
            format!("snap-{}", ids::hex_digits(self.settings.seed, &parts, 17))
        };
        (taken_at <= self.now).then(|| RecoveryPoint {
            id: format!("pit-{}", ids::hex_digits(self.settings.seed, &name, 17)),
            expected_at,
            taken_at,
            ebs_snapshots: (0..server.spec.disks_gib.len()).map(ebs).collect(),
        })
    }
}

/// The scheduled instants from `first` to `last` that are still kept at `now`, oldest first. The newest is kept however
/// old it is: DRS does not prune what it cannot replace.
fn kept_points(first: i64, last: i64, now: i64) -> Vec<i64> {
    let newest = last - last.rem_euclid(TEN_MINUTES);
    let mut points: Vec<i64> = [(TEN_MINUTES, HOUR), (HOUR, DAY), (DAY, 7 * DAY)]
        .iter()
        .flat_map(|(every, kept_for)| {
            let oldest = (now - kept_for).max(first);
            let start = oldest + (-oldest).rem_euclid(*every);
            (start..=last).step_by(usize::try_from(*every).unwrap_or(1))
        })
        .chain((newest >= first).then_some(newest))
        .collect();
    points.sort_unstable();
    points.dedup();
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_268_800;

    #[test]
    fn a_healthy_server_has_the_schedule_of_the_documentation() {
        let now = NOON + 65;
        let points = kept_points(0, now, now);
        let younger = |age: i64| points.iter().filter(|at| **at > now - age).count();
        assert_eq!(younger(HOUR), 6, "every 10 minutes for an hour");
        assert_eq!(younger(DAY), 6 + 23, "then hourly for a day");
        assert_eq!(points.len(), 6 + 23 + 6, "then daily for a week: {points:?}");
        assert_eq!(points.last(), Some(&NOON));
    }

    #[test]
    fn a_server_not_seen_for_hours_has_an_old_newest_point() {
        let points = kept_points(0, NOON - 6 * HOUR - 60, NOON);
        assert_eq!(points.last(), Some(&(NOON - 6 * HOUR - TEN_MINUTES)));
        assert!(points.len() > 20);
    }

    #[test]
    fn the_newest_point_outlives_its_schedule() {
        assert_eq!(kept_points(0, NOON - 30 * DAY, NOON), [NOON - 30 * DAY]);
    }

    #[test]
    fn nothing_is_older_than_the_replication() {
        assert_eq!(kept_points(NOON - 20 * 60, NOON, NOON), [NOON - 1200, NOON - 600, NOON]);
        assert_eq!(kept_points(NOON - 30, NOON - 10, NOON), [] as [i64; 0]);
    }
}
