import type { Finding, Preflight } from '../../api/types.js';

/** What starting a run would come to, as preflight says it. */
export interface StartChoice {
  /** Instances that DRS would terminate and that a person has to name, one by one. */
  readonly toName: readonly string[];
  /** That something speaks against it that no naming helps. */
  readonly blocked: boolean;
  readonly warnings: readonly Finding[];
}

export function startChoice(preflight: Pick<Preflight, 'findings' | 'instancesToConfirm' | 'readyOnceConfirmed'>): StartChoice {
  return {
    toName: preflight.instancesToConfirm?.map(({ instanceId }) => instanceId) ?? [],
    blocked: !preflight.readyOnceConfirmed,
    warnings: preflight.findings.filter(({ severity }) => severity !== 'BLOCKS'),
  };
}
