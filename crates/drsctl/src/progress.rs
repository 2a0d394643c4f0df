//! Showing an execution while it runs: lines that move in a terminal, or one plain line for each change.
//! Not here: asking the API ([`crate::watch`]).

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

use contract::{Execution, ServerRun, ServerStatus, WaveRun};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::table::{Counts, failures, held};
use crate::text::{hms, printable, shortened};

/// Servers in flight that are shown at once; a wave of hundreds would push the waves off the screen.
const SERVERS_SHOWN: usize = 12;
/// Longer reasons are in the result.
const REASON_CHARACTERS: usize = 100;

/// Where progress is shown. Always standard error: standard output is for results.
pub enum View {
    /// Lines that are redrawn in place.
    Terminal(TerminalView),
    /// One line for each change.
    Lines(LineView),
}

impl View {
    /// Moving lines if standard error is a terminal, plain ones otherwise.
    #[must_use]
    pub fn for_stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Terminal(TerminalView::new()) } else { Self::Lines(LineView::new()) }
    }

    /// Shows `execution` as it is at `now`, in seconds of the clock that the API runs by.
    pub fn show(&mut self, execution: &Execution, now: i64) {
        match self {
            Self::Terminal(view) => view.show(execution, now),
            Self::Lines(view) => {
                for line in view.changes(execution, now) {
                    say(&line);
                }
            }
        }
    }

    /// Says something that is not progress, such as a lost connection.
    pub fn note(&mut self, text: &str) {
        match self {
            // Fails only when standard error is closed; then nobody reads it.
            Self::Terminal(view) => drop(view.screen.println(text)),
            Self::Lines(_) => say(text),
        }
    }

    /// Takes the moving lines away.
    pub fn close(&mut self) {
        match self {
            Self::Terminal(view) => view.resize(0),
            Self::Lines(_) => {}
        }
    }
}

fn say(line: &str) {
    // Not eprintln!: it panics when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Lines that are redrawn in place.
pub struct TerminalView {
    screen: MultiProgress,
    lines: Vec<ProgressBar>,
}

impl TerminalView {
    fn new() -> Self {
        Self { screen: MultiProgress::new(), lines: Vec::new() }
    }

    fn show(&mut self, execution: &Execution, now: i64) {
        let texts = screen_lines(execution, now);
        self.resize(texts.len());
        for (line, text) in self.lines.iter().zip(texts) {
            line.set_message(text);
        }
    }

    fn resize(&mut self, count: usize) {
        while self.lines.len() > count {
            if let Some(line) = self.lines.pop() {
                line.finish_and_clear();
                self.screen.remove(&line);
            }
        }
        while self.lines.len() < count {
            let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
            let line = self.screen.add(ProgressBar::no_length());
            line.set_style(style);
            self.lines.push(line);
        }
    }
}

/// The whole screen: the execution, each wave, and below a wave its servers in flight.
fn screen_lines(execution: &Execution, now: i64) -> Vec<String> {
    let summary = &execution.summary;
    let elapsed = hms(summary.ended_at.unwrap_or(now) - summary.started_at);
    let plan = printable(summary.plan_id.as_str());
    let mut lines = vec![format!("{} of {plan}  {}{}  {elapsed}", summary.mode, summary.status, held(summary))];
    let width = execution.waves.iter().map(|wave| wave.name.chars().count()).max().unwrap_or_default();
    for wave in &execution.waves {
        let counts = Counts::of(wave);
        let elapsed = wave.started_at.map(|start| hms(wave.ended_at.unwrap_or(now) - start)).unwrap_or_default();
        // Nothing is said of health where no checks run.
        let healthy = counts.healthy.map(|_| format!("{} healthy  ", counts.healthy_text())).unwrap_or_default();
        lines.push(format!(
            "  {:<width$}  {:<9}  {}/{} launched  {healthy}{elapsed}  {}",
            printable(&wave.name),
            wave.status,
            counts.launched,
            counts.servers,
            shortened(&printable(&wave.reason), REASON_CHARACTERS),
        ));
        lines.extend(failures::awaited(execution, wave).map(|text| format!("    {text}")));
        let settled = wave.status.is_terminal();
        let flying: Vec<&ServerRun> = wave.servers.iter().filter(|server| !settled && in_flight(server)).collect();
        lines.extend(flying.iter().take(SERVERS_SHOWN).map(|server| format!("    {}", server_text(server))));
        if flying.len() > SERVERS_SHOWN {
            lines.push(format!("    … and {} more", flying.len() - SERVERS_SHOWN));
        }
    }
    lines
}

fn in_flight(server: &ServerRun) -> bool {
    match server.status {
        ServerStatus::Launching | ServerStatus::Launched | ServerStatus::Checking => true,
        ServerStatus::Pending
        | ServerStatus::Healthy
        | ServerStatus::Unhealthy
        | ServerStatus::Failed
        | ServerStatus::Skipped
        | ServerStatus::Unknown => false,
    }
}

fn server_text(server: &ServerRun) -> String {
    let mut parts = vec![format!("{:<12}", printable(&server.hostname)), format!("{:<9}", server.status)];
    let ids = [server.job_id.as_ref().map(AsRef::as_ref), server.instance_id.as_ref().map(AsRef::as_ref)];
    let rest = [Some(server.phase.as_str())].into_iter().chain(ids).flatten().map(printable);
    parts.extend(rest.filter(|text| !text.is_empty()));
    if !server.reason.is_empty() {
        parts.push(shortened(&printable(&server.reason), REASON_CHARACTERS));
    }
    parts.join("  ")
}

/// One line for each change.
pub struct LineView {
    /// What was last said of the execution, each wave and each server.
    said: BTreeMap<String, String>,
}

impl LineView {
    fn new() -> Self {
        Self { said: BTreeMap::new() }
    }

    /// A line for everything that is not as it was, in the order of the plan; the end comes last.
    fn changes(&mut self, execution: &Execution, now: i64) -> Vec<String> {
        let summary = &execution.summary;
        let now = hms(now - summary.started_at);
        let mut lines = Vec::new();
        let mut tell = |key: String, text: String, quiet: bool| {
            let text = text.trim_end().to_owned();
            let old = self.said.insert(key.clone(), text.clone());
            // What has not begun is no news.
            if old.as_ref() != Some(&text) && !(quiet && old.is_none()) {
                lines.push(format!("{now}  {key:<28}  {text}"));
            }
        };
        let whole =
            (printable(summary.plan_id.as_str()), format!("{} {}{}", summary.mode, summary.status, held(summary)));
        let ended = summary.status.is_terminal();
        if !ended {
            tell(whole.0.clone(), whole.1.clone(), false);
        }
        for wave in &execution.waves {
            let name = printable(&wave.name);
            tell(format!("wave {name}"), wave_text(wave), false);
            if let Some(text) = failures::awaited(execution, wave) {
                tell(format!("decide {name} {}", wave.round), text, false);
            }
            for server in &wave.servers {
                let key = format!("{name}/{}", printable(&server.hostname));
                tell(key, server_text_short(server), server.status == ServerStatus::Pending);
            }
        }
        if ended {
            tell(whole.0, whole.1, false);
        }
        lines
    }
}

fn wave_text(wave: &WaveRun) -> String {
    let counts = Counts::of(wave);
    let healthy = counts.healthy.map(|healthy| format!(", {healthy} healthy")).unwrap_or_default();
    let launched = format!("{}/{} launched{healthy}", counts.launched, counts.servers);
    format!("{:<9}  {launched}  {}", wave.status, shortened(&printable(&wave.reason), REASON_CHARACTERS))
}

fn server_text_short(server: &ServerRun) -> String {
    let text = server_text(server);
    text.split_once("  ").map_or(text.clone(), |(_, rest)| rest.trim_start().to_owned())
}
