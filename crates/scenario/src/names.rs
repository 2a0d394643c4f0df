//! A scenario's own names, and those that it has in one world.

use std::collections::BTreeMap;

use crate::file::Scenario;

/// The names of a scenario in one world.
pub(crate) struct Names {
    pub(crate) plan: String,
    /// Source server ids by host name.
    pub(crate) ids: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn new(scenario: &Scenario, unique: &str) -> Self {
        let width = 17_usize.saturating_sub(unique.len());
        let ids = scenario.servers.keys().enumerate();
        let ids = ids.map(|(index, host)| (host.clone(), format!("s-{unique}{:0width$}", index + 1))).collect();
        Self { plan: format!("scenario-{unique}"), ids }
    }

    pub(crate) fn unique(&self, name: &str) -> String {
        format!("{}-{name}", self.plan)
    }

    /// `fault` of the server that it names, if it names one.
    pub(crate) fn fault(&self, fault: &str) -> String {
        let named = fault.split_once('=').and_then(|(kind, value)| {
            let (host, rest) = value.split_at(value.find(':').unwrap_or(value.len()));
            Some(format!("{kind}={}{rest}", self.ids.get(host)?))
        });
        named.unwrap_or_else(|| fault.to_owned())
    }

    /// `text` with the scenario's own names.
    pub(crate) fn own(&self, text: &str) -> String {
        let text = self.ids.iter().fold(text.to_owned(), |text, (host, id)| text.replace(id, host));
        text.replace(&format!("{}-", self.plan), "").replace(&self.plan, "<plan>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "{about: a, servers: {db-1: {}, web-1: {}}, groups: {}, waves: [], mode: DRILL}";

    #[test]
    fn a_fault_is_the_scenarios_own_where_it_names_a_server() {
        let scenario = Scenario::from_yaml(FILE).unwrap();
        let names = Names::new(&scenario, "abc");
        for (fault, own) in [
            ("launch-fails=web-1", "launch-fails=s-abc00000000000002"),
            ("foreign-job=db-1:20", "foreign-job=s-abc00000000000001:20"),
            ("throttle=StartRecovery:5", "throttle=StartRecovery:5"),
            ("unknown-enums", "unknown-enums"),
        ] {
            assert_eq!(names.fault(fault), own);
        }
        assert_eq!(names.own("scenario-abc-web of s-abc00000000000002 in scenario-abc"), "web of web-1 in <plan>");
    }
}
