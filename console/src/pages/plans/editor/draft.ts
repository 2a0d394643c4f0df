import type { PlanDocument, Wave } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';

/** The parts of a plan that the editor's fields show problems of; `waves[…]` go by the wave. */
export const PLAN_FIELDS = ['name', 'description', 'targetRtoMinutes', 'targetRpoMinutes', 'drillEveryDays', 'onLaunchSettingsFailure'];
export const WAVE_FIELDS = ['name', 'groups', 'dependsOnWaves', 'onFailure', 'minHealthyPercent', 'launchTimeoutMinutes', 'approval', 'healthChecks'];

/** A plan as it is stored, without what the system adds. */
export function draftOf(stored: PlanDocument & { version?: number; updatedAt?: number; updatedBy?: string }): PlanDocument {
  const { version: _, updatedAt: __, updatedBy: ___, ...document } = stored;
  return document;
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

