//! What DRS and SSM answer, as the real clients read it.

use std::sync::{Mutex, OnceLock, PoisonError};

use aws::Clients;
use aws::drs::{Job, RecoveryInstance, ServerDescription};
use domain::cleanup::Described;
use domain::id::{CommandId, InstanceId, JobId, ServerId};
use domain::plan::Mode;
use domain::recovery_point::PointRule;
use futures_executor::block_on;

use crate::stand_in::{Answer, clients};

/// Years 0 and 10000, which is more than any timestamp of DRS can say.
const MOMENTS: std::ops::RangeInclusive<i64> = -377_705_116_800..=253_402_300_800;
const STATUSES: [u16; 4] = [200, 200, 400, 500];

/// The answer of the input that is looked at.
static ANSWER: Mutex<Answer> = Mutex::new((200, Vec::new()));

/// The first byte says what is asked and with which status it is answered; the rest is the body, of every page.
pub fn drs_responses(input: &[u8]) {
    static CLIENTS: OnceLock<Clients> = OnceLock::new();
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let Some((&chosen, body)) = input.split_first() else { return };
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let clients = CLIENTS.get_or_init(|| clients(|_| ANSWER.lock().unwrap_or_else(PoisonError::into_inner).clone()));
    let status = STATUSES[usize::from(chosen >> 6)];
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_vec());
    block_on(ask(clients, chosen & 0x3f));
}

async fn ask(clients: &Clients, chosen: u8) {
    let (drs, ssm) = (&clients.drs, &clients.ssm);
    let server = ServerId::from("s-00000000000000001");
    let instance = InstanceId::from("i-00000000000000001");
    match chosen % 14 {
        0 => drs.describe_all().await.into_iter().flatten().for_each(described),
        1 => {
            let _ = drs.source_servers(std::slice::from_ref(&server)).await;
        }
        2 => drs.jobs(&[JobId::from("drsjob-00000000000000001")]).await.into_iter().flatten().for_each(job),
        3 => {
            let log = drs.job_log(&JobId::from("drsjob-00000000000000001")).await;
            assert!(log.into_iter().flatten().is_sorted_by_key(|entry| entry.at), "the log is not in order");
        }
        4 => drs.recovery_instances(&[server]).await.into_iter().flatten().for_each(recovery_instance),
        5 => {
            for (_, at) in drs.snapshots(&server, 10).await.into_iter().flatten() {
                moment(at);
            }
        }
        6 => moment(drs.newest_recovery_point(&server).await.ok().flatten()),
        7 => {
            let _ = drs.chosen_point(&server, PointRule::NotAfter(1_767_344_400)).await;
        }
        8 => {
            let arn = "arn:aws:drs:us-east-1:000000000000:recovery-plan/rp-00000000000000001";
            let _ = drs.native_plan(arn).await;
        }
        9 => {
            let _ = drs.launch_settings(&server).await;
        }
        10 => {
            let started = drs.start_recovery(&[(server, None)].into(), Mode::Drill, ("tag", String::new())).await;
            let status = ANSWER.lock().unwrap_or_else(PoisonError::into_inner).0;
            assert!(started.is_err() || status == 200, "a refusal was read as a job");
        }
        11 => {
            let _ = drs.in_use(1_767_344_400).await;
        }
        12 => {
            let _ = (ssm.online(&[instance]).await, ssm.has_document("AWS-RunShellScript").await);
        }
        _ => {
            let command = CommandId::from("00000000-0000-0000-0000-000000000000");
            let _ = (ssm.invocations(&command).await, ssm.automation(command.as_str()).await);
        }
    }
}

/// The inventory stores it and reads it back.
fn described(server: ServerDescription) {
    moment(server.last_seen_at);
    moment(server.last_launch.as_ref().and_then(|launch| launch.at));
    let Ok(stored) = serde_json::to_string(&server) else { panic!("{server:?} cannot be stored") };
    match serde_json::from_str::<ServerDescription>(&stored) {
        Ok(read) => assert_eq!(read, server, "{stored}"),
        Err(error) => panic!("{error}: {stored}"),
    }
}

fn job(job: Job) {
    moment(job.created_at);
    moment(job.ended_at);
    assert!(!job.is_completed() || job.status == "COMPLETED", "only what DRS says is an end is one");
    assert!(!(job.launches_for(Mode::Drill) && job.launches_for(Mode::Recovery)), "a drill is no recovery");
    assert!(job.server_ids().len() <= job.servers.len(), "more servers than DRS named");
}

fn recovery_instance(instance: RecoveryInstance) {
    moment(instance.recovered_from);
    let (drill, lives) = (instance.is_drill, instance.may_live());
    let described = Described::from(instance);
    assert_eq!((described.is_drill, described.may_live), (drill, lives));
}

fn moment(at: Option<i64>) {
    assert!(at.is_none_or(|at| MOMENTS.contains(&at)), "{at:?} is no moment");
}
