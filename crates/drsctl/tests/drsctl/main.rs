//! drsctl against a server in this process that answers as the API does.

#[cfg(test)]
mod api;
#[cfg(test)]
mod cleanups;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod every_command;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod groups_and_plans;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod plan_files;
#[cfg(test)]
mod points;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod results;
#[cfg(test)]
mod transfer;
