//! ListRecoveryPlans, GetRecoveryPlan, ListRecoveryPlanSteps and GetRecoveryPlanStep. Plans come from the inventory:
//! nothing here creates, changes or executes one.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, page_of, present, timestamp};
use crate::error::ApiError;
use crate::ids::Region;
use crate::inventory::plans::StepWork;
use crate::page::PageRequest;
use crate::world::World;
use crate::world::recovery_plan::RecoveryPlan;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListRequest {
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn list(world: &World, region: &Region, request: ListRequest) -> Answer {
    let items = world.plans_in(region).map(|plan| (plan.spec.name.clone(), plan)).collect();
    let request = PageRequest {
        operation: "ListRecoveryPlans",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page_of("recoveryPlans", request.cut(items)?.map(|plan| summary(world, plan)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GetRequest {
    recovery_plan_arn: String,
}

pub(super) fn get(world: &World, region: &Region, request: GetRequest) -> Answer {
    let plan = find(world, region, &request.recovery_plan_arn)?;
    let mut shown = summary(world, plan);
    shown["description"] = json!(plan.spec.description);
    shown["tags"] = json!(plan.tags);
    Ok((200, json!({"recoveryPlan": present(shown)})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListStepsRequest {
    recovery_plan_arn: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn list_steps(world: &World, region: &Region, request: ListStepsRequest) -> Answer {
    let plan = find(world, region, &request.recovery_plan_arn)?;
    let items = (0..plan.spec.steps.len()).map(|index| (format!("{index:02}"), index)).collect();
    let request = PageRequest {
        operation: "ListRecoveryPlanSteps",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page_of("recoveryPlanSteps", request.cut(items)?.map(|index| step(world, plan, index)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct GetStepRequest {
    recovery_plan_step_arn: String,
}

pub(super) fn get_step(world: &World, region: &Region, request: GetStepRequest) -> Answer {
    let arn = request.recovery_plan_step_arn;
    check_arn("recoveryPlanStepArn", &arn)?;
    let steps = world.plans_in(region).flat_map(|plan| (0..plan.spec.steps.len()).map(move |index| (plan, index)));
    let mut named = steps.filter(|(plan, index)| world.arn(region, &plan.step_resource(*index)) == arn);
    let (plan, index) = named.next().ok_or_else(|| ApiError::not_found("RecoveryPlanStep", &arn))?;
    Ok((200, json!({"recoveryPlanStep": step(world, plan, index)})))
}

fn find<'world>(world: &'world World, region: &Region, arn: &str) -> Result<&'world RecoveryPlan, ApiError> {
    check_arn("recoveryPlanArn", arn)?;
    let named = world.plans_in(region).find(|plan| world.arn(region, &plan.resource()) == arn);
    named.ok_or_else(|| ApiError::not_found("RecoveryPlan", arn))
}

fn check_arn(name: &str, arn: &str) -> Result<(), ApiError> {
    let fits = (20..=2048).contains(&arn.len()) && arn.starts_with("arn:aws") && arn.contains(":drs:");
    if fits { Ok(()) } else { Err(ApiError::field(name, "must be the ARN of a resource of DRS")) }
}

fn summary(world: &World, plan: &RecoveryPlan) -> Value {
    let at = timestamp(world, plan.created_at);
    json!({
        "recoveryPlanArn": world.arn(&plan.spec.region, &plan.resource()),
        "name": plan.spec.name,
        "status": "ACTIVE",
        "createdAt": at,
        "updatedAt": at,
    })
}

fn step(world: &World, plan: &RecoveryPlan, index: usize) -> Value {
    let region = &plan.spec.region;
    let at = timestamp(world, plan.created_at);
    let Some(spec) = plan.spec.steps.get(index) else { return Value::Null };
    let configuration = match &spec.work {
        StepWork::Servers(servers) => {
            let shown = servers.iter().map(|server| {
                let arn = world.arn(region, &format!("source-server/{}", server.id));
                json!({"serverArn": arn, "impactLevel": server.impact_level})
            });
            json!({"serverStepConfiguration": {"servers": shown.collect::<Vec<_>>()}})
        }
        StepWork::Wait { minutes } => json!({"waitStepConfiguration": {"waitDurationMinutes": minutes}}),
    };
    json!({
        "recoveryPlanStepArn": world.arn(region, &plan.step_resource(index)),
        "stepOrder": index + 1,
        "stepName": spec.name,
        "configuration": configuration,
        "createdAt": at,
        "updatedAt": at,
    })
}
