import type { components } from './schema.js';

type Schemas = components['schemas'];

/** The words of the API, by the names that the console uses. */
export type Execution = Schemas['Execution'];
export type ExecutionSummary = Schemas['ExecutionSummary'];
export type WaveRun = Schemas['WaveRun'];
export type ServerRun = Schemas['ServerRun'];
export type ServerAttempt = Schemas['ServerAttempt'];
export type CheckRun = Schemas['CheckRun'];
export type ActionRun = Schemas['ActionRun'];
export type CleanupRun = Schemas['CleanupRun'];
export type Finding = Schemas['Finding'];
export type Mode = Schemas['Mode'];
export type Plan = Schemas['Stored_RecoveryPlan'];
export type PlanDocument = Schemas['RecoveryPlan'];
export type GroupDocument = Schemas['ProtectionGroup'];
export type HealthCheck = Schemas['HealthCheck'];
export type LaunchSettings = Schemas['LaunchSettings'];
export type Wave = Schemas['Wave'];
export type PlanForecast = Schemas['PlanForecast'];
export type WaveForecast = Schemas['WaveForecast'];
export type PlanRun = Schemas['PlanRun'];
export type Preflight = Schemas['Preflight'];
export type Readiness = Schemas['Readiness'];
export type Group = Schemas['Stored_ProtectionGroup'];
export type SourceServer = Schemas['SourceServer'];
export type SourceServerDetail = Schemas['SourceServerDetail'];
export type StoredReport = Schemas['StoredReport'];
export type ExecutionReports = Schemas['ExecutionReports'];
export type TimelineEvent = Schemas['TimelineEvent'];
export type AuditEvent = Schemas['AuditEvent'];
export type Me = Schemas['Me'];
export type ImportReport = Schemas['ImportReport'];
