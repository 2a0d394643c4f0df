import { counted } from '../view/format.js';

export const dashboard = {
  title: 'Dashboard',
  running: 'Running now',
  nothingRuns: 'Nothing runs',
  waits: (waves: number) => `${counted(waves, 'wave')} waits for a decision`,
  since: (text: string) => `for ${text}`,
  paused: 'Paused',
  waves: (done: number, total: number) => `${done} of ${counted(total, 'wave')} done`,
  plans: 'Readiness of the recovery plans',
  lag: 'Replication lag',
  lagColumns: { server: 'Server', lag: 'Lag', state: 'Replication', seen: 'Region' },
  servers: (count: number) => `${counted(count, 'source server')} in the inventory`,
  noServers: 'No source server is known. The inventory is read every 15 minutes.',
  leftOver: 'Drills left standing',
  nothingLeft: 'Nothing stands that a drill launched',
  lastRuns: 'Last runs',
} as const;
