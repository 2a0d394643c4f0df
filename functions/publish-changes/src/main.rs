//! The Lambda `publish-changes`.

fn main() -> Result<(), task::Error> {
    task::run(publish_changes::handle)
}
