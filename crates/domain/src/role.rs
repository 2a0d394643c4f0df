//! Who may do what. Roles are Cognito groups; the table is [`allows`] and nowhere else.

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read anything, and ask what a run would meet.
    Read,
    /// Create, change or delete protection groups and plans.
    Plan,
    /// Have the inventory read from DRS now.
    RefreshInventory,
    /// Start a DRILL.
    StartDrill,
    /// Start a RECOVERY.
    StartRecovery,
    /// Pause and resume an execution.
    Pause,
    /// Approve or reject a wave, where the wave's approval names the role; see [`crate::control`].
    Approve,
    /// End an execution before its time.
    Cancel,
    /// Decide about a wave that failed. In a RECOVERY what launches something needs [`Action::StartRecovery`] too; see
    /// [`crate::control`].
    Decide,
    /// Terminate what a drill launched.
    Cleanup,
}

impl Action {
    /// Every action there is.
    pub const ALL: &'static [Self] = &[
        Self::Read,
        Self::Plan,
        Self::RefreshInventory,
        Self::StartDrill,
        Self::StartRecovery,
        Self::Pause,
        Self::Approve,
        Self::Cancel,
        Self::Decide,
        Self::Cleanup,
    ];

    /// The name of the action, as `openapi.json` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Plan => "Plan",
            Self::RefreshInventory => "RefreshInventory",
            Self::StartDrill => "StartDrill",
            Self::StartRecovery => "StartRecovery",
            Self::Pause => "Pause",
            Self::Approve => "Approve",
            Self::Cancel => "Cancel",
            Self::Decide => "Decide",
            Self::Cleanup => "Cleanup",
        }
    }
}

/// The roles there are, as Cognito groups.
pub const ROLES: &[&str] = &["dr-admin", "dr-planner", "dr-operator", "dr-recoverer", "dr-approver", "dr-auditor"];

/// The role that may do everything.
pub const ADMINISTRATOR: &str = "dr-admin";

/// Whether `role` allows `action`. An unknown role allows nothing.
#[must_use]
pub fn allows(role: &str, action: Action) -> bool {
    match action {
        Action::Read => ROLES.contains(&role),
        Action::Plan => matches!(role, "dr-admin" | "dr-planner"),
        Action::RefreshInventory => matches!(role, "dr-admin" | "dr-planner" | "dr-operator" | "dr-recoverer"),
        Action::StartDrill | Action::Cleanup => matches!(role, "dr-admin" | "dr-operator" | "dr-recoverer"),
        Action::StartRecovery => matches!(role, "dr-admin" | "dr-recoverer"),
        // Of a RECOVERY too, which an operator may not start: one is needed to stop.
        Action::Pause | Action::Cancel | Action::Decide => matches!(role, "dr-admin" | "dr-operator" | "dr-recoverer"),
        // Whichever of these the approval names. An auditor looks on.
        Action::Approve => {
            matches!(role, "dr-admin" | "dr-planner" | "dr-operator" | "dr-recoverer" | "dr-approver")
        }
    }
}

/// The roles that allow `action`, for the message of a refusal.
#[must_use]
pub fn allowed_roles(action: Action) -> Vec<&'static str> {
    ROLES.iter().copied().filter(|role| allows(role, action)).collect()
}
