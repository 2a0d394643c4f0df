//! The Lambda `list-plans`.

fn main() -> Result<(), task::Error> {
    task::run(list_plans::handle)
}
