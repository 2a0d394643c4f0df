//! The Lambda `settle-cleanup`.

fn main() -> Result<(), task::Error> {
    task::run(settle_cleanup::handle)
}
