//! The Lambda `start-jobs`.

fn main() -> Result<(), task::Error> {
    task::run(start_jobs::handle)
}
