//! What a task calls: a function, another machine, the event bus.

use std::future::Future;
use std::rc::Rc;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{self, Either, LocalBoxFuture};
use futures::task::LocalSpawnExt;
use serde_json::{Value, json};

use crate::asl::{Resource, Task};
use crate::executions::{Failure, Outcome};
use crate::interpreter::{Run, text};

impl Run {
    /// One attempt: its result, and `$states` without it.
    pub(crate) async fn attempt(&self, task: &Task, input: &Value) -> Result<(Value, Value), Failure> {
        let timeout = self.seconds(&task.timeout_seconds, input)?;
        let over = self.engine.cloud.time.sleep(timeout);
        let mut token = None;
        if task.resource == Resource::InvokeAndWait {
            token = Some(self.engine.cloud.executions().token());
        }
        let (name, answer) = token.map_or((None, None), |(name, answer)| (Some(name), Some(answer)));
        let states = self.with_token(input, name.as_deref());
        let arguments = self.evaluate(&task.arguments, &states)?;
        let call: LocalBoxFuture<'_, Result<Value, Failure>> = match (task.resource, answer) {
            (Resource::InvokeAndWait, Some(answer)) => self.invoke_and_wait(&arguments, answer).boxed_local(),
            (Resource::Start, _) => future::ready(self.start(&arguments).map(|_| json!({}))).boxed_local(),
            (Resource::StartAndWait, _) => self.start_and_wait(&arguments).boxed_local(),
            (Resource::PutEvents, _) => future::ready(Ok(self.put_events(&arguments))).boxed_local(),
            (Resource::Invoke | Resource::InvokeAndWait, _) => {
                self.invoke(&arguments).map(|answer| answer.map(|payload| json!({ "Payload": payload }))).boxed_local()
            }
        };
        let outcome = match future::select(call, over).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(Failure::new("States.Timeout", "")),
        };
        if let Some(token) = name {
            self.engine.cloud.executions().forget(&token);
        }
        outcome.map(|result| (result, states))
    }

    fn with_token(&self, input: &Value, token: Option<&str>) -> Value {
        let mut states = self.states(input, &[]);
        if let Some(token) = token {
            states["context"]["Task"] = json!({ "Token": token });
        }
        states
    }

    /// Calls a function. It goes on when nobody waits for it any more, as on AWS.
    async fn invoke(&self, arguments: &Value) -> Result<Value, Failure> {
        let function = text(&arguments["FunctionName"]);
        let payload = arguments["Payload"].clone();
        let (sender, answer) = oneshot::channel();
        let engine = Rc::clone(&self.engine);
        let conditions = engine.cloud.weather.invocation(&function);
        if let Some(pause) = conditions.again_after {
            let (engine, function, payload) = (Rc::clone(&engine), function.clone(), payload.clone());
            self.spawn(async move {
                engine.cloud.time.sleep(pause).await;
                // Nobody hears of it.
                let _ = engine.functions.invoke(&engine.cloud, &function, payload, 0).await;
            })?;
        }
        self.spawn(async move {
            let outcome = engine.functions.invoke(&engine.cloud, &function, payload, conditions.skew_seconds).await;
            // Nobody may wait any more.
            let _ = sender.send(outcome);
        })?;
        answer.await.map_err(|_| Failure::new("Lambda.Unknown", "the invocation was lost"))?
    }

    fn spawn(&self, work: impl Future<Output = ()> + 'static) -> Result<(), Failure> {
        let spawned = self.engine.spawner.spawn_local(work);
        spawned.map_err(|error| Failure::new("Lambda.Unknown", error.to_string()))
    }

    async fn invoke_and_wait(&self, arguments: &Value, answer: oneshot::Receiver<Value>) -> Result<Value, Failure> {
        let lost = |_| Failure::new("States.TaskFailed", "the task token was lost");
        match future::select(answer, self.invoke(arguments).boxed_local()).await {
            Either::Left((sent, _)) => sent.map_err(lost),
            Either::Right((invoked, answer)) => {
                invoked?;
                answer.await.map_err(lost)
            }
        }
    }

    fn start(&self, arguments: &Value) -> Result<String, Failure> {
        let machine = text(&arguments["StateMachineArn"]);
        let machine = machine.rsplit(':').next().unwrap_or_default();
        let started = format!("{}-{}", machine, self.engine.cloud.time.micros());
        let name = arguments["Name"].as_str().unwrap_or(&started);
        let begun = self.engine.cloud.executions().start(machine, name, &arguments["Input"].to_string());
        begun.map_err(|(kind, message)| Failure::new(&format!("StepFunctions.{kind}Exception"), message))
    }

    async fn start_and_wait(&self, arguments: &Value) -> Result<Value, Failure> {
        let arn = self.start(arguments)?;
        let end = self.engine.cloud.executions().at_end(&arn);
        // An error means that it had ended before.
        let _ = end.await;
        let executions = self.engine.cloud.executions();
        let outcome = executions.get(&arn).and_then(|execution| execution.outcome.clone());
        let mut told = json!({ "ExecutionArn": arn, "Status": outcome.as_ref().map(Outcome::status) });
        match outcome {
            Some(Outcome::Succeeded(output)) => {
                told["Output"] = output;
                Ok(told)
            }
            Some(Outcome::Failed(failure)) => {
                told["Error"] = json!(failure.error);
                told["Cause"] = json!(failure.cause);
                Err(Failure::new("States.TaskFailed", told.to_string()))
            }
            Some(Outcome::Aborted) => Err(Failure::new("States.TaskFailed", told.to_string())),
            None => Err(Failure::new("States.TaskFailed", "the execution was lost")),
        }
    }

    fn put_events(&self, arguments: &Value) -> Value {
        let entries = arguments["Entries"].as_array().cloned().unwrap_or_default();
        let count = entries.len();
        self.engine.cloud.events().extend(entries);
        json!({ "FailedEntryCount": 0, "Entries": vec![json!({ "EventId": "event" }); count] })
    }
}
