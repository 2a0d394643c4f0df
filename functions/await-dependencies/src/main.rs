//! The Lambda `await-dependencies`.

fn main() -> Result<(), task::Error> {
    task::run(await_dependencies::handle)
}
