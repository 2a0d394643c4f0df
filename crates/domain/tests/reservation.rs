//! What a wave leaves of the quotas for waves that go before it, for how long, and what never holds it up.

use std::collections::BTreeSet;

use domain::batch::{InUse, Packing, Quotas, WaitReason, pack};
use domain::id::ServerId;
use domain::plan::OnFailure;
use domain::reservation::{Contender, Room, SECONDS, pack_beside, reserved};
use domain::status::WaveStatus;
use proptest::prelude::*;

const NOW: i64 = 1_000_000;
const QUOTAS: Quotas = Quotas { servers_per_job: 100, jobs: 20, servers_in_jobs: 500 };
const NOTHING: Room = Room { jobs: 0, servers: 0 };
/// All that DRS allows.
const ALL: Room = Room { jobs: 20, servers: 500 };

fn wave(number: u32, depends_on: &BTreeSet<u32>, status: WaveStatus) -> Contender<'_> {
    Contender {
        number,
        region: "us-east-1",
        depends_on,
        on_failure: OnFailure::Stop,
        status,
        needs_approval: false,
        let_go_at: None,
        started_at: (status != WaveStatus::Waiting).then_some(NOW - 600),
        ended_at: status.is_terminal().then_some(NOW - 10),
        servers: 250,
        in_jobs: if status == WaveStatus::Waiting { 0 } else { 250 },
        jobs_ended_at: None,
    }
}

/// A leaf, 1, that looks for room; a chain of 2 and 3.
struct Plan {
    none: BTreeSet<u32>,
    chain: BTreeSet<u32>,
}

impl Plan {
    fn new() -> Self {
        Self { none: BTreeSet::new(), chain: BTreeSet::from([2]) }
    }

    fn waves(&self, second: WaveStatus, third: WaveStatus) -> [Contender<'_>; 3] {
        let leaf = Contender { in_jobs: 0, ..wave(1, &self.none, WaveStatus::Launching) };
        [leaf, wave(2, &self.none, second), wave(3, &self.chain, third)]
    }
}

fn left(waves: &[Contender<'_>], freed: Room) -> Room {
    reserved(1, waves, freed, &QUOTAS, NOW)
}

fn room(servers: usize) -> Room {
    Room { jobs: servers.div_ceil(100), servers }
}

/// A wave behind 3.
fn behind_three() -> BTreeSet<u32> {
    BTreeSet::from([3])
}

#[test]
fn the_longest_way_goes_first_then_the_order_of_the_plan() {
    let (plan, last) = (Plan::new(), behind_three());
    let mut waves = plan.waves(WaveStatus::Launching, WaveStatus::Waiting).to_vec();
    waves.push(wave(4, &last, WaveStatus::Waiting));
    for one in &mut waves[..2] {
        (one.started_at, one.in_jobs) = (Some(NOW - 1), 0);
    }
    assert_eq!(left(&waves, NOTHING), room(250), "1 leaves room for 2, which has two behind it");
    assert_eq!(reserved(2, &waves, NOTHING, &QUOTAS, NOW), NOTHING, "and 2 none for 1");
    let alike = [1, 2].map(|number| Contender { number, ..waves[0].clone() });
    assert_eq!(left(&alike, NOTHING), NOTHING);
    assert_eq!(reserved(2, &alike, NOTHING, &QUOTAS, NOW), room(250));
}

#[test]
fn a_wave_whose_dependency_has_just_ended_in_drs_or_here_is_waited_for() {
    let (plan, last) = (Plan::new(), behind_three());
    let with = |second: WaveStatus, change: &dyn Fn(&mut Contender<'_>)| {
        let mut waves = plan.waves(second, WaveStatus::Waiting).to_vec();
        waves.push(wave(4, &last, WaveStatus::Waiting));
        change(&mut waves[1]);
        left(&waves, NOTHING)
    };
    assert_eq!(with(WaveStatus::Launching, &|_| ()), NOTHING, "its jobs run");
    let over = |at: i64| with(WaveStatus::Launching, &|second| second.jobs_ended_at = Some(at));
    assert_eq!([over(NOW), over(NOW - SECONDS), over(NOW - SECONDS - 1)], [room(250), room(250), NOTHING]);
    let more = |second: &mut Contender<'_>| (second.in_jobs, second.jobs_ended_at) = (200, Some(NOW));
    assert_eq!(
        with(WaveStatus::Launching, &more),
        NOTHING,
        "2 itself, which has been queueing for long, takes only what comes free"
    );
    let ended = |at: i64| with(WaveStatus::Completed, &|second| second.ended_at = Some(at));
    assert_eq!([ended(NOW - SECONDS), ended(NOW - SECONDS - 1)], [room(250), NOTHING]);
    let checking = |second: &mut Contender<'_>| second.jobs_ended_at = Some(NOW);
    assert_eq!(with(WaveStatus::Checking, &checking), NOTHING, "its health checks may take long");
}

#[test]
fn what_is_held_lost_or_over_holds_up_nobody() {
    let (plan, last) = (Plan::new(), behind_three());
    let with = |second: WaveStatus, third: WaveStatus, change: &dyn Fn(&mut [Contender<'_>])| {
        let mut waves = plan.waves(second, third).to_vec();
        waves.push(wave(4, &last, WaveStatus::Waiting));
        change(&mut waves);
        left(&waves, NOTHING)
    };
    let (done, waiting) = (WaveStatus::Completed, WaveStatus::Waiting);
    assert_eq!(with(done, waiting, &|_| ()), room(250));
    for held in [WaveStatus::AwaitingApproval, WaveStatus::AwaitingDecision, WaveStatus::Checking] {
        assert_eq!(with(done, held, &|waves| waves[2].in_jobs = 0), NOTHING, "{held}");
    }
    assert_eq!(with(done, waiting, &|waves| waves[2].needs_approval = true), NOTHING);
    let approved =
        |at| with(done, waiting, &|waves| (waves[1].ended_at, waves[2].let_go_at) = (Some(NOW - 9_999), Some(at)));
    assert_eq!([approved(NOW), approved(NOW - SECONDS - 1)], [room(250), NOTHING], "since the approval");
    let early = &|waves: &mut [Contender<'_>]| waves[2].let_go_at = Some(NOW);
    assert_eq!(with(WaveStatus::Launching, waiting, early), NOTHING, "approved, but its dependency runs");
    for (second, policy, expected) in [
        (WaveStatus::Failed, OnFailure::Stop, NOTHING),
        (WaveStatus::Skipped, OnFailure::Continue, NOTHING),
        (WaveStatus::Failed, OnFailure::Continue, room(250)),
        (WaveStatus::AwaitingDecision, OnFailure::Pause, NOTHING),
    ] {
        assert_eq!(with(second, waiting, &|waves| waves[1].on_failure = policy), expected, "{second}");
    }
    assert_eq!(with(done, waiting, &|waves| waves[2].region = "eu-west-1"), NOTHING, "quotas are a Region's");
}

#[test]
fn a_wave_that_queues_has_what_came_free_just_now_and_one_that_began_just_now_all_that_it_needs() {
    let plan = Plan::new();
    let with = |started: i64, freed: Room| {
        let mut waves = plan.waves(WaveStatus::Launching, WaveStatus::Waiting);
        (waves[1].started_at, waves[1].in_jobs) = (Some(started), 50);
        left(&waves, freed)
    };
    assert_eq!(with(NOW - SECONDS, NOTHING), room(200));
    assert_eq!(with(NOW - SECONDS - 1, NOTHING), NOTHING, "what has been free for longer it did not want");
    assert_eq!(with(NOW - 600, Room { jobs: 1, servers: 60 }), Room { jobs: 1, servers: 60 });
    assert_eq!(with(NOW - 600, ALL), room(200));
}

#[test]
fn waves_that_begin_together_take_what_the_order_gives_them_and_no_more_than_there_is() {
    let (none, behind) = (BTreeSet::new(), BTreeSet::from([4]));
    let mut waves: Vec<Contender<'_>> = (1..=4).map(|number| wave(number, &none, WaveStatus::Waiting)).collect();
    for one in &mut waves {
        one.servers = 150;
    }
    waves.push(wave(5, &behind, WaveStatus::Waiting));
    // Whoever is first, the others have passed no gate yet, and DRS shows no job of any.
    waves[0].status = WaveStatus::Launching;
    waves[0].started_at = Some(NOW);
    let takes = |number: u32| {
        let servers: Vec<ServerId> = (0..150).map(|one| ServerId::from(format!("s-{number}-{one:03}"))).collect();
        let left = reserved(number, &waves, NOTHING, &QUOTAS, NOW);
        pack_beside(left, &servers, &InUse::default(), &QUOTAS).batches.iter().map(Vec::len).sum::<usize>()
    };
    assert_eq!([takes(4), takes(1), takes(2), takes(3)], [150, 150, 150, 50]);
}

/// What a wave waits for, where it is and since when, its servers, and those in jobs.
type Drawn = (BTreeSet<u32>, WaveStatus, i64, usize, usize);

prop_compose! {
    fn any_waves()(
        waves in prop::collection::vec(
            (0..8_u32, any::<bool>(), 0..6_usize, 0..300_i64, 0..300_usize, 0..300_usize), 1..8
        ),
    ) -> Vec<Drawn> {
        let statuses = [
            WaveStatus::Waiting, WaveStatus::Launching, WaveStatus::Launching,
            WaveStatus::Checking, WaveStatus::Completed, WaveStatus::Failed,
        ];
        (1_u32..).zip(waves).map(|(number, (other, depends, status, age, servers, in_jobs))| {
            let behind = (depends && number > 1).then(|| other % (number - 1) + 1);
            (behind.into_iter().collect(), statuses[status], NOW - age, servers, in_jobs)
        }).collect()
    }
}

fn contenders(waves: &[Drawn]) -> Vec<Contender<'_>> {
    (1..).zip(waves).map(|(number, drawn)| contender(number, drawn)).collect()
}

fn contender(number: u32, (depends_on, status, moment, servers, in_jobs): &Drawn) -> Contender<'_> {
    Contender {
        started_at: (*status != WaveStatus::Waiting).then_some(*moment),
        ended_at: status.is_terminal().then_some(*moment),
        jobs_ended_at: Some(*moment),
        servers: *servers,
        in_jobs: *in_jobs,
        ..wave(number, depends_on, *status)
    }
}

/// Whether wave `one` leaves room for wave `other`, whatever the rest wants and however much has come free.
fn leaves(waves: &[Contender<'_>], one: u32, other: u32) -> bool {
    let wants = |wave: &Contender<'_>| if wave.number == other { wave.servers } else { 0 };
    let alone: Vec<_> = waves.iter().map(|wave| Contender { servers: wants(wave), ..wave.clone() }).collect();
    reserved(one, &alone, ALL, &QUOTAS, NOW) != NOTHING
}

proptest! {
    #[test]
    fn of_the_waves_that_want_room_one_leaves_none_and_no_two_leave_it_to_each_other(waves in any_waves()) {
        let waves = contenders(&waves);
        let wants = |wave: &&Contender<'_>| wave.status == WaveStatus::Launching && wave.servers > wave.in_jobs;
        let wanting: Vec<u32> = waves.iter().filter(wants).map(|wave| wave.number).collect();
        let first = |one: &u32| wanting.iter().all(|other| !leaves(&waves, *one, *other));
        prop_assert!(wanting.is_empty() || wanting.iter().any(first));
        for (one, other) in wanting.iter().flat_map(|one| wanting.iter().map(move |other| (*one, *other))) {
            prop_assert!(one == other || leaves(&waves, one, other) != leaves(&waves, other, one), "{one}, {other}");
        }
    }

    #[test]
    fn once_nothing_has_changed_for_three_polls_whatever_is_free_is_anybodys(waves in any_waves(), number in 1..8_u32) {
        let later = NOW + SECONDS + 1;
        prop_assert_eq!(reserved(number, &contenders(&waves), NOTHING, &QUOTAS, later), NOTHING);
    }

    #[test]
    fn safety_rule_6_what_is_left_for_others_only_makes_less_of_it(
        wanted in 0..700_usize, busy in 0..500_usize, jobs in 0..22_usize,
        left in (0..25_usize, 0..600_usize).prop_map(|(jobs, servers)| Room { jobs, servers }),
    ) {
        let servers: Vec<ServerId> = (0..wanted).map(|number| ServerId::from(format!("s-{number:04}"))).collect();
        let busy = (0..busy).map(|number| ServerId::from(format!("t-{number:04}"))).collect();
        let in_use = InUse { jobs, servers: busy };
        let alone = pack(&servers, &in_use, &QUOTAS);
        let beside = pack_beside(left, &servers, &in_use, &QUOTAS);
        let launched = |packing: &Packing| packing.batches.iter().map(Vec::len).sum::<usize>();
        let (all, some) = (launched(&alone), launched(&beside));
        prop_assert!(beside.batches.len() <= alone.batches.len() && some <= all);
        if some > 0 {
            prop_assert!(in_use.jobs + beside.batches.len() + left.jobs <= QUOTAS.jobs);
            prop_assert!(in_use.servers.len() + some + left.servers <= QUOTAS.servers_in_jobs);
        }
        prop_assert_eq!(some + beside.waiting.len(), wanted);
        let held = beside.waiting.iter().filter(|(_, reason)| *reason == WaitReason::Reserved).count();
        prop_assert_eq!(held, all - some);
    }
}
