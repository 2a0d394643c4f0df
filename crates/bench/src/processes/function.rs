//! A function as a process of its own, as Lambda runs it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use axum::body::Bytes;
use serde_json::Value;

use super::runtime_api::{Invocation, RuntimeApi};

/// A process that has asked for work.
pub(crate) struct Function {
    /// From the start of the process to its first request for work.
    pub(crate) cold: Duration,
    process: Child,
    api: RuntimeApi,
}

impl Function {
    /// Starts `binary` with nothing but `environment` and what Lambda adds to it.
    pub(crate) fn start(binary: &Path, environment: &[(String, String)]) -> anyhow::Result<Self> {
        let api = RuntimeApi::start()?;
        let begin = Instant::now();
        let process = Command::new(binary)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "none"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "none"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", binary.display()))?;
        let mut function = Self { cold: Duration::ZERO, process, api };
        function.cold = function.api.asked(alive(&mut function.process))? - begin;
        Ok(function)
    }

    /// One invocation.
    pub(crate) fn invoke(&mut self, event: &Value) -> anyhow::Result<Invocation> {
        self.api.invoke(Bytes::from(event.to_string()), alive(&mut self.process))
    }

    /// The most memory that the process has had in use so far, in bytes.
    pub(crate) fn peak_memory(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM: only Linux has it")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib << 10)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn alive(process: &mut Child) -> impl FnMut() -> anyhow::Result<()> {
    move || match process.try_wait()? {
        None => Ok(()),
        Some(status) => bail!("the process has ended: {status}"),
    }
}
