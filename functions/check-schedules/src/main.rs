//! The Lambda `check-schedules`.

fn main() -> Result<(), task::Error> {
    task::run(check_schedules::handle)
}
