//! The Lambda `settle-wave`.

fn main() -> Result<(), task::Error> {
    task::run(settle_wave::handle)
}
