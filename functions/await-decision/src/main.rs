//! The Lambda `await-decision`.

fn main() -> Result<(), task::Error> {
    task::run(await_decision::handle)
}
