//! How fast the same launches could have been: from the times that DRS took, without any orchestrator in between.

/// The most jobs at a time, and the most servers in them.
const JOBS: usize = 20;
const SERVERS: usize = 500;

/// A job as DRS ran it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Launch {
    /// Its wave, from 0.
    pub(crate) wave: usize,
    /// When each of its servers was up, in seconds from its start.
    pub(crate) servers: Vec<f64>,
    /// How long it took.
    pub(crate) seconds: f64,
}

/// The end of each wave in its dependencies' order, for waves that take `seconds`.
fn path(before: &[Vec<usize>], seconds: &[f64]) -> Vec<f64> {
    let mut ends: Vec<f64> = Vec::new();
    for (wave, before) in before.iter().enumerate() {
        let start = before.iter().map(|other| ends[*other]).fold(0.0, f64::max);
        ends.push(start + seconds[wave]);
    }
    ends
}

fn longest(before: &[Vec<usize>], launches: &[Launch]) -> Vec<f64> {
    let mut seconds = vec![0.0_f64; before.len()];
    for launch in launches {
        seconds[launch.wave] = seconds[launch.wave].max(launch.seconds);
    }
    seconds
}

/// No schedule is shorter: the longest chain of waves, and what the quotas let through at a time.
#[must_use]
pub(crate) fn bound(before: &[Vec<usize>], launches: &[Launch]) -> f64 {
    let chain = path(before, &longest(before, launches)).into_iter().fold(0.0, f64::max);
    let jobs: f64 = launches.iter().map(|launch| launch.seconds).sum();
    let servers: f64 = launches.iter().map(|launch| launch.seconds * launch.servers.len() as f64).sum();
    chain.max(jobs / JOBS as f64).max(servers / SERVERS as f64)
}

/// A naive schedule that loses no second: whatever may start does, longest way to go first.
#[must_use]
pub(crate) fn naive(before: &[Vec<usize>], launches: &[Launch]) -> f64 {
    let seconds = longest(before, launches);
    let mut to_go = seconds.clone();
    for wave in (0..before.len()).rev() {
        for other in &before[wave] {
            to_go[*other] = to_go[*other].max(seconds[*other] + to_go[wave]);
        }
    }
    let mut waiting: Vec<&Launch> = launches.iter().collect();
    waiting.sort_by(|one, other| to_go[other.wave].total_cmp(&to_go[one.wave]));
    let mut left: Vec<usize> = vec![0; before.len()];
    for launch in launches {
        left[launch.wave] += 1;
    }
    let (mut now, mut running): (f64, Vec<(f64, &Launch)>) = (0.0, Vec::new());
    loop {
        waiting.retain(|launch| {
            let servers: usize = running.iter().map(|(_, launch)| launch.servers.len()).sum();
            let may = before[launch.wave].iter().all(|other| left[*other] == 0)
                && running.len() < JOBS
                && servers + launch.servers.len() <= SERVERS;
            if may {
                running.push((now + launch.seconds, launch));
            }
            !may
        });
        let Some(next) = running.iter().map(|(end, _)| *end).min_by(f64::total_cmp) else { return now };
        now = next;
        running.retain(|(end, launch)| {
            if *end <= now {
                left[launch.wave] -= 1;
            }
            *end > now
        });
    }
}

/// As DRS's own recovery plans do it: one wave strictly after the other.
#[must_use]
pub(crate) fn in_order(before: &[Vec<usize>], launches: &[Launch]) -> f64 {
    longest(before, launches).iter().sum()
}

/// One job for each server, 15 s from one to the next, waves strictly in order and 30 s between them.
#[must_use]
pub(crate) fn one_by_one(before: &[Vec<usize>], launches: &[Launch]) -> f64 {
    let mut now = 0.0;
    for wave in 0..before.len() {
        let mut slots = [now; JOBS];
        let mut end: f64 = now;
        let servers = launches.iter().filter(|launch| launch.wave == wave).flat_map(|launch| &launch.servers);
        for (number, seconds) in servers.enumerate() {
            slots.sort_by(f64::total_cmp);
            let start = slots[0].max(now + 15.0 * number as f64);
            slots[0] = start + seconds;
            end = end.max(slots[0]);
        }
        now = end + 30.0;
    }
    now - 30.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(wave: usize, servers: usize, seconds: f64) -> Launch {
        Launch { wave, servers: vec![seconds; servers], seconds }
    }

    #[test]
    fn a_chain_is_as_long_as_its_waves() {
        let before = [vec![], vec![0], vec![1]];
        let launches = [launch(0, 1, 100.0), launch(1, 2, 50.0), launch(2, 1, 25.0)];
        for length in [bound(&before, &launches), naive(&before, &launches), in_order(&before, &launches)] {
            assert!((length - 175.0).abs() < 1e-9, "{length}");
        }
        // 15 s later for the second server of the second wave, and 30 s twice.
        assert!((one_by_one(&before, &launches) - 250.0).abs() < 1e-9);
    }

    #[test]
    fn quotas_hold_back_what_is_side_by_side() {
        let before = vec![Vec::new(); 12];
        let launches: Vec<Launch> = (0..12).map(|wave| launch(wave, 100, 100.0)).collect();
        // 1,200 servers of 500 at a time: 2.4 times as long at least, and three times in whole jobs.
        assert!((bound(&before, &launches) - 240.0).abs() < 1e-9);
        assert!((naive(&before, &launches) - 300.0).abs() < 1e-9);
        let many: Vec<Launch> = (0..40).map(|_| launch(0, 1, 100.0)).collect();
        assert!((bound(&[Vec::new()], &many) - 200.0).abs() < 1e-9);
        assert!((naive(&[Vec::new()], &many) - 200.0).abs() < 1e-9);
    }
}
