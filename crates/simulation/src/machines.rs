//! The machines that are shipped: `statemachine/*.asl.yaml`, with what the deployment puts in the place of `${…}`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use anyhow::Context;
use serde_json::{Value, json};

use crate::asl::{self, States};
use crate::executions::machine_arn;

const FILES: [(&str, &str); 7] = [
    ("cleanup", include_str!("../../../statemachine/cleanup.asl.yaml")),
    ("inventory", include_str!("../../../statemachine/inventory.asl.yaml")),
    ("readiness", include_str!("../../../statemachine/readiness.asl.yaml")),
    ("recovery", include_str!("../../../statemachine/recovery.asl.yaml")),
    ("stopped", include_str!("../../../statemachine/stopped.asl.yaml")),
    ("sweep", include_str!("../../../statemachine/sweep.asl.yaml")),
    ("wave", include_str!("../../../statemachine/wave.asl.yaml")),
];

/// Machines, by name.
pub(crate) type Machines = BTreeMap<String, States>;

thread_local! {
    /// They are the same in every world.
    static SHIPPED: RefCell<Option<Rc<Machines>>> = const { RefCell::new(None) };
}

/// Reads them all, for a deployment with these functions.
///
/// # Errors
/// When a file has what is not modelled.
pub(crate) fn shipped(functions: &[&str]) -> anyhow::Result<Rc<Machines>> {
    if let Some(read) = SHIPPED.with_borrow(Clone::clone) {
        return Ok(read);
    }
    let machines = Rc::new(read(functions)?);
    SHIPPED.set(Some(Rc::clone(&machines)));
    Ok(machines)
}

fn read(functions: &[&str]) -> anyhow::Result<Machines> {
    let mut placeholders: BTreeMap<String, Value> =
        functions.iter().map(|name| (format!("{}Function", pascal(name)), json!(name))).collect();
    // As the deployment on AWS has them: cdk/lib/wait-times.ts.
    placeholders.extend([
        ("DependencyTimeoutSeconds".to_owned(), json!(300)),
        ("HoldTimeoutSeconds".to_owned(), json!("{% $holdSeconds %}")),
        ("TaskTimeoutSeconds".to_owned(), json!(150)),
        ("EventBus".to_owned(), json!("default")),
    ]);
    let machines = FILES.iter().map(|(name, _)| (format!("{}StateMachine", pascal(name)), json!(machine_arn(name))));
    placeholders.extend(machines);
    let read = |(name, text): &(&str, &str)| {
        let states = asl::read(text, &placeholders).with_context(|| format!("statemachine/{name}.asl.yaml"))?;
        Ok(((*name).to_owned(), states))
    };
    FILES.iter().map(read).collect()
}

/// `start-jobs` is `StartJobs`.
fn pascal(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}
