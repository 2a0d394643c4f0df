//! What of a drill stands and costs money, as DRS says now. Not here: which instances count, that is
//! [`domain::cleanup::judge`].

use std::collections::BTreeMap;

use domain::cleanup::{Described, Judgement, judge};
use domain::id::ServerId;

use crate::history::{ExecutionRecord, ServerRecord};
use crate::{AwsError, Clients};

/// What a cleanup of a drill would meet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    /// Instances that it would terminate.
    pub instances: u32,
    /// Their hours since they were launched, added up, to a tenth: nobody pays for less.
    pub running_hours: f64,
    /// When the oldest of them was launched, in Unix seconds.
    pub since: Option<i64>,
    /// Instances that stand and that are not this drill's to terminate any more.
    pub kept: u32,
}

impl Standing {
    /// Whether nothing stands that the drill launched, whoever's it is by now.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.instances == 0 && self.kept == 0
    }

    fn count(&mut self, judgement: &Judgement, launched_at: Option<i64>, now: i64) {
        match judgement {
            Judgement::Gone => {}
            Judgement::Keep(_) => self.kept += 1,
            Judgement::Terminate => {
                self.instances += 1;
                self.running_hours += launched_at.map_or(0, |launched| now - launched) as f64 / 3_600.0;
                self.since = [self.since, launched_at].into_iter().flatten().min();
            }
        }
    }
}

/// What of `drill` stands at `now`.
///
/// # Errors
/// When the table or DRS cannot be asked.
pub async fn standing(clients: &Clients, drill: &ExecutionRecord, now: i64) -> Result<Standing, AwsError> {
    let (id, plan) = (&drill.execution_id, &drill.plan_id);
    let waves = clients.history.waves(id, plan).await?;
    let servers = clients.history.all_servers(id, plan).await?;
    let mut of_region: BTreeMap<&str, Vec<&ServerRecord>> = BTreeMap::new();
    for server in servers.iter().filter(|server| server.newest_instance().is_some()) {
        let wave = waves.iter().find(|wave| wave.number == server.wave);
        of_region.entry(wave.map_or("", |wave| &wave.region)).or_default().push(server);
    }
    let mut standing = Standing::default();
    for (region, servers) in of_region {
        let ids: Vec<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
        let mut described: BTreeMap<ServerId, Vec<Described>> = BTreeMap::new();
        for one in clients.at(region).drs.recovery_instances(&ids).await? {
            described.entry(one.server.clone()).or_default().push(one.into());
        }
        for server in servers {
            let Some((instance, job)) = server.newest_instance() else { continue };
            let of_server = described.get(&server.server_id).map(Vec::as_slice).unwrap_or_default();
            standing.count(&judge(instance, job, of_server), server.launched_at, now);
        }
    }
    standing.running_hours = (standing.running_hours * 10.0).round() / 10.0;
    Ok(standing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_added_up_and_what_is_not_ours_to_terminate_keeps_a_drill_from_being_forgotten() {
        let mut standing = Standing::default();
        standing.count(&Judgement::Gone, Some(0), 7_200);
        assert!(standing.is_gone());
        standing.count(&Judgement::Keep("a failover".into()), Some(0), 7_200);
        assert!(!standing.is_gone());
        standing.count(&Judgement::Terminate, Some(3_600), 7_200);
        standing.count(&Judgement::Terminate, Some(0), 7_200);
        standing.count(&Judgement::Terminate, None, 7_200);
        let expected = Standing { instances: 3, running_hours: 3.0, since: Some(0), kept: 1 };
        assert_eq!(standing, expected);
    }
}
