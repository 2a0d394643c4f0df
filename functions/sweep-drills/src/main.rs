//! The Lambda `sweep-drills`.

fn main() -> Result<(), task::Error> {
    task::run(sweep_drills::handle)
}
