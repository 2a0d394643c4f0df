//! Runs a machine: states one after another, as the Amazon States Language says. What tasks call is [`crate::tasks`]'s.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{self, LocalBoxFuture};
use futures::stream::{self, StreamExt};
use futures_executor::LocalSpawner;
use serde_json::{Map, Value, json};

use crate::asl::{Assign, Catcher, Choice, ForEach, Resource, Retrier, State, States, Task, Template};
use crate::cloud::Cloud;
use crate::executions::{Event, EventKind, Failure, Outcome, machine_arn};
use crate::functions::Functions;
use crate::jsonata::{self, Variables};
use crate::machines::Machines;
use crate::weather::Delivery;

/// How long an event takes to its rule.
const EVENT_PAUSE: Duration = Duration::from_millis(500);

/// Everything that runs machines.
pub(crate) struct Engine {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) machines: Rc<Machines>,
    pub(crate) functions: Functions,
    pub(crate) spawner: LocalSpawner,
    pub(crate) jitter: RefCell<fastrand::Rng>,
}

/// One run through the states of a machine or of a Map.
pub(crate) struct Run {
    pub(crate) engine: Rc<Engine>,
    pub(crate) arn: String,
    variables: Variables,
    context: Value,
}

/// How a state ends.
enum Step {
    Next(String, Value),
    End(Value),
}

impl Engine {
    /// Runs the execution `arn` to its end.
    pub(crate) async fn execute(self: Rc<Self>, arn: String) {
        let found =
            self.cloud.executions().get(&arn).map(|one| (one.machine.clone(), one.name.clone(), one.input.clone()));
        let Some((machine, name, input)) = found else { return };
        let context = json!({
            "Execution": { "Id": arn, "Name": name },
            "StateMachine": { "Id": machine_arn(&machine), "Name": machine },
        });
        let run = Run { engine: Rc::clone(&self), arn: arn.clone(), variables: Variables::new(), context };
        let outcome = match (self.machines.get(&machine), serde_json::from_str(&input)) {
            (Some(states), Ok(input)) => {
                let (run, stop) = future::abortable(run.run(states, input));
                self.cloud.executions().can_be_stopped(&arn, stop);
                run.await.map_or(Outcome::Aborted, |outcome| outcome.map_or_else(Outcome::Failed, Outcome::Succeeded))
            }
            (None, _) => Outcome::Failed(Failure::new("StateMachineDoesNotExist", machine.clone())),
            (_, Err(error)) => Outcome::Failed(Failure::new("InvalidExecutionInput", error.to_string())),
        };
        let status = outcome.status();
        self.cloud.executions().end(&arn, outcome);
        if machine == "recovery" && status != "SUCCEEDED" {
            self.tell_the_rule(&arn, status).await;
        }
    }

    /// As the rule `SettleStopped` of the deployment does with the event of an execution's end.
    async fn tell_the_rule(&self, arn: &str, status: &str) {
        let times = match self.cloud.weather.event() {
            Delivery::Once => 1,
            Delivery::Lost => 0,
            Delivery::Twice => 2,
        };
        for time in 1..=times {
            self.cloud.time.sleep(EVENT_PAUSE).await;
            let machine = machine_arn("recovery");
            let detail = json!({ "executionArn": arn, "stateMachineArn": machine, "status": status });
            let name = format!("event-{time}-{}", self.cloud.time.micros());
            // One that runs under this name does the same.
            let _ = self.cloud.executions().start("stopped", &name, &detail.to_string());
        }
    }
}

impl Run {
    fn run(mut self, states: &States, input: Value) -> LocalBoxFuture<'_, Result<Value, Failure>> {
        async move {
            let (mut name, mut input) = (states.start_at.clone(), input);
            loop {
                // Every name was looked up when the file was read.
                let Some(state) = states.states.get(&name) else { return Err(Failure::new("States.Runtime", name)) };
                self.record(&name, EventKind::Entered);
                let bytes = input.to_string().len() as u64;
                self.engine.cloud.executions().count(&self.arn, events_of(state), bytes);
                let step = self.step(&name, state, input).await?;
                self.record(&name, EventKind::Exited);
                match step {
                    Step::Next(next, output) => (name, input) = (next, output),
                    Step::End(output) => return Ok(output),
                }
            }
        }
        .boxed_local()
    }

    pub(crate) fn record(&self, state: &str, kind: EventKind) {
        let event = Event { at_micros: self.engine.cloud.time.micros(), kind, state: state.to_owned() };
        self.engine.cloud.executions().record(&self.arn, event);
    }

    async fn step(&mut self, name: &str, state: &State, input: Value) -> Result<Step, Failure> {
        match state {
            State::Pass(pass) => {
                let output = self.leave(&pass.assign, &pass.output, &self.states(&input, &[]), &input)?;
                Ok(follow(pass.next.as_ref(), output))
            }
            State::Wait(wait) => {
                let seconds = self.seconds(&wait.seconds, &input)?;
                self.engine.cloud.time.sleep(seconds).await;
                Ok(Step::Next(wait.next.clone(), input))
            }
            State::Choice(choice) => self.choose(choice, input),
            State::Succeed(succeed) => {
                let output = self.leave(&Assign::new(), &succeed.output, &self.states(&input, &[]), &input)?;
                Ok(Step::End(output))
            }
            State::Fail(fail) => {
                let states = self.states(&input, &[]);
                let text = |template| self.evaluate(template, &states).map(|value| text(&value));
                Err(Failure { error: text(&fail.error)?, cause: text(&fail.cause)? })
            }
            State::Map(map) => match self.each(map, &input).await {
                Ok(results) => {
                    let states = self.states(&input, &[("result", results.clone())]);
                    let output = self.leave(&Assign::new(), &map.output, &states, &results)?;
                    Ok(Step::Next(map.next.clone(), output))
                }
                Err(failure) => self.catch(&map.catch, failure, &input),
            },
            State::Task(task) => match self.attempts(name, task, &input).await {
                Ok(output) => Ok(follow(task.next.as_ref(), output)),
                Err(failure) => self.catch(&task.catch, failure, &input),
            },
        }
    }

    /// `$states`, with what this state has besides its input.
    pub(crate) fn states(&self, input: &Value, more: &[(&str, Value)]) -> Value {
        let mut states =
            Map::from_iter([("input".to_owned(), input.clone()), ("context".to_owned(), self.context.clone())]);
        states.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Value::Object(states)
    }

    pub(crate) fn evaluate(&self, template: &Value, states: &Value) -> Result<Value, Failure> {
        jsonata::evaluate(template, states, &self.variables)
            .map_err(|problem| Failure::new("States.QueryEvaluationError", problem))
    }

    pub(crate) fn seconds(&self, template: &Value, input: &Value) -> Result<Duration, Failure> {
        let found = self.evaluate(template, &self.states(input, &[]))?;
        let seconds = found.as_u64().ok_or_else(|| {
            Failure::new("States.QueryEvaluationError", format!("{template} is {found}, which is no number of seconds"))
        })?;
        Ok(Duration::from_secs(seconds))
    }

    /// The output of a state that is left, and its variables. Both see the variables as they were.
    pub(crate) fn leave(
        &mut self,
        assign: &Assign,
        output: &Template,
        states: &Value,
        otherwise: &Value,
    ) -> Result<Value, Failure> {
        let output = output.0.as_ref().map_or_else(|| Ok(otherwise.clone()), |output| self.evaluate(output, states))?;
        let assigned = assign.iter().map(|(name, template)| Ok((name.clone(), self.evaluate(template, states)?)));
        let assigned: Vec<(String, Value)> = assigned.collect::<Result<_, Failure>>()?;
        self.variables.extend(assigned);
        Ok(output)
    }

    fn choose(&mut self, choice: &Choice, input: Value) -> Result<Step, Failure> {
        let states = self.states(&input, &[]);
        for rule in &choice.choices {
            let holds = self.evaluate(&rule.condition, &states)?;
            let holds = holds.as_bool().ok_or_else(|| {
                let problem = format!("{} is {holds}, neither true nor false", rule.condition);
                Failure::new("States.QueryEvaluationError", problem)
            })?;
            if holds {
                let output = self.leave(&rule.assign, &Template(None), &states, &input)?;
                return Ok(Step::Next(rule.next.clone(), output));
            }
        }
        Ok(Step::Next(choice.default.clone(), input))
    }

    async fn each(&self, map: &ForEach, input: &Value) -> Result<Value, Failure> {
        let items = self.evaluate(&map.items, &self.states(input, &[]))?;
        let Value::Array(items) = items else {
            return Err(Failure::new("States.QueryEvaluationError", format!("{items} is no list of items")));
        };
        let mut runs = Vec::new();
        self.engine.cloud.executions().count(&self.arn, 2 * items.len() as u64, 0);
        for (index, item) in items.into_iter().enumerate() {
            let mut context = self.context.clone();
            context["Map"] = json!({ "Item": { "Index": index, "Value": item } });
            let variables = self.variables.clone();
            let run = Self { engine: Rc::clone(&self.engine), arn: self.arn.clone(), variables, context };
            let selected = run.evaluate(&map.item_selector, &run.states(input, &[]))?;
            runs.push(run.run(&map.item_processor, selected));
        }
        let mut results = stream::iter(runs).buffered(map.max_concurrency);
        let mut outputs = Vec::new();
        // The first that fails ends the others.
        while let Some(result) = results.next().await {
            outputs.push(result?);
        }
        Ok(Value::Array(outputs))
    }

    /// Tries a task as often as its retriers say; each of them counts for itself.
    async fn attempts(&mut self, name: &str, task: &Task, input: &Value) -> Result<Value, Failure> {
        let mut counts = vec![0_u32; task.retry.len()];
        loop {
            let failure = match self.attempt(task, input).await {
                Ok((result, mut states)) => {
                    states["result"] = result.clone();
                    match self.leave(&task.assign, &task.output, &states, &result) {
                        Ok(output) => return Ok(output),
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            self.record(name, EventKind::Failed(failure.clone()));
            let found = task.retry.iter().position(|retrier| fits(&retrier.error_equals, &failure));
            let Some((retrier, count)) = found.and_then(|at| Some((task.retry.get(at)?, counts.get_mut(at)?))) else {
                return Err(failure);
            };
            if *count == retrier.max_attempts {
                return Err(failure);
            }
            let pause = self.pause(retrier, *count);
            *count += 1;
            self.engine.cloud.time.sleep(pause).await;
        }
    }

    /// `JitterStrategy: FULL`, the only one that a file can have.
    fn pause(&self, retrier: &Retrier, count: u32) -> Duration {
        let grown = retrier.interval_seconds * retrier.backoff_rate.powf(f64::from(count));
        Duration::from_secs_f64(grown.min(retrier.max_delay_seconds) * self.engine.jitter.borrow_mut().f64())
    }

    fn catch(&mut self, catchers: &[Catcher], failure: Failure, input: &Value) -> Result<Step, Failure> {
        let Some(catcher) = catchers.iter().find(|catcher| fits(&catcher.error_equals, &failure)) else {
            return Err(failure);
        };
        let states = self.states(input, &[("errorOutput", failure.output())]);
        let output = self.leave(&catcher.assign, &catcher.output, &states, &failure.output())?;
        Ok(Step::Next(catcher.next.clone(), output))
    }
}

/// Events in the history of Step Functions when `state` is passed through once: entered and exited, and for a task scheduled,
/// started and succeeded, submitted where it is waited for. Each item of a Map begins and ends.
fn events_of(state: &State) -> u64 {
    match state {
        State::Pass(_) | State::Wait(_) | State::Choice(_) | State::Succeed(_) | State::Fail(_) => 2,
        State::Task(task) => match task.resource {
            Resource::Invoke | Resource::PutEvents | Resource::Start => 5,
            Resource::InvokeAndWait | Resource::StartAndWait => 6,
        },
        State::Map(_) => 4,
    }
}

fn follow(next: Option<&String>, output: Value) -> Step {
    match next {
        Some(next) => Step::Next(next.clone(), output),
        None => Step::End(output),
    }
}

/// Whether a retrier or a catcher is meant.
fn fits(errors: &[String], failure: &Failure) -> bool {
    errors.iter().any(|error| match error.as_str() {
        "States.ALL" => true,
        "States.TaskFailed" => failure.error != "States.Timeout",
        error => error == failure.error,
    })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
