//! The two processes of the local cloud.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::bail;
use domain::clock::CLOCK_VARIABLE;

use super::Wanted;
use crate::interrupt;
use crate::leftovers::MARK;
use crate::ports::Wish;
use crate::process;
use crate::python::Environment;
use crate::workspace::Workspace;

/// MiniStack starts in 3 s on an idle machine; a busy one gets time.
const START_LIMIT: Duration = Duration::from_secs(90);
/// Everything of the local cloud is in this Region.
pub(super) const REGION: &str = "us-east-1";
/// MiniStack's root key, which may do everything; the functions have keys of their own roles.
pub(super) const ROOT_KEY: &str = "test";

/// The running services.
pub(super) struct Services {
    /// MiniStack's address.
    pub(super) aws_endpoint: String,
    /// The simulator's address.
    pub(super) simulator_url: String,
    /// MiniStack's process id.
    pub(super) ministack_pid: u32,
    /// The simulator's process id.
    pub(super) simulator_pid: u32,
}

/// Where MiniStack unpacks functions.
pub(super) fn temporary(state: &Path) -> PathBuf {
    state.join("tmp")
}

/// Where the services of a cloud write.
pub(super) fn logs(state: &Path) -> PathBuf {
    state.join("logs")
}

/// Adds what the AWS tools need to find MiniStack.
pub(super) fn aws_environment(command: &mut Command, aws_endpoint: &str) {
    // A profile of the user would win over some of these.
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"] {
        command.env_remove(name);
    }
    command.env("AWS_ENDPOINT_URL", aws_endpoint).env("AWS_ENDPOINT_URL_S3", aws_endpoint);
    command.env("AWS_ACCESS_KEY_ID", ROOT_KEY).env("AWS_SECRET_ACCESS_KEY", ROOT_KEY);
    command.env("AWS_REGION", REGION).env("AWS_DEFAULT_REGION", REGION).env("AWS_EC2_METADATA_DISABLED", "true");
    // The AWS configuration of whoever works here is none of the local cloud's business.
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
}

impl Services {
    /// Starts both and waits until they answer.
    pub(super) fn start(
        workspace: &Workspace,
        wanted: &Wanted<'_>,
        environment: &Environment,
        clock: &str,
    ) -> anyhow::Result<Self> {
        let Wanted { state, arguments, inventory } = wanted;
        let simulator_port = Wish {
            service: "the simulator",
            option: "--simulator-port",
            chosen: arguments.simulator_port,
            usual: 4577,
        }
        .grant()?;
        let port =
            Wish { service: "AWS and the REST API", option: "--port", chosen: arguments.port, usual: 4566 }.grant()?;
        let simulator_url = format!("http://127.0.0.1:{simulator_port}");
        let aws_endpoint = format!("http://127.0.0.1:{port}");

        let mut simulator = Command::new(workspace.debug().join("drs-simulator"));
        simulator.arg("serve").args(["--port", &simulator_port.to_string()]).arg("--inventory").arg(inventory);
        // Its DRS outlives it: a test kills it and starts it again in the same way.
        let scratch = temporary(state);
        std::fs::create_dir_all(&scratch)?;
        simulator.arg("--record").arg(scratch.join("simulator.jsonl"));
        for fault in &arguments.faults {
            simulator.args(["--fault", fault]);
        }
        simulator.env(CLOCK_VARIABLE, clock).env(MARK, state);
        let simulator_log = logs(state).join("simulator.log");
        let mut simulator = process::start(&mut simulator, &simulator_log)?;

        let mut ministack = environment.python();
        aws_environment(&mut ministack, &aws_endpoint);
        ministack.args(["-m", "ministack"]).current_dir(&scratch).env(MARK, state).env("TMPDIR", &scratch);
        ministack.env("GATEWAY_PORT", port.to_string()).env("BIND_HOST", "127.0.0.1").env("AUTH", "true");
        ministack.env("MINISTACK_HOST", "127.0.0.1").env("SFN_WAIT_SCALE", arguments.scale.to_string());
        // The functions run as processes of MiniStack and inherit these.
        ministack.env(CLOCK_VARIABLE, clock);
        ministack.env("AWS_ENDPOINT_URL_DRS", &simulator_url).env("AWS_ENDPOINT_URL_SSM", &simulator_url);
        let ministack_log = logs(state).join("ministack.log");
        let mut ministack = process::start(&mut ministack, &ministack_log)?;

        await_answer(&mut simulator, "The simulator", &format!("{simulator_url}/_simulator/health"), &simulator_log)?;
        await_answer(&mut ministack, "MiniStack", &format!("{aws_endpoint}/_ministack/ready"), &ministack_log)?;
        Ok(Self { aws_endpoint, simulator_url, ministack_pid: ministack.id(), simulator_pid: simulator.id() })
    }
}

/// Waits until a service that was just started answers at `url`.
pub(crate) fn await_answer(service: &mut Child, name: &str, url: &str, log: &Path) -> anyhow::Result<()> {
    let agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().new_agent();
    let start = Instant::now();
    while agent.get(url).call().is_err() {
        if let Some(status) = service.try_wait()? {
            bail!("{name} ended at once ({status}). The end of {}:\n{}", log.display(), process::end_of(log));
        }
        if start.elapsed() > START_LIMIT {
            let limit = START_LIMIT.as_secs();
            bail!("{name} does not answer after {limit} s. The end of {}:\n{}", log.display(), process::end_of(log));
        }
        interrupt::pause(Duration::from_millis(100))?;
    }
    Ok(())
}
