import { describe, expect, it } from 'vitest';
import { statesOf } from '../src/pages/dashboard/lag.js';
import { settingsText } from '../src/pages/groups/editor/settings-text.js';
import { stepOf } from '../src/pages/groups/editor/steps.js';
import { rowsOf, tagsOf } from '../src/pages/groups/editor/tag-rows.js';
import { draftOf, withNewWave, withWave, withoutWave } from '../src/pages/plans/editor/draft.js';
import { startChoice } from '../src/pages/plans/start-choice.js';
import type { Finding } from '../src/api/types.js';
import { instanceAddress } from '../src/view/aws-console.js';
import { differences } from '../src/view/differences.js';
import { problemAt, problemsElsewhere } from '../src/view/field-problems.js';

const plan = {
  name: 'p',
  waves: [
    { name: 'db', groups: ['a'] },
    { name: 'app', groups: ['b'], dependsOnWaves: ['db'] },
    { name: 'web', groups: ['c'], dependsOnWaves: ['app', 'db'] },
  ],
};

describe('a plan that is edited', () => {
  it('goes on waiting for a wave under its new name', () => {
    const changed = withWave(plan, 0, { name: 'data', groups: ['a'] });
    expect(changed.waves.map(({ dependsOnWaves }) => dependsOnWaves)).toEqual([undefined, ['data'], ['app', 'data']]);
  });

  it('does not take the waves of another one while two have the same name', () => {
    const twice = { name: 'p', waves: [{ name: 'x', groups: [] }, { name: 'x', groups: [] }, { name: 'y', groups: [], dependsOnWaves: ['x'] }] };
    expect(withWave(twice, 1, { name: 'xy', groups: [] }).waves[2]?.dependsOnWaves).toEqual(['x']);
  });

  it('closes the gap that a removed wave leaves', () => {
    expect(withoutWave(plan, 1).waves).toEqual([{ name: 'db', groups: ['a'] }, { name: 'web', groups: ['c'], dependsOnWaves: ['db'] }]);
    expect(withoutWave(plan, 9)).toBe(plan);
  });

  it('gets a wave with a name that none has', () => {
    const { plan: more, index } = withNewWave({ name: 'p', waves: [{ name: 'wave-2', groups: [] }] });
    expect([index, more.waves[1]]).toEqual([1, { name: 'wave-3', groups: [], dependsOnWaves: ['wave-2'] }]);
  });

  it('is sent without what the system adds', () => {
    expect(draftOf({ ...plan, version: 3, updatedAt: 1, updatedBy: 'x' })).toEqual(plan);
  });
});

describe('problems of the API', () => {
  const problems = [
    { at: 'waves[1] (b).groups[0]', message: 'there is no protection group nope' },
    { at: 'waves[10] (k).groups', message: 'empty' },
    { at: 'waves', message: 'at least one' },
  ];

  it('are shown at the field that they are about, and not at one whose name only begins alike', () => {
    expect(problemAt(problems, 'waves[1].groups')).toBe('there is no protection group nope');
    expect(problemAt(problems, 'waves[1].groupsX')).toBeUndefined();
    expect(problemAt(problems, 'waves[1]')).toBe('there is no protection group nope');
  });

  it('are shown elsewhere when no field has them', () => {
    expect(problemsElsewhere(problems, ['name', 'waves[1]', 'waves[10]'])).toEqual([{ at: 'waves', message: 'at least one' }]);
  });
});

it('a refused group leads to the step whose field is wrong, and to the review when none is', () => {
  const at = (...fields: string[]) => stepOf(fields.map((field) => ({ at: field, message: 'no' })));
  expect([at('serverLaunchSettings (s-1)'), at('servers[0].id', 'name'), at('selectionTags (app)'), at('healthChecks[0]'), at()]).toEqual([2, 0, 1, 3, 3]);
});

describe('what a start asks for', () => {
  const finding = (code: Finding['code'], severity: Finding['severity']): Finding => ({ code, severity, message: '', subject: 's', remedy: '' });
  const findings = [finding('LIVE_RECOVERY_INSTANCE', 'BLOCKS'), finding('NEVER_DRILLED', 'WARNS')];

  it('is what preflight says, and no reading of its findings', () => {
    const instancesToConfirm = [{ serverId: 's-1', instanceId: 'i-0123456789abcdef0' }];
    const choice = startChoice({ findings, instancesToConfirm, readyOnceConfirmed: true });
    expect(choice).toEqual({ toName: ['i-0123456789abcdef0'], blocked: false, warnings: [findings[1]] });
    expect(startChoice({ findings, instancesToConfirm: [], readyOnceConfirmed: false })).toMatchObject({ toName: [], blocked: true });
  });

  it('does not let through what an answer without the word for it might block', () => {
    expect(startChoice({ findings: [] }).blocked).toBe(true);
  });
});

it('finds what a version changed by the names of waves, not by their places', () => {
  const after = { ...plan, version: 2, description: 'new', waves: [{ name: 'first', groups: ['z'] }, ...plan.waves.slice(0, 2), { ...plan.waves[2]!, groups: ['c', 'd'] }] };
  expect(differences({ ...plan, version: 1 }, after)).toEqual([
    { field: 'waves[web].groups', before: 'c', after: 'c, d' },
    { field: 'waves[first].name', before: '', after: 'first' },
    { field: 'waves[first].groups', before: '', after: 'z' },
    { field: 'description', before: '', after: 'new' },
  ]);
});

it('reads tags as they are typed', () => {
  expect(tagsOf([{ key: ' app ', values: 'shop, ,bank' }, { key: 'app', values: 'shop' }])).toEqual({ app: ['shop', 'bank'] });
  expect(rowsOf({ tier: ['db', 'cache'] })).toMatchObject([{ key: 'tier', values: 'db, cache' }]);
  // What text cannot say is as it was until the text is changed.
  const [stored] = rowsOf({ tier: ['', 'a,b'] });
  expect(tagsOf(stored ? [stored] : [])).toEqual({ tier: ['', 'a,b'] });
  expect(tagsOf(stored ? [{ ...stored, values: 'c' }] : [])).toEqual({ tier: ['c'] });
});

it('links into the AWS console of the partition', () => {
  expect(instanceAddress('i-1', 'eu-west-1')).toBe('https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-1');
  expect(instanceAddress('i-1', 'cn-north-1')).toContain('cn-north-1.console.amazonaws.cn/');
  expect(instanceAddress('i-1', 'us-gov-west-1')).toContain('us-gov-west-1.console.amazonaws-us-gov.com/');
});

it('says launch settings by the names of the API, and states of all Regions together', () => {
  expect(settingsText({ copyTags: false, licensing: { osByol: true } })).toBe('copyTags: false, licensing.osByol: true');
  expect(settingsText({})).toBe('–');
  expect(statesOf([{ replicationStates: { STALLED: 1, CONTINUOUS: 2 } }, { replicationStates: { CONTINUOUS: 1, WARP: 1 } }, {}])).toEqual([['CONTINUOUS', 3], ['STALLED', 1], ['WARP', 1]]);
});
