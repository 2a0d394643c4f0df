//! Who may do what. Roles are Cognito groups; the table is [`allows`] and nowhere else.

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read anything.
    Read,
    /// Create or change protection groups and plans.
    Plan,
    /// Start a DRILL.
    StartDrill,
    /// Start a RECOVERY.
    StartRecovery,
}

/// The roles there are, as Cognito groups.
pub const ROLES: &[&str] = &["dr-admin", "dr-planner", "dr-operator", "dr-recoverer", "dr-approver", "dr-auditor"];

/// Whether `role` allows `action`. An unknown role allows nothing.
#[must_use]
pub fn allows(role: &str, action: Action) -> bool {
    match action {
        Action::Read => ROLES.contains(&role),
        Action::Plan => matches!(role, "dr-admin" | "dr-planner"),
        Action::StartDrill => matches!(role, "dr-admin" | "dr-operator" | "dr-recoverer"),
        Action::StartRecovery => matches!(role, "dr-admin" | "dr-recoverer"),
    }
}

/// The roles that allow `action`, for the message of a refusal.
#[must_use]
pub fn allowed_roles(action: Action) -> Vec<&'static str> {
    ROLES.iter().copied().filter(|role| allows(role, action)).collect()
}
