//! The CDK app on the local cloud, and the people who may use it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use drsctl::clock;
use drsctl::cognito::UserPool;
use drsctl::settings::Settings;

use super::Wanted;
use super::services::{REGION, Services, aws_environment, logs};
use crate::cloud::{Cloud, User};
use crate::python::Environment;
use crate::workspace::Workspace;
use crate::{node, process};

/// MiniStack's only account.
const ACCOUNT: &str = "000000000000";

/// The Regions that servers of the local cloud are recovered into: its own, and one in which DRS can fail by itself.
const RECOVERY_REGIONS: &str = "us-east-1,eu-central-1";

/// One user for each role, and one who is in no group.
const USERS: [&str; 7] = [
    "demo=dr-admin",
    "auditor=dr-auditor",
    "planner=dr-planner",
    "operator=dr-operator",
    "recoverer=dr-recoverer",
    "approver=dr-approver",
    "nobody=",
];

/// Where CDK puts the template and copies of the zips.
pub(super) fn staging(state: &Path) -> PathBuf {
    state.join("cdk.out")
}

/// Deploys the app of `cdk/` with the zips in `assets`; returns the outputs of its stack.
pub(super) fn deploy(
    workspace: &Workspace,
    wanted: &Wanted<'_>,
    services: &Services,
    assets: &Path,
) -> anyhow::Result<BTreeMap<String, String>> {
    let state = wanted.state;
    let cdk = |arguments: &[&str]| {
        let mut command = node::program(workspace, "cdk", "cdk");
        aws_environment(&mut command, &services.aws_endpoint);
        command.env("CDK_DISABLE_CLI_TELEMETRY", "1").env("CI", "true").args(arguments).arg("--no-notices");
        command
    };
    // From the state directory: there is no app, so none has to be synthesized for this.
    let mut bootstrap = cdk(&["bootstrap", &format!("aws://{ACCOUNT}/{REGION}")]);
    bootstrap.current_dir(state);
    process::run_logged(&mut bootstrap, "cdk bootstrap", &logs(state).join("cdk-bootstrap.log"))?;

    let outputs = state.join("outputs.json");
    let mut deploy = cdk(&["deploy", "--require-approval", "never", "--progress", "events", "--all"]);
    deploy.current_dir(workspace.root.join("cdk"));
    deploy.args(["--context", "target=local", "--context", &format!("scale={}", wanted.arguments.scale)]);
    deploy.arg("--context").arg(format!("regions={RECOVERY_REGIONS}"));
    deploy.arg("--context").arg(format!("assets={}", assets.display()));
    deploy.arg("--output").arg(staging(state)).arg("--outputs-file").arg(&outputs);
    process::run_logged(&mut deploy, "cdk deploy", &logs(state).join("cdk-deploy.log"))?;
    // The template has been deployed and the zips uploaded: nobody reads these copies again.
    std::fs::remove_dir_all(staging(state))?;

    let stacks: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_slice(&std::fs::read(&outputs)?)?;
    stacks.into_values().next().context("The CDK app has no stack with outputs.")
}

/// Creates the users and writes down all that there is to know about the cloud.
pub(super) fn describe(
    workspace: &Workspace,
    wanted: &Wanted<'_>,
    services: &Services,
    environment: &Environment,
    outputs: BTreeMap<String, String>,
    clock: &str,
) -> anyhow::Result<Cloud> {
    let output = |name: &str| outputs.get(name).cloned().ok_or_else(|| anyhow!("The stack has no output {name}."));
    let named = |pairs: &[(&str, &str)]| -> anyhow::Result<BTreeMap<String, String>> {
        pairs.iter().map(|(name, key)| Ok(((*name).to_owned(), output(key)?))).collect()
    };
    let user_pool_id = output("UserPoolId")?;
    let users = users(workspace, services, environment, &user_pool_id)?;
    let user = |name: &str| -> anyhow::Result<User> {
        let password = users.get(name).with_context(|| format!("User {name} was not made."))?;
        Ok(User { username: name.to_owned(), password: password.clone() })
    };
    let admin = user("demo")?;
    Ok(Cloud {
        api_url: output("ApiUrl")?.trim_end_matches('/').to_owned(),
        cognito_endpoint: services.aws_endpoint.clone(),
        client_id: output("UserPoolClientId")?,
        user_pool_id,
        username: admin.username,
        password: admin.password,
        auditor: user("auditor")?,
        users,
        simulator_url: services.simulator_url.clone(),
        aws_endpoint: services.aws_endpoint.clone(),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        tables: named(&[
            ("protectionGroups", "ProtectionGroupsTable"),
            ("recoveryPlans", "RecoveryPlansTable"),
            ("executionHistory", "ExecutionHistoryTable"),
            ("auditLog", "AuditLogTable"),
            ("inventory", "InventoryTable"),
        ])?,
        state_machines: named(&[
            ("recovery", "RecoveryStateMachineArn"),
            ("wave", "WaveStateMachineArn"),
            ("cleanup", "CleanupStateMachineArn"),
            ("stopped", "StoppedStateMachineArn"),
            ("inventory", "InventoryStateMachineArn"),
            ("readiness", "ReadinessStateMachineArn"),
            ("sweep", "SweepStateMachineArn"),
        ])?,
        outputs: outputs.clone(),
        scale: wanted.arguments.scale,
        clock: clock.to_owned(),
        console_url: String::new(),
        pids: BTreeMap::from([
            ("ministack".to_owned(), services.ministack_pid),
            ("simulator".to_owned(), services.simulator_pid),
        ]),
        logs: logs(wanted.state),
    })
}

/// Makes [`USERS`], with passwords made up for this run: by name.
fn users(
    workspace: &Workspace,
    services: &Services,
    environment: &Environment,
    user_pool_id: &str,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut script = environment.python();
    aws_environment(&mut script, &services.aws_endpoint);
    script.arg(workspace.root.join("xtask").join("local_cloud.py")).arg("create-users").arg(user_pool_id).args(USERS);
    Ok(serde_json::from_str(&process::output(&mut script, "Creating users")?)?)
}

/// Signs in as the user who may do everything.
pub(crate) fn sign_in(cloud: &Cloud) -> anyhow::Result<Settings> {
    let pool = UserPool { endpoint: cloud.cognito_endpoint.clone(), client_id: cloud.client_id.clone() };
    let tokens = pool.login(&cloud.username, &cloud.password)?;
    Ok(Settings {
        api_url: cloud.api_url.clone(),
        cognito_endpoint: pool.endpoint,
        client_id: pool.client_id,
        username: cloud.username.clone(),
        id_token: tokens.id_token,
        refresh_token: tokens.refresh_token,
        expires_at: clock::unix_seconds() as i64 + tokens.expires_in_seconds,
    })
}
