//! A recovery plan of DRS itself, turned into groups and a plan of ours. DRS runs its steps strictly one after another:
//! a server step becomes a wave with a group of its own, a wait becomes a delay before the next wave.
//!
//! Not here: reading it from DRS, storing what came of it.

use std::collections::BTreeSet;

use crate::action::{Action, ActionKind, OnActionFailure};
use crate::group::{Member, ProtectionGroup};
use crate::id::{GroupId, MAX_NAME, PlanId, ServerId};
use crate::plan::{Criticality, Mode, RecoveryPlan, Wave};

/// A recovery plan as DRS has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativePlan {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its steps, in their order.
    pub steps: Vec<NativeStep>,
}

/// A step of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeStep {
    /// Its name.
    pub name: String,
    /// What it does.
    pub work: NativeWork,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeWork {
    /// Recovers servers, each with its impact level as DRS spells it.
    Servers(Vec<(ServerId, String)>),
    /// Waits.
    Wait {
        /// This long.
        minutes: u32,
    },
    /// Something that this program does not know.
    Unknown,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// A group for each server step.
    pub groups: Vec<ProtectionGroup>,
    /// The plan.
    pub plan: RecoveryPlan,
    /// What could not be said in the same way, and what was chosen instead.
    pub notes: Vec<String>,
}

/// Turns `native` into documents under `name`, or under its own as far as that is a name here. `region` is written into
/// the groups.
#[must_use]
pub fn convert(native: &NativePlan, name: Option<&PlanId>, region: Option<&str>) -> Converted {
    let plan_name = name.map_or_else(|| slug(&native.name, MAX_NAME), ToString::to_string);
    let mut notes = Vec::new();
    if name.is_none() && plan_name != native.name {
        notes.push(format!("{:?} is called {plan_name} here: {}", native.name, crate::id::NAME_RULE));
    }
    let mut steps =
        Steps { plan: &plan_name, region, taken: BTreeSet::new(), groups: Vec::new(), waves: Vec::new(), wait: 0 };
    for (index, step) in native.steps.iter().enumerate() {
        let what = format!("step {} ({:?})", index + 1, step.name);
        match &step.work {
            NativeWork::Servers(servers) => steps.servers(&what, &step.name, servers, &mut notes),
            NativeWork::Wait { minutes } => steps.wait += minutes,
            NativeWork::Unknown => notes.push(format!("{what} is of a kind that is not known here and was left out")),
        }
    }
    if steps.wait > 0 {
        notes.push(format!("the wait of {} min at the end was left out: nothing comes after it", steps.wait));
    }
    let plan = RecoveryPlan {
        name: PlanId::from(plan_name.as_str()),
        description: native.description.clone(),
        waves: steps.waves,
        ..RecoveryPlan::default()
    };
    Converted { groups: steps.groups, plan, notes }
}

struct Steps<'a> {
    plan: &'a str,
    region: Option<&'a str>,
    taken: BTreeSet<String>,
    groups: Vec<ProtectionGroup>,
    waves: Vec<Wave>,
    /// Minutes to wait before the next wave.
    wait: u32,
}

impl Steps<'_> {
    fn servers(&mut self, what: &str, name: &str, servers: &[(ServerId, String)], notes: &mut Vec<String>) {
        let wave_name = self.unique(&slug(name, MAX_NAME));
        if wave_name != name {
            notes.push(format!("{what} is called {wave_name} here"));
        }
        let group = GroupId::from(shortened(&format!("{}-{wave_name}", self.plan)));
        let mut members = Vec::new();
        for (id, impact) in servers {
            let criticality = match impact.as_str() {
                "OPTIONAL" => Criticality::Optional,
                "CRITICAL" | "" => Criticality::Critical,
                other => {
                    notes.push(format!(
                        "{what}: the impact level {other} of {id} is not known here; it counts as critical"
                    ));
                    Criticality::Critical
                }
            };
            members.push(Member { id: id.clone(), criticality });
        }
        self.groups.push(ProtectionGroup {
            name: group.clone(),
            region: self.region.map(str::to_owned),
            servers: members,
            ..ProtectionGroup::default()
        });
        let depends_on_waves = self.waves.last().map(|wave| wave.name.clone()).into_iter().collect();
        let before_actions = delays(std::mem::take(&mut self.wait));
        self.waves.push(Wave {
            name: wave_name,
            groups: vec![group],
            depends_on_waves,
            before_actions,
            ..Wave::default()
        });
    }

    /// `name`, or `name-2`, `name-3`, … where it is taken. Group names follow from it, so they are unique too unless they
    /// have to be cut; a number stays when they are.
    fn unique(&mut self, name: &str) -> String {
        let longest = MAX_NAME.saturating_sub(self.plan.len() + 1).clamp(12, MAX_NAME);
        let base: String = name.chars().take(longest).collect::<String>().trim_end_matches('-').to_owned();
        let numbered = (2..).map(|number| {
            let suffix = format!("-{number}");
            let kept: String = base.chars().take(longest - suffix.len()).collect();
            format!("{}{suffix}", kept.trim_end_matches('-'))
        });
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !self.taken.contains(name));
        let name = name.unwrap_or(base);
        self.taken.insert(name.clone());
        name
    }
}

/// The end of a name that is too long stays, since it tells groups of one plan apart.
fn shortened(name: &str) -> String {
    let start = name.len().saturating_sub(MAX_NAME);
    name.get(start..).unwrap_or(name).trim_start_matches('-').to_owned()
}

/// As many delays as it takes: an action has a day at most.
fn delays(minutes: u32) -> Vec<Action> {
    const DAY: u32 = 24 * 60;
    let lengths = (0..minutes.div_ceil(DAY)).map(|day| (minutes - day * DAY).min(DAY));
    lengths
        .enumerate()
        .map(|(index, minutes)| Action {
            name: if index == 0 { "wait".to_owned() } else { format!("wait-{}", index + 1) },
            kind: ActionKind::Delay,
            document: None,
            parameters: std::collections::BTreeMap::new(),
            delay_minutes: Some(minutes),
            timeout_minutes: minutes,
            on_failure: OnActionFailure::default(),
            run_in: vec![Mode::Drill, Mode::Recovery],
        })
        .collect()
}

/// A text as a name: lower case, everything else a hyphen.
fn slug(text: &str, longest: usize) -> String {
    let mut slug = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(longest).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "step".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::validate::{group_problems, plan_problems};

    fn server(number: usize) -> ServerId {
        ServerId::from(format!("s-{number:017}"))
    }

    fn step(name: &str, work: NativeWork) -> NativeStep {
        NativeStep { name: name.to_owned(), work }
    }

    #[test]
    fn steps_become_a_chain_and_a_wait_a_delay_before_the_next_wave() {
        let native = NativePlan {
            name: "Prod EU_1".to_owned(),
            description: "All of it".to_owned(),
            steps: vec![
                step("Databases", NativeWork::Servers(vec![(server(1), "CRITICAL".into())])),
                step("settle", NativeWork::Wait { minutes: 5 }),
                step("settle more", NativeWork::Wait { minutes: 10 }),
                step("Web", NativeWork::Servers(vec![(server(2), "OPTIONAL".into()), (server(3), "WEIRD".into())])),
                step("web", NativeWork::Servers(vec![(server(4), String::new())])),
                step("pause", NativeWork::Wait { minutes: 1 }),
                step("dance", NativeWork::Unknown),
            ],
        };
        let Converted { groups, plan, notes } = convert(&native, None, Some("eu-west-1"));
        assert_eq!(plan.name.as_str(), "prod-eu-1");
        let waves: Vec<_> =
            plan.waves.iter().map(|wave| (wave.name.as_str(), wave.depends_on_waves.join(","))).collect();
        assert_eq!(waves, [("databases", String::new()), ("web", "databases".into()), ("web-2", "web".into())]);
        assert_eq!(plan.waves[1].before_actions[0].delay_minutes, Some(15));
        assert!(plan.waves[0].before_actions.is_empty() && plan.waves[2].before_actions.is_empty());
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["prod-eu-1-databases", "prod-eu-1-web", "prod-eu-1-web-2"]);
        assert_eq!(groups[1].servers[0].criticality, Criticality::Optional);
        assert_eq!(groups[1].servers[1].criticality, Criticality::Critical);
        for about in ["prod-eu-1", "WEIRD", "web-2", "dance", "1 min at the end"] {
            assert!(notes.iter().any(|note| note.contains(about)), "{about}: {notes:?}");
        }
        valid(&groups, &plan);
    }

    #[test]
    fn long_and_equal_names_stay_names_and_stay_apart() {
        let long = "A very long name of a step that says everything about it at once";
        let steps = (1..=20).map(|number| step(long, NativeWork::Servers(vec![(server(number), String::new())])));
        let native = NativePlan { name: "Ü".repeat(80), description: String::new(), steps: steps.collect() };
        let plan_name = PlanId::from("p".repeat(48));
        for name in [None, Some(&plan_name)] {
            let Converted { groups, plan, .. } = convert(&native, name, None);
            let names: BTreeSet<_> = groups.iter().map(|group| &group.name).collect();
            assert_eq!(names.len(), 20);
            valid(&groups, &plan);
        }
    }

    fn valid(groups: &[ProtectionGroup], plan: &RecoveryPlan) {
        for group in groups {
            assert_eq!(group_problems(group), []);
        }
        let groups: BTreeMap<_, _> = groups.iter().map(|group| (group.name.clone(), group.clone())).collect();
        assert_eq!(plan_problems(plan, &groups), []);
    }
}
