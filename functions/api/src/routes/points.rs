//! The choice of recovery points, as far as it can be judged without asking DRS.

use contract::{FieldProblem, RecoveryPointChoice};

use crate::problem::Problem;

/// Refuses a choice that no plan could run with.
pub(super) fn check(choice: &RecoveryPointChoice, now: i64) -> Result<(), Problem> {
    let problems = choice.problems(now);
    if problems.is_empty() {
        return Ok(());
    }
    let fields = problems.into_iter().map(|problem| FieldProblem { at: problem.at, message: problem.message });
    Err(Problem::invalid_document("the choice of recovery points", fields.collect()))
}
