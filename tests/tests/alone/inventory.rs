//! The cached inventory: what a refresh stores, what an outage leaves, and what refreshes at the same time leave. Read
//! from the table, as whoever looks for a fault would.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use e2e::{Cloud, Scenario, cloud};
use serde_json::{Value, json};

const HERE: &str = "000000000000#us-east-1";
const THERE: &str = "000000000000#eu-central-1";

/// Refreshes the inventory; gives back how it went in each Region.
fn refresh(cloud: &Cloud) -> Value {
    output(&cloud.ended(&cloud.begin("inventory", &json!({}))))
}

fn output(ended: &Value) -> Value {
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    serde_json::from_str(ended["output"].as_str().unwrap()).unwrap()
}

fn header(cloud: &Cloud, region: &str) -> Value {
    cloud.items("inventory", "REGION").into_iter().find(|header| header["id"] == region).unwrap()
}

/// The servers of a Region. Fails when there are chunks of another generation than the header's.
fn servers(cloud: &Cloud, region: &str) -> Vec<Value> {
    let header = header(cloud, region);
    let chunks = cloud.items("inventory", &format!("CHUNK#{region}"));
    let prefix = format!("{}#", header["generation"].as_str().unwrap());
    assert!(chunks.iter().all(|chunk| chunk["id"].as_str().unwrap().starts_with(&prefix)), "{header} {chunks:?}");
    assert_eq!(header["chunks"], chunks.len());
    let servers: Vec<Value> = chunks
        .iter()
        .flat_map(|chunk| serde_json::from_str::<Vec<Value>>(chunk["servers"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(header["servers"], servers.len());
    servers
}

#[test]
fn a_region_that_is_down_keeps_what_it_had_and_the_others_are_refreshed() {
    let cloud = cloud();
    let disturbance = cloud.disturb(&[]);
    let scenario = Scenario::new("inventory");
    // The first two here, the others there: more than fit into one item.
    let ids = scenario.servers(252, |number, server| {
        if number > 2 {
            server["region"] = json!("eu-central-1");
        }
        server["tags"] = json!({ "suite": scenario.name });
    });
    refresh(cloud);
    let (here, there) = (servers(cloud, HERE), servers(cloud, THERE));
    let of = |servers: &[Value]| servers.iter().filter(|server| server["tags"]["suite"] == scenario.name).count();
    assert_eq!((of(&here), of(&there)), (2, 250));
    assert!(header(cloud, THERE)["chunks"].as_u64().unwrap() >= 2);
    let first = here.iter().find(|server| server["id"] == ids[0]).unwrap();
    assert_eq!((&first["hostname"], &first["replicationState"]), (&json!(scenario.host(1)), &json!("CONTINUOUS")));
    for field in ["lastRecoveryPointAt", "lagSeconds", "lastSeenAt"] {
        assert!(first[field].is_i64(), "{field}: {first}");
    }

    let before = [header(cloud, HERE), header(cloud, THERE)];
    disturbance.add(&["region-down=eu-central-1"]);
    let answer = refresh(cloud);
    let failed =
        answer["regions"].as_array().unwrap().iter().find(|region| region["region"] == "eu-central-1").unwrap();
    assert!(failed["servers"].is_null() && failed["error"].is_string(), "{answer}");
    let after = [header(cloud, HERE), header(cloud, THERE)];
    assert_ne!(after[0]["generation"], before[0]["generation"]);
    assert!(after[0]["error"].is_null());
    for field in ["generation", "readAt", "servers"] {
        assert_eq!(after[1][field], before[1][field], "{field}");
    }
    assert!(after[1]["error"].as_str().unwrap().contains("DescribeSourceServers"), "{}", after[1]);
    assert!(after[1]["errorAt"].as_i64() >= before[1]["readAt"].as_i64());
    assert_eq!(servers(cloud, THERE), there);

    drop(disturbance);
    let _undisturbed = cloud.disturb(&[]);
    refresh(cloud);
    assert!(header(cloud, THERE)["error"].is_null());
}

#[test]
fn refreshes_at_the_same_time_leave_one_reading() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("rivals");
    let ids = scenario.servers(3, |_, _| {});
    let executions: Vec<String> = (0..5).map(|_| cloud.begin("inventory", &json!({}))).collect();
    for execution in executions {
        output(&cloud.ended(&execution));
    }
    // Whoever was last may have begun before the servers were there: they were added before all.
    let servers = servers(cloud, HERE);
    assert!(ids.iter().all(|id| servers.iter().any(|server| server["id"] == **id)));
}

#[test]
fn a_refresh_that_cannot_work_leaves_what_there_was_and_the_next_one_works() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("held");
    let ids = scenario.servers(1, |_, _| {});
    refresh(cloud);
    let before = (header(cloud, HERE), header(cloud, THERE));
    {
        let _held = cloud.refuse(&["refresh-inventory".to_owned()]);
        let ended = cloud.ended(&cloud.begin("inventory", &json!({})));
        assert_eq!(ended["status"], "FAILED", "{ended}");
    }
    assert_eq!((header(cloud, HERE), header(cloud, THERE)), before);
    // Delivered twice at the same moment, it is one reading.
    let twice = std::thread::scope(|scope| {
        let second = scope.spawn(|| cloud.invoke("refresh-inventory", &json!({})));
        [cloud.invoke("refresh-inventory", &json!({})), second.join().unwrap()]
    });
    assert!(twice.iter().all(|answer| answer["regions"].is_array()), "{twice:?}");
    assert!(servers(cloud, HERE).iter().any(|server| server["id"] == *ids[0]), "{twice:?}");
}
