//! The Lambda `api`.

fn main() -> Result<(), task::Error> {
    api::run()
}
