//! drsctl against a server in this process that answers as the API does.

#[cfg(test)]
mod command_line;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod plan_files;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod results;
