//! One run: a world, a storm and people, then calm, and the records are compared with DRS.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::anyhow;
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use simulation::weather::Weather;
use simulation::{Wire, World};
use simulator::Inventory;

use crate::case::Case;
use crate::people::People;
use crate::storm::Storm;
use crate::truth;

/// How long people look when the storm is over, in seconds: longer than any time-out of a plan.
const CALM_SECONDS: f64 = 4.0 * 86_400.0;
/// How often they look.
const LOOK_SECONDS: u64 = 900;

/// How often the sweep looks for drills to be cleaned up.
const SWEEP_SECONDS: u64 = 900;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// From which everything follows.
    pub seed: u64,
    /// Source servers.
    pub servers: usize,
    /// Waves of the first plan.
    pub waves: usize,
    /// Executions, and how they ended.
    pub executions: Vec<String>,
    /// Calls of AWS.
    pub calls: u64,
    /// Those that went wrong.
    pub wrong: u64,
    /// Jobs that DRS started.
    pub jobs: usize,
    /// Jobs that DRS refused for a quota.
    pub refused_for_quota: u64,
    /// Virtual seconds.
    pub seconds: u64,
    /// Of everything that happened, in its order.
    pub digest: u64,
    /// What must not have been.
    pub violations: Vec<String>,
}

impl fmt::Display for Story {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "seed {}: {} servers in {} waves, {} calls, {} of them wrong, {} jobs, {} h, digest {:016x}",
            self.seed,
            self.servers,
            self.waves,
            self.calls,
            self.wrong,
            self.jobs,
            self.seconds / 3_600,
            self.digest
        )?;
        writeln!(formatter, "  executions: {}", self.executions.join(", "))?;
        self.violations.iter().try_for_each(|what| writeln!(formatter, "  {what}"))
    }
}

/// Makes what every run of a process makes when it first needs it, such as the state machines and the SDK's rules for
/// endpoints, so that processes that are forked off have it already: by a run in which nothing goes wrong.
///
/// # Errors
/// When it does not begin.
pub fn warm_up() -> anyhow::Result<()> {
    let mut random = Rng::with_seed(0);
    let case = Case::draw(&mut random, 1);
    let inventory = Inventory::from_yaml(&case.inventory.to_string()).map_err(|error| anyhow!("{error}"))?;
    let mut world = World::new(0, inventory)?;
    let mut people = People { world: &mut world, case: &case, random };
    people.set_up()?;
    people.start()?;
    people.world.pass(7_200);
    Ok(())
}

/// Runs what follows from `seed`, with at most `most` servers, the tables called by `wire`. A panic is a violation as well.
/// Every call is printed where somebody wants to see how it came about.
#[must_use]
pub fn run(seed: u64, most: usize, wire: Wire, prints: bool) -> Story {
    let mut random = Rng::with_seed(seed);
    let case = Case::draw(&mut random, most);
    let storm = Arc::new(Storm::draw(&mut random, case.servers, prints));
    let waves = case.plans[0]["waves"].as_array().map_or(0, Vec::len);
    let outcome = catch_unwind(AssertUnwindSafe(|| happens(&case, &storm, random, seed, wire)));
    let (executions, seconds) = match outcome {
        Ok(Ok(ended)) => ended,
        Ok(Err(error)) => {
            storm.rules(|rules| rules.violated("the run comes to its end", &format!("{error:#}")));
            (Vec::new(), 0)
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            storm.rules(|rules| rules.violated("9 nothing panics", &text.unwrap_or_default()));
            (Vec::new(), 0)
        }
    };
    let (calls, wrong, digest) = storm.told();
    storm.rules(|rules| Story {
        seed,
        servers: case.servers,
        waves,
        executions,
        calls,
        wrong,
        jobs: rules.jobs().len(),
        refused_for_quota: rules.refused_for_quota(),
        seconds,
        digest,
        violations: rules.violations().to_vec(),
    })
}

fn happens(
    case: &Case,
    storm: &Arc<Storm>,
    mut random: Rng,
    seed: u64,
    wire: Wire,
) -> anyhow::Result<(Vec<String>, u64)> {
    let inventory = Inventory::from_yaml(&case.inventory.to_string()).map_err(|error| anyhow!("{error}"))?;
    let weather: Arc<dyn Weather> = Arc::<Storm>::clone(storm);
    let mut world = World::under(seed, inventory, weather, wire)?;
    let began = world.now();
    world.every(300, "stopped", &json!({}))?;
    world.every(SWEEP_SECONDS, "sweep", &json!({ "leftOverHours": 24 }))?;
    let acts = random.usize(1..15);
    let pause = random.u64(60..1_500);
    let mut people = People { world: &mut world, case, random };
    people.set_up()?;
    storm.blow(true);
    people.start()?;
    for _ in 0..acts {
        let seconds = people.random.u64(..pause * 2);
        people.world.pass(seconds);
        people.act()?;
    }
    storm.blow(false);
    people.world.simulator("DELETE", "faults", None);
    // What was called before may still hang.
    let end = people.world.now() + CALM_SECONDS;
    people.world.pass(1_800);
    while !people.let_go()? && people.world.now() < end {
        people.world.pass(LOOK_SECONDS);
    }
    // What is delivered late, and the end of what was begun. Looked at midway between two sweeps: one may just start a cleanup.
    people.world.pass(1_800);
    loop {
        let since_midway = (people.world.now() - began) as u64 + SWEEP_SECONDS / 2;
        people.world.pass(SWEEP_SECONDS - since_midway % SWEEP_SECONDS);
        if people.let_go()? || people.world.now() > end + CALM_SECONDS {
            break;
        }
    }
    let executions = people.executions()?;
    let text = |of: &serde_json::Value| of.as_str().unwrap_or_default().to_owned();
    let ids: Vec<String> = executions.iter().map(|one| text(&one["executionId"])).collect();
    let seconds = (world.now() - began) as u64;
    // Not held meanwhile: what is asked of the API is seen by the storm.
    let mut rules = storm.rules(std::mem::take);
    let compared = truth::compare(&mut world, &ids, &mut rules);
    storm.rules(|place| *place = rules);
    compared?;
    Ok((executions.iter().map(|one| format!("{} {}", text(&one["mode"]), text(&one["status"]))).collect(), seconds))
}
