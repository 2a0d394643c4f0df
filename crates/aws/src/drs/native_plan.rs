//! Recovery plans of DRS itself, as they are read for an import.

use aws_sdk_drs::types::{RecoveryPlanStep, RecoveryPlanStepConfiguration};
use domain::id::ServerId;
use domain::native_plan::{NativePlan, NativeStep, NativeWork};

use super::Drs;
use crate::error::{AwsError, ErrorKind, classify};

impl Drs {
    /// The recovery plan of DRS with this ARN, with its steps; nothing where there is none.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn native_plan(&self, arn: &str) -> Result<Option<NativePlan>, AwsError> {
        let found = self.client.get_recovery_plan().recovery_plan_arn(arn).send().await;
        let plan = match found.map_err(|error| classify("GetRecoveryPlan", error)) {
            Ok(found) => found.recovery_plan,
            Err(error) if error.kind == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let Some(plan) = plan else { return Ok(None) };
        let mut steps = Vec::new();
        let mut pages = self.client.list_recovery_plan_steps().recovery_plan_arn(arn).into_paginator().items().send();
        while let Some(step) = pages.next().await {
            steps.push(step.map_err(|error| classify("ListRecoveryPlanSteps", error))?);
        }
        steps.sort_by_key(|step| step.step_order);
        Ok(Some(NativePlan {
            name: plan.name,
            description: plan.description.unwrap_or_default(),
            steps: steps.into_iter().map(step_of).collect(),
        }))
    }
}

fn step_of(step: RecoveryPlanStep) -> NativeStep {
    let work = match step.configuration {
        Some(RecoveryPlanStepConfiguration::ServerStepConfiguration(servers)) => NativeWork::Servers(
            servers
                .servers
                .into_iter()
                .map(|server| {
                    let impact = server.impact_level.map(|level| level.as_str().to_owned()).unwrap_or_default();
                    (server_of_arn(&server.server_arn), impact)
                })
                .collect(),
        ),
        Some(RecoveryPlanStepConfiguration::WaitStepConfiguration(wait)) => {
            NativeWork::Wait { minutes: u32::try_from(wait.wait_duration_minutes).unwrap_or_default() }
        }
        _ => NativeWork::Unknown,
    };
    NativeStep { name: step.step_name, work }
}

/// `arn:aws:drs:R:A:source-server/s-…`
fn server_of_arn(arn: &str) -> ServerId {
    ServerId::from(arn.rsplit('/').next().unwrap_or(arn))
}
