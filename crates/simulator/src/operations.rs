//! The names of the operations that the simulator models. What each one does is in [`crate::drs`] and [`crate::ssm`].

/// The DRS operations.
pub const DRS: &[&str] = &[
    "DescribeSourceServers",
    "StartRecovery",
    "DescribeJobs",
    "DescribeJobLogItems",
    "DescribeRecoveryInstances",
    "DescribeRecoverySnapshots",
    "TerminateRecoveryInstances",
    "GetLaunchConfiguration",
    "UpdateLaunchConfiguration",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "ListRecoveryPlans",
    "GetRecoveryPlan",
    "ListRecoveryPlanSteps",
    "GetRecoveryPlanStep",
];

/// The SSM operations.
pub const SSM: &[&str] = &[
    "SendCommand",
    "GetCommandInvocation",
    "ListCommandInvocations",
    "DescribeInstanceInformation",
    "StartAutomationExecution",
    "GetAutomationExecution",
    "DescribeDocument",
];

/// True when one of the two services has an operation of this name here.
pub fn is_modelled(operation: &str) -> bool {
    DRS.contains(&operation) || SSM.contains(&operation)
}
