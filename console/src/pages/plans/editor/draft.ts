import type { Action, Criticality, HealthCheck, PlanDocument, Wave } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';

/** The parts of a plan that the editor's fields show problems of; `waves[…]` go by the wave. */
export const PLAN_FIELDS = ['name', 'description', 'targetRtoMinutes', 'targetRpoMinutes', 'drillEveryDays', 'onLaunchSettingsFailure', 'cleanup'];
export const WAVE_FIELDS = [
  'name',
  'groups',
  'dependsOnWaves',
  'onFailure',
  'minHealthyPercent',
  'launchTimeoutMinutes',
  'approval',
  'criticality',
  'beforeActions',
  'healthChecks',
  'afterActions',
];

/** What the API takes for a field that is left out, for people: nothing here is sent. */
export const CHECK_MINUTES = 20;
export const ACTION_MINUTES = 30;
export const LAUNCH_MINUTES = 120;
export const APPROVAL_MINUTES = 240;
export const DRILL_EVERY_DAYS = 90;

/** A plan as it is stored, without what the system adds. */
export function draftOf(stored: PlanDocument & { version?: number; updatedAt?: number; updatedBy?: string }): PlanDocument {
  const { version: _, updatedAt: __, updatedBy: ___, ...document } = stored;
  return document;
}

/** What is stored of a draft: fields that the kind of a check or an action has no place for are kept only while it is edited. */
export function documentOf(draft: PlanDocument): PlanDocument {
  const document = (typed: string | null | undefined) => (typed ? typed : undefined);
  const check = (one: HealthCheck): HealthCheck =>
    one.kind === 'ssmCommand' ? { ...one, document: document(one.document) } : { ...one, document: undefined, parameters: undefined };
  const action = (one: Action): Action =>
    one.kind === 'delay'
      ? { ...one, document: undefined, parameters: undefined }
      : { ...one, document: document(one.document), delayMinutes: undefined };
  const wave = (one: Wave): Wave => ({
    ...one,
    ...(one.healthChecks && { healthChecks: one.healthChecks.map(check) }),
    ...(one.beforeActions && { beforeActions: one.beforeActions.map(action) }),
    ...(one.afterActions && { afterActions: one.afterActions.map(action) }),
  });
  return { ...draft, waves: draft.waves.map(wave) };
}

/** A wave in which exactly `servers` are `which`, whatever their groups say; one that was the other until now is not any more. */
export function withCriticality(wave: Wave, which: Criticality, servers: readonly string[]): Wave {
  const others = Object.entries(wave.criticality ?? {}).filter(([server, criticality]) => criticality !== which && !servers.includes(server));
  return { ...wave, criticality: Object.fromEntries([...others, ...servers.map((server) => [server, which] as const)]) };
}

export const EMPTY: PlanDocument = { name: '', waves: [{ name: text.newWave(1), groups: [] }] };

/** Another wave behind the last one, under a name that none has. */
export function withNewWave(plan: PlanDocument): { plan: PlanDocument; index: number } {
  const names = new Set(plan.waves.map(({ name }) => name));
  let number = plan.waves.length + 1;
  while (names.has(text.newWave(number))) {
    number += 1;
  }
  const last = plan.waves.at(-1);
  const wave: Wave = { name: text.newWave(number), groups: [], ...(last && { dependsOnWaves: [last.name] }) };
  return { plan: { ...plan, waves: [...plan.waves, wave] }, index: plan.waves.length };
}

/** A changed wave; those that wait for it go on doing so under its new name. */
export function withWave(plan: PlanDocument, index: number, wave: Wave): PlanDocument {
  const before = plan.waves[index]?.name;
  const renamed = before !== undefined && before !== wave.name && plan.waves.filter(({ name }) => name === before).length === 1;
  const follow = (other: Wave): Wave =>
    renamed && other.dependsOnWaves?.includes(before)
      ? { ...other, dependsOnWaves: other.dependsOnWaves.map((name) => (name === before ? wave.name : name)) }
      : other;
  return { ...plan, waves: plan.waves.map((other, at) => follow(at === index ? wave : other)) };
}

/** Without a wave; those that waited for it wait for what it waited for. */
export function withoutWave(plan: PlanDocument, index: number): PlanDocument {
  const removed = plan.waves[index];
  if (!removed) {
    return plan;
  }
  const bridge = (wave: Wave): Wave => {
    const after = wave.dependsOnWaves ?? [];
    return after.includes(removed.name)
      ? { ...wave, dependsOnWaves: [...new Set([...after.filter((name) => name !== removed.name), ...(removed.dependsOnWaves ?? [])])] }
      : wave;
  };
  return { ...plan, waves: plan.waves.filter((_, at) => at !== index).map(bridge) };
}
