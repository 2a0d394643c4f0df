//! How long the pages of the console take to load in Chromium, at the size of a large company: `console/e2e/loading.e2e.ts`
//! looks, and behind it is the local cloud with its API Gateway.

use std::process::Command;

use anyhow::{Context, ensure};
use e2e::Scenario;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::events::Drills;

/// What a page takes until it shows what the API answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Load {
    page: String,
    /// Milliseconds with nothing in the browser's cache, the median of five.
    first_millis: f64,
    /// What came over the wire for that.
    first_bytes: u64,
    /// Milliseconds when the console's own files are in the cache.
    again_millis: f64,
}

/// Loads the pages and prints what they took. `scenario` is what [`e2e::load::prepare`] has filled the cloud with.
pub(crate) fn measure(scenario: &Scenario, drills: &Drills) -> anyhow::Result<Vec<Load>> {
    let name = scenario.name.as_str();
    // Rows of a list have links; what is shown while it is asked for has none.
    let row = || "main table tbody a".to_owned();
    let text = |text: &str| format!("main >> text={text}");
    let graph = || "role=group[name=/^Waves and what each waits for/] >> role=button".to_owned();
    let pages = [
        ("dashboard", "/".to_owned(), row()),
        ("source servers", "/servers".to_owned(), row()),
        ("source server", format!("/servers/{}", scenario.server(1)), text(&scenario.host(1))),
        ("protection groups", "/groups".to_owned(), row()),
        ("recovery plans", "/plans".to_owned(), row()),
        ("recovery plan", format!("/plans/{name}-007"), graph()),
        ("execution", drills.path(), graph()),
    ];
    let pages = pages.map(|(what, path, ready)| json!({ "what": what, "path": path, "ready": ready }));
    let console = concat!(env!("CARGO_MANIFEST_DIR"), "/../../console");
    let file = std::env::temp_dir().join(format!("loading-{}.json", std::process::id()));
    let status = Command::new("npm")
        .current_dir(console)
        .args(["run", "e2e", "--", "e2e/loading.e2e.ts"])
        .env("LOADING", json!({ "pages": pages, "file": file }).to_string())
        .status()
        .context("npm cannot be started")?;
    ensure!(status.success(), "the pages were not loaded: see above");
    let loads: Vec<Load> = serde_json::from_slice(&std::fs::read(&file)?)?;
    std::fs::remove_file(&file)?;
    println!("{:<22} {:>9} {:>9} {:>9}", "page of the console", "first ms", "first KB", "again ms");
    for load in &loads {
        let kilobytes = load.first_bytes as f64 / 1e3;
        println!("{:<22} {:>9.0} {kilobytes:>9.0} {:>9.0}", load.page, load.first_millis, load.again_millis);
    }
    Ok(loads)
}
