import type { Finding, Mode, Preflight } from '../../api/types.js';

/** What starting a run would come to, from what preflight says. */
export interface StartChoice {
  /** Instances that DRS would terminate and that a person has to name, one by one. */
  readonly toName: readonly string[];
  /** What cannot be helped by naming instances. */
  readonly blocking: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const INSTANCE = /\bi-[0-9a-f]{8,17}\b/;

/** Sorts what preflight found. Only a recovery may name live recovery instances; a drill never replaces one. */
export function startChoice(preflight: Pick<Preflight, 'findings'>, mode: Mode): StartChoice {
  const nameable = preflight.findings.filter(
    ({ code, severity, message }) =>
      mode === 'RECOVERY' && code === 'LIVE_RECOVERY_INSTANCE' && severity === 'BLOCKS' && INSTANCE.test(message),
  );
  return {
    toName: nameable.map(({ message }) => INSTANCE.exec(message)?.[0] ?? ''),
    blocking: preflight.findings.filter((finding) => finding.severity === 'BLOCKS' && !nameable.includes(finding)),
    warnings: preflight.findings.filter(({ severity }) => severity !== 'BLOCKS'),
  };
}
