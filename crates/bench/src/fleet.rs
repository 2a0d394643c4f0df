//! A company's servers and the plan that recovers them: as many as asked for, in waves that depend on each other.

use serde_json::{Value, json};

/// How many waves lie behind one another; the rest is side by side.
const DEPTH: usize = 10;

/// Servers, groups and a plan.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// As the simulator reads it.
    pub(crate) inventory: Value,
    /// As the API takes them.
    pub(crate) groups: Vec<Value>,
    /// As the API takes it.
    pub(crate) plan: Value,
    /// For each wave by its number: those that it waits for.
    pub(crate) before: Vec<Vec<usize>>,
}

impl Fleet {
    /// `servers` in `waves`: layers of equal width, and each wave waits for one or two of the layer before.
    #[must_use]
    pub(crate) fn new(servers: usize, waves: usize) -> Self {
        let width = waves.div_ceil(DEPTH);
        let id = |number: usize| format!("s-{number:017}");
        let wave_of = |number: usize| number % waves;
        let name = |wave: usize| format!("wave-{wave:03}");
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
                let members = (0..servers).filter(|number| wave_of(*number) == wave);
                let members: Vec<Value> = members.map(|number| json!({ "id": id(number) })).collect();
                json!({ "name": name(wave), "servers": members })
            })
            .collect();
        let plan: Vec<Value> = (0..waves)
            .map(|wave| {
                let before: Vec<String> = before[wave].iter().map(|wave| name(*wave)).collect();
                json!({ "name": name(wave), "groups": [name(wave)], "dependsOnWaves": before })
            })
            .collect();
        let list: Vec<Value> =
            (0..servers).map(|number| json!({ "id": id(number), "hostname": format!("host-{number}") })).collect();
        Self {
            inventory: json!({ "account": "000000000000", "region": "us-east-1", "seed": 1, "sourceServers": list }),
            groups,
            plan: json!({ "name": "fleet", "waves": plan }),
            before,
        }
    }
}
