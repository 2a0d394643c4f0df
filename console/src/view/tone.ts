import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

/** Colours for what is drawn: those of Cloudscape, in `console.css`, where they change with light and dark. */
export const TONE: Record<StatusIndicatorProps.Type, string> = {
  success: 'var(--tone-success)',
  error: 'var(--tone-error)',
  warning: 'var(--tone-warning)',
  info: 'var(--tone-info)',
  'in-progress': 'var(--tone-info)',
  loading: 'var(--tone-info)',
  log: 'var(--tone-inactive)',
  pending: 'var(--tone-inactive)',
  stopped: 'var(--tone-inactive)',
  'not-started': 'var(--tone-inactive)',
};

export const INK = {
  text: 'var(--ink-text)',
  quiet: 'var(--ink-quiet)',
  line: 'var(--ink-line)',
  background: 'var(--ink-background)',
};
