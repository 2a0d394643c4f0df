//! Every seed, and every input that once was a finding, through its target; then changes of them at random. What looks
//! further is `cargo xtask fuzz`.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::panic::catch_unwind;
use std::path::Path;

/// Of each target. The same ones every time: a finding is a finding for everybody.
const CHANGED: usize = 2_000;

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A few bytes replaced, removed or repeated, or the end taken from another seed.
fn changed(seeds: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut input = random.choice(seeds).unwrap().clone();
    for _ in 0..random.usize(1..5) {
        if input.is_empty() {
            break;
        }
        let at = random.usize(..input.len());
        match random.u8(..4) {
            0 => input[at] = random.u8(..),
            1 => drop(input.drain(at..random.usize(at..input.len()).min(at + 8))),
            2 => {
                let piece = input[at..input.len().min(at + random.usize(1..40))].to_vec();
                let to = random.usize(..=input.len());
                input.splice(to..to, piece);
            }
            _ => {
                let other = random.choice(seeds).unwrap();
                input.truncate(at);
                input.extend(&other[at.min(other.len())..]);
            }
        }
    }
    input
}

#[test]
fn seeds_and_changes_of_them_are_withstood() {
    for (name, target) in fuzz::TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let mut random = fastrand::Rng::with_seed(7);
        let changed: Vec<Vec<u8>> = (0..CHANGED).map(|_| changed(&seeds, &mut random)).collect();
        for input in seeds.iter().chain(&changed) {
            let text = String::from_utf8_lossy(input);
            assert!(catch_unwind(|| target(input)).is_ok(), "{name}, with the input {text:?}");
        }
    }
}
