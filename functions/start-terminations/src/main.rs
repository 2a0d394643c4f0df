//! The Lambda `start-terminations`.

fn main() -> Result<(), task::Error> {
    task::run(start_terminations::handle)
}
