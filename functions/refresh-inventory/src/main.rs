//! The Lambda `refresh-inventory`.

fn main() -> Result<(), task::Error> {
    task::run(refresh_inventory::handle)
}
