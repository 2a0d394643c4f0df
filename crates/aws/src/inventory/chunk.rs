//! How the servers of a Region are cut into items, and which generation an item belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::drs::ServerDescription;
use crate::error::{AwsError, ErrorKind};

/// Servers of a chunk. A server is a kilobyte or two, so this keeps a chunk in the middle of what an item can be.
const MAX_SERVERS: usize = 200;

/// Bytes of a chunk's servers. An item takes 400 KB, keys and names of attributes included. A server alone is far below:
/// 50 tags of 384 characters and 60 disks are its largest parts.
const MAX_BYTES: usize = 350_000;

/// Digits of the count in a generation: at one refresh a second, enough for three centuries.
const DIGITS: usize = 10;

/// Which reading of DRS a chunk comes from: one more than the reading before, and something random, since two writers can
/// follow the same one. Counting and not time: no clock has to be right for a later writer's chunks to be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Generation(String);

impl Generation {
    /// The one after this.
    pub(super) fn next(&self, random: u64) -> Self {
        Self(format!("{:0DIGITS$}-{random:016x}", self.count() + 1))
    }

    /// Nothing was read before the first, which is empty.
    fn count(&self) -> u64 {
        count(&self.0)
    }

    /// Whether the chunk `id` can go now that this generation is in the header: whoever has the same count began from the
    /// same header as this one and lost. Whoever has a higher count began from this one.
    pub(super) fn outdates(&self, id: &str) -> bool {
        count(id) <= self.count() && !id.starts_with(&prefix(self))
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn count(text: &str) -> u64 {
    text.get(..DIGITS).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The hash key of the chunks of a Region.
pub(super) fn kind(header: &str) -> String {
    format!("CHUNK#{header}")
}

/// What the range keys of a generation begin with.
pub(super) fn prefix(generation: &Generation) -> String {
    format!("{generation}#")
}

/// Some servers of a Region, as one JSON text: its length is known, and it is read in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunk {
    kind: String,
    pub(super) id: String,
    servers: String,
}

/// A chunk's range key alone.
#[derive(Debug, Deserialize)]
pub(super) struct ChunkKey {
    pub(super) id: String,
}

/// Cuts `servers` into chunks of `generation`.
pub(super) fn split(
    header: &str,
    generation: &Generation,
    servers: &[ServerDescription],
) -> Result<Vec<Chunk>, AwsError> {
    let texts =
        servers.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>().map_err(|error| bug(&error))?;
    let chunk = |(number, servers): (usize, &[String])| Chunk {
        kind: kind(header),
        id: format!("{}{number:04}", prefix(generation)),
        servers: format!("[{}]", servers.join(",")),
    };
    Ok(bounded(&texts, MAX_SERVERS, MAX_BYTES).into_iter().enumerate().map(chunk).collect())
}

/// The servers of `chunks`.
pub(super) fn join(chunks: &[Chunk]) -> Result<Vec<ServerDescription>, AwsError> {
    let mut servers = Vec::new();
    for chunk in chunks {
        let part: Vec<ServerDescription> = serde_json::from_str(&chunk.servers).map_err(|error| bug(&error))?;
        servers.extend(part);
    }
    Ok(servers)
}

fn bug(error: &serde_json::Error) -> AwsError {
    AwsError::new(ErrorKind::Bug, "coding the inventory", error.to_string())
}

/// Cuts `texts`, in their order, into as few runs as a greedy cut gives: each with at most `count` texts and `bytes`
/// bytes, a comma between two. A text that is larger than that is alone.
fn bounded(texts: &[String], count: usize, bytes: usize) -> Vec<&[String]> {
    let mut runs = Vec::new();
    let (mut first, mut size) = (0, 0);
    for (at, text) in texts.iter().enumerate() {
        if at > first && (at - first == count || size + text.len() + 1 > bytes) {
            runs.push(&texts[first..at]);
            (first, size) = (at, 0);
        }
        size += text.len() + 1;
    }
    if first < texts.len() {
        runs.push(&texts[first..]);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(sizes: &[usize], count: usize, bytes: usize) -> Vec<usize> {
        let texts: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
        let runs = bounded(&texts, count, bytes);
        assert_eq!(runs.concat(), texts);
        runs.iter().map(|run| run.len()).collect()
    }

    #[test]
    fn chunks_are_bounded_by_count_and_by_bytes() {
        assert_eq!(lengths(&[], 3, 100), Vec::<usize>::new());
        assert_eq!(lengths(&[1; 7], 3, 100), [3, 3, 1]);
        assert_eq!(lengths(&[1; 6], 3, 100), [3, 3]);
        assert_eq!(lengths(&[49, 49, 49], 3, 100), [2, 1]);
        assert_eq!(lengths(&[50, 50], 3, 100), [1, 1]);
        // Too large for any: alone, and the others are not lost.
        assert_eq!(lengths(&[10, 200, 10, 10], 3, 100), [1, 1, 2]);
    }

    #[test]
    fn a_generation_outdates_what_began_before_it_and_its_rivals_and_nothing_later() {
        let first = Generation::default().next(7);
        assert_eq!(first.to_string(), "0000000001-0000000000000007");
        let (winner, loser) = (first.next(1), first.next(2));
        let later = winner.next(0);
        let key = |generation: &Generation| format!("{}0000", prefix(generation));
        assert!(winner.outdates(&key(&first)) && winner.outdates(&key(&loser)));
        assert!(!winner.outdates(&key(&winner)) && !winner.outdates(&key(&later)));
        assert!(later.outdates(&key(&winner)));
    }

    #[test]
    fn what_is_split_comes_back() {
        let servers: Vec<ServerDescription> = (0..450)
            .map(|number| {
                let server = aws_sdk_drs::types::SourceServer::builder().source_server_id(format!("s-{number:017}"));
                ServerDescription::from(server.tags("name", "with \"quotes\", and ü").build())
            })
            .collect();
        let generation = Generation::default().next(0);
        let chunks = split("111122223333#eu-west-1", &generation, &servers).unwrap();
        let ids: Vec<&str> = chunks.iter().map(|chunk| chunk.id.as_str()).collect();
        let prefix = "0000000001-0000000000000000#";
        assert_eq!(ids, [format!("{prefix}0000"), format!("{prefix}0001"), format!("{prefix}0002")]);
        assert_eq!(join(&chunks).unwrap(), servers);
    }
}
