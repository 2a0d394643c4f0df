//! The Lambda `prepare-cleanup`.

fn main() -> Result<(), task::Error> {
    task::run(prepare_cleanup::handle)
}
