//! From which recovery point each server is launched: what the caller chose, what it comes to for a server, and how much
//! data that loses. Which recovery points there are is DRS's to say.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{ServerId, SnapshotId};
use crate::text::counted;
use crate::validate::Problem;

mod moment;

pub use moment::{Moment, MomentError};

/// Recovery points that can be chosen one by one: as many as DRS takes in an execution of a recovery plan of its own. A
/// choice travels in the input of Step Functions and is kept in the record of the execution.
pub const MOST_SNAPSHOTS: usize = 200;

/// From which recovery point the servers of an execution are launched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum RecoveryPointChoice {
    /// The newest there is when DRS launches a server. DRS takes a fresh one then if it can.
    Latest {},
    /// The newest that was taken at this moment or before, for each server: nothing that was written later comes back.
    NotAfter {
        /// The last moment at which the data was still good.
        at: Moment,
    },
    /// One that was chosen by hand.
    Snapshots {
        /// The recovery point of each server for which one is chosen.
        snapshots: BTreeMap<ServerId, SnapshotId>,
        /// What holds for the other servers; the newest when left out.
        #[serde(default)]
        others: OtherPoints,
    },
}

/// From which recovery point the servers are launched for which none is chosen by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum OtherPoints {
    /// The newest there is.
    Latest {},
    /// The newest that was taken at this moment or before.
    NotAfter {
        /// The last moment at which the data was still good.
        at: Moment,
    },
}

impl Default for RecoveryPointChoice {
    fn default() -> Self {
        Self::Latest {}
    }
}

impl Default for OtherPoints {
    fn default() -> Self {
        Self::Latest {}
    }
}

/// What a choice says about one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointRule<'a> {
    /// Nothing: DRS takes the newest.
    Latest,
    /// The newest that was taken at this moment or before, in Unix seconds.
    NotAfter(i64),
    /// This one.
    Snapshot(&'a SnapshotId),
}

/// What a choice comes to for a server, with the recovery points that it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ChosenPoint {
    /// DRS takes the newest when it launches the server.
    #[default]
    Latest,
    /// It is launched from this one.
    Point {
        /// The recovery point.
        snapshot: SnapshotId,
        /// When it was taken, in Unix seconds.
        taken_at: i64,
    },
    /// It has none that is old enough.
    NoneUntil {
        /// The last moment that was asked for.
        at: i64,
        /// When the oldest was taken that it has.
        oldest: Option<i64>,
    },
    /// It has no such recovery point.
    Missing {
        /// The one that was asked for.
        snapshot: SnapshotId,
    },
}

impl RecoveryPointChoice {
    /// Whether the newest recovery points are wanted, as when nothing is chosen.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        match self {
            Self::Latest {} => true,
            Self::NotAfter { .. } | Self::Snapshots { .. } => false,
        }
    }

    /// What it says about `server`.
    #[must_use]
    pub fn rule(&self, server: &ServerId) -> PointRule<'_> {
        match self {
            Self::Latest {} => PointRule::Latest,
            Self::NotAfter { at } => PointRule::NotAfter(at.seconds()),
            Self::Snapshots { snapshots, others } => match (snapshots.get(server), others) {
                (Some(snapshot), _) => PointRule::Snapshot(snapshot),
                (None, OtherPoints::Latest {}) => PointRule::Latest,
                (None, OtherPoints::NotAfter { at }) => PointRule::NotAfter(at.seconds()),
            },
        }
    }

    /// The servers for which it names a recovery point.
    pub fn named(&self) -> impl Iterator<Item = &ServerId> {
        let named = match self {
            Self::Latest {} | Self::NotAfter { .. } => None,
            Self::Snapshots { snapshots, .. } => Some(snapshots.keys()),
        };
        named.into_iter().flatten()
    }

    /// The moment from which the data loss of `server` is counted back to its recovery point: the start of the execution,
    /// or the chosen moment where that is earlier. What was written after the chosen moment was given up by choosing it.
    #[must_use]
    pub fn counted_from(&self, server: &ServerId, started_at: i64) -> i64 {
        match self.rule(server) {
            PointRule::NotAfter(at) => at.min(started_at),
            PointRule::Latest | PointRule::Snapshot(_) => started_at,
        }
    }

    /// The data loss (RPO) of `server`, in seconds: from its recovery point to the moment that it is counted from. 0 where
    /// the recovery point is newer: DRS takes a fresh one at the launch where it can, and what is newer than the start of
    /// the execution lost nothing.
    #[must_use]
    pub fn rpo_seconds(&self, server: &ServerId, started_at: i64, recovered_from: i64) -> i64 {
        (self.counted_from(server, started_at) - recovered_from).max(0)
    }

    /// What is wrong with it, whatever the plan is. `now` is in Unix seconds.
    #[must_use]
    pub fn problems(&self, now: i64) -> Vec<Problem> {
        match self {
            Self::Latest {} => Vec::new(),
            Self::NotAfter { at } => future("recoveryPoint.at", *at, now).into_iter().collect(),
            Self::Snapshots { snapshots, others } => {
                let mut problems = snapshot_problems(snapshots);
                if let OtherPoints::NotAfter { at } = others {
                    problems.extend(future("recoveryPoint.others.at", *at, now));
                }
                problems
            }
        }
    }
}

/// The worst data loss of `servers`, each with when the recovery point was taken that it was launched from, in Unix
/// seconds. Nothing where that is not known of any.
pub fn worst_rpo_seconds<'a>(
    choice: &RecoveryPointChoice,
    started_at: i64,
    servers: impl IntoIterator<Item = (&'a ServerId, i64)>,
) -> Option<i64> {
    servers.into_iter().map(|(server, from)| choice.rpo_seconds(server, started_at, from)).max()
}

fn problem(at: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem { at: at.into(), message: message.into() }
}

/// A moment to come is a mistyped date. Taken for "the newest", it would hide that from somebody who flees from
/// ransomware.
fn future(place: &str, at: Moment, now: i64) -> Option<Problem> {
    let late = at.seconds() > now;
    late.then(|| problem(place, format!("{at} is yet to come: give the last moment at which the data was good")))
}

fn snapshot_problems(snapshots: &BTreeMap<ServerId, SnapshotId>) -> Vec<Problem> {
    const AT: &str = "recoveryPoint.snapshots";
    if snapshots.is_empty() {
        return vec![problem(AT, "names no server: leave recoveryPoint out for the newest, or choose NOT_AFTER")];
    }
    if snapshots.len() > MOST_SNAPSHOTS {
        let message = format!("names {} servers; at most {MOST_SNAPSHOTS} can be", snapshots.len());
        return vec![problem(AT, format!("{message}. NOT_AFTER finds the recovery points of any number of servers"))];
    }
    let mut problems = Vec::new();
    for (server, snapshot) in snapshots {
        // Escaped: this goes into a terminal and into records.
        let at = || format!("{AT}.{}", server.as_str().escape_debug());
        if !server.is_well_formed() {
            problems.push(problem(at(), "a source server is `s-` and 17 letters or digits"));
        }
        if !snapshot.is_well_formed() {
            problems.push(problem(at(), "a recovery point is `pit-` and 17 letters or digits"));
        }
    }
    problems
}

impl fmt::Display for RecoveryPointChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest {} => formatter.write_str("the newest"),
            Self::NotAfter { at } => write!(formatter, "not after {at}"),
            Self::Snapshots { snapshots, others } => {
                write!(formatter, "chosen for {}", counted(snapshots.len(), "server"))?;
                match others {
                    OtherPoints::Latest {} => formatter.write_str(", the newest for the others"),
                    OtherPoints::NotAfter { at } => write!(formatter, ", not after {at} for the others"),
                }
            }
        }
    }
}
