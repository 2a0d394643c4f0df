//! The simulator on a real port, in process.

use serde_json::{Value, json};
use simulator::{Clock, Inventory, ManualClock, Options, Simulator};

use crate::support::{DB, MIXED, START};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_on_a_real_port_until_it_is_stopped() {
    let clock = ManualClock::at(START.parse().unwrap());
    let options = Options { clock: Clock::Manual(clock.clone()), ..Options::default() };
    let running = Simulator::start(Inventory::from_yaml(MIXED).unwrap(), options).await.unwrap();
    assert!(running.address.ip().is_loopback());
    let url = running.endpoint_url();
    let post = move |path: &str, body: &Value| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.post(format!("{url}{path}")).send(body.to_string()).unwrap();
        let error_type = response.headers().get("x-amzn-ErrorType").map(|value| value.to_str().unwrap().to_owned());
        let body: Value = serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
        (response.status().as_u16(), error_type, body)
    };
    tokio::task::spawn_blocking(move || {
        let start = json!({"sourceServers": [{"sourceServerID": DB}], "isDrill": true});
        let (status, error_type, body) = post("/StartRecovery", &start);
        assert_eq!((status, error_type), (202, None));
        let job = body["job"]["jobID"].clone();
        let (status, error_type, _) = post("/StartRecovery", &start);
        assert_eq!((status, error_type.as_deref()), (409, Some("ConflictException")));
        clock.advance(jiff::SignedDuration::from_mins(60));
        let (_, _, jobs) = post("/DescribeJobs", &json!({}));
        assert_eq!((&jobs["items"][0]["jobID"], &jobs["items"][0]["status"]), (&job, &json!("COMPLETED")));
    })
    .await
    .unwrap();
    assert_eq!(running.simulator.world().jobs.len(), 1, "tests can look inside");
    let address = running.address;
    running.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nothing listens any more");
}
