import { describe, expect, test } from 'vitest';
import { ofType, plainId, synthesize } from './synthesize.js';

const tables = ofType(synthesize(), 'AWS::DynamoDB::Table');
const byName = Object.fromEntries(tables.map(([id, table]) => [plainId(id).replace(/^Tables/, ''), table]));

const keys = (schema: Array<{ KeyType: string; AttributeName: string }>) => schema.map((key) => `${key.KeyType} ${key.AttributeName}`);

describe('tables', () => {
  test('have the keys that the code uses', () => {
    expect(Object.fromEntries(Object.entries(byName).map(([name, table]) => [name, keys(table.Properties['KeySchema'])]))).toEqual({
      ProtectionGroups: ['HASH kind', 'RANGE id'],
      RecoveryPlans: ['HASH kind', 'RANGE id'],
      ExecutionHistory: ['HASH executionId', 'RANGE planId'],
      AuditLog: ['HASH kind', 'RANGE id'],
      Inventory: ['HASH kind', 'RANGE id'],
    });
    const indexes = byName['ExecutionHistory']!.Properties['GlobalSecondaryIndexes'] as Array<Record<string, any>>;
    expect(Object.fromEntries(indexes.map((index) => [index['IndexName'], keys(index['KeySchema'])]))).toEqual({
      byPlan: ['HASH plan', 'RANGE startedAt'],
      byStart: ['HASH kind', 'RANGE startedAt'],
      active: ['HASH active', 'RANGE startedAt'],
    });
    expect(byName['ExecutionHistory']!.Properties['AttributeDefinitions']).toContainEqual({ AttributeName: 'startedAt', AttributeType: 'N' });
  });

  test.each(tables.filter(([id]) => plainId(id) !== 'TablesInventory'))('%s outlives the stack and can be restored', (_, table) => {
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.UpdateReplacePolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('that are caches can be thrown away', () => {
    expect(byName['Inventory']!.DeletionPolicy).toBe('Delete');
    expect(byName['Inventory']!.Properties['DeletionProtectionEnabled']).toBeUndefined();
    expect(byName['Inventory']!.Properties['PointInTimeRecoverySpecification']).toBeUndefined();
  });

  test('let nothing expire but results of readiness runs', () => {
    const expiring = Object.entries(byName).filter(([, table]) => table.Properties['TimeToLiveSpecification'] !== undefined);
    expect(expiring.map(([name, table]) => [name, table.Properties['TimeToLiveSpecification'].AttributeName])).toEqual([['RecoveryPlans', 'expiresAt']]);
  });

  test('of the local cloud go with the stack', () => {
    for (const [, table] of ofType(synthesize({ local: true }), 'AWS::DynamoDB::Table')) {
      expect(table.DeletionPolicy).toBe('Delete');
      expect(table.Properties['DeletionProtectionEnabled'] ?? false).toBe(false);
    }
  });
});
