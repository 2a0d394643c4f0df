//! `cargo xtask test`: every check and test, one after another, and one line at the end. `.ci/run` calls this.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use crate::console::{print, say, seconds};
use crate::interrupt::{self, Interrupted};
use crate::summary::{Runner, Tally, tally};
use crate::supply_chain::{self, Holes};
use crate::up::{self, CloudArguments, Wanted};
use crate::workspace::Workspace;
use crate::{functions, fuzz, lock, node, prerequisites, process, program, python, web_console};

/// The crate whose tests need a local cloud.
const END_TO_END: &str = "e2e";
/// Its tests, built as a part of the workspace: for a selection of packages cargo builds what they depend on once more.
const OF_THE_CLOUD: [&str; 5] = ["test", "--locked", "--workspace", "--test", "local_cloud"];
/// Those that measure, `under_load` too.
const LOAD: &str = "load::";
/// Runs of chaos: three minutes on two cores. More, and larger ones, are for `cargo xtask chaos`.
const CHAOS: [&str; 4] = ["--runs", "2000", "--servers", "16"];
/// Those that have a cloud for themselves, one after another.
const ALONE: &str = "alone::";
/// Of these the first, which kills processes: the simulator goes through all that it was asked before it answers again.
const KILLED: &str = "killed::";
/// What functions called, beside what they may call: only after everything else there is something to compare.
const PERMISSIONS: [&str; 3] = ["journal_permissions::", "--", "--ignored"];
/// For each target: what a change broke plainly shows at once, and the rest is for `cargo xtask fuzz`.
const FUZZ_SECONDS: u32 = 10;
/// How many of the others run at a time: one alone mostly waits for the clock of its run.
const TOGETHER: &str = "--test-threads=12";
/// What a local cloud says of itself, in the folder of its state.
const CLOUD: &str = "cloud.json";

/// What happened so far.
#[derive(Default)]
struct Report {
    rows: Vec<(String, Tally, String)>,
    total: Tally,
    /// What was said, where it is kept until there is room for it.
    held: Option<String>,
}

impl Report {
    /// Of what goes on beside something else: of two that talk at once, nobody understands either.
    fn held() -> Self {
        Self { held: Some(String::new()), ..Self::default() }
    }

    fn say(&mut self, text: &str) {
        match &mut self.held {
            Some(held) => {
                held.push_str(text);
                held.push('\n');
            }
            None => say(text),
        }
    }

    /// Runs one section and counts it.
    fn section(&mut self, name: &str, runner: Runner, work: impl FnOnce() -> anyhow::Result<(bool, String)>) -> bool {
        self.say(&format!("\n=== {name} ==="));
        let start = Instant::now();
        let (success, output) = work().unwrap_or_else(|error| {
            self.say(&format!("{error:#}"));
            (false, String::new())
        });
        if self.held.is_some() {
            self.say(&output);
        }
        self.count(name.to_owned(), tally(runner, &output, success), start);
        success
    }

    fn command(&mut self, name: &str, runner: Runner, command: &mut Command) -> bool {
        let seen: fn(&str) = if self.held.is_some() { |_| () } else { say };
        self.section(name, runner, || {
            let (status, output) = process::run_seen(command, seen)?;
            Ok((status.success(), output))
        })
    }

    /// What a service knows about holes. Where it does not answer, nothing passed, and the table says so.
    fn holes(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<Holes>) {
        self.say(&format!("\n=== {name} ==="));
        let start = Instant::now();
        let (name, runner, success, text) = match work() {
            Ok(Holes::None(text)) => (name.to_owned(), Runner::Check, true, text),
            Ok(Holes::Found(text)) => (name.to_owned(), Runner::Check, false, text),
            Ok(Holes::NotChecked(why)) => (format!("{name}: NOT CHECKED"), Runner::Preparation, true, why),
            Err(error) => (name.to_owned(), Runner::Check, false, format!("{error:#}")),
        };
        self.say(&text);
        self.count(name, tally(runner, "", success), start);
    }

    fn count(&mut self, name: String, counted: Tally, start: Instant) {
        self.total += counted;
        self.rows.push((name, counted, seconds(start.elapsed())));
    }

    /// Takes in what went on beside.
    fn append(&mut self, beside: Self) {
        self.say(beside.held.as_deref().unwrap_or_default());
        self.rows.extend(beside.rows);
        self.total += beside.total;
    }

    /// The table, and as the last line the sum.
    fn close(&self) -> anyhow::Result<ExitCode> {
        say("\n=== Summary ===");
        for (name, Tally { passed, failed }, duration) in &self.rows {
            let mark = if *failed == 0 { "✓" } else { "✗" };
            say(&format!("{mark} {name:<44} {passed:>5} passed {failed:>4} failed   {duration}"));
        }
        print(&format!("{} passed, {} failed", self.total.passed, self.total.failed))?;
        Ok(if self.total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    // A cloud of its own, so that a demo may run beside it.
    let state = workspace.local.join("test");
    let _lock = lock::take(&state)?;
    prerequisites::check()?;
    prerequisites::look_at_room(&workspace);
    let mut report = Report::default();
    rust(&workspace, &mut report);
    finished_or_interrupted()?;
    supply_chain(&workspace, &mut report);
    finished_or_interrupted()?;
    fuzzing(&workspace, &mut report);
    finished_or_interrupted()?;
    let built =
        report.section("Build the local cloud", Runner::Preparation, || functions::build(&workspace).map(|()| done()));
    finished_or_interrupted()?;
    let python =
        report.section("Python packages", Runner::Preparation, || python::local_cloud(&workspace).map(|_| done()));
    if python && built {
        report.command("Simulator, driven by boto3 (pytest)", Runner::Pytest, &mut wire_tests(&workspace)?);
        finished_or_interrupted()?;
    }
    let node = cdk(&workspace, &mut report);
    finished_or_interrupted()?;
    let console = console(&workspace, &mut report);
    finished_or_interrupted()?;
    if built && python && node && console {
        end_to_end(&workspace, &state, &mut report)?;
    } else {
        say("\nThe end-to-end tests were left out: what they need could not be made.");
    }
    finished_or_interrupted()?;
    report.close()
}

fn done() -> (bool, String) {
    (true, String::new())
}

fn finished_or_interrupted() -> anyhow::Result<()> {
    if interrupt::requested() { Err(Interrupted.into()) } else { Ok(()) }
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = process::cargo(workspace);
    command.args(arguments);
    command
}

fn rust(workspace: &Workspace, report: &mut Report) {
    report.command("Rust format", Runner::Check, &mut cargo(workspace, &["fmt", "--all", "--check"]));
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    report.command("clippy", Runner::Check, &mut cargo(workspace, &clippy));
    let tests = ["test", "--locked", "--workspace", "--exclude", END_TO_END, "--no-fail-fast"];
    report.command("Rust tests", Runner::Cargo, &mut cargo(workspace, &tests));
    let built = report.section("Build chaos", Runner::Preparation, || program::CHAOS.build(workspace).map(|()| done()));
    if built {
        report.command("Chaos", Runner::Plain, program::CHAOS.call(workspace).args(CHAOS));
    }
}

fn supply_chain(workspace: &Workspace, report: &mut Report) {
    let ready = || python::supply_chain(workspace).map(|_| done());
    if report.section("cargo-deny", Runner::Preparation, ready) {
        match supply_chain::rules(workspace) {
            Ok(mut rules) => report.command("Crates: bans, licences, sources", Runner::Check, &mut rules),
            Err(error) => report.section("Crates: bans, licences, sources", Runner::Check, || Err(error)),
        };
        report.holes("Crates: known holes", || supply_chain::advisories(workspace));
    }
    for part in ["cdk", "console"] {
        report.holes(&format!("npm audit of {part}/"), || supply_chain::npm_audit(workspace, part));
    }
}

fn fuzzing(workspace: &Workspace, report: &mut Report) {
    if !fuzz::can_build() {
        say("\nThe fuzz targets ran on their seeds only, with the Rust tests: libFuzzer needs a C++ compiler (c++).");
        return;
    }
    if report.section("Build the fuzz targets", Runner::Preparation, || fuzz::build(workspace).map(|()| done())) {
        report.section("Fuzzing", Runner::Check, || fuzz::look_at_all(workspace, FUZZ_SECONDS));
    }
}

fn wire_tests(workspace: &Workspace) -> anyhow::Result<Command> {
    let mut pytest = python::local_cloud(workspace)?.python();
    pytest.current_dir(&workspace.root).args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/wire"]);
    pytest.env("DRS_SIMULATOR", workspace.debug().join("drs-simulator")).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(pytest)
}

/// Property tests of the REST API from `docs/openapi.json`, and bodies that nobody means well.
fn api_tests(workspace: &Workspace, state: &Path) -> anyhow::Result<Command> {
    let mut pytest = python::api_tests(workspace)?.python();
    pytest.current_dir(&workspace.root).args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/api"]);
    pytest.env("DRS_LOCAL_CLOUD", state.join(CLOUD)).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(pytest)
}

fn cdk(workspace: &Workspace, report: &mut Report) -> bool {
    let ready = report.section("Node packages", Runner::Preparation, || node::ready(workspace, "cdk").map(|()| done()));
    if ready {
        let npm = |arguments: &[&str]| {
            let mut command = Command::new("npm");
            command.current_dir(workspace.root.join("cdk")).args(arguments);
            command
        };
        report.command("CDK types (tsc)", Runner::Check, &mut npm(&["run", "typecheck"]));
        report.command("CDK and state machine tests (vitest)", Runner::Vitest, &mut npm(&["test"]));
    }
    ready
}

/// The web console: what it promises about types and size, and its logic. Its tests in a browser need the local cloud.
fn console(workspace: &Workspace, report: &mut Report) -> bool {
    let ready = report.section("Node packages of the console", Runner::Preparation, || {
        node::ready(workspace, "console").map(|()| done())
    });
    if !ready {
        return false;
    }
    report.command("Console types (tsc)", Runner::Check, &mut web_console::npm(workspace, "typecheck"));
    report.command("Console tests (vitest)", Runner::Vitest, &mut web_console::npm(workspace, "test"));
    let built =
        report.section("Build the console", Runner::Preparation, || web_console::build(workspace).map(|()| done()));
    if built {
        report.command("Console's first load", Runner::Check, &mut web_console::npm(workspace, "size"));
    }
    built
}

/// Several clouds at a time, since most tests wait for the clock of their run: one for those that may run side by side, one
/// for those that disturb whoever calls, and one each for the console and the REST API, which look at everything there is.
fn end_to_end(workspace: &Workspace, state: &Path, report: &mut Report) -> anyhow::Result<()> {
    let alone = workspace.local.join("test-alone");
    let _lock = lock::take(&alone)?;
    let tests = |state: &Path, arguments: &[&str]| {
        let mut tests = cargo(workspace, &OF_THE_CLOUD);
        tests.args(arguments).arg("--nocapture").env("DRS_LOCAL_CLOUD", state.join(CLOUD));
        tests
    };
    let one_at_a_time = "--test-threads=1";
    std::thread::scope(|scope| {
        let beside = on_a_cloud(workspace, state, report, |report| {
            // What is measured against a limit does not share the machine.
            report.command("Load", Runner::Cargo, &mut tests(state, &[LOAD, "--", one_at_a_time]));
            let beside = [console_in_a_browser, api].map(|work| scope.spawn(move || work(workspace)));
            on_a_cloud(workspace, &alone, report, |report| {
                let disturbing = scope.spawn(|| {
                    let mut held = Report::held();
                    held.command("Processes killed in the middle", Runner::Cargo, &mut tests(&alone, &[KILLED, "--"]));
                    let others = [ALONE, "--", "--skip", KILLED, one_at_a_time];
                    held.command("End-to-end tests, one at a time", Runner::Cargo, &mut tests(&alone, &others));
                    held
                });
                let others = ["--", "--skip", LOAD, "--skip", ALONE, TOGETHER];
                report.command("End-to-end tests, side by side", Runner::Cargo, &mut tests(state, &others));
                report.append(joined(disturbing)?);
                let mut called = tests(state, &PERMISSIONS);
                called.env("DRS_OTHER_CLOUDS", alone.join(CLOUD));
                report.command("What was called and may be", Runner::Cargo, &mut called);
                anyhow::Ok(())
            })?
            .transpose()?;
            anyhow::Ok(beside)
        })?;
        for beside in beside.transpose()?.into_iter().flatten() {
            report.append(joined(beside)??);
        }
        Ok(())
    })
}

fn joined<T>(beside: ScopedJoinHandle<'_, T>) -> anyhow::Result<T> {
    beside.join().map_err(|_| anyhow::anyhow!("Tests that ran beside others broke off."))
}

/// The web console, with nobody else in its cloud who changes what it shows.
fn console_in_a_browser(workspace: &Workspace) -> anyhow::Result<Report> {
    beside(workspace, "test-console", |state, report| {
        let mut browser = web_console::npm(workspace, "e2e");
        browser.env("DRS_LOCAL_CLOUD", state.join(CLOUD));
        report.command("Console in a browser (Playwright)", Runner::Vitest, &mut browser);
    })
}

/// Property tests of the REST API, which leave all kinds of things.
fn api(workspace: &Workspace) -> anyhow::Result<Report> {
    beside(workspace, "test-api", |state, report| {
        let packages = || python::api_tests(workspace).map(|_| done());
        if report.section("Python packages for the API tests", Runner::Preparation, packages) {
            match api_tests(workspace, state) {
                Ok(mut tests) => report.command("REST API, by its description (pytest)", Runner::Pytest, &mut tests),
                Err(error) => report.section("REST API, by its description (pytest)", Runner::Pytest, || Err(error)),
            };
        }
    })
}

/// Does `work` on a cloud of its own, in a folder of that name.
fn beside(workspace: &Workspace, folder: &str, work: impl FnOnce(&Path, &mut Report)) -> anyhow::Result<Report> {
    let state = workspace.local.join(folder);
    let _lock = lock::take(&state)?;
    let mut report = Report::held();
    on_a_cloud(workspace, &state, &mut report, |report| work(&state, report))?;
    Ok(report)
}

/// Does `work` while a local cloud runs; `None` when none could be started, which is a failure in the report.
fn on_a_cloud<T>(
    workspace: &Workspace,
    state: &Path,
    report: &mut Report,
    work: impl FnOnce(&mut Report) -> T,
) -> anyhow::Result<Option<T>> {
    let inventory = workspace.root.join("examples/three-tier/inventory.yaml");
    let any = Some(0);
    let arguments =
        CloudArguments { scale: 0.01, faults: Vec::new(), port: any, simulator_port: any, console_port: any };
    let wanted = Wanted { state, arguments: &arguments, inventory: &inventory };
    let up = report.section("Local cloud", Runner::Preparation, || {
        up::clean_up_earlier(state)?;
        up::start_prepared(workspace, &wanted).map(|_| done())
    });
    let worked = up.then(|| work(report));
    up::stop(state)?;
    Ok(worked)
}
