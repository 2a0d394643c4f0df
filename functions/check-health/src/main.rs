//! The Lambda `check-health`.

fn main() -> Result<(), task::Error> {
    task::run(check_health::handle)
}
