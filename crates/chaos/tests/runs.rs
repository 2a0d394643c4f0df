//! A few runs, for those who test this crate alone: `cargo xtask test` makes many.

use chaos::run;
use simulation::Wire;

/// The most source servers here: what is found at hundreds is found by the many runs.
const MOST: usize = 30;

#[test]
fn a_run_follows_from_its_seed_alone() {
    let (first, again, other) =
        (run(3, MOST, Wire::Direct, false), run(3, MOST, Wire::Direct, false), run(4, MOST, Wire::Direct, false));
    assert_eq!(first, again);
    assert_ne!(first.digest, other.digest);
}

#[test]
fn no_rule_is_broken() {
    for seed in 1..=10 {
        let story = run(seed, MOST, Wire::Direct, false);
        assert!(story.violations.is_empty(), "{story}");
        assert!(story.calls > 50, "{story}");
    }
}
