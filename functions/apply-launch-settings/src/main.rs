//! The Lambda `apply-launch-settings`.

fn main() -> Result<(), task::Error> {
    task::run(apply_launch_settings::handle)
}
