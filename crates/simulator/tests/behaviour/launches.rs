//! Launches: the story that a job tells, and what is true afterwards.

use serde_json::{Value, json};

use crate::support::{Bench, DB, GONE, SLOW, START, WEB, WIN, good, launch_status, text};

/// One line for each event in the log of a job, with what DescribeJobs said when it was new.
fn transcript(bench: &Bench, job: &str) -> String {
    let mut lines = Vec::new();
    let mut seen = 0;
    for _ in 0..36_000 {
        let log = bench.log(job);
        for item in &log[seen..] {
            let shown = bench.job(job);
            let status = text(&shown["status"]);
            let servers: Vec<String> = shown["participatingServers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| {
                    let has_instance = if one.get("recoveryInstanceID").is_some() { "+instance" } else { "" };
                    format!("{}{has_instance}", text(&one["launchStatus"]))
                })
                .collect();
            let at: jiff::Timestamp = text(&item["logDateTime"]).parse().unwrap();
            let at = at.duration_since(START.parse::<jiff::Timestamp>().unwrap()).as_secs_f64();
            let mut data: Vec<String> = item["eventData"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| format!("{name}={}", text(value)))
                .collect();
            data.sort();
            let (event, servers, data) = (text(&item["event"]), servers.join(","), data.join(" "));
            let line = format!("{at:8.2} {event:<18} {status:<9} {servers:<35} {data}");
            lines.push(line.trim_end().to_owned());
        }
        seen = log.len();
        if bench.job(job)["status"] == "COMPLETED" {
            return lines.join("\n");
        }
        bench.advance(0.1);
    }
    panic!("the job does not end:\n{}", lines.join("\n"));
}

#[test]
fn the_story_of_a_drill() {
    let bench = Bench::mixed();
    let job = bench.launch(&[DB, WEB], true);
    insta::assert_snapshot!(transcript(&bench, &job));
}

#[test]
fn the_story_of_a_second_drill_where_one_server_fails() {
    let bench = Bench::mixed();
    bench.launched(DB, true);
    bench.add_faults(&["launch-fails=web-1"]);
    let job = bench.launch(&[DB, WEB], true);
    insta::assert_snapshot!(transcript(&bench, &job));
}

/// The minutes that a launch of a server spends PENDING and IN_PROGRESS.
fn minutes(server: &str) -> (f64, f64) {
    let bench = Bench::mixed();
    let job = bench.launch(&[server], true);
    let (mut pending, mut in_progress) = (0.0, 0.0);
    loop {
        match launch_status(&bench.job(&job)).as_str() {
            "PENDING" => pending += 1.0 / 60.0,
            "IN_PROGRESS" => in_progress += 1.0 / 60.0,
            "LAUNCHED" => return (pending, in_progress),
            other => panic!("{other}"),
        }
        bench.advance(1.0);
    }
}

#[test]
fn every_profile_takes_its_time() {
    let close = |value: f64, wanted: f64| (wanted * 0.91..wanted * 1.09).contains(&value);
    let (pending, in_progress) = minutes(DB);
    assert!(close(pending + in_progress, 8.9), "Linux: {pending} + {in_progress} min");
    let (pending, in_progress) = minutes(WIN);
    assert!(close(pending + in_progress, 25.0), "Windows: {pending} + {in_progress} min");
    let (pending, in_progress) = minutes(SLOW);
    assert!(close(pending, 13.0) && close(in_progress, 6.0), "slow drill: {pending} + {in_progress} min");
}

#[test]
fn how_often_it_is_asked_changes_nothing() {
    let story = |step: f64| {
        let bench = Bench::mixed();
        bench.add_faults(&["conversion-fails=web-1", "foreign-job=slow-1:7"]);
        bench.launch(&[DB, WEB, WIN], true);
        while bench.elapsed() < 7200.0 {
            bench.advance(step);
            bench.job("drsjob-none0000000000000");
        }
        let entries = bench.journal(0);
        entries
            .into_iter()
            .filter(|one| one["kind"] == "state")
            .map(|mut one| {
                one["seq"] = Value::Null;
                one
            })
            .collect::<Vec<_>>()
    };
    let seldom = story(7200.0);
    assert!(seldom.len() > 15, "{} changes", seldom.len());
    assert_eq!(seldom, story(7.0));
}

#[test]
fn a_server_that_was_never_launched_looks_like_one() {
    let server = Bench::mixed().server(DB);
    assert_eq!(server["lastLaunchResult"], "NOT_STARTED");
    assert_eq!(server["lifeCycle"]["lastLaunch"], json!({"initiated": {}}));
    assert!(server.get("recoveryInstanceId").is_none());
    assert!(server["lifeCycle"].get("state").is_none(), "that is another service's");
}

#[test]
fn after_a_launch_the_instance_is_everywhere_but_in_the_job() {
    let bench = Bench::mixed();
    let job = bench.launch(&[DB], false);
    assert_eq!(bench.server(DB)["lastLaunchResult"], "PENDING");
    bench.advance(3600.0);
    let done = bench.job(&job);
    assert_eq!((done["status"].as_str(), launch_status(&done).as_str()), (Some("COMPLETED"), "LAUNCHED"));
    assert!(done["participatingServers"][0].get("recoveryInstanceID").is_none());
    let server = bench.server(DB);
    let instance = text(&server["recoveryInstanceId"]);
    assert_eq!(server["lastLaunchResult"], "SUCCEEDED");
    assert_eq!(server["lifeCycle"]["lastLaunch"]["initiated"]["type"], "RECOVERY");
    assert_eq!(server["lifeCycle"]["lastLaunch"]["initiated"]["jobID"], *job);
    let by_log = bench.log(&job).into_iter().find(|item| item["event"] == "LAUNCH_END").unwrap();
    assert_eq!(by_log["eventData"]["targetInstanceID"], *instance);
    let by_id = bench.drs("DescribeRecoveryInstances", json!({"filters": {"recoveryInstanceIDs": [instance]}}));
    let shown = good(by_id)["items"][0].clone();
    assert_eq!((shown["jobID"].as_str(), shown["isDrill"].as_bool()), (Some(job.as_str()), Some(false)));
    assert_eq!(shown["ec2InstanceState"], "RUNNING");
    assert_eq!(shown["pointInTimeSnapshotDateTime"], "2026-03-02T12:00:00.950000+00:00");
}

#[test]
fn any_launch_replaces_the_earlier_instance_even_a_live_failover() {
    let bench = Bench::mixed();
    let failover = bench.launched(DB, false);
    let job = bench.launch(&[DB], true);
    bench.advance(10.0);
    assert_eq!(bench.managed(), [], "it shuts down as soon as the cleanup starts");
    bench.advance(3600.0);
    let [drill] = bench.instances(DB).try_into().unwrap();
    assert_ne!(drill, failover);
    assert_eq!(bench.server(DB)["recoveryInstanceId"], *drill);
    let events = bench.events(&job);
    assert_eq!(events[..4], ["JOB_START", "CLEANUP_START", "CLEANUP_END", "SNAPSHOT_START"]);
}

#[test]
fn a_failed_relaunch_leaves_no_instance_at_all() {
    let bench = Bench::mixed();
    bench.launched(DB, true);
    bench.add_faults(&["launch-fails=db-1"]);
    let job = bench.launch(&[DB], true);
    bench.advance(3600.0);
    assert_eq!(launch_status(&bench.job(&job)), "FAILED");
    assert_eq!(bench.instances(DB), [] as [&str; 0]);
    assert_eq!(bench.server(DB)["lastLaunchResult"], "FAILED");
}

#[test]
fn a_dead_source_is_launched_from_its_last_recovery_point() {
    let bench = Bench::mixed();
    let job = bench.launch(&[GONE], false);
    bench.advance(590.0);
    assert_eq!(bench.events(&job), ["JOB_START", "SNAPSHOT_START"], "DRS waits ten minutes for the agent");
    bench.advance(3600.0);
    assert_eq!(bench.events(&job)[2], "USING_PREVIOUS_SNAPSHOT");
    assert_eq!(launch_status(&bench.job(&job)), "LAUNCHED");
    let reply = bench.drs("DescribeRecoveryInstances", json!({"filters": {"sourceServerIDs": [GONE]}}));
    let point = text(&good(reply)["items"][0]["pointInTimeSnapshotDateTime"]);
    assert!(point.starts_with("2026-03-02T06:00:0"), "six hours before noon: {point}");
}

#[test]
fn a_chosen_recovery_point_spares_the_wait_for_a_dead_source() {
    let bench = Bench::mixed();
    let points = bench.drs("DescribeRecoverySnapshots", json!({"sourceServerID": GONE, "order": "DESC"}));
    let point = good(points)["items"][3].clone();
    let order = json!({"sourceServerID": GONE, "recoverySnapshotID": point["snapshotID"]});
    let job = text(&good(bench.drs("StartRecovery", json!({"sourceServers": [order]})))["job"]["jobID"]);
    bench.advance(100.0);
    assert_eq!(bench.events(&job), ["JOB_START", "USING_PREVIOUS_SNAPSHOT", "CONVERSION_START"]);
    bench.advance(3600.0);
    let instances = good(bench.drs("DescribeRecoveryInstances", json!({})));
    assert_eq!(instances["items"][0]["pointInTimeSnapshotDateTime"], point["timestamp"]);
}

#[test]
fn fast_recovery_skips_the_conversion() {
    let bench = Bench::mixed();
    good(bench.drs("UpdateLaunchConfiguration", json!({"sourceServerID": DB, "recoveryMode": "FAST"})));
    let job = bench.launch(&[DB], true);
    bench.advance(3600.0);
    let wanted = ["JOB_START", "SNAPSHOT_START", "SNAPSHOT_END", "LAUNCH_START", "LAUNCH_END", "JOB_END"];
    assert_eq!(bench.events(&job), wanted);
}

#[test]
fn an_instance_that_is_launched_stopped_has_no_agent() {
    let bench = Bench::mixed();
    let request = json!({"sourceServerID": DB, "launchDisposition": "STOPPED", "copyTags": true});
    let updated = good(bench.drs("UpdateLaunchConfiguration", request));
    assert_eq!(updated, good(bench.drs("GetLaunchConfiguration", json!({"sourceServerID": DB}))));
    assert_eq!((updated["copyTags"].as_bool(), updated["copyPrivateIp"].as_bool()), (Some(true), Some(false)));
    bench.launched(DB, true);
    let shown = good(bench.drs("DescribeRecoveryInstances", json!({})));
    assert_eq!(shown["items"][0]["ec2InstanceState"], "STOPPED");
    assert_eq!(bench.managed(), []);
}

#[test]
fn an_instance_from_before_the_start_is_in_every_list() {
    let bench = Bench::new(
        "sourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1, recoveryInstance: {isDrill: false, launchedHoursAgo: 3}}",
    );
    let instance = bench.instances(DB).pop().unwrap();
    assert_eq!(bench.server(DB)["recoveryInstanceId"], *instance);
    assert_eq!(bench.server(DB)["lastLaunchResult"], "SUCCEEDED");
    assert_eq!(bench.managed(), [(instance.clone(), "Online".to_owned())]);
    let job = text(&bench.server(DB)["lifeCycle"]["lastLaunch"]["initiated"]["jobID"]);
    assert_eq!(bench.job(&job)["initiatedBy"], "START_RECOVERY");
    let log = bench.log(&job);
    assert!(log.iter().any(|item| item["eventData"]["targetInstanceID"] == *instance));
}

#[test]
fn timestamps_can_be_written_the_newer_way() {
    let bench = Bench::new("timestamps: zulu\nsourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1}");
    let job = bench.launch(&[DB], true);
    assert_eq!(bench.job(&job)["creationDateTime"], "2026-03-02T12:00:00Z");
    let micros = Bench::mixed();
    let job = micros.launch(&[DB], true);
    assert_eq!(micros.job(&job)["creationDateTime"], "2026-03-02T12:00:00.000000+00:00");
}
