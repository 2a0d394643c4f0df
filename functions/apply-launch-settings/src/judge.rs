//! What an answer of DRS about launch settings means for a server.

use std::collections::BTreeSet;

use aws::drs::Drs;
use aws::history::{ServerRecord, SettingsRecord};
use aws::{AwsError, ErrorKind};
use domain::id::ServerId;
use domain::launch_settings::{LiveSettings, SettingChange, SettingsOutcome};
use domain::plan::OnLaunchSettingsFailure;
use task::TaskError;

/// What follows for a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// DRS is to be changed.
    Change,
    /// Its outcome is known.
    Done,
    /// The task fails with it, once the others are recorded: the state tries again where that may help.
    Fails(AwsError),
}

/// The outcome that is recorded for a server.
pub(crate) fn outcome(server: &ServerRecord) -> Option<SettingsOutcome> {
    server.settings.as_ref().and_then(|settings| settings.outcome)
}

/// Compares what DRS has before anything is changed. A change that is recorded and found in DRS was made by an earlier
/// delivery, whose end was lost.
pub(crate) fn compared(server: &mut ServerRecord, live: &LiveSettings) -> Step {
    let mut changes: Vec<SettingChange> = server.settings.take().map(|settings| settings.changes).unwrap_or_default();
    let drift = server.launch_settings.drift(live);
    let done = drift.is_empty();
    for change in drift.into_iter().map(SettingChange::from) {
        // What it was before this run touched it counts.
        if changes.iter().all(|earlier| earlier.setting != change.setting) {
            changes.push(change);
        }
    }
    let outcome = match (done, changes.is_empty()) {
        (false, _) => None,
        (true, true) => Some(SettingsOutcome::Unchanged),
        (true, false) => Some(SettingsOutcome::Applied),
    };
    server.settings = Some(SettingsRecord { outcome, changes, reason: String::new() });
    if done { Step::Done } else { Step::Change }
}

/// Compares what DRS has after it took the change.
pub(crate) fn read_back(server: &mut ServerRecord, live: &LiveSettings) -> Step {
    let drift = server.launch_settings.drift(live);
    if drift.is_empty() {
        let changes = server.settings.take().map(|settings| settings.changes).unwrap_or_default();
        server.settings =
            Some(SettingsRecord { outcome: Some(SettingsOutcome::Applied), changes, reason: String::new() });
    } else {
        let still: Vec<String> = drift.iter().map(ToString::to_string).collect();
        fail(server, &format!("DRS took the change, and still {}", still.join(", ")));
    }
    Step::Done
}

fn fail(server: &mut ServerRecord, what: &str) {
    let changes = server.settings.take().map(|settings| settings.changes).unwrap_or_default();
    let reason = format!(
        "{what}. Correct launchSettings of protection group {}, or the launch settings of the server in DRS; with onLaunchSettingsFailure: WARN the plan launches it all the same",
        server.group
    );
    server.settings = Some(SettingsRecord { outcome: Some(SettingsOutcome::Failed), changes, reason });
}

/// How refusals of DRS are taken.
#[derive(Debug)]
pub(crate) struct Refusals {
    pub(crate) policy: OnLaunchSettingsFailure,
    /// The servers in DRS jobs, once it was asked.
    pub(crate) busy: Option<BTreeSet<ServerId>>,
}

impl Refusals {
    /// What `error` means for `server`: a later try, or that it has FAILED for good.
    pub(crate) async fn judge(
        &mut self,
        drs: &Drs,
        server: &mut ServerRecord,
        error: AwsError,
    ) -> Result<Step, TaskError> {
        let fails = match error.kind {
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::Bug => true,
            // Somebody else's job holds it. With WARN nothing is gained by waiting here: its launch waits for that job.
            ErrorKind::Conflict => {
                self.policy == OnLaunchSettingsFailure::Stop && self.is_busy(drs, &server.server_id).await?
            }
            ErrorKind::QuotaExceeded | ErrorKind::NotFound | ErrorKind::AccessDenied | ErrorKind::Invalid => false,
        };
        if fails {
            return Ok(Step::Fails(error));
        }
        let wanted = server.launch_settings.wanted();
        let named = |change: &SettingChange| format!("{} to {}", change.setting, change.to);
        let changes: Vec<String> = server.settings.iter().flat_map(|settings| &settings.changes).map(named).collect();
        let what = if changes.is_empty() {
            let names: Vec<&str> = wanted.keys().map(String::as_str).collect();
            format!("DRS did not say what it has for {}: {error}", names.join(", "))
        } else {
            format!("DRS refused to set {}: {error}", changes.join(", "))
        };
        fail(server, &what);
        Ok(Step::Done)
    }

    async fn is_busy(&mut self, drs: &Drs, server: &ServerId) -> Result<bool, TaskError> {
        if self.busy.is_none() {
            self.busy = Some(drs.in_use(aws::clock::now()).await?.servers);
        }
        Ok(self.busy.as_ref().is_some_and(|busy| busy.contains(server)))
    }
}

/// Why the launch settings of a server could not be applied, where they could not.
pub(crate) fn failure(server: &ServerRecord) -> Option<String> {
    let settings = server.settings.as_ref().filter(|settings| settings.outcome == Some(SettingsOutcome::Failed))?;
    Some(format!("not launched, since its launch settings are not as wanted: {}", settings.reason))
}

/// Why nothing of the wave may be launched, where it may not.
pub(crate) fn verdict(servers: &[ServerRecord]) -> Option<String> {
    let failed: Vec<(&ServerRecord, String)> =
        servers.iter().filter_map(|server| failure(server).map(|reason| (server, reason))).collect();
    let (first, reason) = failed.first()?;
    Some(format!(
        "nothing of the wave is launched: the launch settings of {} of {} servers could not be applied, first {} ({}): {reason}",
        failed.len(),
        servers.len(),
        first.hostname,
        first.server_id,
    ))
}

#[cfg(test)]
mod tests {
    use aws::history::WaveKey;
    use domain::launch_settings::{LaunchDisposition, LaunchSettings};

    use super::*;

    fn server() -> ServerRecord {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut server = ServerRecord::new(&key, "s-1".into(), 0, "db-1".into());
        server.group = "db".into();
        server.launch_settings = LaunchSettings {
            copy_tags: Some(true),
            launch_disposition: Some(LaunchDisposition::Started),
            ..LaunchSettings::default()
        };
        server
    }

    fn live(copy_tags: &str, disposition: &str) -> LiveSettings {
        LiveSettings::from([
            ("copyTags".to_owned(), copy_tags.to_owned()),
            ("launchDisposition".to_owned(), disposition.to_owned()),
            ("copyPrivateIp".to_owned(), "true".to_owned()),
        ])
    }

    fn changes(server: &ServerRecord) -> Vec<(&str, Option<&str>, &str)> {
        let changes = &server.settings.as_ref().unwrap().changes;
        changes.iter().map(|change| (change.setting.as_str(), change.from.as_deref(), change.to.as_str())).collect()
    }

    #[test]
    fn what_is_as_wanted_is_not_written() {
        let mut server = server();
        assert_eq!(compared(&mut server, &live("true", "STARTED")), Step::Done);
        assert_eq!((outcome(&server), changes(&server).len()), (Some(SettingsOutcome::Unchanged), 0));
        assert_eq!(verdict(&[server]), None);
    }

    #[test]
    fn a_change_is_an_intent_until_it_is_read_back() {
        let mut server = server();
        assert_eq!(compared(&mut server, &live("false", "STARTED")), Step::Change);
        assert_eq!((outcome(&server), changes(&server)), (None, vec![("copyTags", Some("false"), "true")]));
        assert_eq!(read_back(&mut server, &live("true", "STARTED")), Step::Done);
        assert_eq!(outcome(&server), Some(SettingsOutcome::Applied));
        assert_eq!(changes(&server), [("copyTags", Some("false"), "true")]);
    }

    #[test]
    fn a_second_delivery_knows_what_the_first_changed() {
        let mut server = server();
        assert_eq!(compared(&mut server, &live("false", "STOPPED")), Step::Change);
        // The first was cut off after DRS had taken one of the changes.
        assert_eq!(compared(&mut server, &live("true", "STOPPED")), Step::Change);
        let both = [("copyTags", Some("false"), "true"), ("launchDisposition", Some("STOPPED"), "STARTED")];
        assert_eq!(changes(&server), both);
        // And after it had taken all.
        assert_eq!(compared(&mut server, &live("true", "STARTED")), Step::Done);
        assert_eq!((outcome(&server), changes(&server)), (Some(SettingsOutcome::Applied), both.to_vec()));
    }

    #[test]
    fn that_drs_took_a_change_is_not_that_it_has_it() {
        let mut server = server();
        compared(&mut server, &live("false", "STARTED"));
        read_back(&mut server, &live("false", "STARTED"));
        assert_eq!(outcome(&server), Some(SettingsOutcome::Failed));
        let reason = failure(&server).unwrap();
        for part in ["copyTags is false and is to be true", "protection group db", "WARN"] {
            assert!(reason.contains(part), "{reason}");
        }
        let verdict = verdict(&[server, self::server()]).unwrap();
        assert!(verdict.contains("1 of 2 servers") && verdict.contains("db-1 (s-1)"), "{verdict}");
    }
}
