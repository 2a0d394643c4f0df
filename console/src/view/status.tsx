import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { words } from './format.js';

type Look = StatusIndicatorProps.Type;

/**
 * How a status of the API looks, whatever it belongs to: the words mean the same for executions, waves, servers, checks,
 * actions and cleanups. One that is not here, which a newer API may have, is shown as it is and as nothing that has ended.
 */
const LOOKS: Record<string, Look> = {
  PENDING: 'pending',
  WAITING: 'pending',
  AWAITING_APPROVAL: 'warning',
  AWAITING_DECISION: 'warning',
  RUNNING: 'in-progress',
  LAUNCHING: 'in-progress',
  CHECKING: 'in-progress',
  TERMINATING: 'in-progress',
  LAUNCHED: 'success',
  HEALTHY: 'success',
  COMPLETED: 'success',
  SUCCEEDED: 'success',
  PASSED: 'success',
  TERMINATED: 'success',
  READY: 'success',
  APPROVED: 'success',
  MET: 'success',
  PARTIAL: 'warning',
  ATTENTION: 'warning',
  UNKNOWN: 'warning',
  LEFT_OVER: 'warning',
  NEVER_DRILLED: 'warning',
  WARNS: 'warning',
  FAILED: 'error',
  UNHEALTHY: 'error',
  TIMED_OUT: 'error',
  NOT_READY: 'error',
  MISSED: 'error',
  REJECTED: 'error',
  BLOCKS: 'error',
  REFUSED: 'stopped',
  SKIPPED: 'stopped',
  CANCELLED: 'stopped',
};

export function lookOf(status: string): Look {
  return LOOKS[status] ?? 'info';
}

export function Status({ status, text }: { status: string; text?: string }) {
  return <StatusIndicator type={lookOf(status)}>{text ?? words(status)}</StatusIndicator>;
}
