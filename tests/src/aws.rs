//! Calls to the AWS services of the local cloud, as a person with root credentials would make them from a console.

use serde_json::{Value, json};

use crate::cloud::{Cloud, answer};
use crate::scenario::eventually;

impl Cloud {
    /// One call of an AWS JSON protocol: `service` signs, `target` names the operation.
    pub fn aws(&self, service: &str, target: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(service, target, body);
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// The item of the execution history with these keys; null when there is none.
    pub fn recorded(&self, execution: impl AsRef<str>, plan: &str) -> Value {
        let request = json!({
            "TableName": self.tables["executionHistory"], "ConsistentRead": true,
            "Key": { "executionId": { "S": execution.as_ref() }, "planId": { "S": plan } },
        });
        self.aws("dynamodb", "DynamoDB_20120810.GetItem", &request)["Item"].take()
    }

    /// One call of an AWS JSON protocol that may be refused: the status and the answer.
    pub fn ask(&self, service: &str, target: &str, body: &Value) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(&self.aws_endpoint)
            .header("Authorization", root(service))
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", target);
        answer(request.body(body.to_string()).unwrap())
    }

    /// Step Functions.
    pub fn sfn(&self, operation: &str, body: &Value) -> Value {
        self.aws("states", &format!("AWSStepFunctions.{operation}"), body)
    }

    /// Starts an execution of `machine`, and gives back its ARN.
    pub fn begin(&self, machine: &str, input: &Value) -> String {
        let request = json!({ "stateMachineArn": self.state_machines[machine], "input": input.to_string() });
        self.sfn("StartExecution", &request)["executionArn"].as_str().unwrap().to_owned()
    }

    /// Waits until `machine` has an execution of this name.
    pub fn begun(&self, machine: &str, name: &str) {
        eventually(&format!("the beginning of {name}"), || {
            self.described(machine, name).map(drop).ok_or_else(|| "not begun".to_owned())
        });
    }

    /// Waits for the end of an execution, and gives back how Step Functions describes it.
    pub fn ended(&self, execution_arn: &str) -> Value {
        eventually(&format!("the end of {execution_arn}"), || {
            let described = self.sfn("DescribeExecution", &json!({ "executionArn": execution_arn }));
            if described["status"] == "RUNNING" { Err(described.to_string()) } else { Ok(described) }
        })
    }

    /// Every item of a table with this `kind`, in order of `id`, its attributes as plain JSON.
    pub fn items(&self, table: &str, kind: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut request = json!({
            "TableName": self.tables[table], "ConsistentRead": true, "KeyConditionExpression": "kind = :kind",
            "ExpressionAttributeValues": { ":kind": { "S": kind } },
        });
        loop {
            let mut page = self.aws("dynamodb", "DynamoDB_20120810.Query", &request);
            items.extend(page["Items"].as_array().unwrap().iter().map(|item| plain(&json!({ "M": item }))));
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"].take();
            if request["ExclusiveStartKey"].is_null() {
                return items;
            }
        }
    }

    /// Writes an item, given as plain JSON, straight into a table.
    pub fn put_item(&self, table: &str, item: &Value) {
        let request = json!({ "TableName": self.tables[table], "Item": attribute(item)["M"] });
        self.aws("dynamodb", "DynamoDB_20120810.PutItem", &request);
    }

    /// Calls the function of `task`, as Step Functions would. Gives back its answer, or its error.
    pub fn invoke(&self, task: &str, payload: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{}-{task}/invocations", self.stack());
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(format!("{}{path}", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("lambda"));
        let (status, answer) = answer(request.body(payload.to_string()).unwrap());
        assert_eq!(status, 200, "{task}: {answer}");
        answer
    }

    /// One call of EventBridge Scheduler about a schedule: the status and the answer.
    pub fn scheduler(&self, method: &str, schedule: &str, body: Option<&Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/schedules/{schedule}", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("scheduler"))
            .header("Content-Type", "application/json");
        answer(request.body(body.map(ToString::to_string).unwrap_or_default()).unwrap())
    }

    /// The schedule group of the deployment's drills.
    pub fn drills(&self) -> String {
        format!("{}-drills", self.stack())
    }

    pub(crate) fn stack(&self) -> &str {
        self.state_machines["wave"].rsplit(':').next().unwrap().trim_end_matches("-wave")
    }

    /// Has Lambda refuse to run these functions until each is let go, or the guard is dropped. That hits every caller: hold a
    /// disturbance beside it.
    pub fn refuse(&'static self, functions: &[String]) -> Refused {
        for function in functions {
            self.reserve_concurrency(function, Some(0));
        }
        Refused { cloud: self, functions: functions.to_vec() }
    }

    fn reserve_concurrency(&self, task: &str, executions: Option<u32>) {
        let path = format!("2017-10-31/functions/{}-{task}/concurrency", self.stack());
        let (method, body) = match executions {
            Some(count) => ("PUT", json!({ "ReservedConcurrentExecutions": count }).to_string()),
            None => ("DELETE", String::new()),
        };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/{path}", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("lambda"));
        let (status, answer) = answer(request.body(body).unwrap());
        assert!((200..300).contains(&status), "{task}: {status} {answer}");
    }

    /// Puts an event on the default bus.
    pub fn put_event(&self, detail_type: &str, detail: &Value) {
        let entry = json!({ "Source": "calendar", "DetailType": detail_type, "Detail": detail.to_string() });
        let answer = self.aws("events", "AWSEvents.PutEvents", &json!({ "Entries": [entry] }));
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    }

    /// Collects the details of every event of `detail_type` about `plan` that is put on the default bus from now on.
    pub fn listen(&self, detail_type: &str, plan: &str) -> Listener<'_> {
        let pattern = json!({ "detail-type": [detail_type], "detail": { "planId": [plan] } });
        self.listen_for(plan, &pattern)
    }

    /// Collects the details of every event that fits `pattern`, in a queue and by a rule of this name.
    pub fn listen_for(&self, name: &str, pattern: &Value) -> Listener<'_> {
        let events = |operation: &str, body: &Value| self.aws("events", &format!("AWSEvents.{operation}"), body);
        let (queue, arn) = self.queue(name);
        events("PutRule", &json!({ "Name": name, "EventPattern": pattern.to_string() }));
        events("PutTargets", &json!({ "Rule": name, "Targets": [{ "Id": "queue", "Arn": arn }] }));
        Listener { cloud: self, queue }
    }

    /// Collects what is published to a topic from now on, in a queue of this name.
    pub fn subscribe(&self, topic: &str, name: &str) -> Listener<'_> {
        let (queue, arn) = self.queue(name);
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": arn,
        }] });
        let request = json!({ "QueueUrl": queue, "Attributes": { "Policy": policy.to_string() } });
        self.aws("sqs", "AmazonSQS.SetQueueAttributes", &request);
        let request = ureq::http::Request::builder()
            .method("POST")
            .uri(&self.aws_endpoint)
            .header("Authorization", root("sns"))
            .header("Content-Type", "application/x-www-form-urlencoded");
        let body = format!("Action=Subscribe&Version=2010-03-31&TopicArn={topic}&Protocol=sqs&Endpoint={arn}");
        let (status, answer) = answer(request.body(body.replace(':', "%3A")).unwrap());
        assert_eq!(status, 200, "{answer}");
        Listener { cloud: self, queue }
    }

    /// A version of an object in S3, as it is.
    pub fn object(&self, bucket: &str, key: &str, version: &str) -> Vec<u8> {
        let url = format!("{}/{bucket}/{key}?versionId={version}", self.aws_endpoint.trim_end_matches('/'));
        let answer = ureq::get(&url).header("Authorization", root("s3")).call();
        answer.unwrap_or_else(|error| panic!("{url}: {error}")).body_mut().read_to_vec().unwrap()
    }

    /// Lets nobody put objects whose keys begin with `prefix` into `bucket`; without one, whoever may.
    pub fn forbid_objects(&self, bucket: &str, prefix: Option<&str>) {
        let policy = prefix.map(|prefix| {
            json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/{prefix}*"),
            }] })
        });
        let request = ureq::http::Request::builder()
            .method(if policy.is_some() { "PUT" } else { "DELETE" })
            .uri(format!("{}/{bucket}?policy", self.aws_endpoint.trim_end_matches('/')))
            .header("Authorization", root("s3"));
        let body = policy.map(|policy| policy.to_string()).unwrap_or_default();
        let (status, answer) = answer(request.body(body).unwrap());
        assert!((200..300).contains(&status), "{answer}");
    }

    /// A new queue: its address and its ARN.
    fn queue(&self, name: &str) -> (String, String) {
        let sqs = |operation: &str, body: &Value| self.aws("sqs", &format!("AmazonSQS.{operation}"), body);
        let queue = sqs("CreateQueue", &json!({ "QueueName": name }))["QueueUrl"].as_str().unwrap().to_owned();
        let request = json!({ "QueueUrl": queue, "AttributeNames": ["QueueArn"] });
        let arn = sqs("GetQueueAttributes", &request)["Attributes"]["QueueArn"].as_str().unwrap().to_owned();
        (queue, arn)
    }

    /// The events of a Step Functions execution.
    pub fn history(&self, execution_arn: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut request = json!({ "executionArn": execution_arn, "maxResults": 1000 });
            if !token.is_null() {
                request["nextToken"] = token;
            }
            let mut page = self.sfn("GetExecutionHistory", &request);
            events.extend(page["events"].as_array().cloned().unwrap_or_default());
            token = page["nextToken"].take();
            if token.is_null() {
                return events;
            }
        }
    }

    /// How Step Functions describes an execution; nothing for one that was never started.
    pub fn described(&self, machine: &str, name: &str) -> Option<Value> {
        let arn = self.execution_arn(machine, name);
        let (status, answer) =
            self.ask("states", "AWSStepFunctions.DescribeExecution", &json!({ "executionArn": arn }));
        if status == 400 && answer.to_string().contains("ExecutionDoesNotExist") {
            return None;
        }
        assert_eq!(status, 200, "{arn}: {answer}");
        Some(answer)
    }

    /// The states that an execution has entered.
    pub fn entered(&self, machine: &str, name: &str) -> Vec<String> {
        let events = self.history(&self.execution_arn(machine, name));
        let names = events.iter().filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
        names.map(str::to_owned).collect()
    }

    /// The names of all executions of a machine, the oldest first.
    pub fn executions_of(&self, machine: &str) -> Vec<String> {
        let mut request = json!({ "stateMachineArn": self.state_machines[machine], "maxResults": 1000 });
        let mut found: Vec<(String, String)> = Vec::new();
        loop {
            let mut page = self.sfn("ListExecutions", &request);
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let executions = page["executions"].as_array().unwrap();
            found.extend(executions.iter().map(|one| (text(&one["startDate"]), text(&one["name"]))));
            request["nextToken"] = page["nextToken"].take();
            if request["nextToken"].is_null() {
                found.sort();
                return found.into_iter().map(|(_, name)| name).collect();
            }
        }
    }

    /// The ARN of an execution of a machine.
    pub fn execution_arn(&self, machine: &str, name: &str) -> String {
        format!("{}:{name}", self.state_machines[machine].replace(":stateMachine:", ":execution:"))
    }
}

/// Functions that Lambda refuses to run.
pub struct Refused {
    cloud: &'static Cloud,
    functions: Vec<String>,
}

impl Refused {
    /// Has Lambda run one of them again.
    pub fn let_go(&mut self, function: &str) {
        if self.functions.iter().any(|refused| refused == function) {
            self.functions.retain(|refused| refused != function);
            self.cloud.reserve_concurrency(function, None);
        }
    }
}

impl Drop for Refused {
    fn drop(&mut self) {
        for function in &self.functions {
            self.cloud.reserve_concurrency(function, None);
        }
    }
}

/// Where events are collected.
pub struct Listener<'a> {
    cloud: &'a Cloud,
    queue: String,
}

impl Listener<'_> {
    /// The details of the events that came since the last time.
    pub fn heard(&self) -> Vec<Value> {
        self.received().into_iter().map(|mut event| event["detail"].take()).collect()
    }

    /// The texts that were published since the last time.
    pub fn told(&self) -> Vec<String> {
        self.received().iter().map(|message| message["Message"].as_str().unwrap().to_owned()).collect()
    }

    fn received(&self) -> Vec<Value> {
        let request = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10 });
        let mut bodies = Vec::new();
        loop {
            let answer = self.cloud.aws("sqs", "AmazonSQS.ReceiveMessage", &request);
            let Some(messages) = answer["Messages"].as_array().filter(|messages| !messages.is_empty()) else {
                return bodies;
            };
            for message in messages {
                let receipt = json!({ "QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"] });
                self.cloud.aws("sqs", "AmazonSQS.DeleteMessage", &receipt);
                bodies.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
            }
        }
    }
}

/// JSON as a DynamoDB attribute: what [`plain`] undoes.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(items) => json!({ "L": items.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), attribute(value)));
            json!({ "M": fields.collect::<serde_json::Map<_, _>>() })
        }
    }
}

/// A DynamoDB attribute without its type.
fn plain(attribute: &Value) -> Value {
    let (kind, value) = attribute.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        "NULL" => Value::Null,
        "L" => value.as_array().unwrap().iter().map(plain).collect(),
        "M" => value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        _ => value.clone(),
    }
}

/// The local cloud does not check the signature of its root key.
pub(crate) fn root(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}
