//! From which recovery points a run takes its servers, as options.

use std::collections::BTreeMap;

use anyhow::bail;
use contract::{Moment, OtherPoints, RecoveryPointChoice};
use domain::id::{ServerId, SnapshotId};

/// Recovery points other than the newest.
#[derive(clap::Args)]
pub(crate) struct Points {
    /// Launch every server from its newest recovery point that was taken at this moment or before: what was written later
    /// does not come back. A date and time with its zone, such as 2026-11-22T02:00Z, or Unix seconds.
    #[arg(long, value_name = "MOMENT")]
    not_after: Option<Moment>,
    /// Launch a server from this recovery point (`drsctl servers snapshots SERVER` lists them). Give it once for each
    /// server; for the others --not-after holds, or the newest.
    #[arg(long = "snapshot", value_name = "SERVER=SNAPSHOT", value_parser = pair)]
    snapshots: Vec<(ServerId, SnapshotId)>,
}

fn pair(text: &str) -> Result<(ServerId, SnapshotId), String> {
    let (server, snapshot) = text.split_once('=').ok_or("a source server and its recovery point: s-…=pit-…")?;
    let (server, snapshot) = (ServerId::from(server), SnapshotId::from(snapshot));
    if server.is_well_formed() && snapshot.is_well_formed() {
        Ok((server, snapshot))
    } else {
        Err("a source server is `s-` and 17 letters or digits, a recovery point `pit-` and 17".to_owned())
    }
}

impl Points {
    /// What they come to. That the servers are in the plan, and have these recovery points, is preflight's to say.
    pub(crate) fn choice(&self) -> anyhow::Result<RecoveryPointChoice> {
        let mut snapshots = BTreeMap::new();
        for (server, snapshot) in &self.snapshots {
            if snapshots.insert(server.clone(), snapshot.clone()).is_some() {
                bail!("--snapshot names {server} twice");
            }
        }
        Ok(match (self.not_after, snapshots.is_empty()) {
            (None, true) => RecoveryPointChoice::Latest {},
            (Some(at), true) => RecoveryPointChoice::NotAfter { at },
            (None, false) => RecoveryPointChoice::Snapshots { snapshots, others: OtherPoints::Latest {} },
            (Some(at), false) => RecoveryPointChoice::Snapshots { snapshots, others: OtherPoints::NotAfter { at } },
        })
    }
}
