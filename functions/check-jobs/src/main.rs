//! The Lambda `check-jobs`.

fn main() -> Result<(), task::Error> {
    task::run(check_jobs::handle)
}
