//! The Lambda `store-report`.

fn main() -> Result<(), task::Error> {
    task::run(store_report::handle)
}
