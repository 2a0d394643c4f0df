//! The cached inventory: what DRS said about every source server when it was last read, per account and Region.

use crate::store::Table;

/// The cache.
#[derive(Debug, Clone)]
pub struct Inventory {
    #[expect(dead_code, reason = "the cache is written next")]
    table: Table,
}

impl Inventory {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}
