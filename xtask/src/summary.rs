//! How many tests a runner says it ran.

/// Tests that passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Passed.
    pub(crate) passed: u32,
    /// Failed.
    pub(crate) failed: u32,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Who ran the tests, and so how to read what was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `test result: ok. 3 passed; 0 failed; …`, once for each binary.
    Cargo,
    /// `Tests  12 passed (12)`.
    Vitest,
    /// `=== 1 failed, 12 passed in 3.21s ===`.
    Pytest,
    /// `12 passed, 1 failed` on a line.
    Plain,
    /// A check that passes or fails as a whole.
    Check,
    /// No test, only what tests need: worth counting when it fails.
    Preparation,
}

/// What the runner counted. `success` is its exit status: a runner that failed without a failed test (it did not
/// compile, it crashed) counts as one failure, so that no summary looks better than the run was.
pub(crate) fn tally(runner: Runner, output: &str, success: bool) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().map(without_colours) {
        let line = line.trim().trim_matches('=').trim();
        let counts = match runner {
            Runner::Cargo => line.starts_with("test result:"),
            Runner::Vitest => line.starts_with("Tests "),
            Runner::Pytest => is_pytests_sum(line),
            Runner::Plain => line.split(", ").map(|part| part.split(' ').nth(1)).eq([Some("passed"), Some("failed")]),
            Runner::Check | Runner::Preparation => false,
        };
        if counts {
            tally += Tally { passed: number_before(line, "passed"), failed: number_before(line, "failed") };
            // pytest counts a broken fixture or file apart.
            if runner == Runner::Pytest {
                tally.failed += number_before(line, "error") + number_before(line, "errors");
            }
        }
    }
    if success && runner == Runner::Check {
        tally.passed += 1;
    }
    if !success && tally.failed == 0 {
        tally.failed = 1;
    }
    tally
}

/// `12 passed in 3.21s`, and from a minute on `12 passed in 75.02s (0:01:15)`.
fn is_pytests_sum(line: &str) -> bool {
    let seconds = line.rsplit_once(" in ").and_then(|(_, time)| time.split_whitespace().next());
    let time = seconds.and_then(|seconds| seconds.strip_suffix('s'));
    time.is_some_and(|time| time.parse::<f64>().is_ok()) && !line.starts_with("FAILED")
}

/// The number in front of `word`.
fn number_before(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or_default()
}

fn without_colours(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_is_counted_as_it_counts_itself() {
        let cargo = "test result: ok. 3 passed; 0 failed; 0 ignored\ntest a ... FAILED\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored";
        assert_eq!(tally(Runner::Cargo, cargo, false), Tally { passed: 4, failed: 2 });
        let vitest = " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 41 passed (42)\n";
        assert_eq!(tally(Runner::Vitest, vitest, false), Tally { passed: 41, failed: 1 });
        assert_eq!(
            tally(Runner::Vitest, "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m", true).passed,
            7
        );
        assert_eq!(tally(Runner::Pytest, "12 passed, 1 warning in 3.21s", true), Tally { passed: 12, failed: 0 });
        assert_eq!(tally(Runner::Pytest, "186 passed in 450.22s (0:07:30)", true), Tally { passed: 186, failed: 0 });
        let broken = "===== 1 failed, 2 passed, 3 errors in 0.10s =====";
        assert_eq!(tally(Runner::Pytest, broken, false), Tally { passed: 2, failed: 4 });
        let plain = "2 passed, 7 seconds\n  3 passed, 1 failed\n";
        assert_eq!(tally(Runner::Plain, plain, false), Tally { passed: 3, failed: 1 });
        assert_eq!(tally(Runner::Check, "", true), Tally { passed: 1, failed: 0 });
        assert_eq!(tally(Runner::Preparation, "", true), Tally::default());
    }

    #[test]
    fn a_runner_that_did_not_come_so_far_is_a_failure() {
        assert_eq!(tally(Runner::Cargo, "error: could not compile", false), Tally { passed: 0, failed: 1 });
        assert_eq!(tally(Runner::Cargo, "test result: ok. 9 passed; 0 failed", false), Tally { passed: 9, failed: 1 });
    }
}
