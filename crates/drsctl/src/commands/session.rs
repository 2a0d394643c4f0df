//! A client for the user who signed in.

use anyhow::{Context, bail};
use drsctl::client::Client;
use drsctl::clock;
use drsctl::cognito::UserPool;
use drsctl::settings::{self, Settings};

/// A token that ends within this many seconds is renewed first: a request may be under way for half a minute.
const MARGIN_SECONDS: i64 = 60;

/// A client with the tokens that `drsctl login` kept.
pub(crate) fn client() -> anyhow::Result<Client> {
    let path = settings::path()?;
    let mut kept = Settings::load(&path)?;
    if let Ok(url) = std::env::var("DRSCTL_API_URL")
        && !url.is_empty()
        && url != kept.api_url
    {
        bail!(
            "Signed in to {}, but DRSCTL_API_URL is {url}. Run `drsctl login` or unset DRSCTL_API_URL.",
            kept.api_url
        );
    }
    if kept.expires_at - MARGIN_SECONDS < clock::unix_seconds() as i64 {
        renew(&mut kept).context("The sign-in has expired. Run `drsctl login`.")?;
        kept.save(&path)?;
    }
    let client = Client::new(&kept.api_url, &kept.id_token);
    Ok(client.with_renewal(move || {
        let mut fresh = Settings::load(&path).ok()?;
        renew(&mut fresh)?;
        // Whether or not it can be kept for the next command, this one can go on.
        let _ = fresh.save(&path);
        Some(fresh.id_token)
    }))
}

fn renew(kept: &mut Settings) -> Option<()> {
    let pool = UserPool { endpoint: kept.cognito_endpoint.clone(), client_id: kept.client_id.clone() };
    let tokens = pool.renew(kept.refresh_token.as_deref()?).ok()?;
    kept.id_token = tokens.id_token;
    kept.expires_at = clock::unix_seconds() as i64 + tokens.expires_in_seconds;
    kept.refresh_token = tokens.refresh_token.or(kept.refresh_token.take());
    Some(())
}
