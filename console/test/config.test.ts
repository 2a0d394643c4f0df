import { describe, expect, it } from 'vitest';
import { makeClock } from '../src/clock.js';
import { readConfig } from '../src/config.js';

describe('config.json', () => {
  it('is read for Cognito\'s pages and for the local cloud', () => {
    const oidc = { kind: 'oidc', authority: 'https://idp', clientId: 'c', domain: 'https://login' };
    expect(readConfig({ apiUrl: 'https://api/prod/', region: 'eu-central-1', signIn: oidc })).toEqual({
      apiUrl: 'https://api/prod',
      region: 'eu-central-1',
      signIn: oidc,
    });
    const password = { kind: 'password', endpoint: '/cognito/', clientId: 'c' };
    expect(readConfig({ apiUrl: '', region: 'x', clock: '5,0.01', signIn: password }).clock).toBe('5,0.01');
  });

  it('names the field that is missing', () => {
    expect(() => readConfig({ apiUrl: '', region: 'x', signIn: { kind: 'oidc', clientId: 'c' } })).toThrow('signIn.authority is missing');
    expect(() => readConfig(null)).toThrow('not an object');
  });
});

describe('clock', () => {
  it('runs as fast as the local cloud', () => {
    const clock = makeClock('1000,0.01', () => 1003);
    expect(clock.now()).toBeCloseTo(1300);
    expect(clock.speed).toBeCloseTo(100);
  });

  it('is the browser\'s without a setting, and with one that makes no sense', () => {
    for (const setting of [undefined, '', 'x,y', '5,0']) {
      expect(makeClock(setting, () => 42).now()).toBe(42);
    }
  });
});
