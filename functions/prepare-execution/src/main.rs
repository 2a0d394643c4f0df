//! The Lambda `prepare-execution`.

fn main() -> Result<(), task::Error> {
    task::run(prepare_execution::handle)
}
