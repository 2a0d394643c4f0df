//! The Lambda `begin-cleanup`.

fn main() -> Result<(), task::Error> {
    task::run(begin_cleanup::handle)
}
