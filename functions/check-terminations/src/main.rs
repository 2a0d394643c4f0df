//! The Lambda `check-terminations`.

fn main() -> Result<(), task::Error> {
    task::run(check_terminations::handle)
}
