//! The Lambda `check-readiness`.

fn main() -> Result<(), task::Error> {
    task::run(check_readiness::handle)
}
