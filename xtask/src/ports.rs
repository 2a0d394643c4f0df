//! Ports of this machine: the usual one, or a free one when somebody else has it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use anyhow::{Context, bail};

use crate::console::say;
use crate::leftovers::name_of;

/// A port that one service wants.
pub(crate) struct Wish {
    /// The service, for people.
    pub(crate) service: &'static str,
    /// The option that chooses it.
    pub(crate) option: &'static str,
    /// What the option said; 0 for any free one.
    pub(crate) chosen: Option<u16>,
    /// The usual one.
    pub(crate) usual: u16,
}

impl Wish {
    /// The port to use: the chosen one or none, the usual one or a free one.
    pub(crate) fn grant(&self) -> anyhow::Result<u16> {
        let Self { service, option, chosen, usual } = self;
        match chosen {
            Some(0) => free(),
            Some(port) if is_free(*port) => Ok(*port),
            Some(port) => bail!("Port {port} for {service} is taken{}. Choose another with {option}.", by_whom(*port)),
            None if is_free(*usual) => Ok(*usual),
            None => {
                let port = free()?;
                let taker = by_whom(*usual);
                say(&format!("Port {usual} for {service} is taken{taker}; using {port}. {option} N chooses another."));
                Ok(port)
            }
        }
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// ` by NAME (pid N)`, if the system says so. Processes of other users are not shown.
fn by_whom(port: u16) -> String {
    listener_of(port).map(|pid| format!(" by {} (pid {pid})", name_of(pid))).unwrap_or_default()
}

/// The process that listens on `port`, from Linux's socket table.
fn listener_of(port: u16) -> Option<i32> {
    const LISTEN: &str = "0A";
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let inode = tables.iter().flat_map(|table| table.lines().skip(1)).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [local, state, inode] = [fields.get(1)?, fields.get(3)?, fields.get(9)?];
        let listens = *state == LISTEN && u16::from_str_radix(local.rsplit(':').next()?, 16) == Ok(port);
        listens.then(|| format!("socket:[{inode}]"))
    })?;
    let processes = Path::new("/proc").read_dir().ok()?;
    let mut pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.find(|pid| {
        let files = Path::new("/proc").join(pid.to_string()).join("fd").read_dir();
        files.is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|file| std::fs::read_link(file.path()).is_ok_and(|to| to == Path::new(&inode)))
            })
        })
    })
}
