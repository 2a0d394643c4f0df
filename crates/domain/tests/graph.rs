//! The graph of waves against a naive twin: reachability by brute force.

use std::collections::BTreeSet;

use domain::graph::{GraphError, WaveGraph, ways};
use proptest::prelude::*;

fn named(edges: &[Vec<usize>]) -> Vec<(String, Vec<String>)> {
    edges
        .iter()
        .enumerate()
        .map(|(index, to)| (format!("w{index}"), to.iter().map(|other| format!("w{other}")).collect()))
        .collect()
}

fn build(waves: &[(String, Vec<String>)]) -> Result<WaveGraph, Vec<GraphError>> {
    let borrowed: Vec<(&str, Vec<&str>)> =
        waves.iter().map(|(name, to)| (name.as_str(), to.iter().map(String::as_str).collect())).collect();
    WaveGraph::new(&borrowed)
}

/// Twin: who reaches whom, by repeating single steps until nothing changes.
fn reachable(edges: &[Vec<usize>]) -> Vec<Vec<bool>> {
    let size = edges.len();
    let mut reach = vec![vec![false; size]; size];
    for _ in 0..=size {
        for (from, to) in edges.iter().enumerate() {
            for step in to {
                reach[from][*step] = true;
                let further = reach[*step].clone();
                reach[from].iter_mut().zip(further).for_each(|(reached, also)| *reached |= also);
            }
        }
    }
    reach
}

/// Twin: the longest chain below a node of a graph without circles.
fn longest(edges: &[Vec<usize>], node: usize) -> usize {
    edges[node].iter().map(|other| longest(edges, *other) + 1).max().unwrap_or(0)
}

fn any_edges() -> impl Strategy<Value = Vec<Vec<usize>>> {
    (1..9_usize).prop_flat_map(|size| prop::collection::vec(prop::collection::vec(0..size, 0..3), size))
}

proptest! {
    #[test]
    fn circles_are_found_exactly_where_the_twin_finds_them(edges in any_edges()) {
        let without_self: Vec<Vec<usize>> = edges
            .iter()
            .enumerate()
            .map(|(index, to)| to.iter().copied().filter(|other| *other != index).collect())
            .collect();
        let waves = named(&without_self);
        let reach = reachable(&without_self);
        let circular = (0..waves.len()).any(|node| reach[node][node]);
        match build(&waves) {
            Ok(graph) => {
                prop_assert!(!circular);
                let order = graph.order();
                let position = |node: usize| order.iter().position(|other| *other == node).unwrap();
                for (node, to) in without_self.iter().enumerate() {
                    prop_assert_eq!(graph.depth(node), longest(&without_self, node));
                    for dependency in to {
                        prop_assert!(position(*dependency) < position(node), "a wave comes before its dependency");
                        prop_assert!(graph.dependants(*dependency).contains(&node));
                    }
                }
            }
            Err(errors) => {
                prop_assert!(circular);
                let [GraphError::Cycle { path }] = &errors[..] else { panic!("{errors:?}") };
                prop_assert!(path.len() > 2 && path.first() == path.last(), "{path:?}");
                for pair in path.windows(2) {
                    let from = waves.iter().find(|(name, _)| *name == pair[0]).unwrap();
                    prop_assert!(from.1.contains(&pair[1]), "{path:?} is no path");
                }
            }
        }
    }
}

#[test]
fn everything_wrong_with_names_is_said_at_once() {
    let waves = [("db", vec!["db", "cache"]), ("web", vec!["db"]), ("db", vec![])];
    let text: Vec<String> = WaveGraph::new(&waves).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    two waves are named "db" (waves 1 and 3): wave names are unique in a plan
    wave "db" depends on itself
    wave "db" depends on "cache", which is no wave of this plan (waves: db, web, db)
    "#);
}

#[test]
fn a_circle_is_shown_as_a_path() {
    let waves = [("db", vec![]), ("app", vec!["db", "web"]), ("web", vec!["cache"]), ("cache", vec!["app"])];
    let text = WaveGraph::new(&waves).unwrap_err()[0].to_string();
    assert_eq!(text, "waves depend on each other in a circle: app → web → cache → app");
}

#[test]
fn the_way_of_a_wave_is_the_longest_chain_behind_it_and_a_circle_has_an_end() {
    let way = |edges: &[(u32, &[u32])]| {
        let waves: Vec<(u32, BTreeSet<u32>)> =
            edges.iter().map(|(wave, to)| (*wave, to.iter().copied().collect())).collect();
        ways(waves.iter().map(|(wave, to)| (*wave, to))).into_values().collect::<Vec<_>>()
    };
    // The plan's order is any; what is no wave is left out.
    assert_eq!(way(&[(1, &[3]), (2, &[1, 5, 9]), (3, &[]), (4, &[]), (5, &[4])]), [1, 0, 2, 2, 1]);
    assert_eq!(way(&[(1, &[2]), (2, &[1])]).len(), 2);
}
