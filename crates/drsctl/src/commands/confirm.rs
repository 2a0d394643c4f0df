//! Having a name typed back before something that cannot be undone.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::bail;
use serde_json::json;

use super::output::{Output, print, show};

/// What the user types after `prompt`; nothing where there is no terminal to ask.
pub(crate) fn ask(prompt: &str) -> anyhow::Result<Option<String>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    write!(std::io::stderr(), "{prompt}")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Some(line.trim().to_owned()))
}

/// What to delete, and whether to ask.
#[derive(clap::Args)]
pub(crate) struct Deletion {
    /// Its name.
    pub(crate) name: String,
    /// Do not ask for the name to be typed.
    #[arg(long)]
    pub(crate) yes: bool,
}

impl Deletion {
    /// Fails before anything is asked of the API where nobody can be asked.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if !self.yes && !std::io::stdin().is_terminal() {
            bail!("A deletion must be confirmed, and there is no terminal to ask: give --yes. Nothing was deleted.");
        }
        Ok(())
    }

    /// Shows what will go and has its name typed.
    pub(crate) fn confirm(&self, headline: &str) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        let typed = ask(&format!("{headline}\nType its name to delete it: "))?.unwrap_or_default();
        if typed != self.name {
            bail!("{typed:?} is not {:?}. Nothing was deleted.", self.name);
        }
        Ok(())
    }

    /// Says that it is gone.
    pub(crate) fn done(&self, output: Output, kind: &str, version: u64) -> anyhow::Result<ExitCode> {
        match output {
            Output::Table => print(&format!("{kind} {} is deleted (it was in version {version})", self.name))?,
            Output::Json | Output::Yaml => {
                let gone = json!({"kind": kind, "name": self.name, "version": version, "deleted": true});
                show(output, &gone, |_| String::new())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
