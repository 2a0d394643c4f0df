//! The programs of the local cloud: built with one call of cargo, and the functions zipped as CDK wants them.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::process;
use crate::workspace::Workspace;

/// Builds every program in the dev profile. The whole workspace, as the tests do: for a selection of packages cargo
/// would choose other features of the libraries below, and compile the AWS SDK a second time.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = process::cargo(workspace);
    cargo.args(["build", "--locked", "--workspace", "--bins"]);
    process::run(&mut cargo, "Building the functions and the simulator")
}

/// Puts the dev build of each function into `.local/functions/<name>.zip` and returns that folder.
pub(crate) fn zip_for_local_cloud(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.local.join("functions");
    std::fs::create_dir_all(&folder)?;
    for name in workspace.functions()? {
        let binary = workspace.debug().join(&name);
        // Stored: the zip never leaves this machine, and compressing a debug build takes longer than it saves.
        zip(&binary, &folder.join(format!("{name}.zip")), CompressionMethod::Stored)?;
    }
    Ok(folder)
}

/// Writes `binary` as the only file, `bootstrap`, of the zip `to`, unless the zip is newer.
pub(crate) fn zip(binary: &Path, to: &Path, method: CompressionMethod) -> anyhow::Result<()> {
    let built = binary.metadata().and_then(|metadata| metadata.modified());
    let built = built.with_context(|| format!("{} was not built", binary.display()))?;
    let zipped = to.metadata().and_then(|metadata| metadata.modified());
    if zipped.is_ok_and(|zipped| zipped > built) {
        return Ok(());
    }
    // Under another name until it is whole, so that an interrupted run leaves no half zip that looks new.
    let draft = to.with_extension("draft");
    let mut writer = ZipWriter::new(File::create(&draft)?);
    writer.start_file("bootstrap", SimpleFileOptions::default().compression_method(method).unix_permissions(0o755))?;
    std::io::copy(&mut File::open(binary)?, &mut writer)?;
    writer.finish()?;
    std::fs::rename(&draft, to)?;
    Ok(())
}
