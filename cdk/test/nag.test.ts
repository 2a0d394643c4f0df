import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { Settings } from '../lib/settings.js';
import { REASONS } from './nag-reasons.js';
import { STATE_MACHINES, synthesize } from './synthesize.js';

const dist = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(dist, 'assets'));
writeFileSync(join(dist, 'index.html'), '<!doctype html>');
writeFileSync(join(dist, 'assets', 'index.js'), '');

interface Finding {
  readonly rule: string;
  readonly where: string;
}

/** What cdk-nag finds in the stack with everything in it that can be. */
function findings(settings: Partial<Settings> = {}): Finding[] {
  const { stack } = synthesize({ console: dist, trail: true, noticeEmails: ['ada@example.com'], ...settings }, STATE_MACHINES);
  return new AwsSolutionsChecks(stack)
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => ({ rule: ruleName, where: constructPath ?? '' })));
}

const reasonOf = ({ rule, where }: Finding) => REASONS.find((known) => known.rule.test(rule) && known.where.test(where));

describe('cdk-nag (AwsSolutions)', () => {
  const found = findings();

  test('finds nothing without a reason', () => {
    expect(found.filter((finding) => reasonOf(finding) === undefined)).toEqual([]);
  });

  test('finds all that is explained', () => {
    const used = new Set(found.map(reasonOf));
    expect(REASONS.filter((reason) => !used.has(reason))).toEqual([]);
  });

  test('finds no missing firewall and no missing second factor where they were asked for', () => {
    const hardened = findings({ waf: true, requireMfa: true }).map(({ rule }) => rule);
    expect(hardened).not.toContain('AwsSolutions-APIG3');
    expect(hardened).not.toContain('AwsSolutions-COG2');
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['AwsSolutions-APIG3', 'AwsSolutions-COG2']));
  });
});
