import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiError, isPassing } from '../src/api/problem.js';
import { nameIn } from '../src/auth/cognito.js';
import { passwordSession } from '../src/auth/password-session.js';

const token = (name: string) => `x.${Buffer.from(JSON.stringify({ 'cognito:username': name })).toString('base64url')}.y`;

describe('signed in with a password', () => {
  const stored = new Map<string, string>();
  beforeEach(() => {
    vi.stubGlobal('sessionStorage', {
      setItem: (key: string, value: string) => stored.set(key, value),
      getItem: (key: string) => stored.get(key) ?? null,
      removeItem: (key: string) => stored.delete(key),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('renews a token before it ends, once for all that ask', async () => {
    const fetched = vi.fn(async (_: string, __: RequestInit) =>
      Response.json({ AuthenticationResult: { IdToken: token('new'), ExpiresIn: 3600 } }));
    vi.stubGlobal('fetch', fetched);
    const tokens = { idToken: token('ada'), refreshToken: 'r', expiresAt: Date.now() + 1000 };
    const session = passwordSession({ endpoint: '/cognito/', clientId: 'c' }, tokens, () => {});
    expect(session.name).toBe('ada');
    expect(await Promise.all([session.idToken(), session.idToken()])).toEqual([token('new'), token('new')]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(JSON.parse(String(fetched.mock.calls[0]![1].body))).toMatchObject({ AuthFlow: 'REFRESH_TOKEN_AUTH' });
    // A renewal gives no refresh token: the old one is needed again in an hour.
    expect(JSON.parse([...stored.values()][0]!)).toMatchObject({ refreshToken: 'r' });
  });

  it('goes on with the old token when the renewal fails: the API decides whether it is still good', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new Error('offline')));
    const tokens = { idToken: token('ada'), refreshToken: 'r', expiresAt: Date.now() };
    expect(await passwordSession({ endpoint: '/', clientId: 'c' }, tokens, () => {}).idToken()).toBe(token('ada'));
  });
});

it('reads names with letters beyond ASCII, and none from what is no token', () => {
  expect(nameIn(token('Zoë'))).toBe('Zoë');
  expect(nameIn('nonsense')).toBe('');
});

it('shows the API\'s words, and API Gateway\'s where there are none', () => {
  expect(apiError(409, { code: 'GROUP_IN_USE', detail: 'plans use it' })).toMatchObject({ code: 'GROUP_IN_USE', message: 'plans use it' });
  expect(apiError(429, { message: 'Too Many Requests' }).message).toBe('Too Many Requests');
  expect(apiError(502, undefined)).toMatchObject({ code: 'HTTP_502', message: 'HTTP 502' });
  expect([isPassing(apiError(503, {})), isPassing(apiError(403, {})), isPassing(new TypeError('offline'))]).toEqual([true, false, true]);
});
