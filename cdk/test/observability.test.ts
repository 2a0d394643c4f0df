import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../lib/settings.js';
import { ofType, plainId, synthesize } from './synthesize.js';

const stack = synthesize();
const alarms = ofType(stack, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm.Properties);
const operations = readFileSync(join(REPOSITORY, 'docs', 'OPERATIONS.md'), 'utf8');

/** The metrics that an alarm looks at, whether it is one or a sum. */
function metricsOf(alarm: Record<string, any>): Array<{ Namespace: string; MetricName: string; Dimensions?: Array<{ Name: string; Value: any }> }> {
  if (alarm['Metrics'] === undefined) {
    return [alarm as never];
  }
  return alarm['Metrics'].filter((one: any) => one.MetricStat !== undefined).map((one: any) => one.MetricStat.Metric);
}

describe('alarms', () => {
  test('are these', () => {
    const names = alarms.map((alarm) => String(alarm['AlarmName']).replace(/-\d+$/, ''));
    expect([...new Set(names)].sort()).toEqual([
      'drs-api-failing',
      'drs-cleanup-failed',
      'drs-drills-left-over',
      'drs-drs-throttles',
      'drs-functions-failing',
      'drs-recovery-failed',
      'drs-recovery-stopped',
      'drs-start-failed',
      'drs-stream-behind',
      'drs-undelivered',
      'drs-untold',
    ]);
  });

  test.each(alarms.map((alarm) => [alarm['AlarmName'] as string, alarm] as const))('%s has a section in the runbook, tells the topic, and is quiet while nothing happens', (name, alarm) => {
    const heading = name.replace(/^drs-/, '').replace(/-\d+$/, '');
    const section = new RegExp(`^### ${heading}\\n+(?!#)\\S`, 'm');
    expect(operations).toMatch(section);
    expect(alarm['AlarmDescription']).toContain(`docs/OPERATIONS.md, "${heading}"`);
    expect(alarm['AlarmActions'].map((action: { Ref: string }) => plainId(action.Ref))).toEqual(['NoticesTopic']);
    expect(alarm['TreatMissingData']).toBe('notBreaching');
    expect(metricsOf(alarm).length).toBeLessThanOrEqual(10);
  });

  test('watch every function', () => {
    const failing = alarms.filter((alarm) => String(alarm['AlarmName']).includes('functions-failing'));
    const watched = failing.flatMap(metricsOf).flatMap(({ Dimensions }) => Dimensions!.map(({ Value }) => Value.Ref as string));
    expect(watched.sort()).toEqual(ofType(stack, 'AWS::Lambda::Function').map(([id]) => id).sort());
  });

  test('look at metrics that the functions write, by their names', () => {
    const source = readFileSync(join(REPOSITORY, 'crates', 'task', 'src', 'metric.rs'), 'utf8');
    const written = new Set([...source.matchAll(/describe_\w+!\("(\w+)"/g)].map((match) => match[1]));
    const own = alarms.flatMap(metricsOf).filter(({ Namespace }) => Namespace === 'DrsOrchestration').map(({ MetricName }) => MetricName);
    // Counted by the look at drills that stand.
    expect(own.filter((name) => !written.has(name) && name !== 'LeftOverDrills')).toEqual([]);
    expect(own).toContain('TasksThrottled');
  });
});

describe('the dashboard', () => {
  test('shows what somebody who is called at night asks first', () => {
    const [[, dashboard] = []] = ofType(stack, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard!.Properties['DashboardBody']);
    for (const metric of ['ActiveExecutions', 'LeftOverDrills', 'ExecutionRtoSeconds', 'ExecutionsFailed', 'TasksThrottled', 'Errors', 'IteratorAge']) {
      expect(body).toContain(metric);
    }
  });
});

describe('the trail', () => {
  test('is made when it is asked for', () => {
    expect(ofType(stack, 'AWS::CloudTrail::Trail')).toEqual([]);
    const [[, trail] = []] = ofType(synthesize({ trail: true }), 'AWS::CloudTrail::Trail');
    expect(trail!.Properties).toMatchObject({ IsLogging: true, IsMultiRegionTrail: false, EnableLogFileValidation: true });
  });
});
