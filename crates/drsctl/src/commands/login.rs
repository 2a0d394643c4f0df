//! `drsctl login`.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use drsctl::clock;
use drsctl::cognito::UserPool;
use drsctl::settings::{self, Settings};

/// What says where to sign in. Given once, it is remembered.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Your user name.
    #[arg(long)]
    username: Option<String>,
    /// The password; asked for if it is neither here nor in DRSCTL_PASSWORD. Others can see a command line.
    #[arg(long, env = "DRSCTL_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The API: output ApiUrl of the stack.
    #[arg(long, env = "DRSCTL_API_URL")]
    api_url: Option<String>,
    /// The app client: output UserPoolClientId of the stack.
    #[arg(long, env = "DRSCTL_CLIENT_ID")]
    client_id: Option<String>,
    /// Where Cognito is [default: https://cognito-idp.<region>.amazonaws.com]
    #[arg(long, env = "DRSCTL_COGNITO_ENDPOINT")]
    cognito_endpoint: Option<String>,
    /// The Region of the user pool [default: the one in --api-url]
    #[arg(long, env = "AWS_REGION")]
    region: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let path = settings::path()?;
    let kept = Settings::load(&path).ok();
    let kept = kept.as_ref();
    let api_url = arguments.api_url.or_else(|| kept.map(|kept| kept.api_url.clone()));
    let api_url = api_url.context("Which API? Give --api-url, the output ApiUrl of the stack.")?;
    // What was kept is of use only for the same deployment.
    let kept = kept.filter(|kept| kept.api_url == api_url);
    let client_id = arguments.client_id.or_else(|| kept.map(|kept| kept.client_id.clone()));
    let client_id =
        client_id.context("Which app client? Give --client-id, the output UserPoolClientId of the stack.")?;
    let region = arguments.region.or_else(|| region_of(&api_url));
    let endpoint = arguments
        .cognito_endpoint
        .or_else(|| kept.map(|kept| kept.cognito_endpoint.clone()))
        .or_else(|| region.map(|region| format!("https://cognito-idp.{region}.amazonaws.com")))
        .context("Which Region? Give --region or --cognito-endpoint.")?;
    let username = arguments.username.or_else(|| kept.map(|kept| kept.username.clone()));
    let username = username.context("Who? Give --username.")?;
    let password = match arguments.password {
        Some(password) => password,
        None => ask_password(&username)?,
    };
    let pool = UserPool { endpoint, client_id };
    let tokens = pool.login(&username, &password)?;
    let settings = Settings {
        api_url,
        cognito_endpoint: pool.endpoint,
        client_id: pool.client_id,
        username,
        id_token: tokens.id_token,
        refresh_token: tokens.refresh_token,
        expires_at: clock::unix_seconds() as i64 + tokens.expires_in_seconds,
    };
    settings.save(&path)?;
    writeln!(std::io::stderr(), "Signed in as {} ({}).", settings.username, path.display())?;
    Ok(ExitCode::SUCCESS)
}

/// `https://<id>.execute-api.<region>.amazonaws.com/prod` names the Region.
fn region_of(api_url: &str) -> Option<String> {
    let (_, rest) = api_url.split_once(".execute-api.")?;
    rest.split_once('.').map(|(region, _)| region.to_owned())
}

/// Reads a password from the terminal without showing it; from a pipe as it is.
fn ask_password(username: &str) -> anyhow::Result<String> {
    let terminal = std::io::stdin().is_terminal();
    if terminal {
        write!(std::io::stderr(), "Password of {username}: ")?;
    }
    let hidden = terminal && echo(false);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if hidden {
        echo(true);
        writeln!(std::io::stderr())?;
    }
    read?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("No password given: type it, or set DRSCTL_PASSWORD.");
    }
    Ok(password.to_owned())
}

/// Whether the terminal could be told to show or hide what is typed.
fn echo(on: bool) -> bool {
    let setting = if on { "echo" } else { "-echo" };
    Command::new("stty").arg(setting).stdin(Stdio::inherit()).status().is_ok_and(|status| status.success())
}
