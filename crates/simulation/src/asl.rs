//! The part of the Amazon States Language that `statemachine/*.asl.yaml` uses, as data. Whatever else a file has is an error
//! when it is read, so that nothing is passed over in silence.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::jsonata;

/// A file of `statemachine/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Definition {
    #[serde(rename = "Comment")]
    _comment: String,
    query_language: String,
    start_at: String,
    states: BTreeMap<String, State>,
}

/// States, and where one begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct States {
    /// Where the mode of a Map is; only INLINE.
    #[serde(default)]
    processor_config: Option<ProcessorConfig>,
    /// The first.
    pub start_at: String,
    /// By name.
    pub states: BTreeMap<String, State>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ProcessorConfig {
    mode: String,
}

/// Variables that a state sets: templates by name.
pub type Assign = Map<String, Value>;

/// A state.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "Type", deny_unknown_fields)]
pub enum State {
    /// Does nothing but assign.
    Pass(Pass),
    /// Calls something.
    Task(Task),
    /// Lets time pass.
    Wait(Wait),
    /// Decides.
    Choice(Choice),
    /// Runs states for each item.
    Map(Box<ForEach>),
    /// Ends well.
    Succeed(Succeed),
    /// Ends badly.
    Fail(Fail),
}

/// See [`State::Pass`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Pass {
    #[serde(rename = "Comment")]
    _comment: String,
    #[serde(default)]
    pub(crate) assign: Assign,
    #[serde(default)]
    pub(crate) output: Template,
    pub(crate) next: Option<String>,
    #[serde(default)]
    pub(crate) end: bool,
}

/// See [`State::Task`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Task {
    #[serde(rename = "Comment")]
    _comment: String,
    pub(crate) resource: Resource,
    pub(crate) arguments: Value,
    #[serde(default)]
    pub(crate) assign: Assign,
    #[serde(default)]
    pub(crate) output: Template,
    /// Seconds, or an expression.
    pub(crate) timeout_seconds: Value,
    #[serde(default)]
    pub(crate) retry: Vec<Retrier>,
    #[serde(default)]
    pub(crate) catch: Vec<Catcher>,
    pub(crate) next: Option<String>,
    #[serde(default)]
    pub(crate) end: bool,
}

/// See [`State::Wait`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Wait {
    #[serde(rename = "Comment")]
    _comment: String,
    pub(crate) seconds: Value,
    pub(crate) next: String,
}

/// See [`State::Choice`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Choice {
    #[serde(rename = "Comment")]
    _comment: String,
    pub(crate) choices: Vec<Rule>,
    pub(crate) default: String,
}

/// A way out of a [`Choice`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rule {
    pub(crate) condition: Value,
    #[serde(default)]
    pub(crate) assign: Assign,
    pub(crate) next: String,
}

/// See [`State::Map`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ForEach {
    #[serde(rename = "Comment")]
    _comment: String,
    pub(crate) items: Value,
    pub(crate) max_concurrency: usize,
    pub(crate) item_selector: Value,
    pub(crate) item_processor: States,
    #[serde(default)]
    pub(crate) output: Template,
    #[serde(default)]
    pub(crate) catch: Vec<Catcher>,
    pub(crate) next: String,
}

/// See [`State::Succeed`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Succeed {
    #[serde(rename = "Comment")]
    _comment: String,
    #[serde(default)]
    pub(crate) output: Template,
}

/// See [`State::Fail`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Fail {
    #[serde(rename = "Comment")]
    _comment: String,
    pub(crate) error: Value,
    pub(crate) cause: Value,
}

/// An output; none is another thing than `null`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Template(pub(crate) Option<Value>);

impl From<Value> for Template {
    fn from(value: Value) -> Self {
        Self(Some(value))
    }
}

/// What a task calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Resource {
    /// A function, until it answers.
    #[serde(rename = "arn:aws:states:::lambda:invoke")]
    Invoke,
    /// A function, until somebody sends the task token.
    #[serde(rename = "arn:aws:states:::lambda:invoke.waitForTaskToken")]
    InvokeAndWait,
    /// Another machine.
    #[serde(rename = "arn:aws:states:::states:startExecution")]
    Start,
    /// Another machine, until its end.
    #[serde(rename = "arn:aws:states:::states:startExecution.sync:2")]
    StartAndWait,
    /// The event bus.
    #[serde(rename = "arn:aws:states:::events:putEvents")]
    PutEvents,
}

/// Which errors are tried again, and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retrier {
    pub(crate) error_equals: Vec<String>,
    pub(crate) interval_seconds: f64,
    pub(crate) backoff_rate: f64,
    pub(crate) max_attempts: u32,
    pub(crate) max_delay_seconds: f64,
    /// Read so that another one is refused: there is only one way to draw.
    #[serde(rename = "JitterStrategy")]
    _jitter: Jitter,
}

/// How a pause between attempts is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Jitter {
    /// Anywhere between nothing and the whole pause.
    #[serde(rename = "FULL")]
    Full,
}

/// Where errors go.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Catcher {
    #[serde(rename = "Comment")]
    _comment: Option<String>,
    pub(crate) error_equals: Vec<String>,
    #[serde(default)]
    pub(crate) assign: Assign,
    #[serde(default)]
    pub(crate) output: Template,
    pub(crate) next: String,
}

/// Reads a definition. `placeholders` stand for `${…}`: numbers and expressions where they are a whole scalar.
///
/// # Errors
/// For what is not modelled, an expression that is none, and a state that does not exist.
pub fn read(yaml: &str, placeholders: &BTreeMap<String, Value>) -> anyhow::Result<States> {
    let mut document: Value = serde_saphyr::from_str(yaml).context("the file is no YAML")?;
    fill(&mut document, placeholders)?;
    let definition = Definition::deserialize(document).context("the file has what is not modelled")?;
    ensure!(definition.query_language == "JSONata", "the query language is {}", definition.query_language);
    let states = States { processor_config: None, start_at: definition.start_at, states: definition.states };
    check(&states)?;
    Ok(states)
}

fn fill(value: &mut Value, placeholders: &BTreeMap<String, Value>) -> anyhow::Result<()> {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
                *value = placeholders.get(name).with_context(|| format!("nothing stands for ${{{name}}}"))?.clone();
            } else if text.contains("${") {
                bail!("a placeholder is a whole text: {text}");
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, placeholders)),
        Value::Object(fields) => fields.values_mut().try_for_each(|field| fill(field, placeholders)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn check(states: &States) -> anyhow::Result<()> {
    let exists = |name: &str| {
        ensure!(states.states.contains_key(name), "there is no state {name}");
        Ok(())
    };
    exists(&states.start_at)?;
    for (name, state) in &states.states {
        let (templates, next) = parts(state).with_context(|| name.clone())?;
        next.into_iter().try_for_each(exists).with_context(|| name.clone())?;
        for template in templates {
            jsonata::check(template).map_err(anyhow::Error::msg).with_context(|| name.clone())?;
        }
        if let State::Map(map) = state {
            let mode = map.item_processor.processor_config.as_ref().map(|config| config.mode.as_str());
            ensure!(mode == Some("INLINE"), "{name}: the mode is {mode:?}");
            check(&map.item_processor).with_context(|| name.clone())?;
        }
    }
    Ok(())
}

/// The templates of a state, and the states that can follow it.
fn parts(state: &State) -> anyhow::Result<(Vec<&Value>, Vec<&str>)> {
    let follows = |next: &'_ Option<String>, end: bool| {
        ensure!(next.is_some() != end, "a state has Next or End");
        Ok(())
    };
    Ok(match state {
        State::Pass(pass) => {
            follows(&pass.next, pass.end)?;
            (pass.assign.values().chain(&pass.output.0).collect(), pass.next.as_deref().into_iter().collect())
        }
        State::Task(task) => {
            follows(&task.next, task.end)?;
            let own = [&task.arguments, &task.timeout_seconds].into_iter();
            let templates = own.chain(task.assign.values()).chain(&task.output.0).chain(caught(&task.catch)).collect();
            (
                templates,
                task.next.as_deref().into_iter().chain(task.catch.iter().map(|one| one.next.as_str())).collect(),
            )
        }
        State::Wait(wait) => (vec![&wait.seconds], vec![wait.next.as_str()]),
        State::Choice(choice) => {
            let rules = &choice.choices;
            let templates = rules.iter().flat_map(|rule| rule.assign.values().chain([&rule.condition])).collect();
            (templates, rules.iter().map(|rule| rule.next.as_str()).chain([choice.default.as_str()]).collect())
        }
        State::Map(map) => {
            let own = [&map.items, &map.item_selector].into_iter();
            let templates = own.chain(&map.output.0).chain(caught(&map.catch)).collect();
            (templates, map.catch.iter().map(|one| one.next.as_str()).chain([map.next.as_str()]).collect())
        }
        State::Succeed(succeed) => (succeed.output.0.iter().collect(), Vec::new()),
        State::Fail(fail) => (vec![&fail.error, &fail.cause], Vec::new()),
    })
}

fn caught(catch: &[Catcher]) -> impl Iterator<Item = &Value> {
    catch.iter().flat_map(|catcher| catcher.assign.values().chain(&catcher.output.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "{Comment: c, QueryLanguage: JSONata, StartAt: A, States: {A: {Type: Wait, Comment: c, Seconds: 1, \
        Next: B}, B: {Type: Succeed, Comment: c}}}";

    #[test]
    fn what_is_not_modelled_is_refused() {
        let none = BTreeMap::new();
        assert!(read(SMALL, &none).is_ok());
        for (was, is) in [
            ("Seconds: 1", "Timestamp: '2026-01-01T00:00:00Z'"),
            ("Seconds: 1", "Seconds: 1, Parameters: {}"),
            ("Type: Wait", "Type: Parallel"),
            ("QueryLanguage: JSONata", "QueryLanguage: JSONPath"),
            ("Next: B", "Next: C"),
            ("Seconds: 1", "Seconds: '{% ( %}'"),
            ("Seconds: 1", "Seconds: ${Unknown}"),
            ("StartAt: A", "StartAt: A, TimeoutSeconds: 5"),
        ] {
            let text = SMALL.replacen(was, is, 1);
            assert!(read(&text, &none).is_err(), "{text}");
        }
    }
}
