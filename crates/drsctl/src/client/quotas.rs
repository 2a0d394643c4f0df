//! `/v1/quotas`.

use contract::{Page, RegionQuotas};

use super::wire::Query;
use super::{Client, ClientError};

impl Client {
    /// How much of DRS's quotas is in use in each Region.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn quotas(&self) -> Result<Page<RegionQuotas>, ClientError> {
        self.get(Query::default().on("/v1/quotas", None))
    }
}
