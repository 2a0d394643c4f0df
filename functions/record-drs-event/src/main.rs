//! The Lambda `record-drs-event`.

fn main() -> Result<(), task::Error> {
    task::run(record_drs_event::handle)
}
