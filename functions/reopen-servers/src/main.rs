//! The Lambda `reopen-servers`.

fn main() -> Result<(), task::Error> {
    task::run(reopen_servers::handle)
}
