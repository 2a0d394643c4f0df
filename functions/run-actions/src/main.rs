//! The Lambda `run-actions`.

fn main() -> Result<(), task::Error> {
    task::run(run_actions::handle)
}
