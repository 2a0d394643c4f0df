//! The Lambda `settle-execution`.

fn main() -> Result<(), task::Error> {
    task::run(settle_execution::handle)
}
