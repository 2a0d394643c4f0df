//! A simulator of AWS Elastic Disaster Recovery and of the parts of Systems Manager that go with it: real SDK clients
//! talk to it over HTTP, launches take as long as they take in AWS (on a clock that can run faster), and what goes
//! wrong in AWS can be made to go wrong here.
//!
//! The map, from the outside in: [`server`] has the port, [`http`] finds out what is asked and [`region`] for which
//! Region, [`drs`] and [`ssm`] read requests and write answers, [`control`] is `/_simulator/*`, and [`world`] is the
//! account in which things happen. [`inventory`] says what exists at the start, [`fault`] what can go wrong,
//! [`profile`] how long things take; [`record`] lets it survive its process.
//!
//! Not here: replication itself, source networks, failback, executions of DRS's own recovery plans, EC2. A call of
//! something that is not here is answered with `not modelled: …`, never with an invention.

pub mod clock;
pub mod control;
pub mod drs;
pub mod error;
pub mod fault;
pub mod http;
pub mod ids;
pub mod inventory;
pub mod operations;
pub mod page;
pub mod profile;
pub mod record;
pub mod region;
pub mod server;
pub mod ssm;
pub mod world;

pub use clock::{Clock, ManualClock};
pub use fault::Fault;
pub use inventory::Inventory;
pub use server::{Options, RunningSimulator, Simulator};
