//! The programs of the local cloud: built with one call of cargo, and the functions zipped as CDK wants them.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::process;
use crate::workspace::Workspace;

/// How hard to compress: for what stays on this machine, and for what goes to AWS.
const FAST: i64 = 1;
pub(crate) const USUAL: i64 = 6;

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
        // CDK and MiniStack copy each zip several times for each cloud: a third of the size is soon won back.
        zip(&binary, &folder.join(format!("{name}.zip")), FAST)?;
    }
    Ok(folder)
}

/// Writes `binary` as the only file, `bootstrap`, of the zip `to`, compressed that hard, unless the zip is newer.
pub(crate) fn zip(binary: &Path, to: &Path, level: i64) -> anyhow::Result<()> {
    let built = binary.metadata().and_then(|metadata| metadata.modified());
    let built = built.with_context(|| format!("{} was not built", binary.display()))?;
    let zipped = to.metadata().and_then(|metadata| metadata.modified());
    if zipped.is_ok_and(|zipped| zipped > built) {
        return Ok(());
    }
    // Under another name until it is whole, so that an interrupted run leaves no half zip that looks new.
    let draft = to.with_extension("draft");
    let mut writer = ZipWriter::new(File::create(&draft)?);
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(level));
    writer.start_file("bootstrap", options.unix_permissions(0o755))?;
    std::io::copy(&mut File::open(binary)?, &mut writer)?;
    writer.finish()?;
    std::fs::rename(&draft, to)?;
    Ok(())
}
