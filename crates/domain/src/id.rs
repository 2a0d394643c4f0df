//! Identifiers. Each is its own type, so that a job cannot be passed where a server is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// A DRS source server, `s-` and 17 letters or digits.
    ServerId
}
id! {
    /// A DRS job, `drsjob-…`. Never work of our own.
    JobId
}
id! {
    /// A recovery instance. It is the EC2 instance id, `i-…`.
    InstanceId
}
id! {
    /// A recovery point of a source server: a point-in-time snapshot of DRS, `pit-…`.
    SnapshotId
}
id! {
    /// An SSM command, a UUID.
    CommandId
}
id! {
    /// One run of a plan. It is also the name of the Step Functions execution.
    ExecutionId
}
id! {
    /// A recovery plan: its name.
    PlanId
}
id! {
    /// A protection group: its name.
    GroupId
}

id! {
    /// A schedule of a recovery plan: its name.
    ScheduleId
}

impl ServerId {
    /// Whether this has the shape that DRS gives its source servers: `s-` and 17 letters or digits.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        has_shape(&self.0, "s-")
    }
}

impl SnapshotId {
    /// Whether this has the shape that DRS gives its recovery points: `pit-` and 17 letters or digits.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        has_shape(&self.0, "pit-")
    }
}

/// DRS makes its ids of a prefix and 17 letters or digits.
fn has_shape(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The longest name of a plan. An execution is `<plan>-<yyyymmddThhmmss>-<4 hex>` and its waves add `-wave-<nnn>`;
/// Step Functions allows 80 characters: 80 - 16 - 5 - 9 = 50.
pub const MAX_NAME: usize = 48;

/// Whether `name` can name a plan, a group, a wave, a schedule or a health check: lower-case letters, digits and hyphens, beginning
/// and ending with a letter or digit. Names are identifiers here: they appear in URLs, keys and execution names.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| inner(b) || b == b'-')
        && name.bytes().next().is_some_and(inner)
        && name.bytes().last().is_some_and(inner)
}

/// What [`is_name`] demands, for people.
pub const NAME_RULE: &str =
    "1 to 48 lower-case letters, digits and hyphens, beginning and ending with a letter or digit";
