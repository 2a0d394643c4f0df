//! The Lambda `settle-stopped`.

fn main() -> Result<(), task::Error> {
    task::run(settle_stopped::handle)
}
