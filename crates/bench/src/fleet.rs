//! A company's servers and the plans that recover them: as many as asked for, in waves that depend on each other.

use serde_json::{Value, json};

/// How many waves lie behind one another; the rest is side by side.
const DEPTH: usize = 10;
/// Where the servers are.
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

/// Servers, and a plan for those of each Region.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// As the simulator reads it.
    pub(crate) inventory: Value,
    /// One for each Region.
    pub(crate) plans: Vec<Plan>,
}

/// The servers of one Region.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: String,
    /// As the API takes them.
    pub(crate) groups: Vec<Value>,
    /// As the API takes it.
    pub(crate) document: Value,
    /// For each wave by its number: those that it waits for.
    pub(crate) before: Vec<Vec<usize>>,
}

impl Fleet {
    /// `servers` in `waves` in so many Regions, three at most; each has its share of both.
    #[must_use]
    pub(crate) fn new(servers: usize, waves: usize, regions: usize) -> Self {
        let ids: Vec<String> = (0..servers).map(|number| format!("s-{number:017}")).collect();
        let place = |number: usize| REGIONS[number % regions];
        let list: Vec<Value> = ids
            .iter()
            .enumerate()
            .map(|(number, id)| json!({ "id": id, "hostname": format!("host-{number}"), "region": place(number) }))
            .collect();
        let plan = |(number, region): (usize, &&str)| {
            let own: Vec<&String> = ids.iter().skip(number).step_by(regions).collect();
            Plan::new(region, &own, (waves - number).div_ceil(regions))
        };
        Self {
            inventory: json!({
                "account": "000000000000", "region": REGIONS[0], "seed": 1, "sourceServers": list,
            }),
            plans: REGIONS.iter().take(regions).enumerate().map(plan).collect(),
        }
    }
}

impl Plan {
    /// Layers of equal width, and each wave waits for one or two of the layer before.
    fn new(region: &str, servers: &[&String], waves: usize) -> Self {
        let width = waves.div_ceil(DEPTH);
        let name = |wave: usize| format!("{region}-{wave:03}");
        let before: Vec<Vec<usize>> = (0..waves)
            .map(|wave| match wave.checked_sub(width) {
                None => Vec::new(),
                // The one above, and for every other wave the neighbour of that.
                Some(above) if wave % 2 == 0 || width == 1 => vec![above],
                Some(above) => vec![above, above - above % width + (above % width + 1) % width],
            })
            .map(|mut before| {
                before.sort_unstable();
                before.dedup();
                before
            })
            .collect();
        let groups: Vec<Value> = (0..waves)
            .map(|wave| {
                let members = servers.iter().skip(wave).step_by(waves);
                let members: Vec<Value> = members.map(|id| json!({ "id": id })).collect();
                json!({ "name": name(wave), "region": region, "servers": members })
            })
            .collect();
        let document: Vec<Value> = (0..waves)
            .map(|wave| {
                let before: Vec<String> = before[wave].iter().map(|wave| name(*wave)).collect();
                json!({ "name": name(wave), "groups": [name(wave)], "dependsOnWaves": before })
            })
            .collect();
        Self { name: region.to_owned(), groups, document: json!({ "name": region, "waves": document }), before }
    }
}
