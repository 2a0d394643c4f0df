import type { AuditEvent, Execution, WaveRun } from '../../api/types.js';
import { execution as strings } from '../../strings/executions.js';

export interface TimelineEvent {
  readonly id: string;
  readonly at: number;
  readonly what: string;
  readonly who: string;
  readonly detail: string;
}

const text = strings.events;

/** What happened, newest first: from the times that the execution records, and from what people did to it. */
export function timeline(run: Execution, audit: readonly AuditEvent[]): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  const add = (at: number | null | undefined, what: string, who = '', detail = '') => {
    if (at != null) {
      events.push({ id: `${at}-${events.length}`, at, what, who, detail });
    }
  };
  add(run.startedAt, text.started(run.mode), run.startedBy);
  for (const wave of run.waves) {
    waveEvents(wave, add);
  }
  add(run.endedAt, text.ended(run.status), '', run.reason);
  for (const { at, action, actor, detail } of audit) {
    add(at, action, actor, detail);
  }
  return events.reverse().sort((left, right) => right.at - left.at);
}

type Add = (at: number | null | undefined, what: string, who?: string, detail?: string) => void;

function waveEvents(wave: WaveRun, add: Add): void {
  const { approval, name } = wave;
  add(approval?.askedAt, text.approvalAsked(name));
  if (approval?.decision) {
    const { at, verdict, by, comment } = approval.decision;
    add(at, text.approvalMade(name, verdict.replace('_', ' ')), by, comment);
  }
  for (const { at, by, comment, decided } of wave.decisions ?? []) {
    add(at, text.decided(name, strings.decision[decided].toLowerCase()), by, comment);
  }
  add(wave.startedAt, text.waveStarted(name));
  add(wave.heldAt, strings.decision.held(name), '', wave.reason);
  add(wave.launchedAt, text.waveLaunched(name));
  for (const action of [...wave.beforeActions, ...wave.afterActions]) {
    add(action.endedAt, text.action(action.name, action.status.replace('_', ' ')));
  }
  add(wave.endedAt, text.waveEnded(name, wave.status), '', wave.reason);
}
