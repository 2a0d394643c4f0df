//! The order of waves: who waits for whom, and why a set of dependencies makes no sense.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

/// Why waves have no order. Waves are named, since that is what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GraphError {
    /// Two waves have one name.
    #[error("two waves are named {name:?} (waves {first} and {second}): wave names are unique in a plan")]
    DuplicateWave {
        /// The name.
        name: String,
        /// Position of the first, from 1.
        first: usize,
        /// Position of the second, from 1.
        second: usize,
    },
    /// A wave waits for one that does not exist.
    #[error("wave {wave:?} depends on {dependency:?}, which is no wave of this plan (waves: {})", known.join(", "))]
    UnknownDependency {
        /// The wave.
        wave: String,
        /// What it names.
        dependency: String,
        /// The waves there are.
        known: Vec<String>,
    },
    /// A wave waits for itself.
    #[error("wave {wave:?} depends on itself")]
    SelfDependency {
        /// The wave.
        wave: String,
    },
    /// Waves wait for each other in a circle.
    #[error("waves depend on each other in a circle: {}", path.join(" → "))]
    Cycle {
        /// The circle, each wave depending on the next; the first is repeated at the end.
        path: Vec<String>,
    },
}

/// Waves by index, with their dependencies and an order in which they can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveGraph {
    dependencies: Vec<BTreeSet<usize>>,
    depth: Vec<usize>,
}

impl WaveGraph {
    /// Builds the graph of `waves`: each a name and the names it depends on.
    ///
    /// # Errors
    /// Everything that is wrong, at once. A circle is looked for only when all names are good.
    pub fn new<'a>(waves: &[(&'a str, Vec<&'a str>)]) -> Result<Self, Vec<GraphError>> {
        let mut errors = Vec::new();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, (name, _)) in waves.iter().enumerate() {
            if let Some(first) = index.get(name) {
                errors.push(GraphError::DuplicateWave {
                    name: (*name).to_owned(),
                    first: first + 1,
                    second: position + 1,
                });
            } else {
                index.insert(name, position);
            }
        }
        let mut dependencies = vec![BTreeSet::new(); waves.len()];
        for (position, (name, wanted)) in waves.iter().enumerate() {
            for dependency in wanted {
                match index.get(dependency) {
                    Some(_) if dependency == name => {
                        errors.push(GraphError::SelfDependency { wave: (*name).to_owned() });
                    }
                    Some(other) => {
                        dependencies[position].insert(*other);
                    }
                    None => errors.push(GraphError::UnknownDependency {
                        wave: (*name).to_owned(),
                        dependency: (*dependency).to_owned(),
                        known: waves.iter().map(|(known, _)| (*known).to_owned()).collect(),
                    }),
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        match depths(&dependencies) {
            Ok(depth) => Ok(Self { dependencies, depth }),
            Err(circle) => {
                Err(vec![GraphError::Cycle { path: circle.into_iter().map(|i| waves[i].0.to_owned()).collect() }])
            }
        }
    }

    /// The waves that wave `index` waits for.
    #[must_use]
    pub fn dependencies(&self, index: usize) -> &BTreeSet<usize> {
        &self.dependencies[index]
    }

    /// The waves that wait for wave `index`.
    #[must_use]
    pub fn dependants(&self, index: usize) -> Vec<usize> {
        (0..self.dependencies.len()).filter(|other| self.dependencies[*other].contains(&index)).collect()
    }

    /// The length of the longest chain of dependencies below wave `index`; 0 when it waits for nothing.
    #[must_use]
    pub fn depth(&self, index: usize) -> usize {
        self.depth[index]
    }

    /// All waves, each after its dependencies: by depth, then as written. A Map state runs 40 iterations at a time, so
    /// in this order a wave that could run never queues behind one that waits.
    #[must_use]
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.depth.len()).collect();
        order.sort_by_key(|index| (self.depth[*index], *index));
        order
    }
}

/// Of each wave how many are behind it, one after another. `waves` are their numbers, and those that each waits for.
#[must_use]
pub fn ways<'a, N: Copy + Ord + 'a>(waves: impl Iterator<Item = (N, &'a BTreeSet<N>)> + Clone) -> BTreeMap<N, usize> {
    let mut ways: BTreeMap<N, usize> = waves.clone().map(|(number, _)| (number, 0)).collect();
    // Each pass is right one wave further from the ends. Plans have no circles; one would end this all the same.
    for _ in 0..ways.len() {
        let before = ways.clone();
        for (number, depends_on) in waves.clone() {
            let behind = ways.get(&number).map_or(0, |way| way + 1);
            for dependency in depends_on {
                ways.entry(*dependency).and_modify(|way| *way = behind.max(*way));
            }
        }
        if ways == before {
            break;
        }
    }
    ways
}

/// Depth of every node, or a circle as a path whose first node is repeated at the end.
fn depths(dependencies: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut depth: Vec<Option<usize>> = vec![None; dependencies.len()];
    let mut settled = 0;
    while settled < dependencies.len() {
        let before = settled;
        for (node, wanted) in dependencies.iter().enumerate() {
            if depth[node].is_some() {
                continue;
            }
            let below: Option<Vec<usize>> = wanted.iter().map(|other| depth[*other]).collect();
            if let Some(below) = below {
                depth[node] = Some(below.into_iter().max().map_or(0, |deepest| deepest + 1));
                settled += 1;
            }
        }
        if settled == before {
            return Err(circle(dependencies, &depth));
        }
    }
    Ok(depth.into_iter().flatten().collect())
}

/// A circle among the nodes without depth: each of them waits for another of them, so walking on must come back.
fn circle(dependencies: &[BTreeSet<usize>], depth: &[Option<usize>]) -> Vec<usize> {
    let mut path: Vec<usize> = Vec::new();
    let mut next = depth.iter().position(Option::is_none);
    while let Some(node) = next {
        if let Some(start) = path.iter().position(|seen| *seen == node) {
            let mut found = path.split_off(start);
            found.push(node);
            return found;
        }
        path.push(node);
        next = dependencies[node].iter().copied().find(|other| depth[*other].is_none());
    }
    path
}
