//! The Lambda `start-health-checks`.

fn main() -> Result<(), task::Error> {
    task::run(start_health_checks::handle)
}
