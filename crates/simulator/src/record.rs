//! What the simulator was asked, in a file, so that a process that is killed and started again goes on as if only its
//! port had been closed. The world depends on nothing but its inventory, its calls and their times: these are enough.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::http::{self, Call};
use crate::inventory::Inventory;
use crate::world::{World, WorldError};

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The inventory contradicts itself.
    #[error("the inventory makes no world")]
    World(#[from] WorldError),
    /// It cannot be read or written.
    #[error("the record cannot be read or written")]
    File(#[from] io::Error),
    /// It holds something else.
    #[error("line {line} of the record is none of the simulator's: delete the file to begin anew")]
    Line {
        /// From 1.
        line: usize,
        /// Why.
        #[source]
        error: serde_json::Error,
    },
}

/// A line: first the beginning of the world, then each call.
#[derive(Serialize, Deserialize)]
enum Line {
    Began { micros: i64 },
    Called { micros: i64, call: Call },
}

/// The open file.
#[derive(Debug)]
pub struct Record(File);

impl Record {
    /// The world of `inventory` after everything in the file `path`, or a new one that begins at `now` where there is no
    /// such file, and the file to write on.
    ///
    /// # Errors
    /// When the file is of no use, or the inventory contradicts itself.
    pub fn open(path: &Path, inventory: Inventory, now: Timestamp) -> Result<(World, Self), RecordError> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // Whoever was killed while writing has not answered that call.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut record = Self(file);
        let mut lines = text[..whole].lines().enumerate().map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| RecordError::Line { line: index + 1, error })
        });
        let began = match lines.next().transpose()? {
            Some(Line::Began { micros } | Line::Called { micros, .. }) => instant(micros),
            None => {
                record.write(&Line::Began { micros: now.as_microsecond() })?;
                now
            }
        };
        let mut world = World::new(inventory, began)?;
        for line in lines {
            if let Line::Called { micros, call } = line? {
                world.advance(instant(micros));
                http::answer(&mut world, &call);
            }
        }
        Ok((world, record))
    }

    /// Writes a call that comes at `at`, before it takes effect. What changes nothing is left out.
    pub(crate) fn call(&mut self, at: Timestamp, call: &Call) -> io::Result<()> {
        if call.method == "GET" && call.raw_path.starts_with("/_simulator/") {
            return Ok(());
        }
        self.write(&Line::Called { micros: at.as_microsecond(), call: call.clone() })
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.0.write_all(text.as_bytes())
    }
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}
