//! The events of a run, in the order of their moments. What the run means is in [`super`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::{JobRun, POLL_SECONDS, Pace, Run, WaveRun};
use crate::batch::{self, InUse, Quotas};
use crate::forecast::ForecastWave;
use crate::graph::ways;
use crate::id::ServerId;

/// What can happen. At one moment in this order: what ends makes room before anybody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A hold on the quotas of a Region ends: a job, or all that was in use at the start.
    Free(usize),
    /// A wave ends.
    End(usize),
    /// A wave looks whether servers can go into jobs: of several, the one with the longest way first.
    Look(Reverse<usize>, usize),
}

/// What counts against the quotas of a Region for a while.
struct Hold {
    region: usize,
    jobs: usize,
    servers: Vec<ServerId>,
}

/// A Region.
#[derive(Default)]
struct Region {
    in_use: InUse,
    /// The waves with servers that wait.
    waiting: BTreeSet<usize>,
}

/// A wave under way.
struct Wave<'a> {
    launch: BTreeMap<&'a ServerId, u64>,
    before: u64,
    checks: u64,
    after: u64,
    region: usize,
    /// How many are behind it, one after another.
    way: usize,
    /// Who waits for it.
    dependants: Vec<usize>,
    /// How many it still waits for.
    open_dependencies: usize,
    begun: bool,
    /// Servers in no job yet.
    pending: Vec<ServerId>,
    /// Whether a look is ahead.
    will_look: bool,
    /// The end of its last job so far.
    jobs_end: u64,
    times: WaveRun,
}

/// A run under way.
pub(super) struct Simulation<'a> {
    quotas: Quotas,
    gone: Option<usize>,
    waves: Vec<Wave<'a>>,
    regions: Vec<Region>,
    holds: Vec<Hold>,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    now: u64,
    jobs: Vec<JobRun>,
    free_at: BTreeMap<String, u64>,
}

impl<'a> Simulation<'a> {
    /// The moment before the run: what is in use is held, and it is known who waits for whom.
    pub(super) fn new(
        waves: &'a [ForecastWave],
        quotas: &Quotas,
        in_use: &BTreeMap<String, InUse>,
        pace: Pace,
        gone: Option<usize>,
    ) -> Self {
        let names: BTreeSet<&String> = waves.iter().map(|wave| &wave.region).collect();
        let position: BTreeMap<&String, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let mut simulation = Self {
            // Under a quota of nothing no run would ever end.
            quotas: Quotas {
                servers_per_job: quotas.servers_per_job.max(1),
                jobs: quotas.jobs.max(1),
                servers_in_jobs: quotas.servers_in_jobs.max(1),
            },
            gone,
            waves: waves.iter().map(|wave| Wave::new(wave, position[&wave.region], pace)).collect(),
            regions: names.iter().map(|_| Region::default()).collect(),
            holds: Vec::new(),
            events: BinaryHeap::new(),
            now: 0,
            jobs: Vec::new(),
            free_at: BTreeMap::new(),
        };
        for (name, region) in position {
            if let Some(taken) = in_use.get(name) {
                let until = median_launch(waves.iter().filter(|wave| wave.region == *name), pace);
                simulation.free_at.insert(name.clone(), until);
                simulation.hold(region, taken.jobs, taken.servers.iter().cloned().collect(), until);
            }
        }
        simulation.link(waves);
        simulation
    }

    /// Who waits for whom, and how far each leads. What is no other wave cannot be waited for.
    fn link(&mut self, waves: &[ForecastWave]) {
        for (index, wave) in waves.iter().enumerate() {
            for dependency in wave.depends_on.iter().filter(|other| **other < waves.len() && **other != index) {
                self.waves[*dependency].dependants.push(index);
                self.waves[index].open_dependencies += 1;
            }
        }
        let before: Vec<&BTreeSet<usize>> = waves.iter().map(|wave| &wave.depends_on).collect();
        for (index, way) in ways(before.into_iter().enumerate()) {
            self.waves[index].way = way;
        }
    }

    /// Works through all events.
    pub(super) fn run(mut self) -> Run {
        for index in 0..self.waves.len() {
            if self.waves[index].open_dependencies == 0 {
                self.begin(index, None);
            }
        }
        loop {
            while let Some(Reverse((now, event))) = self.events.pop() {
                self.now = now;
                match event {
                    Event::Free(hold) => self.free(hold),
                    Event::End(wave) => self.end(wave),
                    Event::Look(_, wave) => self.look(wave),
                }
            }
            // Plans have no circles: they are refused when they are stored. One that came here all the same is cut at
            // its first wave, so that this ends.
            let Some(stuck) = self.waves.iter().position(|wave| !wave.begun) else { break };
            self.begin(stuck, None);
        }
        Run { waves: self.waves.into_iter().map(|wave| wave.times).collect(), jobs: self.jobs, free_at: self.free_at }
    }

    fn begin(&mut self, index: usize, released_by: Option<usize>) {
        let now = self.now;
        let wave = &mut self.waves[index];
        wave.begun = true;
        let ready = now + wave.before;
        wave.times = WaveRun { start: now, ready, released_by, ..WaveRun::default() };
        if self.gone == Some(index) {
            wave.times = WaveRun { ready: now, all_in_jobs: now, launched: now, checked: now, end: now, ..wave.times };
            self.at(now, Event::End(index));
        } else {
            wave.will_look = true;
            let look = wave.look(index);
            self.at(ready, look);
        }
    }

    /// Packs what is pending with what is in use.
    fn look(&mut self, index: usize) {
        let wave = &mut self.waves[index];
        let region = &mut self.regions[wave.region];
        wave.will_look = false;
        if region.in_use.is_full(&self.quotas) && !wave.pending.is_empty() {
            region.waiting.insert(index);
            return;
        }
        let packing = batch::pack(&wave.pending, &region.in_use, &self.quotas);
        wave.pending = packing.waiting.into_iter().map(|(server, _)| server).collect();
        if wave.pending.is_empty() {
            region.waiting.remove(&index);
        } else {
            region.waiting.insert(index);
        }
        for servers in packing.batches {
            self.start(index, servers);
        }
        if self.waves[index].pending.is_empty() {
            self.all_in_jobs(index);
        }
    }

    fn start(&mut self, index: usize, servers: Vec<ServerId>) {
        let wave = &mut self.waves[index];
        let slowest = servers.iter().filter_map(|server| wave.launch.get(server)).max().copied().unwrap_or_default();
        // No job is over at the moment of its start, whatever an estimate says: who looked then has looked.
        let end = self.now + slowest.max(1);
        wave.jobs_end = wave.jobs_end.max(end);
        wave.times.jobs += 1;
        let region = wave.region;
        self.jobs.push(JobRun { wave: index, start: self.now, end, servers: servers.clone() });
        self.hold(region, 1, servers, end);
    }

    /// From here on nothing of the wave depends on others, so its end is known.
    fn all_in_jobs(&mut self, index: usize) {
        let now = self.now;
        let wave = &mut self.waves[index];
        let launched = now + looks(wave.jobs_end.saturating_sub(now));
        let checked = if wave.checks == 0 { launched } else { launched + looks(wave.checks) };
        let end = checked + wave.after;
        wave.times = WaveRun { all_in_jobs: now, launched, checked, end, ..wave.times };
        self.at(end, Event::End(index));
    }

    fn end(&mut self, index: usize) {
        for dependant in std::mem::take(&mut self.waves[index].dependants) {
            let wave = &mut self.waves[dependant];
            wave.open_dependencies -= 1;
            if wave.open_dependencies == 0 && !wave.begun {
                self.begin(dependant, Some(index));
            }
        }
    }

    fn hold(&mut self, region: usize, jobs: usize, servers: Vec<ServerId>, until: u64) {
        let in_use = &mut self.regions[region].in_use;
        in_use.jobs += jobs;
        in_use.servers.extend(servers.iter().cloned());
        self.holds.push(Hold { region, jobs, servers });
        self.at(until, Event::Free(self.holds.len() - 1));
    }

    /// Gives back what a hold took, and lets the waves that wait there look when they next do.
    fn free(&mut self, hold: usize) {
        let Hold { region, jobs, servers } = &self.holds[hold];
        let region = &mut self.regions[*region];
        region.in_use.jobs -= jobs;
        for server in servers {
            region.in_use.servers.remove(server);
        }
        for index in &region.waiting {
            let wave = &mut self.waves[*index];
            if !wave.will_look {
                wave.will_look = true;
                let next = wave.times.ready + looks(self.now - wave.times.ready);
                self.events.push(Reverse((next, wave.look(*index))));
            }
        }
    }

    fn at(&mut self, moment: u64, event: Event) {
        self.events.push(Reverse((moment, event)));
    }
}

impl<'a> Wave<'a> {
    fn look(&self, index: usize) -> Event {
        Event::Look(Reverse(self.way), index)
    }

    fn new(wave: &'a ForecastWave, region: usize, pace: Pace) -> Self {
        let mut launch: BTreeMap<&ServerId, u64> = BTreeMap::new();
        for server in &wave.servers {
            let slowest = launch.entry(&server.id).or_default();
            *slowest = pace.of(server.launch).max(*slowest);
        }
        Self {
            pending: launch.keys().map(|server| (*server).clone()).collect(),
            launch,
            before: pace.of(wave.before),
            checks: wave.servers.iter().map(|server| pace.of(server.checks)).max().unwrap_or_default(),
            after: pace.of(wave.after),
            region,
            way: 0,
            dependants: Vec::new(),
            open_dependencies: 0,
            begun: false,
            will_look: false,
            jobs_end: 0,
            times: WaveRun::default(),
        }
    }
}

/// The time until a wave sees what ends after `duration`: whole looks, and at least one, since it waits before it looks
/// for the first time.
fn looks(duration: u64) -> u64 {
    duration.div_ceil(POLL_SECONDS).max(1) * POLL_SECONDS
}

/// The median of what the servers of `waves` take to launch; 0 when there are none.
fn median_launch<'a>(waves: impl Iterator<Item = &'a ForecastWave>, pace: Pace) -> u64 {
    let mut launches: Vec<u64> = waves.flat_map(|wave| &wave.servers).map(|server| pace.of(server.launch)).collect();
    launches.sort_unstable();
    launches.get(launches.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}
