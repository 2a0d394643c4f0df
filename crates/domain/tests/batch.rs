//! Launch batches against a naive twin, and the promises that quotas make.

use std::collections::BTreeSet;

use domain::batch::{InUse, Packing, Quotas, WaitReason, pack};
use domain::id::ServerId;
use proptest::prelude::*;

fn server(number: usize) -> ServerId {
    ServerId::from(format!("s-{number:05}"))
}

/// Twin: one server at a time, and after each the whole state is looked at again.
fn naive(servers: &[ServerId], in_use: &InUse, quotas: &Quotas) -> Packing {
    let mut packing = Packing::default();
    let mut sorted = servers.to_vec();
    sorted.sort();
    sorted.dedup();
    for server in sorted {
        let launched: usize = packing.batches.iter().map(Vec::len).sum();
        let open = packing.batches.iter().position(|batch| batch.len() < quotas.servers_per_job);
        let jobs = in_use.jobs + packing.batches.len();
        if in_use.servers.contains(&server) {
            packing.waiting.push((server, WaitReason::BusyInJob));
        } else if in_use.servers.len() + launched >= quotas.servers_in_jobs {
            packing.waiting.push((server, WaitReason::ServerQuota));
        } else if let Some(open) = open {
            packing.batches[open].push(server);
        } else if jobs >= quotas.jobs {
            packing.waiting.push((server, WaitReason::JobQuota));
        } else {
            packing.batches.push(vec![server]);
        }
    }
    packing
}

prop_compose! {
    fn any_case()(
        wanted in prop::collection::vec(0..60_usize, 0..80),
        busy in prop::collection::btree_set(0..60_usize, 0..20),
        jobs in 0..8_usize,
        servers_per_job in 1..9_usize,
        job_quota in 1..8_usize,
        servers_in_jobs in 1..50_usize,
    ) -> (Vec<ServerId>, InUse, Quotas) {
        let in_use = InUse { jobs, servers: busy.into_iter().map(server).collect() };
        let quotas = Quotas { servers_per_job, jobs: job_quota, servers_in_jobs };
        (wanted.into_iter().map(server).collect(), in_use, quotas)
    }
}

proptest! {
    #[test]
    fn packing_is_what_the_twin_says((wanted, in_use, quotas) in any_case()) {
        prop_assert_eq!(pack(&wanted, &in_use, &quotas), naive(&wanted, &in_use, &quotas));
    }

    #[test]
    fn safety_rule_6_quotas_are_respected_before_drs_enforces_them((wanted, in_use, quotas) in any_case()) {
        let packing = pack(&wanted, &in_use, &quotas);
        let launched: usize = packing.batches.iter().map(Vec::len).sum();
        prop_assert!(packing.batches.iter().all(|batch| !batch.is_empty() && batch.len() <= quotas.servers_per_job));
        prop_assert!(packing.batches.is_empty() || in_use.jobs + packing.batches.len() <= quotas.jobs);
        prop_assert!(launched == 0 || in_use.servers.len() + launched <= quotas.servers_in_jobs);
    }

    #[test]
    fn where_all_is_in_use_nothing_starts_and_else_any_free_server_does((wanted, in_use, quotas) in any_case()) {
        let free = wanted.iter().any(|server| !in_use.servers.contains(server));
        let starts = !pack(&wanted, &in_use, &quotas).batches.is_empty();
        prop_assert_eq!(starts, free && !in_use.is_full(&quotas));
    }

    #[test]
    fn every_server_is_in_exactly_one_place((wanted, in_use, quotas) in any_case()) {
        let packing = pack(&wanted, &in_use, &quotas);
        let mut placed: Vec<ServerId> = packing.batches.into_iter().flatten().collect();
        placed.extend(packing.waiting.into_iter().map(|(server, _)| server));
        placed.sort();
        let wanted: Vec<ServerId> = wanted.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        prop_assert_eq!(placed, wanted);
    }

    /// When everything that runs ends between two rounds, nobody waits for ever.
    #[test]
    fn every_server_is_launched_in_the_end((wanted, _, quotas) in any_case()) {
        let mut left = wanted;
        for _ in 0..=left.len() {
            left = pack(&left, &InUse::default(), &quotas).waiting.into_iter().map(|(server, _)| server).collect();
        }
        prop_assert!(left.is_empty());
    }
}

#[test]
fn two_hundred_and_fifty_servers_are_three_jobs() {
    let servers: Vec<ServerId> = (0..250).map(server).collect();
    let packing = pack(&servers, &InUse::default(), &Quotas::default());
    assert_eq!(packing.batches.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    assert!(packing.waiting.is_empty());
}
