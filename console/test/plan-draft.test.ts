import { describe, expect, it } from 'vitest';
import type { PlanDocument } from '../src/api/types.js';
import { documentOf, withCriticality } from '../src/pages/plans/editor/draft.js';
import { isTwice, linesOf, needsOwnFields, parametersOf, rowsOfParameters, valuesOf } from '../src/pages/plans/editor/parameter-rows.js';
import { problemAt, problemBesides } from '../src/view/field-problems.js';
import { swapped } from '../src/view/use-keys.js';

describe('a plan with checks and actions', () => {
  const full: PlanDocument = {
    name: 'p',
    description: 'd',
    targetRtoMinutes: 60,
    targetRpoMinutes: null,
    drillEveryDays: 30,
    fourEyes: true,
    onLaunchSettingsFailure: 'WARN',
    cleanup: { after: 0, onFailure: 'CLEANUP' },
    waves: [
      {
        name: 'db',
        groups: ['a'],
        dependsOnWaves: [],
        onFailure: 'PAUSE',
        minHealthyPercent: 50,
        launchTimeoutMinutes: 30,
        criticality: { 's-00000000000000001': 'optional' },
        approval: { role: 'dr-admin', timeoutMinutes: 5, onTimeout: 'PROCEED' },
        healthChecks: [
          { name: 'agent', kind: 'ssmAgentOnline', timeoutMinutes: 9, required: false, runIn: ['DRILL'], os: 'windows' },
          { name: 'answers', kind: 'ssmCommand', document: 'AWS-RunShellScript', parameters: { commands: ['a\nb', 'c'] } },
        ],
        beforeActions: [{ name: 'breathe', kind: 'delay', delayMinutes: 3, onFailure: 'CONTINUE', runIn: ['RECOVERY'] }],
        afterActions: [{ name: 'dns', kind: 'ssmAutomation', document: 'Example-SwitchDns', parameters: { Mode: ['{{mode}}'] }, timeoutMinutes: 4 }],
      },
    ],
  };

  it('is stored as it was read', () => {
    expect(JSON.parse(JSON.stringify(documentOf(full)))).toEqual(full);
  });

  it('is stored without what the kind of a check or an action has no place for', () => {
    const [wave] = full.waves;
    const draft: PlanDocument = {
      ...full,
      waves: [
        {
          ...wave!,
          healthChecks: [{ name: 'x', kind: 'ssmAgentOnline', document: 'Was-Typed', parameters: { a: ['b'] } }],
          beforeActions: [{ name: 'y', kind: 'delay', delayMinutes: 1, document: 'Was-Typed', parameters: { a: ['b'] } }],
          afterActions: [{ name: 'z', kind: 'ssmCommand', delayMinutes: 1, document: '' }],
        },
      ],
    };
    expect(JSON.parse(JSON.stringify(documentOf(draft).waves[0]))).toMatchObject({
      healthChecks: [{ name: 'x', kind: 'ssmAgentOnline' }],
      beforeActions: [{ name: 'y', kind: 'delay', delayMinutes: 1 }],
      afterActions: [{ name: 'z', kind: 'ssmCommand' }],
    });
    expect(JSON.stringify(documentOf(draft))).not.toMatch(/Was-Typed|"parameters"|"document"/);
    expect(draft.waves[0]?.healthChecks?.[0]?.document).toBe('Was-Typed');
  });

  it('says a server\'s criticality once', () => {
    const wave = { name: 'w', groups: [], criticality: { a: 'optional', b: 'critical', c: 'optional' } as const };
    expect(withCriticality(wave, 'critical', ['b', 'c']).criticality).toEqual({ a: 'optional', b: 'critical', c: 'critical' });
    expect(withCriticality(wave, 'optional', []).criticality).toEqual({ b: 'critical' });
  });
});

describe('parameters as they are typed', () => {
  it('are those that were stored, whatever they contain', () => {
    const stored = { commands: ['first line\nsecond line', 'third'], empty: [], b: ['', 'x'] };
    expect(parametersOf(rowsOfParameters(stored))).toEqual(stored);
    expect([needsOwnFields(stored.commands), needsOwnFields(stored.b)]).toEqual([true, false]);
    expect([valuesOf(linesOf(stored.b)), valuesOf(linesOf([]))]).toEqual([['', 'x'], []]);
  });

  it('lose nothing where two have one name, or one has none', () => {
    const rows = [{ name: 'a', values: ['1'] }, { name: '', values: [] }, { name: 'a', values: ['2'] }, { name: '', values: ['3'] }];
    expect(parametersOf(rows)).toEqual({ a: ['1', '2'], '': ['3'] });
    expect(rows.map((_, index) => isTwice(rows, index))).toEqual([false, false, true, false]);
  });

  it('can be moved', () => {
    expect(swapped(['a', 'b', 'c'], 1, 2)).toEqual(['a', 'c', 'b']);
    expect(swapped(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  });
});

describe('problems of checks and actions', () => {
  const problems = [
    { at: 'waves[0] (w).healthChecks[1] (a)b).name', message: 'no name' },
    { at: 'waves[0] (w).healthChecks[1] (a)b)', message: 'neither document nor parameters' },
    { at: 'waves[0] (w).healthChecks', message: 'at most 30' },
    { at: 'waves[0] (w).criticality (s-1)', message: 'no group has it' },
  ];

  it('are shown where they are, each once', () => {
    expect(problemAt(problems, 'waves[0].healthChecks[1].name')).toBe('no name');
    expect(problemBesides(problems, 'waves[0].healthChecks[1]', ['name'])).toBe('neither document nor parameters');
    expect(problemBesides(problems, 'waves[0].healthChecks', ['[0]', '[1]'])).toBe('at most 30');
    expect(problemAt(problems, 'waves[0].criticality')).toBe('no group has it');
    expect(problemBesides(problems, 'waves[0]', ['healthChecks', 'criticality'])).toBeUndefined();
  });
});
