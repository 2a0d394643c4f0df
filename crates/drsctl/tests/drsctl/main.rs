//! drsctl against a server in this process that answers as the API does.

mod command_line;
mod fake;
mod plan_files;
mod requests;
mod results;
