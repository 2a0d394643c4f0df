//! How the simulator behaves, seen from the wire, on a clock that only the tests move. What single modules compute is
//! tested next to them; what real SDK clients make of the answers is in `tests/wire`.

#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod launches;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod record;
#[cfg(test)]
mod recovery_plans;
#[cfg(test)]
mod recovery_points;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod source_servers;
#[cfg(test)]
mod ssm;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tcp;
#[cfg(test)]
mod terminations;
